#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/http/chunk_decoder_internal.h"

namespace {

using namespace hyperlocal;

struct Decoded {
  std::string body;
  std::size_t used = 0;
  bool finished = false;
  bool failed = false;
  bool operator==(const Decoded&) const = default;
};

Decoded Decode(std::string_view text, std::size_t piece) {
  ChunkDecoder decoder;
  Decoded decoded;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    std::string_view bytes = text.substr(at, piece);
    const std::size_t before = bytes.size();
    for (std::string_view part = decoder.Next(bytes); !part.empty(); part = decoder.Next(bytes)) {
      decoded.body += part;
    }
    decoded.used += before - bytes.size();
    if (decoder.finished() || !decoder.mistake().empty()) break;
    if (!bytes.empty()) std::abort();  // it stopped without saying why
  }
  decoded.finished = decoder.finished();
  decoded.failed = !decoder.mistake().empty();
  return decoded;
}

}  // namespace

// Any bytes are chunks, the start of some, or a mistake; the same however they arrive. What has
// been taken apart is no longer than what it was in, and the end has an empty line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 32U + 1;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  const Decoded whole = Decode(text, text.size() + 1);
  if (whole != Decode(text, piece)) std::abort();
  if (whole.finished && whole.failed) std::abort();
  if (whole.body.size() > whole.used) std::abort();
  if (whole.finished && !text.substr(0, whole.used).ends_with("\r\n\r\n")) std::abort();
  return 0;
}
