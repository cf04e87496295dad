#include <charconv>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "adapters/gcp/storage/object_resource_internal.h"
#include "engine/hash/base64.h"
#include "engine/hash/crc32c.h"

namespace hyperlocal {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxMessage = 400;

Error Garbled(std::string_view what) {
  return {ErrorCode::kIo, fmt::format("the service's answer makes no sense: {}", what)};
}

// nullopt: not JSON, or not an object.
std::optional<Json> ParseJsonObject(std::string_view text) {
  Json value = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return std::nullopt;
  return value;
}

std::string Text(const Json& object, const char* name) {
  const auto field = object.find(name);
  return field != object.end() && field->is_string() ? field->get<std::string>() : "";
}

// 64-bit numbers cross as strings; some emulators write numbers.
std::optional<std::uint64_t> Number(const Json& object, const char* name) {
  const auto field = object.find(name);
  if (field == object.end()) return std::nullopt;
  if (field->is_number_unsigned()) return field->get<std::uint64_t>();
  if (!field->is_string()) return std::nullopt;
  const std::string text = field->get<std::string>();
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string Hex(const std::vector<std::uint8_t>& bytes) {
  std::string hex;
  for (const std::uint8_t byte : bytes) hex += fmt::format("{:02x}", byte);
  return hex;
}

Result<StoredObject> ObjectOf(const Json& json) {
  StoredObject object;
  ObjectInfo& info = object.info;
  info.uri = {.bucket = Text(json, "bucket"), .key = Text(json, "name")};
  if (info.uri.bucket.empty() || info.uri.key.empty()) return Garbled("an object has no name");
  const std::optional<std::uint64_t> size = Number(json, "size");
  const std::optional<std::uint64_t> generation = Number(json, "generation");
  const std::optional<std::uint64_t> metageneration = Number(json, "metageneration");
  if (!size || !generation || !metageneration) {
    return Garbled(
        fmt::format("{} has no size, generation or metageneration", FormatGcsUri(info.uri)));
  }
  const std::optional<std::uint32_t> crc32c = ParseCrc32cBase64(Text(json, "crc32c"));
  if (!crc32c) return Garbled(fmt::format("{} has no crc32c", FormatGcsUri(info.uri)));
  info.size = *size;
  info.generation = static_cast<std::int64_t>(*generation);
  info.metageneration = static_cast<std::int64_t>(*metageneration);
  info.crc32c = *crc32c;
  if (const std::string md5 = Text(json, "md5Hash"); !md5.empty()) {
    const std::optional<std::vector<std::uint8_t>> bytes = ParseBase64(md5);
    if (!bytes || bytes->size() != 16) return Garbled("an md5Hash is none");
    info.md5_hex = Hex(*bytes);
  }
  info.content_type = Text(json, "contentType");
  info.content_encoding = Text(json, "contentEncoding");
  if (const auto metadata = json.find("metadata");
      metadata != json.end() && metadata->is_object()) {
    for (const auto& [name, value] : metadata->items()) {
      if (!value.is_string()) continue;
      if (name == kWriterKey) {
        object.writer = value.get<std::string>();
      } else {
        info.metadata[name] = value.get<std::string>();
      }
    }
  }
  return object;
}

Json Description(const ObjectWrite& write, std::string_view writer) {
  Json json = Json::object();
  if (!write.content_type.empty()) json["contentType"] = write.content_type;
  if (!write.content_encoding.empty()) json["contentEncoding"] = write.content_encoding;
  if (!write.cache_control.empty()) json["cacheControl"] = write.cache_control;
  Json metadata = Json::object();
  for (const auto& [name, value] : write.metadata) metadata[name] = value;
  metadata[std::string(kWriterKey)] = writer;
  json["metadata"] = std::move(metadata);
  return json;
}

// Bytes that are no UTF-8 are replaced: the service would refuse them anyway.
std::string Dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<StoredObject> ParseObject(std::string_view text) {
  const std::optional<Json> json = ParseJsonObject(text);
  if (!json) return Garbled("the description of an object is no JSON");
  return ObjectOf(*json);
}

Result<ObjectListPage> ParseObjectListPage(std::string_view text) {
  const std::optional<Json> json = ParseJsonObject(text);
  if (!json) return Garbled("a list of objects is no JSON");
  ObjectListPage page;
  page.next_page_token = Text(*json, "nextPageToken");
  if (const auto items = json->find("items"); items != json->end()) {
    if (!items->is_array()) return Garbled("\"items\" of a list is no array");
    for (const Json& item : *items) {
      if (!item.is_object()) return Garbled("an item of a list is no object");
      Result<StoredObject> object = ObjectOf(item);
      if (!object) return std::move(object).error();
      page.list.objects.push_back(std::move(object->info));
    }
  }
  if (const auto prefixes = json->find("prefixes"); prefixes != json->end()) {
    if (!prefixes->is_array()) return Garbled("\"prefixes\" of a list is no array");
    for (const Json& prefix : *prefixes) {
      if (prefix.is_string()) page.list.prefixes.push_back(prefix.get<std::string>());
    }
  }
  return page;
}

Result<RewriteStep> ParseRewriteStep(std::string_view text) {
  const std::optional<Json> json = ParseJsonObject(text);
  if (!json) return Garbled("the state of a copy is no JSON");
  RewriteStep step;
  step.rewritten_bytes = Number(*json, "totalBytesRewritten").value_or(0);
  const auto done = json->find("done");
  if (done == json->end() || !done->is_boolean() || !done->get<bool>()) {
    step.token = Text(*json, "rewriteToken");
    if (step.token.empty()) return Garbled("a copy is not done and cannot go on");
    return step;
  }
  const auto resource = json->find("resource");
  if (resource == json->end() || !resource->is_object()) return Garbled("a copy has no object");
  Result<StoredObject> object = ObjectOf(*resource);
  if (!object) return std::move(object).error();
  step.object = std::move(*object);
  return step;
}

std::string ParseServiceFailure(std::string_view body) {
  const std::optional<Json> json = ParseJsonObject(body);
  if (!json) return "";
  const auto error = json->find("error");
  if (error == json->end() || !error->is_object()) return "";
  std::string text = Text(*error, "message");
  if (const auto errors = error->find("errors"); errors != error->end() && errors->is_array() &&
                                                 !errors->empty() && errors->front().is_object()) {
    if (const std::string reason = Text(errors->front(), "reason"); !reason.empty()) {
      text = reason + (text.empty() ? "" : ": ") + text;
    }
  }
  if (text.size() > kMaxMessage) text = text.substr(0, kMaxMessage) + "…";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return text;
}

std::string UploadJson(std::string_view name, const ObjectWrite& write, std::string_view writer,
                       const std::optional<std::uint32_t>& crc32c) {
  Json json = Description(write, writer);
  json["name"] = name;
  if (crc32c) json["crc32c"] = Crc32cBase64(*crc32c);
  return Dump(json);
}

std::string ComposeJson(const std::vector<GcsUri>& sources, const ObjectWrite& write,
                        std::string_view writer) {
  Json json = Json::object();
  json["sourceObjects"] = Json::array();
  for (const GcsUri& source : sources) json["sourceObjects"].push_back({{"name", source.key}});
  json["destination"] = Description(write, writer);
  return Dump(json);
}

Result<std::string> CopyJson(std::string_view text, std::string_view writer) {
  const std::optional<Json> source = ParseJsonObject(text);
  if (!source) return Garbled("the description of an object is no JSON");
  Json json = Json::object();
  for (const char* const name : {"contentType", "contentEncoding", "contentDisposition",
                                 "contentLanguage", "cacheControl", "customTime", "metadata"}) {
    if (const auto field = source->find(name); field != source->end()) json[name] = *field;
  }
  if (!json.contains("metadata") || !json["metadata"].is_object()) {
    json["metadata"] = Json::object();
  }
  json["metadata"][std::string(kWriterKey)] = writer;
  return Dump(json);
}

}  // namespace hyperlocal
