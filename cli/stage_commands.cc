#include "cli/stage_commands.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/asset_sources.h"
#include "cli/command_answer_internal.h"
#include "cli/report_failure.h"
#include "engine/assemble.h"
#include "engine/browser/browser_slot.h"
#include "engine/config/render_config.h"
#include "engine/file/aside_directory.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/plan/materialize_plan.h"
#include "engine/plan/publish_plan.h"
#include "engine/plan_project.h"
#include "engine/render_chunk.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// Tells on standard error what pages say, each thing once, and every few seconds how far it is: a
// stage is never silent for long, whatever it waits for.
class StageVoice {
 public:
  StageVoice(const CommandLine& line, CommandContext& context)
      : name_(line.command->name), console_(context.console), beat_([this] { Beat(); }) {}
  ~StageVoice() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    over_changed_.notify_all();
    beat_.join();
  }
  StageVoice(const StageVoice&) = delete;
  StageVoice& operator=(const StageVoice&) = delete;

  void Message(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (said_.emplace(text).second) console_.WriteErr(fmt::format("warning: {}\n", text));
  }
  void Frames(std::int64_t done, std::int64_t of) {
    const std::lock_guard lock(mutex_);
    state_ = fmt::format("{} of {} frames", done, of);
  }

 private:
  void Beat() {
    constexpr std::chrono::seconds kBetween{4};
    std::unique_lock lock(mutex_);
    for (auto seconds = kBetween; !over_changed_.wait_for(lock, kBetween, [this] { return over_; });
         seconds += kBetween) {
      console_.WriteErr(fmt::format("{}: {}, {} s\n", name_, state_, seconds.count()));
    }
  }

  const std::string name_;
  Console& console_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable over_changed_;
  bool over_ = false;
  std::string state_ = "at work";
  std::set<std::string, std::less<>> said_;
  std::thread beat_;  // last: it uses the others
};

Result<RenderConfig> ReadConfig(const std::string& file) {
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  auto valid = ParseRenderConfig(text, file);
  if (!valid && valid.error().code == ErrorCode::kInvalidConfig)
    return std::move(valid).error().WithContext(file);
  return valid;
}

ordered_json PlanMembers(const fs::path& directory, const PlanDirectory& plan) {
  return {{"planDir", directory.string()},
          {"planHash", plan.plan_hash},
          {"chunkCount", plan.chunks.size()},
          {"totalFrames", plan.total_frames},
          {"fps", plan.fps.num},
          {"width", plan.width},
          {"height", plan.height},
          {"format", WireName(plan.format)},
          {"hasAudio", plan.has_audio},
          {"ffmpegVersion", plan.ffmpeg_version},
          {"producerVersion", plan.producer_version}};
}

Result<CommandAnswer> Plan(const CommandLine& line, CommandContext& context) {
  const fs::path directory = line.Value("out").value_or("");
  if (directory.empty()) return Error{ErrorCode::kUsage, "plan needs --out DIR"};
  if (!line.Has("config")) return Error{ErrorCode::kUsage, "plan needs --config FILE"};
  HYPERLOCAL_TRY(const RenderConfig config, ReadConfig(*line.Value("config")));
  const bool content_addressed = line.Value("protocol").value_or("v2") == "v2";

  StageVoice voice(line, context);
  PlanRequest request;
  request.project = line.arguments[0];
  request.entry_file = config.entry_file;
  request.variables_json = config.variables_json;
  request.assets = AssetSourcesOfUser(false, context.cancel);
  request.config_for = [&config](const CompositionFacts&) { return Result<RenderConfig>(config); };
  request.on_message = [&voice](std::string_view text) { voice.Message(text); };
  BrowserSlot slot(context.cancel);

  if (!content_addressed) {
    HYPERLOCAL_TRY(const auto aside, AsideDirectory::Create(directory));
    request.plan_directory = aside->path();
    HYPERLOCAL_TRY(const PlanDirectory plan, PlanProject(request, slot));
    HYPERLOCAL_TRY_STATUS(aside->Commit());
    return CommandAnswer{directory.string() + "\n", PlanMembers(directory, plan)};
  }
  HYPERLOCAL_TRY(const auto publisher, PublishPlanToDirectory(directory));
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("plan"));
  request.plan_directory = scratch->path() / "plan";
  HYPERLOCAL_TRY(const PlanDirectory plan, PlanProject(request, slot));
  HYPERLOCAL_TRY(const PlanManifest manifest, PublishPlan(plan.root, *publisher));
  CommandAnswer result{directory.string() + "\n", PlanMembers(directory, plan)};
  result.members["planHash"] = manifest.plan_hash;
  result.members["planProtocol"] = "v2";
  result.members["sourcePlanV1Hash"] = manifest.source_plan_v1_hash;
  result.members["manifestPath"] = (directory / "plan.json").string();
  return result;
}

// A plan of either protocol, ready for `target`: a content-addressed one is materialized into a
// scratch directory, which lives as long as this.
struct OpenedPlan {
  std::unique_ptr<ScratchDirectory> scratch;
  PlanDirectory plan;
};

Result<OpenedPlan> OpenPlan(const fs::path& given, PlanTarget target) {
  std::error_code ignored;
  if (!fs::is_directory(given, ignored)) {
    return Error{ErrorCode::kNoInput, "there is no plan directory " + given.string()};
  }
  OpenedPlan opened;
  fs::path root = given;
  HYPERLOCAL_TRY(const bool content_addressed, IsContentAddressedPlan(given));
  if (content_addressed) {
    HYPERLOCAL_TRY(opened.scratch, ScratchDirectory::Create("plan"));
    root = opened.scratch->path() / "plan";
    HYPERLOCAL_TRY_STATUS(MaterializePlan(given, target, root));
  }
  HYPERLOCAL_TRY(opened.plan,
                 target.is_assembler() ? ReadPlanForAssembly(root) : ReadPlanDirectory(root));
  HYPERLOCAL_TRY_STATUS(VerifyPlan(opened.plan, target));
  return opened;
}

Result<int> ChunkIndex(const std::string& text) {
  int index = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (failure != std::errc() || end != text.data() + text.size() || index < 0) {
    return Error{ErrorCode::kUsage,
                 fmt::format("INDEX is the number of a chunk, from 0; got '{}'", text)};
  }
  return index;
}

Result<std::string> Output(const CommandLine& line) {
  if (line.Has("output")) return *line.Value("output");
  return Error{ErrorCode::kUsage, fmt::format("{} needs -o FILE", line.command->name)};
}

Result<CommandAnswer> RenderOneChunk(const CommandLine& line, CommandContext& context) {
  HYPERLOCAL_TRY(const int index, ChunkIndex(line.arguments[1]));
  HYPERLOCAL_TRY(const std::string output, Output(line));
  HYPERLOCAL_TRY(const OpenedPlan opened, OpenPlan(line.arguments[0], PlanTarget::Chunk(index)));
  const auto& chunks = opened.plan.chunks;
  const auto i = static_cast<std::size_t>(index);
  const std::int64_t frames = i < chunks.size() ? chunks[i].frames() : 0;
  StageVoice voice(line, context);
  RenderChunkOptions options;
  options.cancel = context.cancel;
  options.on_frame = [&](std::int64_t done) { voice.Frames(done, frames); };
  options.on_message = [&](std::string_view text) { voice.Message(text); };
  BrowserSlot slot(context.cancel);
  HYPERLOCAL_TRY(const RenderedChunk chunk, RenderChunk(opened.plan, index, output, slot, options));
  return CommandAnswer{output + "\n",
                       {{"outputPath", output},
                        {"outputKind", opened.plan.format == OutputFormat::kPngSequence
                                           ? "frame-dir"
                                           : "file"},
                        {"chunkIndex", index},
                        {"framesEncoded", chunk.frames},
                        {"sha256", chunk.sha256},
                        {"captureMode", chunk.capture_mode}}};
}

Result<CommandAnswer> AssembleChunks(const CommandLine& line) {
  HYPERLOCAL_TRY(const std::string output, Output(line));
  HYPERLOCAL_TRY(const OpenedPlan opened, OpenPlan(line.arguments[0], PlanTarget::Assembler()));
  const std::vector<fs::path> chunks(line.arguments.begin() + 1, line.arguments.end());
  AssembleOptions options;
  options.audio = line.Has("audio") ? fs::path(*line.Value("audio")) : opened.plan.audio_file();
  options.constant_rate = line.Has("cfr");
  HYPERLOCAL_TRY(const AssembledVideo video, Assemble(opened.plan, chunks, output, options));
  return CommandAnswer{
      output + "\n",
      {{"outputPath", output}, {"framesEncoded", video.frames}, {"fileSize", video.file_size}}};
}

int RunStage(const CommandLine& line, CommandContext& context,
             const std::function<Result<CommandAnswer>()>& stage) {
  return TellAnswer(line, context, stage, {.timed = true, .next_command = [&line](const Error&) {
                                             return HelpOf(line);
                                           }});
}

}  // namespace

int RunPlan(const CommandLine& line, CommandContext& context) {
  return RunStage(line, context, [&] { return Plan(line, context); });
}

int RunRenderChunk(const CommandLine& line, CommandContext& context) {
  return RunStage(line, context, [&] { return RenderOneChunk(line, context); });
}

int RunAssemble(const CommandLine& line, CommandContext& context) {
  return RunStage(line, context, [&] { return AssembleChunks(line); });
}

}  // namespace hyperlocal::cli
