#include <gtest/gtest.h>

#include <string>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/gzip_test_support.h"
#include "fakes/gcs/server/json_service_test_support.h"

// Uploads in one request.
namespace hyperlocal::gcs {
namespace {

constexpr const char* kMultipart = "/upload/storage/v1/b/bucket/o?uploadType=multipart";

std::string Related(std::string_view resource, std::string_view content,
                    std::string_view type = "text/plain") {
  return "--b\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n" + std::string(resource) +
         "\r\n--b\r\nContent-Type: " + std::string(type) + "\r\n\r\n" + std::string(content) +
         "\r\n--b--";
}

HttpHeaders RelatedType() {
  return {{"Content-Type", "multipart/related; boundary=b"}};
}

TEST(GcsUpload, MediaIsTheBodyAsItIs) {
  JsonService service;
  const nlohmann::json object = service.Put("o", "content", "&contentEncoding=x-own");
  EXPECT_EQ(object["kind"], "storage#object");
  EXPECT_EQ(object["contentType"], "text/plain");
  EXPECT_EQ(object["contentEncoding"], "x-own");
  EXPECT_EQ(object["size"], "7");
  EXPECT_EQ(object["crc32c"], Crc32cBase64(Crc32cOf("content")));
  EXPECT_EQ(object["md5Hash"], Md5Base64(Md5Of("content")));
  EXPECT_EQ(service.Content("o"), "content");
}

TEST(GcsUpload, RelatedIsAResourceAndItsContent) {
  JsonService service;
  const std::string content = "line\r\n--bb\r\n" + std::string(100000, '\r') + "--b";
  const JsonReply reply = service.Json(
      "POST", kMultipart,
      Related(R"({"name":"a/b","metadata":{"k":"v","n":1},"cacheControl":"no-cache"})", content),
      RelatedType());
  ASSERT_EQ(reply.status, 200) << reply.Message();
  EXPECT_EQ(reply.At("/name"), "a/b");
  EXPECT_EQ(reply.At("/contentType"), "text/plain");
  EXPECT_EQ(reply.At("/cacheControl"), "no-cache");
  EXPECT_EQ(reply.body["metadata"], (nlohmann::json{{"k", "v"}, {"n", "1"}}));
  EXPECT_EQ(service.Content("a/b"), content);
}

TEST(GcsUpload, TheNameMayBeInTheQueryAndTheTypeInTheResource) {
  JsonService service;
  const JsonReply reply = service.Json("POST", std::string(kMultipart) + "&name=from-query",
                                       Related(R"({"contentType":"a/b"})", "x"), RelatedType());
  EXPECT_EQ(reply.At("/name"), "from-query");
  EXPECT_EQ(reply.At("/contentType"), "a/b");
}

TEST(GcsUpload, ATruncatedBodyNeverBecomesAnObject) {
  JsonService service;
  const std::string body = Related(R"({"name":"o"})", "content");
  for (std::size_t length = 0; length < body.size(); ++length) {
    // Whether the connection breaks, or the body just ends.
    FakeHttpRequest broken("POST", kMultipart, body, RelatedType());
    broken.breaks_at = length;
    EXPECT_NE(service.Answer(broken).status, 200) << length;
    EXPECT_EQ(service.Json("POST", kMultipart, body.substr(0, length), RelatedType()).status, 400)
        << length;
  }
  FakeHttpRequest media("POST", "/upload/storage/v1/b/bucket/o?uploadType=media&name=o", "content");
  media.breaks_at = 3;
  EXPECT_NE(service.Answer(media).status, 200);
  EXPECT_FALSE(service.Exists("o"));
}

TEST(GcsUpload, AWrongChecksumIsRefusedAndLeavesNothing) {
  JsonService service;
  const std::string wrong_crc = Crc32cBase64(Crc32cOf("other"));
  const std::string wrong_md5 = Md5Base64(Md5Of("other"));
  const std::string media = "/upload/storage/v1/b/bucket/o?uploadType=media&name=o";
  for (const HttpHeader& header :
       {HttpHeader{"x-goog-hash", "crc32c=" + wrong_crc},
        HttpHeader{"x-goog-hash", "md5=" + wrong_md5}, HttpHeader{"Content-MD5", wrong_md5}}) {
    const JsonReply reply = service.Json("POST", media, "content", {header});
    EXPECT_EQ(reply.status, 400) << header.value;
    EXPECT_EQ(reply.Reason(), "invalid");
  }
  for (const std::string& claim :
       {R"("crc32c":")" + wrong_crc + "\"", R"("md5Hash":")" + wrong_md5 + "\""}) {
    const JsonReply reply = service.Json(
        "POST", kMultipart, Related(R"({"name":"o",)" + claim + "}", "content"), RelatedType());
    EXPECT_EQ(reply.status, 400) << claim;
  }
  EXPECT_FALSE(service.Exists("o"));
  const JsonReply right =
      service.Json("POST", media, "content",
                   {{"x-goog-hash", "crc32c=" + Crc32cBase64(Crc32cOf("content")) +
                                        ",md5=" + Md5Base64(Md5Of("content"))}});
  EXPECT_EQ(right.status, 200);
}

TEST(GcsUpload, PreconditionsAreJudgedForEveryKind) {
  JsonService service;
  const std::string media = "/upload/storage/v1/b/bucket/o?uploadType=media&name=o";
  EXPECT_EQ(service.Json("POST", media + "&ifGenerationMatch=0", "one").status, 200);
  const JsonReply again = service.Json("POST", media + "&ifGenerationMatch=0", "two");
  EXPECT_EQ(again.status, 412);
  EXPECT_EQ(again.Reason(), "conditionNotMet");
  EXPECT_EQ(service
                .Json("POST", std::string(kMultipart) + "&ifGenerationMatch=0",
                      Related(R"({"name":"o"})", "three"), RelatedType())
                .status,
            412);
  EXPECT_EQ(service.Content("o"), "one");
}

TEST(GcsUpload, ATransportsGzipIsUnpacked) {
  JsonService service;
  const JsonReply reply =
      service.Json("POST", "/upload/storage/v1/b/bucket/o?uploadType=media&name=o",
                   GzipOf("content"), {{"Content-Encoding", "gzip"}});
  EXPECT_EQ(reply.At("/size"), "7");
  EXPECT_EQ(service.Content("o"), "content");
}

TEST(GcsUpload, WhatCannotBeIsRefusedByName) {
  JsonService service;
  struct Case {
    std::string target, body, expected;
    HttpHeaders headers;
  };
  const Case cases[] = {
      {"/upload/storage/v1/b/bucket/o?name=o", "x", "uploadType", {}},
      {"/upload/storage/v1/b/bucket/o?name=o&uploadType=odd", "x", "odd", {}},
      {"/upload/storage/v1/b/bucket/o?uploadType=media", "x", "name", {}},
      {kMultipart, "x", "multipart", {{"Content-Type", "text/plain"}}},
      {kMultipart, Related("{", "x"), "line 1", RelatedType()},
      {kMultipart, Related("[]", "x"), "object", RelatedType()},
      {kMultipart, Related("{}", "x"), "name", RelatedType()},
      {kMultipart, Related(R"({"name":3})", "x"), "name", RelatedType()},
      {kMultipart, Related(R"({"name":"o","crc32c":"x"})", "x"), "crc32c", RelatedType()},
      {kMultipart, Related(R"({"name":"o","metadata":[]})", "x"), "metadata", RelatedType()},
      {kMultipart, Related(R"({"name":"o","contentType":"a\r\nb"})", "x"), "contentType",
       RelatedType()},
      {kMultipart, Related(R"({"name":"o","storageClass":"GOLD"})", "x"), "GOLD", RelatedType()},
      {kMultipart, "--b\r\n\r\n{}\r\n--b--", "two parts", RelatedType()},
      {"/upload/storage/v1/b/bucket/o?name=o&uploadType=media&contentEncoding=a%0D%0Ab",
       "x",
       "contentEncoding",
       {}},
      {std::string(kMultipart) + "&ifGenerationMatch=x", Related(R"({"name":"o"})", "x"),
       "ifGenerationMatch", RelatedType()},
  };
  for (const Case& wrong : cases) {
    const JsonReply reply = service.Json("POST", wrong.target, wrong.body, wrong.headers);
    EXPECT_EQ(reply.status, 400) << wrong.target << wrong.body;
    EXPECT_NE(reply.Message().find(wrong.expected), std::string::npos) << reply.Message();
  }
  EXPECT_FALSE(service.Exists("o"));
  const JsonReply no_bucket =
      service.Json("POST", "/upload/storage/v1/b/absent-bucket/o?uploadType=media&name=o", "x");
  EXPECT_EQ(no_bucket.status, 404);
  EXPECT_EQ(no_bucket.Message(), "The specified bucket does not exist.");
}

TEST(GcsUpload, CustomersKeysAreRefusedAndNotIgnored) {
  JsonService service;
  const JsonReply reply =
      service.Json("POST", "/upload/storage/v1/b/bucket/o?uploadType=media&name=o", "x",
                   {{"x-goog-encryption-algorithm", "AES256"}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.Message().find("x-goog-encryption"), std::string::npos);
}

}  // namespace
}  // namespace hyperlocal::gcs
