#pragma once

#include <string_view>
#include <vector>

#include "cli/command_table.h"

namespace hyperlocal::cli {

// The parts of the command table, in the order in which the help lists them.
std::vector<CommandSpec> RenderCommandSpecs();
std::vector<CommandSpec> AssetsCommandSpecs();
std::vector<CommandSpec> ServeCommandSpecs();
std::vector<CommandSpec> CloudCommandSpecs();
std::vector<CommandSpec> CloudRunCommandSpecs();
std::vector<CommandSpec> StorageCommandSpecs();
std::vector<CommandSpec> WorkflowCommandSpecs();
std::vector<CommandSpec> GoldenCommandSpecs();
std::vector<CommandSpec> ContractCommandSpecs();

// Flags of the commands that start the emulated cloud (cloud_flags.h).
std::vector<FlagSpec> LocalCloudFlags();

// Flags that most commands have.
FlagSpec HelpFlag();
FlagSpec JsonFlag(std::string_view description);

}  // namespace hyperlocal::cli
