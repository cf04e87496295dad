#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/gunzip_internal.h"
#include "fakes/gcs/server/json_handler_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/multipart_reader_internal.h"
#include "fakes/gcs/server/object_answer_internal.h"
#include "fakes/gcs/server/resumable_upload_internal.h"
#include "fakes/gcs/server/upload_intent_internal.h"

namespace hyperlocal::gcs {
namespace {

using nlohmann::json;

constexpr std::size_t kResourceLimit = std::size_t{1} << 20;

// The body without a Content-Encoding of the transport. (What an object itself is encoded as, the
// JSON API says by `contentEncoding`.)
Status ReadMedia(GcsCall& call, const HttpRequest::BodySink& sink) {
  if (call.Header("Content-Encoding") != "gzip") return call.request->ReadBody(sink);
  Gunzip gunzip;
  HYPERLOCAL_TRY_STATUS(
      call.request->ReadBody([&](std::string_view part) { return gunzip.Feed(part, sink); }));
  return gunzip.Finish();
}

Status Insert(GcsCall& call, const UploadIntent& intent, std::unique_ptr<ContentWriter> content,
              bool full) {
  HYPERLOCAL_TRY(const ObjectRecord object,
                 call.store.InsertObject(intent.key, intent.fields, std::move(content),
                                         intent.claims, intent.preconditions));
  call.control.Publish({GcsEventKind::kFinalize, object});
  return AnswerObject(call, object, full);
}

Status InsertMedia(GcsCall& call) {
  HYPERLOCAL_TRY(const UploadIntent intent,
                 ReadUploadIntent(call, json::object(), call.Header("Content-Type")));
  HYPERLOCAL_TRY(std::unique_ptr<ContentWriter> content, call.store.NewContent());
  HYPERLOCAL_TRY_STATUS(
      ReadMedia(call, [&content](std::string_view part) { return content->Append(part); }));
  return Insert(call, intent, std::move(content), false);
}

// A resource and its content in one body. What the second part is for is known when the first has
// been read, so its bytes go straight to the store.
class RelatedUpload {
 public:
  explicit RelatedUpload(GcsCall& call) : call_(call) {}

  Status Begin(const HttpHeaders& headers) {
    ++part_;
    if (part_ > 2) return Wrong("it has more than two parts");
    if (part_ == 1) return Ok();
    const std::string_view coding = headers.Get("Content-Transfer-Encoding");
    if (!coding.empty() && coding != "binary" && coding != "8bit" && coding != "7bit") {
      return Wrong("its content has the Content-Transfer-Encoding \"" + std::string(coding) +
                   "\"; send the bytes as they are (binary)");
    }
    HYPERLOCAL_TRY(const json resource, ParseResource(resource_, "the first part of the body"));
    has_acl_ = resource.contains("acl");
    HYPERLOCAL_TRY(intent_, ReadUploadIntent(call_, resource, headers.Get("Content-Type")));
    HYPERLOCAL_TRY(content_, call_.store.NewContent());
    return Ok();
  }

  Status Content(std::string_view bytes) {
    if (part_ == 2) return content_->Append(bytes);
    if (resource_.size() + bytes.size() > kResourceLimit) {
      return Wrong("its first part, the object's resource, is larger than 1 MiB");
    }
    resource_ += bytes;
    return Ok();
  }

  Status Finish() {
    if (part_ != 2) return Wrong("it needs two parts, the object's resource and its content");
    return Insert(call_, intent_, std::move(content_), has_acl_);
  }

 private:
  static Error Wrong(const std::string& problem) {
    return Error{ErrorCode::kBadRequest, "the multipart body is not usable: " + problem};
  }

  GcsCall& call_;
  int part_ = 0;
  std::string resource_;
  bool has_acl_ = false;
  UploadIntent intent_;
  std::unique_ptr<ContentWriter> content_;
};

Status InsertRelated(GcsCall& call) {
  HYPERLOCAL_TRY(const std::string boundary,
                 MultipartReader::BoundaryOf(call.Header("Content-Type")));
  RelatedUpload upload(call);
  MultipartReader reader(
      boundary,
      {[&upload](const HttpHeaders& headers) { return upload.Begin(headers); },
       [&upload](std::string_view bytes) { return upload.Content(bytes); }, [] { return Ok(); }});
  HYPERLOCAL_TRY_STATUS(
      ReadMedia(call, [&reader](std::string_view part) { return reader.Feed(part); }));
  HYPERLOCAL_TRY_STATUS(reader.Finish());
  return upload.Finish();
}

}  // namespace

Status InsertObject(GcsCall& call) {
  const std::string_view type = call.query.Get("uploadType");
  if (type == "media") return InsertMedia(call);
  if (type == "multipart") return InsertRelated(call);
  if (type == "resumable") return StartResumableUpload(call);
  if (type.empty()) return Required("uploadType");
  return Error{ErrorCode::kBadRequest,
               "Invalid value for parameter uploadType: \"" + std::string(type) +
                   "\" is none of media, multipart, resumable",
               "uploadType"};
}

}  // namespace hyperlocal::gcs
