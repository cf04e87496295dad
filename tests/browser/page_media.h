#pragma once

#include <filesystem>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal::testing {

// The media files that the page of that name asks for, made and put into its project.
Status AddMediaFiles(const std::string& name, const std::filesystem::path& project);

}  // namespace hyperlocal::testing
