#pragma once

#include <functional>
#include <string>

#include "adapters/gcp/storage/object_resource_internal.h"
#include "adapters/gcp/storage/storage_operation_internal.h"
#include "engine/object_store.h"

namespace hyperlocal {

// Builds "?a=b&c=d".
class StorageQuery {
 public:
  StorageQuery& Add(std::string_view name, std::string_view value);
  StorageQuery& Add(std::string_view name, std::int64_t value);
  StorageQuery& Add(const ObjectPreconditions& preconditions);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

HttpExchange StorageRequest(std::string method, std::string url);
HttpExchange StorageJsonRequest(std::string url, std::string json);

// The live object; a missing one is a failure of status 404.
Tried<StoredObject> StatObject(StorageOperation& operation, const GcsUri& uri,
                               std::string* json = nullptr);
// What the service says of an object it has written.
Tried<StoredObject> ReadObject(const StorageOperation& operation, const HttpReply& reply);

// Writes `target` by `attempt`, which makes one attempt under the preconditions it is given and
// puts the operation's id into the object. Repeats it where that is safe, and finds out whether an
// attempt without an answer had its effect: see GcsObjectStore.
using WriteAttempt = std::function<Tried<StoredObject>(const ObjectPreconditions&)>;
Result<StoredObject> WriteObject(StorageOperation& operation, const GcsUri& target,
                                 const ObjectPreconditions& wanted, const WriteAttempt& attempt);

}  // namespace hyperlocal
