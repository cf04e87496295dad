#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/header_claims_internal.h"
#include "fakes/gcs/server/multipart_reader_internal.h"

// Any lines are header fields or refused; checksums among them, written anew, are claimed again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  using namespace hyperlocal::gcs;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ContentClaims alone;
  (void)ReadHeaderClaims({{"x-goog-hash", std::string(text)}}, alone).has_value();
  const auto headers = ParseHeaderLines(text);
  if (!headers) return 0;
  ContentClaims claims;
  if (!ReadHeaderClaims(*headers, claims)) return 0;
  std::string written;
  if (claims.crc32c) written += "crc32c=" + Crc32cBase64(*claims.crc32c) + ",";
  if (claims.md5) written += "md5=" + Md5Base64(*claims.md5);
  ContentClaims again;
  if (!ReadHeaderClaims({{"X-Goog-Hash", written}}, again) || again != claims) std::abort();
  return 0;
}
