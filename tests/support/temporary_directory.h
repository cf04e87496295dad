#pragma once

#include <stdlib.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

// Inside namespace hyperlocal write ::testing for GoogleTest's own namespace: plain `testing` means
// this one.
namespace hyperlocal::testing {

// A new empty directory under $TMPDIR (or /tmp), removed with all that is in it when the object
// goes. A test that cannot have one cannot go on, so failing to make it ends the program with a
// message.
class TemporaryDirectory {
 public:
  // `name` appears in the directory's name, to tell whose it was should a crash leave it behind.
  explicit TemporaryDirectory(std::string_view name = "test") {
    std::error_code error;
    std::filesystem::path parent = std::filesystem::temp_directory_path(error);
    if (error) parent = "/tmp";
    std::string pattern = (parent / ("hyperlocal-" + std::string(name) + "-XXXXXX")).string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      std::fprintf(stderr, "cannot make the temporary directory %s: %s\n", pattern.c_str(),
                   std::strerror(errno));
      std::abort();
    }
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;  // a destructor has nobody to tell
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// directory / "plan.json"
inline std::filesystem::path operator/(const TemporaryDirectory& directory,
                                       const std::filesystem::path& name) {
  return directory.path() / name;
}

}  // namespace hyperlocal::testing
