#include "engine/composition/page_server.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/composition/byte_range_internal.h"
#include "engine/composition/page_scripts.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/whole_file.h"
#include "engine/http/http_server.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// Of a request's decoded path: the relative path below the directory; empty when it cannot name a
// file there.
std::string RelativePath(const std::string& decoded) {
  if (decoded.find('\0') != std::string::npos) return "";
  const fs::path path = fs::path(decoded).relative_path();
  if (std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; }))
    return "";
  return path.empty() ? "index.html" : path.string();
}

// The regular file of that relative path, with links followed; empty when it is not there or not
// below the directory, which is a canonical path.
fs::path FileBelow(const fs::path& directory, const std::string& path) {
  std::error_code ec;
  fs::path file = fs::canonical(directory / path, ec);
  const bool inside =
      !ec && std::mismatch(directory.begin(), directory.end(), file.begin(), file.end()).first ==
                 directory.end();
  return inside && fs::is_regular_file(file, ec) ? file : fs::path();
}

// What is asked for by itself and need not be there: by a browser, and by the page runtime of a
// page with captions.
bool NeedNotBeThere(const std::string& path) {
  return path.ends_with("favicon.ico") || path == "caption-overrides.json";
}

// What a path is answered with, whole.
struct Answer {
  int status = 200;
  std::string type;
  std::uint64_t size = 0;
  HttpResponse::BodySource read;
  // A page asks for a picture of a video twice, as an image and as what the video shows; the
  // second time Chrome takes the one that it has decoded.
  bool may_be_kept = false;
};

Answer TextAnswer(int status, std::string_view text, std::string_view type) {
  return {.status = status,
          .type = std::string(type),
          .size = text.size(),
          .read = [body = std::make_shared<const std::string>(text)](
                      std::uint64_t offset, char* to, std::size_t room) -> Result<std::size_t> {
            return body->copy(to, room, static_cast<std::size_t>(offset));
          }};
}

// The answer, or the part of it that a Range header asks for.
HttpResponse ResponseOf(Answer answer, std::string_view range_header) {
  HttpResponse response;
  response.status = answer.status;
  response.headers = {{"Content-Type", std::move(answer.type)},
                      {"Cache-Control", answer.may_be_kept ? "max-age=3600" : "no-store"},
                      {"Access-Control-Allow-Origin", "*"}};
  ByteRange part{0, answer.size};
  if (answer.status == 200) {
    response.headers.Add("Accept-Ranges", "bytes");
    if (const auto range = ParseByteRange(range_header, answer.size)) {
      part = *range;
      const std::string size = std::to_string(answer.size);
      response.status = part.length == 0 ? 416 : 206;
      response.headers.Add("Content-Range",
                           part.length == 0
                               ? "bytes */" + size
                               : "bytes " + std::to_string(part.offset) + "-" +
                                     std::to_string(part.offset + part.length - 1) + "/" + size);
    }
  }
  response.source_length = part.length;
  response.source = [read = std::move(answer.read), start = part.offset](
                        std::uint64_t offset, char* to, std::size_t room) {
    return read(start + offset, to, room);
  };
  return response;
}

}  // namespace

struct PageServer::State {
  std::mutex mutex;       // guards what follows
  fs::path directory;     // canonical
  fs::path video_frames;  // canonical; empty: none
  std::set<std::string> missing_seen;
  std::vector<std::string> missing;
  std::unique_ptr<HttpServer> http;  // last: it ends before what its threads use

  Status Serve(const fs::path& its_directory, const fs::path& its_video_frames);
  fs::path Directory() {
    const std::lock_guard lock(mutex);
    return directory;
  }
  fs::path VideoFrames() {
    const std::lock_guard lock(mutex);
    return video_frames;
  }
  void Handle(const HttpRequest& request, HttpResponse& response);
  Answer AnswerPath(const std::string& decoded_path);
  Answer AnswerVideoFrame(const std::string& path);
  Answer AnswerFile(const fs::path& file, const std::string& path);
  Answer AnswerMissing(const std::string& path);
};

void PageServer::State::Handle(const HttpRequest& request, HttpResponse& response) {
  if (request.method != "GET" && request.method != "HEAD") {
    response = ResponseOf(
        TextAnswer(405, "a page's files can only be read", "text/plain; charset=utf-8"), "");
    response.headers.Add("Allow", "GET, HEAD");
    return;
  }
  const std::string_view path = request.path();
  const std::string raw(path.substr(0, path.find('#')));
  // A browser asks for "100%.png" as it is.
  response = ResponseOf(AnswerPath(PercentDecode(raw).value_or(raw)), request.headers.Get("Range"));
}

Answer PageServer::State::AnswerPath(const std::string& decoded_path) {
  const std::string path = RelativePath(decoded_path);
  if (path.empty()) return AnswerMissing(decoded_path);
  if (path == kRuntimeScriptPath.substr(1)) {
    return TextAnswer(200, PageRuntimeScript(), "text/javascript; charset=utf-8");
  }
  if (path.starts_with(kVideoFramesPath.substr(1))) return AnswerVideoFrame(path);
  const fs::path root = Directory();
  const fs::path file = FileBelow(root, path);
  if (file.empty()) return AnswerMissing(path);
  if (file != root / "index.html") return AnswerFile(file, path);
  const auto html = ReadWholeFile(file);
  if (!html) return AnswerMissing(path);
  const std::string tag = "<script src=\"" + std::string(kRuntimeScriptPath) + "\"></script>";
  return TextAnswer(200, InjectIntoHead(*html, tag), "text/html; charset=utf-8");
}

Answer PageServer::State::AnswerVideoFrame(const std::string& path) {
  const fs::path root = VideoFrames();
  const fs::path file =
      root.empty() ? fs::path() : FileBelow(root, path.substr(kVideoFramesPath.size() - 1));
  if (file.empty()) return AnswerMissing(path);
  Answer answer = AnswerFile(file, path);
  answer.may_be_kept = true;
  return answer;
}

Answer PageServer::State::AnswerFile(const fs::path& file, const std::string& path) {
  const auto descriptor =
      std::make_shared<FileDescriptor>(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!descriptor->valid() || ::fstat(descriptor->get(), &facts) != 0) return AnswerMissing(path);
  return {.type = std::string(ContentTypeOf(file)),
          .size = static_cast<std::uint64_t>(facts.st_size),
          .read = [descriptor](std::uint64_t offset, char* to,
                               std::size_t room) -> Result<std::size_t> {
            const ssize_t got = ::pread(descriptor->get(), to, room, static_cast<off_t>(offset));
            if (got >= 0) return static_cast<std::size_t>(got);
            return Error{ErrorCode::kIo, "a file of the page cannot be read"};
          }};
}

Answer PageServer::State::AnswerMissing(const std::string& path) {
  if (!NeedNotBeThere(path)) {
    const std::lock_guard lock(mutex);
    if (missing_seen.insert(path).second) missing.push_back(path);
  }
  return TextAnswer(404, "not in the project: " + path, "text/plain; charset=utf-8");
}

Status PageServer::State::Serve(const fs::path& its_directory, const fs::path& its_video_frames) {
  std::error_code ec;
  fs::path canonical = fs::canonical(its_directory, ec);
  if (ec)
    return Error{ErrorCode::kMissingPlanArtifact,
                 "cannot serve " + its_directory.string() + ": " + ec.message()};
  fs::path frames;
  if (!its_video_frames.empty()) frames = fs::canonical(its_video_frames, ec);
  if (ec) frames.clear();  // a plan without videos
  const std::lock_guard lock(mutex);
  directory = std::move(canonical);
  video_frames = std::move(frames);
  return Ok();
}

PageServer::PageServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Status PageServer::Serve(const fs::path& directory, const fs::path& video_frames) {
  return state_->Serve(directory, video_frames);
}

Result<std::unique_ptr<PageServer>> PageServer::Start(const fs::path& directory,
                                                      const fs::path& video_frames) {
  auto state = std::make_unique<State>();
  HYPERLOCAL_TRY_STATUS(state->Serve(directory, video_frames));
  HttpServerOptions options;
  // Chrome opens at most six connections to one host, twice that when it asks with and without
  // credentials, and stops reading a film when it has enough for now.
  options.threads = 12;
  auto http = HttpServer::Start(options,
                                [self = state.get()](HttpRequest& request, HttpResponse& response) {
                                  self->Handle(request, response);
                                });
  if (!http) return std::move(http).error().WithContext("cannot serve the page");
  state->http = std::move(*http);
  return std::unique_ptr<PageServer>(new PageServer(std::move(state)));
}

PageServer::~PageServer() = default;

std::string PageServer::origin() const {
  return state_->http->base_url();
}

std::vector<std::string> PageServer::TakeMissing() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->missing, {});
}

}  // namespace hyperlocal
