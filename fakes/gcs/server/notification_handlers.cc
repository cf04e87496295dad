#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

// Configurations for Pub/Sub are kept and shown; nothing is sent. {"last": n, "items": […]}
constexpr std::string_view kNotifications = "_notifications";

json ItemsOf(const BucketRecord& bucket) {
  const json kept = Setting(bucket, kNotifications);
  const json* items = MemberOf(kept, "items");
  return items ? *items : json::array();
}

json::const_iterator FindItem(const json& items, std::string_view id) {
  return std::find_if(items.begin(), items.end(),
                      [id](const json& item) { return item.value("id", "") == id; });
}

Error NoSuchNotification(const GcsCall& call) {
  return Error{ErrorCode::kNotFound,
               "Notification " + call.item + " of bucket " + call.bucket + " does not exist.",
               "notification"};
}

void WriteNotification(JsonWriter& writer, const json& item, const GcsCall& call) {
  writer.BeginObject();
  writer.Member("kind", "storage#notification");
  writer.Member("selfLink", call.BaseUrl() + "/storage/v1/b/" + call.bucket +
                                "/notificationConfigs/" + item.value("id", ""));
  for (const auto& [name, value] : item.items()) writer.JsonMember(name, value);
  writer.EndObject();
}

Status AnswerNotification(GcsCall& call, const json& item) {
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  WriteNotification(answer.json(), item, call);
  std::move(answer).Send(call);
  return Ok();
}

}  // namespace

Status ListNotifications(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  const json items = ItemsOf(bucket);
  HYPERLOCAL_TRY(JsonAnswer answer, JsonAnswer::For(call));
  JsonWriter& writer = answer.json();
  writer.BeginObject();
  writer.Member("kind", "storage#notifications");
  if (!items.empty() && writer.BeginArray("items")) {
    for (const json& item : items) WriteNotification(writer, item, call);
    writer.EndArray();
  }
  writer.EndObject();
  std::move(answer).Send(call);
  return Ok();
}

Status InsertNotification(GcsCall& call) {
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  const json* topic = MemberOf(body, "topic");
  if (topic == nullptr) return Required("topic");
  HYPERLOCAL_TRY([[maybe_unused]] const std::string topic_text, TextOf(*topic, "topic"));
  json item;
  const auto change = [&](BucketRecord& bucket) -> Status {
    json kept = Setting(bucket, kNotifications);
    if (!kept.is_object()) kept = {{"last", 0}, {"items", json::array()}};
    const std::int64_t id = kept.value("last", std::int64_t{0}) + 1;
    item = {{"payload_format", "JSON_API_V1"}};
    item.update(body);
    item.erase("kind");
    item.erase("selfLink");
    item["id"] = std::to_string(id);
    item["etag"] = std::to_string(id);
    kept["last"] = id;
    kept["items"].push_back(item);
    SetSetting(bucket, kNotifications, kept);
    return Ok();
  };
  HYPERLOCAL_TRY([[maybe_unused]] const BucketRecord bucket,
                 call.store.UpdateBucket(call.bucket, {}, change));
  return AnswerNotification(call, item);
}

Status GetNotification(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  const json items = ItemsOf(bucket);
  const auto item = FindItem(items, call.item);
  if (item == items.end()) return NoSuchNotification(call);
  return AnswerNotification(call, *item);
}

Status DeleteNotification(GcsCall& call) {
  const auto change = [&call](BucketRecord& bucket) -> Status {
    json kept = Setting(bucket, kNotifications);
    json items = ItemsOf(bucket);
    const auto item = FindItem(items, call.item);
    if (item == items.end()) return NoSuchNotification(call);
    items.erase(item);
    kept["items"] = std::move(items);
    SetSetting(bucket, kNotifications, kept);
    return Ok();
  };
  HYPERLOCAL_TRY([[maybe_unused]] const BucketRecord bucket,
                 call.store.UpdateBucket(call.bucket, {}, change));
  AnswerNothing(call);
  return Ok();
}

}  // namespace hyperlocal::gcs
