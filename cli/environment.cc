#include "cli/environment.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace hyperlocal::cli {
namespace {

bool IsSet(const std::optional<std::string>& value) {
  return value && !value->empty();
}

bool IsOn(const std::optional<std::string>& value) {
  return IsSet(value) && *value != "0" && *value != "false";
}

bool NamesUtf8(std::string locale) {
  std::transform(locale.begin(), locale.end(), locale.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

}  // namespace

bool Environment::UseColor(bool stream_is_terminal) const {
  if (no_color) return false;
  if (force_color) return true;
  return stream_is_terminal && !dumb_terminal;
}

Environment ReadEnvironment(const GetEnvironmentVariable& get) {
  Environment environment;
  environment.no_color = IsSet(get("NO_COLOR"));
  environment.force_color = IsOn(get("FORCE_COLOR"));
  environment.ci = IsOn(get("CI"));
  const std::optional<std::string> term = get("TERM");
  environment.dumb_terminal = !IsSet(term) || *term == "dumb";
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::optional<std::string> locale = get(name);
    if (!IsSet(locale)) continue;
    environment.utf8 = NamesUtf8(*locale);
    break;
  }
  return environment;
}

std::optional<std::string> GetProcessVariable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

Environment ReadProcessEnvironment() {
  return ReadEnvironment(GetProcessVariable);
}

}  // namespace hyperlocal::cli
