#include "fakes/gcs/server/rewrite_token_internal.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "engine/hash/base64.h"
#include "fakes/gcs/server/object_resource_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

// The URL-safe alphabet (RFC 4648 section 5).
std::string Swapped(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t i = 0; i < from.size(); ++i)
    std::replace(text.begin(), text.end(), from[i], to[i]);
  return text;
}

}  // namespace

std::string RewriteRequestOf(const GcsCall& call) {
  return ObjectPath({call.bucket, call.object}) + ">" +
         ObjectPath({call.target_bucket, call.target_object});
}

std::string WriteRewriteToken(const RewriteToken& token) {
  const std::string text = json{
      {"request", token.request},
      {"generation", token.generation},
      {"rewritten", token.rewritten},
      {"resource",
       token.resource}}.dump(-1, ' ', false, json::error_handler_t::replace);
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size());
  return Swapped(Base64(bytes), "+/=", "-_.");
}

Result<RewriteToken> ParseRewriteToken(std::string_view text) {
  const Error bad{ErrorCode::kBadRequest,
                  "Invalid value for parameter rewriteToken: it is not one that a rewrite answered",
                  "rewriteToken"};
  const auto bytes = ParseBase64(Swapped(std::string(text), "-_.", "+/="));
  if (!bytes) return bad;
  const json value = json::parse(bytes->begin(), bytes->end(), nullptr, false);
  if (!value.is_object()) return bad;
  const auto member = [&value](const char* name) -> const json* {
    const auto found = value.find(name);
    return found == value.end() ? nullptr : &*found;
  };
  const json* request = member("request");
  const json* generation = member("generation");
  const json* rewritten = member("rewritten");
  const json* resource = member("resource");
  if (!request || !request->is_string() || !generation || !generation->is_number_integer() ||
      !rewritten || !rewritten->is_number_integer() || rewritten->get<std::int64_t>() < 0 ||
      !resource || !resource->is_string()) {
    return bad;
  }
  return RewriteToken{request->get<std::string>(), generation->get<std::int64_t>(),
                      rewritten->get<std::int64_t>(), resource->get<std::string>()};
}

}  // namespace hyperlocal::gcs
