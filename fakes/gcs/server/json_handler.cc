#include "fakes/gcs/server/json_handler_internal.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "engine/json/canonical_json.h"
#include "engine/json/javascript_string.h"
#include "fakes/gcs/server/gunzip_internal.h"

namespace hyperlocal::gcs {
namespace {

// The largest resource is an IAM policy or a bucket with its lifecycle rules, well below this.
constexpr std::size_t kJsonLimit = std::size_t{2} << 20;

Result<std::string> ReadPlainBody(GcsCall& call) {
  if (call.Header("Content-Encoding") != "gzip") return call.request->ReadSmallBody(kJsonLimit);
  std::string body;
  Gunzip gunzip;
  const auto sink = [&body](std::string_view part) -> Status {
    if (body.size() + part.size() > kJsonLimit) {
      return Error{ErrorCode::kBadRequest, "the unpacked body is larger than 2 MiB"};
    }
    body += part;
    return Ok();
  };
  HYPERLOCAL_TRY_STATUS(
      call.request->ReadBody([&](std::string_view part) { return gunzip.Feed(part, sink); }));
  HYPERLOCAL_TRY_STATUS(gunzip.Finish());
  return body;
}

}  // namespace

Result<nlohmann::json> ParseResource(std::string_view text, std::string_view what) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return nlohmann::json::object();
  HYPERLOCAL_TRY(nlohmann::json resource, ParseJson(text, what));
  if (resource.is_null()) return nlohmann::json::object();
  if (!resource.is_object()) {
    return Error{ErrorCode::kInvalidJson, std::string(what) + " must be a JSON object"};
  }
  return resource;
}

Result<nlohmann::json> ReadJsonBody(GcsCall& call) {
  HYPERLOCAL_TRY(const std::string text, ReadPlainBody(call));
  return ParseResource(text, "the request body");
}

Result<JsonAnswer> JsonAnswer::For(const GcsQuery& query) {
  JsonAnswer answer;
  if (const auto fields = query.Find("fields")) {
    HYPERLOCAL_TRY(FieldsMask mask, FieldsMask::Parse(*fields));
    answer.mask_ = std::make_unique<FieldsMask>(std::move(mask));
  }
  answer.writer_ = JsonWriter(answer.mask_.get(), query.Get("prettyPrint") == "true");
  return answer;
}

Result<JsonAnswer> JsonAnswer::For(const GcsCall& call) {
  return For(call.query);
}

void JsonAnswer::Send(GcsCall& call) && {
  call.response.headers.Set("Content-Type", "application/json; charset=UTF-8");
  call.response.body = std::move(writer_).Take();
}

void AnswerNothing(GcsCall& call) {
  call.response.status = 204;
}

Result<bool> WantsAcl(const GcsQuery& query, bool by_default) {
  const auto projection = query.Find("projection");
  if (!projection) return by_default;
  if (*projection == "full") return true;
  if (*projection == "noAcl") return false;
  return Error{ErrorCode::kBadRequest,
               "Invalid value for parameter projection: \"" + std::string(*projection) +
                   "\" is neither full nor noAcl",
               "projection"};
}

Error BadField(std::string_view field, std::string_view problem) {
  return Error{ErrorCode::kBadRequest,
               "Invalid value for field " + std::string(field) + ": " + std::string(problem)};
}

Error Required(std::string_view name) {
  return Error{ErrorCode::kBadRequest, std::string(kRequiredMessage) + std::string(name),
               std::string(name)};
}

Result<std::string> TextOf(const nlohmann::json& value, std::string_view field) {
  if (!value.is_string()) return BadField(field, "must be a string");
  return EncodedText(value.get_ref<const std::string&>());
}

Result<std::int64_t> WholeNumberOf(const nlohmann::json& value, std::string_view field) {
  if (value.is_number_unsigned() || value.is_number_integer()) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX) {
      return BadField(field, "is too large");
    }
    return value.get<std::int64_t>();
  }
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::abs(number) <= 9007199254740992.0 && number == std::floor(number)) {
      return static_cast<std::int64_t>(number);
    }
  }
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && stop == end) return number;
  }
  return BadField(field, "must be a whole number");
}

const nlohmann::json* MemberOf(const nlohmann::json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto member = object.find(name);
  return member == object.end() || member->is_null() ? nullptr : &*member;
}

}  // namespace hyperlocal::gcs
