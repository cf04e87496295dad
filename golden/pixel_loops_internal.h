// The loops of PixelKernels, included by one source for each instruction set. No include guard, no
// standard library: see pixel_kernels_internal.h. Sums are kept in eight lanes in every build, so
// that all of them give the same values to the last bit.

#include "golden/pixel_kernels_internal.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace hyperlocal::golden {
namespace {

constexpr int kLanes = 8;

void BlocksFrom(int first, const std::uint8_t* a, std::ptrdiff_t stride_a, const std::uint8_t* b,
                std::ptrdiff_t stride_b, int blocks, BlockSums out) {
  for (int block = first; block < blocks; ++block) {
    std::int32_t sum_a = 0;
    std::int32_t sum_b = 0;
    std::int32_t squares = 0;
    std::int32_t products = 0;
    for (int y = 0; y < 4; ++y) {
      const std::uint8_t* row_a = a + y * stride_a + 4 * block;
      const std::uint8_t* row_b = b + y * stride_b + 4 * block;
      for (int x = 0; x < 4; ++x) {
        const std::int32_t va = row_a[x];
        const std::int32_t vb = row_b[x];
        sum_a += va;
        sum_b += vb;
        squares += va * va + vb * vb;
        products += va * vb;
      }
    }
    out.a[block] = sum_a;
    out.b[block] = sum_b;
    out.squares[block] = squares;
    out.products[block] = products;
  }
}

#ifdef __AVX2__
// The sums of neighbours in x and in y, x's four before y's four.
__m256i PairSums(__m256i x, __m256i y) {
  return _mm256_permute4x64_epi64(_mm256_hadd_epi32(x, y), 0xD8);
}

void Store(std::int32_t* low, std::int32_t* high, __m256i values) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(low), _mm256_castsi256_si128(values));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(high), _mm256_extracti128_si256(values, 1));
}

void BlockRow(const std::uint8_t* a, std::ptrdiff_t stride_a, const std::uint8_t* b,
              std::ptrdiff_t stride_b, int blocks, BlockSums out) {
  const __m256i ones = _mm256_set1_epi16(1);
  int block = 0;
  for (; block + 4 <= blocks; block += 4) {
    __m256i sum_a = _mm256_setzero_si256();
    __m256i sum_b = sum_a;
    __m256i squares = sum_a;
    __m256i products = sum_a;
    for (int y = 0; y < 4; ++y) {
      const auto load = [block](const std::uint8_t* row) {
        return _mm256_cvtepu8_epi16(
            _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + 4 * block)));
      };
      const __m256i va = load(a + y * stride_a);
      const __m256i vb = load(b + y * stride_b);
      sum_a = _mm256_add_epi16(sum_a, va);
      sum_b = _mm256_add_epi16(sum_b, vb);
      squares = _mm256_add_epi32(
          squares, _mm256_add_epi32(_mm256_madd_epi16(va, va), _mm256_madd_epi16(vb, vb)));
      products = _mm256_add_epi32(products, _mm256_madd_epi16(va, vb));
    }
    Store(out.a + block, out.b + block,
          PairSums(_mm256_madd_epi16(sum_a, ones), _mm256_madd_epi16(sum_b, ones)));
    Store(out.squares + block, out.products + block, PairSums(squares, products));
  }
  BlocksFrom(block, a, stride_a, b, stride_b, blocks, out);
}
#else
void BlockRow(const std::uint8_t* a, std::ptrdiff_t stride_a, const std::uint8_t* b,
              std::ptrdiff_t stride_b, int blocks, BlockSums out) {
  BlocksFrom(0, a, stride_a, b, stride_b, blocks, out);
}
#endif

// 64 times the sums that a window of four blocks has.
void SsimRow(BlockSums upper, BlockSums lower, int blocks, SsimConstants constants, double* ssim,
             double* contrast) {
  float ssim_lanes[kLanes] = {};
  float contrast_lanes[kLanes] = {};
  const auto window = [&](int x, int lane) {
    const auto four = [x](const std::int32_t* u, const std::int32_t* l) {
      return u[x] + u[x + 1] + l[x] + l[x + 1];
    };
    const std::int32_t a = four(upper.a, lower.a);
    const std::int32_t b = four(upper.b, lower.b);
    const std::int32_t means = a * a + b * b;
    const std::int32_t variances = 64 * four(upper.squares, lower.squares) - means;
    const std::int32_t covariance = 64 * four(upper.products, lower.products) - a * b;
    const float luminance =
        static_cast<float>(2 * a * b + constants.c1) / static_cast<float>(means + constants.c1);
    const float structure = static_cast<float>(2 * covariance + constants.c2) /
                            static_cast<float>(variances + constants.c2);
    ssim_lanes[lane] += luminance * structure;
    contrast_lanes[lane] += structure;
  };
  const int windows = blocks - 1;
  int x = 0;
  for (; x + kLanes <= windows; x += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane) window(x + lane, lane);
  }
  for (int lane = 0; x + lane < windows; ++lane) window(x + lane, lane);
  double ssim_sum = 0;
  double contrast_sum = 0;
  for (int lane = 0; lane < kLanes; ++lane) {
    ssim_sum += static_cast<double>(ssim_lanes[lane]);
    contrast_sum += static_cast<double>(contrast_lanes[lane]);
  }
  *ssim += ssim_sum;
  *contrast += contrast_sum;
}

void HalveRow(const std::uint8_t* __restrict upper, const std::uint8_t* __restrict lower,
              int out_width, std::uint8_t* __restrict out) {
  for (int x = 0; x < out_width; ++x) {
    const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
    out[x] = static_cast<std::uint8_t>((sum + 2) >> 2);
  }
}

// The product of two numbers of 1/32768, rounded: one instruction where there is one.
inline std::int16_t Multiply(std::int16_t a, std::int16_t b) {
  return static_cast<std::int16_t>((((static_cast<std::int32_t>(a) * b) >> 14) + 1) >> 1);
}

void ChromaRow(const std::uint8_t* __restrict cb, const std::uint8_t* __restrict cr, int width,
               int shift, const FixedMatrix& matrix, ColourRow out) {
  const FixedMatrix m = matrix;
  std::int16_t* __restrict red = out.red;
  std::int16_t* __restrict green = out.green;
  std::int16_t* __restrict blue = out.blue;
  if (shift == 0) {
    for (int x = 0; x < width; ++x) {
      const auto u = static_cast<std::int16_t>((cb[x] - 128) * 128);
      const auto v = static_cast<std::int16_t>((cr[x] - 128) * 128);
      red[x] = Multiply(v, m.red_of_cr);
      green[x] = static_cast<std::int16_t>(Multiply(u, m.green_of_cb) + Multiply(v, m.green_of_cr));
      blue[x] = Multiply(u, m.blue_of_cb);
    }
    return;
  }
  const int pairs = width / 2;
  for (int i = 0; i < pairs; ++i) {
    const auto u = static_cast<std::int16_t>((cb[i] - 128) * 128);
    const auto v = static_cast<std::int16_t>((cr[i] - 128) * 128);
    const std::int16_t r = Multiply(v, m.red_of_cr);
    const auto g =
        static_cast<std::int16_t>(Multiply(u, m.green_of_cb) + Multiply(v, m.green_of_cr));
    const std::int16_t b = Multiply(u, m.blue_of_cb);
    red[2 * i] = r;
    red[2 * i + 1] = r;
    green[2 * i] = g;
    green[2 * i + 1] = g;
    blue[2 * i] = b;
    blue[2 * i + 1] = b;
  }
  if ((width & 1) != 0) {
    const auto u = static_cast<std::int16_t>((cb[pairs] - 128) * 128);
    const auto v = static_cast<std::int16_t>((cr[pairs] - 128) * 128);
    red[width - 1] = Multiply(v, m.red_of_cr);
    green[width - 1] =
        static_cast<std::int16_t>(Multiply(u, m.green_of_cb) + Multiply(v, m.green_of_cr));
    blue[width - 1] = Multiply(u, m.blue_of_cb);
  }
}

// No sum of luma and chroma comes near the ends of 16 bits.
inline std::int16_t Clipped(std::int16_t value) {
  const auto level = static_cast<std::int16_t>(static_cast<std::int16_t>(value + 16) >> 5);
  const std::int16_t from_below = level < 0 ? std::int16_t{0} : level;
  return from_below > 255 ? std::int16_t{255} : from_below;
}

// One channel of a row: what luma and chroma add up to.
void ChannelRow(const std::uint8_t* __restrict luma, const std::int16_t* __restrict chroma,
                int width, std::int16_t offset, std::int16_t gain, std::int16_t* __restrict out) {
  for (int x = 0; x < width; ++x) {
    const std::int16_t y = Multiply(static_cast<std::int16_t>((luma[x] - offset) * 64), gain);
    out[x] = Clipped(static_cast<std::int16_t>(y + chroma[x]));
  }
}

#ifdef __AVX2__
// Sixteen pixels at once: luma is multiplied once for the three channels. Returns the first pixel
// that is left.
int RgbSixteens(const std::uint8_t* luma, ColourRow chroma, int width, const FixedMatrix& matrix,
                ColourRow out) {
  const __m256i offset = _mm256_set1_epi16(matrix.luma_offset);
  const __m256i gain = _mm256_set1_epi16(matrix.luma_gain);
  const __m256i half = _mm256_set1_epi16(16);
  const __m256i zero = _mm256_setzero_si256();
  const __m256i top = _mm256_set1_epi16(255);
  int x = 0;
  for (; x + 16 <= width; x += 16) {
    const __m256i samples =
        _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(luma + x)));
    const __m256i y = _mm256_add_epi16(
        _mm256_mulhrs_epi16(_mm256_slli_epi16(_mm256_sub_epi16(samples, offset), 6), gain), half);
    const auto channel = [&](const std::int16_t* added, std::int16_t* to) {
      const __m256i sum =
          _mm256_add_epi16(y, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(added + x)));
      const __m256i level =
          _mm256_min_epi16(_mm256_max_epi16(_mm256_srai_epi16(sum, 5), zero), top);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + x), level);
    };
    channel(chroma.red, out.red);
    channel(chroma.green, out.green);
    channel(chroma.blue, out.blue);
  }
  return x;
}
#endif

void RgbRow(const std::uint8_t* luma, ColourRow chroma, int width, const FixedMatrix& matrix,
            ColourRow out) {
  int done = 0;
#ifdef __AVX2__
  done = RgbSixteens(luma, chroma, width, matrix, out);
#endif
  const auto rest = [&](const std::int16_t* added, std::int16_t* to) {
    ChannelRow(luma + done, added + done, width - done, matrix.luma_offset, matrix.luma_gain,
               to + done);
  };
  rest(chroma.red, out.red);
  rest(chroma.green, out.green);
  rest(chroma.blue, out.blue);
}

inline std::int16_t Distance(std::int16_t a, std::int16_t b) {
  const auto difference = static_cast<std::int16_t>(a - b);
  return difference < 0 ? static_cast<std::int16_t>(-difference) : difference;
}

inline std::int16_t Larger(std::int16_t a, std::int16_t b) {
  return a > b ? a : b;
}

// Pixels [first, last), few enough for sums of 32 bits.
void DifferencePart(ColourRow a, ColourRow b, int first, int last, RowDifference* out) {
  std::int32_t squares = 0;
  std::int32_t absolute = 0;
  std::int32_t differing = 0;
  std::int16_t max = 0;
  for (int x = first; x < last; ++x) {
    const std::int16_t red = Distance(a.red[x], b.red[x]);
    const std::int16_t green = Distance(a.green[x], b.green[x]);
    const std::int16_t blue = Distance(a.blue[x], b.blue[x]);
    squares += red * red + green * green + blue * blue;
    absolute += red + green + blue;
    const std::int16_t most = Larger(red, Larger(green, blue));
    max = Larger(max, most);
    differing += most > 0 ? 1 : 0;
  }
  out->squares += squares;
  out->absolute += absolute;
  out->max = out->max > max ? out->max : max;
  out->differing += differing;
}

#ifdef __AVX2__
std::int32_t Sum(__m256i lanes) {
  alignas(32) std::int32_t values[8];
  _mm256_store_si256(reinterpret_cast<__m256i*>(values), lanes);
  std::int32_t sum = 0;
  for (const std::int32_t value : values) sum += value;
  return sum;
}

// Sixteen pixels at once, as many as there are whole sixteens from `first` on; returns the end.
int DifferenceSixteens(ColourRow a, ColourRow b, int first, int last, RowDifference* out) {
  const __m256i ones = _mm256_set1_epi16(1);
  __m256i squares = _mm256_setzero_si256();
  __m256i absolute = squares;
  __m256i differing = squares;
  __m256i max = squares;
  int x = first;
  for (; x + 16 <= last; x += 16) {
    const auto distance = [x](const std::int16_t* p, const std::int16_t* q) {
      return _mm256_abs_epi16(
          _mm256_sub_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + x)),
                           _mm256_loadu_si256(reinterpret_cast<const __m256i*>(q + x))));
    };
    const __m256i red = distance(a.red, b.red);
    const __m256i green = distance(a.green, b.green);
    const __m256i blue = distance(a.blue, b.blue);
    squares = _mm256_add_epi32(squares,
                               _mm256_add_epi32(_mm256_madd_epi16(red, red),
                                                _mm256_add_epi32(_mm256_madd_epi16(green, green),
                                                                 _mm256_madd_epi16(blue, blue))));
    absolute = _mm256_add_epi32(
        absolute, _mm256_madd_epi16(_mm256_add_epi16(red, _mm256_add_epi16(green, blue)), ones));
    const __m256i most = _mm256_max_epi16(red, _mm256_max_epi16(green, blue));
    max = _mm256_max_epi16(max, most);
    differing = _mm256_sub_epi16(differing, _mm256_cmpgt_epi16(most, _mm256_setzero_si256()));
  }
  alignas(32) std::int16_t maxima[16];
  _mm256_store_si256(reinterpret_cast<__m256i*>(maxima), max);
  for (const std::int16_t value : maxima) out->max = out->max > value ? out->max : value;
  out->squares += Sum(squares);
  out->absolute += Sum(absolute);
  out->differing += Sum(_mm256_madd_epi16(differing, ones));
  return x;
}
#endif

void DifferenceRow(ColourRow a, ColourRow b, int width, RowDifference* out) {
  constexpr int kPart = 8192;  // 8192 pixels of the largest difference: 1.6e9
  *out = RowDifference{};
  for (int first = 0; first < width; first += kPart) {
    const int last = first + kPart < width ? first + kPart : width;
    int done = first;
#ifdef __AVX2__
    done = DifferenceSixteens(a, b, first, last, out);
#endif
    DifferencePart(a, b, done, last, out);
  }
}

constexpr PixelKernels kKernels{BlockRow, SsimRow, HalveRow, ChromaRow, RgbRow, DifferenceRow};

}  // namespace
}  // namespace hyperlocal::golden
