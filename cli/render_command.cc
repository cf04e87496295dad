#include "cli/render_command.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "cli/line_view.h"
#include "cli/live_view.h"
#include "cli/profile_report.h"
#include "cli/render_output.h"
#include "cli/render_report.h"
#include "cli/render_request.h"
#include "cli/report_failure.h"
#include "engine/profile/profile.h"

namespace hyperlocal::cli {
namespace {

// Painting is for somebody who looks at it: a terminal that can, outside of CI, and no other
// program that reads along.
bool UseLiveView(const RenderRequest& request, const CommandContext& context) {
  return context.console.ErrIsTerminal() && !context.environment.dumb_terminal &&
         !context.environment.ci && !request.json && request.log_level == LogLevel::kInfo;
}

std::unique_ptr<ProgressView> ChooseView(const RenderRequest& request, CommandContext& context) {
  if (request.log_level == LogLevel::kError) return nullptr;
  Console& console = context.console;
  const bool color = context.environment.UseColor(console.ErrIsTerminal());
  if (UseLiveView(request, context)) {
    LiveView::Options options;
    options.size = [&console] { return console.ErrSize(); };
    options.take_resumed = [&console] { return console.TakeResumed(); };
    options.color = color;
    options.unicode = context.environment.utf8;
    return std::make_unique<LiveView>(std::move(options));
  }
  LineView::Options options;
  options.level = request.log_level;
  options.color = color;
  options.unicode = context.environment.utf8;
  return std::make_unique<LineView>(options);
}

// The cursor hides while the picture is drawn; this brings it back however the render ends.
class HiddenCursor {
 public:
  HiddenCursor(Console& console, bool hide) : console_(console), hidden_(hide) {
    if (hidden_) console_.ShowCursor(false);
  }
  ~HiddenCursor() {
    if (hidden_) console_.ShowCursor(true);
  }
  HiddenCursor(const HiddenCursor&) = delete;
  HiddenCursor& operator=(const HiddenCursor&) = delete;

 private:
  Console& console_;
  const bool hidden_;
};

// Writes the timeline of a render that is over, well or not, and says where the time went.
Status FinishProfile(const RenderRequest& request, CommandContext& context) {
  if (request.profile.empty()) return Ok();
  const std::vector<ProfileSpan> spans = Profile::Stop();
  HYPERLOCAL_TRY_STATUS(WriteProfile(request.profile, spans));
  if (request.log_level >= LogLevel::kInfo) {
    const bool color = context.environment.UseColor(context.console.ErrIsTerminal());
    context.console.WriteErr(ProfileSummary(spans, request.profile, color));
  }
  return Ok();
}

}  // namespace

int RunRender(const CommandLine& line, CommandContext& context, const RenderFunction& render) {
  const auto request = [&]() -> Result<RenderRequest> {
    HYPERLOCAL_TRY(RenderRequest read, ReadRenderRequest(line, context.working_directory));
    if (!read.profile.empty()) {
      HYPERLOCAL_TRY_STATUS(CheckRenderOutput(read.profile, OutputFormat::kMp4));
    }
    return read;
  }();
  if (!request) {
    FailureReport failure;
    failure.error = request.error();
    failure.next_command = "hyperlocal help render";
    return ReportFailure(std::move(failure), line, context);
  }
  if (!request->profile.empty()) Profile::Start();
  auto monitor =
      RenderMonitor(ChooseView(*request, context), context.console, context.clock, context.cancel);
  const auto result = [&] {
    const HiddenCursor cursor(context.console, UseLiveView(*request, context));
    auto rendered = render(request->options, monitor, context.cancel);
    monitor.Finish(!rendered.has_value());
    return rendered;
  }();
  const Status profiled = FinishProfile(*request, context);
  if (!result) {
    return ReportFailure(
        DescribeRenderFailure(result.error(), *request, monitor, context.first_signal()), line,
        context);
  }

  const bool color = context.environment.UseColor(context.console.ErrIsTerminal());
  if (request->log_level >= LogLevel::kInfo) {
    context.console.WriteErr(RenderSummary(*result, color));
  }
  const Status written = context.console.WriteOut(
      request->json ? RenderJson(*result, *request, monitor) : result->output.string() + '\n');
  if (!written || !profiled) {
    FailureReport failure;
    failure.error = written ? profiled.error() : written.error();
    failure.error.message += fmt::format("; the video is complete: {}", result->output.string());
    return ReportFailure(std::move(failure), line, context);
  }
  return 0;
}

}  // namespace hyperlocal::cli
