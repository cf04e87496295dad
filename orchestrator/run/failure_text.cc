#include "orchestrator/run/failure_text_internal.h"

#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {

std::string PayloadText(const Value& error) {
  Result<std::string> text = JsonText(error);
  return text ? std::move(text).value() : JsonString(text.error().message);
}

std::string MessageOf(const Value& error) {
  if (error.is_map()) {
    const Value* const message = error.map().Find("message");
    if (message != nullptr && message->is_string()) return message->string();
  }
  return "RuntimeError: " + PayloadText(error);
}

std::vector<TraceElement> TraceElements(const Program& program, const Value& trace) {
  std::vector<TraceElement> elements;
  if (!trace.is_list()) return elements;
  for (const Value& number : trace.list()) {
    if (!number.is_integer() ||
        static_cast<std::uint64_t>(number.integer()) >= program.sites.size()) {
      continue;  // of bytes that were made up
    }
    const Site& site = program.sites[static_cast<std::size_t>(number.integer())];
    const RoutineCode& routine = program.routines[site.routine];
    elements.push_back({.step = site.step == kNoStep ? "" : routine.steps[site.step].name,
                        .routine = routine.name,
                        .position = site.span});
  }
  return elements;
}

}  // namespace hyperlocal::workflow
