#include "engine/browser/devtools.h"

#include <openssl/evp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <nlohmann/json.hpp>

#include "engine/browser/cbor.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
constexpr std::size_t kLogLines = 12;
constexpr milliseconds kCancelCheck{50};

// Lines that every headless Chrome writes on a machine without a desktop; they explain nothing.
bool IsNoise(std::string_view line) {
  constexpr std::array kNoise{"dbus",
                              "DevTools listening",
                              "vaInitialize",
                              "Fontconfig",
                              "GetVSyncParameters",
                              "voice_transcription",
                              "gcm/engine",
                              "inotify",
                              "[hyperframes] render runtime fps"};
  return line.empty() || std::any_of(kNoise.begin(), kNoise.end(), [&](const char* noise) {
           return line.find(noise) != std::string_view::npos;
         });
}

// Binary values as base64, for the JSON form of the protocol.
json WithBase64(const json& value) {
  if (value.is_binary()) {
    const auto& bytes = value.get_binary();
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
  }
  if (!value.is_structured()) return value;
  json copy = value;
  for (auto& item : copy) item = WithBase64(item);
  return copy;
}

}  // namespace

DevTools::DevTools(std::unique_ptr<ChromeProcess> process, DevToolsEncoding encoding,
                   CancellationToken cancel)
    : process_(std::move(process)), encoding_(encoding), cancel_(std::move(cancel)) {}

DevTools::~DevTools() = default;

Error DevTools::Failure(ErrorCode code, const std::string& what) const {
  std::string message = what;
  const std::lock_guard lock(log_mutex_);
  if (!log_lines_.empty()) {
    message += "\nChrome's last lines:";
    for (const std::string& line : log_lines_) message += "\n  " + line;
  }
  return Error{code, message};
}

std::string DevTools::LastLogLine() const {
  const std::lock_guard lock(log_mutex_);
  return log_lines_.empty() ? "" : log_lines_.back();
}

void DevTools::ReadLog() {
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t got = ::read(process_->log_fd(), buffer.data(), buffer.size());
    if (got <= 0) return;
    const std::lock_guard lock(log_mutex_);
    log_partial_.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t end; (end = log_partial_.find('\n')) != std::string::npos;) {
      std::string line = log_partial_.substr(0, end);
      log_partial_.erase(0, end + 1);
      if (IsNoise(line)) continue;
      log_lines_.push_back(std::move(line));
      if (log_lines_.size() > kLogLines) log_lines_.pop_front();
    }
  }
}

Result<std::int64_t> DevTools::Write(const std::string& session, std::string_view method,
                                     const json& params) {
  const std::int64_t id = next_id_++;
  json message{{"id", id}, {"method", method}, {"params", params}};
  if (!session.empty()) message["sessionId"] = session;
  if (encoding_ == DevToolsEncoding::kCbor) {
    const std::vector<std::uint8_t> bytes = EncodeDevToolsCbor(message);
    outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
  } else {
    const std::string text =
        WithBase64(message).dump(-1, ' ', false, json::error_handler_t::replace);
    outgoing_.insert(outgoing_.end(), text.begin(), text.end());
    outgoing_.push_back(0);
  }
  return id;
}

Status DevTools::Pump(Clock::time_point deadline, std::string_view what, milliseconds timeout) {
  if (cancel_.cancelled())
    return Error{ErrorCode::kCancelled, "stopped while waiting for " + std::string(what)};
  // Only the bytes that are there count; an answer that is complete is dispatched before the end is
  // noticed.
  while (outgoing_sent_ < outgoing_.size()) {
    const ssize_t sent = ::write(process_->command_fd(), outgoing_.data() + outgoing_sent_,
                                 outgoing_.size() - outgoing_sent_);
    if (sent < 0) break;
    outgoing_sent_ += static_cast<std::size_t>(sent);
  }
  if (outgoing_sent_ == outgoing_.size()) {
    outgoing_.clear();
    outgoing_sent_ = 0;
  }

  const auto now = Clock::now();
  const auto left = std::chrono::ceil<milliseconds>(deadline - now);
  std::array<pollfd, 3> fds{pollfd{process_->answer_fd(), POLLIN, 0},
                            pollfd{process_->log_fd(), POLLIN, 0},
                            pollfd{process_->command_fd(), POLLOUT, 0}};
  const nfds_t watched = outgoing_.empty() ? 2 : 3;
  const int wait = static_cast<int>(std::clamp(left, milliseconds{0}, kCancelCheck).count());
  ::poll(fds.data(), watched, wait);
  if (fds[1].revents != 0) ReadLog();
  if (fds[0].revents != 0) {
    HYPERLOCAL_TRY_STATUS(ReadAnswers());
    if (answers_ended_ && answer_ == nullptr) {
      ReadLog();
      std::string how;
      for (int i = 0; i < 100 && (how = process_->ExitDescription()).empty(); ++i) ::usleep(2000);
      return Failure(ErrorCode::kBrowserCrashed, "Chrome " +
                                                     (how.empty() ? "closed its pipe" : how) +
                                                     " while we waited for " + std::string(what));
    }
    return Ok();
  }
  if (now >= deadline) {
    return Failure(ErrorCode::kBrowserTimeout, "no answer from Chrome within " +
                                                   std::to_string(timeout.count()) +
                                                   " ms: " + std::string(what));
  }
  return Ok();
}

Status DevTools::ReadAnswers() {
  for (;;) {
    // Room for what is known to come (the rest of a large message), else for one read.
    std::size_t wanted = incoming_filled_ + kReadBytes;
    if (encoding_ == DevToolsEncoding::kCbor && incoming_filled_ > 0) {
      HYPERLOCAL_TRY(const std::size_t length,
                     DevToolsEnvelopeLength(std::span(incoming_).first(incoming_filled_)));
      wanted = std::max(wanted, length);
    }
    if (incoming_.size() < wanted) incoming_.resize(wanted);
    const ssize_t got = ::read(process_->answer_fd(), incoming_.data() + incoming_filled_,
                               incoming_.size() - incoming_filled_);
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Ok();
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      answers_ended_ = true;
      return Ok();
    }
    incoming_filled_ += static_cast<std::size_t>(got);

    for (;;) {
      std::size_t length = 0;
      const auto filled = std::span(incoming_).first(incoming_filled_);
      if (encoding_ == DevToolsEncoding::kCbor) {
        if (incoming_filled_ == 0) break;
        HYPERLOCAL_TRY(length, DevToolsEnvelopeLength(filled));
        if (length == 0 || length > incoming_filled_) break;
      } else {
        const auto end = std::find(filled.begin(), filled.end(), std::uint8_t{0});
        if (end == filled.end()) break;
        length = static_cast<std::size_t>(end - filled.begin()) + 1;
      }
      std::vector<std::uint8_t> message;
      if (length == incoming_filled_) {
        message.swap(incoming_);  // the usual case: nothing behind it, no copy
        message.resize(length);
        incoming_filled_ = 0;
      } else {
        const auto end = incoming_.begin() + static_cast<std::ptrdiff_t>(length);
        message.assign(incoming_.begin(), end);
        incoming_.erase(incoming_.begin(), end);
        incoming_filled_ -= length;
      }
      HYPERLOCAL_TRY_STATUS(Dispatch(std::move(message)));
    }
    if (answer_ != nullptr) return Ok();
  }
}

Status DevTools::Dispatch(std::vector<std::uint8_t> bytes) {
  json message;
  if (encoding_ == DevToolsEncoding::kCbor) {
    HYPERLOCAL_TRY(message, DecodeDevToolsCbor(bytes));
  } else {
    message = json::parse(bytes.begin(), bytes.end() - 1, nullptr, false);
  }
  if (!message.is_object())
    return Error{ErrorCode::kBrowserProtocol, "Chrome sent something that is no object"};
  if (const auto id = message.find("id"); id != message.end()) {
    if (id->is_number() && id->get<std::int64_t>() == awaited_id_)
      answer_ = std::make_unique<json>(std::move(message));
    return Ok();
  }
  const auto method = message.find("method");
  if (handler_ && method != message.end() && method->is_string()) {
    json& params = message["params"];
    if (!params.is_object()) params = json::object();
    handler_(message.value("sessionId", ""), method->get_ref<const std::string&>(), params);
  }
  return Ok();
}

Status DevTools::Post(const std::string& session, std::string_view method, const json& params) {
  HYPERLOCAL_TRY([[maybe_unused]] const std::int64_t id, Write(session, method, params));
  return Ok();
}

namespace {

// What a call evaluates, for a profile.
std::string_view ExpressionIn(const json& params) {
  const auto found = params.find("expression");
  if (found == params.end() || !found->is_string()) return "";
  return found->get_ref<const std::string&>();
}

}  // namespace

Result<json> DevTools::Call(const std::string& session, std::string_view method, const json& params,
                            milliseconds timeout) {
  const WorkSpan span(WorkKind::kBrowser, method, ExpressionIn(params));
  const auto deadline = Clock::now() + timeout;
  answer_.reset();
  HYPERLOCAL_TRY(awaited_id_, Write(session, method, params));
  while (answer_ == nullptr) {
    if (!session.empty() && session == lost_session_) {
      return Failure(ErrorCode::kBrowserCrashed,
                     "Chrome's page process crashed while we waited for " + std::string(method));
    }
    HYPERLOCAL_TRY_STATUS(Pump(deadline, method, timeout));
  }
  awaited_id_ = 0;
  const std::unique_ptr<json> answer = std::move(answer_);
  if (const auto error = answer->find("error"); error != answer->end()) {
    return Error{
        ErrorCode::kBrowserProtocol,
        std::string(method) + ": " + error->value("message", "Chrome refused the command")};
  }
  return std::move((*answer)["result"]);
}

Status DevTools::WaitUntil(const std::function<bool()>& done, std::string_view awaited,
                           milliseconds timeout) {
  if (done()) return Ok();
  const WorkSpan span(WorkKind::kBrowser, awaited);
  const auto deadline = Clock::now() + timeout;
  while (!done()) HYPERLOCAL_TRY_STATUS(Pump(deadline, awaited, timeout));
  return Ok();
}

}  // namespace hyperlocal
