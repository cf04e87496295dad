#include "fakes/gcs/server/upload_intent_internal.h"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/header_claims_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"

namespace hyperlocal::gcs {

Result<UploadIntent> ReadUploadIntent(const GcsCall& call, const nlohmann::json& resource,
                                      std::string_view content_type) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  UploadIntent intent;
  intent.key.bucket = call.bucket;
  intent.key.name = call.query.Get("name");
  if (intent.key.name.empty()) {
    const nlohmann::json* name = MemberOf(resource, "name");
    if (name == nullptr) return Required("name");
    HYPERLOCAL_TRY(intent.key.name, TextOf(*name, "name"));
    if (intent.key.name.empty()) return Required("name");
  }
  intent.fields.content_type = content_type;
  intent.fields.acl = DefaultObjectAcl(bucket);
  if (const auto predefined = call.query.Find("predefinedAcl")) {
    HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(bucket));
    HYPERLOCAL_TRY(intent.fields.acl, PredefinedAcl(*predefined));
  }
  FieldsRules rules;
  rules.object_retention = HasObjectRetention(bucket);
  HYPERLOCAL_TRY_STATUS(ReadObjectFields(resource, rules, intent.fields));
  if (const auto encoding = call.query.Find("contentEncoding")) {
    HYPERLOCAL_TRY_STATUS(CheckHeaderText(*encoding, "contentEncoding"));
    intent.fields.content_encoding = *encoding;
  }
  HYPERLOCAL_TRY_STATUS(ReadResourceClaims(resource, intent.claims));
  HYPERLOCAL_TRY_STATUS(ReadHeaderClaims(call.request->headers, intent.claims));
  HYPERLOCAL_TRY(intent.preconditions, PreconditionsOf(call.query));
  return intent;
}

}  // namespace hyperlocal::gcs
