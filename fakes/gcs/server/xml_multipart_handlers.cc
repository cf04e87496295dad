#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/header_claims_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/xml_complete_internal.h"
#include "fakes/gcs/server/xml_error_internal.h"
#include "fakes/gcs/server/xml_handlers_internal.h"
#include "fakes/gcs/server/xml_listing_internal.h"
#include "fakes/gcs/server/xml_object_internal.h"
#include "fakes/gcs/server/xml_part_note_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostBody = std::size_t{4} << 20;  // 10,000 parts, with checksums
// https://cloud.google.com/storage/quotas#requests: of every part but the last.
constexpr std::uint64_t kLeastPart = std::uint64_t{5} << 20;

Error NoSuchUpload(std::string_view id) {
  return Error{ErrorCode::kNotFound,
               "No multipart upload \"" + std::string(id.substr(0, 100)) +
                   "\" of this object: it was completed or aborted, or never was.",
               "upload_id"};
}

// The upload that the query names, if it is one of this object and not over.
Result<UploadSession> FindMultipart(GcsCall& call) {
  const std::string_view id = call.query.Get("uploadId");
  auto session = call.store.GetUpload(id);
  if (!session) {
    if (session.error().code == ErrorCode::kNotFound) return NoSuchUpload(id);
    return std::move(session).error();
  }
  UploadSession found = std::move(*session);
  if (found.cancelled || found.finished || !ReadMultipartNote(found.request) ||
      found.key != ObjectKey{call.bucket, call.object}) {
    return NoSuchUpload(id);
  }
  return found;
}

struct Part {
  PartNote note;
  std::string id;
  std::uint64_t size = 0;
};

// Of each number the newest: two requests may have sent it at the same time.
Result<std::map<int, Part>> PartsOf(GcsCall& call, std::string_view upload_id) {
  HYPERLOCAL_TRY(const std::vector<UploadSession> sessions,
                 call.store.ListUploads(call.bucket, PartNotes(upload_id)));
  std::map<int, Part> parts;
  for (const UploadSession& session : sessions) {
    const auto note = ReadPartNote(session.request);
    if (note) parts[note->number] = Part{*note, session.id, session.received};
  }
  return parts;
}

std::string Quoted(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

Timestamp TimeOf(const PartNote& note) {
  return Timestamp(std::chrono::duration_cast<Timestamp::duration>(
      std::chrono::microseconds(note.microseconds)));
}

Result<int> ReadPartNumber(const GcsCall& call) {
  HYPERLOCAL_TRY(const auto number, call.query.Integer("partNumber"));
  if (!number || *number < 1 || *number > kMostParts) {
    return Error{ErrorCode::kBadRequest, "partNumber must be a number from 1 to 10000"};
  }
  return static_cast<int>(*number);
}

struct Received {
  Md5Digest md5;
  std::uint32_t crc32c;
};

// The body, kept in the upload `id`.
Result<Received> ReceivePart(GcsCall& call, std::string_view id) {
  HYPERLOCAL_TRY(std::unique_ptr<UploadWriter> writer, call.store.ContinueUpload(id));
  Md5Hash md5;
  Crc32c crc32c;
  HYPERLOCAL_TRY_STATUS(call.request->ReadBody([&](std::string_view bytes) {
    md5.Update(bytes);
    crc32c.Update(bytes);
    return writer->Append(bytes);
  }));
  HYPERLOCAL_TRY_STATUS(writer->Sync());
  return Received{md5.Digest(), crc32c.value()};
}

Status CheckClaims(const ContentClaims& claims, const Received& received) {
  const bool same = (!claims.md5 || *claims.md5 == received.md5) &&
                    (!claims.crc32c || *claims.crc32c == received.crc32c);
  if (same) return Ok();
  return Error{ErrorCode::kBadRequest, "Provided checksum doesn't match calculated MD5 hash \"" +
                                           Md5Base64(received.md5) + "\" or CRC32C \"" +
                                           Crc32cBase64(received.crc32c) + "\"."};
}

// Earlier ones of the same number. Later ones may be here already, of a request at the same time.
Status RemoveOlder(GcsCall& call, std::string_view upload_id, int number, std::string_view note) {
  HYPERLOCAL_TRY(const std::vector<UploadSession> sessions,
                 call.store.ListUploads(call.bucket, PartNotes(upload_id, number)));
  for (const UploadSession& session : sessions) {
    if (session.request < note) HYPERLOCAL_TRY_STATUS(call.store.CancelUpload(session.id));
  }
  return Ok();
}

// What the client lists must be what is there. Fills in `ids`; false: refused.
bool ChooseParts(GcsCall& call, const std::vector<CompletedPart>& completed,
                 const std::map<int, Part>& parts, std::vector<std::string>& ids) {
  for (std::size_t i = 1; i < completed.size(); ++i) {
    if (completed[i - 1].number < completed[i].number) continue;
    RefuseXml(call,
              XmlError{400, "InvalidPartOrder", "The list of parts was not in ascending order.",
                       "part " + std::to_string(completed[i].number) + " is listed behind part " +
                           std::to_string(completed[i - 1].number)});
    return false;
  }
  for (std::size_t i = 0; i < completed.size(); ++i) {
    const CompletedPart& listed = completed[i];
    const std::string name = "part " + std::to_string(listed.number);
    const auto it = parts.find(listed.number);
    if (it == parts.end() || (!listed.etag.empty() && listed.etag != it->second.note.md5_hex)) {
      RefuseXml(
          call,
          XmlError{400, "InvalidPart", "One or more of the specified parts could not be found.",
                   it == parts.end() ? name + " was not uploaded"
                                     : name + " has the ETag " + Quoted(it->second.note.md5_hex)});
      return false;
    }
    if (i + 1 < completed.size() && it->second.size < kLeastPart) {
      RefuseXml(call, XmlError{400, "EntityTooSmall", "Your proposed upload is too small.",
                               name + " has " + std::to_string(it->second.size) +
                                   " bytes; every part but the last must have 5242880"});
      return false;
    }
    ids.push_back(it->second.id);
  }
  return true;
}

// The upload and what is left of its parts.
Status Remove(GcsCall& call, const std::string& upload_id) {
  HYPERLOCAL_TRY(const std::vector<UploadSession> sessions,
                 call.store.ListUploads(call.bucket, PartNotes(upload_id)));
  HYPERLOCAL_TRY_STATUS(call.store.CancelUpload(upload_id));
  for (const UploadSession& session : sessions) {
    HYPERLOCAL_TRY_STATUS(call.store.CancelUpload(session.id));
  }
  return Ok();
}

}  // namespace

Status InitiateMultipartXml(GcsCall& call) {
  UploadSession session;
  session.key = {call.bucket, call.object};
  HYPERLOCAL_TRY(session.fields, ReadObjectHeaders(call));
  session.request = MultipartNote(call.control.signers().Now());
  HYPERLOCAL_TRY(const UploadSession begun, call.store.StartUpload(session));
  XmlWriter xml;
  xml.Begin("InitiateMultipartUploadResult", kXmlNamespace);
  xml.Element("Bucket", call.bucket);
  xml.Element("Key", call.object);
  xml.Element("UploadId", begun.id);
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

Status PutPartXml(GcsCall& call) {
  HYPERLOCAL_TRY(const UploadSession upload, FindMultipart(call));
  HYPERLOCAL_TRY(const int number, ReadPartNumber(call));
  ContentClaims claims;
  HYPERLOCAL_TRY_STATUS(ReadHeaderClaims(call.request->headers, claims));
  if (!XmlHeader(call, "copy-source").empty()) {
    RefuseXml(call, NotImplemented("a part cannot be copied from an object here"));
    return Ok();
  }
  UploadSession session;
  session.key = upload.key;
  session.request = ComingPartNote(upload.id);
  HYPERLOCAL_TRY(const UploadSession part, call.store.StartUpload(session));
  auto received = ReceivePart(call, part.id);
  Status good = received ? CheckClaims(claims, *received) : Status(received.error());
  if (!good) {
    HYPERLOCAL_TRY_STATUS(call.store.CancelUpload(part.id));
    return good;
  }
  const auto now = call.control.signers().Now().time_since_epoch();
  const PartNote note{number, std::chrono::duration_cast<std::chrono::microseconds>(now).count(),
                      Md5Hex(received->md5)};
  const std::string text = WritePartNote(upload.id, note);
  HYPERLOCAL_TRY_STATUS(call.store.NoteUpload(part.id, text));
  HYPERLOCAL_TRY_STATUS(RemoveOlder(call, upload.id, number, text));
  // The upload may have ended while the part came: nobody would ever remove it.
  if (const auto still = FindMultipart(call); !still) {
    HYPERLOCAL_TRY_STATUS(call.store.CancelUpload(part.id));
    return still.error();
  }
  call.response.headers.Add("ETag", Quoted(note.md5_hex));
  call.response.headers.Add("x-goog-hash", "crc32c=" + Crc32cBase64(received->crc32c) +
                                               ",md5=" + Md5Base64(received->md5));
  return Ok();
}

Status ListPartsXml(GcsCall& call) {
  HYPERLOCAL_TRY(const UploadSession upload, FindMultipart(call));
  HYPERLOCAL_TRY(const int most, ReadMost(call.query, "max-parts"));
  HYPERLOCAL_TRY(const auto marker, call.query.Integer("part-number-marker"));
  HYPERLOCAL_TRY(const auto parts, PartsOf(call, upload.id));
  std::vector<const Part*> page;
  bool truncated = false;
  for (const auto& [number, part] : parts) {
    if (number <= marker.value_or(0)) continue;
    truncated = page.size() == static_cast<std::size_t>(most);
    if (truncated) break;
    page.push_back(&part);
  }
  XmlWriter xml;
  xml.Begin("ListPartsResult", kXmlNamespace);
  xml.Element("Bucket", call.bucket);
  xml.Element("Key", call.object);
  xml.Element("UploadId", upload.id);
  xml.Element("StorageClass",
              upload.fields.storage_class.empty() ? "STANDARD" : upload.fields.storage_class);
  xml.Element("PartNumberMarker", marker.value_or(0));
  if (truncated && !page.empty()) {
    xml.Element("NextPartNumberMarker", std::int64_t{page.back()->note.number});
  }
  xml.Element("MaxParts", std::int64_t{most});
  xml.Element("IsTruncated", truncated);
  for (const Part* const part : page) {
    xml.Begin("Part");
    xml.Element("PartNumber", std::int64_t{part->note.number});
    xml.Element("LastModified", Rfc3339(TimeOf(part->note)));
    xml.Element("ETag", Quoted(part->note.md5_hex));
    xml.Element("Size", static_cast<std::int64_t>(part->size));
    xml.End();
  }
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

Status CompleteMultipartXml(GcsCall& call) {
  HYPERLOCAL_TRY(const std::string body, call.request->ReadSmallBody(kMostBody));
  HYPERLOCAL_TRY(const UploadSession upload, FindMultipart(call));
  const auto completed = ReadCompletedParts(body);
  if (!completed) {
    RefuseXml(call, XmlError{400, "MalformedXML",
                             "The XML you provided was not well-formed or did not validate against "
                             "our published schema.",
                             completed.error().message});
    return Ok();
  }
  HYPERLOCAL_TRY(const Preconditions preconditions, XmlPreconditions(call));
  HYPERLOCAL_TRY(const auto parts, PartsOf(call, upload.id));
  std::vector<std::string> ids;
  if (!ChooseParts(call, *completed, parts, ids)) return Ok();
  HYPERLOCAL_TRY(const ObjectRecord object,
                 call.store.JoinUploads(upload.key, ids, upload.fields, preconditions));
  HYPERLOCAL_TRY_STATUS(Remove(call, upload.id));
  call.control.Publish({GcsEventKind::kFinalize, object});
  DescribeWritten(call, object);
  XmlWriter xml;
  xml.Begin("CompleteMultipartUploadResult", kXmlNamespace);
  xml.Element("Location", XmlUrl(call, call.object));
  xml.Element("Bucket", call.bucket);
  xml.Element("Key", call.object);
  xml.Element("ETag", XmlEtag(object));
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

Status AbortMultipartXml(GcsCall& call) {
  HYPERLOCAL_TRY(const UploadSession upload, FindMultipart(call));
  HYPERLOCAL_TRY_STATUS(Remove(call, upload.id));
  call.response.status = 204;
  return Ok();
}

Status ListMultipartUploadsXml(GcsCall& call) {
  HYPERLOCAL_TRY(const XmlNames names, XmlNames::For(call.query));
  HYPERLOCAL_TRY(const int most, ReadMost(call.query, "max-uploads"));
  HYPERLOCAL_TRY(const BucketRecord bucket, call.store.GetBucket(call.bucket));
  HYPERLOCAL_TRY(std::vector<UploadSession> uploads,
                 call.store.ListUploads(call.bucket, kMultipartNotes));
  const std::string_view prefix = call.query.Get("prefix");
  const std::string_view delimiter = call.query.Get("delimiter");
  const std::string_view key_marker = call.query.Get("key-marker");
  const std::string_view id_marker = call.query.Get("upload-id-marker");
  std::erase_if(uploads, [&](const UploadSession& upload) {
    const std::string_view name = upload.key.name;
    if (!name.starts_with(prefix)) return true;
    if (key_marker.empty()) return false;
    if (id_marker.empty() || name != key_marker) return name <= key_marker;
    return upload.id <= id_marker;
  });
  std::sort(uploads.begin(), uploads.end(), [](const UploadSession& a, const UploadSession& b) {
    return std::tie(a.key.name, a.id) < std::tie(b.key.name, b.id);
  });

  std::vector<std::string> prefixes;
  std::vector<const UploadSession*> page;
  const UploadSession* last = nullptr;
  bool truncated = false;
  for (const UploadSession& upload : uploads) {
    const std::string& name = upload.key.name;
    const std::size_t at =
        delimiter.empty() ? std::string::npos : name.find(delimiter, prefix.size());
    const std::string folded = at == std::string::npos ? "" : name.substr(0, at + delimiter.size());
    const bool seen = !folded.empty() && !prefixes.empty() && prefixes.back() == folded;
    if (!seen && page.size() + prefixes.size() == static_cast<std::size_t>(most)) {
      truncated = true;
      break;
    }
    last = &upload;
    if (folded.empty()) {
      page.push_back(&upload);
    } else if (!seen) {
      prefixes.push_back(folded);
    }
  }
  XmlWriter xml;
  xml.Begin("ListMultipartUploadsResult", kXmlNamespace);
  xml.Element("Bucket", bucket.name);
  xml.Element("KeyMarker", names.Shown(key_marker));
  xml.Element("UploadIdMarker", id_marker);
  if (truncated && last != nullptr) {
    xml.Element("NextKeyMarker", names.Shown(last->key.name));
    xml.Element("NextUploadIdMarker", last->id);
  }
  if (!prefix.empty()) xml.Element("Prefix", names.Shown(prefix));
  if (!delimiter.empty()) xml.Element("Delimiter", names.Shown(delimiter));
  if (names.encoded()) xml.Element("EncodingType", "url");
  xml.Element("MaxUploads", std::int64_t{most});
  xml.Element("IsTruncated", truncated);
  for (const UploadSession* const upload : page) {
    xml.Begin("Upload");
    xml.Element("Key", names.Shown(upload->key.name));
    xml.Element("UploadId", upload->id);
    xml.Element("StorageClass",
                upload->fields.storage_class.empty() ? "STANDARD" : upload->fields.storage_class);
    xml.Element("Initiated", Rfc3339(ReadMultipartNote(upload->request).value_or(Timestamp())));
    xml.End();
  }
  for (const std::string& folded : prefixes) {
    xml.Begin("CommonPrefixes");
    xml.Element("Prefix", names.Shown(folded));
    xml.End();
  }
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

}  // namespace hyperlocal::gcs
