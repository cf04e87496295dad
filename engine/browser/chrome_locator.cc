#include "engine/browser/chrome_locator.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>
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

// The first absolute path of an executable in a wrapper script; the path itself when it is no
// script.
fs::path BehindWrapper(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  char start[2] = {};
  if (!in.read(start, 2) || start[0] != '#' || start[1] != '!') return path;
  std::string line;
  std::getline(in, line);  // the rest of the interpreter line
  while (std::getline(in, line)) {
    const std::size_t begin = line.find('/');
    if (begin == std::string::npos || line.find('#') < begin) continue;
    const fs::path target = line.substr(begin, line.find_first_of(" \t\"'", begin) - begin);
    if (target != path && IsExecutable(target)) return target;
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
