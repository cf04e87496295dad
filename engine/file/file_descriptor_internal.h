#pragma once

#include <unistd.h>

#include <utility>

namespace hyperlocal {

// Owns an open file descriptor; -1 means none.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&&) = delete;

  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }
  // Closes now and tells whether that worked: the last chance to hear of bytes that were lost.
  bool Close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

}  // namespace hyperlocal
