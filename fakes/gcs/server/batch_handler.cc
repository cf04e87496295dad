#include <algorithm>
#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fakes/gcs/server/gcs_route_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/multipart_reader_internal.h"

// Many calls in one request: https://cloud.google.com/storage/docs/batch
namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostCalls = 100;
constexpr std::size_t kBodyLimit = std::size_t{10} << 20;

Error Bad(std::string message) {
  return Error{ErrorCode::kBadRequest, std::move(message)};
}

// One part's request; its body is in memory.
class PartRequest : public HttpRequest {
 public:
  explicit PartRequest(const HttpRequest& batch) : batch_(batch) {}

  Status ReadBody(const BodySink& sink) override {
    if (body.empty()) return Ok();
    return sink(body);
  }
  bool ClientIsGone() const override { return batch_.ClientIsGone(); }
  bool ClientGoesWithin(std::chrono::milliseconds time) const override {
    return batch_.ClientGoesWithin(time);
  }

  std::string body;

 private:
  const HttpRequest& batch_;
};

struct Part {
  std::string content_id;
  std::string text;  // a request as it would be on the wire
};

std::string_view ReasonOf(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 409:
      return "Conflict";
    case 412:
      return "Precondition Failed";
    default:
      return status >= 500 ? "Server Error" : "Status";
  }
}

// "METHOD /target HTTP/1.1", with or without the version; a whole address counts by its path.
Status ReadRequestLine(std::string_view line, HttpRequest& request) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) {
    return Bad("a part of the batch begins with \"" + std::string(line.substr(0, 100)) +
               "\" in place of a request line (METHOD /path HTTP/1.1)");
  }
  request.method = line.substr(0, space);
  std::string_view target = line.substr(space + 1);
  target = target.substr(0, target.find(' '));
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const std::size_t slash = target.find('/', target.find("://") + 3);
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (!target.starts_with('/')) {
    return Bad("\"" + std::string(target.substr(0, 100)) + "\" in a part of the batch is no path");
  }
  request.target = target;
  return Ok();
}

Result<std::unique_ptr<PartRequest>> ParsePart(const Part& part, const HttpRequest& batch) {
  auto request = std::make_unique<PartRequest>(batch);
  std::string_view text = part.text;
  const std::size_t start = text.find_first_not_of("\r\n");
  if (start == std::string_view::npos) return Bad("a part of the batch is empty");
  text.remove_prefix(start);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, line_end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  HYPERLOCAL_TRY_STATUS(ReadRequestLine(line, *request));
  text.remove_prefix(std::min(line_end + 1, text.size()));

  // The head ends with an empty line, and may be empty itself.
  std::size_t head = 0;
  std::size_t body = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view field = text.substr(at, end - at);
    head = at;
    if (field.empty() || field == "\r") {
      body = std::min(end + 1, text.size());
      break;
    }
    at = end + 1;
    head = std::min(at, text.size());
  }
  HYPERLOCAL_TRY(request->headers, ParseHeaderLines(text.substr(0, head)));
  request->body = text.substr(body);
  if (const auto length = request->headers.Find("Content-Length")) {
    std::size_t count = 0;
    const auto parsed = std::from_chars(length->data(), length->data() + length->size(), count);
    if (parsed.ec == std::errc() && count < request->body.size()) request->body.resize(count);
  }
  request->has_body = !request->body.empty();
  request->content_length = request->body.size();
  request->peer = batch.peer;
  // Links in the answers are of the host that the client asked.
  for (const char* name :
       {"Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Authorization", "x-retry-test-id"}) {
    const auto value = batch.headers.Find(name);
    if (value && !request->headers.Has(name)) request->headers.Add(name, std::string(*value));
  }
  return request;
}

Status CheckAllowed(const PartRequest& request) {
  const std::string_view path = request.path();
  const bool moves_media = path.starts_with("/upload/") || path.starts_with("/resumable/") ||
                           path.starts_with("/download/") ||
                           request.query().find("alt=media") != std::string_view::npos;
  if (moves_media) return Bad("contents cannot be uploaded or downloaded in a batch");
  if (!IsJsonApiPath(path) || path.starts_with("/batch/")) {
    return Bad("\"" + std::string(path.substr(0, 100)) + "\" cannot be called in a batch");
  }
  return Ok();
}

Result<std::vector<Part>> ReadParts(GcsCall& call) {
  HYPERLOCAL_TRY(const std::string boundary,
                 MultipartReader::BoundaryOf(call.Header("Content-Type")));
  std::vector<Part> parts;
  MultipartReader reader(boundary, {[&parts](const HttpHeaders& headers) -> Status {
                                      if (parts.size() == kMostCalls)
                                        return Bad("a batch has at most 100 calls");
                                      parts.push_back({std::string(headers.Get("Content-ID")), ""});
                                      return Ok();
                                    },
                                    [&parts](std::string_view bytes) -> Status {
                                      parts.back().text += bytes;
                                      return Ok();
                                    },
                                    [] { return Ok(); }});
  std::size_t size = 0;
  HYPERLOCAL_TRY_STATUS(call.request->ReadBody([&](std::string_view bytes) -> Status {
    size += bytes.size();
    if (size > kBodyLimit) return Bad("a batch has at most 10 MiB");
    return reader.Feed(bytes);
  }));
  HYPERLOCAL_TRY_STATUS(reader.Finish());
  if (parts.empty()) return Bad("the batch has no calls");
  return parts;
}

void AppendAnswer(std::string& body, const Part& part, const HttpResponse& response) {
  body += "Content-Type: application/http\r\n";
  if (!part.content_id.empty()) {
    std::string_view id = part.content_id;
    const bool angled = id.starts_with('<');
    if (angled) id.remove_prefix(1);
    body += angled ? "Content-ID: <response-" : "Content-ID: response-";
    body += id;
    body += "\r\n";
  }
  body += "\r\nHTTP/1.1 " + std::to_string(response.status) + " ";
  body += ReasonOf(response.status);
  body += "\r\n";
  for (const HttpHeader& header : response.headers) {
    body += header.name + ": " + header.value + "\r\n";
  }
  body += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n";
  body += response.body;
  body += "\r\n";
}

}  // namespace

Status RunBatch(GcsCall& call) {
  HYPERLOCAL_TRY(const std::vector<Part> parts, ReadParts(call));
  // Nothing is done when one of them cannot be understood.
  std::vector<std::unique_ptr<PartRequest>> requests;
  for (const Part& part : parts) {
    HYPERLOCAL_TRY(auto request, ParsePart(part, *call.request));
    HYPERLOCAL_TRY_STATUS(CheckAllowed(*request));
    requests.push_back(std::move(request));
  }
  // No answer holds it: JSON has no line that begins with two dashes.
  constexpr std::string_view kBoundary = "batch_hyperlocal";
  std::string body;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    HttpResponse response;
    Dispatch(GcsServices{call.store, call.control}, *requests[i], response);
    body += "--" + std::string(kBoundary) + "\r\n";
    AppendAnswer(body, parts[i], response);
  }
  body += "--" + std::string(kBoundary) + "--\r\n";
  call.response.headers.Add("Content-Type", "multipart/mixed; boundary=" + std::string(kBoundary));
  call.response.body = std::move(body);
  return Ok();
}

}  // namespace hyperlocal::gcs
