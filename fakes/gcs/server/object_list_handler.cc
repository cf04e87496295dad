#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::int64_t kMostResults = 1000;

Result<ObjectQuery> ReadQuery(const GcsQuery& parameters) {
  ObjectQuery query;
  query.prefix = parameters.Get("prefix");
  query.delimiter = parameters.Get("delimiter");
  query.start_offset = parameters.Get("startOffset");
  if (const auto end = parameters.Find("endOffset")) query.end_offset = std::string(*end);
  query.match_glob = parameters.Get("matchGlob");
  query.page_token = parameters.Get("pageToken");
  HYPERLOCAL_TRY(const auto trailing, parameters.Boolean("includeTrailingDelimiter"));
  query.include_trailing_delimiter = trailing.value_or(false);
  HYPERLOCAL_TRY(const auto versions, parameters.Boolean("versions"));
  query.versions = versions.value_or(false);
  HYPERLOCAL_TRY(const auto soft_deleted, parameters.Boolean("softDeleted"));
  query.soft_deleted = soft_deleted.value_or(false);
  if (query.versions && query.soft_deleted) {
    return Error{ErrorCode::kBadRequest, "versions and softDeleted cannot be asked for together",
                 "softDeleted"};
  }
  HYPERLOCAL_TRY(const auto most, parameters.Integer("maxResults"));
  if (most && *most < 0) {
    return Error{ErrorCode::kBadRequest,
                 "Invalid value for parameter maxResults: must not be negative", "maxResults"};
  }
  // More than a page is a page; nothing is the default.
  const std::int64_t wanted = most.value_or(0) == 0 ? kMostResults : *most;
  query.max_results = static_cast<int>(std::min(wanted, kMostResults));
  return query;
}

}  // namespace

Status ListObjects(GcsCall& call) {
  HYPERLOCAL_TRY(const ObjectQuery query, ReadQuery(call.query));
  HYPERLOCAL_TRY(const bool full, WantsAcl(call.query, false));
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  HYPERLOCAL_TRY(const ObjectPage page, call.store.ListObjects(call.bucket, query));
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  const std::string base_url = call.BaseUrl();
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", "storage#objects");
  if (!page.next_page_token.empty()) writer.Member("nextPageToken", page.next_page_token);
  if (!page.prefixes.empty() && writer.BeginArray("prefixes")) {
    for (const std::string& prefix : page.prefixes) writer.Text(prefix);
    writer.EndArray();
  }
  if (!page.objects.empty() && writer.BeginArray("items")) {
    for (const ObjectRecord& object : page.objects) {
      WriteObject(writer, object, base_url, full, bucket.policy.retention);
    }
    writer.EndArray();
  }
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

}  // namespace hyperlocal::gcs
