#pragma once

#include <filesystem>

#include "engine/error/result.h"

namespace hyperlocal {

// The headless Chrome binary to run: PRODUCER_HEADLESS_SHELL_PATH, then HYPERFRAMES_CHROME_PATH
// (one that is set must exist; it is not skipped), then the places where distributions put it. A
// path that is Debian's /usr/bin wrapper (a shell script that does not exec, so that killing it
// leaves Chrome behind) is replaced by the binary it starts. Error: kChromeUnavailable naming every
// place looked at and the package to install.
Result<std::filesystem::path> FindChrome();

}  // namespace hyperlocal
