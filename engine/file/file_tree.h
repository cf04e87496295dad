#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

struct TreeFile {
  std::string path;  // relative to the root, with '/', valid UTF-8
  std::int64_t size_bytes = 0;
};

// The regular files below `root`, depth first; the entries of every directory sorted by the UTF-16
// code units of their names, a directory walked at its place in that order. Links and special files
// are skipped, and so are the entries of the root that `skip_at_root` names. Errors: kNoInput,
// kPermission, kIo; kInvalidComposition for a name that is not UTF-8, because no other
// implementation of the contract could name that file.
Result<std::vector<TreeFile>> ListFileTree(const std::filesystem::path& root,
                                           const std::set<std::string>& skip_at_root = {});

}  // namespace hyperlocal
