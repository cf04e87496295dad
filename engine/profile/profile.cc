#include "engine/profile/profile.h"

#include <unistd.h>

#include <mutex>
#include <utility>

namespace hyperlocal {
namespace {

struct Recorded {
  std::mutex mutex;
  std::vector<ProfileSpan> spans;
};

// Never destroyed: threads may still end their spans while the process ends.
Recorded& TheRecord() {
  static auto* const record = new Recorded;
  return *record;
}

}  // namespace

std::string_view WorkName(WorkKind kind) {
  switch (kind) {
    case WorkKind::kPlan:
      return "plan";
    case WorkKind::kBrowser:
      return "browser";
    case WorkKind::kDecode:
      return "decode";
    case WorkKind::kConvert:
      return "convert";
    case WorkKind::kEncode:
      return "encode";
    case WorkKind::kAssemble:
      return "assemble";
    case WorkKind::kStorage:
      return "storage";
    case WorkKind::kService:
      return "service";
    case WorkKind::kWorkflow:
      return "workflow";
  }
  return "?";
}

void Profile::Start() {
  Recorded& record = TheRecord();
  const std::lock_guard lock(record.mutex);
  record.spans.clear();
  recording_.store(true, std::memory_order_relaxed);
}

std::vector<ProfileSpan> Profile::Stop() {
  recording_.store(false, std::memory_order_relaxed);
  Recorded& record = TheRecord();
  const std::lock_guard lock(record.mutex);
  return std::exchange(record.spans, {});
}

void Profile::Add(ProfileSpan span) {
  Recorded& record = TheRecord();
  const std::lock_guard lock(record.mutex);
  if (recording()) record.spans.push_back(std::move(span));
}

void WorkSpan::End() const {
  Profile::Add({kind_, std::string(name_), std::string(detail_), start_,
                std::chrono::steady_clock::now(), ::gettid()});
}

}  // namespace hyperlocal
