#include "cli/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace hyperlocal::cli {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;

}  // namespace

Result<bool> LineReader::Fill() {
  if (ended_) return false;
  buffer_.erase(0, std::exchange(at_, 0));
  const std::size_t filled = buffer_.size();
  buffer_.resize(filled + kReadBytes);
  for (;;) {
    const ssize_t got = ::read(descriptor_, buffer_.data() + filled, kReadBytes);
    if (got < 0 && errno == EINTR) continue;
    buffer_.resize(filled + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0) return Error{ErrorCode::kIo, std::string("cannot read: ") + std::strerror(errno)};
    ended_ = got == 0;
    return !ended_;
  }
}

Result<std::optional<std::string>> LineReader::Next() {
  std::size_t searched = at_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      std::string line = buffer_.substr(at_, end - at_);
      at_ = end + 1;
      return std::optional<std::string>(std::move(line));
    }
    searched = buffer_.size() - at_;  // Fill moves what is left to the front
    HYPERLOCAL_TRY(const bool more, Fill());
    if (more) continue;
    if (at_ == buffer_.size()) return std::optional<std::string>();
    return std::optional<std::string>(buffer_.substr(std::exchange(at_, buffer_.size())));
  }
}

Result<std::string> LineReader::Rest() {
  for (;;) {
    HYPERLOCAL_TRY(const bool more, Fill());
    if (!more) return buffer_.substr(std::exchange(at_, buffer_.size()));
  }
}

}  // namespace hyperlocal::cli
