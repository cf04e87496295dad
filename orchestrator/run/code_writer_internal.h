#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "orchestrator/run/program_internal.h"
#include "orchestrator/syntax/definition.h"

namespace hyperlocal::workflow {

// One function object of several, for std::visit.
template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

// Writes the instructions of one routine at the end of a program, those that compute values among
// them. Every instruction gets the place in the source that was set last.
class CodeWriter {
 public:
  CodeWriter(Program& program, std::uint32_t routine);

  // The place of the next instruction.
  std::uint32_t Here() const { return static_cast<std::uint32_t>(program_.code.size()); }
  // Answers the instruction's place, for a target that is not known yet.
  std::size_t Emit(Instruction instruction);

  // The step whose parts are being compiled.
  StepIndex step() const { return step_; }
  void set_step(StepIndex step) { step_ = step; }
  // What errors of the following instructions are reported at.
  std::uint32_t site() const { return site_; }
  void set_site(std::uint32_t site) { site_ = site; }
  // A site in a step; one without a name is called by that of the step around it.
  std::uint32_t SiteOf(StepIndex step, SourceSpan span);

  std::uint32_t Constant(Value value);
  // The same constant for the same text.
  std::uint32_t Text(const std::string& text);

  // Code that pushes the value. Both leave the site at the last expression in it.
  void Template(const ValueTemplate& value);
  // Errors inside an expression are reported at the whole of it, so the site stays.
  void Evaluate(const Expression& expression);

 private:
  void MapEntry(const MapTemplate::Entry& entry);
  void Binary(const BinaryNode& node);

  Program& program_;
  std::uint32_t index_;
  const Routine& routine_;
  std::map<std::string, std::uint32_t> texts_;  // constants that hold one
  StepIndex step_ = kNoStep;
  std::uint32_t site_ = 0;
};

}  // namespace hyperlocal::workflow
