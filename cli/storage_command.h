#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "cli/command_context.h"
#include "cli/command_line.h"
#include "engine/object_store.h"

namespace hyperlocal::cli {

// Opens the service that --endpoint names; nothing: the one that the environment names.
using OpenObjectStore =
    std::function<Result<std::unique_ptr<ObjectStore>>(const std::optional<std::string>& endpoint)>;

// `hyperlocal storage ls|cp|cat|rm|stat`: objects by hand, for people without the cloud's own
// tools. Returns the exit status.
int RunStorage(const CommandLine& line, CommandContext& context, const OpenObjectStore& open);

}  // namespace hyperlocal::cli
