#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal {

using Md5Digest = std::array<std::uint8_t, 16>;

// MD5 (RFC 1321), fed piece by piece: a checksum that Cloud Storage shows, never a proof of
// anything. One thread at a time.
class Md5Hash {
 public:
  Md5Hash();
  ~Md5Hash();
  Md5Hash(Md5Hash&&) noexcept;
  Md5Hash& operator=(Md5Hash&&) noexcept;

  Md5Hash& Update(std::string_view bytes);
  // The object is spent afterwards.
  Md5Digest Digest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

Md5Digest Md5Of(std::string_view bytes);
// Lower case.
std::string Md5Hex(const Md5Digest& digest);
// As Cloud Storage writes it in JSON and headers.
std::string Md5Base64(const Md5Digest& digest);
// Nothing when it is not the base64 form of 16 bytes.
std::optional<Md5Digest> ParseMd5Base64(std::string_view text);

}  // namespace hyperlocal
