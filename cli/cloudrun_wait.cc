#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/cloudrun_verbs_internal.h"
#include "cli/line_view.h"
#include "cli/live_view.h"
#include "cli/progress_feed.h"
#include "cli/render_monitor.h"

namespace hyperlocal::cli {
namespace {

using namespace std::chrono_literals;
bool Paints(const CommandContext& context) {
  return context.console.ErrIsTerminal() && !context.environment.dumb_terminal &&
         !context.environment.ci;
}

std::unique_ptr<ProgressView> ViewFor(CommandContext& context) {
  Console& console = context.console;
  const bool color = context.environment.UseColor(console.ErrIsTerminal());
  if (Paints(context)) {
    LiveView::Options options;
    options.size = [&console] { return console.ErrSize(); };
    options.take_resumed = [&console] { return console.TakeResumed(); };
    options.color = color;
    options.unicode = context.environment.utf8;
    return std::make_unique<LiveView>(std::move(options));
  }
  return std::make_unique<LineView>(LineView::Options{
      .level = LogLevel::kInfo, .color = color, .unicode = context.environment.utf8});
}

void SleepUnlessCancelled(std::chrono::milliseconds time, const CancellationToken& cancel) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!cancel.cancelled()) {
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= 0ms) return;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, 50ms));
  }
}

}  // namespace

Result<CloudRenderProgress> WaitForRender(CloudClients& clients, const CloudRunStack& stack,
                                          const std::string& execution_name,
                                          std::chrono::milliseconds interval, bool show,
                                          CommandContext& context) {
  RenderMonitor monitor(show ? ViewFor(context) : nullptr, context.console, context.clock,
                        context.cancel);
  const bool hides = show && Paints(context);
  if (hides) context.console.ShowCursor(false);
  ProgressFeed feed(monitor);
  auto wait = [&]() -> Result<CloudRenderProgress> {
    for (;;) {
      RenderProgressOptions options{.execution_name = execution_name,
                                    .vcpu = stack.vcpu,
                                    .memory_gib = stack.memory_gib,
                                    .live = show,
                                    // The plan is read once.
                                    .store = feed.planned() ? nullptr : clients.storage.get()};
      HYPERLOCAL_TRY(CloudRenderProgress progress,
                     GetRenderProgress(*clients.executions, options, context.cancel));
      feed.Take(progress);
      if (progress.status != RenderStatus::kRunning && progress.status != RenderStatus::kUnknown) {
        return progress;
      }
      SleepUnlessCancelled(interval, context.cancel);
      if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped waiting"};
    }
  };
  Result<CloudRenderProgress> progress = wait();
  monitor.Finish(!progress || progress->status != RenderStatus::kSucceeded);
  if (hides) context.console.ShowCursor(true);
  if (!progress && progress.error().code == ErrorCode::kCancelled) {
    Say(context, "the render goes on: hyperlocal cloudrun progress " + execution_name);
    Say(context, "to stop it: hyperlocal cloudrun cancel " + execution_name);
  }
  return progress;
}

}  // namespace hyperlocal::cli
