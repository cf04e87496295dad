#include "fakes/gcs/server/cors_internal.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/gcs_route_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

constexpr std::string_view kMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";
constexpr std::string_view kExposed =
    "Content-Length, Content-Range, Content-Type, Date, ETag, Location, Range, x-goog-generation, "
    "x-goog-hash, x-goog-metageneration, x-goog-stored-content-encoding, "
    "x-goog-stored-content-length, x-guploader-uploadid";

bool IsLocal(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return false;
  std::string_view host = origin.substr(scheme + 3);
  if (!host.starts_with('[')) host = host.substr(0, host.find(':'));
  return host == "localhost" || host.ends_with(".localhost") || host == "127.0.0.1" ||
         host.starts_with("[::1]");
}

// A rule's origin may hold one `*`: https://*.example.com
bool OriginMatches(std::string_view rule, std::string_view origin) {
  const std::size_t star = rule.find('*');
  if (star == std::string_view::npos) return rule == origin;
  const std::string_view tail = rule.substr(star + 1);
  return origin.size() >= star + tail.size() && origin.starts_with(rule.substr(0, star)) &&
         origin.ends_with(tail);
}

bool Lists(const json& rule, const char* member, std::string_view value, bool origins) {
  const json* list = MemberOf(rule, member);
  if (list == nullptr || !list->is_array()) return false;
  return std::any_of(list->begin(), list->end(), [&](const json& entry) {
    if (!entry.is_string()) return false;
    const auto& text = entry.get_ref<const std::string&>();
    return text == "*" || (origins ? OriginMatches(text, value) : text == value);
  });
}

struct Permission {
  std::string origin;
  std::string methods;
  std::string exposed;
  std::string max_age = "3600";
};

std::string Joined(const json* list) {
  std::string joined;
  if (list == nullptr || !list->is_array()) return joined;
  for (const json& entry : *list) {
    if (!entry.is_string()) continue;
    if (!joined.empty()) joined += ", ";
    joined += entry.get_ref<const std::string&>();
  }
  return joined;
}

std::optional<Permission> OfBucket(const GcsCall& call, std::string_view origin,
                                   std::string_view method) {
  if (call.bucket.empty()) return std::nullopt;
  const auto bucket = call.store.GetBucket(call.bucket);
  if (!bucket) return std::nullopt;
  const json rules = Setting(*bucket, "cors");
  if (!rules.is_array()) return std::nullopt;
  for (const json& rule : rules) {
    if (!Lists(rule, "origin", origin, true) || !Lists(rule, "method", method, false)) continue;
    Permission permission;
    permission.origin = Lists(rule, "origin", "*", false) ? "*" : std::string(origin);
    permission.methods = Joined(MemberOf(rule, "method"));
    permission.exposed = Joined(MemberOf(rule, "responseHeader"));
    const json* age = MemberOf(rule, "maxAgeSeconds");
    if (age != nullptr && age->is_number_integer()) {
      permission.max_age = std::to_string(age->get<std::int64_t>());
    }
    return permission;
  }
  return std::nullopt;
}

std::optional<Permission> PermissionFor(const GcsCall& call, std::string_view origin,
                                        std::string_view method) {
  if (IsJsonApiPath(call.request->path()) || IsLocal(origin)) {
    return Permission{std::string(origin), std::string(kMethods), std::string(kExposed)};
  }
  return OfBucket(call, origin, method);
}

}  // namespace

bool IsPreflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && request.headers.Has("Origin") &&
         request.headers.Has("Access-Control-Request-Method");
}

void AnswerPreflight(GcsCall& call) {
  const auto permission =
      PermissionFor(call, call.Header("Origin"), call.Header("Access-Control-Request-Method"));
  call.response = HttpResponse{};
  if (!permission) return;  // 200 without a permission: the browser refuses by itself
  HttpHeaders& headers = call.response.headers;
  headers.Add("Access-Control-Allow-Origin", permission->origin);
  headers.Add("Access-Control-Allow-Methods", permission->methods);
  const std::string_view wanted = call.Header("Access-Control-Request-Headers");
  if (!wanted.empty()) headers.Add("Access-Control-Allow-Headers", std::string(wanted));
  headers.Add("Access-Control-Max-Age", permission->max_age);
  headers.Add("Vary", "Origin");
}

void AllowOrigin(GcsCall& call) {
  const auto origin = call.request->headers.Find("Origin");
  if (!origin) return;
  const auto permission = PermissionFor(call, *origin, call.request->method);
  if (!permission) return;
  HttpHeaders& headers = call.response.headers;
  headers.Set("Access-Control-Allow-Origin", permission->origin);
  if (!permission->exposed.empty()) {
    headers.Set("Access-Control-Expose-Headers", permission->exposed);
  }
  headers.Add("Vary", "Origin");
}

}  // namespace hyperlocal::gcs
