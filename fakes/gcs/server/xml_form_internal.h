#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/server/multipart_reader_internal.h"

namespace hyperlocal::gcs {

// Takes an HTML form apart as it comes in (multipart/form-data, RFC 7578). Fields are held whole,
// at most a MiB of them together; the file, the last of them, is passed on piece by piece. One
// thread.
class FormReader {
 public:
  struct File {
    std::string field;         // "file"
    std::string name;          // the file's own name, without directories
    std::string content_type;  // empty: the form does not say
  };
  struct Sink {
    std::function<Status(std::string_view name, std::string value)> field;
    std::function<Status(const File& file)> file;
    std::function<Status(std::string_view bytes)> bytes;
  };

  // `content_type`: the request's, with the boundary. Error: kBadRequest.
  static Result<std::unique_ptr<FormReader>> Create(std::string_view content_type, Sink sink);

  // An error of the sink ends the reading. Error: kBadRequest.
  Status Push(std::string_view bytes) { return parts_.Feed(bytes); }
  // The whole body was pushed. Error: kBadRequest when the closing boundary is missing.
  Status Finish() { return parts_.Finish(); }

 private:
  FormReader(std::string_view boundary, Sink sink);
  FormReader(const FormReader&) = delete;

  Status BeginPart(const HttpHeaders& headers);
  Status AddContent(std::string_view bytes);
  Status EndPart();

  const Sink sink_;
  MultipartReader parts_;
  std::string field_name_;
  std::string field_value_;
  std::size_t field_bytes_ = 0;  // of all fields
  bool in_file_ = false;
  bool file_seen_ = false;
};

// A parameter of a header value: name="…" of form-data. The name without regard to case; a quoted
// value without its quotes and escapes.
std::optional<std::string> HeaderParameter(std::string_view value, std::string_view name);

}  // namespace hyperlocal::gcs
