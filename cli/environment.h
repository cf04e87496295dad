#pragma once

#include <functional>
#include <optional>
#include <string>

namespace hyperlocal::cli {

// What the environment variables say about how output should look. Read once, at the start.
struct Environment {
  bool no_color = false;       // NO_COLOR, any value but an empty one
  bool force_color = false;    // FORCE_COLOR, any value but an empty one, 0 and false
  bool ci = false;             // CI, likewise: no animation
  bool dumb_terminal = false;  // TERM is dumb or not set
  bool utf8 = false;           // LC_ALL, LC_CTYPE or LANG (the first one set) names UTF-8

  // NO_COLOR beats FORCE_COLOR, which beats what the stream is.
  bool UseColor(bool stream_is_terminal) const;
};

using GetEnvironmentVariable = std::function<std::optional<std::string>(const char* name)>;
std::optional<std::string> GetProcessVariable(const char* name);  // this process's own

Environment ReadEnvironment(const GetEnvironmentVariable& get);
Environment ReadProcessEnvironment();

}  // namespace hyperlocal::cli
