#pragma once

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "fakes/cloud_run/cloud_run_host.h"
#include "tests/support/raw_connection.h"

namespace hyperlocal::cloud_run {

// Keeps what a host logs. Any number of threads.
class KeptLog {
 public:
  LogSink Sink() {
    return [this](const LogEntry& entry) {
      const std::lock_guard lock(mutex_);
      entries_.push_back(entry);
      changed_.notify_all();
    };
  }
  // The first entry whose text or JSON holds `part`; waits for it, at most ten seconds. Without one
  // its log is empty.
  LogEntry WaitFor(std::string_view part) {
    std::unique_lock lock(mutex_);
    LogEntry found;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      const auto it = std::find_if(entries_.begin(), entries_.end(), [&](const LogEntry& entry) {
        return entry.text.find(part) != std::string::npos ||
               entry.json.find(part) != std::string::npos;
      });
      if (it != entries_.end()) found = *it;
      return it != entries_.end();
    });
    return found;
  }
  std::vector<LogEntry> entries() {
    const std::lock_guard lock(mutex_);
    return entries_;
  }
  std::size_t Count(std::string_view part) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        entries_.begin(), entries_.end(),
        [&](const LogEntry& entry) { return entry.text.find(part) != std::string::npos; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<LogEntry> entries_;
};

inline std::unique_ptr<CloudRunHost> StartHost(CloudRunHostOptions options) {
  auto host = CloudRunHost::Start(std::move(options));
  if (!host) {
    std::fprintf(stderr, "%s\n", host.error().message.c_str());
    std::abort();
  }
  return std::move(*host);
}

// A host of the program of service_program_for_tests.cc that everybody may call.
inline CloudRunHostOptions ProgramOptions() {
  CloudRunHostOptions options;
  options.command = {SERVICE_PROGRAM};
  options.allow_unauthenticated = true;
  return options;
}

inline std::string RequestFor(std::string_view target, std::string_view method = "GET",
                              std::string_view headers = "", std::string_view body = "") {
  std::string text = std::string(method) + " " + std::string(target) +
                     " HTTP/1.1\r\nHost: service.test\r\n" + std::string(headers);
  if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return text + "\r\n" + std::string(body);
}

using Answer = testing::RawConnection::Answer;

inline Answer Ask(const CloudRunHost& host, std::string_view target,
                  std::string_view method = "GET", std::string_view headers = "",
                  std::string_view body = "") {
  testing::RawConnection connection(host.port());
  connection.Send(RequestFor(target, method, headers, body));
  return connection.ReadAnswer(method == "HEAD");
}

// Whether the process runs. A zombie does not: it is only not yet taken note of.
inline bool IsRunning(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t end = text.rfind(')');
  return end != std::string::npos && end + 2 < text.size() && text[end + 2] != 'Z';
}

// Every process of the machine whose command line holds `part`.
inline std::vector<pid_t> ProcessesWith(std::string_view part) {
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "environ");
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    if (text.find(part) != std::string::npos) found.push_back(std::stoi(name));
  }
  return found;
}

// Waits until `is_so`, at most ten seconds; for what only the kernel's tables tell.
template <typename Condition>
bool Becomes(Condition is_so) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace hyperlocal::cloud_run
