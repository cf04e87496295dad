#include "engine/file/scratch_directory.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// Removes the directories of owners that no longer run. (Keep renames a directory out of this
// pattern.)
void RemoveOrphans(const fs::path& parent, const std::string& prefix) {
  std::error_code ec;
  for (fs::directory_iterator it(parent, ec), end; !ec && it != end; it.increment(ec)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    pid_t owner = 0;
    const char* const name_end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + prefix.size(), name_end, owner);
    if (parsed.ec != std::errc{} || owner <= 0) continue;
    // Of our making only: the number, a dash, mkdtemp's six characters.
    if (name_end - parsed.ptr != 7 || *parsed.ptr != '-') continue;
    std::error_code unknown;
    if (!fs::is_directory(it->symlink_status(unknown))) continue;
    if (::kill(owner, 0) == 0 || errno != ESRCH) continue;
    std::error_code ignored;
    fs::remove_all(it->path(), ignored);
  }
}

}  // namespace

Result<std::unique_ptr<ScratchDirectory>> ScratchDirectory::Create(std::string_view purpose,
                                                                   fs::path parent) {
  std::error_code ec;
  if (parent.empty()) parent = fs::temp_directory_path(ec);
  if (ec) {
    return Error{ErrorCode::kCannotWrite,
                 "no directory for temporary files: " + ec.message() +
                     ". Set TMPDIR to a directory that exists and can be written."};
  }
  const std::string prefix = "hyperlocal-" + std::string(purpose) + "-";
  RemoveOrphans(parent, prefix);
  std::string name = (parent / (prefix + std::to_string(::getpid()) + "-XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return Error{ErrorCode::kCannotWrite, "cannot make a temporary directory in " +
                                              parent.string() + ": " + std::strerror(errno) +
                                              ". Set TMPDIR to a writable directory."};
  }
  return std::unique_ptr<ScratchDirectory>(new ScratchDirectory(name));
}

fs::path ScratchDirectory::Keep() {
  std::string name = path_.filename().string();
  const fs::path kept = path_.parent_path() / ("kept-" + name);
  std::error_code ec;
  fs::rename(path_, kept, ec);
  if (!ec) path_ = kept;
  kept_ = true;
  return path_;
}

ScratchDirectory::~ScratchDirectory() {
  if (kept_) return;
  // Processes that were just killed may still finish a write here; what they add makes a removal
  // fail once or twice.
  std::error_code ec;
  for (int attempt = 0; attempt < 50; ++attempt) {
    fs::remove_all(path_, ec);
    if (!ec && !fs::exists(path_, ec)) return;
    ::usleep(2000);
  }
}

}  // namespace hyperlocal
