#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/file_content.h"

namespace hyperlocal::testing {

// What lies below a directory, in words: "file <content>", "directory", "link to <target>",
// "something else", by relative path.
using TreeListing = std::map<std::string, std::string>;

inline TreeListing ListingOf(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  TreeListing listing;
  if (!fs::is_directory(root)) return listing;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
    std::string& text = listing[entry.path().lexically_relative(root).generic_string()];
    if (entry.is_symlink()) {
      text = "link to " + fs::read_symlink(entry.path()).string();
    } else if (entry.is_directory()) {
      text = "directory";
    } else if (entry.is_regular_file()) {
      text = "file " + FileContent(entry.path());
    } else {
      text = "something else";
    }
  }
  return listing;
}

}  // namespace hyperlocal::testing
