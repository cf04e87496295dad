#pragma once

#include <filesystem>
#include <string_view>

#include "cli/environment.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// Where this user's state of that name is kept: $XDG_STATE_HOME/hyperlocal/<name>, else
// ~/.local/state/hyperlocal/<name> (XDG base directory specification; a relative path in the
// variable does not count). Not made here. Error: kUsage when neither variable says where.
Result<std::filesystem::path> StateDirectory(std::string_view name,
                                             const GetEnvironmentVariable& get);

}  // namespace hyperlocal::cli
