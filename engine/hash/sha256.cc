#include "engine/hash/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"

namespace hyperlocal {
namespace {

// Large enough that the system calls do not show beside the hashing.
constexpr std::size_t kReadBytes = std::size_t{1} << 20;

// OpenSSL fails to hash only when it cannot allocate or was built without SHA-256: nothing a caller
// can handle.
void Require(int openssl_result) {
  if (openssl_result != 1) std::abort();
}

}  // namespace

struct Sha256::Context {
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  Require(context_->evp != nullptr ? 1 : 0);
  Require(EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::Update(std::string_view bytes) {
  Require(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256& Sha256::Update(std::span<const std::uint8_t> bytes) {
  Require(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()));
  return *this;
}

Status Sha256::UpdateFromFile(const std::filesystem::path& file) {
  const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in.valid()) return PosixError(errno, "read", file, ErrorCode::kIo);
  // Only a hint: the answer does not matter.
  (void)::posix_fadvise(in.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<std::uint8_t> buffer(kReadBytes);
  for (;;) {
    const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
    if (got == 0) return Ok();
    if (got < 0) {
      if (errno == EINTR) continue;
      return PosixError(errno, "read", file, ErrorCode::kIo);
    }
    Update(std::span<const std::uint8_t>(buffer.data(), static_cast<std::size_t>(got)));
  }
}

std::string Sha256::HexDigest() {
  std::uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  Require(EVP_DigestFinal_ex(context_->evp.get(), digest, &size));
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{2} * size);
  for (unsigned int i = 0; i < size; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 0xF];
  }
  return hex;
}

bool IsSha256Hex(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string Sha256Hex(std::string_view bytes) {
  return Sha256().Update(bytes).HexDigest();
}

Result<std::string> Sha256HexOfFile(const std::filesystem::path& file) {
  Sha256 hash;
  HYPERLOCAL_TRY_STATUS(hash.UpdateFromFile(file));
  return hash.HexDigest();
}

}  // namespace hyperlocal
