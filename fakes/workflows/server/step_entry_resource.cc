#include <map>
#include <optional>
#include <utility>

#include "fakes/workflows/server/api_call_internal.h"
#include "fakes/workflows/server/step_entry_resource_internal.h"
#include "orchestrator/run/step_observer.h"

namespace hyperlocal::workflows {
namespace {

using workflow::StepType;
using workflow::Value;
using workflow::ValueList;
using workflow::ValueMap;

// How an entry's number is meant; empty for steps that have none.
std::string_view ProgressType(StepType type, StepType parent) {
  switch (type) {
    case StepType::kFor:
      return "PROGRESS_TYPE_FOR";
    case StepType::kForIteration:
      return parent == StepType::kParallelFor ? "PROGRESS_TYPE_PARALLEL_FOR" : "PROGRESS_TYPE_FOR";
    case StepType::kSwitch:
      return "PROGRESS_TYPE_SWITCH";
    case StepType::kRetry:
      return "PROGRESS_TYPE_RETRY";
    case StepType::kParallelFor:
      return "PROGRESS_TYPE_PARALLEL_FOR";
    case StepType::kParallelBranch:
    case StepType::kParallelBranchEntry:
      return "PROGRESS_TYPE_PARALLEL_BRANCH";
    default:
      return {};
  }
}

Value Number(std::int64_t number) {
  return Value(std::to_string(number));
}

struct Neighbours {
  std::int64_t previous = 0;
  std::int64_t next = 0;
  StepType parent_type = StepType::kBlock;
  ValueList children;
  // Of a loop or a parallel step: how many iterations or branches there will be, and are over.
  std::optional<std::int64_t> expected;
  std::int64_t over = 0;
};

bool IsPartOfLoop(StepType type) {
  return type == StepType::kForIteration || type == StepType::kParallelBranchEntry;
}

}  // namespace

Value StepEntryResources(const std::string& execution,
                         const std::vector<StepEntryRecord>& entries) {
  std::map<std::int64_t, Neighbours> around;
  // The last entry of a thread inside a parent, by both.
  std::map<std::pair<std::int64_t, std::uint32_t>, std::int64_t> last;
  std::map<std::int64_t, StepType> types;
  for (const StepEntryRecord& entry : entries) {
    types[entry.id] = static_cast<StepType>(entry.type);
    Neighbours& mine = around[entry.id];
    if (entry.parent != 0) {
      Neighbours& parent = around[entry.parent];
      parent.children.push_back(Number(entry.id));
      mine.parent_type = types[entry.parent];
      if (IsPartOfLoop(types[entry.id])) {
        parent.expected = entry.expected;
        const auto state = static_cast<workflow::StepState>(entry.state);
        if (state != workflow::StepState::kInProgress) ++parent.over;
      }
    }
    std::int64_t& before = last[{entry.parent, entry.thread}];
    mine.previous = before;
    if (before != 0) around[before].next = entry.id;
    before = entry.id;
  }
  ValueList list;
  for (const StepEntryRecord& entry : entries) {
    Neighbours& mine = around[entry.id];
    const auto type = static_cast<StepType>(entry.type);
    ValueMap resource;
    resource.Set("name", Value(execution + "/stepEntries/" + std::to_string(entry.id)));
    resource.Set("entryId", Number(entry.id));
    resource.Set("createTime", TimeValue(entry.created));
    resource.Set("updateTime", TimeValue(entry.updated));
    resource.Set("routine", Value(entry.routine));
    resource.Set("step", Value(entry.step));
    resource.Set("stepType", Value(workflow::StepTypeName(type)));
    resource.Set("state",
                 Value(workflow::StepStateName(static_cast<workflow::StepState>(entry.state))));
    if (!entry.exception.empty()) {
      ValueMap exception;
      exception.Set("payload", Value(entry.exception));
      resource.Set("exception", Value(std::move(exception)));
    }
    ValueMap navigation;
    if (entry.parent != 0) navigation.Set("parent", Number(entry.parent));
    if (mine.previous != 0) navigation.Set("previous", Number(mine.previous));
    if (mine.next != 0) navigation.Set("next", Number(mine.next));
    if (!mine.children.empty()) navigation.Set("children", Value(std::move(mine.children)));
    resource.Set("navigationInfo", Value(std::move(navigation)));
    ValueMap metadata;
    metadata.Set("threadId", Value(std::to_string(entry.thread)));
    const std::string_view progress = ProgressType(type, mine.parent_type);
    if (!progress.empty()) {
      metadata.Set("progressType", Value(progress));
      const bool is_whole = mine.expected.has_value();
      const auto expected = is_whole ? mine.expected : entry.expected;
      metadata.Set("progressNumber", Number(is_whole ? mine.over : entry.number));
      if (expected) metadata.Set("expectedIteration", Number(*expected));
    }
    resource.Set("stepEntryMetadata", Value(std::move(metadata)));
    list.emplace_back(std::move(resource));
  }
  return Value(std::move(list));
}

}  // namespace hyperlocal::workflows
