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

#include "engine/composition/page_http_server_internal.h"
#include "engine/composition/page_scripts.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/whole_file.h"

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

HttpAnswer TextAnswer(int status, std::string_view text, std::string_view type) {
  HttpAnswer answer;
  answer.status = status;
  answer.type = type;
  answer.size = text.size();
  answer.read = [body = std::make_shared<const std::string>(text)](std::uint64_t offset, char* to,
                                                                   std::size_t room) {
    return static_cast<std::int64_t>(body->copy(to, room, static_cast<std::size_t>(offset)));
  };
  return answer;
}

}  // namespace

struct PageServer::State {
  fs::path directory;  // canonical
  std::mutex mutex;
  std::set<std::string> missing_seen;
  std::vector<std::string> missing;
  std::unique_ptr<PageHttpServer> http;  // last: it ends before what its threads use

  HttpAnswer Answer(const std::string& decoded_path);
  HttpAnswer AnswerFile(const fs::path& file, const std::string& path);
  HttpAnswer AnswerMissing(const std::string& path);
};

HttpAnswer PageServer::State::Answer(const std::string& decoded_path) {
  const std::string path = RelativePath(decoded_path);
  if (path.empty()) return AnswerMissing(decoded_path);
  if (path == kRuntimeScriptPath.substr(1)) {
    return TextAnswer(200, PageRuntimeScript(), "text/javascript; charset=utf-8");
  }
  std::error_code ec;
  const fs::path file = fs::canonical(directory / path, ec);
  const bool inside =
      !ec && std::mismatch(directory.begin(), directory.end(), file.begin(), file.end()).first ==
                 directory.end();
  if (!inside || !fs::is_regular_file(file, ec)) return AnswerMissing(path);
  if (file != directory / "index.html") return AnswerFile(file, path);
  const auto html = ReadWholeFile(file);
  if (!html) return AnswerMissing(path);
  const std::string tag = "<script src=\"" + std::string(kRuntimeScriptPath) + "\"></script>";
  return TextAnswer(200, InjectIntoHead(*html, tag), "text/html; charset=utf-8");
}

HttpAnswer PageServer::State::AnswerFile(const fs::path& file, const std::string& path) {
  const auto descriptor =
      std::make_shared<FileDescriptor>(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!descriptor->valid() || ::fstat(descriptor->get(), &facts) != 0) return AnswerMissing(path);
  HttpAnswer answer;
  answer.type = ContentTypeOf(file);
  answer.size = static_cast<std::uint64_t>(facts.st_size);
  answer.read = [descriptor](std::uint64_t offset, char* to, std::size_t room) -> std::int64_t {
    return ::pread(descriptor->get(), to, room, static_cast<off_t>(offset));
  };
  return answer;
}

HttpAnswer PageServer::State::AnswerMissing(const std::string& path) {
  if (!path.ends_with("favicon.ico")) {
    const std::lock_guard lock(mutex);
    if (missing_seen.insert(path).second) missing.push_back(path);
  }
  return TextAnswer(404, "not in the project: " + path, "text/plain; charset=utf-8");
}

PageServer::PageServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<PageServer>> PageServer::Start(const fs::path& directory) {
  auto state = std::make_unique<State>();
  std::error_code ec;
  state->directory = fs::canonical(directory, ec);
  if (ec)
    return Error{ErrorCode::kMissingPlanArtifact,
                 "cannot serve " + directory.string() + ": " + ec.message()};
  State* const self = state.get();
  state->http =
      PageHttpServer::Start([self](const std::string& path) { return self->Answer(path); });
  if (state->http == nullptr) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "no free port on 127.0.0.1 to serve the page from"};
  }
  return std::unique_ptr<PageServer>(new PageServer(std::move(state)));
}

PageServer::~PageServer() = default;

std::string PageServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(state_->http->port());
}

std::vector<std::string> PageServer::TakeMissing() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->missing, {});
}

}  // namespace hyperlocal
