#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// Resumable uploads (https://cloud.google.com/storage/docs/performing-resumable-uploads), shared by
// the two APIs: they differ in how one begins and in what the answer to the last byte looks like.

// Begins one of the JSON API: 200, and where to go on in Location.
Status StartResumableUpload(GcsCall& call);

// What a request did to an upload.
struct UploadStep {
  UploadSession session;               // as it was found
  std::uint64_t received = 0;          // now
  std::optional<ObjectRecord> object;  // the upload is complete
  bool just_finished = false;          // by this very request
};

// Takes the bytes of one request in, as its Content-Range says: without one they are the whole
// content; bytes that are there already are skipped; behind a gap nothing is taken. What came of a
// body that breaks off is kept. Errors: kNotFound (no such upload, or cancelled), kBadRequest,
// kPreconditionFailed and those of claims (the upload is over), and what ReadBody answers.
Result<UploadStep> ContinueUpload(GcsCall& call, std::string_view upload_id);

// 308 with the Range that is there; 200 and X-HTTP-Status-Code-Override for clients that cannot
// have a 308 (X-GUploader-No-308).
void AnswerIncomplete(GcsCall& call, const UploadStep& step);

// 499 of an upload that was cancelled at its client's wish. Error: kNotFound.
Status AnswerCancelled(GcsCall& call, std::string_view upload_id);

// What a session's `request` says of its start: what the content's size will be, and the query, by
// which the last answer is shaped.
struct UploadStart {
  std::optional<std::uint64_t> total;
  std::string query;
};
std::string WriteUploadStart(const UploadStart& start);
UploadStart ReadUploadStart(std::string_view note);

// X-Upload-Content-Length. Error: kBadRequest.
Result<std::optional<std::uint64_t>> DeclaredLength(const GcsCall& call);

}  // namespace hyperlocal::gcs
