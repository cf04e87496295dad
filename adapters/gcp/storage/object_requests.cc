#include <utility>

#include "adapters/gcp/storage/object_requests_internal.h"
#include "engine/http/http_message.h"

namespace hyperlocal {

StorageQuery& StorageQuery::Add(std::string_view name, std::string_view value) {
  text_ += text_.empty() ? '?' : '&';
  text_ += name;
  text_ += '=';
  text_ += PercentEncode(value);
  return *this;
}

StorageQuery& StorageQuery::Add(std::string_view name, std::int64_t value) {
  return Add(name, std::to_string(value));
}

StorageQuery& StorageQuery::Add(const ObjectPreconditions& preconditions) {
  const auto add = [this](std::string_view name, const std::optional<std::int64_t>& value) {
    if (value) Add(name, *value);
  };
  add("ifGenerationMatch", preconditions.if_generation_match);
  add("ifGenerationNotMatch", preconditions.if_generation_not_match);
  add("ifMetagenerationMatch", preconditions.if_metageneration_match);
  add("ifMetagenerationNotMatch", preconditions.if_metageneration_not_match);
  return *this;
}

HttpExchange StorageRequest(std::string method, std::string url) {
  HttpExchange exchange;
  exchange.method = std::move(method);
  exchange.url = std::move(url);
  return exchange;
}

HttpExchange StorageJsonRequest(std::string url, std::string json) {
  HttpExchange exchange = StorageRequest("POST", std::move(url));
  exchange.headers.Set("Content-Type", "application/json; charset=UTF-8");
  exchange.body = std::move(json);
  return exchange;
}

Tried<StoredObject> ReadObject(const StorageOperation& operation, const HttpReply& reply) {
  Result<StoredObject> object = ParseObject(reply.body);
  if (!object) return operation.Damaged(object.error().message);
  return std::move(*object);
}

Tried<StoredObject> StatObject(StorageOperation& operation, const GcsUri& uri, std::string* json) {
  const HttpExchange exchange =
      StorageRequest("GET", operation.service().endpoint().Object(uri.bucket, uri.key) +
                                StorageQuery().Add("projection", "noAcl").text());
  for (;;) {
    Tried<HttpReply> tried = operation.TryRepeatedly(exchange);
    if (auto* const failure = std::get_if<StorageFailure>(&tried)) return std::move(*failure);
    HttpReply& reply = std::get<HttpReply>(tried);
    Tried<StoredObject> object = ReadObject(operation, reply);
    if (const auto* const damage = std::get_if<StorageFailure>(&object)) {
      Status paused = operation.Pause(*damage);
      if (!paused) return StorageOperation::Final(std::move(paused).error());
      continue;
    }
    if (json != nullptr) *json = std::move(reply.body);
    return object;
  }
}

Result<StoredObject> WriteObject(StorageOperation& operation, const GcsUri& target,
                                 const ObjectPreconditions& wanted, const WriteAttempt& attempt) {
  constexpr int kPreconditionFailed = 412;
  ObjectPreconditions current = wanted;
  bool is_unsure = false;  // an earlier attempt may have written the object
  for (;;) {
    Tried<StoredObject> tried = attempt(current);
    if (auto* const object = std::get_if<StoredObject>(&tried)) return std::move(*object);
    StorageFailure& failure = std::get<StorageFailure>(tried);
    const bool was_refused = failure.status == kPreconditionFailed;
    is_unsure = is_unsure || failure.may_have_worked;
    if (!failure.may_pass && !(was_refused && is_unsure)) return std::move(failure.error);
    if (failure.may_pass) HYPERLOCAL_TRY_STATUS(operation.Pause(failure));
    if (!is_unsure) continue;

    Tried<StoredObject> found = StatObject(operation, target);
    if (auto* const object = std::get_if<StoredObject>(&found);
        object != nullptr && object->writer == operation.id()) {
      return std::move(*object);
    }
    std::int64_t generation = kNoLiveObject;
    if (const auto* const object = std::get_if<StoredObject>(&found)) {
      generation = object->info.generation;
    } else if (auto& missing = std::get<StorageFailure>(found); missing.status != 404) {
      return std::move(missing.error);
    }
    // Of a refusal it is known now that it is not our own doing: it is the caller's, unless it was
    // the generation that we had put in and that has passed meanwhile.
    const bool is_outdated = !wanted.if_generation_match && current.if_generation_match &&
                             *current.if_generation_match != generation;
    if (was_refused && !is_outdated) {
      failure.error.message +=
          "; an attempt before it got no answer, and may have been replaced already";
      return std::move(failure.error);
    }
    if (was_refused) {
      failure.may_pass = true;
      HYPERLOCAL_TRY_STATUS(operation.Pause(failure));
    }
    if (!wanted.if_generation_match) current.if_generation_match = generation;
  }
}

}  // namespace hyperlocal
