#include <algorithm>
#include <charconv>

#include "engine/http/http_message.h"
#include "fakes/gcs/server/gcs_query_internal.h"

namespace hyperlocal::gcs {
namespace {

// As browsers write forms, and as some clients write queries: `+` is a space.
std::optional<std::string> DecodeFormText(std::string_view text) {
  if (text.find('+') == std::string_view::npos) return PercentDecode(text);
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return PercentDecode(spaced);
}

Error BadParameter(std::string_view name, std::string_view value, std::string_view expectation) {
  return Error{ErrorCode::kBadRequest,
               "Invalid value for parameter " + std::string(name) + ": \"" +
                   std::string(value.substr(0, 100)) + "\" is not " + std::string(expectation),
               std::string(name)};
}

Result<ObjectPreconditions> ReadPreconditions(const GcsQuery& query, std::string_view generation,
                                              std::string_view generation_not,
                                              std::string_view metageneration,
                                              std::string_view metageneration_not) {
  ObjectPreconditions read;
  if (query.empty()) return read;
  HYPERLOCAL_TRY(read.if_generation_match, query.Integer(generation));
  HYPERLOCAL_TRY(read.if_generation_not_match, query.Integer(generation_not));
  HYPERLOCAL_TRY(read.if_metageneration_match, query.Integer(metageneration));
  HYPERLOCAL_TRY(read.if_metageneration_not_match, query.Integer(metageneration_not));
  return read;
}

}  // namespace

Result<GcsQuery> GcsQuery::Parse(std::string_view text) {
  GcsQuery query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = DecodeFormText(pair.substr(0, equals));
    auto value = DecodeFormText(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) {
      return Error{ErrorCode::kBadRequest, "the query holds a broken percent-encoding: \"" +
                                               std::string(pair.substr(0, 100)) + "\""};
    }
    query.parameters_.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

bool GcsQuery::Has(std::string_view name) const {
  return std::any_of(begin(), end(),
                     [name](const Parameter& parameter) { return parameter.first == name; });
}

std::optional<std::string_view> GcsQuery::Find(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name && !value.empty()) return value;
  }
  return std::nullopt;
}

Result<std::optional<std::int64_t>> GcsQuery::Integer(std::string_view name) const {
  const auto text = Find(name);
  if (!text) return std::optional<std::int64_t>();
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || stop != text->data() + text->size()) {
    return BadParameter(name, *text, "a whole number");
  }
  return std::optional<std::int64_t>(number);
}

Result<std::optional<bool>> GcsQuery::Boolean(std::string_view name) const {
  const auto text = Find(name);
  if (!text) return std::optional<bool>();
  if (*text == "true" || *text == "True" || *text == "1") return std::optional<bool>(true);
  if (*text == "false" || *text == "False" || *text == "0") return std::optional<bool>(false);
  return BadParameter(name, *text, "true or false");
}

Result<ObjectPreconditions> PreconditionsOf(const GcsQuery& query) {
  return ReadPreconditions(query, "ifGenerationMatch", "ifGenerationNotMatch",
                           "ifMetagenerationMatch", "ifMetagenerationNotMatch");
}

Result<ObjectPreconditions> SourcePreconditionsOf(const GcsQuery& query) {
  return ReadPreconditions(query, "ifSourceGenerationMatch", "ifSourceGenerationNotMatch",
                           "ifSourceMetagenerationMatch", "ifSourceMetagenerationNotMatch");
}

}  // namespace hyperlocal::gcs
