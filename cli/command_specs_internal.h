#pragma once

#include <string_view>
#include <vector>

#include "cli/command_table.h"

namespace hyperlocal::cli {

// The parts of the command table, in the order in which the help lists them.
std::vector<CommandSpec> RenderCommandSpecs();
std::vector<CommandSpec> StorageCommandSpecs();
std::vector<CommandSpec> WorkflowCommandSpecs();
std::vector<CommandSpec> ContractCommandSpecs();

// Flags that most commands have.
FlagSpec HelpFlag();
FlagSpec JsonFlag(std::string_view description);

}  // namespace hyperlocal::cli
