#include "engine/http/chunk_decoder_internal.h"

#include <algorithm>

namespace hyperlocal {
namespace {

constexpr int kMaxDigits = 15;  // 2^60 bytes
constexpr std::size_t kMaxLineBytes = std::size_t{16} << 10;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void ChunkDecoder::Fail(std::string_view mistake) {
  state_ = State::kFailed;
  mistake_ = mistake;
}

void ChunkDecoder::TakeSize(char c) {
  if (const int digit = HexValue(c); digit >= 0) {
    if (++digits_ > kMaxDigits) return Fail("a chunk's size has too many digits");
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return;
  }
  if (digits_ == 0) return Fail("a chunk's size is no hexadecimal number");
  if (c == '\r') {
    state_ = State::kSizeLf;
  } else if (c == ';' || c == ' ' || c == '\t') {
    state_ = State::kExtension;
  } else {
    Fail("a chunk's size is no hexadecimal number");
  }
}

// Of an extension or a trailer: nothing is made of it.
void ChunkDecoder::TakeLineByte(char c, State end_of_line) {
  if (++line_bytes_ > kMaxLineBytes) return Fail("the extensions or trailers are too long");
  if (c == '\r') {
    state_ = end_of_line;
  } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
    Fail("there is a control character in an extension or a trailer");
  }
}

void ChunkDecoder::Take(char c) {
  constexpr std::string_view kNoLineEnd = "a line among the chunks does not end with CR LF";
  switch (state_) {
    case State::kSize:
      return TakeSize(c);
    case State::kExtension:
      return TakeLineByte(c, State::kSizeLf);
    case State::kSizeLf:
      if (c != '\n') return Fail(kNoLineEnd);
      line_bytes_ = 0;
      state_ = left_ == 0 ? State::kTrailerStart : State::kData;
      return;
    case State::kDataCr:
      if (c != '\r') return Fail("a chunk is longer than its size says");
      state_ = State::kDataLf;
      return;
    case State::kDataLf:
      if (c != '\n') return Fail(kNoLineEnd);
      digits_ = 0;
      state_ = State::kSize;
      return;
    case State::kTrailerStart:
      state_ = State::kTrailer;
      return TakeLineByte(c, State::kEndLf);  // CR at once: the empty line
    case State::kTrailer:
      return TakeLineByte(c, State::kTrailerLf);
    case State::kTrailerLf:
      if (c != '\n') return Fail(kNoLineEnd);
      state_ = State::kTrailerStart;
      return;
    case State::kEndLf:
      if (c != '\n') return Fail(kNoLineEnd);
      state_ = State::kFinished;
      return;
    case State::kData:
    case State::kFinished:
    case State::kFailed:
      return;
  }
}

std::string_view ChunkDecoder::Next(std::string_view& bytes) {
  while (!bytes.empty() && state_ != State::kFinished && state_ != State::kFailed) {
    if (state_ != State::kData) {
      Take(bytes.front());
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
    const std::string_view part = bytes.substr(0, size);
    bytes.remove_prefix(size);
    left_ -= size;
    if (left_ == 0) state_ = State::kDataCr;
    return part;
  }
  return {};
}

}  // namespace hyperlocal
