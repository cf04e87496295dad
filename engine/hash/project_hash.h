#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// The regular files of a project in the order of its hash: depth first, every directory's entries
// sorted by UTF-16 code units of their names, links and special files skipped, and at the root the
// names node_modules .git .cache output failures dist .next .turbo skipped. Paths are relative,
// with '/'. Errors: kNoInput, kIo.
Result<std::vector<std::string>> ListProjectFiles(const std::filesystem::path& project);

// The project hash of the contract (section 2): 64 hex digits; the site id is the first 16.
Result<std::string> ProjectHash(const std::filesystem::path& project);

}  // namespace hyperlocal
