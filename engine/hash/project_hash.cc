#include "engine/hash/project_hash.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "engine/file/file_tree.h"
#include "engine/hash/sha256.h"

namespace hyperlocal {
namespace {

using namespace std::string_view_literals;

// Not part of a project wherever it is planned or deployed: dependencies, version control, outputs.
const std::set<std::string>& SkippedAtRoot() {
  static const std::set<std::string> kNames = {"node_modules", ".git", ".cache", "output",
                                               "failures",     "dist", ".next",  ".turbo"};
  return kNames;
}

// The published implementation also runs where '\\' separates names, and makes no difference here.
std::string HashedPath(std::string path) {
  std::replace(path.begin(), path.end(), '\\', '/');
  return path;
}

}  // namespace

Result<std::vector<std::string>> ListProjectFiles(const std::filesystem::path& project) {
  HYPERLOCAL_TRY(std::vector<TreeFile> files, ListFileTree(project, SkippedAtRoot()));
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (TreeFile& file : files) paths.push_back(std::move(file.path));
  return paths;
}

Result<std::string> ProjectHash(const std::filesystem::path& project) {
  HYPERLOCAL_TRY(const std::vector<std::string> paths, ListProjectFiles(project));
  Sha256 hash;
  for (const std::string& path : paths) {
    hash.Update(HashedPath(path)).Update("\0"sv);
    HYPERLOCAL_TRY_STATUS(hash.UpdateFromFile(project / path));
  }
  return hash.HexDigest();
}

}  // namespace hyperlocal
