#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace hyperlocal {

// Bytes that have arrived and are not used yet. A worker thread has one, for the connection that it
// serves at the moment; connections that wait need none.
class ReceiveBuffer {
 public:
  static constexpr std::size_t kSize = std::size_t{256} << 10;

  std::string_view unused() const { return {bytes_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }

  void Use(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Where to receive more. Never empty while less than kSize is unused; moves what is unused, so
  // that earlier views of it end here.
  std::span<char> Room() {
    constexpr std::size_t kWorthwhile = kSize / 4;
    if (begin_ > 0 && kSize - end_ < kWorthwhile) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, kSize - end_};
  }
  void Received(std::size_t count) { end_ += count; }

  // Starts anew with what was kept of a connection, less than kSize.
  void Restart(std::string_view kept) {
    begin_ = 0;
    end_ = std::min(kept.size(), kSize);
    std::memcpy(bytes_.get(), kept.data(), end_);
  }

 private:
  // Not initialised: pages that no request reaches are never touched.
  std::unique_ptr<char[]> bytes_{new char[kSize]};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace hyperlocal
