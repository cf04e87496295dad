#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/av/libav_handles_internal.h"
#include "engine/av/png_internal.h"

namespace hyperlocal {
namespace {

constexpr std::array<std::uint8_t, 8> kSignature = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
// Bounds what a broken header can make us allocate; videos end at 7680.
constexpr std::uint32_t kMaxSide = 16'384;

Error PngError(const std::string& what) {
  return Error{ErrorCode::kMedia, "decoding a PNG: " + what};
}

std::uint32_t ReadBigEndian(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | static_cast<std::uint32_t>(bytes[3]);
}

struct Header {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint8_t depth = 0;
  std::uint8_t color_type = 0;  // 2: RGB, 6: RGBA
  std::uint8_t interlace = 0;
};

struct Contents {
  Header header;
  bool has_transparent_color = false;    // a tRNS chunk
  std::vector<std::uint8_t> compressed;  // the IDAT chunks, joined
};

Result<Contents> ReadChunks(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kSignature.size() ||
      !std::equal(kSignature.begin(), kSignature.end(), bytes.begin())) {
    return PngError("it does not begin like one");
  }
  Contents contents;
  contents.compressed.reserve(bytes.size());
  bool has_header = false;
  std::size_t at = kSignature.size();
  for (;;) {
    // Length, type, data, CRC of type and data.
    if (bytes.size() - at < 12) return PngError("it is cut off");
    const std::size_t length = ReadBigEndian(bytes.data() + at);
    if (bytes.size() - at - 12 < length) return PngError("it is cut off");
    const std::uint8_t* type = bytes.data() + at + 4;
    const std::uint8_t* data = type + 4;
    if (libdeflate_crc32(0, type, length + 4) != ReadBigEndian(data + length)) {
      return PngError("a checksum is wrong");
    }
    const std::string_view name(reinterpret_cast<const char*>(type), 4);
    if (has_header != (name != "IHDR")) return PngError("its header is not where it belongs");
    if (name == "IHDR") {
      if (length != 13) return PngError("its header is damaged");
      contents.header = Header{.width = ReadBigEndian(data),
                               .height = ReadBigEndian(data + 4),
                               .depth = data[8],
                               .color_type = data[9],
                               .interlace = data[12]};
      has_header = true;
    } else if (name == "IDAT") {
      contents.compressed.insert(contents.compressed.end(), data, data + length);
    } else if (name == "tRNS") {
      contents.has_transparent_color = true;
    } else if (name == "IEND") {
      return contents;
    }
    at += length + 12;
  }
}

std::uint8_t Paeth(int left, int up, int up_left) {
  const int estimate = left + up - up_left;
  const int to_left = std::abs(estimate - left);
  const int to_up = std::abs(estimate - up);
  const int to_up_left = std::abs(estimate - up_left);
  const int nearer = to_up <= to_up_left ? up : up_left;
  return static_cast<std::uint8_t>(to_left <= to_up && to_left <= to_up_left ? left : nearer);
}

// Undoes one row's filter. `up` is the row above, finished; for the first row, a row of zeros. The
// pixel to the left is kept in registers: reading it back from `out` would cost a store and a load
// a byte.
template <std::size_t kBytes>
bool Unfilter(int filter, const std::uint8_t* in, const std::uint8_t* up, std::size_t size,
              std::uint8_t* __restrict out) {
  std::array<std::uint8_t, kBytes> left{};
  std::array<std::uint8_t, kBytes> up_left{};
  switch (filter) {
    case 0:
      std::memcpy(out, in, size);
      return true;
    case 1:
      for (std::size_t i = 0; i < size; i += kBytes) {
        for (std::size_t c = 0; c < kBytes; ++c) {
          left[c] = static_cast<std::uint8_t>(left[c] + in[i + c]);
          out[i + c] = left[c];
        }
      }
      return true;
    case 2:
      for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(in[i] + up[i]);
      return true;
    case 3:
      for (std::size_t i = 0; i < size; i += kBytes) {
        for (std::size_t c = 0; c < kBytes; ++c) {
          left[c] = static_cast<std::uint8_t>(in[i + c] + (left[c] + up[i + c]) / 2);
          out[i + c] = left[c];
        }
      }
      return true;
    case 4:
      for (std::size_t i = 0; i < size; i += kBytes) {
        for (std::size_t c = 0; c < kBytes; ++c) {
          left[c] = static_cast<std::uint8_t>(in[i + c] + Paeth(left[c], up[i + c], up_left[c]));
          up_left[c] = up[i + c];
          out[i + c] = left[c];
        }
      }
      return true;
    default:
      return false;
  }
}

template <std::size_t kBytes>
bool UnfilterAll(const std::vector<std::uint8_t>& filtered, Frame& frame) {
  const std::size_t row_bytes = frame.row_bytes();
  const std::vector<std::uint8_t> zeros(row_bytes);
  const std::uint8_t* up = zeros.data();
  for (std::size_t row = 0; row < static_cast<std::size_t>(frame.height); ++row) {
    const std::uint8_t* in = filtered.data() + row * (row_bytes + 1);
    std::uint8_t* out = frame.pixels.data() + row * row_bytes;
    if (!Unfilter<kBytes>(in[0], in + 1, up, row_bytes, out)) return false;
    up = out;
  }
  return true;
}

struct DecompressorDeleter {
  void operator()(libdeflate_decompressor* decompressor) const {
    libdeflate_free_decompressor(decompressor);
  }
};

Result<Frame> DecodeChromePng(const Contents& contents) {
  thread_local const std::unique_ptr<libdeflate_decompressor, DecompressorDeleter> decompressor(
      libdeflate_alloc_decompressor());
  // Kept for the next picture of this thread: a fresh 6 MB buffer costs as much as a third of the
  // inflating.
  thread_local std::vector<std::uint8_t> filtered;
  if (decompressor == nullptr) return Error{ErrorCode::kInternal, "out of memory"};
  Frame frame{
      .width = static_cast<int>(contents.header.width),
      .height = static_cast<int>(contents.header.height),
      .layout = contents.header.color_type == 6 ? PixelLayout::kRgba32 : PixelLayout::kRgb24,
      .pixels = {}};
  const auto rows = static_cast<std::size_t>(frame.height);
  filtered.resize((frame.row_bytes() + 1) * rows);
  // With no place for the actual size, anything but exactly this many bytes is an error.
  const libdeflate_result result = libdeflate_zlib_decompress(
      decompressor.get(), contents.compressed.data(), contents.compressed.size(), filtered.data(),
      filtered.size(), nullptr);
  if (result != LIBDEFLATE_SUCCESS) {
    return PngError("its pixels do not decompress (libdeflate " + std::to_string(result) + ")");
  }
  frame.pixels.resize(frame.row_bytes() * rows);
  const bool known = frame.layout == PixelLayout::kRgba32 ? UnfilterAll<4>(filtered, frame)
                                                          : UnfilterAll<3>(filtered, frame);
  if (!known) return PngError("it uses a filter that does not exist");
  return frame;
}

// Grey, palettes, 16 bits, interlaced, one transparent colour.
Result<Frame> DecodeWithLibav(std::span<const std::uint8_t> bytes, bool has_transparent_color) {
  CaptureLibavMessages();
  const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_PNG);
  if (codec == nullptr) return PngError("this libavcodec cannot decode its kind");
  const CodecHandle decoder(avcodec_alloc_context3(codec));
  const PacketHandle packet(av_packet_alloc());
  const FrameHandle picture(av_frame_alloc());
  const FrameHandle rgb(av_frame_alloc());
  if (decoder == nullptr || packet == nullptr || picture == nullptr || rgb == nullptr) {
    return Error{ErrorCode::kInternal, "out of memory"};
  }
  decoder->thread_count = 1;
  int code = avcodec_open2(decoder.get(), codec, nullptr);
  if (code >= 0) code = av_new_packet(packet.get(), static_cast<int>(bytes.size()));
  if (code >= 0) {
    std::memcpy(packet->data, bytes.data(), bytes.size());
    code = avcodec_send_packet(decoder.get(), packet.get());
  }
  if (code >= 0) code = avcodec_receive_frame(decoder.get(), picture.get());
  if (code < 0) return LibavError(code, "decoding a PNG");
  const auto format = static_cast<AVPixelFormat>(picture->format);
  const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
  const bool has_alpha = format == AV_PIX_FMT_PAL8
                             ? has_transparent_color
                             : (description->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  Frame frame{.width = picture->width,
              .height = picture->height,
              .layout = has_alpha ? PixelLayout::kRgba32 : PixelLayout::kRgb24,
              .pixels = {}};
  rgb->format = has_alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
  rgb->width = frame.width;
  rgb->height = frame.height;
  code = av_frame_get_buffer(rgb.get(), 0);
  if (code < 0) return LibavError(code, "decoding a PNG");
  const ScalerHandle scaler(sws_getContext(frame.width, frame.height, format, frame.width,
                                           frame.height, static_cast<AVPixelFormat>(rgb->format),
                                           SWS_POINT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT,
                                           nullptr, nullptr, nullptr));
  if (scaler == nullptr) return PngError("its pixel format cannot be converted");
  code = sws_scale(scaler.get(), picture->data, picture->linesize, 0, frame.height, rgb->data,
                   rgb->linesize);
  if (code < 0) return LibavError(code, "decoding a PNG");
  frame.pixels.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
  for (int row = 0; row < frame.height; ++row) {
    std::memcpy(frame.pixels.data() + static_cast<std::size_t>(row) * frame.row_bytes(),
                rgb->data[0] + std::ptrdiff_t{row} * rgb->linesize[0], frame.row_bytes());
  }
  return frame;
}

}  // namespace

Result<Frame> DecodePng(std::span<const std::uint8_t> bytes) {
  HYPERLOCAL_TRY(const Contents contents, ReadChunks(bytes));
  const Header& header = contents.header;
  if (header.width < 1 || header.height < 1 || header.width > kMaxSide ||
      header.height > kMaxSide) {
    return PngError("its size, " + std::to_string(header.width) + "x" +
                    std::to_string(header.height) + ", is out of bounds");
  }
  const bool is_chromes = header.depth == 8 && header.interlace == 0 &&
                          (header.color_type == 2 || header.color_type == 6) &&
                          !contents.has_transparent_color;
  return is_chromes ? DecodeChromePng(contents)
                    : DecodeWithLibav(bytes, contents.has_transparent_color);
}

}  // namespace hyperlocal
