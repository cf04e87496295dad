#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "fakes/cloud_run/log_entry.h"

namespace hyperlocal::cloud_run {

// Cuts what a program writes into lines, however it comes. One thread.
class LineSplitter {
 public:
  // The longest entry of Cloud Logging; a longer line becomes several.
  static constexpr std::size_t kLongestLine = std::size_t{256} << 10;

  void Feed(std::string_view bytes, const std::function<void(std::string_view line)>& on_line);
  // The last line, when it has no end.
  void Finish(const std::function<void(std::string_view line)>& on_line);

 private:
  std::string open_;
};

// What one line of a container is as an entry: a JSON object becomes the jsonPayload, and what it
// says of severity, trace and span becomes the entry's, as Cloud Run's agent does it; anything else
// is text.
LogEntry ContainerEntry(std::string_view line);

}  // namespace hyperlocal::cloud_run
