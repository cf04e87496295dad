#include "cli/batch_file.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include <fmt/format.h>

#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal::cli {

Result<std::vector<BatchEntry>> ReadBatchFile(const std::filesystem::path& file) {
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  std::vector<BatchEntry> entries;
  std::map<std::string, int> line_of;
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string where = fmt::format("{}:{}", file.string(), number);
    const auto bad = [&where](const std::string& why) {
      return Error{ErrorCode::kInvalidJson, where + ": " + why};
    };
    HYPERLOCAL_TRY(const auto json, ParseOrderedJson(line, where));
    if (!json.is_object() || !json.contains("outputKey") || !json["outputKey"].is_string() ||
        json["outputKey"].get_ref<const std::string&>().empty()) {
      return bad(
          "must be an object with the text outputKey, such as "
          "{\"outputKey\":\"renders/alice.mp4\",\"variables\":{}}");
    }
    BatchEntry entry{.line = number, .output_key = json["outputKey"], .variables_json = ""};
    const auto [earlier, is_new] = line_of.emplace(entry.output_key, number);
    if (!is_new) {
      return bad(fmt::format("outputKey {} is that of line {} too: one would overwrite the other",
                             entry.output_key, earlier->second));
    }
    if (json.contains("variables") && !json["variables"].is_null()) {
      if (!json["variables"].is_object()) return bad("variables must be an object");
      HYPERLOCAL_TRY(entry.variables_json, CompactJson(json["variables"]));
    }
    entries.push_back(std::move(entry));
  }
  if (entries.empty()) return Error{ErrorCode::kNoInput, file.string() + " has no entries"};
  return entries;
}

}  // namespace hyperlocal::cli
