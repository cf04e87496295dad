#include <fmt/format.h>

#include <mutex>
#include <nlohmann/json.hpp>

#include "cli/golden_commands_internal.h"
#include "cli/golden_thresholds_internal.h"
#include "cli/human_text.h"
#include "cli/version.h"
#include "engine/file/whole_file.h"
#include "golden/comparison_report.h"

namespace hyperlocal::cli {
namespace {

// A line every five seconds, so that nobody wonders whether it hangs.
class Sign {
 public:
  explicit Sign(CommandContext& context) : context_(context), last_(context.clock()) {}
  void Frames(std::int64_t frames) {
    const std::lock_guard lock(mutex_);
    const auto now = context_.clock();
    if (now - last_ < std::chrono::seconds{5}) return;
    last_ = now;
    context_.console.WriteErr(Counted(frames, "frame") + " compared\n");
  }

 private:
  CommandContext& context_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace

int StatusOf(golden::Outcome outcome) {
  switch (outcome) {
    case golden::Outcome::kPass:
      return 0;
    case golden::Outcome::kFail:
      return 1;
    case golden::Outcome::kUndecided:
      break;
  }
  return kUndecidedStatus;
}

Result<CommandAnswer> CompareGolden(const CommandLine& line, CommandContext& context) {
  HYPERLOCAL_TRY(const golden::Thresholds thresholds, ThresholdsOf(line, {}));
  Sign sign(context);
  golden::ComparisonOptions options;
  options.cancel = context.cancel;
  options.on_frame = [&sign](std::int64_t frames) { sign.Frames(frames); };
  HYPERLOCAL_TRY(const golden::VideoComparison comparison,
                 golden::CompareVideos(line.arguments[0], line.arguments[1], options));
  const golden::Verdict verdict = golden::Judge(comparison, thresholds);

  CommandAnswer answer;
  answer.exit_status = StatusOf(verdict.outcome);
  answer.text = WithoutControls(golden::ComparisonText(comparison, verdict));
  answer.members = golden::ComparisonJson(comparison, verdict);
  if (const auto file = line.Value("junit")) {
    const std::string name = line.arguments[1] + " against " + line.arguments[0];
    HYPERLOCAL_TRY_STATUS(
        WriteWholeFile(*file, golden::JUnitXml({golden::JUnitSuiteOf(name, comparison, verdict)}),
                       Durability::kUnsynced));
  }
  if (const auto directory = line.Value("report")) {
    golden::ReportPage page;
    page.title = std::filesystem::path(line.arguments[1]).filename().string() + " against " +
                 std::filesystem::path(line.arguments[0]).filename().string();
    page.version = Version();
    page.min_frame_psnr_db = thresholds.min_frame_psnr_db;
    HYPERLOCAL_TRY_STATUS(golden::WriteReportPage(*directory, page, comparison, verdict));
    const std::string written = (std::filesystem::path(*directory) / "index.html").string();
    answer.text += "report: " + written + "\n";
    answer.members["report"] = written;
  }
  return answer;
}

}  // namespace hyperlocal::cli
