#include <gtest/gtest.h>

#include <string>

#include "fakes/gcs/server/json_service_test_support.h"

// Which address means what.
namespace hyperlocal::gcs {
namespace {

TEST(GcsPaths, TheJsonApiIsServedWithAndWithoutItsPrefix) {
  JsonService service;
  service.Put("o", "content");
  for (const char* path : {"/b/bucket/o/o", "/storage/v1/b/bucket/o/o",
                           "/download/storage/v1/b/bucket/o/o?alt=json"}) {
    EXPECT_EQ(service.Json("GET", path).At("/name"), "o") << path;
  }
  EXPECT_EQ(service.Json("GET", "/b").At("/kind"), "storage#buckets");
  EXPECT_EQ(service.Json("GET", "/storage/v1/b?project=p").At("/kind"), "storage#buckets");
}

TEST(GcsPaths, UploadsGoToEitherUploadAddress) {
  JsonService service;
  for (const char* root : {"/upload/storage/v1", "/resumable/upload/storage/v1", ""}) {
    const JsonReply reply =
        service.Json("POST", std::string(root) + "/b/bucket/o?uploadType=media&name=o", "content");
    EXPECT_EQ(reply.status, 200) << root;
    EXPECT_EQ(reply.At("/name"), "o");
  }
}

TEST(GcsPaths, DownloadsAreContentsWithoutAsking) {
  JsonService service;
  service.Put("o", "content");
  EXPECT_EQ(BodyOf(service.Ask("GET", "/download/storage/v1/b/bucket/o/o?alt=media")), "content");
  EXPECT_EQ(BodyOf(service.Ask("GET", "/download/storage/v1/b/bucket/o/o")), "content");
}

TEST(GcsPaths, AnObjectNameIsOneEncodedSegment) {
  JsonService service;
  const std::string names[] = {"n/o/b/acl",
                               "x/compose",
                               "a/rewriteTo/b/bucket/o/c",
                               ".",
                               "..",
                               "line\nbreak",
                               "/lead",
                               "trail/",
                               "a//b",
                               "😀 ü",
                               "a%2Fb",
                               "q?x=1&y#z",
                               "+ +",
                               std::string(1024, 'n')};
  for (const std::string& name : names) {
    const nlohmann::json made = service.Put(name, "content of " + name.substr(0, 20));
    EXPECT_EQ(made["name"], name);
    EXPECT_EQ(service.Resource(name).body["name"], name);
    EXPECT_EQ(service.Content(name), "content of " + name.substr(0, 20));
    // The addresses in the resource lead to it too.
    for (const char* link : {"selfLink", "mediaLink"}) {
      const std::string address = made[link];
      const std::string host = "http://storage.test";
      ASSERT_TRUE(address.starts_with(host + "/")) << address;
      EXPECT_EQ(service.Ask("GET", address.substr(host.size())).status, 200) << address;
    }
  }
}

TEST(GcsPaths, AnUnencodedSlashInANameIsNoPathAndTheAnswerSaysWhatToDo) {
  JsonService service;
  const JsonReply reply = service.Json("GET", "/b/bucket/o/a/b");
  EXPECT_EQ(reply.status, 404);
  EXPECT_NE(reply.Message().find("/b/bucket/o/a/b"), std::string::npos);
  EXPECT_NE(reply.Message().find("%2F"), std::string::npos);
}

TEST(GcsPaths, ATrailingQuestionMarkAndEmptyParametersMeanNothing) {
  JsonService service;
  service.Put("a/b", "content");
  EXPECT_EQ(service.Json("GET", "/b/bucket/o/a%2Fb?").status, 200);
  const JsonReply list = service.Json("GET", "/b/bucket/o?pageToken=&delimiter=&prefix=");
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.At("/items/0/name"), "a/b");
  EXPECT_FALSE(list.body.contains("prefixes"));
}

TEST(GcsPaths, UnknownPathsAndMethodsAreNamed) {
  JsonService service;
  for (const char* path :
       {"/storage/v1", "/storage/v1/nothing", "/b/bucket/nothing", "/b/bucket/o/o/nothing",
        "/upload/storage/v1/b/bucket", "/download/storage/v1/b/bucket", "/b/bucket/o/", "/b//o/x",
        "/batch/storage/v1/x"}) {
    const JsonReply reply = service.Json("GET", path);
    EXPECT_EQ(reply.status, 404) << path;
    EXPECT_EQ(reply.Reason(), "notFound") << path;
    EXPECT_NE(reply.Message().find(path), std::string::npos) << reply.Message();
  }
  const JsonReply wrong = service.Json("DELETE", "/b");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_NE(wrong.Message().find("DELETE"), std::string::npos);
  EXPECT_EQ(service.Json("GET", "/b/bucket/o/%zz").status, 400);
}

TEST(GcsPaths, PatchMayComeAsAPostThatSaysSo) {
  JsonService service;
  service.Put("o", "content");
  const JsonReply reply = service.Json("POST", "/b/bucket/o/o", R"({"contentType":"a/b"})",
                                       {{"X-HTTP-Method-Override", "PATCH"}});
  EXPECT_EQ(reply.At("/contentType"), "a/b");
}

TEST(GcsPaths, LinksAreOfTheHostThatTheClientAsked) {
  JsonService service;
  service.Put("o", "content");
  EXPECT_EQ(service.Json("GET", "/b/bucket/o/o", "", {{"Host", "localhost:4443"}}).At("/selfLink"),
            "http://localhost:4443/storage/v1/b/bucket/o/o");
  EXPECT_EQ(service
                .Json("GET", "/b/bucket/o/o", "",
                      {{"Host", "inner:1"},
                       {"X-Forwarded-Host", "outer.example, inner"},
                       {"X-Forwarded-Proto", "https"}})
                .At("/selfLink"),
            "https://outer.example/storage/v1/b/bucket/o/o");
}

constexpr const char* kBatchType = "multipart/mixed; boundary=\"===b==\"";

std::string BatchOf(std::initializer_list<std::string_view> calls) {
  std::string body;
  int id = 0;
  for (const std::string_view call : calls) {
    body += "--===b==\r\nContent-Type: application/http\r\nContent-ID: <x+" + std::to_string(++id) +
            ">\r\n\r\n" + std::string(call) + "\r\n";
  }
  return body + "--===b==--";
}

TEST(GcsBatch, AnswersComeInOrderEachWithItsStatus) {
  JsonService service;
  service.Put("a", "1");
  service.Put("b/c", "2");
  const HttpResponse response =
      service.Ask("POST", "/batch/storage/v1",
                  BatchOf({"DELETE /storage/v1/b/bucket/o/a HTTP/1.1\r\nAccept: */*\r\n\r\n",
                           "DELETE /storage/v1/b/bucket/o/a HTTP/1.1\r\n\r\n",
                           "PATCH https://host/storage/v1/b/bucket/o/b%2Fc HTTP/1.1\r\n"
                           "Content-Type: application/json\r\nContent-Length: 21\r\n\r\n"
                           "{\"contentType\":\"a/b\"}",
                           "GET /b/bucket/o/b%2Fc HTTP/1.1"}),
                  {{"Content-Type", kBatchType}});
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_TRUE(response.headers.Get("Content-Type").starts_with("multipart/mixed; boundary="));
  const std::string& body = response.body;
  std::size_t at = 0;
  for (const char* expected :
       {"Content-ID: <response-x+1>\r\n", "HTTP/1.1 204 No Content\r\n",
        "Content-ID: <response-x+2>\r\n", "HTTP/1.1 404 Not Found\r\n", "\"notFound\"",
        "Content-ID: <response-x+3>\r\n", "HTTP/1.1 200 OK\r\n", "\"contentType\":\"a/b\"",
        "Content-ID: <response-x+4>\r\n", "HTTP/1.1 200 OK\r\n", "\"b/c\""}) {
    at = body.find(expected, at);
    ASSERT_NE(at, std::string::npos) << expected << " is missing in\n" << body;
  }
  EXPECT_FALSE(service.Exists("a"));
  EXPECT_EQ(service.Resource("b/c").At("/contentType"), "a/b");
}

TEST(GcsBatch, HasAtMostAHundredCalls) {
  JsonService service;
  const auto ask = [&service](int calls) {
    std::string body;
    for (int i = 0; i < calls; ++i) body += "--===b==\r\n\r\nGET /b/bucket HTTP/1.1\r\n\r\n\r\n";
    return service.Json("POST", "/batch/storage/v1", body + "--===b==--",
                        {{"Content-Type", kBatchType}});
  };
  EXPECT_EQ(ask(100).status, 200);
  EXPECT_EQ(ask(101).status, 400);
  EXPECT_NE(ask(101).Message().find("100"), std::string::npos);
}

TEST(GcsBatch, NothingIsDoneWhenACallCannotBeUnderstood) {
  JsonService service;
  service.Put("a", "1");
  for (const std::string_view second :
       {"nonsense", "GET nowhere HTTP/1.1", "GET /b/bucket/o/a?alt=media HTTP/1.1",
        "POST /upload/storage/v1/b/bucket/o?uploadType=media&name=x HTTP/1.1",
        "POST /batch/storage/v1 HTTP/1.1", "GET /bucket/a HTTP/1.1", ""}) {
    const JsonReply reply = service.Json("POST", "/batch/storage/v1",
                                         BatchOf({"DELETE /b/bucket/o/a HTTP/1.1\r\n\r\n", second}),
                                         {{"Content-Type", kBatchType}});
    EXPECT_EQ(reply.status, 400) << second;
    EXPECT_TRUE(service.Exists("a")) << second;
  }
}

}  // namespace
}  // namespace hyperlocal::gcs
