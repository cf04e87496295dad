#include "engine/file/file_tree.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "engine/file/posix_error_internal.h"
#include "engine/json/utf16_order.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string name;
  bool is_directory = false;
  std::int64_t size_bytes = 0;
};

std::string Printable(const std::string& name) {
  std::string out;
  for (const char c : name) out += (c >= 0x20 && c < 0x7f) ? c : '?';
  return out;
}

Result<std::vector<Entry>> SortedEntries(const fs::path& directory, const std::string& prefix,
                                         const std::set<std::string>& skip) {
  std::vector<Entry> entries;
  std::error_code failure;
  fs::directory_iterator it(directory, failure);
  if (failure) return PosixError(failure.value(), "list", directory, ErrorCode::kIo);
  for (; it != fs::directory_iterator(); it.increment(failure)) {
    Entry entry{it->path().filename().string(), false, 0};
    if (skip.contains(entry.name)) continue;
    const fs::file_status status = it->symlink_status(failure);
    if (failure) return PosixError(failure.value(), "look at", it->path(), ErrorCode::kIo);
    entry.is_directory = fs::is_directory(status);
    if (!entry.is_directory && !fs::is_regular_file(status)) continue;
    if (!IsUtf8(entry.name)) {
      return Error{ErrorCode::kInvalidComposition, "the name of " + prefix + Printable(entry.name) +
                                                       " in " + directory.string() +
                                                       " is not UTF-8; rename it"};
    }
    if (!entry.is_directory) {
      entry.size_bytes = static_cast<std::int64_t>(it->file_size(failure));
      if (failure) return PosixError(failure.value(), "look at", it->path(), ErrorCode::kIo);
    }
    entries.push_back(std::move(entry));
  }
  if (failure) return PosixError(failure.value(), "list", directory, ErrorCode::kIo);
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return Utf16Less(a.name, b.name); });
  return entries;
}

Status Walk(const fs::path& directory, const std::string& prefix, const std::set<std::string>& skip,
            std::vector<TreeFile>& files) {
  HYPERLOCAL_TRY(const std::vector<Entry> entries, SortedEntries(directory, prefix, skip));
  for (const Entry& entry : entries) {
    std::string path = prefix + entry.name;
    if (entry.is_directory) {
      HYPERLOCAL_TRY_STATUS(Walk(directory / entry.name, path + "/", {}, files));
    } else {
      files.push_back(TreeFile{std::move(path), entry.size_bytes});
    }
  }
  return Ok();
}

}  // namespace

Result<std::vector<TreeFile>> ListFileTree(const fs::path& root,
                                           const std::set<std::string>& skip_at_root) {
  std::vector<TreeFile> files;
  HYPERLOCAL_TRY_STATUS(Walk(root, "", skip_at_root, files));
  return files;
}

}  // namespace hyperlocal
