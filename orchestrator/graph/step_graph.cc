#include "orchestrator/graph/step_graph.h"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "orchestrator/syntax/parse_expression.h"

namespace hyperlocal::workflow {
namespace {

// Longer texts are cut: a label is for telling edges apart.
constexpr std::size_t kLabelLength = 60;

struct Edge {
  std::string from;
  std::string to;
  std::string label;
  bool dashed = false;
};

enum class Shape : std::uint8_t { kStep, kDecision, kTerminal };

std::string Shortened(std::string_view text) {
  if (text.size() <= kLabelLength) return std::string(text);
  std::size_t end = kLabelLength;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string TextOf(const ValueTemplate& value) {
  if (const Expression* const expression = value.expression()) {
    return Shortened(PrintExpression(*expression));
  }
  const Value* const constant = value.constant();
  if (constant != nullptr && constant->is_boolean()) return constant->boolean() ? "true" : "false";
  if (constant != nullptr && constant->is_integer()) return fmt::format("{}", constant->integer());
  if (const auto* const list = std::get_if<ListTemplate>(&value.node); list != nullptr) {
    std::string out = "[";
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      out += (i == 0 ? "" : ", ") + TextOf(list->items[i]);
    }
    return Shortened(out + "]");
  }
  if (constant != nullptr && constant->is_list()) {
    std::string out = "[";
    for (const Value& item : constant->list()) {
      out += (out.size() > 1 ? ", " : "") + TextOf({{}, ConstantTemplate{item}});
    }
    return Shortened(out + "]");
  }
  return "...";
}

std::string LoopText(const ForLoop& loop) {
  if (loop.in) return fmt::format("{} in {}", loop.value, TextOf(*loop.in));
  if (loop.range) return fmt::format("{} in range {}", loop.value, TextOf(*loop.range));
  return loop.value;
}

std::string ActionText(const Step& step) {
  struct Describe {
    std::string operator()(const AssignStep& assign) const {
      std::string names;
      for (const Assignment& one : assign.assignments) {
        if (!names.empty()) names += ", ";
        names += one.target.name;
      }
      return "assign " + Shortened(names);
    }
    std::string operator()(const CallStep& call) const { return "call " + call.name; }
    std::string operator()(const SwitchStep&) const { return "switch"; }
    std::string operator()(const ForStep& loop) const { return "for " + LoopText(loop.loop); }
    std::string operator()(const ParallelStep& parallel) const {
      return parallel.loop ? "parallel for " + LoopText(*parallel.loop) : std::string("parallel");
    }
    std::string operator()(const TryStep&) const { return "try"; }
    std::string operator()(const RaiseStep&) const { return "raise"; }
    std::string operator()(const ReturnStep&) const { return "return"; }
    std::string operator()(const BlockStep&) const { return "steps"; }
    std::string operator()(const JumpStep&) const { return "next"; }
  };
  return std::visit(Describe{}, step.action);
}

// Writes one of the two languages.
class Writer {
 public:
  explicit Writer(GraphFormat format) : mermaid_(format == GraphFormat::kMermaid) {
    out_ = mermaid_ ? "flowchart TD\n"
                    : "digraph workflow {\n  node [shape=box, fontname=\"sans-serif\"];\n"
                      "  edge [fontname=\"sans-serif\"];\n";
  }

  void OpenBox(const std::string& id, std::string_view label) {
    Indent();
    out_ += mermaid_ ? fmt::format("subgraph {}[\"{}\"]\n", id, Escaped(label))
                     : fmt::format("subgraph cluster_{} {{ label=\"{}\";\n", id, Escaped(label));
    ++depth_;
  }
  void CloseBox() {
    --depth_;
    Indent();
    out_ += mermaid_ ? "end\n" : "}\n";
  }
  void Node(const std::string& id, std::string_view name, std::string_view action, Shape shape) {
    std::string label = Escaped(name);
    if (!name.empty() && !action.empty()) label += mermaid_ ? "<br/>" : "\\n";
    label += Escaped(action);
    Indent();
    if (!mermaid_) {
      constexpr std::string_view kShapes[] = {"box", "diamond", "oval"};
      out_ += fmt::format("{} [label=\"{}\", shape={}];\n", id, label,
                          kShapes[static_cast<std::size_t>(shape)]);
      return;
    }
    switch (shape) {
      case Shape::kStep:
        out_ += fmt::format("{}[\"{}\"]\n", id, label);
        break;
      case Shape::kDecision:
        out_ += fmt::format("{}{{\"{}\"}}\n", id, label);
        break;
      case Shape::kTerminal:
        out_ += fmt::format("{}([\"{}\"])\n", id, label);
        break;
    }
  }
  void Line(const Edge& edge) {
    Indent();
    if (mermaid_) {
      const std::string_view arrow = edge.dashed ? "-.->" : "-->";
      out_ += edge.label.empty() ? fmt::format("{} {} {}\n", edge.from, arrow, edge.to)
                                 : fmt::format("{} {}|\"{}\"| {}\n", edge.from, arrow,
                                               Escaped(edge.label), edge.to);
      return;
    }
    out_ += fmt::format("{} -> {} [label=\"{}\"{}];\n", edge.from, edge.to, Escaped(edge.label),
                        edge.dashed ? ", style=dashed" : "");
  }
  std::string Finish() {
    if (!mermaid_) out_ += "}\n";
    return std::move(out_);
  }

 private:
  void Indent() { out_.append(2 * depth_, ' '); }
  std::string Escaped(std::string_view text) const {
    std::string out;
    for (const char c : text) {
      if (c == '\n' || c == '\r') {
        out += ' ';
      } else if (mermaid_ && (c == '"' || c == '<' || c == '>' || c == '#' || c == '`')) {
        out += fmt::format("#{};", static_cast<int>(c));
      } else if (!mermaid_ && (c == '"' || c == '\\')) {
        out += '\\';
        out += c;
      } else {
        out += c;
      }
    }
    return out;
  }

  bool mermaid_;
  std::size_t depth_ = 1;
  std::string out_;
};

class RoutineGraph {
 public:
  RoutineGraph(const Routine& routine, std::size_t number, Writer& writer)
      : routine_(routine), prefix_(fmt::format("r{}", number)), writer_(writer) {}

  void Write() {
    writer_.OpenBox(prefix_, routine_.name);
    writer_.Node(prefix_ + "start", "start", "", Shape::kTerminal);
    WriteContext(0);
    writer_.Node(prefix_ + "end", "end", "", Shape::kTerminal);
    if (const auto first = EntryOf(routine_.steps))
      edges_.push_back({prefix_ + "start", *first, {}});
    for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) AddEdges(i);
    for (const Edge& edge : edges_) writer_.Line(edge);
    writer_.CloseBox();
  }

 private:
  // A block without a name has no node of its own: its first step stands for it.
  bool HasNode(StepIndex index) const {
    const Step& step = routine_.all_steps[index];
    return !step.name.empty() || !std::holds_alternative<BlockStep>(step.action);
  }
  std::string Id(StepIndex index) const { return fmt::format("{}s{}", prefix_, index); }
  std::optional<std::string> EntryOf(const std::vector<StepIndex>& steps) const {
    return steps.empty() ? std::nullopt : EntryOf(steps.front());
  }
  std::optional<std::string> EntryOf(StepIndex index) const {
    while (!HasNode(index)) {
      const auto& steps = std::get<BlockStep>(routine_.all_steps[index].action).steps;
      if (steps.empty()) return std::nullopt;
      index = steps.front();
    }
    return Id(index);
  }

  void WriteContext(ContextIndex context);
  std::string BoxLabel(ContextIndex context) const;
  void AddEdges(StepIndex index);
  void Connect(const std::string& from, const Continuation& continuation, ContextIndex context,
               const std::string& label = {});
  // The innermost loop around a context, and where it stands.
  StepIndex LoopAround(ContextIndex context) const;

  const Routine& routine_;
  std::string prefix_;
  Writer& writer_;
  std::vector<Edge> edges_;
};

std::string RoutineGraph::BoxLabel(ContextIndex index) const {
  const Context& context = routine_.contexts[index];
  const Step& owner = routine_.all_steps[context.owner];
  const std::string name =
      owner.named == kNoStep ? std::string() : routine_.all_steps[owner.named].name;
  if (context.kind == Context::Kind::kExceptBody) return "except of " + name;
  if (context.kind == Context::Kind::kLoopBody) return "loop of " + name;
  const auto& parallel = std::get<ParallelStep>(owner.action);
  for (const ParallelBranch& branch : parallel.branches) {
    if (branch.body_context == index) return "branch " + branch.name;
  }
  return "parallel iteration of " + name;
}

void RoutineGraph::WriteContext(ContextIndex context) {
  for (StepIndex i = 0; i < routine_.all_steps.size(); ++i) {
    const Step& step = routine_.all_steps[i];
    if (step.context != context || !HasNode(i)) continue;
    const bool decision = std::holds_alternative<SwitchStep>(step.action);
    writer_.Node(Id(i), step.name, ActionText(step), decision ? Shape::kDecision : Shape::kStep);
  }
  for (ContextIndex i = context + 1; i < routine_.contexts.size(); ++i) {
    const Context& inner = routine_.contexts[i];
    if (inner.parent != context) continue;
    const bool box = inner.kind != Context::Kind::kTryBody;
    if (box) writer_.OpenBox(fmt::format("{}c{}", prefix_, i), BoxLabel(i));
    WriteContext(i);
    if (box) writer_.CloseBox();
  }
}

StepIndex RoutineGraph::LoopAround(ContextIndex context) const {
  for (; context != 0; context = routine_.contexts[context].parent) {
    const Context::Kind kind = routine_.contexts[context].kind;
    if (kind == Context::Kind::kLoopBody || kind == Context::Kind::kParallelBody) {
      return routine_.contexts[context].owner;
    }
  }
  return kNoStep;
}

void RoutineGraph::Connect(const std::string& from, const Continuation& continuation,
                           ContextIndex context, const std::string& label) {
  switch (continuation.kind) {
    case Continuation::Kind::kStep:
      if (const auto to = EntryOf(continuation.step)) edges_.push_back({from, *to, label});
      return;
    case Continuation::Kind::kEnd:
      edges_.push_back({from, prefix_ + "end", label});
      return;
    case Continuation::Kind::kBreak: {
      const StepIndex loop = LoopAround(context);
      if (loop == kNoStep) return;
      const Step& owner = routine_.all_steps[loop];
      return Connect(from, owner.continuation, owner.context, label.empty() ? "break" : label);
    }
    case Continuation::Kind::kContinue: {
      const StepIndex loop = LoopAround(context);
      if (loop != kNoStep) edges_.push_back({from, Id(loop), label, true});
      return;
    }
    case Continuation::Kind::kLeaveContext:
      break;
  }
  const Context& left = routine_.contexts[context];
  if (left.kind == Context::Kind::kRoutine) {
    edges_.push_back({from, prefix_ + "end", label});
  } else if (left.kind == Context::Kind::kLoopBody) {
    edges_.push_back({from, Id(left.owner), label, true});
  } else {
    const Step& owner = routine_.all_steps[left.owner];
    Connect(from, owner.continuation, owner.context, label);
  }
}

void RoutineGraph::AddEdges(StepIndex index) {
  if (!HasNode(index)) return;
  const Step& step = routine_.all_steps[index];
  const std::string id = Id(index);
  const auto enter = [&](const std::optional<std::string>& to, const std::string& label,
                         bool dashed = false) {
    if (to) edges_.push_back({id, *to, label, dashed});
  };
  if (std::holds_alternative<RaiseStep>(step.action)) return;
  if (std::holds_alternative<ReturnStep>(step.action)) {
    edges_.push_back({id, prefix_ + "end", {}});
    return;
  }
  if (const auto* const block = std::get_if<BlockStep>(&step.action)) {
    return enter(EntryOf(block->steps), {});
  }
  if (const auto* const tried = std::get_if<TryStep>(&step.action)) {
    if (tried->body != kNoStep) enter(EntryOf(tried->body), {});
    if (tried->retry) edges_.push_back({id, id, "retry", true});
    if (tried->except) enter(EntryOf(tried->except->steps), "error", true);
    return;
  }
  if (const auto* const parallel = std::get_if<ParallelStep>(&step.action)) {
    for (const ParallelBranch& branch : parallel->branches) {
      enter(EntryOf(branch.steps), branch.name);
    }
    // Without an iteration it goes on at once; branches have at least one step each.
    if (!parallel->loop) return;
    enter(EntryOf(parallel->loop->steps), "each");
    return Connect(id, step.continuation, step.context, "none");
  }
  if (const auto* const loop = std::get_if<ForStep>(&step.action)) {
    enter(EntryOf(loop->loop.steps), "each");
    return Connect(id, step.continuation, step.context, "done");
  }
  if (const auto* const switches = std::get_if<SwitchStep>(&step.action)) {
    for (const SwitchCase& entry : switches->cases) {
      const std::string label = TextOf(entry.condition);
      if (entry.body != kNoStep) {
        enter(EntryOf(entry.body), label);
      } else {
        Connect(id, entry.continuation, step.context, label);
      }
    }
    return Connect(id, step.continuation, step.context, "else");
  }
  Connect(id, step.continuation, step.context);
}

}  // namespace

std::string StepGraph(const Definition& definition, GraphFormat format) {
  Writer writer(format);
  for (std::size_t i = 0; i < definition.routines.size(); ++i) {
    RoutineGraph(definition.routines[i], i, writer).Write();
  }
  return writer.Finish();
}

}  // namespace hyperlocal::workflow
