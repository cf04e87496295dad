#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// What kind of thing renders a project; each kind has its FrameSource.
enum class ProjectKind { kHtml, kTestCard };

inline constexpr std::string_view kTestCardEntry = "testcard.json";

// A test-card project is one whose entry is testcard.json; anything else is HTML. `entry` is the
// configured entry file; when it is the default index.html and is missing while testcard.json is
// there, the project is a test card. Errors: kNoInput naming the directory or the entry file looked
// for, and what was found instead; also an entry that leaves the project or is reached over a link
// (a project has no links: neither its hash nor its archive holds them).
Result<ProjectKind> DetectProjectKind(const std::filesystem::path& project,
                                      const std::string& entry);

}  // namespace hyperlocal
