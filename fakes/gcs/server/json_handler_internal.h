#pragma once

#include <nlohmann/json.hpp>

#include "fakes/gcs/server/gcs_call_internal.h"
#include "fakes/gcs/server/gcs_error_internal.h"
#include "fakes/gcs/server/json_writer_internal.h"

namespace hyperlocal::gcs {

// What the handlers of the JSON API share.

// A request's JSON, an object: `{}` for no body and for `null`. Gzipped bodies are unpacked.
// Errors: kBadRequest (larger than a resource may be), kInvalidJson (with line and column), and
// what ReadBody answers.
Result<nlohmann::json> ReadJsonBody(GcsCall& call);

// The same of a text that has come otherwise; `what` names it in errors. Every string in it is
// UTF-8.
Result<nlohmann::json> ParseResource(std::string_view text, std::string_view what);

// A writer for the answer, with the request's `fields` and `prettyPrint`, and the sending of it.
class JsonAnswer {
 public:
  // Error: kBadRequest for a `fields` that cannot be read.
  static Result<JsonAnswer> For(const GcsCall& call);
  static Result<JsonAnswer> For(const GcsQuery& query);

  JsonWriter& json() { return writer_; }
  void Send(GcsCall& call) &&;

 private:
  JsonAnswer() = default;
  std::unique_ptr<FieldsMask> mask_;
  JsonWriter writer_;
};

// 204, as every delete is answered.
void AnswerNothing(GcsCall& call);

// `projection=full` asks for the access controls; `by_default` is what holds without it. Error:
// kBadRequest for another value.
Result<bool> WantsAcl(const GcsQuery& query, bool by_default);

// A text that a JSON value holds, in UTF-8. Error: kBadRequest naming the field.
Result<std::string> TextOf(const nlohmann::json& value, std::string_view field);
// A whole number, as a JSON number or in a string: clients send both. Error: as TextOf.
Result<std::int64_t> WholeNumberOf(const nlohmann::json& value, std::string_view field);
// Null when it is absent or null.
const nlohmann::json* MemberOf(const nlohmann::json& object, std::string_view name);

Error BadField(std::string_view field, std::string_view problem);

// The 400 of a parameter or a field that has to be there.
Error Required(std::string_view name);

}  // namespace hyperlocal::gcs
