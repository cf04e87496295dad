#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/access_control_internal.h"
#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/media_answer_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/xml_object_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::string_view kMeta = "x-goog-meta-";
constexpr std::string_view kOtherMeta = "x-amz-meta-";

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace

std::string_view XmlHeader(const GcsCall& call, std::string_view name) {
  const std::string_view own = call.Header("x-goog-" + std::string(name));
  return own.empty() ? call.Header("x-amz-" + std::string(name)) : own;
}

std::string JsonAclName(std::string_view name) {
  std::string camel;
  bool upper = false;
  for (const char c : name) {
    if (c == '-') {
      upper = true;
      continue;
    }
    camel += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return camel;
}

std::string XmlEtag(const ObjectRecord& object) {
  const std::string text = object.checksums.md5
                               ? Md5Hex(*object.checksums.md5)
                               : "-" + EtagOf(object.generation, object.metageneration);
  return "\"" + text + "\"";
}

Result<ObjectFields> ReadObjectHeaders(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  ObjectFields fields;
  fields.content_type = call.Header("Content-Type");
  fields.content_encoding = call.Header("Content-Encoding");
  fields.content_disposition = call.Header("Content-Disposition");
  fields.content_language = call.Header("Content-Language");
  fields.cache_control = call.Header("Cache-Control");
  for (const HttpHeader& field : call.request->headers) {
    const std::string name = LowerCase(field.name);
    for (const std::string_view prefix : {kMeta, kOtherMeta}) {
      if (name.size() > prefix.size() && name.starts_with(prefix)) {
        fields.metadata[name.substr(prefix.size())] = field.value;
      }
    }
  }
  fields.storage_class = call.Header("x-goog-storage-class");
  if (!fields.storage_class.empty()) {
    HYPERLOCAL_TRY_STATUS(CheckStorageClass(fields.storage_class));
  }
  const std::string_view custom_time = call.Header("x-goog-custom-time");
  if (!custom_time.empty()) {
    fields.custom_time = ParseRfc3339(custom_time);
    if (!fields.custom_time) {
      return Error{ErrorCode::kBadRequest, "x-goog-custom-time is \"" +
                                               std::string(custom_time.substr(0, 100)) +
                                               "\"; it must be a time as in RFC 3339"};
    }
  }
  fields.acl = DefaultObjectAcl(bucket);
  const std::string_view acl = XmlHeader(call, "acl");
  if (!acl.empty()) {
    HYPERLOCAL_TRY_STATUS(RefuseUniformAccess(bucket));
    HYPERLOCAL_TRY(fields.acl, PredefinedAcl(JsonAclName(acl)));
  }
  return fields;
}

Result<std::optional<std::int64_t>> IntegerHeader(const GcsCall& call, const std::string& name) {
  const auto text = call.request->headers.Find(name);
  if (!text) return std::optional<std::int64_t>();
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || stop != text->data() + text->size()) {
    return Error{ErrorCode::kBadRequest, name + " is \"" + std::string(text->substr(0, 100)) +
                                             "\"; it must be a whole number"};
  }
  return std::optional<std::int64_t>(number);
}

Result<Preconditions> XmlPreconditions(const GcsCall& call) {
  HYPERLOCAL_TRY(Preconditions preconditions, PreconditionsOf(call.query));
  HYPERLOCAL_TRY(const auto generation, IntegerHeader(call, "x-goog-if-generation-match"));
  HYPERLOCAL_TRY(const auto metageneration, IntegerHeader(call, "x-goog-if-metageneration-match"));
  if (generation) preconditions.if_generation_match = generation;
  if (metageneration) preconditions.if_metageneration_match = metageneration;
  return preconditions;
}

void SetHashHeaders(HttpHeaders& headers, const ContentChecksums& checksums) {
  headers.Set("x-goog-hash", "crc32c=" + Crc32cBase64(checksums.crc32c));
  if (checksums.md5) headers.Add("x-goog-hash", "md5=" + Md5Base64(*checksums.md5));
}

void DescribeWritten(GcsCall& call, const ObjectRecord& object) {
  HttpHeaders& headers = call.response.headers;
  DescribeMedia(headers, object);
  // Those are of an answer with the content.
  for (const std::string_view name : {"Content-Type", "Content-Encoding", "Content-Disposition",
                                      "Content-Language", "Cache-Control", "Last-Modified"}) {
    headers.Remove(name);
  }
  headers.Set("ETag", XmlEtag(object));
  SetHashHeaders(headers, object.checksums);
}

std::string XmlUrl(const GcsCall& call, std::string_view object) {
  std::string url = call.BaseUrl() + "/";
  // With the bucket in the host there is none in the path.
  const std::string_view host = call.Header("Host");
  const bool in_host = host.size() > call.bucket.size() && host.starts_with(call.bucket) &&
                       host.substr(call.bucket.size()).starts_with(".storage.");
  if (!in_host) url += PercentEncode(call.bucket) + "/";
  return url + PercentEncode(object, "/");
}

void AnswerXml(GcsCall& call, std::string document) {
  call.response.headers.Set("Content-Type", std::string(kXmlContentType));
  call.response.body = std::move(document);
}

}  // namespace hyperlocal::gcs
