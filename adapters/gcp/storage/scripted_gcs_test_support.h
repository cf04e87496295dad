#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "engine/hash/crc32c.h"
#include "tests/support/scripted_server.h"

namespace hyperlocal::testing {

// A clock whose sleeps pass at once, and are remembered.
class JumpingRetryClock : public RetryClock {
 public:
  TimePoint Now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void Sleep(std::chrono::milliseconds duration, const CancellationToken&) override {
    const std::lock_guard lock(mutex_);
    now_ += duration;
    pauses_.push_back(duration);
  }
  std::vector<std::chrono::milliseconds> pauses() const {
    const std::lock_guard lock(mutex_);
    return pauses_;
  }
  void Advance(std::chrono::milliseconds duration) {
    const std::lock_guard lock(mutex_);
    now_ += duration;
  }

 private:
  mutable std::mutex mutex_;
  TimePoint now_ = std::chrono::steady_clock::now();
  std::vector<std::chrono::milliseconds> pauses_;
};

// A storage service that answers every request by a function of the test's, one at a time, and
// keeps what it was asked.
class ScriptedGcs {
 public:
  using Request = ScriptedConnection::Request;
  // Answers on the connection, or breaks it. `number` counts the requests from 0.
  using Handler = std::function<void(ScriptedConnection&, const Request&, int number)>;

  explicit ScriptedGcs(Handler handler)
      : handler_(std::move(handler)), server_([this](ScriptedConnection& connection) {
          for (;;) {
            const Request request = connection.Read();
            if (request.head.empty()) return;
            int number = 0;
            {
              const std::lock_guard lock(mutex_);
              number = static_cast<int>(requests_.size());
              requests_.push_back(request);
            }
            const std::lock_guard lock(handling_);
            handler_(connection, request, number);
          }
        }) {}

  std::string url() const { return server_.url(); }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // "GET /storage/v1/…" of every request.
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const Request& request : requests()) {
      lines.push_back(request.method() + " " + request.target());
    }
    return lines;
  }

 private:
  const Handler handler_;
  mutable std::mutex mutex_;
  std::mutex handling_;
  std::vector<Request> requests_;
  ScriptedServer server_;
};

// The service's description of gs://bucket/<name> with this content.
inline std::string ObjectJson(const std::string& name, const std::string& content,
                              std::int64_t generation = 1, const std::string& writer = "") {
  const std::string metadata =
      writer.empty() ? R"({"a":"b"})"
                     : fmt::format(R"({{"a":"b","hyperlocal-upload-id":"{}"}})", writer);
  return fmt::format(R"({{"kind":"storage#object","bucket":"bucket","name":"{}","generation":"{}",)"
                     R"("metageneration":"1","size":"{}","crc32c":"{}","contentType":"text/plain",)"
                     R"("metadata":{}}})",
                     name, generation, content.size(), Crc32cBase64(Crc32cOf(content)), metadata);
}

inline std::string FailureJson(int code, const std::string& reason, const std::string& message) {
  return fmt::format(
      R"({{"error":{{"code":{},"message":"{}","errors":[{{"reason":"{}","message":"{}"}}]}}}})",
      code, message, reason, message);
}

// "x-goog-api-client: … gccl-invocation-id/ID …"
inline std::string OperationIdOf(const ScriptedConnection::Request& request) {
  const std::string header = request.Header("x-goog-api-client");
  constexpr std::string_view kName = "gccl-invocation-id/";
  const std::size_t begin = header.find(kName) + kName.size();
  return header.substr(begin, header.find(' ', begin) - begin);
}

struct ScriptedStore {
  std::shared_ptr<JumpingRetryClock> clock = std::make_shared<JumpingRetryClock>();
  std::unique_ptr<GcsObjectStore> store;
};

inline GcsClientOptions OptionsFor(const std::string& url,
                                   std::shared_ptr<JumpingRetryClock> clock) {
  GcsClientOptions options;
  options.endpoint = url;
  options.retry.seed = 1;
  options.clock = std::move(clock);
  options.http = {};
  return options;
}

inline ScriptedStore StoreFor(const ScriptedGcs& service,
                              const std::function<void(GcsClientOptions&)>& change = {}) {
  ScriptedStore made;
  GcsClientOptions options = OptionsFor(service.url(), made.clock);
  if (change) change(options);
  Result<std::unique_ptr<GcsObjectStore>> store = GcsObjectStore::Create(std::move(options));
  EXPECT_TRUE(store) << store.error().message;
  made.store = std::move(*store);
  return made;
}

}  // namespace hyperlocal::testing
