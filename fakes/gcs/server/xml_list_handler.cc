#include <algorithm>
#include <string>
#include <utility>

#include "engine/http/http_message.h"
#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/xml_handlers_internal.h"
#include "fakes/gcs/server/xml_listing_internal.h"
#include "fakes/gcs/server/xml_object_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

void WriteObject(XmlWriter& xml, const XmlNames& names, const ObjectRecord& object, bool versions) {
  xml.Begin(versions ? "Version" : "Contents");
  xml.Element("Key", names.Shown(object.key.name));
  xml.Element("Generation", object.generation);
  xml.Element("MetaGeneration", object.metageneration);
  if (versions) xml.Element("IsLatest", !object.noncurrent.has_value());
  xml.Element("LastModified", Rfc3339(object.updated));
  if (versions && object.noncurrent) xml.Element("DeletedTime", Rfc3339(*object.noncurrent));
  xml.Element("ETag", XmlEtag(object));
  xml.Element("Size", static_cast<std::int64_t>(object.size));
  if (!object.fields.storage_class.empty()) {
    xml.Element("StorageClass", object.fields.storage_class);
  }
  xml.End();
}

void ElementUnlessEmpty(XmlWriter& xml, std::string_view name, const std::string& text) {
  if (!text.empty()) xml.Element(name, text);
}

// The last name of a page, by which a listing of the first version goes on.
std::string LastName(const ObjectPage& page) {
  std::string last;
  if (!page.objects.empty()) last = page.objects.back().key.name;
  if (!page.prefixes.empty()) last = std::max(last, page.prefixes.back());
  return last;
}

}  // namespace

Result<XmlNames> XmlNames::For(const GcsQuery& query) {
  const std::string_view type = query.Get("encoding-type");
  if (type.empty()) return XmlNames(false);
  if (type == "url") return XmlNames(true);
  return Error{ErrorCode::kBadRequest,
               "encoding-type is \"" + std::string(type.substr(0, 100)) + "\"; it must be url"};
}

std::string XmlNames::Shown(std::string_view name) const {
  return encoded_ ? PercentEncode(name, "/") : std::string(name);
}

Result<int> ReadMost(const GcsQuery& query, std::string_view parameter) {
  HYPERLOCAL_TRY(const auto number, query.Integer(parameter));
  if (!number) return kMostListed;
  if (*number < 0) {
    return Error{ErrorCode::kBadRequest, std::string(parameter) + " is " + std::to_string(*number) +
                                             "; it must be a number from 0 to 1000"};
  }
  return static_cast<int>(std::min<std::int64_t>(*number, kMostListed));
}

std::string AfterMarker(std::string_view marker, std::string_view prefix,
                        std::string_view delimiter) {
  if (marker.empty()) return "";
  // A marker that is a folded prefix stands for all that is in it.
  if (!delimiter.empty() && marker.starts_with(prefix)) {
    const std::size_t at = marker.find(delimiter, prefix.size());
    if (at != std::string_view::npos && at + delimiter.size() == marker.size()) {
      std::string next(marker);
      while (!next.empty() && static_cast<unsigned char>(next.back()) == 0xFF) next.pop_back();
      if (!next.empty())
        next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
      return next;
    }
  }
  return std::string(marker) + '\0';
}

Status GetBucketXml(GcsCall& call) {
  const GcsQuery& asked = call.query;
  const bool second = asked.Get("list-type") == "2";
  const bool versions = asked.Has("versions") && asked.Get("versions") != "false";
  HYPERLOCAL_TRY(const XmlNames names, XmlNames::For(asked));
  HYPERLOCAL_TRY(const int most, ReadMost(asked, "max-keys"));
  const std::string after(second ? asked.Get("start-after")
                                 : asked.Get(versions ? "key-marker" : "marker"));
  const std::string marker = !after.empty() || second ? after : std::string(asked.Get("marker"));

  ObjectQuery query;
  query.prefix = asked.Get("prefix");
  query.delimiter = asked.Get("delimiter");
  query.versions = versions;
  query.max_results = std::max(most, 1);
  query.start_offset = AfterMarker(marker, query.prefix, query.delimiter);
  query.page_token = asked.Get(second ? "continuation-token" : "page-token");
  // A page of versions may end between two of one name: only a token can say where.
  if (versions && query.page_token.empty()) query.page_token = asked.Get("generation-marker");

  ObjectPage page;
  if (most > 0) {
    HYPERLOCAL_TRY(page, call.store.ListObjects(call.bucket, query));
  } else {
    HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  }

  XmlWriter xml;
  xml.Begin("ListBucketResult", kXmlNamespace);
  xml.Element("Name", call.bucket);
  xml.Element("Prefix", names.Shown(query.prefix));
  const std::size_t count = page.objects.size() + page.prefixes.size();
  if (second) {
    xml.Element("KeyCount", static_cast<std::int64_t>(count));
    if (!marker.empty()) xml.Element("StartAfter", names.Shown(marker));
    ElementUnlessEmpty(xml, "ContinuationToken", query.page_token);
  } else {
    xml.Element("Marker", names.Shown(marker));
  }
  xml.Element("MaxKeys", static_cast<std::int64_t>(most));
  ElementUnlessEmpty(xml, "Delimiter", names.Shown(query.delimiter));
  if (names.encoded()) xml.Element("EncodingType", "url");
  const bool truncated = !page.next_page_token.empty();
  xml.Element("IsTruncated", truncated);
  if (truncated && second) {
    xml.Element("NextContinuationToken", page.next_page_token);
  } else if (truncated) {
    xml.Element("NextMarker", names.Shown(LastName(page)));
    if (versions) xml.Element("NextGenerationMarker", page.next_page_token);
  }
  for (const ObjectRecord& object : page.objects) WriteObject(xml, names, object, versions);
  for (const std::string& prefix : page.prefixes) {
    xml.Begin("CommonPrefixes");
    xml.Element("Prefix", names.Shown(prefix));
    xml.End();
  }
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

}  // namespace hyperlocal::gcs
