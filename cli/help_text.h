#pragma once

#include <string>
#include <string_view>

#include "cli/command_table.h"

namespace hyperlocal::cli {

// At most 80 columns, plain text.
std::string OverviewHelp();                           // the commands
std::string GroupHelp(std::string_view group);        // the commands of a group
std::string CommandHelp(const CommandSpec& command);  // one command: examples first, then its flags
std::string VersionText();                            // "hyperlocal 0.1.0\n"

std::string UsageLine(const CommandSpec& command);    // "hyperlocal render PROJECT [flags]"
std::string ArgumentsOf(const CommandSpec& command);  // "PLAN INDEX", "PLAN CHUNK..."

}  // namespace hyperlocal::cli
