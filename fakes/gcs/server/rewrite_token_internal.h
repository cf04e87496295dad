#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// How far a rewrite in several calls has come. The token holds everything itself: it is good for
// any server on the same store, also after a restart.
struct RewriteToken {
  std::string request;          // which object is rewritten to which
  std::int64_t generation = 0;  // of the source when it began
  std::int64_t rewritten = 0;   // bytes so far
  std::string resource;         // the first call's body: later ones of some clients have none
  bool operator==(const RewriteToken&) const = default;
};

std::string RewriteRequestOf(const GcsCall& call);
// Safe in a URL.
std::string WriteRewriteToken(const RewriteToken& token);
// Error: kBadRequest.
Result<RewriteToken> ParseRewriteToken(std::string_view text);

}  // namespace hyperlocal::gcs
