#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hyperlocal {

// Takes the chunks of a message's body apart (RFC 9112 section 7.1), however the bytes arrive.
// Extensions and trailers are read and dropped. Lines end with CR LF and nothing less.
class ChunkDecoder {
 public:
  // The next part of the body in `bytes`, whose front it removes as far as it was understood. Empty
  // when all of `bytes` is used, at the end, and after a mistake. The part points into `bytes`.
  std::string_view Next(std::string_view& bytes);

  // The last chunk and the trailers were there; what is left of `bytes` is the next request.
  bool finished() const { return state_ == State::kFinished; }
  // What is wrong with the chunks; empty while nothing is. There is no way to go on from it.
  std::string_view mistake() const { return mistake_; }

 private:
  enum class State {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,  // the first byte of a trailer line
    kTrailer,
    kTrailerLf,
    kEndLf,
    kFinished,
    kFailed,
  };

  void Take(char c);
  void TakeSize(char c);
  void TakeLineByte(char c, State end_of_line);
  void Fail(std::string_view mistake);

  State state_ = State::kSize;
  std::uint64_t left_ = 0;      // of the chunk
  int digits_ = 0;              // of its size
  std::size_t line_bytes_ = 0;  // of extensions of one chunk, or of all trailers
  std::string_view mistake_;    // a literal
};

}  // namespace hyperlocal
