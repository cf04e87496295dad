#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hyperlocal {

// What fonts this machine could draw a page with: SHA-256 over the names and sizes of the installed
// font files, sorted, and over `font_packages`, each "name@version" (FontSetPackages). It goes into
// the plan hash, so that two plans made on machines with other fonts differ.
std::string FontSnapshotSha(const std::vector<std::string>& font_packages = {},
                            const std::vector<std::filesystem::path>& font_directories = {
                                "/usr/share/fonts", "/usr/local/share/fonts"});

}  // namespace hyperlocal
