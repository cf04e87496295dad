#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// SHA-256, fed piece by piece. One thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& Update(std::string_view bytes);
  Sha256& Update(std::span<const std::uint8_t> bytes);
  // Streams the file; memory does not grow with it. Errors: kIo, kNoInput.
  Status UpdateFromFile(const std::filesystem::path& file);
  // The digest in lower-case hex. The object is spent afterwards.
  std::string HexDigest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string Sha256Hex(std::string_view bytes);
// Whether the text can be a digest: 64 lower-case hex digits.
bool IsSha256Hex(std::string_view text);
Result<std::string> Sha256HexOfFile(const std::filesystem::path& file);

}  // namespace hyperlocal
