#pragma once

#include <string>

#include "cli/command_table.h"

namespace hyperlocal::cli {

// At most 80 columns, plain text.
std::string OverviewHelp();                           // the commands
std::string CommandHelp(const CommandSpec& command);  // one command: examples first, then its flags
std::string VersionText();                            // "hyperlocal 0.1.0\n"

}  // namespace hyperlocal::cli
