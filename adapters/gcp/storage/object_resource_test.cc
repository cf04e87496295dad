#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

#include "adapters/gcp/storage/object_resource_internal.h"
#include "engine/hash/crc32c.h"

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json Complete() {
  return {{"bucket", "b"},
          {"name", "a/é"},
          {"generation", "1700000000000001"},
          {"metageneration", "2"},
          {"size", "5"},
          {"crc32c", "mnG7TA=="},
          {"md5Hash", "XUFAKrxLKna5cZ2REBfFkg=="},
          {"contentType", "text/plain"},
          {"contentEncoding", "gzip"},
          {"metadata", {{"k", "v"}, {"hyperlocal-upload-id", "me"}}}};
}

TEST(ObjectResource, IsRead) {
  const auto object = ParseObject(Complete().dump());
  ASSERT_TRUE(object) << object.error().message;
  const ObjectInfo expected{.uri = {.bucket = "b", .key = "a/é"},
                            .generation = 1700000000000001,
                            .metageneration = 2,
                            .size = 5,
                            .crc32c = 0x9a71bb4c,
                            .md5_hex = "5d41402abc4b2a76b9719d911017c592",
                            .content_type = "text/plain",
                            .content_encoding = "gzip",
                            .metadata = {{"k", "v"}}};
  EXPECT_EQ(object->info, expected);
  EXPECT_EQ(object->writer, "me");
}

TEST(ObjectResource, MayHaveNumbersAsNumbers) {
  Json json = Complete();
  json["size"] = 5;
  json["generation"] = 7;
  json.erase("md5Hash");
  const auto object = ParseObject(json.dump());
  ASSERT_TRUE(object) << object.error().message;
  EXPECT_EQ(object->info.generation, 7);
  EXPECT_EQ(object->info.md5_hex, std::nullopt);
}

TEST(ObjectResource, IsRefusedWithoutWhatIsNeeded) {
  for (const char* const field :
       {"bucket", "name", "generation", "metageneration", "size", "crc32c"}) {
    Json json = Complete();
    json.erase(field);
    EXPECT_FALSE(ParseObject(json.dump())) << field;
    json[field] = "-x";
    if (std::string_view(field) != "bucket" && std::string_view(field) != "name") {
      EXPECT_FALSE(ParseObject(json.dump())) << field;
    }
  }
  for (const char* const text : {"", "[]", "{", "null", "<html>"}) {
    EXPECT_FALSE(ParseObject(text)) << text;
    EXPECT_FALSE(ParseObjectListPage(text)) << text;
    EXPECT_FALSE(ParseRewriteStep(text)) << text;
  }
}

TEST(ObjectResource, RewritesGoOnOrAreDone) {
  const auto step =
      ParseRewriteStep(R"({"done":false,"rewriteToken":"t","totalBytesRewritten":"12"})");
  ASSERT_TRUE(step);
  EXPECT_EQ(step->token, "t");
  EXPECT_EQ(step->rewritten_bytes, 12u);
  EXPECT_FALSE(step->object);
  const auto done = ParseRewriteStep(Json{{"done", true}, {"resource", Complete()}}.dump());
  ASSERT_TRUE(done);
  EXPECT_EQ(done->object->info.size, 5u);
  EXPECT_FALSE(ParseRewriteStep(R"({"done":false})"));
  EXPECT_FALSE(ParseRewriteStep(R"({"done":true})"));
}

TEST(ObjectResource, FailuresAreShownOnOneLine) {
  EXPECT_EQ(ParseServiceFailure(
                R"({"error":{"message":"No\nsuch object","errors":[{"reason":"notFound"}]}})"),
            "notFound: No such object");
  EXPECT_EQ(ParseServiceFailure("<html>"), "");
  EXPECT_EQ(ParseServiceFailure(R"({"error":"invalid_grant"})"), "");
  EXPECT_LT(
      ParseServiceFailure(R"({"error":{"message":")" + std::string(5000, 'x') + R"("}})").size(),
      500u);
}

TEST(ObjectResource, UploadsAreDescribed) {
  const Json json = Json::parse(UploadJson("n",
                                           {.content_type = "text/html",
                                            .content_encoding = "gzip",
                                            .cache_control = "no-store",
                                            .metadata = {{"k", "v"}},
                                            .preconditions = {}},
                                           "me", 0x9a71bb4c));
  EXPECT_EQ(json, Json({{"name", "n"},
                        {"contentType", "text/html"},
                        {"contentEncoding", "gzip"},
                        {"cacheControl", "no-store"},
                        {"crc32c", "mnG7TA=="},
                        {"metadata", {{"k", "v"}, {"hyperlocal-upload-id", "me"}}}}));
}

TEST(ObjectResource, CopiesKeepTheDescriptionOfTheSource) {
  Json source = Complete();
  source["cacheControl"] = "no-store";
  source["contentDisposition"] = "inline";
  source["acl"] = Json::array();
  const Json json = Json::parse(*CopyJson(source.dump(), "you"));
  EXPECT_EQ(json, Json({{"contentType", "text/plain"},
                        {"contentEncoding", "gzip"},
                        {"contentDisposition", "inline"},
                        {"cacheControl", "no-store"},
                        {"metadata", {{"k", "v"}, {"hyperlocal-upload-id", "you"}}}}));
}

// Whatever a service sends, the parsers answer.
RC_GTEST_PROP(ObjectResourceProperty, AnyFieldMayBeAnything, ()) {
  Json json = Complete();
  const auto field = *rc::gen::element<std::string>("bucket", "name", "generation", "size",
                                                    "crc32c", "md5Hash", "metadata", "contentType");
  json[field] = *rc::gen::element<Json>(Json(), Json(true), Json(-1), Json(1.5), Json("x"),
                                        Json::array(), Json::object(), Json({{"k", 1}}));
  const auto object = ParseObject(json.dump());
  if (object) RC_ASSERT(!object->info.uri.bucket.empty());
  (void)ParseObjectListPage(Json{{"items", Json::array({json})}}.dump());
  (void)ParseRewriteStep(Json{{"done", true}, {"resource", json}}.dump());
}

}  // namespace
}  // namespace hyperlocal
