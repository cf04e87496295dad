#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/position.h"
#include "orchestrator/syntax/step.h"
#include "orchestrator/syntax/value_template.h"

namespace hyperlocal::workflow {

struct Parameter {
  std::string name;
  SourceSpan span;
  // Of subworkflows; used when the argument is not passed. A constant, or an expression without
  // variables.
  std::optional<ValueTemplate> default_value;
  VariableRef variable;  // resolved: a slot of the routine's frame
};

// The values that a call, a branch or an iteration keeps: a routine has one layout for its own
// frame and one for every body of a parallel step.
struct FrameLayout {
  std::vector<std::string> slots;  // names, for errors and for showing variables; may repeat
};

// `main` or a subworkflow.
struct Routine {
  std::string name;
  SourceSpan name_span;
  std::vector<Parameter> parameters;
  std::vector<StepIndex> steps;  // the outermost ones, in order
  std::vector<Step> all_steps;   // in the order of the source: StepIndex counts here

  // Resolved. Context 0 is the routine; frame 0 is its own.
  std::vector<Context> contexts;
  std::vector<FrameLayout> frames;
  // For every context the frame that it runs in, a place in `frames`.
  std::vector<std::uint32_t> frame_of_context;
};

// A whole definition. After a check without errors it is never changed again and may be read from
// any thread.
struct Definition {
  std::string file;               // for messages
  std::string source;             // the text that positions mean
  std::vector<Routine> routines;  // in the order of the source
  std::uint32_t main = 0;         // which of them

  // The routine of a name, or null.
  const Routine* Find(std::string_view name) const;
};

}  // namespace hyperlocal::workflow
