// Every error code of the contract is reached through a public entry point. A code that nothing
// raises yet stands in the list at the end, with the reason; one that is raised may not.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/av/video_writer.h"
#include "engine/browser/browser_slot.h"
#include "engine/browser/chrome_locator.h"
#include "engine/composition/asset_fetcher.h"
#include "engine/composition/asset_recorder.h"
#include "engine/config/render_config.h"
#include "engine/media/plan_media.h"
#include "engine/plan/locked_config.h"
#include "engine/plan/materialize_plan.h"
#include "engine/plan/plan_videos.h"
#include "engine/plan/publish_plan.h"
#include "engine/plan_project.h"
#include "engine/render_chunk.h"
#include "engine/wire/bucket_guard.h"
#include "engine/wire/render_event.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using testing::FileContent;
using testing::PutFile;
using testing::TemporaryDirectory;

// What a failed call says; kInternal, which is no code of the contract, when it did not fail.
template <typename T>
ErrorCode CodeOf(const Result<T>& result) {
  return result ? ErrorCode::kInternal : result.error().code;
}

// A test-card project, planned as `config` says: no browser is needed.
Result<PlanDirectory> PlanTestCard(const fs::path& root, const nlohmann::json& config) {
  PutFile(root / "project/testcard.json",
          R"({"width": 160, "height": 96, "fps": 30, "frames": 12})");
  PlanRequest request;
  request.project = root / "project";
  request.plan_directory = root / "plan";
  request.config_for = [&config](const CompositionFacts&) { return ValidateRenderConfig(config); };
  BrowserSlot slot{CancellationToken()};
  return PlanProject(request, slot);
}

nlohmann::json Config() {
  return {{"fps", 30}, {"width", 160}, {"height", 96}, {"format", "mp4"}};
}

// Renders chunk `index` of a plan that was changed after it was read.
ErrorCode CodeOfChunk(const fs::path& root, const std::function<void(PlanDirectory&)>& change,
                      int index = 0) {
  auto plan = PlanTestCard(root, Config());
  if (!plan) return plan.error().code;
  change(*plan);
  BrowserSlot slot{CancellationToken()};
  return CodeOf(RenderChunk(*plan, index, root / "0.mp4", slot, {}));
}

// A plan whose composition has one video, of that file below compiled/.
ErrorCode CodeOfVideo(const fs::path& root, const std::string& file) {
  MediaElement video;
  video.name = video.id = "clip";
  video.source = file;
  video.is_video = video.silent = true;
  PlanMediaRequest request;
  request.plan_root = root;
  request.elements = {video};
  request.total_frames = 12;
  request.fps = {30, 1};
  request.size_limit_bytes = 1 << 20;
  return CodeOf(PlanMedia(request));
}

constexpr const char* kDigest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string ChunkEvent(const std::string& bucket, const std::string& protocol) {
  return nlohmann::json{{"Action", "renderChunk"},
                        {"PlanProtocol", protocol},
                        {"PlanHash", kDigest},
                        {"ChunkIndex", 0},
                        {"Format", "mp4"},
                        {"ChunkOutputGcsPrefix", "gs://" + bucket + "/r/"},
                        {"PlanV2ManifestGcsUri", "gs://" + bucket + "/r/v2/manifest.json"},
                        {"PlanV2ArtifactGcsPrefix", "gs://" + bucket + "/r/v2/artifacts/sha256"}}
      .dump();
}

class NoNetwork : public HttpCaller {
 public:
  void Start(HttpCall, std::function<void(HttpOutcome)> done) override {
    done(HttpCallFailure{HttpCallFailure::Kind::kNotConnected, "no such host"});
  }
};

// How each code is reached; `root` is an empty directory.
using Reach = std::function<ErrorCode(const fs::path& root)>;
const std::map<ErrorCode, Reach>& Reached() {
  static const std::map<ErrorCode, Reach> reached{
      {ErrorCode::kInvalidConfig,
       [](const fs::path&) { return CodeOf(ParseRenderConfig(R"({"fps": 25})", "config")); }},
      {ErrorCode::kGcsUriNotAllowed,
       [](const fs::path&) {
         const auto event = ParseRenderEvent(ChunkEvent("theirs", "v2"));
         return event ? CodeOf(CheckBucketAllowed(*event, "ours")) : event.error().code;
       }},
      {ErrorCode::kPlanHashMismatch,
       [](const fs::path& root) {
         auto plan = PlanTestCard(root, Config());
         PutFile(root / "plan/compiled/index.html", "changed");
         return CodeOf(VerifyPlan(*plan, PlanTarget::Chunk(0)));
       }},
      {ErrorCode::kPlanArtifactDigestMismatch,
       [](const fs::path& root) {
         PutFile(root / "blob", "x");
         auto publisher = PublishPlanToDirectory(root / "v2");
         return CodeOf((*publisher)->PutBlob(root / "blob", kDigest, 1));
       }},
      {ErrorCode::kPlanProtocolUnsupported,
       [](const fs::path&) { return CodeOf(ParseRenderEvent(ChunkEvent("b", "v3"))); }},
      {ErrorCode::kPlanV2IntegrityUnrecoverable,
       [](const fs::path& root) {
         auto plan = PlanTestCard(root, Config());
         auto publisher = PublishPlanToDirectory(root / "v2");
         const auto manifest = PublishPlan(plan->root, **publisher);
         fs::remove(root / "v2" / BlobPath(manifest->artifacts[0].sha256));
         return CodeOf(MaterializePlan(root / "v2", PlanTarget::Chunk(0), root / "chunk"));
       }},
      {ErrorCode::kVideoSourceUnrenderable,
       [](const fs::path& root) {
         PutFile(root / "compiled/clip.mp4", std::string(3000, '\x55'));
         return CodeOfVideo(root, "clip.mp4");
       }},
      {ErrorCode::kNotMediaPayload,
       [](const fs::path& root) {
         PutFile(root / "compiled/clip.mp4", "<!doctype html><title>Not found</title>");
         return CodeOfVideo(root, "clip.mp4");
       }},
      {ErrorCode::kVideoExtractionFailed,
       [](const fs::path& root) {
         VideoSettings settings;
         settings.width = 64;
         settings.height = 48;
         settings.rate = {30, 1};
         settings.gop_size = 12;
         fs::create_directories(root / "compiled");
         auto writer = VideoWriter::Create(root / "compiled/clip.mp4", settings);
         if (!writer) return writer.error().code;
         (void)(*writer)->Write({64, 48, PixelLayout::kRgb24, std::vector<std::uint8_t>(64 * 48 * 3)});
         (void)(*writer)->Finish();
         PutFile(root / "video-frames", "a file where the pictures are to be");
         return CodeOfVideo(root, "clip.mp4");
       }},
      {ErrorCode::kInvalidVideoMetadata,
       [](const fs::path& root) {
         PutFile(root / "meta/videos.json", R"({"videos": []})");
         return CodeOf(ReadPlanVideos(root));
       }},
      {ErrorCode::kFfmpegVersionMismatch,
       [](const fs::path& root) {
         return CodeOfChunk(root, [](auto& plan) { plan.ffmpeg_version = "ffmpeg version 0.1"; });
       }},
      {ErrorCode::kFormatNotSupported,
       [](const fs::path& root) {
         // A plan of somebody else's, whose encoder does not make its format.
         return CodeOfChunk(root, [](auto& plan) { plan.locked.encoder = "prores-software"; });
       }},
      {ErrorCode::kPlanTooLarge,
       [](const fs::path& root) {
         nlohmann::json config = Config();
         config["planDirSizeLimitBytes"] = 10;
         return CodeOf(PlanTestCard(root, config));
       }},
      {ErrorCode::kBrowserGpuNotSoftware,
       [](const fs::path& root) {
         return CodeOfChunk(root, [](auto& plan) { plan.locked.browser_gpu_mode = "hardware"; });
       }},
      {ErrorCode::kFontFetchFailed,
       [](const fs::path& root) {
         AssetRecorder recorder(root);
         recorder.Answer("https://fonts.googleapis.com/css2?family=Hl+Unknown");
         return CodeOf(recorder.CheckComplete());
       }},
      {ErrorCode::kFontFetchUnavailable,
       [](const fs::path&) {
         NoNetwork network;
         return CodeOf(
             AssetFetcher(network).Fetch("https://fonts.googleapis.com/css2?family=Hl+Unknown"));
       }},
      {ErrorCode::kChromeUnavailable,
       [](const fs::path&) {
         ::setenv("PRODUCER_HEADLESS_SHELL_PATH", "/nonexistent/chrome", 1);
         const ErrorCode code = CodeOf(FindChrome());
         ::unsetenv("PRODUCER_HEADLESS_SHELL_PATH");
         return code;
       }},
      {ErrorCode::kMissingPlanArtifact,
       [](const fs::path& root) {
         (void)PlanTestCard(root, Config());
         fs::remove(root / "plan/meta/chunks.json");
         return CodeOf(ReadPlanDirectory(root / "plan"));
       }},
      {ErrorCode::kChunkIndexOutOfRange,
       [](const fs::path& root) {
         return CodeOfChunk(
             root, [](auto&) {}, 7);
       }},
      {ErrorCode::kMissingRuntimeEnvSnapshot,
       [](const fs::path& root) {
         (void)PlanTestCard(root, Config());
         nlohmann::json locked =
             nlohmann::json::parse(FileContent(root / "plan/meta/encoder.json"));
         locked.erase("runtimeEnv");
         PutFile(root / "plan/meta/encoder.json", locked.dump());
         return CodeOf(ReadPlanDirectory(root / "plan"));
       }},
      {ErrorCode::kBadRequest,
       [](const fs::path&) { return CodeOf(ParseRenderEvent("not JSON")); }},
  };
  return reached;
}

// Codes of the contract that nothing here raises yet.
const std::map<ErrorCode, std::string>& NotRaisedYet() {
  static const std::map<ErrorCode, std::string> codes{
  };
  return codes;
}

TEST(ErrorCodesOfTheContract, AreReachedThroughPublicEntryPoints) {
  for (const auto& [code, reach] : Reached()) {
    const TemporaryDirectory directory("error-code");
    EXPECT_EQ(SpecOf(reach(directory.path())).wire, SpecOf(code).wire);
  }
}

TEST(ErrorCodesOfTheContract, AreReachedOrNamedAsMissingEachOnce) {
  // The codes of the contract come first in the table; our own begin with this one.
  for (const ErrorSpec& spec : kErrorTable) {
    if (spec.code == ErrorCode::kInvalidComposition) break;
    EXPECT_EQ(Reached().count(spec.code) + NotRaisedYet().count(spec.code), 1U) << spec.wire;
  }
}

}  // namespace
}  // namespace hyperlocal
