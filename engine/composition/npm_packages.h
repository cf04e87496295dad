#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/composition/npm_address.h"

namespace hyperlocal {

struct NpmFile {
  std::filesystem::path file;
  std::string package;
  std::string installed_version;
  bool other_version = false;  // of the same major version, but not one that the address named
  std::string path;            // within the package, with slashes
};

// The npm packages of this machine that may answer content-delivery addresses: those of the
// directories that were named, the project's own node_modules, then HYPERLOCAL_NODE_MODULES (which
// the launcher sets), then the node_modules this program was built beside.
class NpmPackages {
 public:
  explicit NpmPackages(const std::filesystem::path& project,
                       const std::vector<std::filesystem::path>& directories = {});

  // The installed file that `address` means; nothing when the package, a fitting version or the
  // file is not there. A version of the same major number answers too and is marked, since the
  // picture may then differ.
  std::optional<NpmFile> Find(const NpmAddress& address) const;

  // Where a package is installed, in the order above; empty when it is nowhere.
  std::vector<std::filesystem::path> Directories(const std::string& package) const;

 private:
  std::vector<std::filesystem::path> roots_;
};

}  // namespace hyperlocal
