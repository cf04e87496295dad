#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "orchestrator/run/byte_stream_internal.h"
#include "orchestrator/run/execution.h"
#include "orchestrator/run/execution_data_internal.h"

// The form of an execution on a disk: the letters "HLWX", the version of this form, the program's
// fingerprint, then every field of ExecutionData in the order below, and a checksum of all of it.
// Effects are written with the fiber that waits for them, so that nothing else is needed to go on.
namespace hyperlocal::workflow {
namespace {

constexpr std::string_view kMagic = "HLWX";
constexpr std::uint64_t kFormVersion = 1;

std::uint64_t Checksum(std::string_view bytes) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3;
  }
  return hash;
}

// One description of the fields for both directions: `archive` writes or reads them.
class Writing {
 public:
  static constexpr bool kReads = false;
  ByteWriter out;

  template <typename Integer>
  void Number(const Integer& number) {
    out.Number(static_cast<std::uint64_t>(number));
  }
  void Flag(const bool& flag) { out.Flag(flag); }
  void Text(const std::string& text) { out.Text(text); }
  void AnyValue(const Value& value) { out.AnyValue(value); }
  void Time(const TimePoint& time) { out.Signed(time.time_since_epoch().count()); }
  template <typename Container, typename Each>
  void List(Container& list, Each each) {
    out.Number(list.size());
    for (auto& item : list) each(item);
  }
  template <typename Map, typename Each>
  void MapOf(Map& map, Each each) {
    out.Number(map.size());
    for (auto& [key, value] : map) each(const_cast<typename Map::key_type&>(key), value);
  }
  template <typename T, typename Each>
  void Maybe(std::optional<T>& maybe, Each each) {
    out.Flag(maybe.has_value());
    if (maybe) each(*maybe);
  }
};

class Reading {
 public:
  static constexpr bool kReads = true;
  ByteReader in;

  template <typename Integer>
  void Number(Integer& number) {
    const std::uint64_t read = in.Number();
    number = static_cast<Integer>(read);
    if (static_cast<std::uint64_t>(number) != read) in.Fail();
  }
  void Flag(bool& flag) { flag = in.Flag(); }
  void Text(std::string& text) { text = in.Text(); }
  void AnyValue(Value& value) { value = in.AnyValue(); }
  void Time(TimePoint& time) { time = TimePoint(TimePoint::duration(in.Signed())); }
  template <typename Container, typename Each>
  void List(Container& list, Each each) {
    list.clear();
    for (std::uint64_t count = in.Count(); count > 0 && in.ok(); --count) {
      list.emplace_back();
      each(list.back());
    }
  }
  template <typename Map, typename Each>
  void MapOf(Map& map, Each each) {
    map.clear();
    for (std::uint64_t count = in.Count(); count > 0 && in.ok(); --count) {
      typename Map::key_type key{};
      typename Map::mapped_type value{};
      each(key, value);
      map.emplace(std::move(key), std::move(value));
    }
  }
  template <typename T, typename Each>
  void Maybe(std::optional<T>& maybe, Each each) {
    if (in.Flag()) each(maybe.emplace());
  }
};

template <typename Archive>
void Fields(Archive& archive, HttpRequest& request) {
  archive.Text(request.method);
  archive.Text(request.url);
  archive.List(request.headers, [&](std::pair<std::string, std::string>& header) {
    archive.Text(header.first);
    archive.Text(header.second);
  });
  archive.Text(request.body);
  std::uint64_t timeout = static_cast<std::uint64_t>(request.timeout.count());
  archive.Number(timeout);
  request.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout));
  archive.Number(request.auth.type);
  archive.Text(request.auth.audience);
  archive.List(request.auth.scopes, [&](std::string& scope) { archive.Text(scope); });
}

template <typename Archive>
void Fields(Archive& archive, Sleep& sleep) {
  archive.Time(sleep.until);
}

template <typename Archive>
void Fields(Archive& archive, AwaitCallback& await) {
  archive.Text(await.callback);
  archive.Time(await.until);
}

template <typename Archive>
void Fields(Archive& archive, ConnectorCall& call) {
  archive.Text(call.name);
  archive.AnyValue(call.arguments);
}

template <std::size_t kIndex = 0, typename Archive, typename Variant>
void ReadAlternative(Archive& archive, std::size_t index, Variant& variant) {
  if constexpr (kIndex < std::variant_size_v<Variant>) {
    if (index == kIndex) {
      Fields(archive, variant.template emplace<kIndex>());
    } else {
      ReadAlternative<kIndex + 1>(archive, index, variant);
    }
  } else {
    archive.in.Fail();
  }
}

template <typename Archive>
void Fields(Archive& archive, Effect& effect) {
  archive.Number(effect.id);
  std::size_t which = effect.what.index();
  archive.Number(which);
  if constexpr (Archive::kReads) {
    ReadAlternative(archive, which, effect.what);
  } else {
    std::visit([&](auto& what) { Fields(archive, what); }, effect.what);
  }
}

template <typename Archive>
void Fields(Archive& archive, ParallelState& state) {
  archive.Number(state.code);
  archive.Number(state.limit);
  archive.Number(state.count);
  archive.Number(state.started);
  archive.Number(state.running);
  archive.Number(state.failed);
  archive.AnyValue(state.items);
  archive.List(state.errors, [&](BranchError& error) {
    archive.Number(error.branch);
    archive.Text(error.id);
    archive.AnyValue(error.payload);
    archive.Text(error.context);
  });
}

template <typename Archive>
void Fields(Archive& archive, Fiber& fiber) {
  archive.Number(fiber.parent);
  archive.Number(fiber.branch);
  archive.Number(fiber.depth);
  archive.Number(fiber.call_depth);
  archive.Number(fiber.state);
  archive.Number(fiber.pc);
  archive.List(fiber.frames, [&](Frame& frame) {
    archive.Number(frame.routine);
    archive.Number(frame.return_to);
    archive.Number(frame.slots);
    archive.Number(frame.visible);
    archive.Number(frame.operands);
    archive.Number(frame.entries);
  });
  archive.List(fiber.slots, [&](Slot& slot) {
    archive.Flag(slot.assigned);
    archive.AnyValue(slot.value);
  });
  archive.List(fiber.operands, [&](Value& value) { archive.AnyValue(value); });
  archive.List(fiber.entries, [&](OpenEntry& entry) {
    archive.Number(entry.id);
    archive.Number(entry.step);
  });
  archive.Number(fiber.parent_entry);
  archive.Maybe(fiber.effect, [&](Effect& effect) { Fields(archive, effect); });
  archive.Flag(fiber.pushes_answer);
  archive.Maybe(fiber.parallel, [&](ParallelState& state) { Fields(archive, state); });
  archive.AnyValue(fiber.error);
  archive.AnyValue(fiber.error_trace);
}

template <typename Archive>
void Fields(Archive& archive, ExecutionOptions& options) {
  archive.Number(options.limits.steps);
  archive.Number(options.limits.variable_bytes);
  archive.Number(options.limits.string_bytes);
  archive.Number(options.limits.result_bytes);
  archive.Number(options.limits.http_response_bytes);
  archive.Number(options.limits.call_depth);
  archive.Number(options.limits.parallel_depth);
  archive.Number(options.limits.concurrent_branches);
  archive.Number(options.limits.kept_branch_errors);
  archive.MapOf(options.environment, [&](std::string& name, std::string& value) {
    archive.Text(name);
    archive.Text(value);
  });
  archive.Text(options.callback_base_url);
  archive.Number(options.random_seed);
  archive.Flag(options.step_entries);
}

template <typename Archive>
void Fields(Archive& archive, ExecutionData& data) {
  Fields(archive, data.options);
  archive.Number(data.state);
  archive.AnyValue(data.argument);
  archive.AnyValue(data.result);
  archive.AnyValue(data.failure.payload);
  archive.Text(data.failure.context);
  archive.List(data.failure.trace, [&](TraceElement& element) {
    archive.Text(element.step);
    archive.Text(element.routine);
    archive.Number(element.position.line);
    archive.Number(element.position.column);
    archive.Number(element.position.length);
    archive.Number(element.position.offset);
  });
  archive.Time(data.now);
  archive.Number(data.steps);
  archive.Number(data.variable_bytes);
  archive.Number(data.random_state);
  archive.Number(data.next_effect);
  archive.Number(data.next_entry);
  archive.Number(data.next_fiber);
  archive.MapOf(data.fibers, [&](FiberId& id, Fiber& fiber) {
    archive.Number(id);
    Fields(archive, fiber);
  });
  archive.List(data.ready, [&](FiberId& id) { archive.Number(id); });
  archive.List(data.parallel, [&](FiberId& id) { archive.Number(id); });
  archive.Number(data.running_branches);
  archive.MapOf(data.callbacks, [&](std::string& id, CallbackData& callback) {
    archive.Text(id);
    archive.Text(callback.method);
    archive.List(callback.received, [&](Value& request) { archive.AnyValue(request); });
  });
}

// Whether every number that the machine uses as an index is one of the program's or its own. The
// checksum has seen to damage; this sees to bytes that were made up.
bool FiberIsSound(const ExecutionData& data, const Fiber& fiber) {
  const Program& program = *data.program;
  if (fiber.frames.empty() || fiber.pc == 0 || fiber.pc > program.code.size()) return false;
  if (fiber.parent != kNoFiber) {
    const auto parent = data.fibers.find(fiber.parent);
    if (parent == data.fibers.end() || !parent->second.parallel) return false;
  }
  for (const Frame& frame : fiber.frames) {
    if (frame.routine >= program.routines.size() || frame.return_to > program.code.size() ||
        frame.slots + std::uint64_t{frame.visible} > fiber.slots.size() ||
        frame.operands > fiber.operands.size() || frame.entries > fiber.entries.size()) {
      return false;
    }
  }
  if (fiber.parallel) {
    if (fiber.parallel->code >= program.parallels.size()) return false;
    const ParallelCode& code = program.parallels[fiber.parallel->code];
    const std::uint64_t count =
        code.range ? 2 : (code.iterates ? fiber.parallel->count : code.branches.size());
    if (code.iterates &&
        (!fiber.parallel->items.is_list() || fiber.parallel->items.list().size() < count)) {
      return false;
    }
    if (!code.iterates && fiber.parallel->count > code.branches.size()) return false;
  }
  return fiber.state <= Fiber::State::kParallel;
}

bool IsSound(const ExecutionData& data) {
  if (data.state > ExecutionState::kCancelled) return false;
  for (const auto& [id, fiber] : data.fibers) {
    if (!FiberIsSound(data, fiber)) return false;
  }
  for (const FiberId id : data.parallel) {
    const auto found = data.fibers.find(id);
    if (found == data.fibers.end() || !found->second.parallel) return false;
  }
  return true;
}

}  // namespace

std::string Execution::Serialize() const {
  Writing archive;
  archive.out.Number(kFormVersion);
  archive.out.Fixed(data_->program->fingerprint);
  Fields(archive, *data_);
  std::string bytes(kMagic);
  bytes += archive.out.Take();
  ByteWriter end;
  end.Fixed(Checksum(bytes));
  return bytes + end.bytes();
}

Result<Execution> Execution::Deserialize(std::shared_ptr<const Program> program,
                                         std::string_view bytes) {
  const auto damaged = [] {
    return Error{ErrorCode::kInvalidArchive,
                 "the stored execution is damaged; it cannot be continued, start a new one"};
  };
  if (bytes.size() < kMagic.size() + 8 || !bytes.starts_with(kMagic)) return damaged();
  ByteReader end(bytes.substr(bytes.size() - 8));
  bytes.remove_suffix(8);
  if (end.Fixed() != Checksum(bytes)) return damaged();
  Reading archive{.in = ByteReader(bytes.substr(kMagic.size()))};
  if (archive.in.Number() != kFormVersion) {
    return Error{ErrorCode::kConflict,
                 "the execution was stored by another version of this program; let that version "
                 "finish it, or start a new one"};
  }
  if (archive.in.Fixed() != program->fingerprint) {
    return Error{ErrorCode::kConflict,
                 "the execution belongs to another revision of the workflow; it can go on only "
                 "with the definition that it began with"};
  }
  auto data = std::make_unique<ExecutionData>();
  data->program = std::move(program);
  Fields(archive, *data);
  if (!archive.in.ok() || !archive.in.done() || !IsSound(*data)) return damaged();
  return Execution(std::move(data));
}

}  // namespace hyperlocal::workflow
