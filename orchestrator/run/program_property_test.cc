// Random workflows: they end, whatever they do, and an execution that is written down and read
// again at every event ends as one that is not.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "orchestrator/run/execution_data_internal.h"
#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using testing::JsonReply;
using testing::WorkflowRun;

// Writes a definition in JSON. Variables x, y, l, m exist from the start, so that any step may use
// them.
class Writer {
 public:
  std::string Definition() {
    // Most errors are caught one step further out, so that runs come a long way.
    std::string main;
    for (int i = 0; i < 4; ++i) {
      main += (main.empty() ? "" : ",") + ("{" + Quoted(Name()) + R"(: {"try": {"steps": [)") +
              Steps(3, Place{}) + R"(]}, "except": {"as": "error"}}})";
    }
    std::string sub = Steps(1, Place{.in_sub = true});
    return R"({"main": {"params": ["arg"], "steps": [)" + Start() + "," + main +
           R"(, {"end_of_main": {"return": "${[x, y, l, m, arg]}"}}]},
             "sub": {"params": ["p"], "steps": [)" +
           Start() + "," + sub +
           R"(, {"end_of_sub": {"return": "${[x, p]}"}}]},
             "decide": {"params": ["e"], "steps": [{"d": {"return": "${not(e == \"final\")}"}}]}})";
  }

 private:
  struct Place {
    bool in_sub = false;
    bool in_loop = false;
    int parallel = 0;
  };

  static std::string Quoted(const std::string& text) { return JsonString(text); }
  std::string Name() { return "s" + std::to_string(number_++); }
  // Names differ by routine: the same ones may occur in both, which is allowed.
  std::string Start() {
    return R"({")" + Name() +
           R"(": {"assign": [{"x": 1}, {"y": "a"}, {"l": [1, 2, 3]}, {"m": {"k": 0}},
              {"u": "${[x, y, l, m]}"}]}})";
  }

  std::string Expression() {
    return *rc::gen::element<std::string>(
        "${x + 1}", "${l[0]}", "${l[x]}", "${map.get(m, \"k\")}", "${m[y]}", "${y + x}",
        "${list.concat(l, x)}", "${map.get(m, \"none\")}", "${x // (x - 2)}", "${len(l)}",
        "${[x, y]}", "${x > 3 and len(l) < 9}", "${string(x) + y}", "${default(x, 5)}",
        "${json.encode_to_string(m)}", "${x in l}", "${sys.now()}", "${uuid.generate()}",
        "${sub(x)}");
  }
  std::string Condition() {
    return *rc::gen::element<std::string>("${x == 1}", "${x in l}", "${\"k\" in m}", "${x > 2}",
                                          "${not(y == \"a\")}", "${x}");
  }
  std::string Target() {
    return *rc::gen::element<std::string>("x", "y", "l", "m", "l[0]", "l[x]", "m.k", "m[y]");
  }

  std::string Steps(int depth, Place place) {
    std::string all;
    for (int i = *rc::gen::inRange(2, 6); i > 0; --i) {
      all += (all.empty() ? "" : ",") + Step(depth, place);
    }
    return all;
  }

  std::string Step(int depth, Place place) {
    const std::string head = "{" + Quoted(Name()) + ": ";
    switch (*rc::gen::inRange(0, depth > 0 ? 12 : 7)) {
      case 0:
      case 1:
        return head + R"({"assign": [{)" + Quoted(Target()) + ": " + Quoted(Expression()) + "}]}}";
      case 2:
        return head + R"({"call": "http.get", "args": {"url": "${\"http://s/\" + len(l)}"},
                         "result": "m"}})";
      case 3:
        return head + R"({"call": "sys.sleep", "args": {"seconds": 1}}})";
      case 4:
        return head + R"({"call": "sys.log", "args": {"data": )" + Quoted(Expression()) + "}}}";
      case 5:
        if (place.in_sub) return head + R"({"assign": [{"x": 2}]}})";
        return head + R"({"call": "sub", "args": {"p": )" + Quoted(Expression()) +
               R"(}, "result": "y"}})";
      case 6:
        if (place.in_loop && *rc::gen::arbitrary<bool>()) {
          return head + R"({"switch": [{"condition": )" + Quoted(Condition()) + R"(, "next": )" +
                 Quoted(*rc::gen::element<std::string>("continue", "break")) + "}]}}";
        }
        return head + R"({"switch": [{"condition": )" + Quoted(Condition()) + R"(, "raise": )" +
               *rc::gen::element<std::string>("\"why\"", "\"final\"", "{\"code\": 5}") + "}]}}";
      case 7:
      case 8:
        return head + R"({"switch": [{"condition": )" + Quoted(Condition()) + R"(, "steps": [)" +
               Steps(depth - 1, place) + "]}]}}";
      case 9: {
        Place inside = place;
        inside.in_loop = true;
        return head + R"({"for": {"value": )" + Quoted("v" + std::to_string(number_)) +
               *rc::gen::element<std::string>(R"(, "in": "${l}")", R"(, "range": [1, 3])",
                                              R"(, "range": "${[x, 2]}")") +
               R"(, "steps": [)" + Steps(depth - 1, inside) + "]}}}";
      }
      case 10: {
        std::string text = head + R"({"try": {"steps": [)" + Steps(depth - 1, place) + "]}";
        if (*rc::gen::arbitrary<bool>()) {
          text += R"(, "retry": {"predicate": "${decide}", "max_retries": 2,
                     "backoff": {"initial_delay": 1, "max_delay": 5, "multiplier": 2}})";
        }
        if (*rc::gen::arbitrary<bool>()) {
          const std::string error = "e" + std::to_string(number_++);
          text += R"(, "except": {"as": )" + Quoted(error) + R"(, "steps": [{)" + Quoted(Name()) +
                  R"(: {"assign": [{"y": "caught"}, {"m": )" + Quoted("${" + error + "}") +
                  "}]}}," + Steps(depth - 1, place) + "]}";
        }
        return text + "}}";
      }
      default: {
        if (place.parallel >= 2) return head + R"({"assign": [{"x": 3}]}})";
        Place inside = place;
        ++inside.parallel;
        inside.in_loop = false;
        return head + R"({"parallel": {"shared": ["x", "y", "l", "m"], "concurrency_limit": 2,
                         "for": {"value": )" +
               Quoted("v" + std::to_string(number_)) + R"(, "range": [1, 3], "steps": [)" +
               Steps(depth - 1, inside) + "]}}}}";
      }
    }
  }

  int number_ = 0;
};

ExecutionOptions SmallLimits() {
  ExecutionOptions options;
  options.limits.steps = 3'000;
  options.step_entries = true;
  return options;
}

HttpReply AnswerTo(const HttpRequest& request, std::size_t number) {
  const char last = request.url.back();
  if (number % 4 == 3) return JsonReply(503, "{}");
  return JsonReply(200, std::string(R"({"k": )") + last + "}");
}

void Begin(WorkflowRun& run) {
  run.server = [&run](const HttpRequest& request) {
    return AnswerTo(request, run.requests.size());
  };
}

RC_GTEST_PROP(Programs, EndAndAreTheSameWhenInterruptedAtEveryEvent, ()) {
  const std::string source = Writer().Definition();
  auto definition = LoadDefinition(source, "random.json");
  // What the checks refuse (a name used outside its scope) is not run.
  RC_PRE(definition.has_value());

  WorkflowRun through(source, Value(5), SmallLimits());
  Begin(through);
  through.ToEnd();
  RC_ASSERT(through.execution.state() != ExecutionState::kActive);

  WorkflowRun interrupted(source, Value(5), SmallLimits());
  Begin(interrupted);
  interrupted.Tell(Started{});
  const auto restart = [&interrupted] {
    auto read =
        Execution::Deserialize(interrupted.execution.program(), interrupted.execution.Serialize());
    RC_ASSERT(read.has_value());
    interrupted.execution = std::move(read).value();
    // What is kept up to date with every assignment is what counting anew gives.
    const ExecutionData& data = ExecutionAccess::Of(interrupted.execution);
    std::uint64_t bytes = 0;
    for (const auto& [id, fiber] : data.fibers) {
      for (const Slot& slot : fiber.slots) bytes += slot.assigned ? slot.value.CountedBytes() : 0;
    }
    RC_ASSERT(data.variable_bytes == bytes);
    // What it waits for is asked for again.
    interrupted.effects = interrupted.execution.PendingEffects();
  };
  restart();
  while (interrupted.execution.state() == ExecutionState::kActive && interrupted.Step()) restart();

  RC_CLASSIFY(through.execution.state() == ExecutionState::kSucceeded, "succeeded");
  RC_CLASSIFY(!through.requests.empty(), "made calls");
  RC_CLASSIFY(through.now > testing::kWorkflowStart, "slept");
  RC_CLASSIFY(through.execution.steps() > 50, "more than 50 steps");
  RC_ASSERT(interrupted.Outcome() == through.Outcome());
  RC_ASSERT(interrupted.requests == through.requests);
  RC_ASSERT(interrupted.execution.Serialize() == through.execution.Serialize());
}

}  // namespace
}  // namespace hyperlocal::workflow
