#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "fakes/gcs/server/json_service_test_support.h"
#include "tests/support/json_generators.h"

// Whatever JSON a client sends, it is taken or refused, and what is shown afterwards is JSON.
namespace hyperlocal::gcs {
namespace {

using hyperlocal::testing::JsonSample;
using hyperlocal::testing::JsonSamples;
using nlohmann::json;

// Every member that a handler looks at, with the members below it.
const std::vector<std::string>& Members() {
  static const std::vector<std::string> members{
      "/acl",
      "/acl/0",
      "/acl/0/entity",
      "/acl/0/role",
      "/autoclass",
      "/bindings",
      "/bindings/0",
      "/bindings/0/members",
      "/bindings/0/role",
      "/cacheControl",
      "/contentType",
      "/cors",
      "/cors/0",
      "/cors/0/maxAgeSeconds",
      "/cors/0/method",
      "/cors/0/origin",
      "/crc32c",
      "/customTime",
      "/defaultEventBasedHold",
      "/defaultObjectAcl",
      "/destination",
      "/destination/metadata",
      "/entity",
      "/etag",
      "/eventBasedHold",
      "/iamConfiguration",
      "/iamConfiguration/bucketPolicyOnly",
      "/iamConfiguration/publicAccessPrevention",
      "/iamConfiguration/uniformBucketLevelAccess",
      "/iamConfiguration/uniformBucketLevelAccess/enabled",
      "/iamConfiguration/uniformBucketLevelAccess/lockedTime",
      "/id",
      "/kind",
      "/labels",
      "/labels/a",
      "/lifecycle",
      "/location",
      "/matchGlobs",
      "/md5Hash",
      "/metadata",
      "/metadata/a",
      "/name",
      "/objectRetention",
      "/objectRetention/mode",
      "/retention",
      "/retention/mode",
      "/retention/retainUntilTime",
      "/retentionPolicy",
      "/retentionPolicy/retentionPeriod",
      "/role",
      "/softDeletePolicy",
      "/softDeletePolicy/retentionDurationSeconds",
      "/sourceObjects",
      "/sourceObjects/0",
      "/sourceObjects/0/generation",
      "/sourceObjects/0/objectPreconditions",
      "/storageClass",
      "/temporaryHold",
      "/topic",
      "/version",
      "/versioning",
      "/versioning/enabled",
      "/_iamPolicy",
      "/_notifications"};
  return members;
}

rc::Gen<JsonSample> Resources() {
  const auto member = rc::gen::pair(rc::gen::elementOf(Members()), JsonSamples(2));
  return rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, JsonSample>>>(member),
                      [](const std::vector<std::pair<std::string, JsonSample>>& members) {
                        json resource = json::object();
                        for (const auto& [place, value] : members) {
                          // A place below a value that is no container is left as it is.
                          try {
                            resource[json::json_pointer(place)] = value.value;
                          } catch (const json::exception&) {
                          }
                        }
                        return JsonSample{std::move(resource)};
                      });
}

bool IsAnswer(int status) {
  return status == 200 || status == 204 || status == 400 || status == 403 || status == 404 ||
         status == 409 || status == 412;
}

RC_GTEST_PROP(JsonFields, AreTakenOrRefused, ()) {
  static JsonService service;  // making one takes longer than all that is asked of it
  RC_ASSERT(service.store().Reset().has_value());
  service.Ask("POST", "/b", R"({"name":"bucket"})");
  service.Ask("POST", "/upload/storage/v1/b/bucket/o?uploadType=media&name=o", "content");
  const auto sample = *Resources();
  const auto text = CanonicalJson(sample.value);
  RC_PRE(text.has_value());
  const std::vector<std::pair<const char*, const char*>> calls{
      {"POST", "/b"},
      {"PATCH", "/b/bucket"},
      {"PUT", "/b/bucket"},
      {"PUT", "/b/bucket/iam"},
      {"POST", "/b/bucket/acl"},
      {"POST", "/b/bucket/notificationConfigs"},
      {"POST", "/b/bucket/o/bulkRestore"},
      {"PATCH", "/b/bucket/o/o"},
      {"PUT", "/b/bucket/o/o"},
      {"POST", "/b/bucket/o/o/acl"},
      {"POST", "/b/bucket/o/all/compose"},
      {"POST", "/b/bucket/o/o/copyTo/b/bucket/o/copy"},
      {"POST", "/b/bucket/o/o/rewriteTo/b/bucket/o/copy"},
      {"POST", "/upload/storage/v1/b/bucket/o?uploadType=resumable&name=o"}};
  for (const auto& [method, path] : calls) {
    const JsonReply reply = service.Json(method, path, *text);
    if (!IsAnswer(reply.status)) {
      RC_FAIL(std::string(method) + " " + path + " answers " + std::to_string(reply.status) + " " +
              reply.Message());
    }
    RC_ASSERT(reply.body.is_object() || reply.response.body.empty());
  }
  for (const char* path : {"/b?projection=full", "/b/bucket?projection=full", "/b/bucket/iam",
                           "/b/bucket/acl", "/b/bucket/notificationConfigs",
                           "/b/bucket/o?projection=full", "/b/bucket/o/o?projection=full"}) {
    const JsonReply reply = service.Json("GET", path);
    RC_ASSERT(IsAnswer(reply.status));
    RC_ASSERT(reply.body.is_object());
  }
  service.Ask("OPTIONS", "/bucket/o", "",
              {{"Origin", "https://a.example"}, {"Access-Control-Request-Method", "GET"}});
}

}  // namespace
}  // namespace hyperlocal::gcs
