#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/golden_commands_internal.h"
#include "cli/human_text.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "golden/media_boxes.h"
#include "golden/video_comparison.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

// Keeps every core busy, so that threads take turns in another way.
class Load {
 public:
  explicit Load(bool wanted) {
    const unsigned cores = wanted ? std::max(1U, std::thread::hardware_concurrency()) : 0;
    for (unsigned i = 0; i < cores; ++i) {
      threads_.emplace_back([this] {
        volatile std::uint64_t turns = 0;
        while (!stop_.load(std::memory_order_relaxed)) turns = turns + 1;
      });
    }
  }
  ~Load() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::vector<std::thread> threads_;
};

// How a run differs from the others: none of it may show.
struct Conditions {
  int workers = 1;
  ChunkOrder order = ChunkOrder::kForward;
  bool lose_a_browser = false;
  bool loaded = false;
};

Conditions ConditionsOf(int run) {
  constexpr std::array kOrders{ChunkOrder::kForward, ChunkOrder::kBackward, ChunkOrder::kOddFirst};
  Conditions conditions;
  conditions.workers = 1 + run % 3;
  // Every order with every number of workers, one day.
  conditions.order = kOrders[static_cast<std::size_t>((run + run / 3) % 3)];
  conditions.lose_a_browser = run % 2 == 1;
  conditions.loaded = run % 4 >= 2;
  return conditions;
}

std::string TextOf(const Conditions& conditions) {
  std::string text = Counted(conditions.workers, "worker");
  if (conditions.order == ChunkOrder::kBackward) text += ", the last chunk first";
  if (conditions.order == ChunkOrder::kOddFirst) text += ", every other chunk first";
  if (conditions.lose_a_browser) text += ", a browser thrown away halfway";
  if (conditions.loaded) text += ", every core kept busy";
  return text;
}

class RetryCounter : public RenderObserver {
 public:
  void OnChunkRetry(int /*chunk*/, const Error& /*error*/) override { ++retries_; }
  int retries() const { return retries_; }

 private:
  int retries_ = 0;
};

// The directory that a render kept for us.
class KeptWork {
 public:
  explicit KeptWork(fs::path path) : path_(std::move(path)) {}
  ~KeptWork() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  KeptWork(const KeptWork&) = delete;
  KeptWork& operator=(const KeptWork&) = delete;

 private:
  fs::path path_;
};

std::vector<fs::path> FilesIn(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) files.push_back(entry->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Where two files differ first; "" when they do not. For videos: the box, the frame, the place.
Result<std::string> Difference(const fs::path& expected, const fs::path& actual,
                               const CancellationToken& cancel) {
  HYPERLOCAL_TRY(const std::string a, ReadWholeFile(expected));
  HYPERLOCAL_TRY(const std::string b, ReadWholeFile(actual));
  if (a == b) return std::string();
  const auto at = static_cast<std::uint64_t>(
      std::mismatch(a.begin(),
                    a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                    b.begin())
          .first -
      a.begin());
  const std::string box = golden::BoxAt(a, at);
  std::string text =
      fmt::format("{} and {} bytes, the first difference at byte {}", a.size(), b.size(), at);
  if (!box.empty()) text += fmt::format(" (box {})", box);
  golden::ComparisonOptions options;
  options.cancel = cancel;
  const auto comparison = golden::CompareVideos(expected, actual, options);
  if (!comparison) return text + "; its pictures cannot be compared: " + comparison.error().message;
  for (std::size_t i = 0; i < comparison->frames.size(); ++i) {
    const golden::PictureFigures& frame = comparison->frames[i];
    if (frame.identical) continue;
    return text + fmt::format(
                      "; frame {} is the first that differs, {} pixels, the worst at ({}, "
                      "{}) by {}",
                      i, frame.rgb.differing_pixels, frame.rgb.worst_x, frame.rgb.worst_y,
                      frame.rgb.max_error);
  }
  return text + "; all pictures are equal";
}

}  // namespace

Result<CommandAnswer> TestDeterminism(const CommandLine& line, CommandContext& context,
                                      const RenderFunction& render) {
  HYPERLOCAL_TRY(const std::optional<int> given, line.WholeNumber("runs"));
  const int runs = given.value_or(3);
  if (runs < 2 || runs > 100) return Error{ErrorCode::kUsage, "--runs is 2 to 100"};
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("determinism"));
  LocalRenderOptions options;
  options.project = line.arguments[0];
  HYPERLOCAL_TRY(options.width, line.WholeNumber("width"));
  options.keep_work = true;

  CommandAnswer answer;
  nlohmann::ordered_json differences = nlohmann::ordered_json::array();
  const fs::path reference = scratch->path() / "0";
  std::size_t files = 0;
  int retries = 0;
  for (int run = 0; run < runs; ++run) {
    const fs::path directory = scratch->path() / fmt::format("{}", run);
    std::error_code error;
    fs::create_directory(directory, error);
    options.output = directory / "output.mp4";
    const Conditions conditions = ConditionsOf(run);
    options.workers = conditions.workers;
    options.chunk_order = conditions.order;
    options.lose_a_browser = conditions.lose_a_browser;
    context.console.WriteErr(fmt::format("run {} of {}: {}\n", run + 1, runs, TextOf(conditions)));
    RetryCounter retry_counter;
    LocalRenderResult result;
    {
      const Load load(conditions.loaded);
      HYPERLOCAL_TRY(result, render(options, retry_counter, context.cancel));
    }
    retries += retry_counter.retries();
    const KeptWork work(result.work_directory);
    // The chunks beside the result: they are compared one by one.
    for (const fs::path& chunk : FilesIn(result.work_directory / "chunks")) {
      fs::copy_file(chunk, directory / chunk.filename(), error);
      if (error) {
        return Error{ErrorCode::kIo,
                     fmt::format("cannot copy {}: {}", chunk.string(), error.message())};
      }
    }
    const std::vector<fs::path> expected = FilesIn(reference);
    files = expected.size();
    for (const fs::path& file : expected) {
      if (run == 0) break;
      const fs::path actual = directory / file.filename();
      std::string what = "it is not there";
      if (fs::exists(actual, error)) {
        HYPERLOCAL_TRY(what, Difference(file, actual, context.cancel));
      }
      if (what.empty()) continue;
      answer.text += fmt::format("run {}: {}: {}\n", run + 1, file.filename().string(), what);
      differences.push_back({{"run", run + 1}, {"file", file.filename().string()}, {"what", what}});
    }
    if (run > 0) fs::remove_all(directory, error);
  }
  const bool same = differences.empty();
  answer.text +=
      same ? fmt::format("{} runs: {} and the result are the same bytes; tried again: {}\n", runs,
                         Counted(static_cast<std::int64_t>(files) - 1, "chunk"),
                         Counted(retries, "chunk"))
           : fmt::format("{} runs: not the same bytes\n", runs);
  answer.exit_status = same ? 0 : 1;
  answer.members = {{"outcome", same ? "pass" : "fail"},
                    {"runs", runs},
                    {"files", files},
                    {"retries", retries},
                    {"differences", std::move(differences)}};
  return answer;
}

}  // namespace hyperlocal::cli
