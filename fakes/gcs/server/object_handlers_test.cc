#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/gzip_test_support.h"
#include "fakes/gcs/server/json_service_test_support.h"

// Reading and describing objects.
namespace hyperlocal::gcs {
namespace {

std::string MediaPath(std::string_view name) {
  return "/b/bucket/o/" + PercentEncode(name) + "?alt=media";
}

TEST(GcsObject, TheResourceIsAsClientsReadIt) {
  JsonService service;
  service.Put("a/b", "content");
  const nlohmann::json object = service.Resource("a/b").body;
  const std::string generation = object["generation"];
  EXPECT_EQ(object["kind"], "storage#object");
  EXPECT_EQ(object["id"], "bucket/a/b/" + generation);
  EXPECT_EQ(object["bucket"], "bucket");
  EXPECT_EQ(object["metageneration"], "1");
  EXPECT_EQ(object["size"], "7");
  EXPECT_EQ(object["storageClass"], "STANDARD");
  EXPECT_EQ(object["selfLink"], "http://storage.test/storage/v1/b/bucket/o/a%2Fb");
  EXPECT_EQ(object["mediaLink"],
            "http://storage.test/download/storage/v1/b/bucket/o/a%2Fb"
            "?generation=" +
                generation + "&alt=media");
  for (const char* time : {"timeCreated", "updated", "timeStorageClassUpdated", "timeFinalized"}) {
    const std::string text = object[time];
    EXPECT_EQ(text.size(), 24u) << text;
    EXPECT_TRUE(text.ends_with('Z'));
  }
  EXPECT_LT(std::stoll(generation), 1LL << 53);
  EXPECT_FALSE(object.contains("acl"));
  EXPECT_FALSE(object["etag"].get<std::string>().empty());
}

TEST(GcsObject, FieldsAndProjectionDecideWhatIsShown) {
  JsonService service;
  service.Put("o", "content");
  EXPECT_EQ(service.Resource("o", "?fields=name,size").body,
            (nlohmann::json{{"name", "o"}, {"size", "7"}}));
  EXPECT_TRUE(service.Resource("o", "?projection=full").body["acl"].is_array());
  EXPECT_EQ(service.Resource("o", "?projection=some").status, 400);
  const JsonReply wrong = service.Resource("o", "?fields=name(");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.At("/error/errors/0/location"), "fields");
}

// A name that is overwritten all the time always has a content, the old one or the new one. (With a
// look and an opening apart, some of these reads are 404.)
TEST(GcsMedia, AReaderThatWritersOvertakeFindsOneOrTheOther) {
  JsonService service;
  service.Put("o", "a");
  std::atomic<bool> read_all{false};
  std::vector<std::thread> writers;
  for (const char letter : {'b', 'c', 'd'}) {
    writers.emplace_back([&, letter] {
      for (std::size_t size = 1; !read_all; size = size % 50 + 1) {
        service.Put("o", std::string(size, letter));
      }
    });
  }
  for (int k = 0; k < 5'000; ++k) {
    const HttpResponse response =
        service.Ask("GET", k % 2 == 0 ? MediaPath("o") : std::string("/bucket/o"));
    EXPECT_EQ(response.status, 200) << "read " << k;
    if (response.status != 200) break;
    const std::string content = BodyOf(response);
    EXPECT_EQ(content, std::string(content.size(), content.empty() ? '?' : content[0]));
  }
  read_all = true;
  for (std::thread& writer : writers) writer.join();
}

TEST(GcsMedia, AnswersCarryTheHeadersThatClientsValidateBy) {
  JsonService service;
  const nlohmann::json object = service.Put("o", "content");
  const HttpResponse response = service.Ask("GET", MediaPath("o"));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(BodyOf(response), "content");
  const HttpHeaders& headers = response.headers;
  EXPECT_EQ(headers.Get("x-goog-hash"),
            "crc32c=" + Crc32cBase64(Crc32cOf("content")) + ",md5=" + Md5Base64(Md5Of("content")));
  EXPECT_EQ(headers.Get("x-goog-stored-content-encoding"), "identity");
  EXPECT_EQ(headers.Get("x-goog-stored-content-length"), "7");
  EXPECT_EQ(headers.Get("x-goog-generation"), object["generation"].get<std::string>());
  EXPECT_EQ(headers.Get("x-goog-metageneration"), "1");
  EXPECT_EQ(headers.Get("x-goog-storage-class"), "STANDARD");
  EXPECT_EQ(headers.Get("ETag"), object["etag"].get<std::string>());
  EXPECT_EQ(headers.Get("Content-Type"), "text/plain");
  EXPECT_TRUE(headers.Get("Last-Modified").ends_with(" GMT"));
}

TEST(GcsMedia, AnObjectWithoutATypeIsServedAsBytes) {
  JsonService service;
  const nlohmann::json object = service.Put("o", "x", "", {});
  EXPECT_FALSE(object.contains("contentType"));
  EXPECT_EQ(service.Ask("GET", MediaPath("o")).headers.Get("Content-Type"),
            "application/octet-stream");
}

struct RangeCase {
  const char* range;
  int status;
  const char* body;
  const char* content_range;
};

TEST(GcsMedia, RangesFromTheFrontTheBackAndOpen) {
  JsonService service;
  service.Put("o", "0123456789");
  for (const RangeCase& expected : {RangeCase{"bytes=2-4", 206, "234", "bytes 2-4/10"},
                                    RangeCase{"bytes=7-", 206, "789", "bytes 7-9/10"},
                                    RangeCase{"bytes=-3", 206, "789", "bytes 7-9/10"},
                                    RangeCase{"bytes=-30", 206, "0123456789", "bytes 0-9/10"},
                                    RangeCase{"bytes=8-100", 206, "89", "bytes 8-9/10"},
                                    RangeCase{"items=1-2", 200, "0123456789", ""},
                                    RangeCase{"bytes=5-2", 200, "0123456789", ""}}) {
    const HttpResponse response =
        service.Ask("GET", MediaPath("o"), "", {{"Range", expected.range}});
    EXPECT_EQ(response.status, expected.status) << expected.range;
    EXPECT_EQ(BodyOf(response), expected.body) << expected.range;
    EXPECT_EQ(response.headers.Get("Content-Range"), expected.content_range);
  }
}

TEST(GcsMedia, ARangeBehindTheEndIs416WithTheSize) {
  JsonService service;
  service.Put("o", "0123456789");
  service.Put("empty", "");
  for (const auto& [name, range, size] :
       {std::tuple{"o", "bytes=10-", "bytes */10"}, std::tuple{"o", "bytes=-0", "bytes */10"},
        std::tuple{"empty", "bytes=0-", "bytes */0"}}) {
    const HttpResponse response = service.Ask("GET", MediaPath(name), "", {{"Range", range}});
    EXPECT_EQ(response.status, 416) << range;
    EXPECT_EQ(response.headers.Get("Content-Range"), size);
  }
}

TEST(GcsMedia, LargeContentsAreStreamedWithTheirLength) {
  JsonService service;
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += std::to_string(i);
  service.Put("o", content);
  const HttpResponse whole = service.Ask("GET", MediaPath("o"));
  ASSERT_TRUE(whole.source);
  EXPECT_EQ(whole.source_length, content.size());
  EXPECT_EQ(BodyOf(whole), content);
  const HttpResponse part =
      service.Ask("GET", MediaPath("o"), "", {{"Range", "bytes=100000-399999"}});
  EXPECT_EQ(part.source_length, 300'000u);
  EXPECT_EQ(BodyOf(part), content.substr(100'000, 300'000));
}

TEST(GcsMedia, AReadGoesOnWhenTheObjectIsDeletedMeanwhile) {
  JsonService service;
  const std::string content(300'000, 'x');
  service.Put("o", content);
  const HttpResponse response = service.Ask("GET", MediaPath("o"));
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/o/o").status, 204);
  EXPECT_EQ(BodyOf(response), content);
}

class GcsGzip : public ::testing::Test {
 protected:
  GcsGzip() {
    for (int i = 0; i < 20'000; ++i) plain_ += "line " + std::to_string(i) + "\n";
    packed_ = GzipOf(plain_);
    service_.Put("o", packed_, "&contentEncoding=gzip");
  }

  std::string plain_, packed_;
  JsonService service_;
};

TEST_F(GcsGzip, IsUnpackedOnTheWayForAClientThatDoesNotTakeIt) {
  for (const HttpHeaders& headers : {HttpHeaders{}, HttpHeaders{{"Accept-Encoding", "identity"}},
                                     HttpHeaders{{"Accept-Encoding", "br, gzip;q=0"}}}) {
    const HttpResponse response = service_.Ask("GET", MediaPath("o"), "", headers);
    EXPECT_EQ(response.status, 200);
    EXPECT_FALSE(response.headers.Has("Content-Encoding"));
    EXPECT_FALSE(response.source_length);
    EXPECT_EQ(BodyOf(response), plain_);
    // Of what is stored, as the names say.
    EXPECT_EQ(response.headers.Get("x-goog-stored-content-encoding"), "gzip");
    EXPECT_EQ(response.headers.Get("x-goog-stored-content-length"), std::to_string(packed_.size()));
    EXPECT_TRUE(response.headers.Get("x-goog-hash")
                    .starts_with("crc32c=" + Crc32cBase64(Crc32cOf(packed_))));
  }
}

TEST_F(GcsGzip, StaysAsItIsForAClientThatTakesIt) {
  for (const char* accept : {"gzip", "deflate, gzip;q=0.5", "*"}) {
    const HttpResponse response =
        service_.Ask("GET", MediaPath("o"), "", {{"Accept-Encoding", accept}});
    EXPECT_EQ(response.headers.Get("Content-Encoding"), "gzip") << accept;
    EXPECT_EQ(BodyOf(response), packed_);
  }
}

TEST_F(GcsGzip, ARangeIsIgnoredWhileUnpacking) {
  const HttpResponse unpacked = service_.Ask("GET", MediaPath("o"), "", {{"Range", "bytes=5-9"}});
  EXPECT_EQ(unpacked.status, 200);
  EXPECT_EQ(BodyOf(unpacked), plain_);
  const HttpResponse packed = service_.Ask("GET", MediaPath("o"), "",
                                           {{"Range", "bytes=5-9"}, {"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.status, 206);
  EXPECT_EQ(BodyOf(packed), packed_.substr(5, 5));
}

TEST_F(GcsGzip, NoTransformKeepsItPacked) {
  service_.Json("PATCH", "/b/bucket/o/o", R"({"cacheControl":"no-transform"})");
  EXPECT_EQ(BodyOf(service_.Ask("GET", MediaPath("o"))), packed_);
}

TEST_F(GcsGzip, ContentThatIsNoGzipBreaksTheAnswerAndNothingElse) {
  service_.Put("o", "no gzip at all", "&contentEncoding=gzip");
  const HttpResponse response = service_.Ask("GET", MediaPath("o"));
  char byte;
  ASSERT_TRUE(response.source);
  EXPECT_FALSE(response.source(0, &byte, 1));
}

TEST(GcsObject, ReadPreconditions) {
  JsonService service;
  const std::string generation = service.Put("o", "content")["generation"];
  for (const std::string& path : {std::string("/b/bucket/o/o?"), MediaPath("o") + "&"}) {
    EXPECT_EQ(service.Ask("GET", path + "ifGenerationMatch=" + generation).status, 200);
    EXPECT_EQ(service.Ask("GET", path + "ifGenerationMatch=1").status, 412);
    EXPECT_EQ(service.Ask("GET", path + "ifMetagenerationMatch=2").status, 412);
    EXPECT_EQ(service.Ask("GET", path + "ifGenerationNotMatch=1").status, 200);
    const HttpResponse same = service.Ask("GET", path + "ifGenerationNotMatch=" + generation);
    EXPECT_EQ(same.status, 304) << "the client has that very object";
    EXPECT_TRUE(BodyOf(same).empty());
    EXPECT_EQ(service.Ask("GET", path + "ifMetagenerationNotMatch=1").status, 304);
    EXPECT_EQ(service.Ask("GET", path + "ifGenerationMatch=x").status, 400);
  }
}

TEST(GcsObject, EtagsAreConditionsToo) {
  JsonService service;
  const std::string etag = service.Put("o", "content")["etag"];
  EXPECT_EQ(service.Ask("GET", "/b/bucket/o/o", "", {{"If-None-Match", etag}}).status, 304);
  EXPECT_EQ(service.Ask("GET", "/b/bucket/o/o", "", {{"If-Match", etag}}).status, 200);
  service.Json("PATCH", "/b/bucket/o/o", R"({"metadata":{"a":"b"}})");
  EXPECT_EQ(service.Ask("GET", "/b/bucket/o/o", "", {{"If-None-Match", etag}}).status, 200);
  EXPECT_EQ(service.Ask("GET", "/b/bucket/o/o", "", {{"If-Match", etag}}).status, 412);
}

TEST(GcsObject, OlderGenerationsAreReadByNumber) {
  JsonService service;
  service.Json("PATCH", "/b/bucket", R"({"versioning":{"enabled":true}})");
  const std::string first = service.Put("o", "first")["generation"];
  const std::string second = service.Put("o", "second")["generation"];
  EXPECT_GT(std::stoll(second), std::stoll(first));
  EXPECT_EQ(BodyOf(service.Ask("GET", MediaPath("o") + "&generation=" + first)), "first");
  EXPECT_EQ(service.Content("o"), "second");
  EXPECT_TRUE(service.Resource("o", "?generation=" + first).body.contains("timeDeleted"));
  EXPECT_EQ(service.Resource("o", "?generation=1").status, 404);
}

TEST(GcsObject, PatchChangesWhatItNamesAndNullRemoves) {
  JsonService service;
  service.Put("o", "content");
  JsonReply reply = service.Json(
      "PATCH", "/b/bucket/o/o",
      R"({"contentType":"a/b","cacheControl":"no-cache","metadata":{"k":"v","l":"w"}})");
  EXPECT_EQ(reply.At("/contentType"), "a/b");
  EXPECT_EQ(reply.At("/metageneration"), "2");
  reply = service.Json("PATCH", "/b/bucket/o/o",
                       R"({"cacheControl":null,"metadata":{"k":null,"m":"x"}})");
  EXPECT_EQ(reply.At("/contentType"), "a/b");
  EXPECT_FALSE(reply.body.contains("cacheControl"));
  EXPECT_EQ(reply.body["metadata"], (nlohmann::json{{"l", "w"}, {"m", "x"}}));
  reply = service.Json("PATCH", "/b/bucket/o/o", R"({"metadata":null})");
  EXPECT_FALSE(reply.body.contains("metadata"));
  EXPECT_EQ(reply.At("/metageneration"), "4");
}

TEST(GcsObject, UpdateReplacesEverythingThatAClientSets) {
  JsonService service;
  service.Put("o", "content");
  service.Json("PATCH", "/b/bucket/o/o",
               R"({"cacheControl":"no-cache","temporaryHold":true,"metadata":{"k":"v"}})");
  const JsonReply reply = service.Json("PUT", "/b/bucket/o/o", R"({"contentType":"a/b"})");
  EXPECT_EQ(reply.At("/contentType"), "a/b");
  EXPECT_FALSE(reply.body.contains("cacheControl"));
  EXPECT_FALSE(reply.body.contains("metadata"));
  EXPECT_FALSE(reply.body.contains("temporaryHold"));
  EXPECT_EQ(reply.At("/size"), "7");
}

TEST(GcsObject, ChangesAreJudgedByPreconditions) {
  JsonService service;
  const std::string generation = service.Put("o", "content")["generation"];
  EXPECT_EQ(service.Json("PATCH", "/b/bucket/o/o?ifMetagenerationMatch=2", "{}").status, 412);
  EXPECT_EQ(service.Json("PATCH", "/b/bucket/o/o?ifGenerationMatch=1", "{}").status, 412);
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/o/o?ifGenerationMatch=1").status, 412);
  EXPECT_TRUE(service.Exists("o"));
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/o/o?ifGenerationMatch=" + generation).status, 204);
  EXPECT_FALSE(service.Exists("o"));
}

TEST(GcsObject, DeleteAnswers204WithoutABody) {
  JsonService service;
  service.Put("o", "content");
  const HttpResponse deleted = service.Ask("DELETE", "/b/bucket/o/o");
  EXPECT_EQ(deleted.status, 204);
  EXPECT_TRUE(deleted.body.empty());
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/o/o").status, 404);
}

TEST(GcsObject, AHoldProtects) {
  JsonService service;
  service.Put("o", "content");
  EXPECT_EQ(service.Json("PATCH", "/b/bucket/o/o", R"({"temporaryHold":true})").status, 200);
  const JsonReply refused = service.Json("DELETE", "/b/bucket/o/o");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.Reason(), "objectUnderActiveHold");
  EXPECT_EQ(service.Json("PATCH", "/b/bucket/o/o", R"({"temporaryHold":false})").status, 200);
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/o/o").status, 204);
}

TEST(GcsObject, CustomTimeOnlyGoesForward) {
  JsonService service;
  service.Put("o", "content");
  const auto patch = [&service](const char* time) {
    return service.Json("PATCH", "/b/bucket/o/o", R"({"customTime":)" + std::string(time) + "}");
  };
  EXPECT_EQ(patch("\"2030-01-01T00:00:00Z\"").At("/customTime"), "2030-01-01T00:00:00.000Z");
  EXPECT_EQ(patch("\"2029-01-01T00:00:00Z\"").status, 400);
  EXPECT_EQ(patch("null").status, 400);
  EXPECT_EQ(patch("\"soon\"").status, 400);
  EXPECT_EQ(patch("\"2031-01-01T00:00:00Z\"").status, 200);
}

TEST(GcsObject, RetentionOfOneObject) {
  JsonService service;
  EXPECT_EQ(
      service.Json("POST", "/b?enableObjectRetention=true", R"({"name":"kept-bucket"})").status,
      200);
  EXPECT_EQ(service.Json("POST", "/upload/storage/v1/b/kept-bucket/o?uploadType=media&name=o", "x")
                .status,
            200);
  const auto patch = [&service](const char* retention, const char* query = "") {
    return service.Json("PATCH", "/b/kept-bucket/o/o" + std::string(query),
                        R"({"retention":)" + std::string(retention) + "}");
  };
  constexpr const char* kLater = R"({"mode":"Unlocked","retainUntilTime":"2199-01-02T00:00:00Z"})";
  constexpr const char* kSooner = R"({"mode":"Unlocked","retainUntilTime":"2199-01-01T00:00:00Z"})";
  constexpr const char* kLocked = R"({"mode":"Locked","retainUntilTime":"2199-01-01T00:00:00Z"})";
  EXPECT_EQ(patch(kLater).At("/retention/mode"), "Unlocked");
  EXPECT_EQ(service.Json("DELETE", "/b/kept-bucket/o/o").status, 403);
  EXPECT_EQ(patch(kSooner).status, 403);
  EXPECT_EQ(patch(kSooner, "?overrideUnlockedRetention=true").status, 200);
  EXPECT_EQ(patch(kLocked).At("/retention/mode"), "Locked");
  EXPECT_EQ(patch("null", "?overrideUnlockedRetention=true").status, 403);
  EXPECT_EQ(patch(R"({"mode":"Odd","retainUntilTime":"2199-01-01T00:00:00Z"})").status, 400);
  // A bucket that was not made for it refuses.
  service.Put("o", "x");
  EXPECT_EQ(
      service.Json("PATCH", "/b/bucket/o/o", R"({"retention":)" + std::string(kLater) + "}").status,
      400);
}

TEST(GcsObject, AccessControlsAreKeptAndShown) {
  JsonService service;
  service.Put("o", "content", "&predefinedAcl=publicRead");
  const auto entities = [&service] {
    std::string listed;
    const JsonReply reply = service.Json("GET", "/b/bucket/o/o/acl");
    for (const auto& entry : reply.body["items"])
      listed += entry["entity"].get<std::string>() + " ";
    return listed;
  };
  EXPECT_NE(entities().find("allUsers"), std::string::npos);
  const JsonReply added =
      service.Json("POST", "/b/bucket/o/o/acl", R"({"entity":"user-a@b.example","role":"OWNER"})");
  EXPECT_EQ(added.At("/kind"), "storage#objectAccessControl");
  EXPECT_EQ(added.At("/email"), "a@b.example");
  EXPECT_EQ(service.Json("GET", "/b/bucket/o/o/acl/user-a%40b.example").At("/role"), "OWNER");
  EXPECT_EQ(service.Json("PUT", "/b/bucket/o/o/acl/user-a%40b.example", R"({"role":"READER"})")
                .At("/role"),
            "READER");
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/o/o/acl/allUsers").status, 204);
  EXPECT_EQ(entities().find("allUsers"), std::string::npos);
  EXPECT_EQ(service.Json("GET", "/b/bucket/o/o/acl/allUsers").status, 404);
  EXPECT_EQ(service.Json("POST", "/b/bucket/o/o/acl", R"({"entity":"x","role":"KING"})").status,
            400);
  EXPECT_EQ(service.Json("POST", "/b/bucket/o/o/acl", R"({"role":"OWNER"})").Reason(), "required");
}

TEST(GcsObject, ADeletedObjectThatIsKeptForAWhileIsRestored) {
  JsonService service;
  service.Json("PATCH", "/b/bucket",
               R"({"softDeletePolicy":{"retentionDurationSeconds":"86400"}})");
  const std::string generation = service.Put("o", "content")["generation"];
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/o/o").status, 204);
  EXPECT_FALSE(service.Exists("o"));
  const JsonReply deleted = service.Resource("o", "?softDeleted=true&generation=" + generation);
  EXPECT_EQ(deleted.status, 200);
  EXPECT_TRUE(deleted.body.contains("softDeleteTime"));
  EXPECT_TRUE(deleted.body.contains("hardDeleteTime"));
  EXPECT_EQ(service.Resource("o", "?softDeleted=true").Reason(), "required");
  EXPECT_EQ(service.Json("GET", "/b/bucket/o?softDeleted=true").At("/items/0/name"), "o");
  EXPECT_EQ(service.Json("POST", "/b/bucket/o/o/restore").Reason(), "required");
  const JsonReply restored = service.Json("POST", "/b/bucket/o/o/restore?generation=" + generation);
  EXPECT_EQ(restored.status, 200) << restored.Message();
  EXPECT_NE(restored.At("/generation"), generation);
  EXPECT_EQ(service.Content("o"), "content");
}

TEST(GcsObject, ManyAreRestoredAtOnce) {
  JsonService service;
  service.Json("PATCH", "/b/bucket",
               R"({"softDeletePolicy":{"retentionDurationSeconds":"86400"}})");
  for (const char* name : {"a/1", "a/2", "b/1"}) {
    service.Put(name, name);
    service.Ask("DELETE", "/b/bucket/o/" + PercentEncode(name));
  }
  const JsonReply operation =
      service.Json("POST", "/b/bucket/o/bulkRestore", R"({"matchGlobs":["a/*"]})");
  EXPECT_EQ(operation.body["done"], true);
  EXPECT_EQ(service.Content("a/1") + service.Content("a/2"), "a/1a/2");
  EXPECT_FALSE(service.Exists("b/1"));
}

}  // namespace
}  // namespace hyperlocal::gcs
