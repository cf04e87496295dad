#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/archive/archive_reader.h"
#include "engine/archive/archive_writer.h"
#include "engine/error/error.h"
#include "engine/plan/plan_directory.h"
#include "engine/plan/plan_manifest.h"
#include "tests/service/service_fixture.h"
#include "tests/support/file_content.h"
#include "tests/support/tar_samples.h"

// What the service does not do, and how it says so.

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Refusals : public ::testing::Test {
 protected:
  ~Refusals() override { EXPECT_THAT(service_.WorkLeft("request"), IsEmpty()); }

  PlanResult PlanCard(PlanProtocol protocol, const std::string& prefix = "renders/r1/") {
    return service_.Plan(PlanOf(service_.PutTestCard(12), protocol, 6, prefix));
  }
  void ExpectRefused(const ServiceAnswer& answer, ErrorCode code, const std::string& says) {
    const ErrorSpec& spec = SpecOf(code);
    EXPECT_EQ(answer.error(), spec.wire) << answer.body;
    EXPECT_EQ(answer.status, spec.http_status);
    EXPECT_THAT(answer.message(), HasSubstr(says));
  }
  // The plan of v1 in the bucket, unpacked.
  fs::path Unpack(const PlanResult& plan) {
    const fs::path archive = service_.scratch() / "plan.tar.gz";
    PutFile(archive, service_.Object(std::get<V1Locator>(plan.plan).archive));
    EXPECT_TRUE(ExtractTarGz(archive, service_.scratch() / "plan", {}));
    return service_.scratch() / "plan";
  }
  void PackAgain(const fs::path& plan, const PlanResult& result) {
    const fs::path archive = service_.scratch() / "again.tar.gz";
    ASSERT_TRUE(PackTarGz(plan, archive, Durability::kUnsynced));
    service_.PutObject(std::get<V1Locator>(result.plan).archive, FileContent(archive));
  }

  ServiceFixture service_;
};

TEST_F(Refusals, AnswerEveryErrorByTheTable) {
  const PlanEvent event = PlanOf(service_.PutTestCard(12), PlanProtocol::kV2, 6);
  for (const ErrorSpec& spec : kErrorTable) {
    service_.store().SetHook([&spec](std::string_view, const GcsUri&) -> Status {
      return Error{spec.code, "as the test has it"};
    });
    const ServiceAnswer answer = service_.Post(event);
    EXPECT_EQ(answer.error(), spec.wire);
    EXPECT_EQ(answer.status, spec.retryable ? 500 : 400) << spec.wire;
    EXPECT_EQ(answer.message(), "as the test has it");
  }
}

TEST_F(Refusals, NeedARequestThatCanBeRead) {
  ExpectRefused(service_.Post("plan, please"), ErrorCode::kBadRequest, "JSON");
  ExpectRefused(service_.Post(""), ErrorCode::kBadRequest, "JSON");
  ExpectRefused(service_.Post(R"({"Action":"dance"})"), ErrorCode::kBadRequest, "dance");
  ExpectRefused(service_.Post(std::string((5 << 20), ' ')), ErrorCode::kBadRequest, "4194304");
  ExpectRefused(service_.Post(R"({"Action":"plan","ProjectGcsUri":"gs://renders"})"),
                ErrorCode::kBadRequest, "PlanEvent.ProjectGcsUri");
  const std::string inner = R"({"Action":"plan","PlanProtocol":"v3"})";
  ExpectRefused(service_.Post(R"({"Payload":{"Input":)" + inner + "}}"),
                ErrorCode::kPlanProtocolUnsupported, "v3");
}

TEST_F(Refusals, KeepToTheBucket) {
  const PlanResult plan = PlanCard(PlanProtocol::kV2);
  service_.store().ForgetCalls();
  PlanEvent planning = PlanOf({kOther, "a"}, PlanProtocol::kV2, 6);
  ExpectRefused(service_.Post(planning), ErrorCode::kGcsUriNotAllowed, "PlanEvent.ProjectGcsUri");
  RenderChunkEvent chunk = ChunkOf(plan, 0);
  chunk.output_prefix.bucket = kOther;
  ExpectRefused(service_.Post(chunk), ErrorCode::kGcsUriNotAllowed, "ChunkOutputGcsPrefix");
  AssembleEvent assembling = AssembleOf(plan, {{kRenders, "0"}, {kOther, "1"}}, {kRenders, "o"});
  ExpectRefused(service_.Post(assembling), ErrorCode::kGcsUriNotAllowed, "ChunkGcsUris[1]");
  EXPECT_THAT(service_.store().KeysOf("Download"), IsEmpty());
}

TEST_F(Refusals, OfHttp) {
  HttpClient client{HttpClientOptions{}};
  const auto ask = [&](const char* method, const char* path) {
    HttpExchange exchange;
    exchange.method = method;
    exchange.url = service_.server().base_url() + path;
    return std::get<HttpReply>(client.Exchange(exchange));
  };
  EXPECT_EQ(ask("GET", "/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(ask("POST", "/render").status, 404);
  EXPECT_EQ(ask("GET", "/").status, 405);
  EXPECT_EQ(ask("GET", "/").headers.Get("Allow"), "POST");
}

TEST_F(Refusals, VerifyTheHashOfAPlan) {
  for (const PlanProtocol protocol : {PlanProtocol::kV1, PlanProtocol::kV2}) {
    RenderChunkEvent chunk = ChunkOf(PlanCard(protocol), 0);
    const std::string right = chunk.plan_hash;
    chunk.plan_hash = std::string(64, 'a');
    const ServiceAnswer answer = service_.Post(chunk);
    ExpectRefused(answer, ErrorCode::kPlanHashMismatch, right);
    EXPECT_THAT(answer.message(), HasSubstr(chunk.plan_hash));
  }
}

// Whoever may write to the bucket must not get a browser of ours to open what nobody planned.
TEST_F(Refusals, BelieveNoPlanOfV1BeforeABrowserStarts) {
  ::setenv("PRODUCER_HEADLESS_SHELL_PATH", "/nonexistent/chrome", 1);
  const PlanResult result = PlanCard(PlanProtocol::kV1);
  const fs::path root = Unpack(result);
  // A page now, and no test card.
  fs::remove(root / "compiled/testcard.json");
  PutFile(root / "compiled/index.html", "<script>alert('mine')</script>");
  PackAgain(root, result);
  ExpectRefused(service_.Post(ChunkOf(result, 0)), ErrorCode::kPlanHashMismatch, "");
  // A mark that vouches for it is no use.
  PutFile(root / ".hyperframes-plan-v2.json", R"({"manifest":{},"target":{}})");
  PackAgain(root, result);
  ExpectRefused(service_.Post(ChunkOf(result, 0)), ErrorCode::kPlanHashMismatch, "");
  // Honestly planned, the same page would have been opened.
  fs::remove(root / ".hyperframes-plan-v2.json");
  auto honest = ReadPlanDirectory(root);
  ASSERT_TRUE(honest) << honest.error().message;
  ASSERT_TRUE(FreezePlanDirectory(*honest, kDefaultPlanSizeLimitBytes));
  PackAgain(root, result);
  RenderChunkEvent chunk = ChunkOf(result, 0);
  chunk.plan_hash = honest->plan_hash;
  ExpectRefused(service_.Post(chunk), ErrorCode::kChromeUnavailable, "/nonexistent/chrome");
  ::unsetenv("PRODUCER_HEADLESS_SHELL_PATH");
}

TEST_F(Refusals, BelieveNoBlob) {
  const PlanResult plan = PlanCard(PlanProtocol::kV2);
  const auto& place = std::get<V2Locator>(plan.plan);
  const json manifest = json::parse(service_.Object(place.manifest));
  const std::string digest = manifest["artifacts"][0]["sha256"];
  const std::string path = manifest["artifacts"][0]["path"];
  const GcsUri blob{kRenders, place.artifact_prefix.key + "/" + digest.substr(0, 2) + "/" + digest};
  const std::string bytes = service_.Object(blob);

  service_.PutObject(blob, bytes + " ");
  ExpectRefused(service_.Post(ChunkOf(plan, 0)), ErrorCode::kPlanArtifactDigestMismatch, path);
  service_.Delete(blob);
  ExpectRefused(service_.Post(ChunkOf(plan, 0)), ErrorCode::kPlanV2IntegrityUnrecoverable, path);
  // What failed is not remembered.
  service_.PutObject(blob, bytes);
  service_.RenderChunk(ChunkOf(plan, 0));

  service_.PutObject(place.manifest, service_.Object(place.manifest) + "\n{}");
  RenderChunkEvent other = ChunkOf(plan, 0);
  other.plan_hash = std::string(64, 'b');  // not the one that is at hand
  ExpectRefused(service_.Post(other), ErrorCode::kPlanV2IntegrityUnrecoverable, "manifest.json");
}

TEST_F(Refusals, OverwriteNoOtherPlan) {
  const PlanResult plan = PlanCard(PlanProtocol::kV2);
  const GcsUri longer = service_.PutTestCard(24, "sites/other/project.tar.gz");
  ExpectRefused(service_.Post(PlanOf(longer, PlanProtocol::kV2, 6)),
                ErrorCode::kPlanArtifactDigestMismatch, "PlanOutputGcsPrefix");
  service_.RenderChunk(ChunkOf(plan, 1));  // as it was
}

TEST_F(Refusals, NameWhatAPlanDoesNotHave) {
  for (const PlanProtocol protocol : {PlanProtocol::kV1, PlanProtocol::kV2}) {
    const PlanResult plan = PlanCard(protocol);
    ExpectRefused(service_.Post(ChunkOf(plan, 2)), ErrorCode::kChunkIndexOutOfRange, "2");
    RenderChunkEvent chunk = ChunkOf(plan, 0);
    chunk.format = OutputFormat::kMov;
    ExpectRefused(service_.Post(chunk), ErrorCode::kBadRequest, "mov");
    ExpectRefused(service_.Post(AssembleOf(plan, {{kRenders, "c0"}}, {kRenders, "o.mp4"})),
                  ErrorCode::kMissingPlanArtifact, "2 chunks");
    ExpectRefused(
        service_.Post(AssembleOf(plan, {{kRenders, "c0"}, {kRenders, "c1"}}, {kRenders, "o.mp4"})),
        ErrorCode::kNotFound, "c");
  }
  EXPECT_THAT(service_.Names("o.mp4"), IsEmpty());
}

TEST_F(Refusals, UnpackNothingHostile) {
  const auto plan_of = [this](const std::string& tar) {
    const GcsUri project{kRenders, "sites/hostile/project.tar.gz"};
    service_.PutObject(project, Gzip(tar));
    return service_.Post(PlanOf(project, PlanProtocol::kV2, 6));
  };
  ExpectRefused(plan_of(TarFile("../../escaped", "x") + TarEnd()), ErrorCode::kInvalidArchive,
                "escaped");
  ExpectRefused(plan_of(TarSymbolicLink("out", "/etc") + TarFile("out/passwd", "x") + TarEnd()),
                ErrorCode::kInvalidArchive, "out");
  ExpectRefused(plan_of("no tar"), ErrorCode::kInvalidArchive, "project.tar.gz");
  ExpectRefused(plan_of(TarFile("readme.txt", "no composition") + TarEnd()), ErrorCode::kNoInput,
                "index.html");
}

TEST(RefusalsOfBombs, FillNoDisk) {
  RenderServiceOptions options;
  options.archive_limits.max_total_bytes = 1 << 20;
  ServiceFixture service(std::move(options));
  const GcsUri project{kRenders, "sites/bomb/project.tar.gz"};
  service.PutObject(project, Gzip(TarFile("big.bin", std::string(2 << 20, 'x')) + TarEnd()));
  const ServiceAnswer answer = service.Post(PlanOf(project, PlanProtocol::kV1, 6));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.error(), "INVALID_ARCHIVE");
  EXPECT_THAT(service.WorkLeft("request"), IsEmpty());
}

TEST(RefusalsInProduction, NeedABucket) {
  ServiceFixture fixture;
  RenderServiceOptions options;
  options.production = true;
  options.work_root = fixture.scratch();
  for (const std::optional<std::string>& bucket :
       {std::optional<std::string>(), std::optional<std::string>(" ")}) {
    options.allowed_bucket = bucket;
    const auto service = RenderService::Create(fixture.store(), options);
    ASSERT_FALSE(service);
    EXPECT_EQ(service.error().code, ErrorCode::kInvalidConfig);
    EXPECT_THAT(service.error().message, HasSubstr("HYPERFRAMES_RENDER_BUCKET"));
  }
  options.allowed_bucket = "*";
  EXPECT_TRUE(RenderService::Create(fixture.store(), options));
  options.allowed_bucket = "renders";
  EXPECT_TRUE(RenderService::Create(fixture.store(), options));
}

}  // namespace
}  // namespace hyperlocal::testing
