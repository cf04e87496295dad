#pragma once

#include <optional>
#include <string_view>

#include "fakes/gcs/store/bucket_record.h"

namespace hyperlocal::gcs {

// "Wed, 25 Nov 2026 16:44:00 GMT" (RFC 9110 section 5.6.7, the form that everybody sends); nothing
// for anything else.
std::optional<Timestamp> ParseHttpDate(std::string_view text);

}  // namespace hyperlocal::gcs
