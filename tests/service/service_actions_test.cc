#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/archive/archive_reader.h"
#include "engine/av/sound_writer.h"
#include "engine/browser/browser_slot.h"
#include "engine/hash/sha256.h"
#include "engine/plan/plan_directory.h"
#include "engine/render_chunk.h"
#include "tests/service/service_fixture.h"
#include "tests/support/file_content.h"

// The three actions as a workflow calls them.

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Actions : public ::testing::TestWithParam<PlanProtocol> {
 protected:
  ServiceFixture service_;
};
INSTANTIATE_TEST_SUITE_P(Protocols, Actions,
                         ::testing::Values(PlanProtocol::kV1, PlanProtocol::kV2),
                         [](const auto& protocol) {
                           return std::string(WireName(protocol.param));
                         });

TEST_P(Actions, RenderAVideoTogether) {
  const GcsUri project = service_.PutTestCard(25);
  const PlanResult plan = service_.Plan(PlanOf(project, GetParam(), 10));
  EXPECT_EQ(plan.chunk_count, 3);
  EXPECT_EQ(plan.total_frames, 25);
  EXPECT_EQ(plan.fps, 30);
  EXPECT_EQ(plan.width, 160);
  EXPECT_EQ(plan.height, 96);
  EXPECT_FALSE(plan.has_audio);
  EXPECT_THAT(plan.producer_version, StartsWith("hyperlocal-"));
  EXPECT_EQ(ProtocolOf(plan.plan), GetParam());

  std::vector<GcsUri> chunks;
  std::int64_t frames = 0;
  for (int i = 0; i < plan.chunk_count; ++i) {
    const RenderChunkResult chunk = service_.RenderChunk(ChunkOf(plan, i));
    EXPECT_EQ(FormatGcsUri(chunk.chunk),
              "gs://renders/renders/r1/chunks/000" + std::to_string(i) + ".mp4");
    EXPECT_EQ(chunk.chunk_index, i);
    EXPECT_EQ(chunk.sha256, Sha256Hex(service_.Object(chunk.chunk)));
    EXPECT_EQ(chunk.capture_mode, "beginframe");
    frames += chunk.frames_encoded;
    chunks.push_back(chunk.chunk);
  }
  EXPECT_EQ(frames, 25);

  const GcsUri output{kRenders, "renders/r1/output.mp4"};
  const AssembleResult video = service_.Assemble(AssembleOf(plan, chunks, output));
  EXPECT_EQ(video.output, output);
  EXPECT_EQ(video.frames_encoded, 25);
  EXPECT_EQ(video.file_size, static_cast<std::int64_t>(service_.Object(output).size()));
  EXPECT_THAT(service_.Object(output).substr(4, 4), "ftyp");

  EXPECT_THAT(service_.WorkLeft("request"), IsEmpty());
  EXPECT_THAT(service_.LogLines("handler_error"), IsEmpty());
  EXPECT_THAT(service_.LogLines("handler_done"), SizeIs(5));
}

TEST(ActionsOfV1, PutOneArchive) {
  ServiceFixture service;
  const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(12), PlanProtocol::kV1, 6));
  EXPECT_EQ(std::get<V1Locator>(plan.plan).archive, (GcsUri{kRenders, "renders/r1/plan.tar.gz"}));
  EXPECT_THAT(service.Names("renders/"), ElementsAre("renders/r1/plan.tar.gz"));
  PutFile(service.scratch() / "plan.tar.gz", service.Object({kRenders, "renders/r1/plan.tar.gz"}));
  ASSERT_TRUE(ExtractTarGz(service.scratch() / "plan.tar.gz", service.scratch() / "plan", {}));
  const auto unpacked = ReadPlanDirectory(service.scratch() / "plan");
  ASSERT_TRUE(unpacked) << unpacked.error().message;
  EXPECT_EQ(unpacked->plan_hash, plan.plan_hash);
  EXPECT_TRUE(VerifyPlanHash(*unpacked));

  // The service renders what RenderChunk renders.
  const RenderChunkResult chunk = service.RenderChunk(ChunkOf(plan, 1));
  BrowserSlot none{CancellationToken()};
  ASSERT_TRUE(RenderChunk(*unpacked, 1, service.scratch() / "direct.mp4", none, {}));
  EXPECT_EQ(service.Object(chunk.chunk), FileContent(service.scratch() / "direct.mp4"));
}

TEST(ActionsOfV2, PutBlobsAndTheManifestLast) {
  ServiceFixture service;
  const GcsUri project = service.PutTestCard(12);
  const PlanResult plan = service.Plan(PlanOf(project, PlanProtocol::kV2, 6));
  const auto& place = std::get<V2Locator>(plan.plan);
  EXPECT_EQ(FormatGcsUri(place.manifest), "gs://renders/renders/r1/v2/manifest.json");
  EXPECT_EQ(FormatGcsUri(place.artifact_prefix), "gs://renders/renders/r1/v2/artifacts/sha256");

  const json manifest = json::parse(service.Object(place.manifest));
  EXPECT_EQ(manifest["planHash"], plan.plan_hash);
  const std::vector<std::string> sent = service.store().KeysOf("Upload");
  EXPECT_EQ(sent.back(), "renders/r1/v2/manifest.json");
  EXPECT_EQ(sent.size(), service.Names("renders/r1/").size());
  for (const json& artifact : manifest["artifacts"]) {
    const std::string digest = artifact["sha256"];
    const GcsUri blob{kRenders,
                      "renders/r1/v2/artifacts/sha256/" + digest.substr(0, 2) + "/" + digest};
    EXPECT_EQ(Sha256Hex(service.Object(blob)), digest);
    const auto info = service.store().Stat(blob);
    ASSERT_TRUE(info);
    EXPECT_EQ(info->metadata.at("sha256"), digest);
  }
  // A second time, nothing is written: everything is there.
  const auto before = service.store().Stat(place.manifest);
  EXPECT_EQ(service.Plan(PlanOf(project, PlanProtocol::kV2, 6)).plan_hash, plan.plan_hash);
  EXPECT_EQ(service.store().Stat(place.manifest)->generation, before->generation);
}

TEST(ActionsOfV2, FetchOnlyWhatTheTargetNeeds) {
  ServiceFixture service;
  const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(12), PlanProtocol::kV2, 6));
  service.store().ForgetCalls();
  const RenderChunkResult chunk = service.RenderChunk(ChunkOf(plan, 0));
  const auto fetched = service.store().KeysOf("Download");
  EXPECT_THAT(fetched, Each(StartsWith("renders/r1/v2/")));
  // The next chunk of the plan finds them at hand.
  service.store().ForgetCalls();
  EXPECT_NE(service.RenderChunk(ChunkOf(plan, 1)).sha256, chunk.sha256);
  EXPECT_THAT(service.store().KeysOf("Download"), IsEmpty());
  EXPECT_THAT(service.WorkLeft("plan"), SizeIs(1));
}

TEST(ActionsWithoutACache, FetchAPlanForEveryChunk) {
  RenderServiceOptions options;
  options.plan_cache_bytes = 0;
  ServiceFixture service(std::move(options));
  for (const PlanProtocol protocol : {PlanProtocol::kV1, PlanProtocol::kV2}) {
    const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(12), protocol, 6));
    service.RenderChunk(ChunkOf(plan, 0));
    EXPECT_THAT(service.WorkLeft("plan"), IsEmpty());
    service.store().ForgetCalls();
    service.RenderChunk(ChunkOf(plan, 1));
    EXPECT_THAT(service.store().KeysOf("Download"), Not(IsEmpty()));
  }
}

TEST(TheCacheOfPlans, ForgetsTheOneThatWasUsedLongestAgo) {
  const auto plan_of = [](ServiceFixture& service, const std::string& name) {
    const std::string prefix = "renders/" + name + "/";
    return service.Plan(PlanOf(service.PutTestCard(12), PlanProtocol::kV2, 6, prefix));
  };
  const auto render = [](ServiceFixture& service, const PlanResult& plan) {
    service.store().ForgetCalls();
    service.RenderChunk(ChunkOf(plan, 0));
    return !service.store().KeysOf("Download").empty();  // whether it had to be fetched
  };
  std::uint64_t bytes = 0;  // of one plan
  {
    ServiceFixture service;
    render(service, plan_of(service, "a"));
    const auto left = service.WorkLeft("plan");
    ASSERT_THAT(left, SizeIs(1));
    for (const auto& entry : fs::recursive_directory_iterator(service.scratch() / "work")) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
  }
  RenderServiceOptions options;
  options.plan_cache_bytes = bytes * 5 / 2;
  ServiceFixture service(std::move(options));
  const PlanResult a = plan_of(service, "a"), b = plan_of(service, "b"), c = plan_of(service, "c");
  EXPECT_TRUE(render(service, a));
  EXPECT_TRUE(render(service, b));
  EXPECT_FALSE(render(service, a));
  EXPECT_TRUE(render(service, c));
  EXPECT_THAT(service.WorkLeft("plan"), SizeIs(2));
  EXPECT_FALSE(render(service, a));
  EXPECT_TRUE(render(service, b));
}

// Old planners of v1 put the sound beside the plan.
TEST(ActionsOfV1, FetchTheSoundThatLiesBesideThePlan) {
  ServiceFixture service;
  const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(12), PlanProtocol::kV1, 12));
  const RenderChunkResult chunk = service.RenderChunk(ChunkOf(plan, 0));
  const GcsUri output{kRenders, "renders/r1/output.mp4"};
  AssembleEvent event = AssembleOf(plan, {chunk.chunk}, output);
  const std::int64_t silent = service.Assemble(event).file_size;

  const GcsUri sound{kRenders, "renders/r1/audio.m4a"};
  std::get<V1AssembleSource>(event.source).audio = sound;
  const ServiceAnswer missing = service.Post(event);
  EXPECT_EQ(missing.error(), "NOT_FOUND");
  EXPECT_THAT(missing.message(), HasSubstr(sound.key));

  const fs::path file = service.scratch() / "audio.m4a";
  auto writer = SoundWriter::Create(file);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE((*writer)->Write(std::vector<float>(48000 * 2 / 2, 0.0F)));
  ASSERT_TRUE((*writer)->Finish());
  service.PutObject(sound, FileContent(file));
  EXPECT_GT(service.Assemble(event).file_size, silent);
  EXPECT_THAT(service.Object(output), HasSubstr("mp4a"));
}

// Duplicate deliveries are a fact of the platform.
TEST_P(Actions, MayComeTwiceAtOnce) {
  const GcsUri project = service_.PutTestCard(40);
  const PlanEvent plan_event = PlanOf(project, GetParam(), 40);
  std::vector<PlanResult> plans(3);
  const auto at_once = [](const std::function<void(std::size_t)>& act) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 3; ++i) threads.emplace_back([&act, i] { act(i); });
    for (std::thread& thread : threads) thread.join();
  };
  at_once([&](std::size_t i) { plans[i] = service_.Plan(plan_event); });
  EXPECT_EQ(plans[1].plan_hash, plans[0].plan_hash);
  EXPECT_EQ(plans[2].plan_hash, plans[0].plan_hash);

  std::vector<RenderChunkResult> chunks(3);
  at_once([&](std::size_t i) { chunks[i] = service_.RenderChunk(ChunkOf(plans[0], 0)); });
  EXPECT_EQ(chunks[1].sha256, chunks[0].sha256);
  EXPECT_EQ(chunks[2].sha256, chunks[0].sha256);
  EXPECT_EQ(Sha256Hex(service_.Object(chunks[0].chunk)), chunks[0].sha256);
  EXPECT_THAT(service_.WorkLeft("request"), IsEmpty());
}

TEST(ActionsInOrder, WaitForTheirTurn) {
  RenderServiceOptions options;
  options.concurrency = 1;
  ServiceFixture service(std::move(options));
  const PlanResult plan = service.Plan(PlanOf(service.PutTestCard(20), PlanProtocol::kV2, 10));
  std::atomic<int> at_work{0}, most{0};
  service.store().SetHook([&](std::string_view call, const GcsUri&) -> Status {
    if (call != "Upload") return Ok();
    most = std::max(most.load(), ++at_work);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    --at_work;
    return Ok();
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] { service.RenderChunk(ChunkOf(plan, i % 2)); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace hyperlocal::testing
