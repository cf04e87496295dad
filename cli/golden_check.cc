#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/golden_commands_internal.h"
#include "cli/golden_fixture.h"
#include "cli/golden_plan.h"
#include "cli/human_text.h"
#include "cli/version.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/hash/project_hash.h"
#include "golden/comparison_report.h"
#include "golden/video_comparison.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using golden::Outcome;
using std::chrono::milliseconds;

// What came of one fixture.
struct FixtureResult {
  const GoldenFixture* fixture = nullptr;
  Outcome outcome = Outcome::kPass;
  std::optional<Error> error;  // it could not be rendered or compared
  std::string message;         // a line
  std::vector<std::string> notes;
  std::vector<golden::Check> checks;
  std::string report;
  milliseconds time{0};
  nlohmann::ordered_json figures = nullptr;
};

class Checking {
 public:
  Checking(const CommandLine& line, CommandContext& context, const RenderFunction& render,
           GoldenIngredients here, fs::path scratch)
      : context_(context), render_(render), here_(std::move(here)), scratch_(std::move(scratch)) {
    if (const auto directory = line.Value("report")) report_ = *directory;
  }

  FixtureResult Check(const GoldenFixture& fixture) {
    const auto started = context_.clock();
    FixtureResult result;
    result.fixture = &fixture;
    if (Status checked = Compare(fixture, result); !checked) {
      result.error = std::move(checked).error();
      result.outcome = Outcome::kFail;
      result.message = result.error->message;
    }
    result.time = std::chrono::duration_cast<milliseconds>(context_.clock() - started);
    return result;
  }

 private:
  Status Compare(const GoldenFixture& fixture, FixtureResult& result) {
    std::error_code ignored;
    const auto undecided = [&result](std::string message) {
      result.outcome = Outcome::kUndecided;
      result.message = message;
      result.checks.push_back({"baseline", Outcome::kUndecided, std::move(message)});
      return Ok();
    };
    if (!fixture.baseline || !fs::exists(fixture.video(), ignored)) {
      return undecided("there is no baseline; hyperlocal golden accept " + fixture.name);
    }
    const GoldenFixture::Baseline& baseline = *fixture.baseline;
    HYPERLOCAL_TRY(const std::string digest, DigestOfOutput(fixture.video()));
    if (digest != baseline.sha256) {
      return undecided(fixture.video().string() + " is not the video that meta.json records");
    }
    HYPERLOCAL_TRY(const std::string project, ProjectHash(fixture.render.project));
    if (project != baseline.made_with.project) {
      return undecided(
          "its project is not the one that the baseline was made of; hyperlocal golden "
          "accept " +
          fixture.name);
    }
    result.notes = Differences(baseline.made_with, here_);
    HYPERLOCAL_TRY(const RenderedFixture rendered,
                   RenderFixture(fixture, scratch_, here_, render_, context_.cancel));
    const bool same_pictures = rendered.record.pictures == baseline.pictures;
    result.checks.push_back(
        {"versions", Outcome::kPass,
         result.notes.empty() ? "as recorded" : fmt::format("{}", fmt::join(result.notes, "; "))});
    if (rendered.record.sha256 == baseline.sha256) {
      result.message = "the same bytes";
      result.checks.push_back({"picture", Outcome::kPass, "the same bytes"});
      fs::remove_all(rendered.video, ignored);
      return Ok();
    }
    golden::ComparisonOptions options;
    options.threads = 1;
    options.cancel = context_.cancel;
    HYPERLOCAL_TRY(const golden::VideoComparison comparison,
                   golden::CompareVideos(fixture.video(), rendered.video, options));
    const golden::Verdict verdict = golden::Judge(comparison, fixture.thresholds);
    result.outcome = verdict.outcome;
    result.checks.insert(result.checks.end(), verdict.checks.begin(), verdict.checks.end());
    result.figures = {{"psnr", golden::DbText(golden::JudgedPsnrDb(comparison))},
                      {"ssim", comparison.figures.ssim},
                      {"identicalFrames", comparison.figures.identical_frames}};
    result.message = Summary(comparison, verdict, same_pictures);
    if (verdict.outcome != Outcome::kPass) {
      result.message += "; why: hyperlocal golden explain " + fixture.name;
    }
    if (verdict.outcome != Outcome::kPass && !result.notes.empty()) {
      result.message += fmt::format(" (and {})", fmt::join(result.notes, "; "));
    }
    if (verdict.outcome != Outcome::kPass && report_) {
      HYPERLOCAL_TRY_STATUS(WriteReport(fixture, rendered.video, comparison, verdict, result));
    }
    fs::remove_all(rendered.video, ignored);
    return Ok();
  }

  static std::string Summary(const golden::VideoComparison& comparison,
                             const golden::Verdict& verdict, bool same_pictures) {
    if (!verdict.findings.empty()) return verdict.findings.front().message;
    for (const golden::Check& check : verdict.checks) {
      if (check.outcome != Outcome::kPass) return check.name + ": " + check.message;
    }
    return fmt::format("{}, {}; {} of {} frames equal",
                       same_pictures ? "the same pictures, encoded to other bytes"
                                     : "other pictures, within the limits",
                       golden::DbText(golden::JudgedPsnrDb(comparison)),
                       comparison.figures.identical_frames, comparison.frames.size());
  }

  Status WriteReport(const GoldenFixture& fixture, const fs::path& video,
                     const golden::VideoComparison& comparison, const golden::Verdict& verdict,
                     FixtureResult& result) const {
    const fs::path directory = *report_ / fixture.name;
    golden::ReportPage page;
    page.title = fixture.name + ": rendered now against the baseline";
    page.version = Version();
    page.min_frame_psnr_db = fixture.thresholds.min_frame_psnr_db;
    HYPERLOCAL_TRY_STATUS(golden::WriteReportPage(directory, page, comparison, verdict));
    result.report = (directory / "index.html").string();
    std::error_code error;
    fs::copy(video, directory / video.filename(),
             fs::copy_options::overwrite_existing | fs::copy_options::recursive, error);
    if (error) {
      return Error{ErrorCode::kIo, fmt::format("cannot copy {} to {}: {}", video.string(),
                                               directory.string(), error.message())};
    }
    return Ok();
  }

  CommandContext& context_;
  const RenderFunction& render_;
  const GoldenIngredients here_;
  const fs::path scratch_;
  std::optional<fs::path> report_;
};

// Does `work` for the fixtures on `jobs` threads; results are in the order of the fixtures.
template <typename Item>
std::vector<Item> InParallel(std::size_t count, std::size_t jobs, const auto& work) {
  std::vector<Item> results(count);
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) results[i] = work(i);
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(jobs, count); ++i) others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
  return results;
}

Result<std::size_t> Jobs(const CommandLine& line) {
  HYPERLOCAL_TRY(const std::optional<int> given, line.WholeNumber("jobs"));
  if (given && (*given < 1 || *given > 64)) {
    return Error{ErrorCode::kUsage, "--jobs is 1 to 64"};
  }
  return static_cast<std::size_t>(
      given.value_or(static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))));
}

std::string LineOf(const FixtureResult& result) {
  const char* mark = result.error                            ? "ERROR"
                     : result.outcome == Outcome::kPass      ? "ok"
                     : result.outcome == Outcome::kUndecided ? "?"
                                                             : "FAILED";
  std::string line = fmt::format("{:<7} {:<20} {:>7}  {}\n", mark, result.fixture->name,
                                 FormatDuration(result.time), result.message);
  if (result.outcome == Outcome::kPass) {
    for (const std::string& note : result.notes) line += fmt::format("{:38}{}\n", "", note);
  }
  return WithoutControls(line);
}

golden::JUnitSuite SuiteOf(const FixtureResult& result) {
  golden::JUnitSuite suite;
  suite.name = result.fixture->name;
  suite.seconds = std::chrono::duration<double>(result.time).count();
  suite.properties.emplace_back("guards", result.fixture->guards);
  if (result.error) {
    suite.cases.push_back({.name = "render",
                           .outcome = Outcome::kFail,
                           .message = result.error->message,
                           .is_error = true});
  }
  for (const golden::Check& check : result.checks) {
    suite.cases.push_back({.name = check.name, .outcome = check.outcome, .message = check.message});
  }
  return suite;
}

}  // namespace

Result<CommandAnswer> CheckGolden(const CommandLine& line, CommandContext& context,
                                  const RenderFunction& render) {
  HYPERLOCAL_TRY(const std::size_t jobs, Jobs(line));
  const fs::path directory = line.Value("fixtures").value_or(kDefaultFixtures);
  HYPERLOCAL_TRY(const auto fixtures, ReadFixtures(directory, line.arguments));
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("golden"));
  Checking checking(line, context, render, IngredientsHere(context.cancel), scratch->path());
  std::mutex telling;
  const auto results = InParallel<FixtureResult>(fixtures.size(), jobs, [&](std::size_t i) {
    FixtureResult result = checking.Check(fixtures[i]);
    const std::lock_guard lock(telling);
    context.console.WriteErr(LineOf(result));
    return result;
  });
  if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};

  CommandAnswer answer;
  std::int64_t passed = 0;
  std::int64_t failed = 0;
  std::int64_t undecided = 0;
  std::vector<golden::JUnitSuite> suites;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const FixtureResult& result : results) {
    (result.outcome == Outcome::kPass   ? passed
     : result.outcome == Outcome::kFail ? failed
                                        : undecided) += 1;
    suites.push_back(SuiteOf(result));
    nlohmann::ordered_json checks = nlohmann::ordered_json::array();
    for (const golden::Check& check : result.checks) {
      checks.push_back({{"name", check.name},
                        {"outcome", golden::OutcomeName(check.outcome)},
                        {"message", check.message}});
    }
    nlohmann::ordered_json one{
        {"name", result.fixture->name},
        {"outcome", result.error ? "error" : golden::OutcomeName(result.outcome)},
        {"message", result.message},
        {"versionDifferences", result.notes},
        {"durationMs", result.time.count()},
        {"checks", std::move(checks)},
        {"figures", result.figures}};
    if (!result.report.empty()) one["report"] = result.report;
    list.push_back(std::move(one));
    if (!result.report.empty()) answer.text += "report: " + result.report + "\n";
  }
  if (const auto file = line.Value("junit")) {
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(*file, golden::JUnitXml(suites), Durability::kUnsynced));
  }
  answer.text += fmt::format("{} passed, {} failed, {} undecided\n", passed, failed, undecided);
  answer.members = {{"outcome", failed != 0      ? "fail"
                                : undecided != 0 ? "undecided"
                                                 : "pass"},
                    {"passed", passed},
                    {"failed", failed},
                    {"undecided", undecided},
                    {"fixtures", std::move(list)}};
  answer.exit_status = StatusOf(failed != 0      ? Outcome::kFail
                                : undecided != 0 ? Outcome::kUndecided
                                                 : Outcome::kPass);
  return answer;
}

}  // namespace hyperlocal::cli
