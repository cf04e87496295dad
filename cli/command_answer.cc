#include <chrono>
#include <utility>

#include "cli/command_answer_internal.h"
#include "cli/report_failure.h"
#include "cli/version.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal::cli {

int TellAnswer(const CommandLine& line, CommandContext& context,
               const std::function<Result<CommandAnswer>()>& command,
               const AnswerOptions& options) {
  const auto started = context.clock();
  const auto fail = [&](Error error) {
    FailureReport failure;
    failure.next_command = options.next_command(error);
    failure.error = std::move(error);
    return ReportFailure(std::move(failure), line, context);
  };
  auto answer = command();
  if (!answer) return fail(std::move(answer).error());
  std::string text = std::move(answer->text);
  if (line.Has("json")) {
    nlohmann::ordered_json document{{"schema", SchemaOf(line.command)}};
    document.update(answer->members);
    if (options.timed) {
      using std::chrono::milliseconds;
      document["durationMs"] =
          std::chrono::duration_cast<milliseconds>(context.clock() - started).count();
    }
    document["_meta"]["version"] = Version();
    auto pretty = PrettyJson(document);
    if (!pretty) return fail(std::move(pretty).error());
    text = *pretty + "\n";
  }
  const Status written = context.console.WriteOut(text);
  return written ? answer->exit_status : fail(written.error());
}

}  // namespace hyperlocal::cli
