#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/browser/chrome_process.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal {

enum class DevToolsEncoding { kCbor, kJson };

// The DevTools protocol over Chrome's pipe: commands out, answers and events in.
//
// Thread rules: one thread at a time, except LastLogLine, which any thread may ask. There is no
// reader thread: bytes are read while a call waits, straight into the message that is being
// received. Events are handed to the handler then, on the calling thread; a handler may Post, it
// must not Call.
class DevTools {
 public:
  using Clock = std::chrono::steady_clock;
  // Session ids are empty for events of the browser itself.
  using EventHandler = std::function<void(const std::string& session, const std::string& method,
                                          nlohmann::json& params)>;

  DevTools(std::unique_ptr<ChromeProcess> process, DevToolsEncoding encoding,
           CancellationToken cancel);
  ~DevTools();

  void SetEventHandler(EventHandler handler) { handler_ = std::move(handler); }

  // Sends a command and waits for its answer. Errors: kBrowserTimeout and kBrowserCrashed (both
  // with the command and Chrome's last lines), kBrowserProtocol (Chrome refused the command; the
  // message is Chrome's), kCancelled.
  Result<nlohmann::json> Call(const std::string& session, std::string_view method,
                              const nlohmann::json& params, std::chrono::milliseconds timeout);
  // Sends a command whose answer nobody needs.
  Status Post(const std::string& session, std::string_view method, const nlohmann::json& params);
  // Handles events until `done` holds. `awaited` names it in the error.
  Status WaitUntil(const std::function<bool()>& done, std::string_view awaited,
                   std::chrono::milliseconds timeout);

  // Calls to this session fail from now on, the one under way too: its page's process is gone, and
  // Chrome will not answer. For event handlers.
  void MarkSessionLost(const std::string& session) { lost_session_ = session; }

  ChromeProcess& process() { return *process_; }
  std::string LastLogLine() const;

 private:
  Result<std::int64_t> Write(const std::string& session, std::string_view method,
                             const nlohmann::json& params);
  // Waits for bytes up to `deadline`, moves them, and dispatches whole messages.
  Status Pump(Clock::time_point deadline, std::string_view what, std::chrono::milliseconds timeout);
  Status ReadAnswers();
  Status Dispatch(std::vector<std::uint8_t> message);
  void ReadLog();
  Error Failure(ErrorCode code, const std::string& what) const;

  std::unique_ptr<ChromeProcess> process_;
  DevToolsEncoding encoding_;
  CancellationToken cancel_;
  EventHandler handler_;
  std::int64_t next_id_ = 1;
  std::int64_t awaited_id_ = 0;
  std::unique_ptr<nlohmann::json> answer_;  // of awaited_id_, once it is here
  std::string lost_session_;
  std::vector<std::uint8_t> outgoing_;
  std::size_t outgoing_sent_ = 0;
  std::vector<std::uint8_t> incoming_;  // incoming_filled_ bytes of it are read
  std::size_t incoming_filled_ = 0;
  bool answers_ended_ = false;
  mutable std::mutex log_mutex_;
  std::string log_partial_;
  std::deque<std::string> log_lines_;  // the last kLogLines
};

}  // namespace hyperlocal
