#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal {

// A project as a plan carries it.
struct ProjectCopy {
  // Links of the project, relative paths. They are no part of it (CONTRACT section 2), so they are
  // not copied: what a link points to may be elsewhere, and is not there when a chunk is rendered
  // on another machine.
  std::set<std::string> links;
};

// Copies the files of `project` (those of its hash) into `compiled`, the entry file as index.html;
// an entry in a folder gets a base address so that its relative references still hold. Errors:
// kNoInput, kCannotWrite, kIo, kPermission.
Result<ProjectCopy> CopyProject(const std::filesystem::path& project, const std::string& entry,
                                const std::filesystem::path& compiled);

}  // namespace hyperlocal
