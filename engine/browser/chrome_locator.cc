#include "engine/browser/chrome_locator.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::array kConventionalPlaces{
    "/usr/lib/chromium/chromium-headless-shell",
    "/usr/lib/chromium-browser/chromium-headless-shell",
    "/usr/bin/chromium-headless-shell",
    "/usr/bin/chrome-headless-shell",
    "/opt/chrome-headless-shell/chrome-headless-shell",
    "/opt/chromium/headless_shell",
};

bool IsExecutable(const fs::path& path) {
  std::error_code ec;
  return fs::is_regular_file(path, ec) && ::access(path.c_str(), X_OK) == 0;
}

bool NamesChrome(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.find("chrom") != std::string::npos || name.find("headless") != std::string::npos;
}

// The first absolute path of a Chrome in a wrapper script (not of a shell or `env` that it uses);
// the path itself when it is no script, or when it names none.
fs::path BehindWrapper(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  char start[2] = {};
  if (!in.read(start, 2) || start[0] != '#' || start[1] != '!') return path;
  std::string line;
  std::getline(in, line);  // the rest of the interpreter line
  while (std::getline(in, line)) {
    line.resize(std::min(line.size(), line.find('#')));
    // Every word that begins with a slash.
    for (std::size_t at = 0; (at = line.find('/', at)) != std::string::npos;) {
      const std::size_t end = std::min(line.size(), line.find_first_of(" \t\"';", at));
      const bool begins =
          at == 0 || std::string_view(" \t\"'=").find(line[at - 1]) != std::string_view::npos;
      const fs::path target = line.substr(at, end - at);
      if (begins && target != path && NamesChrome(target) && IsExecutable(target)) return target;
      at = end;
    }
  }
  return path;
}

}  // namespace

Result<fs::path> FindChrome() {
  for (const char* variable : {"PRODUCER_HEADLESS_SHELL_PATH", "HYPERFRAMES_CHROME_PATH"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    if (!IsExecutable(value)) {
      return Error{ErrorCode::kChromeUnavailable,
                   std::string(variable) + " names " + value +
                       ", which is not an executable file. Correct it, or unset it to use the "
                       "installed Chrome."};
    }
    return BehindWrapper(value);
  }
  std::string looked_at =
      "PRODUCER_HEADLESS_SHELL_PATH (not set), HYPERFRAMES_CHROME_PATH (not set)";
  for (const char* place : kConventionalPlaces) {
    if (IsExecutable(place)) return BehindWrapper(place);
    looked_at += std::string(", ") + place;
  }
  return Error{ErrorCode::kChromeUnavailable,
               "no headless Chrome found. Looked at: " + looked_at +
                   ". Install it with `apt-get install chromium-headless-shell`, or set "
                   "PRODUCER_HEADLESS_SHELL_PATH to a chrome-headless-shell binary."};
}

}  // namespace hyperlocal
