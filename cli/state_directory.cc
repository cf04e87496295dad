#include "cli/state_directory.h"

namespace hyperlocal::cli {

Result<std::filesystem::path> StateDirectory(std::string_view name,
                                             const GetEnvironmentVariable& get) {
  const auto below = [name](const std::filesystem::path& base) {
    return base / "hyperlocal" / name;
  };
  if (const auto state = get("XDG_STATE_HOME"); state && state->starts_with('/')) {
    return below(*state);
  }
  if (const auto home = get("HOME"); home && home->starts_with('/')) {
    return below(std::filesystem::path(*home) / ".local" / "state");
  }
  return Error{ErrorCode::kUsage,
               "neither HOME nor XDG_STATE_HOME says where to keep " + std::string(name)};
}

}  // namespace hyperlocal::cli
