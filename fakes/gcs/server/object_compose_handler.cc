#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/object_answer_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

constexpr std::size_t kMostSources = 32;

Result<ComposeSource> ReadSource(const json& value, std::size_t index) {
  const std::string where = "sourceObjects[" + std::to_string(index) + "]";
  const json* name = MemberOf(value, "name");
  if (name == nullptr) return Required(where + ".name");
  ComposeSource source;
  HYPERLOCAL_TRY(source.name, TextOf(*name, where + ".name"));
  if (const json* generation = MemberOf(value, "generation")) {
    HYPERLOCAL_TRY(source.generation, WholeNumberOf(*generation, where + ".generation"));
  }
  if (const json* preconditions = MemberOf(value, "objectPreconditions")) {
    if (const json* match = MemberOf(*preconditions, "ifGenerationMatch")) {
      HYPERLOCAL_TRY(source.if_generation_match,
                     WholeNumberOf(*match, where + ".objectPreconditions.ifGenerationMatch"));
    }
  }
  return source;
}

Result<std::vector<ComposeSource>> ReadSources(const json& body) {
  const json* given = MemberOf(body, "sourceObjects");
  if (given == nullptr || (given->is_array() && given->empty())) return Required("sourceObjects");
  if (!given->is_array()) return BadField("sourceObjects", "must be an array");
  if (given->size() > kMostSources) {
    return Error{ErrorCode::kBadRequest, "The number of source components provided (" +
                                             std::to_string(given->size()) + ") exceeds the " +
                                             "maximum (32)."};
  }
  std::vector<ComposeSource> sources;
  for (const json& value : *given) {
    HYPERLOCAL_TRY(ComposeSource source, ReadSource(value, sources.size()));
    sources.push_back(std::move(source));
  }
  return sources;
}

}  // namespace

Status ComposeObject(GcsCall& call) {
  HYPERLOCAL_TRY(const json body, ReadJsonBody(call));
  HYPERLOCAL_TRY(const std::vector<ComposeSource> sources, ReadSources(body));
  HYPERLOCAL_TRY(const Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY(const auto delete_sources, call.query.Boolean("deleteSourceObjects"));
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  ObjectFields fields;
  fields.acl = DefaultObjectAcl(bucket);
  if (const json* destination = MemberOf(body, "destination")) {
    if (!destination->is_object()) return BadField("destination", "must be an object");
    FieldsRules rules;
    rules.object_retention = HasObjectRetention(bucket);
    HYPERLOCAL_TRY_STATUS(ReadObjectFields(*destination, rules, fields));
  }
  if (const auto predefined = call.query.Find("destinationPredefinedAcl")) {
    HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(bucket));
    HYPERLOCAL_TRY(fields.acl, PredefinedAcl(*predefined));
  }
  auto composed =
      call.store.ComposeObject({call.bucket, call.object}, sources, fields, preconditions);
  if (!composed) {
    Error error = std::move(composed).error();
    // The message names the source that is missing, not the object of the path.
    if (error.code == ErrorCode::kNotFound) error.field = "sourceObjects";
    return error;
  }
  const ObjectRecord& object = *composed;
  call.control.Publish({GcsEventKind::kFinalize, object});
  if (delete_sources.value_or(false)) {
    for (const ComposeSource& source : sources) {
      if (source.name == call.object) continue;
      HYPERLOCAL_TRY_STATUS(
          DeleteAndTell(call, ObjectAddress{{call.bucket, source.name}, source.generation}, {}));
    }
  }
  return AnswerObject(call, object, false);
}

}  // namespace hyperlocal::gcs
