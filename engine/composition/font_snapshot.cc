#include "engine/composition/font_snapshot.h"

#include "engine/file/file_tree.h"
#include "engine/hash/sha256.h"

namespace hyperlocal {

std::string FontSnapshotSha(const std::vector<std::string>& font_packages,
                            const std::vector<std::filesystem::path>& font_directories) {
  Sha256 sha;
  for (const std::filesystem::path& root : font_directories) {
    const auto files = ListFileTree(root);
    if (!files) continue;  // a machine may lack either
    for (const TreeFile& file : *files) {
      sha.Update(file.path)
          .Update(std::string_view("\0", 1))
          .Update(std::to_string(file.size_bytes));
      sha.Update(std::string_view("\0", 1));
    }
  }
  for (const std::string& package : font_packages) {
    sha.Update(package).Update(std::string_view("\0", 1));
  }
  return sha.HexDigest();
}

}  // namespace hyperlocal
