#include <gtest/gtest.h>

#include <string>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/server/json_service_test_support.h"

// Objects made of other objects.
namespace hyperlocal::gcs {
namespace {

TEST(GcsCopy, TakesTheDescriptionAlongOrGetsAWholeNewOne) {
  JsonService service;
  service.Put("a/b", "content");
  service.Json("PATCH", "/b/bucket/o/a%2Fb", R"({"cacheControl":"no-cache","metadata":{"k":"v"}})");
  for (const char* body : {"", "null", "{}"}) {
    const JsonReply copy = service.Json("POST", "/b/bucket/o/a%2Fb/copyTo/b/bucket/o/c%2Fd", body);
    ASSERT_EQ(copy.status, 200) << copy.Message();
    EXPECT_EQ(copy.At("/name"), "c/d");
    EXPECT_EQ(copy.At("/metadata/k"), "v");
    EXPECT_EQ(copy.At("/contentType"), "text/plain");
    EXPECT_EQ(copy.At("/metageneration"), "1");
  }
  EXPECT_EQ(service.Content("c/d"), "content");
  const JsonReply other = service.Json("POST", "/b/bucket/o/a%2Fb/copyTo/b/bucket/o/e",
                                       R"({"contentType":"a/b","metadata":{"l":"w"}})");
  EXPECT_EQ(other.At("/contentType"), "a/b");
  EXPECT_EQ(other.body["metadata"], (nlohmann::json{{"l", "w"}}));
  EXPECT_FALSE(other.body.contains("cacheControl"));
}

TEST(GcsCopy, IsJudgedAtBothEnds) {
  JsonService service;
  const std::string generation = service.Put("a", "content")["generation"];
  const std::string to_b = "/b/bucket/o/a/copyTo/b/bucket/o/b?";
  EXPECT_EQ(service.Json("POST", to_b + "ifSourceGenerationMatch=1").status, 412);
  EXPECT_EQ(service.Json("POST", to_b + "ifGenerationMatch=7").status, 412);
  EXPECT_EQ(service.Json("POST", to_b + "sourceGeneration=1").status, 404);
  EXPECT_FALSE(service.Exists("b"));
  EXPECT_EQ(service
                .Json("POST", to_b + "ifGenerationMatch=0&sourceGeneration=" + generation +
                                  "&ifSourceGenerationMatch=" + generation)
                .status,
            200);
  EXPECT_EQ(service.Json("POST", to_b + "ifGenerationMatch=0").status, 412);
  EXPECT_EQ(service.Json("POST", "/b/bucket/o/absent/copyTo/b/bucket/o/b").status, 404);
  const JsonReply nowhere = service.Json("POST", "/b/bucket/o/a/copyTo/b/absent-bucket/o/b");
  EXPECT_EQ(nowhere.status, 404);
  EXPECT_EQ(nowhere.Message(), "The specified bucket does not exist.");
}

TEST(GcsRewrite, OneCallDoesItWhateverTheSize) {
  JsonService service;
  service.Put("a", std::string(3 << 20, 'x'));
  const JsonReply reply = service.Json("POST", "/b/bucket/o/a/rewriteTo/b/bucket/o/b", "null");
  EXPECT_EQ(reply.At("/kind"), "storage#rewriteResponse");
  EXPECT_EQ(reply.body["done"], true);
  EXPECT_EQ(reply.At("/objectSize"), "3145728");
  EXPECT_EQ(reply.At("/totalBytesRewritten"), "3145728");
  EXPECT_EQ(reply.At("/resource/name"), "b");
  EXPECT_FALSE(reply.body.contains("rewriteToken"));
}

TEST(GcsRewrite, AClientThatLimitsACallsBytesIsGivenATokenEachTime) {
  JsonService service;
  const std::string content(std::size_t{5} << 19, 'x');  // 2.5 MiB
  const std::string before = service.Put("a", content)["generation"];
  const std::string path = "/b/bucket/o/a/rewriteTo/b/bucket/o/b?maxBytesRewrittenPerCall=1048576";
  JsonReply reply = service.Json("POST", path, R"({"contentType":"a/b"})");
  EXPECT_EQ(reply.body["done"], false);
  EXPECT_EQ(reply.At("/totalBytesRewritten"), "1048576");
  EXPECT_EQ(reply.At("/objectSize"), "2621440");
  EXPECT_FALSE(reply.body.contains("resource"));
  EXPECT_FALSE(service.Exists("b"));
  std::string token = reply.At("/rewriteToken");
  EXPECT_EQ(PercentEncode(token), token) << "it goes into an address as it is";
  reply = service.Json("POST", path + "&rewriteToken=" + token);
  EXPECT_EQ(reply.At("/totalBytesRewritten"), "2097152");
  token = reply.At("/rewriteToken");
  // Of another object it is no use.
  EXPECT_EQ(
      service.Json("POST", "/b/bucket/o/a/rewriteTo/b/bucket/o/c?rewriteToken=" + token).status,
      400);
  reply = service.Json("POST", path + "&rewriteToken=" + token);
  EXPECT_EQ(reply.body["done"], true);
  EXPECT_EQ(reply.At("/totalBytesRewritten"), "2621440");
  EXPECT_EQ(reply.At("/resource/contentType"), "a/b") << "what the first call said still holds";
  EXPECT_EQ(service.Content("b"), content);
}

TEST(GcsRewrite, WhatWasBegunIsNotFinishedWithAnotherSource) {
  JsonService service;
  service.Put("a", std::string(std::size_t{2} << 20, 'x'));
  const std::string path = "/b/bucket/o/a/rewriteTo/b/bucket/o/b?maxBytesRewrittenPerCall=1048576";
  const std::string token = service.Json("POST", path).At("/rewriteToken");
  service.Put("a", "another");
  EXPECT_EQ(service.Json("POST", path + "&rewriteToken=" + token).status, 404);
  EXPECT_FALSE(service.Exists("b"));
}

TEST(GcsRewrite, NonsenseIsRefusedByName) {
  JsonService service;
  service.Put("a", "x");
  const std::string path = "/b/bucket/o/a/rewriteTo/b/bucket/o/b?";
  for (const char* wrong : {"rewriteToken=nonsense", "rewriteToken=e30.", "rewriteToken=bnVsbA..",
                            "maxBytesRewrittenPerCall=5", "maxBytesRewrittenPerCall=0",
                            "maxBytesRewrittenPerCall=-1048576"}) {
    const JsonReply reply = service.Json("POST", path + wrong);
    EXPECT_EQ(reply.status, 400) << wrong;
    EXPECT_EQ(reply.At("/error/errors/0/locationType"), "parameter") << wrong;
  }
}

TEST(GcsCompose, JoinsInOrderAndHasNoMd5) {
  JsonService service;
  const std::string first = service.Put("a", "one,")["generation"];
  service.Put("b", "two,");
  // The generation as a number and as a string: clients send both.
  const JsonReply reply = service.Json(
      "POST", "/b/bucket/o/all/compose",
      R"({"kind":"storage#composeRequest","sourceObjects":[{"name":"a","generation":)" + first +
          R"(},{"name":"b"},{"name":"a","generation":")" + first +
          R"(","objectPreconditions":{"ifGenerationMatch":")" + first +
          R"("}}],"destination":{"contentType":"a/b","metadata":{"k":"v"}}})");
  ASSERT_EQ(reply.status, 200) << reply.Message();
  EXPECT_EQ(service.Content("all"), "one,two,one,");
  EXPECT_EQ(reply.At("/crc32c"), Crc32cBase64(Crc32cOf("one,two,one,")));
  EXPECT_FALSE(reply.body.contains("md5Hash"));
  EXPECT_EQ(reply.body["componentCount"], 3);
  EXPECT_EQ(reply.At("/contentType"), "a/b");
  EXPECT_EQ(reply.At("/metadata/k"), "v");
  const HttpResponse media = service.Ask("GET", "/b/bucket/o/all?alt=media");
  EXPECT_EQ(media.headers.Get("x-goog-hash").find("md5"), std::string::npos);
  EXPECT_EQ(media.headers.Get("x-goog-component-count"), "3");
}

TEST(GcsCompose, MoreThan32SourcesAre400) {
  JsonService service;
  service.Put("a", "x");
  const auto compose = [&service](int count) {
    std::string sources;
    for (int i = 0; i < count; ++i) sources += i ? R"(,{"name":"a"})" : R"({"name":"a"})";
    return service.Json("POST", "/b/bucket/o/all/compose",
                        R"({"sourceObjects":[)" + sources + "]}");
  };
  EXPECT_EQ(compose(32).status, 200);
  EXPECT_EQ(compose(33).status, 400);
  EXPECT_NE(compose(33).Message().find("33"), std::string::npos);
  EXPECT_EQ(compose(0).Reason(), "required");
}

TEST(GcsCompose, IsJudgedAndSaysWhatIsMissing) {
  JsonService service;
  service.Put("a", "x");
  const std::string path = "/b/bucket/o/all/compose";
  EXPECT_EQ(
      service.Json("POST", path + "?ifGenerationMatch=5", R"({"sourceObjects":[{"name":"a"}]})")
          .status,
      412);
  EXPECT_EQ(
      service
          .Json("POST", path,
                R"({"sourceObjects":[{"name":"a","objectPreconditions":{"ifGenerationMatch":1}}]})")
          .status,
      412);
  const JsonReply missing =
      service.Json("POST", path, R"({"sourceObjects":[{"name":"a"},{"name":"absent"}]})");
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(missing.Message().find("absent"), std::string::npos) << missing.Message();
  EXPECT_EQ(service.Json("POST", path, R"({"sourceObjects":[{}]})").status, 400);
  EXPECT_EQ(
      service.Json("POST", path, R"({"sourceObjects":[{"name":"a","generation":1.5}]})").status,
      400);
  EXPECT_FALSE(service.Exists("all"));
}

TEST(GcsCompose, MayDeleteItsSources) {
  JsonService service;
  service.Put("a", "one");
  EXPECT_EQ(service
                .Json("POST", "/b/bucket/o/all/compose?deleteSourceObjects=true",
                      R"({"sourceObjects":[{"name":"a"}]})")
                .status,
            200);
  EXPECT_FALSE(service.Exists("a"));
  EXPECT_EQ(service.Content("all"), "one");
}

TEST(GcsMove, IsThereThenAndNotHere) {
  JsonService service;
  service.Put("a/b", "content");
  const JsonReply moved = service.Json("POST", "/b/bucket/o/a%2Fb/moveTo/o/c%2Fd");
  ASSERT_EQ(moved.status, 200) << moved.Message();
  EXPECT_EQ(moved.At("/name"), "c/d");
  EXPECT_EQ(moved.At("/contentType"), "text/plain");
  EXPECT_FALSE(service.Exists("a/b"));
  EXPECT_EQ(service.Content("c/d"), "content");
  EXPECT_EQ(service.Json("POST", "/b/bucket/o/a%2Fb/moveTo/o/e").status, 404);
  EXPECT_EQ(service.Json("POST", "/b/bucket/o/c%2Fd/moveTo/o/e?ifSourceGenerationMatch=1").status,
            412);
}

}  // namespace
}  // namespace hyperlocal::gcs
