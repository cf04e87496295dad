#include "engine/wire/render_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/json/canonical_json.h"
#include "tests/support/wire_generators.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kHash(64, 'a');

json Config() {
  return {{"fps", 30}, {"width", 640}, {"height", 360}, {"format", "mp4"}};
}

json Plan() {
  return {{"Action", "plan"},
          {"ProjectGcsUri", "gs://b/sites/1/project.tar.gz"},
          {"PlanOutputGcsPrefix", "gs://b/renders/1/"},
          {"Config", Config()}};
}

json ChunkV1() {
  return {{"Action", "renderChunk"},
          {"PlanProtocol", "v1"},
          {"PlanGcsUri", "gs://b/renders/1/plan.tar.gz"},
          {"PlanHash", kHash},
          {"ChunkIndex", 3},
          {"ChunkOutputGcsPrefix", "gs://b/renders/1/"},
          {"Format", "webm"}};
}

json ChunkV2() {
  return {{"Action", "renderChunk"},
          {"PlanV2ManifestGcsUri", "gs://b/renders/1/v2/manifest.json"},
          {"PlanV2ArtifactGcsPrefix", "gs://b/renders/1/v2/artifacts/sha256"},
          {"PlanHash", kHash},
          {"ChunkIndex", 3},
          {"ChunkOutputGcsPrefix", "gs://b/renders/1/"},
          {"Format", "mov"}};
}

json AssembleV1() {
  return {{"Action", "assemble"},
          {"PlanProtocol", "v1"},
          {"PlanGcsUri", "gs://b/renders/1/plan.tar.gz"},
          {"ChunkGcsUris", {"gs://b/c/0000.mp4", "gs://b/c/0001.mp4"}},
          {"AudioGcsUri", nullptr},
          {"OutputGcsUri", "gs://b/out.mp4"},
          {"Format", "mp4"}};
}

json AssembleV2() {
  return {{"Action", "assemble"},
          {"PlanProtocol", "v2"},
          {"PlanV2ManifestGcsUri", "gs://b/renders/1/v2/manifest.json"},
          {"PlanV2ArtifactGcsPrefix", "gs://b/renders/1/v2/artifacts/sha256"},
          {"PlanHash", kHash},
          {"ChunkGcsUris", {"gs://b/c/0000.tar.gz"}},
          {"AudioGcsUri", nullptr},
          {"OutputGcsUri", "gs://b/out"},
          {"Format", "png-sequence"},
          {"Cfr", true}};
}

json With(json event, const json& fields) {
  event.update(fields);
  return event;
}

json Without(json event, const char* field) {
  event.erase(field);
  return event;
}

Result<RenderEvent> Parse(const json& body) {
  return ParseRenderEvent(CanonicalJson(body).value());
}

template <typename Event>
Event Parsed(const json& body) {
  auto event = Parse(body);
  if (!event) {
    ADD_FAILURE() << event.error().message;
    std::abort();
  }
  return std::get<Event>(*std::move(event));
}

// "BAD_REQUEST: what is wrong", or "valid".
std::string Outcome(const Result<RenderEvent>& event) {
  if (event) return "valid";
  return std::string(event.error().spec().wire) + ": " + event.error().message;
}

TEST(RenderEvent, ReadsAPlan) {
  const auto event = Parsed<PlanEvent>(Plan());
  EXPECT_EQ(event, (PlanEvent{PlanProtocol::kV2, GcsUri{"b", "sites/1/project.tar.gz"},
                              GcsUri{"b", "renders/1/"}, WireConfig::Of(Config()).value()}));
  EXPECT_EQ(Parsed<PlanEvent>(With(Plan(), {{"PlanProtocol", "v1"}})).protocol, PlanProtocol::kV1);
}

TEST(RenderEvent, ReadsAChunkOfEitherProtocol) {
  const V1Locator v1{GcsUri{"b", "renders/1/plan.tar.gz"}};
  EXPECT_EQ(Parsed<RenderChunkEvent>(ChunkV1()),
            (RenderChunkEvent{v1, kHash, 3, GcsUri{"b", "renders/1/"}, OutputFormat::kWebm}));
  const V2Locator v2{GcsUri{"b", "renders/1/v2/manifest.json"},
                     GcsUri{"b", "renders/1/v2/artifacts/sha256"}};
  EXPECT_EQ(Parsed<RenderChunkEvent>(ChunkV2()),
            (RenderChunkEvent{v2, kHash, 3, GcsUri{"b", "renders/1/"}, OutputFormat::kMov}));
}

TEST(RenderEvent, ReadsAnAssemblyOfEitherProtocol) {
  const auto v1 = Parsed<AssembleEvent>(AssembleV1());
  EXPECT_EQ(v1.source, decltype(v1.source)(V1AssembleSource{
                           V1Locator{GcsUri{"b", "renders/1/plan.tar.gz"}}, std::nullopt}));
  EXPECT_EQ(v1.chunks, (std::vector{GcsUri{"b", "c/0000.mp4"}, GcsUri{"b", "c/0001.mp4"}}));
  EXPECT_EQ(v1.output, (GcsUri{"b", "out.mp4"}));
  EXPECT_FALSE(v1.cfr);
  const auto v2 = Parsed<AssembleEvent>(AssembleV2());
  EXPECT_EQ(std::get<V2AssembleSource>(v2.source).plan_hash, kHash);
  EXPECT_EQ(v2.format, OutputFormat::kPngSequence);
  EXPECT_TRUE(v2.cfr);
  const auto with_audio =
      Parsed<AssembleEvent>(With(AssembleV1(), {{"AudioGcsUri", "gs://b/audio.aac"}}));
  EXPECT_EQ(std::get<V1AssembleSource>(with_audio.source).audio, (GcsUri{"b", "audio.aac"}));
}

TEST(RenderEvent, ReadsNumbersAndKeysAsJavaScriptDoes) {
  const auto chunk = [](const std::string& members) {
    std::string text = CanonicalJson(Without(ChunkV2(), "ChunkIndex")).value();
    text.replace(text.size() - 1, 1, "," + members + "}");
    return ParseRenderEvent(text);
  };
  EXPECT_EQ(std::get<RenderChunkEvent>(*chunk(R"("ChunkIndex":30.0)")).chunk_index, 30);
  EXPECT_EQ(std::get<RenderChunkEvent>(*chunk(R"("ChunkIndex":3e1)")).chunk_index, 30);
  EXPECT_EQ(std::get<RenderChunkEvent>(*chunk(R"("ChunkIndex":-0)")).chunk_index, 0);
  EXPECT_EQ(std::get<RenderChunkEvent>(*chunk(R"("ChunkIndex":"x","ChunkIndex":1)")).chunk_index,
            1);
  EXPECT_FALSE(chunk(R"("ChunkIndex":1,"ChunkIndex":"x")"));
  EXPECT_FALSE(chunk(R"("ChunkIndex":1e999)"));
}

TEST(RenderEvent, IgnoresWhatItDoesNotKnow) {
  const json unknown = {{"Locale", "en"}, {"PlanGcsUri", nullptr}, {"Payload", {{"Action", "x"}}}};
  EXPECT_EQ(Parsed<RenderChunkEvent>(With(ChunkV2(), unknown)),
            Parsed<RenderChunkEvent>(ChunkV2()));
  // A plan has no locators to mix, and only v2 tells assemble the hash.
  EXPECT_EQ(Parsed<PlanEvent>(With(Plan(), {{"PlanGcsUri", "gs://b/x"}})),
            Parsed<PlanEvent>(Plan()));
  EXPECT_EQ(Parsed<AssembleEvent>(With(AssembleV1(), {{"PlanHash", 1}})),
            Parsed<AssembleEvent>(AssembleV1()));
}

struct Case {
  std::string name;
  json body;
  std::string outcome;  // its beginning
};

TEST(RenderEvent, ProtocolsDoNotMix) {
  const std::string chunk_v1 =
      "PLAN_PROTOCOL_UNSUPPORTED: RenderChunkEvent of PlanProtocol v1 must have PlanGcsUri, and "
      "neither PlanV2ManifestGcsUri nor PlanV2ArtifactGcsPrefix";
  const std::string chunk_v2 =
      "PLAN_PROTOCOL_UNSUPPORTED: RenderChunkEvent of PlanProtocol v2 must have "
      "PlanV2ManifestGcsUri and PlanV2ArtifactGcsPrefix, and no PlanGcsUri";
  const std::string audio =
      "PLAN_PROTOCOL_UNSUPPORTED: AssembleEvent.AudioGcsUri must be null in PlanProtocol v2";
  const std::vector<Case> cases = {
      {"unknown protocol", With(Plan(), {{"PlanProtocol", "v3"}}),
       "PLAN_PROTOCOL_UNSUPPORTED: PlanEvent.PlanProtocol must be v1, v2 or absent; got \"v3\""},
      {"capital protocol", With(ChunkV2(), {{"PlanProtocol", "V2"}}),
       "PLAN_PROTOCOL_UNSUPPORTED: RenderChunkEvent.PlanProtocol"},
      {"protocol null", With(AssembleV2(), {{"PlanProtocol", nullptr}}),
       "PLAN_PROTOCOL_UNSUPPORTED: AssembleEvent.PlanProtocol must be v1, v2 or absent; got null"},
      {"protocol a number", With(Plan(), {{"PlanProtocol", 2}}),
       "PLAN_PROTOCOL_UNSUPPORTED: PlanEvent.PlanProtocol must be v1, v2 or absent; got 2"},
      {"v1 without its locator", Without(ChunkV1(), "PlanGcsUri"), chunk_v1},
      {"v1 with a manifest", With(ChunkV1(), {{"PlanV2ManifestGcsUri", "gs://b/m"}}), chunk_v1},
      {"v1 with a prefix", With(ChunkV1(), {{"PlanV2ArtifactGcsPrefix", ""}}), chunk_v1},
      {"v1 with a locator that is no text", With(ChunkV1(), {{"PlanGcsUri", 1}}), chunk_v1},
      {"v1 locators by default", Without(ChunkV1(), "PlanProtocol"), chunk_v2},
      {"v2 without a manifest", Without(ChunkV2(), "PlanV2ManifestGcsUri"), chunk_v2},
      {"v2 without a prefix", With(ChunkV2(), {{"PlanV2ArtifactGcsPrefix", nullptr}}), chunk_v2},
      {"v2 with an archive", With(ChunkV2(), {{"PlanGcsUri", ""}}), chunk_v2},
      {"v2 with audio", With(AssembleV2(), {{"AudioGcsUri", "gs://b/a"}}), audio},
      {"v2 without saying that there is no audio", Without(AssembleV2(), "AudioGcsUri"), audio},
      {"locators before audio",
       With(Without(AssembleV2(), "AudioGcsUri"), {{"PlanGcsUri", "gs://b/x"}}),
       "PLAN_PROTOCOL_UNSUPPORTED: AssembleEvent of PlanProtocol v2"},
      {"protocol before the other fields",
       With(Plan(), {{"PlanProtocol", "v0"}, {"Config", 1}, {"ProjectGcsUri", 1}}),
       "PLAN_PROTOCOL_UNSUPPORTED: PlanEvent.PlanProtocol"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(Outcome(Parse(each.body)), StartsWith(each.outcome)) << each.name;
  }
}

TEST(RenderEvent, NamesTheFieldThatIsMissingOrMistyped) {
  const std::vector<Case> cases = {
      {"no project", Without(Plan(), "ProjectGcsUri"),
       "BAD_REQUEST: PlanEvent.ProjectGcsUri must be a URI like gs://bucket/key, and is missing"},
      {"project a number", With(Plan(), {{"ProjectGcsUri", 1}}),
       "BAD_REQUEST: PlanEvent.ProjectGcsUri must be a URI like gs://bucket/key; got 1"},
      {"project on another cloud", With(Plan(), {{"ProjectGcsUri", "s3://b/k"}}),
       "BAD_REQUEST: PlanEvent.ProjectGcsUri must be a URI like gs://bucket/key, and does not "
       "begin with gs://; got \"s3://b/k\""},
      {"prefix without a key", With(Plan(), {{"PlanOutputGcsPrefix", "gs://b/"}}),
       "BAD_REQUEST: PlanEvent.PlanOutputGcsPrefix must be a URI like gs://bucket/key, and names "
       "nothing within the bucket"},
      {"no config", Without(Plan(), "Config"),
       "InvalidConfigError: [validateConfig] config: must be an object"},
      {"bad config", With(Plan(), {{"Config", With(Config(), {{"fps", 25}})}}),
       "InvalidConfigError: [validateConfig] config.fps: must be one of 24, 30, 60; got 25"},
      {"locator empty", With(ChunkV1(), {{"PlanGcsUri", ""}}),
       "BAD_REQUEST: RenderChunkEvent.PlanGcsUri must be a URI"},
      {"no hash", Without(ChunkV1(), "PlanHash"),
       "BAD_REQUEST: RenderChunkEvent.PlanHash must be a SHA-256 in 64 lower-case hexadecimal "
       "digits, and is missing"},
      {"short hash", With(ChunkV2(), {{"PlanHash", "abc"}}),
       "BAD_REQUEST: RenderChunkEvent.PlanHash must be a SHA-256 in 64 lower-case hexadecimal "
       "digits; got \"abc\""},
      {"capital hash", With(ChunkV2(), {{"PlanHash", std::string(64, 'A')}}),
       "BAD_REQUEST: RenderChunkEvent.PlanHash"},
      {"no index", Without(ChunkV2(), "ChunkIndex"),
       "BAD_REQUEST: RenderChunkEvent.ChunkIndex must be a whole number from 0, and is missing"},
      {"index text", With(ChunkV2(), {{"ChunkIndex", "3"}}),
       "BAD_REQUEST: RenderChunkEvent.ChunkIndex must be a whole number from 0; got \"3\""},
      {"index true", With(ChunkV2(), {{"ChunkIndex", true}}),
       "BAD_REQUEST: RenderChunkEvent.ChunkIndex must be a whole number from 0; got true"},
      {"index negative", With(ChunkV2(), {{"ChunkIndex", -1}}),
       "BAD_REQUEST: RenderChunkEvent.ChunkIndex must be a whole number from 0; got -1"},
      {"index broken", With(ChunkV2(), {{"ChunkIndex", 0.5}}),
       "BAD_REQUEST: RenderChunkEvent.ChunkIndex must be a whole number from 0; got 0.5"},
      {"index huge", With(ChunkV2(), {{"ChunkIndex", 2147483648}}),
       "BAD_REQUEST: RenderChunkEvent.ChunkIndex must be a whole number from 0 to 2147483647"},
      {"no output prefix", Without(ChunkV2(), "ChunkOutputGcsPrefix"),
       "BAD_REQUEST: RenderChunkEvent.ChunkOutputGcsPrefix"},
      {"unknown format", With(ChunkV2(), {{"Format", "gif"}}),
       "BAD_REQUEST: RenderChunkEvent.Format must be one of mp4, mov, png-sequence, webm; got "
       "\"gif\""},
      {"no chunks", Without(AssembleV1(), "ChunkGcsUris"),
       "BAD_REQUEST: AssembleEvent.ChunkGcsUris must be an array of at least one gs:// URI, and is "
       "missing"},
      {"empty chunks", With(AssembleV1(), {{"ChunkGcsUris", json::array()}}),
       "BAD_REQUEST: AssembleEvent.ChunkGcsUris must be an array of at least one gs:// URI"},
      {"chunks an object", With(AssembleV1(), {{"ChunkGcsUris", {{"0", "gs://b/0"}}}}),
       "BAD_REQUEST: AssembleEvent.ChunkGcsUris must be an array of at least one gs:// URI"},
      {"a chunk empty", With(AssembleV2(), {{"ChunkGcsUris", {"gs://b/0", ""}}}),
       "BAD_REQUEST: AssembleEvent.ChunkGcsUris[1] must be a URI like gs://bucket/key, and does "
       "not begin with gs://; got \"\""},
      {"a chunk null", With(AssembleV2(), {{"ChunkGcsUris", {nullptr}}}),
       "BAD_REQUEST: AssembleEvent.ChunkGcsUris[0] must be a URI like gs://bucket/key; got null"},
      {"audio a number", With(AssembleV1(), {{"AudioGcsUri", 1}}),
       "BAD_REQUEST: AssembleEvent.AudioGcsUri must be a URI"},
      {"no output", Without(AssembleV2(), "OutputGcsUri"),
       "BAD_REQUEST: AssembleEvent.OutputGcsUri must be a URI"},
      {"assembly without a hash", Without(AssembleV2(), "PlanHash"),
       "BAD_REQUEST: AssembleEvent.PlanHash"},
      {"assembly without a format", Without(AssembleV2(), "Format"),
       "BAD_REQUEST: AssembleEvent.Format"},
      {"cfr text", With(AssembleV2(), {{"Cfr", "true"}}),
       "BAD_REQUEST: AssembleEvent.Cfr must be true or false; got \"true\""},
      {"cfr a number", With(AssembleV1(), {{"Cfr", 1}}),
       "BAD_REQUEST: AssembleEvent.Cfr must be true or false; got 1"},
      {"URIs before the rest",
       With(ChunkV2(), {{"ChunkOutputGcsPrefix", "x"}, {"PlanHash", 1}, {"ChunkIndex", -1}}),
       "BAD_REQUEST: RenderChunkEvent.ChunkOutputGcsPrefix"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(Outcome(Parse(each.body)), StartsWith(each.outcome)) << each.name;
  }
}

TEST(RenderEvent, AbsentOrNullAudioAndCfrAreNone) {
  EXPECT_EQ(Parsed<AssembleEvent>(Without(AssembleV1(), "AudioGcsUri")),
            Parsed<AssembleEvent>(AssembleV1()));
  EXPECT_EQ(Parsed<AssembleEvent>(With(AssembleV1(), {{"Cfr", nullptr}})),
            Parsed<AssembleEvent>(AssembleV1()));
}

json Wrapped(json event, int envelopes, const char* name = "Payload") {
  for (int i = 0; i < envelopes; ++i) event = json{{name, event}};
  return event;
}

TEST(RenderEvent, IsFoundInFourEnvelopesAndNoMore) {
  EXPECT_EQ(Parsed<PlanEvent>(Wrapped(Plan(), 4)), Parsed<PlanEvent>(Plan()));
  EXPECT_EQ(Parsed<PlanEvent>(Wrapped(Wrapped(Plan(), 2, "Input"), 2)), Parsed<PlanEvent>(Plan()));
  EXPECT_THAT(Outcome(Parse(Wrapped(Plan(), 5))),
              StartsWith("BAD_REQUEST: the request must be a JSON object whose Action is plan, "
                         "renderChunk or assemble, or such an object in at most 4 envelopes"));
}

TEST(RenderEvent, TheOutermostKnownActionWinsAndPayloadGoesBeforeInput) {
  const json plan = Plan();
  EXPECT_EQ(Parsed<PlanEvent>(With(plan, {{"Payload", ChunkV1()}})), Parsed<PlanEvent>(plan));
  EXPECT_EQ(Parsed<PlanEvent>({{"Payload", plan}, {"Input", ChunkV1()}}), Parsed<PlanEvent>(plan));
  EXPECT_EQ(Parsed<PlanEvent>({{"Action", "other"}, {"Input", plan}}), Parsed<PlanEvent>(plan));
  EXPECT_EQ(Parsed<PlanEvent>({{"Action", 1}, {"Payload", plan}}), Parsed<PlanEvent>(plan));
  // A Payload that is null is there all the same.
  EXPECT_FALSE(Parse({{"Payload", nullptr}, {"Input", plan}}));
  EXPECT_FALSE(Parse({{"payload", plan}}));
}

TEST(RenderEvent, ABodyWithoutAKnownActionIsABadRequest) {
  for (const json& body : std::vector<json>{nullptr,
                                            1,
                                            "plan",
                                            json::array(),
                                            json::object(),
                                            json::array({Plan()}),
                                            With(Plan(), {{"Action", "Plan"}}),
                                            With(Plan(), {{"Action", json::array({"plan"})}}),
                                            {{"Payload", CanonicalJson(Plan()).value()}},
                                            {{"Payload", json::array({Plan()})}}}) {
    EXPECT_THAT(Outcome(Parse(body)), StartsWith("BAD_REQUEST: the request must be")) << body;
  }
  EXPECT_THAT(Outcome(Parse(With(Plan(), {{"Action", "Plan"}}))), HasSubstr("got the Action Plan"));
}

TEST(RenderEvent, ABodyThatIsNotJsonIsABadRequest) {
  for (const char* body : {"", "plan", "{", "{\"Action\":\"plan\",}", "\xff", "{}{}"}) {
    EXPECT_THAT(Outcome(ParseRenderEvent(body)), StartsWith("BAD_REQUEST: the request body: not"))
        << body;
  }
  EXPECT_THAT(Outcome(ParseRenderEvent(std::string(100'000, '['))), StartsWith("BAD_REQUEST: "));
  EXPECT_TRUE(ParseRenderEvent("\xEF\xBB\xBF" + CanonicalJson(Plan()).value()));
}

TEST(RenderEvent, IsWrittenInThePublishedOrder) {
  EXPECT_EQ(ToJson(Parse(Plan()).value()).value(),
            R"({"Action":"plan","PlanProtocol":"v2",)"
            R"("ProjectGcsUri":"gs://b/sites/1/project.tar.gz",)"
            R"("PlanOutputGcsPrefix":"gs://b/renders/1/",)"
            R"("Config":{"format":"mp4","fps":30,"height":360,"width":640}})");
  EXPECT_EQ(ToJson(Parse(ChunkV1()).value()).value(),
            R"({"Action":"renderChunk","PlanProtocol":"v1","ChunkIndex":3,)"
            R"("PlanGcsUri":"gs://b/renders/1/plan.tar.gz","PlanHash":")" +
                kHash + R"(","ChunkOutputGcsPrefix":"gs://b/renders/1/","Format":"webm"})");
  EXPECT_EQ(ToJson(Parse(AssembleV2()).value()).value(),
            R"({"Action":"assemble","PlanProtocol":"v2",)"
            R"("PlanV2ManifestGcsUri":"gs://b/renders/1/v2/manifest.json",)"
            R"("PlanV2ArtifactGcsPrefix":"gs://b/renders/1/v2/artifacts/sha256","PlanHash":")" +
                kHash +
                R"(","ChunkGcsUris":["gs://b/c/0000.tar.gz"],"AudioGcsUri":null,)"
                R"("OutputGcsUri":"gs://b/out","Format":"png-sequence","Cfr":true})");
}

TEST(RenderEvent, AStringThatIsNoTextCannotBeWrittenAndIsNamed) {
  auto event = Parsed<RenderChunkEvent>(ChunkV1());
  event.output_prefix.key = "\xff";
  const auto text = ToJson(event);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::kInvalidJson);
  EXPECT_THAT(text.error().message, StartsWith("RenderChunkEvent.ChunkOutputGcsPrefix: "));
}

TEST(RenderEvent, NamesItsAction) {
  EXPECT_EQ(ActionOf(Parse(Plan()).value()), "plan");
  EXPECT_EQ(ActionOf(Parse(ChunkV1()).value()), "renderChunk");
  EXPECT_EQ(ActionOf(Parse(AssembleV1()).value()), "assemble");
}

RC_GTEST_PROP(RenderEvent, ReadsBackWhatWasWritten, ()) {
  const RenderEvent event = *testing::RenderEvents();
  const auto read = ParseRenderEvent(ToJson(event).value());
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == event);
}

RC_GTEST_PROP(RenderEvent, IsTheSameInAnyEnvelopeThatIsAllowed, ()) {
  const RenderEvent event = *testing::RenderEvents();
  json body = ParseJson(ToJson(event).value(), "t").value();
  const int envelopes = *rc::gen::inRange(0, kEnvelopeLimit + 1);
  for (int i = 0; i < envelopes; ++i) {
    json envelope = json::object();
    const bool payload = *rc::gen::arbitrary<bool>();
    // Beside the event lies what must not count: any member, an unknown Action, an Input that is
    // not looked at.
    envelope["x" + testing::AnyText()] = (*testing::JsonSamples(1)).value;
    if (*rc::gen::arbitrary<bool>()) envelope["Action"] = "x" + testing::AnyText();
    if (payload) envelope["Input"] = (*testing::JsonSamples(1)).value;
    envelope[payload ? "Payload" : "Input"] = std::move(body);
    body = std::move(envelope);
  }
  const auto read = Parse(body);
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == event);
}

bool IsOfTheWire(ErrorCode code) {
  return code == ErrorCode::kBadRequest || code == ErrorCode::kPlanProtocolUnsupported ||
         code == ErrorCode::kInvalidConfig;
}

RC_GTEST_PROP(RenderEvent, AnyOtherJsonIsATypedError, ()) {
  const auto read = Parse((*testing::JsonSamples()).value);
  RC_ASSERT(!read.has_value());
  RC_ASSERT(read.error().code == ErrorCode::kBadRequest);
}

RC_GTEST_PROP(RenderEvent, ADamagedEventIsStillOneOrATypedError, ()) {
  const json body = ParseJson(ToJson(*testing::RenderEvents()).value(), "t").value();
  const auto read = Parse(testing::WithOneMemberDamaged(body));
  if (read) {
    RC_ASSERT(ParseRenderEvent(ToJson(*read).value()).value() == *read);
  } else {
    RC_ASSERT(IsOfTheWire(read.error().code));
    RC_ASSERT(!read.error().message.empty());
  }
}

RC_GTEST_PROP(RenderEvent, DamagedTextIsStillAnEventOrATypedError, ()) {
  std::string text = ToJson(*testing::RenderEvents()).value();
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = static_cast<char>(*rc::gen::inRange(0, 256));
  const auto read = ParseRenderEvent(text);
  if (!read) RC_ASSERT(IsOfTheWire(read.error().code));
}

}  // namespace
}  // namespace hyperlocal
