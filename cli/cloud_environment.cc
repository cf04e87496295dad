#include "cli/cloud_environment.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "cli/human_text.h"

namespace hyperlocal::cli {
namespace {

struct FormatName {
  std::string_view name;
  EnvironmentFormat format;
};
constexpr std::array kFormats{
    FormatName{"sh", EnvironmentFormat::kShell},
    FormatName{"fish", EnvironmentFormat::kFish},
    FormatName{"dotenv", EnvironmentFormat::kDotenv},
    FormatName{"json", EnvironmentFormat::kJson},
};

// fish knows two escapes within single quotes, \\ and \'.
std::string FishQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') quoted += '\\';
    quoted += c;
  }
  return quoted + "'";
}

// Within single quotes readers of .env files take everything literally, but know no escape for the
// quote itself; within double quotes they know \", \\ and, some of them, $.
std::string DotenvQuoted(std::string_view text) {
  if (text.find('\'') == std::string_view::npos) return fmt::format("'{}'", text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"' || c == '$') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::optional<EnvironmentFormat> ParseEnvironmentFormat(std::string_view name) {
  for (const FormatName& row : kFormats) {
    if (row.name == name) return row.format;
  }
  return std::nullopt;
}

std::string EnvironmentText(const CloudEnvironment& variables, EnvironmentFormat format) {
  if (format == EnvironmentFormat::kJson) {
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    for (const auto& [name, value] : variables) document[name] = value;
    return document.dump(2) + "\n";
  }
  std::string text;
  for (const auto& [name, value] : variables) {
    switch (format) {
      case EnvironmentFormat::kShell:
        text += fmt::format("export {}={}\n", name, ShellQuoted(value));
        break;
      case EnvironmentFormat::kFish:
        text += fmt::format("set -gx {} {}\n", name, FishQuoted(value));
        break;
      case EnvironmentFormat::kDotenv:
        text += fmt::format("{}={}\n", name, DotenvQuoted(value));
        break;
      case EnvironmentFormat::kJson:
        break;  // above
    }
  }
  return text;
}

}  // namespace hyperlocal::cli
