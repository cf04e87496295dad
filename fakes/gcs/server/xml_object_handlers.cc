#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <utility>

#include "engine/http/http_message.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/header_claims_internal.h"
#include "fakes/gcs/server/media_answer_internal.h"
#include "fakes/gcs/server/object_answer_internal.h"
#include "fakes/gcs/server/resumable_upload_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/xml_date_internal.h"
#include "fakes/gcs/server/xml_error_internal.h"
#include "fakes/gcs/server/xml_handlers_internal.h"
#include "fakes/gcs/server/xml_object_internal.h"
#include "fakes/gcs/server/xml_size_range_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

// Whether a list as in If-Match names the tag, with its quotes or without; `*` names any.
bool NamesEtag(std::string_view list, const std::string& etag) {
  if (list == "*") return true;
  const std::string_view bare = std::string_view(etag).substr(1, etag.size() - 2);
  return list.find(etag) != std::string_view::npos || list == bare;
}

// The conditions of RFC 9110 section 13, in its order.
ReadVerdict JudgeHttpConditions(const GcsCall& call, const ObjectRecord& object) {
  const HttpHeaders& headers = call.request->headers;
  const std::string etag = XmlEtag(object);
  // Dates in HTTP are in whole seconds. What is no date says nothing.
  if (const auto match = headers.Find("If-Match")) {
    if (!NamesEtag(*match, etag)) return ReadVerdict::kPreconditionFailed;
  } else if (const auto since = headers.Find("If-Unmodified-Since")) {
    const auto then = ParseHttpDate(*since);
    if (then && object.updated >= *then + std::chrono::seconds(1)) {
      return ReadVerdict::kPreconditionFailed;
    }
  }
  if (const auto none_match = headers.Find("If-None-Match")) {
    if (NamesEtag(*none_match, etag)) return ReadVerdict::kNotModified;
  } else if (const auto since = headers.Find("If-Modified-Since")) {
    const auto then = ParseHttpDate(*since);
    if (then && object.updated < *then + std::chrono::seconds(1)) return ReadVerdict::kNotModified;
  }
  return ReadVerdict::kRead;
}

// Metadata that cannot stand in a header is left out.
void AddMetadata(HttpHeaders& headers, const ObjectFields& fields) {
  for (const auto& [key, value] : fields.metadata) {
    const bool fits = std::none_of(value.begin(), value.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
    const bool token = std::all_of(key.begin(), key.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
    if (fits && token && !key.empty()) headers.Add("x-goog-meta-" + key, value);
  }
  if (fields.custom_time) headers.Add("x-goog-custom-time", Rfc3339(*fields.custom_time));
}

// "/bucket/a%20b", with or without the slash.
Result<ObjectAddress> ReadCopySource(const GcsCall& call) {
  const std::string_view header = XmlHeader(call, "copy-source");
  std::string_view text = header.substr(0, header.find('?'));
  if (text.starts_with('/')) text.remove_prefix(1);
  const std::size_t slash = text.find('/');
  const auto bucket = PercentDecode(text.substr(0, slash));
  const auto name =
      slash == std::string_view::npos ? std::nullopt : PercentDecode(text.substr(slash + 1));
  if (!bucket || !name || bucket->empty() || name->empty()) {
    return Error{ErrorCode::kBadRequest, "x-goog-copy-source is \"" +
                                             std::string(header.substr(0, 200)) +
                                             "\"; it must be /bucket/object, percent-encoded"};
  }
  ObjectAddress source{{*bucket, *name}, std::nullopt};
  HYPERLOCAL_TRY(source.generation, IntegerHeader(call, "x-goog-copy-source-generation"));
  return source;
}

}  // namespace

Status GetObjectXml(GcsCall& call) {
  HYPERLOCAL_TRY(const ObjectAddress address, ObjectAddressOf(call));
  HYPERLOCAL_TRY(const Preconditions preconditions, XmlPreconditions(call));
  HYPERLOCAL_TRY(const OpenedObject opened, call.store.OpenObject(address));
  const ObjectRecord& object = opened.record;
  ReadVerdict verdict = JudgeRead(object, preconditions);
  if (verdict == ReadVerdict::kRead) verdict = JudgeHttpConditions(call, object);
  if (verdict == ReadVerdict::kPreconditionFailed) {
    return Error{ErrorCode::kPreconditionFailed, "the object is another one than was asked for"};
  }
  if (verdict == ReadVerdict::kNotModified) {
    call.response.status = 304;
    call.response.headers.Add("ETag", XmlEtag(object));
    return Ok();
  }
  HYPERLOCAL_TRY_STATUS(AnswerMedia(call, opened));
  if (call.response.status == 416) {
    std::string range(call.response.headers.Get("Content-Range"));
    RefuseXml(call, XmlError{416, "InvalidRange", "The requested range cannot be satisfied.",
                             std::string(call.Header("Range"))});
    call.response.headers.Add("Content-Range", std::move(range));
    return Ok();
  }
  HttpHeaders& headers = call.response.headers;
  headers.Set("ETag", XmlEtag(object));
  SetHashHeaders(headers, object.checksums);
  headers.Add("Accept-Ranges", "bytes");
  AddMetadata(headers, object.fields);
  // A signed URL may say how the bytes are to be served.
  for (const auto& [parameter, header] :
       {std::pair{"response-content-type", "Content-Type"},
        std::pair{"response-content-disposition", "Content-Disposition"}}) {
    const std::string_view value = call.query.Get(parameter);
    if (!value.empty() && value.find_first_of("\r\n") == std::string_view::npos) {
      headers.Set(header, std::string(value));
    }
  }
  return Ok();
}

Status PutObjectXml(GcsCall& call) {
  HYPERLOCAL_TRY(const ObjectFields fields, ReadObjectHeaders(call));
  HYPERLOCAL_TRY(const Preconditions preconditions, XmlPreconditions(call));
  HYPERLOCAL_TRY(const SizeRange range, ReadSizeRange(call));
  ContentClaims claims;
  HYPERLOCAL_TRY_STATUS(ReadHeaderClaims(call.request->headers, claims));
  HYPERLOCAL_TRY(std::unique_ptr<ContentWriter> content, call.store.NewContent());
  std::uint64_t size = 0;
  HYPERLOCAL_TRY_STATUS(call.request->ReadBody([&](std::string_view bytes) -> Status {
    // What is too large is read to its end, so that the client hears why, but not kept.
    size += bytes.size();
    return size > range.most ? Ok() : content->Append(bytes);
  }));
  if (size > range.most || size < range.least) {
    RefuseSize(call, range, size);
    return Ok();
  }
  HYPERLOCAL_TRY(const ObjectRecord object,
                 call.store.InsertObject({call.bucket, call.object}, fields, std::move(content),
                                         claims, preconditions));
  call.control.Publish({GcsEventKind::kFinalize, object});
  DescribeWritten(call, object);
  return Ok();
}

Status CopyObjectXml(GcsCall& call) {
  HYPERLOCAL_TRY(ObjectAddress source, ReadCopySource(call));
  HYPERLOCAL_TRY(const Preconditions preconditions, XmlPreconditions(call));
  Preconditions of_source;
  HYPERLOCAL_TRY(of_source.if_generation_match,
                 IntegerHeader(call, "x-goog-copy-source-if-generation-match"));
  HYPERLOCAL_TRY(of_source.if_metageneration_match,
                 IntegerHeader(call, "x-goog-copy-source-if-metageneration-match"));
  const std::string_view match = XmlHeader(call, "copy-source-if-match");
  const std::string_view none_match = XmlHeader(call, "copy-source-if-none-match");
  if (!match.empty() || !none_match.empty()) {
    HYPERLOCAL_TRY(const ObjectRecord object, call.store.GetObject(source));
    const std::string etag = XmlEtag(object);
    if ((!match.empty() && !NamesEtag(match, etag)) ||
        (!none_match.empty() && NamesEtag(none_match, etag))) {
      return Error{ErrorCode::kPreconditionFailed, "the source has the ETag " + etag};
    }
    source.generation = object.generation;
  }
  std::string directive(XmlHeader(call, "metadata-directive"));
  if (!directive.empty() && directive != "COPY" && directive != "REPLACE") {
    return Error{ErrorCode::kBadRequest, "x-goog-metadata-directive is \"" +
                                             directive.substr(0, 100) +
                                             "\"; it must be COPY or REPLACE"};
  }
  std::optional<ObjectFields> fields;
  if (directive == "REPLACE") {
    HYPERLOCAL_TRY(fields, ReadObjectHeaders(call));
  }
  auto copied =
      call.store.CopyObject(source, of_source, {call.bucket, call.object}, fields, preconditions);
  if (!copied && copied.error().code == ErrorCode::kNotFound) {
    // Which of the two is missing: the message is to name it.
    if (call.store.GetBucket(call.bucket)) {
      call.bucket = source.key.bucket;
      call.object = source.key.name;
    }
  }
  HYPERLOCAL_TRY(const ObjectRecord object, std::move(copied));
  call.control.Publish({GcsEventKind::kFinalize, object});
  DescribeWritten(call, object);
  XmlWriter xml;
  xml.Begin("CopyObjectResult", kXmlNamespace);
  xml.Element("LastModified", Rfc3339(object.updated));
  xml.Element("ETag", XmlEtag(object));
  xml.End();
  AnswerXml(call, std::move(xml).Take());
  return Ok();
}

Status DeleteObjectXml(GcsCall& call) {
  HYPERLOCAL_TRY(const ObjectAddress address, ObjectAddressOf(call));
  HYPERLOCAL_TRY(const Preconditions preconditions, XmlPreconditions(call));
  HYPERLOCAL_TRY_STATUS(DeleteAndTell(call, address, preconditions));
  call.response.status = 204;
  return Ok();
}

Status StartResumableXml(GcsCall& call) {
  UploadSession session;
  session.key = {call.bucket, call.object};
  HYPERLOCAL_TRY(session.fields, ReadObjectHeaders(call));
  const std::string_view type = call.Header("X-Upload-Content-Type");
  if (!type.empty()) session.fields.content_type = type;
  HYPERLOCAL_TRY(session.preconditions, XmlPreconditions(call));
  HYPERLOCAL_TRY_STATUS(ReadHeaderClaims(call.request->headers, session.claims));
  UploadStart start;
  HYPERLOCAL_TRY(start.total, DeclaredLength(call));
  session.request = WriteUploadStart(start);
  HYPERLOCAL_TRY(const UploadSession begun, call.store.StartUpload(session));
  call.response.status = 201;
  call.response.headers.Add("Location", XmlUrl(call, call.object) + "?upload_id=" + begun.id);
  call.response.headers.Add("X-GUploader-UploadID", begun.id);
  return Ok();
}

Status ContinueResumableXml(GcsCall& call) {
  HYPERLOCAL_TRY(const UploadStep step, ContinueUpload(call, call.query.Get("upload_id")));
  if (!step.object) {
    AnswerIncomplete(call, step);
    return Ok();
  }
  if (step.just_finished) call.control.Publish({GcsEventKind::kFinalize, *step.object});
  DescribeWritten(call, *step.object);
  return Ok();
}

Status CancelResumableXml(GcsCall& call) {
  return AnswerCancelled(call, call.query.Get("upload_id"));
}

}  // namespace hyperlocal::gcs
