#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fakes/gcs/server/bucket_resource_internal.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/object_answer_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/xml_error_internal.h"
#include "fakes/gcs/server/xml_handlers_internal.h"
#include "fakes/gcs/server/xml_object_internal.h"
#include "fakes/gcs/server/xml_reader_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostBody = std::size_t{2} << 20;
constexpr std::size_t kMostDeletes = 1000;

std::string Upper(std::string_view text) {
  std::string upper(text);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return upper;
}

// <CreateBucketConfiguration> with LocationConstraint and StorageClass; an empty body asks for
// nothing.
Status ReadConfiguration(GcsCall& call, BucketRecord& bucket) {
  HYPERLOCAL_TRY(const std::string body, call.request->ReadSmallBody(kMostBody));
  if (body.find_first_not_of(" \t\r\n") == std::string::npos) return Ok();
  HYPERLOCAL_TRY(const XmlElement root, ReadXml(body));
  if (root.name != "CreateBucketConfiguration") {
    return Error{ErrorCode::kBadRequest, "the document is a " + root.name.substr(0, 60) +
                                             "; it must be a CreateBucketConfiguration"};
  }
  if (const XmlElement* const location = root.Find("LocationConstraint")) {
    SetSetting(bucket, "location", Upper(location->text));
  }
  const XmlElement* const storage_class = root.Find("StorageClass");
  if (storage_class != nullptr && !storage_class->text.empty()) {
    bucket.policy.storage_class = Upper(storage_class->text);
    HYPERLOCAL_TRY_STATUS(CheckStorageClass(bucket.policy.storage_class));
  }
  return Ok();
}

struct Deletion {
  std::string key;
  std::optional<std::int64_t> generation;
};

Result<std::vector<Deletion>> ReadDeletions(std::string_view body, bool& quiet) {
  HYPERLOCAL_TRY(const XmlElement root, ReadXml(body));
  if (root.name != "Delete") {
    return Error{ErrorCode::kBadRequest,
                 "the document is a " + root.name.substr(0, 60) + "; it must be a Delete"};
  }
  std::vector<Deletion> deletions;
  for (const XmlElement& element : root.children) {
    if (element.name == "Quiet") quiet = element.text == "true";
    if (element.name != "Object") continue;
    const XmlElement* const key = element.Find("Key");
    if (key == nullptr || key->text.empty()) {
      return Error{ErrorCode::kBadRequest, "Delete: an Object has no Key"};
    }
    Deletion deletion{key->text, std::nullopt};
    if (const XmlElement* const version = element.Find("VersionId")) {
      std::int64_t generation = 0;
      const std::string& text = version->text;
      const auto [stop, error] =
          std::from_chars(text.data(), text.data() + text.size(), generation);
      if (error != std::errc() || stop != text.data() + text.size()) {
        return Error{ErrorCode::kBadRequest,
                     "Delete: the VersionId of " + key->text + " is no generation number"};
      }
      deletion.generation = generation;
    }
    deletions.push_back(std::move(deletion));
  }
  if (deletions.empty() || deletions.size() > kMostDeletes) {
    return Error{ErrorCode::kBadRequest, "Delete names " + std::to_string(deletions.size()) +
                                             " objects; 1 to 1000 are allowed"};
  }
  return deletions;
}

}  // namespace

Status ListServiceXml(GcsCall& call) {
  XmlWriter xml;
  xml.Begin("ListAllMyBucketsResult", kXmlNamespace);
  xml.Begin("Buckets");
  BucketQuery query;
  do {
    HYPERLOCAL_TRY(const BucketPage page, call.store.ListBuckets(query));
    for (const BucketRecord& bucket : page.buckets) {
      xml.Begin("Bucket");
      xml.Element("Name", bucket.name);
      xml.Element("CreationDate", Rfc3339(bucket.created));
      xml.End();
    }
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  xml.End();
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

Status HeadBucketXml(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  call.response.headers.Add("x-goog-metageneration", std::to_string(bucket.metageneration));
  call.response.headers.Add("x-goog-storage-class", bucket.policy.storage_class);
  return Ok();
}

Status PutBucketXml(GcsCall& call) {
  BucketRecord bucket;
  bucket.name = call.bucket;
  HYPERLOCAL_TRY_STATUS(ReadConfiguration(call, bucket));
  HYPERLOCAL_TRY(const BucketRecord made, call.store.CreateBucket(bucket));
  call.response.headers.Add("x-goog-metageneration", std::to_string(made.metageneration));
  call.response.headers.Add("Location", "/" + made.name);
  return Ok();
}

Status DeleteBucketXml(GcsCall& call) {
  HYPERLOCAL_TRY(const Preconditions preconditions, XmlPreconditions(call));
  HYPERLOCAL_TRY_STATUS(call.store.DeleteBucket(call.bucket, preconditions));
  call.response.status = 204;
  return Ok();
}

Status GetBucketLocationXml(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  const nlohmann::json location = Setting(bucket, "location");
  XmlWriter xml;
  xml.Begin("LocationConstraint", kXmlNamespace);
  xml.Text(location.is_string() ? location.get<std::string>() : "US");
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

Status GetBucketVersioningXml(GcsCall& call) {
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  XmlWriter xml;
  xml.Begin("VersioningConfiguration", kXmlNamespace);
  xml.Element("Status", bucket.policy.versioning ? "Enabled" : "Suspended");
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

Status PutBucketVersioningXml(GcsCall& call) {
  HYPERLOCAL_TRY(const std::string body, call.request->ReadSmallBody(kMostBody));
  HYPERLOCAL_TRY(const XmlElement root, ReadXml(body));
  const XmlElement* const status = root.Find("Status");
  const bool enabled = status != nullptr && status->text == "Enabled";
  if (root.name != "VersioningConfiguration" || status == nullptr ||
      (!enabled && status->text != "Suspended")) {
    return Error{ErrorCode::kBadRequest,
                 "the document must be <VersioningConfiguration><Status>Enabled</Status>"
                 "</VersioningConfiguration>, or Suspended"};
  }
  HYPERLOCAL_TRY(const Preconditions preconditions, XmlPreconditions(call));
  HYPERLOCAL_TRY(const BucketRecord bucket,
                 call.store.UpdateBucket(call.bucket, preconditions, [&](BucketRecord& changed) {
                   changed.policy.versioning = enabled;
                   return Ok();
                 }));
  call.response.headers.Add("x-goog-metageneration", std::to_string(bucket.metageneration));
  return Ok();
}

Status DeleteObjectsXml(GcsCall& call) {
  HYPERLOCAL_TRY(const std::string body, call.request->ReadSmallBody(kMostBody));
  bool quiet = false;
  HYPERLOCAL_TRY(const std::vector<Deletion> deletions, ReadDeletions(body, quiet));
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  XmlWriter xml;
  xml.Begin("DeleteResult", kXmlNamespace);
  for (const Deletion& deletion : deletions) {
    call.object = deletion.key;  // whose error it is
    const Status deleted =
        DeleteAndTell(call, {{bucket.name, deletion.key}, deletion.generation}, {});
    // What is not there is as deleted as can be.
    if (!deleted && deleted.error().code != ErrorCode::kNotFound) {
      const XmlError error = ToXmlError(call, deleted.error());
      xml.Begin("Error");
      xml.Element("Key", deletion.key);
      xml.Element("Code", error.code);
      xml.Element("Message", error.message);
      xml.End();
    } else if (!quiet) {
      xml.Begin("Deleted");
      xml.Element("Key", deletion.key);
      if (deletion.generation) xml.Element("VersionId", *deletion.generation);
      xml.End();
    }
  }
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

}  // namespace hyperlocal::gcs
