#include "adapters/gcp/sdk/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "adapters/gcp/workflows/scripted_api_test_support.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using testing::Answer;
using testing::ApiFixture;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

// Fails whoever touches it.
class NoStore : public ObjectStore {
 public:
  Result<ObjectInfo> Stat(const GcsUri&) override { return Touched(); }
  Result<ObjectInfo> Download(const GcsUri&, const std::filesystem::path&,
                              CancellationToken) override {
    return Touched();
  }
  Result<ObjectInfo> Upload(const std::filesystem::path&, const GcsUri&, const ObjectWrite&,
                            CancellationToken) override {
    return Touched();
  }
  Result<ObjectList> List(std::string_view, const ObjectListing&) override { return Touched(); }
  Status Delete(const GcsUri&, const ObjectPreconditions&) override { return Touched(); }
  Result<ObjectInfo> Compose(const std::vector<GcsUri>&, const GcsUri&,
                             const ObjectWrite&) override {
    return Touched();
  }
  Result<ObjectInfo> Copy(const GcsUri&, const GcsUri&, const ObjectPreconditions&) override {
    return Touched();
  }

 private:
  Error Touched() {
    ADD_FAILURE() << "the store was asked";
    return {ErrorCode::kIo, "the store was asked"};
  }
};

RenderToCloudRunOptions Valid() {
  RenderToCloudRunOptions options;
  options.site = SiteHandle{.site_id = "s",
                            .bucket_name = "b",
                            .project_gcs_uri = "gs://b/sites/s/project.tar.gz",
                            .bytes = 1,
                            .uploaded_at = "",
                            .uploaded = false};
  options.config_json = R"({"fps":30,"width":640,"height":360,"format":"mp4","later":{"z":1}})";
  options.bucket_name = "b";
  options.project_id = "p";
  options.location = "l";
  options.workflow_id = "w";
  options.service_url = "http://s";
  return options;
}

Error RefusalOf(const std::function<void(RenderToCloudRunOptions&)>& change) {
  NoStore store;
  ApiFixture fixture([](const HttpCall&, int) { return Answer(500, ""); });
  const auto client = ExecutionsClient::Create(fixture.options);
  RenderToCloudRunOptions options = Valid();
  change(options);
  const auto handle = RenderToCloudRun(store, **client, options);
  EXPECT_TRUE(fixture.api->calls().empty()) << "a call was made";
  EXPECT_FALSE(handle);
  return handle ? Error{} : handle.error();
}

TEST(RenderToCloudRun, SendsWhatTheDefinitionReads) {
  NoStore store;
  ApiFixture fixture([](const HttpCall&, int) {
    return Answer(200, R"({"name":"projects/p/locations/l/workflows/w/executions/e"})");
  });
  const auto client = ExecutionsClient::Create(fixture.options);
  RenderToCloudRunOptions options = Valid();
  options.render_id = "r-1";
  const auto handle = RenderToCloudRun(store, **client, options);
  ASSERT_TRUE(handle) << handle.error().message;
  EXPECT_EQ(handle->render_id, "r-1");
  EXPECT_EQ(handle->execution_name, "projects/p/locations/l/workflows/w/executions/e");
  EXPECT_EQ(handle->output_gcs_uri, "gs://b/renders/r-1/output.mp4");
  const json body = json::parse(fixture.api->calls().at(0).body);
  EXPECT_EQ(body["labels"]["hyperlocal-render"], "r-1");
  EXPECT_EQ(body["argument"],
            R"({"RenderId":"r-1","ProjectGcsUri":"gs://b/sites/s/project.tar.gz",)"
            R"("PlanOutputGcsPrefix":"gs://b/renders/r-1/",)"
            R"("OutputGcsUri":"gs://b/renders/r-1/output.mp4","ServiceUrl":"http://s",)"
            R"("Config":{"fps":30,"width":640,"height":360,"format":"mp4","later":{"z":1}},)"
            R"("PlanProtocol":"v2"})");
}

TEST(RenderToCloudRun, ChecksEverythingBeforeAnyCall) {
  EXPECT_EQ(RefusalOf([](auto& o) { o.config_json = R"({"fps":25})"; }).field, "config.fps");
  EXPECT_EQ(RefusalOf([](auto& o) { o.config_json = "{"; }).code, ErrorCode::kInvalidJson);
  const auto says = [](const std::string& text, const auto& change) {
    const Error error = RefusalOf(change);
    EXPECT_EQ(error.code, ErrorCode::kUsage);
    EXPECT_THAT(error.message, HasSubstr("[renderToCloudRun] " + text));
  };
  says("bucketName is required", [](auto& o) { o.bucket_name.clear(); });
  says("projectId is required", [](auto& o) { o.project_id.clear(); });
  says("location is required", [](auto& o) { o.location.clear(); });
  says("workflowId is required", [](auto& o) { o.workflow_id.clear(); });
  says("serviceUrl is required", [](auto& o) { o.service_url.clear(); });
  says("either siteHandle or projectDir", [](auto& o) { o.site.reset(); });
  for (const char* const id : {"", "a b", "a/b", "..", "a..b", "\xC3\xA9"}) {
    says("renderId must match", [id](auto& o) { o.render_id = id; });
  }
  for (const char* const key : {"", "/a", "..", "a\nb"}) {
    says("outputKey must be", [key](auto& o) { o.output_key = key; });
  }
  const Error large = RefusalOf([](auto& o) {
    o.config_json = R"({"fps":30,"width":640,"height":360,"format":"mp4","variables":{"t":")" +
                    std::string(524'288, 'x') + "\"}}";
  });
  EXPECT_EQ(large.code, ErrorCode::kInvalidConfig);
  EXPECT_EQ(large.field, "config");
}

TEST(RenderToCloudRun, TheOutputIsNamedAfterTheFormat) {
  const auto output_of = [](const std::string& format) {
    RenderToCloudRunOptions options = Valid();
    options.render_id = "r";
    options.config_json = R"({"fps":30,"width":640,"height":360,"format":")" + format + "\"}";
    const auto prepared = PrepareRender(options);
    return prepared ? prepared->output_gcs_uri : prepared.error().message;
  };
  EXPECT_EQ(output_of("mp4"), "gs://b/renders/r/output.mp4");
  EXPECT_EQ(output_of("mov"), "gs://b/renders/r/output.mov");
  EXPECT_EQ(output_of("webm"), "gs://b/renders/r/output.webm");
  EXPECT_EQ(output_of("png-sequence"), "gs://b/renders/r/output");
}

TEST(RenderToCloudRun, AnIdOfItsOwnIsAUuid) {
  const auto prepared = PrepareRender(Valid());
  ASSERT_TRUE(prepared);
  EXPECT_THAT(prepared->render_id,
              MatchesRegex("hf-render-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                           "[0-9a-f]{12}"));
  EXPECT_EQ(RenderLabelOf(prepared->render_id), prepared->render_id);
}

TEST(RenderLabel, IsSomethingThatALabelCanHold) {
  for (const std::string& id : {std::string("Upper.Case"), std::string(64, 'a')}) {
    EXPECT_THAT(RenderLabelOf(id), MatchesRegex("[0-9a-f]{40}"));
  }
  EXPECT_EQ(RenderLabelOf("a_b-1"), "a_b-1");
}

}  // namespace
}  // namespace hyperlocal
