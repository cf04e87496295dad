#include "engine/composition/page_server.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "engine/composition/page_scripts.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/whole_file.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// Chrome opens at most six connections to one host; each holds a thread while it is kept alive.
constexpr std::size_t kThreads = 8;
constexpr std::size_t kReadBytes = std::size_t{256} << 10;

// Of a request's path: the decoded, relative path below the directory; empty when it cannot name a
// file there.
std::string RelativePath(const std::string& target) {
  const std::string raw = target.substr(0, target.find_first_of("?#"));
  const std::string decoded = httplib::detail::decode_url(raw, false);
  if (decoded.find('\0') != std::string::npos) return "";
  const fs::path path = fs::path(decoded).relative_path();
  if (std::any_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; }))
    return "";
  return path.empty() ? "index.html" : path.string();
}

}  // namespace

struct PageServer::State {
  fs::path directory;  // canonical
  httplib::Server server;
  std::thread listener;
  int port = 0;
  std::atomic<std::uint64_t> begun{0};
  std::atomic<std::uint64_t> answered{0};
  std::mutex mutex;
  std::set<std::string> missing_seen;
  std::vector<std::string> missing;

  void Answer(const httplib::Request& request, httplib::Response& response);
  void AnswerText(std::string_view text, const char* type, httplib::Response& response);
  void AnswerFile(const fs::path& file, httplib::Response& response);
  void AnswerMissing(const std::string& path, httplib::Response& response);
};

void PageServer::State::Answer(const httplib::Request& request, httplib::Response& response) {
  response.set_header("Cache-Control", "no-store");
  response.set_header("Access-Control-Allow-Origin", "*");
  const std::string path = RelativePath(request.target);
  if (path == kRuntimeScriptPath.substr(1)) {
    AnswerText(PageRuntimeScript(), "text/javascript; charset=utf-8", response);
    return;
  }
  if (path.empty()) return AnswerMissing(request.path, response);
  std::error_code ec;
  const fs::path file = fs::canonical(directory / path, ec);
  const bool inside =
      !ec && std::mismatch(directory.begin(), directory.end(), file.begin(), file.end()).first ==
                 directory.end();
  if (!inside || !fs::is_regular_file(file, ec)) return AnswerMissing(path, response);
  if (path == "index.html") {
    auto html = ReadWholeFile(file);
    if (!html) return AnswerMissing(path, response);
    const std::string tag = "<script src=\"" + std::string(kRuntimeScriptPath) + "\"></script>";
    AnswerText(InjectIntoHead(*html, tag), "text/html; charset=utf-8", response);
    return;
  }
  AnswerFile(file, response);
}

// Through a provider of known length, because httplib compresses other text bodies for a browser
// that accepts it: a second of brotli for what crosses no wire.
void PageServer::State::AnswerText(std::string_view text, const char* type,
                                   httplib::Response& response) {
  response.set_content_provider(
      text.size(), type,
      [body = std::make_shared<const std::string>(text)](std::size_t offset, std::size_t length,
                                                         httplib::DataSink& sink) {
        return sink.write(body->data() + offset, length);
      });
}

// Streams the file. With a provider of known length httplib does ranges and does not compress.
void PageServer::State::AnswerFile(const fs::path& file, httplib::Response& response) {
  auto descriptor = std::make_shared<FileDescriptor>(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!descriptor->valid() || ::fstat(descriptor->get(), &facts) != 0)
    return AnswerMissing(file.filename(), response);
  response.set_header("Accept-Ranges", "bytes");
  const std::string type(ContentTypeOf(file));
  if (facts.st_size == 0) return response.set_content("", type);
  response.set_content_provider(
      static_cast<std::size_t>(facts.st_size), type,
      [descriptor](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
        std::vector<char> buffer(std::min(length, kReadBytes));
        const ssize_t got =
            ::pread(descriptor->get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
        return got > 0 && sink.write(buffer.data(), static_cast<std::size_t>(got));
      });
}

void PageServer::State::AnswerMissing(const std::string& path, httplib::Response& response) {
  response.status = 404;
  response.set_content("not in the project: " + path, "text/plain; charset=utf-8");
  if (path.ends_with("favicon.ico")) return;
  const std::lock_guard lock(mutex);
  if (missing_seen.insert(path).second) missing.push_back(path);
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
  state->server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  state->server.set_keep_alive_max_count(1'000'000);
  state->server.set_tcp_nodelay(true);
  state->server.Get(".*", [self](const httplib::Request& request, httplib::Response& response) {
    self->begun.fetch_add(1);
    self->Answer(request, response);
    self->answered.fetch_add(1);
  });
  state->port = state->server.bind_to_any_port("127.0.0.1");
  if (state->port <= 0) {
    return Error{ErrorCode::kDependencyUnavailable,
                 "no free port on 127.0.0.1 to serve the page from"};
  }
  state->listener = std::thread([self] { self->server.listen_after_bind(); });
  return std::unique_ptr<PageServer>(new PageServer(std::move(state)));
}

PageServer::~PageServer() {
  // stop() is lost on a server that does not listen yet.
  while (!state_->server.is_running()) std::this_thread::yield();
  state_->server.stop();
  state_->listener.join();
}

std::string PageServer::origin() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}
std::uint64_t PageServer::requests_begun() const {
  return state_->begun.load();
}
std::uint64_t PageServer::requests_answered() const {
  return state_->answered.load();
}

std::vector<std::string> PageServer::TakeMissing() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->missing, {});
}

}  // namespace hyperlocal
