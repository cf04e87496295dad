#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "engine/profile/profile.h"

namespace hyperlocal::cli {

// Spans as a timeline that chrome://tracing and ui.perfetto.dev show, in the trace event format of
// Chrome, a row a thread. Errors: those of WriteWholeFile.
Status WriteProfile(const std::filesystem::path& file, const std::vector<ProfileSpan>& spans);

// Where the time went, a line: every kind's own time (without that of the spans inside) in all
// threads together. Kinds that make less than a hundredth are left out.
std::string ProfileSummary(const std::vector<ProfileSpan>& spans, const std::filesystem::path& file,
                           bool color);

}  // namespace hyperlocal::cli
