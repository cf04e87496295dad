#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "cli/golden_commands_internal.h"
#include "cli/human_text.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "golden/video_comparison.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kAround = 2;  // frames on either side of a boundary

Result<std::vector<int>> ChunkCounts(const CommandLine& line) {
  const std::string text = line.Value("chunks").value_or("2,3,5");
  std::vector<int> counts;
  std::string_view rest = text;
  for (;;) {
    const std::string_view part = rest.substr(0, rest.find(','));
    int count = 0;
    const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), count);
    if (failure != std::errc() || end != part.data() + part.size() || count < 2 || count > 256) {
      return Error{
          ErrorCode::kUsage,
          fmt::format("--chunks takes numbers from 2 to 256, commas between, not '{}'", text)};
    }
    counts.push_back(count);
    if (part.size() == rest.size()) return counts;
    rest.remove_prefix(part.size() + 1);
  }
}

Result<std::vector<std::string>> ReadHashes(const fs::path& file) {
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  HYPERLOCAL_TRY(const nlohmann::json document, ParseJson(text, file.string()));
  std::vector<std::string> hashes;
  for (const auto& hash : document.at("frames")) hashes.push_back(hash.get<std::string>());
  return hashes;
}

struct Pass {
  LocalRenderResult result;
  std::vector<std::string> hashes;  // of the frames before encoding
};

Result<Pass> RenderPass(const LocalRenderOptions& options, const RenderFunction& render,
                        const CancellationToken& cancel) {
  RenderObserver silent;
  Pass pass;
  HYPERLOCAL_TRY(pass.result, render(options, silent, cancel));
  HYPERLOCAL_TRY(pass.hashes, ReadHashes(options.frame_hashes));
  return pass;
}

struct EncodedSeams {
  double lowest_at_seams = 0;  // dB; infinite when equal
  double lowest_elsewhere = 0;
};

EncodedSeams MeasureSeams(const golden::VideoComparison& comparison, std::int64_t chunk_size) {
  EncodedSeams seams{std::numeric_limits<double>::infinity(),
                     std::numeric_limits<double>::infinity()};
  for (std::size_t i = 0; i < comparison.frames.size(); ++i) {
    const auto frame = static_cast<std::int64_t>(i);
    const std::int64_t after = frame % chunk_size;
    const bool near = (after < kAround && frame >= chunk_size) || chunk_size - after <= kAround;
    double& lowest = near ? seams.lowest_at_seams : seams.lowest_elsewhere;
    lowest = std::min(lowest, golden::JudgedPsnrDb(comparison, comparison.frames[i]));
  }
  return seams;
}

nlohmann::ordered_json Db(double db) {
  return std::isfinite(db) ? nlohmann::ordered_json(db) : nlohmann::ordered_json(nullptr);
}

// Renders one composition in one chunk and in several. The text and the members of a whole answer.
Result<CommandAnswer> SeamsOf(const fs::path& project, std::optional<int> width,
                              const std::vector<int>& counts, CommandContext& context,
                              const RenderFunction& render) {
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("seams"));
  LocalRenderOptions options;
  options.project = project;
  options.width = width;
  options.output = scratch->path() / "single.mp4";
  options.frame_hashes = scratch->path() / "single.json";
  options.max_parallel_chunks = 1;
  context.console.WriteErr("rendering in one chunk\n");
  HYPERLOCAL_TRY(const Pass single, RenderPass(options, render, context.cancel));

  CommandAnswer answer;
  nlohmann::ordered_json passes = nlohmann::ordered_json::array();
  std::int64_t differing_in_all = 0;
  for (const int count : counts) {
    const std::int64_t size = (single.result.frames + count - 1) / count;
    options.output = scratch->path() / fmt::format("chunks-{}.mp4", count);
    options.frame_hashes = scratch->path() / fmt::format("chunks-{}.json", count);
    options.max_parallel_chunks = count;
    options.chunk_size = static_cast<int>(size);
    context.console.WriteErr(fmt::format("rendering in {} chunks\n", count));
    HYPERLOCAL_TRY(const Pass pass, RenderPass(options, render, context.cancel));
    if (pass.result.chunks < 2) {
      answer.text += fmt::format("{} frames do not make {} chunks\n", single.result.frames, count);
      continue;
    }
    std::vector<std::int64_t> differing;
    for (std::size_t i = 0; i < std::max(single.hashes.size(), pass.hashes.size()); ++i) {
      if (i >= single.hashes.size() || i >= pass.hashes.size() ||
          single.hashes[i] != pass.hashes[i]) {
        differing.push_back(static_cast<std::int64_t>(i));
      }
    }
    differing_in_all += static_cast<std::int64_t>(differing.size());
    golden::ComparisonOptions comparing;
    comparing.cancel = context.cancel;
    HYPERLOCAL_TRY(const auto comparison, golden::CompareVideos(scratch->path() / "single.mp4",
                                                                options.output, comparing));
    const EncodedSeams seams = MeasureSeams(comparison, size);
    answer.text += fmt::format(
        "{} chunks of {}: {} of {} frames differ before encoding; after it at least {} at the "
        "boundaries, {} elsewhere\n",
        pass.result.chunks, size, differing.size(), single.hashes.size(),
        golden::DbText(seams.lowest_at_seams), golden::DbText(seams.lowest_elsewhere));
    for (std::size_t i = 0; i < std::min<std::size_t>(differing.size(), 10); ++i) {
      answer.text += fmt::format("  frame {} (chunk {}, its frame {})\n", differing[i],
                                 differing[i] / size, differing[i] % size);
    }
    if (differing.size() > 10) answer.text += fmt::format("  and {} more\n", differing.size() - 10);
    passes.push_back({{"chunks", pass.result.chunks},
                      {"chunkSize", size},
                      {"differingFrames", differing},
                      {"lowestPsnrAtBoundariesDb", Db(seams.lowest_at_seams)},
                      {"lowestPsnrElsewhereDb", Db(seams.lowest_elsewhere)}});
  }
  const bool decided = !passes.empty();
  answer.text += !decided                ? "nothing to compare: the composition is too short\n"
                 : differing_in_all == 0 ? "no seams\n"
                                         : "there are seams\n";
  answer.exit_status = !decided ? kUndecidedStatus : differing_in_all == 0 ? 0 : 1;
  answer.members = {{"frames", single.result.frames},
                    {"outcome", !decided                ? "undecided"
                                : differing_in_all == 0 ? "pass"
                                                        : "fail"},
                    {"passes", std::move(passes)}};
  return answer;
}

}  // namespace

Result<CommandAnswer> FindSeams(const CommandLine& line, CommandContext& context,
                                const RenderFunction& render) {
  HYPERLOCAL_TRY(const std::vector<int> counts, ChunkCounts(line));
  HYPERLOCAL_TRY(const std::optional<int> width, line.WholeNumber("width"));
  if (line.arguments.size() == 1) {
    return SeamsOf(line.arguments[0], width, counts, context, render);
  }
  CommandAnswer answer;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  bool failed = false;
  bool undecided = false;
  for (const std::string& project : line.arguments) {
    context.console.WriteErr(project + ": ");
    auto one = SeamsOf(project, width, counts, context, render);
    if (!one) return std::move(one).error().WithContext(project);
    failed = failed || one->exit_status == 1;
    undecided = undecided || one->exit_status == kUndecidedStatus;
    answer.text += WithoutControls(project) + "\n" + one->text + "\n";
    nlohmann::ordered_json members{{"project", project}};
    members.update(one->members);
    list.push_back(std::move(members));
  }
  answer.text +=
      fmt::format("{}: {}\n", Counted(static_cast<std::int64_t>(list.size()), "composition"),
                  failed      ? "there are seams"
                  : undecided ? "some are too short to compare"
                              : "no seams");
  answer.members = {{"outcome", failed      ? "fail"
                                : undecided ? "undecided"
                                            : "pass"},
                    {"projects", std::move(list)}};
  answer.exit_status = failed ? 1 : undecided ? kUndecidedStatus : 0;
  return answer;
}

}  // namespace hyperlocal::cli
