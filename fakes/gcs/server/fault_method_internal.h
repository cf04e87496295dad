#pragma once

#include <string>
#include <string_view>

namespace hyperlocal::gcs {

// Whether a request can be of that method: "storage.objects.get".
bool IsFaultMethod(std::string_view name);

// The same for a pattern: a name, or the beginning of one or more names and a `*`.
bool IsFaultMethodPattern(std::string_view pattern);
bool MatchesFaultMethod(std::string_view pattern, std::string_view name);

// All names, for messages: "storage.buckets.delete, storage.buckets.get, …".
std::string FaultMethodNames();

}  // namespace hyperlocal::gcs
