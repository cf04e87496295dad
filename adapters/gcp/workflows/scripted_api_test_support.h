#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/gcp/workflows/api_options.h"
#include "engine/http_caller.h"

namespace hyperlocal::testing {

// A service that answers every call by a function of the test's, without a network, and keeps what
// it was asked.
class ScriptedApi : public HttpCaller {
 public:
  // `number` counts the calls from 0.
  using Handler = std::function<HttpOutcome(const HttpCall&, int number)>;
  explicit ScriptedApi(Handler handler) : handler_(std::move(handler)) {}

  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    int number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = static_cast<int>(calls_.size());
      calls_.push_back(call);
    }
    done(handler_(call, number));
  }

  std::vector<HttpCall> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  // "POST /v1/…" of every call.
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const HttpCall& call : calls()) {
      lines.push_back(call.method + " " + call.url.substr(std::string_view(kBase).size()));
    }
    return lines;
  }

  static constexpr const char* kBase = "http://api.test";

 private:
  const Handler handler_;
  mutable std::mutex mutex_;
  std::vector<HttpCall> calls_;
};

inline HttpOutcome Answer(int status, std::string body) {
  return HttpReply{.status = status, .headers = {}, .body = std::move(body)};
}
inline HttpOutcome Broken(HttpCallFailure::Kind kind) {
  return HttpCallFailure{kind, "it broke"};
}
inline std::string FailureOf(int code, const std::string& status, const std::string& message) {
  return R"({"error":{"code":)" + std::to_string(code) + R"(,"status":")" + status +
         R"(","message":")" + message + R"("}})";
}

// A clock whose sleeps pass at once, and are remembered. One thread.
class JumpingApiClock : public RetryClock {
 public:
  TimePoint Now() override { return now_; }
  void Sleep(std::chrono::milliseconds duration, const CancellationToken&) override {
    now_ += duration;
    pauses.push_back(duration);
  }
  std::vector<std::chrono::milliseconds> pauses;

 private:
  TimePoint now_ = std::chrono::steady_clock::now();
};

struct ApiFixture {
  explicit ApiFixture(ScriptedApi::Handler handler)
      : api(std::make_shared<ScriptedApi>(std::move(handler))),
        clock(std::make_shared<JumpingApiClock>()) {
    options.endpoint = ScriptedApi::kBase;
    options.http = api;
    options.clock = clock;
    options.retry.seed = 1;
  }
  std::shared_ptr<ScriptedApi> api;
  std::shared_ptr<JumpingApiClock> clock;
  ApiOptions options;
};

}  // namespace hyperlocal::testing
