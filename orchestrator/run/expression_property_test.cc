// Random expressions against a second, much simpler evaluator: one that knows only how to walk a
// tree of integers, booleans and strings, with 128 bits where the interpreter has to mind 64.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "tests/support/workflow_runs.h"

namespace hyperlocal::workflow {
namespace {

using testing::WorkflowRun;

__extension__ using Wide = __int128;

struct Node {
  std::string op;  // "lit", "var", "not", "neg", or a binary operator
  std::string text;
  std::vector<Node> parts;
};

// What an expression comes to, or the tag of its error.
struct Answer {
  std::variant<Wide, bool, std::string> value;
  std::string error = {};
};

bool IsInteger(const Answer& answer) {
  return answer.value.index() == 0;
}
bool IsBoolean(const Answer& answer) {
  return answer.value.index() == 1;
}
bool IsString(const Answer& answer) {
  return answer.value.index() == 2;
}

Answer Fails(const char* tag) {
  return {.value = false, .error = tag};
}

Answer Fits(Wide number) {
  if (number > std::numeric_limits<std::int64_t>::max() ||
      number < std::numeric_limits<std::int64_t>::min()) {
    return Fails("ValueError");
  }
  return {.value = number};
}

Answer Reference(const Node& node);

Answer Arithmetic(const std::string& op, Wide a, Wide b) {
  if (op == "+") return Fits(a + b);
  if (op == "-") return Fits(a - b);
  if (op == "*") return Fits(a * b);
  if (b == 0) return Fails("ZeroDivisionError");
  Wide quotient = a / b;
  if (quotient * b != a && (a < 0) != (b < 0)) --quotient;
  return op == "//" ? Fits(quotient) : Fits(a - quotient * b);
}

Answer Compare(const std::string& op, int order) {
  return {.value = op == "<"    ? order < 0
                   : op == "<=" ? order <= 0
                   : op == ">"  ? order > 0
                                : order >= 0};
}

Answer Logic(const Node& node) {
  const Answer left = Reference(node.parts[0]);
  if (!left.error.empty()) return left;
  if (!IsBoolean(left)) return Fails("TypeError");
  if (std::get<bool>(left.value) == (node.op == "or")) return left;
  const Answer right = Reference(node.parts[1]);
  if (!right.error.empty()) return right;
  return IsBoolean(right) ? right : Fails("TypeError");
}

std::string Digits(Wide number) {
  return std::to_string(static_cast<std::int64_t>(number));
}

Answer Reference(const Node& node) {
  if (node.op == "lit" || node.op == "var") {
    if (node.text == "true" || node.text == "yes") return {.value = true};
    if (node.text == "false") return {.value = false};
    if (node.text == "s") return {.value = std::string("text")};
    if (node.text == "i") return {.value = Wide{7}};
    if (node.text.starts_with('"')) return {.value = node.text.substr(1, node.text.size() - 2)};
    return {.value = Wide{std::stoll(node.text)}};
  }
  if (node.op == "and" || node.op == "or") return Logic(node);
  const Answer a = Reference(node.parts[0]);
  if (!a.error.empty()) return a;
  if (node.op == "not") {
    return IsBoolean(a) ? Answer{.value = !std::get<bool>(a.value)} : Fails("TypeError");
  }
  if (node.op == "neg") {
    return IsInteger(a) ? Fits(-std::get<Wide>(a.value)) : Fails("TypeError");
  }
  const Answer b = Reference(node.parts[1]);
  if (!b.error.empty()) return b;
  if (node.op == "==" || node.op == "!=")
    return {.value = (a.value == b.value) == (node.op == "==")};
  if (node.op == "<" || node.op == "<=" || node.op == ">" || node.op == ">=") {
    if (IsInteger(a) && IsInteger(b)) {
      const Wide x = std::get<Wide>(a.value);
      const Wide y = std::get<Wide>(b.value);
      return Compare(node.op, x < y ? -1 : x > y ? 1 : 0);
    }
    if (IsString(a) && IsString(b)) {
      return Compare(node.op,
                     std::get<std::string>(a.value).compare(std::get<std::string>(b.value)));
    }
    return Fails("TypeError");
  }
  if (IsInteger(a) && IsInteger(b)) {
    return Arithmetic(node.op, std::get<Wide>(a.value), std::get<Wide>(b.value));
  }
  if (node.op == "+" && (IsString(a) || IsString(b)) && !IsBoolean(a) && !IsBoolean(b)) {
    const auto text = [](const Answer& answer) {
      return IsString(answer) ? std::get<std::string>(answer.value)
                              : Digits(std::get<Wide>(answer.value));
    };
    return {.value = text(a) + text(b)};
  }
  return Fails("TypeError");
}

// As the expression is written. Binds tighter: higher.
int Binding(const Node& node) {
  if (node.op == "or") return 1;
  if (node.op == "and") return 2;
  if (node.op == "==" || node.op == "!=" || node.op == "<" || node.op == "<=" || node.op == ">" ||
      node.op == ">=") {
    return 3;
  }
  if (node.op == "+" || node.op == "-") return 4;
  if (node.op == "*" || node.op == "//" || node.op == "%") return 5;
  if (node.op == "neg") return 6;
  if (node.op == "not") return 7;
  return 8;
}

std::string Written(const Node& node);

std::string Inside(const Node& node, int least) {
  return Binding(node) < least ? "(" + Written(node) + ")" : Written(node);
}

std::string Written(const Node& node) {
  const int own = Binding(node);
  if (node.op == "lit" || node.op == "var") return node.text;
  if (node.op == "not") return "not(" + Written(node.parts[0]) + ")";
  if (node.op == "neg") return "-" + Inside(node.parts[0], 8);
  // Of one level: from left to right. A comparison of a comparison gets parentheses on both sides.
  return Inside(node.parts[0], own == 3 ? 4 : own) + " " + node.op + " " +
         Inside(node.parts[1], own + 1);
}

rc::Gen<Node> AnyNode(int depth) {
  return rc::gen::exec([depth]() -> Node {
    if (depth == 0 || *rc::gen::inRange(0, 5) == 0) {
      return {.op = "lit",
              .text = *rc::gen::element<std::string>("0", "1", "2", "7", "100",
                                                     "9223372036854775807", "true", "false", "\"\"",
                                                     "\"a\"", "\"b\"", "i", "s", "yes"),
              .parts = {}};
    }
    const std::string op = *rc::gen::element<std::string>(
        "+", "-", "*", "//", "%", "<", "<=", ">", ">=", "==", "!=", "and", "or", "not", "neg");
    Node node{.op = op, .text = "", .parts = {*AnyNode(depth - 1)}};
    if (op != "not" && op != "neg") node.parts.push_back(*AnyNode(depth - 1));
    return node;
  });
}

RC_GTEST_PROP(Expressions, GiveWhatASecondEvaluatorGives, ()) {
  const Node node = *AnyNode(4);
  const std::string text = Written(node);
  RC_PRE(text.size() <= 380);
  WorkflowRun run(
      R"([{"v": {"assign": [{"i": 7}, {"s": "text"}, {"yes": true}, {"used": "${[i, s, yes]}"}]}},
      {"r": {"return": )" +
      JsonString("${" + text + "}") + "}}]");
  run.ToEnd();
  const Answer expected = Reference(node);
  if (!expected.error.empty()) {
    RC_ASSERT(run.execution.state() == ExecutionState::kFailed);
    RC_ASSERT(run.execution.failure().payload.map().Find("tags")->list()[0] ==
              Value(expected.error));
    return;
  }
  RC_ASSERT(run.execution.state() == ExecutionState::kSucceeded);
  const Value& result = run.execution.result();
  if (IsInteger(expected)) {
    RC_ASSERT(result.is_integer());
    RC_ASSERT(result.integer() == static_cast<std::int64_t>(std::get<Wide>(expected.value)));
  } else if (IsBoolean(expected)) {
    RC_ASSERT(result == Value(std::get<bool>(expected.value)));
  } else {
    RC_ASSERT(result == Value(std::get<std::string>(expected.value)));
  }
}

}  // namespace
}  // namespace hyperlocal::workflow
