#include "fakes/gcs/server/resumable_upload_internal.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <utility>

#include "fakes/gcs/server/content_range_internal.h"
#include "fakes/gcs/server/header_claims_internal.h"

namespace hyperlocal::gcs {
namespace {

// Parts but the last have a multiple of it.
constexpr std::uint64_t kPartUnit = std::uint64_t{256} << 10;
constexpr std::string_view kNotePrefix = "json ";

std::optional<std::uint64_t> ParseSize(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number > INT64_MAX) return std::nullopt;
  return number;
}

Error Bad(std::string message) {
  return Error{ErrorCode::kBadRequest, std::move(message)};
}

Error NoSuchUpload(std::string_view id) {
  return Error{ErrorCode::kNotFound,
               "No resumable upload \"" + std::string(id.substr(0, 100)) +
                   "\": it was cancelled, has failed, or never was. Start it anew.",
               "upload_id"};
}

Result<UploadSession> FindUpload(const GcsCall& call, std::string_view id) {
  auto session = call.store.GetUpload(id);
  if (!session && session.error().code != ErrorCode::kNotFound) return session.error();
  if (!session || session->cancelled || session->key.bucket != call.bucket) return NoSuchUpload(id);
  return session;
}

// What the whole content will have, as far as anybody has said so; two that differ are an error.
Result<std::optional<std::uint64_t>> TotalOf(const ContentRange& range, const UploadStart& start) {
  if (range.total && start.total && *range.total != *start.total) {
    return Bad("Content-Range says that the content has " + std::to_string(*range.total) +
               " bytes; X-Upload-Content-Length said " + std::to_string(*start.total));
  }
  return range.total ? range.total : start.total;
}

// Before a byte is read: whether the part can be what its Content-Range says.
Status CheckPart(const GcsCall& call, const ContentRange& range,
                 const std::optional<std::uint64_t>& total) {
  const auto length = range.length();
  if (!length) return Ok();
  if (call.request->content_length && *call.request->content_length != *length) {
    return Bad("Content-Range announces " + std::to_string(*length) + " bytes, Content-Length " +
               std::to_string(*call.request->content_length));
  }
  if (total && *range.last >= *total) {
    return Bad("the part ends behind the content's " + std::to_string(*total) + " bytes");
  }
  const bool last_part = total && *range.last + 1 == *total;
  if (!last_part && *length % kPartUnit != 0) {
    return Bad("a part of " + std::to_string(*length) +
               " bytes that is not the last one: it must be a multiple of 262144 (256 KiB)");
  }
  return Ok();
}

// Appends what is new of a body that begins at `first`. Never more than `length` bytes, where it is
// known.
class PartSink {
 public:
  PartSink(UploadWriter& writer, std::uint64_t first, std::optional<std::uint64_t> length)
      : writer_(writer), known_(writer.received() - first), length_(length) {}

  Status Take(std::string_view bytes) {
    const std::uint64_t before = seen_;
    seen_ += bytes.size();
    if (length_ && seen_ > *length_) {
      return Bad("the body is longer than the " + std::to_string(*length_) +
                 " bytes that Content-Range announces");
    }
    if (seen_ <= known_) return Ok();
    if (before < known_) bytes.remove_prefix(static_cast<std::size_t>(known_ - before));
    return writer_.Append(bytes);
  }

  std::uint64_t seen() const { return seen_; }

 private:
  UploadWriter& writer_;
  const std::uint64_t known_;  // of the body's first bytes: there already
  const std::optional<std::uint64_t> length_;
  std::uint64_t seen_ = 0;
};

struct Received {
  std::uint64_t count = 0;  // of the whole upload
  bool complete = false;
};

Result<Received> ReceivePart(GcsCall& call, std::string_view id, const ContentRange& range,
                             const std::optional<std::uint64_t>& total) {
  HYPERLOCAL_TRY(std::unique_ptr<UploadWriter> writer, call.store.ContinueUpload(id));
  if (range.first > writer->received()) {
    return Bad("Invalid request.  According to the Content-Range header, the upload offset is " +
               std::to_string(range.first) + " byte(s), which exceeds already uploaded size of " +
               std::to_string(writer->received()) + " byte(s).");
  }
  std::optional<std::uint64_t> length = range.length();
  if (!length && total) length = *total - range.first;
  PartSink sink(*writer, range.first, length);
  const Status read =
      call.request->ReadBody([&sink](std::string_view bytes) { return sink.Take(bytes); });
  const std::uint64_t end = range.first + sink.seen();
  // Without a LAST the body is the rest of the content, however long.
  const bool last_part = range.last ? total && end == *total : true;
  // Also of a body that broke off: what is acknowledged later must be there. The content of a whole
  // upload is made durable with its object.
  const bool whole =
      read && last_part && sink.seen() >= length.value_or(0) && writer->received() == end;
  if (!whole) HYPERLOCAL_TRY_STATUS(writer->Sync());
  HYPERLOCAL_TRY_STATUS(read);
  if (length && sink.seen() < *length) {
    return Bad("the body ended after " + std::to_string(sink.seen()) + " of " +
               std::to_string(*length) + " bytes");
  }
  Received received{writer->received(), false};
  if (last_part && received.count != end) {
    return Bad("the content ends at " + std::to_string(end) + " bytes, but " +
               std::to_string(received.count) + " have been received");
  }
  received.complete = last_part;
  return received;
}

}  // namespace

std::string WriteUploadStart(const UploadStart& start) {
  return std::string(kNotePrefix) + (start.total ? std::to_string(*start.total) : "*") + " " +
         start.query;
}

UploadStart ReadUploadStart(std::string_view note) {
  UploadStart start;
  if (!note.starts_with(kNotePrefix)) return start;
  note.remove_prefix(kNotePrefix.size());
  const std::size_t space = std::min(note.find(' '), note.size());
  start.total = ParseSize(note.substr(0, space));
  start.query = note.substr(std::min(space + 1, note.size()));
  return start;
}

Result<std::optional<std::uint64_t>> DeclaredLength(const GcsCall& call) {
  const auto text = call.request->headers.Find("X-Upload-Content-Length");
  if (!text || text->empty()) return std::optional<std::uint64_t>();
  const auto length = ParseSize(*text);
  if (!length) {
    return Bad("Invalid value for header X-Upload-Content-Length: \"" +
               std::string(text->substr(0, 100)) + "\" is no number of bytes");
  }
  return length;
}

Result<UploadStep> ContinueUpload(GcsCall& call, std::string_view upload_id) {
  UploadStep step;
  HYPERLOCAL_TRY(step.session, FindUpload(call, upload_id));
  step.received = step.session.received;
  if (step.session.finished) {
    step.object = step.session.finished;
    step.received = step.object->size;
    return step;
  }
  ContentRange range;  // without a header: everything
  if (const auto header = call.request->headers.Find("Content-Range")) {
    HYPERLOCAL_TRY(range, ParseContentRange(*header));
  }
  HYPERLOCAL_TRY(const auto total, TotalOf(range, ReadUploadStart(step.session.request)));
  // Damage that the headers of this request tell of ends the upload only when it is complete.
  ContentClaims claims;
  HYPERLOCAL_TRY_STATUS(ReadHeaderClaims(call.request->headers, claims));

  if (range.is_query) {
    if (!range.total || *range.total != step.received) {
      if (range.total && *range.total < step.received) {
        return Bad("Content-Range says that the content has " + std::to_string(*range.total) +
                   " bytes; " + std::to_string(step.received) + " have been received");
      }
      return step;
    }
  } else {
    HYPERLOCAL_TRY_STATUS(CheckPart(call, range, total));
    HYPERLOCAL_TRY(const Received received, ReceivePart(call, upload_id, range, total));
    step.received = received.count;
    if (!received.complete) return step;
  }
  HYPERLOCAL_TRY(step.object, call.store.FinishUpload(upload_id, claims));
  step.just_finished = true;
  return step;
}

void AnswerIncomplete(GcsCall& call, const UploadStep& step) {
  HttpResponse& response = call.response;
  response.headers.Add("X-GUploader-UploadID", step.session.id);
  if (step.received > 0) {
    response.headers.Add("Range", "bytes=0-" + std::to_string(step.received - 1));
  }
  if (call.Header("X-GUploader-No-308") == "yes") {
    response.headers.Add("X-HTTP-Status-Code-Override", "308");
  } else {
    response.status = 308;
  }
}

Status AnswerCancelled(GcsCall& call, std::string_view upload_id) {
  HYPERLOCAL_TRY([[maybe_unused]] const UploadSession session, FindUpload(call, upload_id));
  HYPERLOCAL_TRY_STATUS(call.store.CancelUpload(upload_id));
  call.response.status = 499;  // "Client Closed Request", as the service has it
  return Ok();
}

}  // namespace hyperlocal::gcs
