#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal {

// What a span of a profile is spent on.
enum class WorkKind {
  kPlan,
  kBrowser,
  kDecode,
  kConvert,
  kEncode,
  kAssemble,
  kStorage,
  kService,
  kWorkflow
};

// "browser" and so on: as people and trace viewers read it.
std::string_view WorkName(WorkKind kind);

struct ProfileSpan {
  WorkKind kind;
  std::string name;
  std::string detail;  // may be empty
  std::chrono::steady_clock::time_point start;
  std::chrono::steady_clock::time_point end;
  int thread = 0;  // of the system's numbers; 0: no thread of ours
};

// The process's profile: what was worked on when, by which thread. Nothing is recorded, at the cost
// of one look at a flag, until somebody starts it. Any thread.
class Profile {
 public:
  static void Start();
  // The spans that have ended since Start, by their ends; those still open are lost.
  static std::vector<ProfileSpan> Stop();
  // What somebody else has timed. Lost while nothing is recorded.
  static void Add(ProfileSpan span);
  static bool recording() { return recording_.load(std::memory_order_relaxed); }

 private:
  friend class WorkSpan;
  static inline std::atomic<bool> recording_{false};
};

// Work from here to the end of the scope. `name` and `detail` must live as long.
class WorkSpan {
 public:
  explicit WorkSpan(WorkKind kind, std::string_view name, std::string_view detail = {})
      : kind_(kind), name_(name), detail_(detail), recorded_(Profile::recording()) {
    if (recorded_) start_ = std::chrono::steady_clock::now();
  }
  ~WorkSpan() {
    if (recorded_) End();
  }
  WorkSpan(const WorkSpan&) = delete;
  WorkSpan& operator=(const WorkSpan&) = delete;

 private:
  void End() const;

  const WorkKind kind_;
  const std::string_view name_;
  const std::string_view detail_;
  const bool recorded_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace hyperlocal
