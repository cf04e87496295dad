#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "fakes/gcs/store/bucket_record.h"

namespace hyperlocal::gcs {

// "2026-11-25T16:44:00.123Z", as the JSON API writes a time.
std::string Rfc3339(Timestamp time);
// "2026-11-25T16:44:00Z", with a fraction of any length and any offset; nullopt for anything else,
// and for years before 1678 and after 2261.
std::optional<Timestamp> ParseRfc3339(std::string_view text);
// "Wed, 25 Nov 2026 16:44:00 GMT", as HTTP headers have it (RFC 9110 section 5.6.7).
std::string HttpDate(Timestamp time);

}  // namespace hyperlocal::gcs
