#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::testing {

// One #include line of a source.
struct IncludeLine {
  std::string file;    // relative to the root, with '/'
  int line = 0;        // from 1
  std::string target;  // what stands between the quotes or angle brackets
  bool quoted = false;
};

// The #include lines of all .h and .cc files under the source folders of `root`, sorted by file and
// line. Error: kIo.
Result<std::vector<IncludeLine>> ReadIncludes(const std::filesystem::path& root);

// The rules of the design's table "who may include whom", and of its third-party headers. One line
// per violation, "file:line: what is wrong and what is allowed".
std::vector<std::string> FolderViolations(const std::vector<IncludeLine>& includes);
std::vector<std::string> ThirdPartyViolations(const std::vector<IncludeLine>& includes);

// The folders with sources that have no README.md.
std::vector<std::string> FoldersWithoutReadme(const std::filesystem::path& root);

}  // namespace hyperlocal::testing
