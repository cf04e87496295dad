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
};

// The npm packages of this machine that may answer content-delivery addresses: the project's own
// node_modules first, then HYPERLOCAL_NODE_MODULES (which the launcher sets), then the node_modules
// this program was built beside.
class NpmPackages {
 public:
  explicit NpmPackages(const std::filesystem::path& project);

  // The installed file that `address` means; nothing when the package, a fitting version or the
  // file is not there. A version of the same major number answers too and is marked, since the
  // picture may then differ.
  std::optional<NpmFile> Find(const NpmAddress& address) const;

 private:
  std::vector<std::filesystem::path> roots_;
};

}  // namespace hyperlocal
