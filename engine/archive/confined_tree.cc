#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "engine/archive/confined_tree_internal.h"
#include "engine/archive/tar_reader_internal.h"
#include "engine/file/posix_error_internal.h"
#include "engine/json/utf16_order.h"

namespace hyperlocal {
namespace {

constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::string Joined(const std::vector<std::string>& components) {
  std::string path;
  for (const std::string& each : components) path += (path.empty() ? "" : "/") + each;
  return path;
}

Error Refused(std::string_view path, std::string_view why) {
  return Error{ErrorCode::kInvalidArchive,
               "the entry " + PrintableName(path) + " " + std::string(why) + ", which is refused"};
}

// Whether a link in a directory `depth` below the root stays below it. The leading ".." climb real
// directories, for nothing is made through a link; what follows them can only descend, or go on
// from another link of which the same is true. A ".." further back could climb out of a place that
// such a link leads to.
bool StaysBelow(std::string_view target, std::size_t depth) {
  if (target.empty() || target.front() == '/') return false;
  bool climbing = true;
  while (!target.empty()) {
    const std::string_view name = target.substr(0, target.find('/'));
    target.remove_prefix(std::min(target.size(), name.size() + 1));
    if (name.empty() || name == ".") continue;
    if (name != "..") {
      climbing = false;
    } else if (!climbing || depth-- == 0) {
      return false;
    }
  }
  return true;
}

}  // namespace

Result<ConfinedTree> ConfinedTree::Open(const std::filesystem::path& root) {
  FileDescriptor directory(::open(root.c_str(), kOpenDirectory));
  if (!directory.valid()) return PosixError(errno, "open", root, ErrorCode::kIo);
  return ConfinedTree(root, std::move(directory));
}

Result<ConfinedTree::Components> ConfinedTree::Split(std::string_view path) const {
  if (path.empty()) return Refused(path, "has no name");
  if (path.front() == '/') return Refused(path, "has an absolute path");
  if (!IsUtf8(path)) return Refused(path, "has a name that is not UTF-8");
  // Whoever reads the tree does so by whole paths.
  if (root_.native().size() + 1 + path.size() >= PATH_MAX)
    return Refused(path, "has too long a path");
  Components components;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    if (name == "..") return Refused(path, "has \"..\" in its path");
    if (name.size() > NAME_MAX) return Refused(path, "has too long a name");
    if (!name.empty() && name != ".") components.emplace_back(name);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return components;
}

Result<ConfinedTree::Components> ConfinedTree::SplitName(std::string_view path) const {
  HYPERLOCAL_TRY(Components components, Split(path));
  if (components.empty()) return Refused(path, "would replace the directory itself");
  return components;
}

FileDescriptor ConfinedTree::OpenOrMakeDirectory(int parent, const std::string& name) {
  FileDescriptor directory(::openat(parent, name.c_str(), kOpenDirectory));
  if (directory.valid() || errno != ENOENT) return directory;
  if (::mkdirat(parent, name.c_str(), 0755) != 0) return FileDescriptor(-1);
  ++implied_directories_;
  return FileDescriptor(::openat(parent, name.c_str(), kOpenDirectory));
}

Result<int> ConfinedTree::DirectoryOf(const Components& path, std::size_t depth) {
  if (depth == 0) return root_directory_.get();
  const auto end = path.begin() + static_cast<std::ptrdiff_t>(depth);
  if (open_directory_ && std::equal(path.begin(), end, open_path_.begin(), open_path_.end())) {
    return open_directory_->get();
  }
  open_directory_.reset();
  std::optional<FileDescriptor> directory;
  for (auto name = path.begin(); name != end; ++name) {
    FileDescriptor next =
        OpenOrMakeDirectory(directory ? directory->get() : root_directory_.get(), *name);
    if (!next.valid() && (errno == ENOTDIR || errno == ELOOP)) {
      return Refused(Joined(path), "needs a directory where a file or a link is");
    }
    if (!next.valid()) return Failed(path);
    directory.emplace(std::move(next));
  }
  open_path_.assign(path.begin(), end);
  open_directory_.emplace(*std::move(directory));
  return open_directory_->get();
}

Status ConfinedTree::MakeDirectory(std::string_view path) {
  HYPERLOCAL_TRY(const Components components, Split(path));
  const std::int64_t before = implied_directories_;
  if (const auto made = DirectoryOf(components, components.size()); !made) return made.error();
  if (implied_directories_ > before) --implied_directories_;  // the last one was asked for
  return Ok();
}

Result<FileDescriptor> ConfinedTree::MakeFile(std::string_view path) {
  HYPERLOCAL_TRY(const Components components, SplitName(path));
  HYPERLOCAL_TRY(const int parent, DirectoryOf(components, components.size() - 1));
  HYPERLOCAL_TRY_STATUS(RemoveSame(parent, components, S_IFREG));
  FileDescriptor file(::openat(parent, components.back().c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file.valid()) return Failed(components);
  return file;
}

Status ConfinedTree::MakeSymbolicLink(std::string_view path, const std::string& target) {
  HYPERLOCAL_TRY(const Components components, SplitName(path));
  if (!StaysBelow(target, components.size() - 1)) {
    return Refused(path, "links to " + PrintableName(target) + ", outside the archive");
  }
  if (target.size() >= PATH_MAX) return Refused(path, "links to a name that is too long");
  HYPERLOCAL_TRY(const int parent, DirectoryOf(components, components.size() - 1));
  HYPERLOCAL_TRY_STATUS(RemoveSame(parent, components, S_IFLNK));
  if (::symlinkat(target.c_str(), parent, components.back().c_str()) == 0) return Ok();
  return Failed(components);
}

Result<std::int64_t> ConfinedTree::MakeHardLink(std::string_view path, std::string_view target) {
  HYPERLOCAL_TRY(const Components from, SplitName(target));
  HYPERLOCAL_TRY(const Components to, SplitName(path));
  HYPERLOCAL_TRY(const int target_parent, DirectoryOf(from, from.size() - 1));
  struct stat facts {};
  if (from == to ||
      ::fstatat(target_parent, from.back().c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(facts.st_mode)) {
    return Refused(path, "links to " + PrintableName(target) + ", no earlier file of the archive");
  }
  // The next call may close the other one.
  const FileDescriptor source(::fcntl(target_parent, F_DUPFD_CLOEXEC, 0));
  if (!source.valid()) return Failed(from);
  HYPERLOCAL_TRY(const int parent, DirectoryOf(to, to.size() - 1));
  HYPERLOCAL_TRY_STATUS(RemoveSame(parent, to, S_IFREG));
  if (::linkat(source.get(), from.back().c_str(), parent, to.back().c_str(), 0) != 0) {
    return Failed(to);
  }
  return static_cast<std::int64_t>(facts.st_size);
}

Status ConfinedTree::RemoveSame(int parent, const Components& path, unsigned type) const {
  struct stat facts {};
  if (::fstatat(parent, path.back().c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno == ENOENT ? Ok() : Failed(path);
  }
  if ((facts.st_mode & S_IFMT) != type) {
    return Refused(Joined(path), "makes something else of an earlier entry");
  }
  return ::unlinkat(parent, path.back().c_str(), 0) == 0 ? Ok() : Failed(path);
}

Error ConfinedTree::Failed(const Components& path) const {
  return PosixError(errno, "make", root_ / Joined(path), ErrorCode::kIo);
}

}  // namespace hyperlocal
