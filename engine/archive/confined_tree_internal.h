#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal {

// Makes entries below one directory and nowhere else, from paths that nobody vouches for: every
// component is opened by itself and never through a link. The directory belongs to this object
// alone, and so whatever lies in it was made here.
//
// Errors: kInvalidArchive for a path or a target that is refused; kPermission, kIo.
class ConfinedTree {
 public:
  // `root` must exist. Errors: kPermission, kIo.
  static Result<ConfinedTree> Open(const std::filesystem::path& root);

  // An existing directory is fine.
  Status MakeDirectory(std::string_view path);
  // An empty file, open for writing; it replaces one of its name.
  Result<FileDescriptor> MakeFile(std::string_view path);
  // A link that leads to somewhere below the root, whether something is there or not; it replaces
  // one of its name.
  Status MakeSymbolicLink(std::string_view path, const std::string& target);
  // Another name for the file at `target`, whose size is returned.
  Result<std::int64_t> MakeHardLink(std::string_view path, std::string_view target);

  // Directories that were made only because something below them was.
  std::int64_t implied_directories() const { return implied_directories_; }

 private:
  using Components = std::vector<std::string>;
  ConfinedTree(const std::filesystem::path& root, FileDescriptor directory)
      : root_(root), root_directory_(std::move(directory)) {}

  Result<Components> Split(std::string_view path) const;
  // Of an entry that is no directory: the last component is its name.
  Result<Components> SplitName(std::string_view path) const;
  // The directory that the first `depth` components lead to, made if it is not there. Valid until
  // the next call.
  Result<int> DirectoryOf(const Components& path, std::size_t depth);
  // Not valid, and errno, when that cannot be.
  FileDescriptor OpenOrMakeDirectory(int parent, const std::string& name);
  // Makes room for an entry of type `type` (S_IFREG, S_IFLNK) that is there already.
  Status RemoveSame(int parent, const Components& path, unsigned type) const;
  Error Failed(const Components& path) const;

  std::filesystem::path root_;
  FileDescriptor root_directory_;
  // The directory of the last entry: the next one is mostly in it too.
  std::vector<std::string> open_path_;
  std::optional<FileDescriptor> open_directory_;
  std::int64_t implied_directories_ = 0;
};

}  // namespace hyperlocal
