#include "cli/cloudrun_request.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/composition/declared_size.h"
#include "engine/composition/declared_variables.h"
#include "engine/composition/project.h"
#include "engine/composition/test_card.h"
#include "engine/config/output_resolution.h"
#include "engine/config/render_config.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr std::string_view kEntry = "index.html";
constexpr std::array kAllowedRates{24, 30, 60};
constexpr int kDefaultRate = 30;

Error Usage(std::string message) {
  return Error{ErrorCode::kUsage, std::move(message)};
}

// "[validateConfig] config.chunkSize: must be …" as somebody reads it who wrote --chunk-size.
std::string InFlags(const Error& error) {
  std::string message = error.message;
  constexpr std::string_view kPrefix = "[validateConfig] ";
  if (message.starts_with(kPrefix)) message.erase(0, kPrefix.size());
  constexpr std::string_view kConfig = "config.";
  if (!message.starts_with(kConfig)) return message;
  std::string flag = "--";
  std::size_t at = kConfig.size();
  for (; at < message.size() && std::isalnum(static_cast<unsigned char>(message[at])) != 0; ++at) {
    if (std::isupper(static_cast<unsigned char>(message[at])) != 0) flag += '-';
    flag += static_cast<char>(std::tolower(static_cast<unsigned char>(message[at])));
  }
  return flag + message.substr(at);
}

bool IsTestCard(const fs::path& project) {
  const auto kind = DetectProjectKind(project, std::string(kEntry));
  return kind && *kind == ProjectKind::kTestCard;
}

Status AddResolution(const CommandLine& line, ordered_json& config) {
  const auto given = line.Value("output-resolution");
  if (!given) return Ok();
  const auto wish = ParseResolutionWish(*given);
  if (!wish) {
    return Usage(fmt::format("--output-resolution does not know '{}'; it is one of {}", *given,
                             ResolutionNames()));
  }
  config["outputResolution"] = WireName(wish->resolution);
  if (wish->follows_orientation) config["outputResolutionAspectAgnostic"] = true;
  return Ok();
}

}  // namespace

Result<ordered_json> CloudRenderConfig(const CommandLine& line, const fs::path& project) {
  std::error_code ignored;
  if (!fs::is_directory(project, ignored)) {
    return Error{ErrorCode::kNoInput, "the project " + project.string() + " is no directory"};
  }
  HYPERLOCAL_TRY(std::optional<int> fps, line.WholeNumber("fps"));
  HYPERLOCAL_TRY(std::optional<int> width, line.WholeNumber("width"));
  HYPERLOCAL_TRY(std::optional<int> height, line.WholeNumber("height"));
  if (const auto html = ReadWholeFile(project / kEntry)) {
    const DeclaredSize size = FindDeclaredSize(*html);
    if (size.declared && !width) width = size.width;
    if (size.declared && !height) height = size.height;
    const bool allowed =
        std::find(kAllowedRates.begin(), kAllowedRates.end(), size.fps) != kAllowedRates.end();
    if (allowed && !fps) fps = size.fps;
  }
  const auto card = IsTestCard(project) ? ReadTestCard(project, std::string(kEntry))
                                        : Result<TestCard>(Error{ErrorCode::kNotFound, ""});
  if (card) {
    if (!width) width = card->width;
    if (!height) height = card->height;
    if (!fps) fps = card->fps;
  }
  if (!width || !height) {
    return Usage("--width and --height are needed: the composition's root does not declare them");
  }
  ordered_json config{{"fps", fps.value_or(kDefaultRate)},
                      {"width", *width},
                      {"height", *height},
                      {"format", line.Value("format").value_or("mp4")}};
  if (const auto codec = line.Value("codec")) config["codec"] = *codec;
  if (const auto quality = line.Value("quality")) config["quality"] = *quality;
  constexpr std::array<std::pair<const char*, const char*>, 3> kNumbers{
      std::pair{"chunk-size", "chunkSize"}, std::pair{"max-parallel-chunks", "maxParallelChunks"},
      std::pair{"target-chunk-frames", "targetChunkFrames"}};
  for (const auto& [flag, field] : kNumbers) {
    HYPERLOCAL_TRY(const std::optional<int> number, line.WholeNumber(flag));
    if (number) config[field] = *number;
  }
  if (line.Has("allow-system-fonts")) config["rejectOnSystemFonts"] = false;
  HYPERLOCAL_TRY_STATUS(AddResolution(line, config));
  HYPERLOCAL_TRY_STATUS(ConfigText(config, std::nullopt));
  return config;
}

Result<std::string> ConfigText(ordered_json config, const std::optional<ordered_json>& variables) {
  if (variables) config["variables"] = *variables;
  HYPERLOCAL_TRY(std::string text, CompactJson(config));
  const auto valid = ParseRenderConfig(text, "config");
  if (!valid) return Usage(InFlags(valid.error()));
  return text;
}

Result<std::optional<ordered_json>> VariablesOf(const CommandLine& line) {
  const auto given = line.Value("variables");
  const auto file = line.Value("variables-file");
  if (given && file) return Usage("--variables and --variables-file exclude each other");
  if (!given && !file) return std::optional<ordered_json>();
  std::string text;
  if (file) {
    HYPERLOCAL_TRY(text, ReadWholeFile(*file));
  } else {
    text = *given;
  }
  auto parsed = ParseOrderedJson(text, file ? *file : "--variables");
  if (!parsed && !file) return Usage(parsed.error().message);
  if (!parsed) return std::move(parsed).error();
  if (!parsed->is_object()) {
    return Usage((file ? *file : "--variables") +
                 ": must be a JSON object, such as {\"title\": \"Hello\"}");
  }
  return std::optional<ordered_json>(std::move(*parsed));
}

Result<std::vector<std::string>> CheckVariables(const fs::path& project,
                                                const std::optional<ordered_json>& variables,
                                                bool strict) {
  std::vector<std::string> issues;
  if (!variables || variables->empty()) return issues;
  // The composition's own check says what is wrong with a file that cannot be read.
  const auto html = ReadWholeFile(project / kEntry);
  if (html) {
    HYPERLOCAL_TRY(issues, VariableIssues(*html, variables->dump()));
  }
  if (!strict || issues.empty()) return issues;
  return Error{ErrorCode::kInvalidConfig,
               fmt::format("--strict-variables: {}", fmt::join(issues, "; "))};
}

}  // namespace hyperlocal::cli
