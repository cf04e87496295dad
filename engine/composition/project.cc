#include "engine/composition/project.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultEntry = "index.html";

bool IsRegularFile(const fs::path& file) {
  std::error_code ignored;  // what cannot be looked at is not there for us
  return fs::is_regular_file(file, ignored);
}

// "it holds a.html, intro.css and 3 more": HTML and JSON first, for the entry is most likely one of
// them.
std::string WhatIsThere(const fs::path& directory) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> likely;
  std::vector<std::string> others;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path name = entry->path().filename();
    const bool may_be_entry = name.extension() == ".html" || name.extension() == ".htm" ||
                              name.filename() == kTestCardEntry;
    (may_be_entry ? likely : others).push_back(name.string());
  }
  if (error) return fmt::format("it cannot be listed ({})", error.message());
  if (likely.empty() && others.empty()) return "it is empty";
  std::sort(likely.begin(), likely.end());
  std::sort(others.begin(), others.end());
  likely.insert(likely.end(), others.begin(), others.end());
  const std::size_t shown = std::min(kShown, likely.size());
  std::string text = fmt::format(
      "it holds {}",
      fmt::join(likely.begin(), likely.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (likely.size() > shown) text += fmt::format(" and {} more", likely.size() - shown);
  return text;
}

// The first part of `entry` that is a link. Links are not part of a project: neither its hash nor
// its archive has them, so a render elsewhere would lack the file.
std::optional<fs::path> LinkOnTheWay(const fs::path& project, const fs::path& entry) {
  fs::path part;
  for (const fs::path& name : entry) {
    part /= name;
    std::error_code ignored;
    if (fs::is_symlink(project / part, ignored)) return part;
  }
  return std::nullopt;
}

bool LeavesTheProject(const fs::path& entry) {
  return entry.is_absolute() || std::find(entry.begin(), entry.end(), "..") != entry.end();
}

}  // namespace

Result<ProjectKind> DetectProjectKind(const fs::path& project, const std::string& entry) {
  std::error_code error;
  const fs::file_status status = fs::status(project, error);
  if (status.type() == fs::file_type::not_found) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("the project directory {} does not exist", project.string())};
  }
  if (status.type() == fs::file_type::none) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("the project directory {} cannot be looked at: {}", project.string(),
                             error.message())};
  }
  if (status.type() != fs::file_type::directory) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("the project {} is not a directory; name the directory that holds it "
                             "and, with --entry, the file in it",
                             project.string())};
  }
  if (entry.empty() || LeavesTheProject(entry)) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("the entry file \"{}\" must be a path inside the project {}", entry,
                             project.string())};
  }
  if (const std::optional<fs::path> link = LinkOnTheWay(project, entry)) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("the entry file {} of the project {} cannot be used: {} is a link, "
                             "and links are not part of a project; put the file itself there",
                             entry, project.string(), link->string())};
  }
  if (IsRegularFile(project / entry)) {
    return fs::path(entry).filename() == kTestCardEntry ? ProjectKind::kTestCard
                                                        : ProjectKind::kHtml;
  }
  const bool is_default = entry == kDefaultEntry;
  if (is_default && IsRegularFile(project / kTestCardEntry)) return ProjectKind::kTestCard;
  return Error{ErrorCode::kNoInput,
               fmt::format("the project {} has no entry file {}{}: {}", project.string(), entry,
                           is_default ? fmt::format(" (nor a {})", kTestCardEntry) : "",
                           WhatIsThere(project))};
}

}  // namespace hyperlocal
