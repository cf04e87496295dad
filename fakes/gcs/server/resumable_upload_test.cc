#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/server/json_service_test_support.h"

// Uploads in several requests.
namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kUnit = 262144;

class GcsResumable : public ::testing::Test {
 protected:
  // Begins an upload and answers where it goes on.
  std::string Begin(std::string_view query = "&name=o", std::string body = "{}",
                    HttpHeaders headers = {{"X-Upload-Content-Type", "text/plain"}}) {
    const JsonReply reply = service_.Json(
        "POST", "/upload/storage/v1/b/bucket/o?uploadType=resumable" + std::string(query),
        std::move(body), std::move(headers));
    EXPECT_EQ(reply.status, 200) << reply.Message();
    const std::string location = reply.Header("Location");
    EXPECT_TRUE(location.starts_with("http://storage.test/upload/storage/v1/b/bucket/o?"))
        << location;
    return location.substr(std::string("http://storage.test").size());
  }

  JsonReply Put(const std::string& session, std::string body,
                std::optional<std::string> range = std::nullopt, HttpHeaders headers = {}) {
    if (range) headers.Add("Content-Range", *range);
    FakeHttpRequest request("PUT", session, std::move(body), std::move(headers));
    request.piece = 100'000;
    return service_.Json(request);
  }

  static std::string Bytes(std::size_t count) {
    std::string bytes;
    bytes.reserve(count);
    for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>('a' + i * 7 % 26);
    return bytes;
  }

  JsonService service_;
};

TEST_F(GcsResumable, TheStartAnswers200AndAnAbsoluteLocationOfTheHostThatWasAsked) {
  const JsonReply reply =
      service_.Json("POST", "/upload/storage/v1/b/bucket/o?uploadType=resumable&name=a%2Fb", "",
                    {{"Host", "emulator:9000"}});
  EXPECT_EQ(reply.status, 200);
  EXPECT_TRUE(reply.Header("Location").starts_with("http://emulator:9000/upload/storage/v1/b/"));
  EXPECT_TRUE(reply.response.body.empty());
  EXPECT_FALSE(service_.Exists("a/b"));
}

TEST_F(GcsResumable, OnePutOfUnknownLengthIsTheWholeObject) {
  const std::string session = Begin();
  const JsonReply reply = Put(session, "content", "bytes 0-*/*");
  ASSERT_EQ(reply.status, 200) << reply.Message();
  EXPECT_EQ(reply.At("/contentType"), "text/plain");
  EXPECT_EQ(reply.At("/crc32c"), Crc32cBase64(Crc32cOf("content")));
  EXPECT_EQ(service_.Content("o"), "content");
}

TEST_F(GcsResumable, APutWithoutContentRangeCompletes) {
  EXPECT_EQ(Put(Begin(), "content").status, 200);
  EXPECT_EQ(service_.Content("o"), "content");
  EXPECT_EQ(Put(Begin("&name=empty"), "").status, 200);
  EXPECT_EQ(service_.Content("empty"), "");
}

TEST_F(GcsResumable, PartsOf256KiBAndALastOneOfAnyLength) {
  const std::string content = Bytes(2 * kUnit + 5);
  const std::string session = Begin();
  JsonReply reply = Put(session, content.substr(0, kUnit), "bytes 0-262143/*");
  EXPECT_EQ(reply.status, 308);
  EXPECT_EQ(reply.Header("Range"), "bytes=0-262143");
  EXPECT_TRUE(reply.response.body.empty());
  reply = Put(session, content.substr(kUnit, kUnit), "bytes 262144-524287/*");
  EXPECT_EQ(reply.status, 308);
  EXPECT_EQ(reply.Header("Range"), "bytes=0-524287");
  EXPECT_FALSE(service_.Exists("o"));
  reply = Put(session, content.substr(2 * kUnit), "bytes 524288-524292/524293");
  ASSERT_EQ(reply.status, 200) << reply.Message();
  EXPECT_EQ(reply.At("/size"), "524293");
  EXPECT_EQ(service_.Content("o"), content);
}

TEST_F(GcsResumable, APartThatIsNotTheLastMustBeAMultipleOf256KiB) {
  const std::string session = Begin();
  const JsonReply reply = Put(session, Bytes(100), "bytes 0-99/1000");
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.Message().find("262144"), std::string::npos);
  EXPECT_EQ(Put(session, "", "bytes */*").Header("Range"), "") << "nothing of it was kept";
}

TEST_F(GcsResumable, WhileNothingIsStoredThereIsNoRange) {
  const JsonReply reply = Put(Begin(), "", "bytes */*");
  EXPECT_EQ(reply.status, 308);
  EXPECT_FALSE(reply.response.headers.Has("Range"));
}

TEST_F(GcsResumable, ClientsThatCannotHaveA308GetItInAHeader) {
  const std::string content = Bytes(kUnit);
  const std::string session = Begin();
  FakeHttpRequest part("POST", session, content,
                       {{"X-GUploader-No-308", "yes"}, {"Content-Range", "bytes 0-262143/*"}});
  const JsonReply reply = service_.Json(part);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.Header("X-HTTP-Status-Code-Override"), "308");
  EXPECT_EQ(reply.Header("Range"), "bytes=0-262143");
  // The end of an exact multiple comes by itself.
  FakeHttpRequest end("POST", session, "",
                      {{"X-GUploader-No-308", "yes"}, {"Content-Range", "bytes */262144"}});
  const JsonReply done = service_.Json(end);
  EXPECT_EQ(done.status, 200);
  EXPECT_FALSE(done.response.headers.Has("X-HTTP-Status-Code-Override"));
  EXPECT_EQ(done.At("/size"), "262144");
  EXPECT_EQ(service_.Content("o"), content);
}

TEST_F(GcsResumable, AQueryOnlyAsksUnlessItsTotalIsWhatIsStored) {
  const std::string session = Begin();
  Put(session, Bytes(kUnit), "bytes 0-262143/*");
  EXPECT_EQ(Put(session, "", "bytes */*").status, 308);
  EXPECT_EQ(Put(session, "", "bytes */300000").status, 308);
  EXPECT_EQ(Put(session, "", "bytes */300000").Header("Range"), "bytes=0-262143");
  EXPECT_FALSE(service_.Exists("o"));
  EXPECT_EQ(Put(session, "", "bytes */100").status, 400) << "more is stored than that";
  EXPECT_EQ(Put(session, "", "bytes */262144").status, 200);
  EXPECT_TRUE(service_.Exists("o"));
}

TEST_F(GcsResumable, AfterCompletionAQueryAnswersTheObject) {
  const std::string session = Begin();
  const std::string generation = Put(session, "content").At("/generation");
  for (const char* range : {"bytes */*", "bytes */7"}) {
    const JsonReply reply = Put(session, "", range);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.At("/generation"), generation);
  }
  EXPECT_EQ(Put(session, "content").At("/generation"), generation) << "it is not written again";
}

TEST_F(GcsResumable, OverlapIsIgnored) {
  const std::string content = Bytes(kUnit + 10);
  const std::string session = Begin();
  Put(session, content.substr(0, kUnit), "bytes 0-262143/*");
  // The same part once more with other bytes: those that are there stay.
  const JsonReply again = Put(session, std::string(kUnit, 'X'), "bytes 0-262143/*");
  EXPECT_EQ(again.status, 308);
  EXPECT_EQ(again.Header("Range"), "bytes=0-262143");
  const JsonReply rest =
      Put(session, std::string(kUnit, 'X') + content.substr(kUnit), "bytes 0-262153/262154");
  ASSERT_EQ(rest.status, 200) << rest.Message();
  EXPECT_EQ(service_.Content("o"), content);
}

TEST_F(GcsResumable, AGapMustNotComplete) {
  const std::string session = Begin();
  const JsonReply reply = Put(session, Bytes(10), "bytes 262144-262153/262154");
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.Message().find("262144 byte(s), which exceeds already uploaded size of 0"),
            std::string::npos);
  EXPECT_FALSE(service_.Exists("o"));
  EXPECT_EQ(Put(session, "", "bytes */*").status, 308);
}

TEST_F(GcsResumable, AWrongLengthMustNotComplete) {
  for (const std::size_t length : {5u, 9u, 11u, 20u}) {
    const std::string session = Begin();
    EXPECT_EQ(Put(session, Bytes(length), "bytes 0-9/10").status, 400) << length;
    // Chunked: the length is not announced.
    FakeHttpRequest chunked("PUT", session, Bytes(length), {{"Content-Range", "bytes 0-9/10"}});
    chunked.content_length.reset();
    EXPECT_EQ(service_.Json(chunked).status, 400) << length;
    FakeHttpRequest open("PUT", session, Bytes(length), {{"Content-Range", "bytes 0-*/10"}});
    open.content_length.reset();
    EXPECT_EQ(service_.Json(open).status, 400) << length;
  }
  EXPECT_FALSE(service_.Exists("o"));
}

TEST_F(GcsResumable, TheLengthThatWasDeclaredAtTheStartHolds) {
  const std::string session = Begin("&name=o", "{}", {{"X-Upload-Content-Length", "10"}});
  EXPECT_EQ(Put(session, Bytes(9)).status, 400);
  EXPECT_EQ(Put(session, Bytes(12), "bytes 0-11/12").status, 400);
  EXPECT_FALSE(service_.Exists("o"));
  EXPECT_EQ(Put(session, Bytes(10)).status, 200);
  EXPECT_EQ(service_
                .Json("POST", "/upload/storage/v1/b/bucket/o?uploadType=resumable&name=o", "",
                      {{"X-Upload-Content-Length", "ten"}})
                .status,
            400);
}

TEST_F(GcsResumable, OfATruncatedBodyWhatCameIsKeptAndTheRestCanFollow) {
  const std::string content = Bytes(300'000);
  const std::string session = Begin();
  FakeHttpRequest broken("PUT", session, content, {{"Content-Range", "bytes 0-299999/300000"}});
  broken.breaks_at = 123'456;
  EXPECT_NE(service_.Answer(broken).status, 200);
  EXPECT_FALSE(service_.Exists("o"));
  const JsonReply asked = Put(session, "", "bytes */300000");
  EXPECT_EQ(asked.status, 308);
  ASSERT_EQ(asked.Header("Range"), "bytes=0-123455");
  const JsonReply rest = Put(session, content.substr(123'456), "bytes 123456-299999/300000");
  ASSERT_EQ(rest.status, 200) << rest.Message();
  EXPECT_EQ(service_.Content("o"), content);
}

TEST_F(GcsResumable, ATruncatedBodyOfUnknownLengthIsNoObject) {
  const std::string session = Begin();
  FakeHttpRequest broken("PUT", session, Bytes(1000), {{"Content-Range", "bytes 0-*/*"}});
  broken.content_length.reset();
  broken.breaks_at = 500;
  EXPECT_NE(service_.Answer(broken).status, 200);
  EXPECT_FALSE(service_.Exists("o"));
  EXPECT_EQ(Put(session, "", "bytes */*").Header("Range"), "bytes=0-499");
}

TEST_F(GcsResumable, PreconditionsAreJudgedOnTheLastPutAndNotAtTheStart) {
  service_.Put("o", "first");
  const std::string session = Begin("&name=o&ifGenerationMatch=0");
  EXPECT_EQ(Put(session, Bytes(kUnit), "bytes 0-262143/*").status, 308);
  const JsonReply last = Put(session, "x", "bytes 262144-262144/262145");
  EXPECT_EQ(last.status, 412);
  EXPECT_EQ(last.Reason(), "conditionNotMet");
  EXPECT_EQ(last.body["error"]["code"], 412);
  EXPECT_EQ(service_.Content("o"), "first");
}

TEST_F(GcsResumable, AnObjectThatIsDeletedMeanwhileSatisfiesThePrecondition) {
  service_.Put("o", "first");
  const std::string session = Begin("&name=o&ifGenerationMatch=0");
  EXPECT_EQ(service_.Json("DELETE", "/b/bucket/o/o").status, 204);
  EXPECT_EQ(Put(session, "second").status, 200);
}

TEST_F(GcsResumable, AWrongChecksumOnTheLastPutIs400AndNoObject) {
  const std::string wrong = "crc32c=" + Crc32cBase64(Crc32cOf("other"));
  const std::string right = "crc32c=" + Crc32cBase64(Crc32cOf("content"));
  const JsonReply reply = Put(Begin(), "content", "bytes 0-6/7", {{"x-goog-hash", wrong}});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(reply.body["error"]["code"], 400);
  const std::string claimed = Begin("&name=o", R"({"crc32c":")" + Crc32cBase64(1) + "\"}");
  EXPECT_EQ(Put(claimed, "content").status, 400);
  EXPECT_FALSE(service_.Exists("o"));
  EXPECT_EQ(Put(Begin(), "content", "bytes 0-6/7", {{"x-goog-hash", right}}).status, 200);
}

TEST_F(GcsResumable, DeleteAnswers499AndTheUploadIsGone) {
  const std::string session = Begin();
  Put(session, Bytes(kUnit), "bytes 0-262143/*");
  const HttpResponse deleted = service_.Ask("DELETE", session);
  EXPECT_EQ(deleted.status, 499);
  EXPECT_TRUE(deleted.body.empty());
  EXPECT_EQ(Put(session, "", "bytes */*").status, 404);
  EXPECT_EQ(Put(session, "x", "bytes 0-0/1").status, 404);
  EXPECT_EQ(service_.Ask("DELETE", session).status, 404);
  EXPECT_FALSE(service_.Exists("o"));
}

TEST_F(GcsResumable, AnUnknownIdIs404) {
  for (const char* id : {"nonsense", "..%2F..%2Fetc", "%00"}) {
    const std::string target =
        "/upload/storage/v1/b/bucket/o?uploadType=resumable&upload_id=" + std::string(id);
    EXPECT_EQ(Put(target, "x").status, 404) << id;
    EXPECT_EQ(service_.Ask("DELETE", target).status, 404) << id;
  }
}

TEST_F(GcsResumable, TheDescriptionComesFromTheStart) {
  const std::string session =
      Begin("", R"({"name":"a/b","contentType":"a/b","metadata":{"k":"v"}})");
  const JsonReply reply = Put(session, "x");
  EXPECT_EQ(reply.At("/name"), "a/b");
  EXPECT_EQ(reply.At("/contentType"), "a/b") << "the resource goes before X-Upload-Content-Type";
  EXPECT_EQ(reply.At("/metadata/k"), "v");
}

TEST_F(GcsResumable, FieldsOfTheStartShapeTheLastAnswer) {
  const std::string session = Begin("&name=o&fields=name,size");
  EXPECT_EQ(Put(session, "x").body, (nlohmann::json{{"name", "o"}, {"size", "1"}}));
  EXPECT_EQ(
      service_
          .Json("POST", "/upload/storage/v1/b/bucket/o?uploadType=resumable&name=o&fields=a(", "")
          .status,
      400);
}

TEST_F(GcsResumable, NonsenseInContentRangeIsRefusedAndChangesNothing) {
  const std::string session = Begin();
  EXPECT_EQ(Put(session, "x", "bytes 0-0").status, 400);
  EXPECT_EQ(Put(session, "x", "bytes 5-2/10").status, 400);
  EXPECT_EQ(Put(session, "x", "bytes 0-0/1").status, 200);
}

TEST_F(GcsResumable, StartingInABucketThatIsNotThereIs404) {
  const JsonReply reply = service_.Json(
      "POST", "/upload/storage/v1/b/absent-bucket/o?uploadType=resumable&name=o", "{}");
  EXPECT_EQ(reply.status, 404);
}

}  // namespace
}  // namespace hyperlocal::gcs
