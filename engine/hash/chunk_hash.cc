#include "engine/hash/chunk_hash.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/file/file_tree.h"
#include "engine/hash/sha256.h"

namespace hyperlocal {
namespace {

using namespace std::string_view_literals;

bool IsImageName(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  std::string extension(name.substr(dot + 1));
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension == "png" || extension == "jpg" || extension == "jpeg";
}

}  // namespace

Result<std::string> ChunkHash(const std::filesystem::path& chunk) {
  std::error_code failure;
  if (!std::filesystem::is_directory(chunk, failure)) return Sha256HexOfFile(chunk);
  HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(chunk));
  Sha256 hash;
  bool first = true;
  for (const TreeFile& file : files) {
    if (file.path.find('/') != std::string::npos || !IsImageName(file.path)) continue;
    HYPERLOCAL_TRY(const std::string digest, Sha256HexOfFile(chunk / file.path));
    if (!first) hash.Update("\0"sv);
    first = false;
    hash.Update(file.path).Update("\0"sv).Update(digest);
  }
  return hash.HexDigest();
}

}  // namespace hyperlocal
