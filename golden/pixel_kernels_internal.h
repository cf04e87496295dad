#pragma once

#include <cstddef>
#include <cstdint>

// The loops that every sample of both videos goes through. Plain structs and pointers only: the
// loops are compiled twice, for any processor and for AVX2, and an inline function of the standard
// library compiled for AVX2 must not become the one that the whole program uses.
namespace hyperlocal::golden {

// Sums over the 4x4 blocks of one row of blocks of two planes, a and b.
struct BlockSums {
  std::int32_t* a;         // Σ a
  std::int32_t* b;         // Σ b
  std::int32_t* squares;   // Σ a² + b²
  std::int32_t* products;  // Σ a b
};

struct SsimConstants {
  std::int32_t c1;
  std::int32_t c2;
};

// 8-bit Y'CbCr → R'G'B' in fixed point: within 0.05 of a level of the exact value, then rounded.
struct FixedMatrix {
  std::int16_t luma_offset;  // 16, or 0
  std::int16_t luma_gain;    // of 1/16384
  std::int16_t red_of_cr;    // of 1/8192
  std::int16_t green_of_cb;
  std::int16_t green_of_cr;
  std::int16_t blue_of_cb;
};

// One row of colours, 0 to 255, or of what chroma adds to them, in 1/32.
struct ColourRow {
  std::int16_t* red;
  std::int16_t* green;
  std::int16_t* blue;
};

struct RowDifference {
  std::int64_t squares;    // Σ over pixels and channels of the squared difference
  std::int64_t absolute;   // Σ of its absolute value
  std::int32_t max;        // the largest absolute difference
  std::int32_t differing;  // pixels that differ at all
};

struct PixelKernels {
  void (*block_row)(const std::uint8_t* a, std::ptrdiff_t stride_a, const std::uint8_t* b,
                    std::ptrdiff_t stride_b, int blocks, BlockSums out);
  // Adds up, over the windows of 8x8 that two rows of `blocks` blocks make, SSIM and its
  // contrast-structure part.
  void (*ssim_row)(BlockSums upper, BlockSums lower, int blocks, SsimConstants constants,
                   double* ssim, double* contrast);
  // Every 2x2 of the input becomes its mean, rounded.
  void (*halve_row)(const std::uint8_t* upper, const std::uint8_t* lower, int out_width,
                    std::uint8_t* out);
  // What chroma adds, for each pixel of a row; `shift` 1: one chroma sample for two pixels.
  void (*chroma_row)(const std::uint8_t* cb, const std::uint8_t* cr, int width, int shift,
                     const FixedMatrix& matrix, ColourRow out);
  void (*rgb_row)(const std::uint8_t* luma, ColourRow chroma, int width, const FixedMatrix& matrix,
                  ColourRow out);
  void (*difference_row)(ColourRow a, ColourRow b, int width, RowDifference* out);
};

// For the processor that this is; chosen once.
const PixelKernels& Kernels();
const PixelKernels& PortableKernels();
const PixelKernels* Avx2Kernels();  // null where the processor, or the build, has none

}  // namespace hyperlocal::golden
