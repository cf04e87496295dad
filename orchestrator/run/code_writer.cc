#include "orchestrator/run/code_writer_internal.h"

#include <utility>
#include <variant>

#include "orchestrator/check/library_function.h"
#include "orchestrator/stdlib/library.h"

namespace hyperlocal::workflow {

CodeWriter::CodeWriter(Program& program, std::uint32_t routine)
    : program_(program), index_(routine), routine_(program.definition->routines[routine]) {}

std::size_t CodeWriter::Emit(Instruction instruction) {
  instruction.site = site_;
  program_.code.push_back(instruction);
  return program_.code.size() - 1;
}

std::uint32_t CodeWriter::SiteOf(StepIndex step, SourceSpan span) {
  if (step != kNoStep) step = routine_.all_steps[step].named;
  program_.sites.push_back({.routine = index_, .step = step, .span = span});
  return static_cast<std::uint32_t>(program_.sites.size() - 1);
}

std::uint32_t CodeWriter::Constant(Value value) {
  program_.constants.push_back(std::move(value));
  return static_cast<std::uint32_t>(program_.constants.size() - 1);
}

std::uint32_t CodeWriter::Text(const std::string& text) {
  const auto [place, added] = texts_.try_emplace(text, 0);
  if (added) place->second = Constant(Value(text));
  return place->second;
}

void CodeWriter::Template(const ValueTemplate& value) {
  std::visit(
      Overloaded{[&](const ConstantTemplate& constant) {
                   Emit({.op = Op::kConstant, .a = Constant(constant.value)});
                 },
                 [&](const ExpressionTemplate& expression) {
                   // The service points at all of `${…}`.
                   site_ = SiteOf(step_, value.span);
                   Evaluate(expression.expression);
                 },
                 [&](const ListTemplate& list) {
                   for (const ValueTemplate& item : list.items) Template(item);
                   Emit({.op = Op::kMakeList, .a = static_cast<std::uint32_t>(list.items.size())});
                 },
                 [&](const MapTemplate& map) {
                   Emit({.op = Op::kNewMap});
                   for (const MapTemplate::Entry& entry : map.entries) MapEntry(entry);
                 }},
      value.node);
}

void CodeWriter::MapEntry(const MapTemplate::Entry& entry) {
  if (const auto* const text = std::get_if<std::string>(&entry.key)) {
    Template(entry.value);
    Emit({.op = Op::kSetKey, .a = Text(*text)});
    return;
  }
  const Expression& key = std::get<Expression>(entry.key);
  site_ = SiteOf(step_, key.span);
  const std::uint32_t own = site_;
  Evaluate(key);
  Template(entry.value);
  site_ = own;
  Emit({.op = Op::kSetAnyKey});
}

void CodeWriter::Evaluate(const Expression& expression) {
  std::visit(
      Overloaded{
          [&](const LiteralNode& node) { Emit({.op = Op::kConstant, .a = Constant(node.value)}); },
          [&](const NameNode& node) {
            if (node.target.kind != CallTarget::Kind::kUnresolved) {
              Emit({.op = Op::kConstant, .a = Constant(Value::Function(node.name))});
              return;
            }
            Emit({.op = Op::kLoad,
                  .level = static_cast<std::uint8_t>(node.variable.level),
                  .a = Text(node.name),
                  .b = node.variable.slot});
          },
          [&](const MemberNode& node) {
            Evaluate(*node.object);
            Emit({.op = Op::kMember, .a = Text(node.key)});
          },
          [&](const IndexNode& node) {
            Evaluate(*node.object);
            Evaluate(*node.index);
            Emit({.op = Op::kElement});
          },
          [&](const ListNode& node) {
            for (const Expression& item : node.items) Evaluate(item);
            Emit({.op = Op::kMakeList, .a = static_cast<std::uint32_t>(node.items.size())});
          },
          [&](const UnaryNode& node) {
            Evaluate(*node.operand);
            Emit({.op = Op::kUnary, .a = static_cast<std::uint32_t>(node.op)});
          },
          [&](const BinaryNode& node) { Binary(node); },
          [&](const CallNode& node) {
            for (const Expression& argument : node.arguments) Evaluate(argument);
            Emit({.op = node.target.kind == CallTarget::Kind::kSubworkflow ? Op::kCallRoutine
                                                                           : Op::kCallLibrary,
                  .a = node.target.index,
                  .b = (1U << node.arguments.size()) - 1U});
          },
          [&](const LibraryNameNode& node) {
            const bool policy = LibraryFunctions()[node.target.index].kind == LibraryKind::kPolicy;
            Emit({.op = Op::kConstant,
                  .a = Constant(policy ? PolicyValue(node.name) : Value::Function(node.name))});
          }},
      expression.node);
}

void CodeWriter::Binary(const BinaryNode& node) {
  Evaluate(*node.left);
  if (node.op != BinaryOperator::kAnd && node.op != BinaryOperator::kOr) {
    Evaluate(*node.right);
    Emit({.op = Op::kBinary, .a = static_cast<std::uint32_t>(node.op)});
    return;
  }
  const std::size_t test =
      Emit({.op = node.op == BinaryOperator::kAnd ? Op::kAndTest : Op::kOrTest});
  Evaluate(*node.right);
  Emit({.op = Op::kBoolean, .a = static_cast<std::uint32_t>(node.op)});
  program_.code[test].a = Here();
}

}  // namespace hyperlocal::workflow
