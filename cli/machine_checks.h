#pragma once

#include <vector>

#include "cli/doctor_command.h"
#include "engine/cancellation.h"

namespace hyperlocal::cli {

// What a render needs of this machine, each tried for real: Chrome is started, a frame is encoded,
// a file is written.
std::vector<MachineCheck> MachineChecks(const CancellationToken& cancel);

}  // namespace hyperlocal::cli
