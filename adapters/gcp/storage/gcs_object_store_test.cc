#include "adapters/gcp/storage/gcs_object_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "adapters/gcp/storage/scripted_gcs_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

// Calls without contents, and what all calls have in common: attempts, pauses, errors.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using testing::FailureJson;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::JumpingRetryClock;
using ::testing::Not;
using testing::ObjectJson;
using testing::OperationIdOf;
using testing::OptionsFor;
using testing::ScriptedConnection;
using testing::ScriptedGcs;
using testing::ScriptedStore;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::StoreFor;

using Request = ScriptedConnection::Request;
const GcsUri kObject{.bucket = "bucket", .key = "a/b c"};

TEST(GcsObjectStore, LooksAtAnObject) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request&, int) {
    connection.Answer("200 OK", "", ObjectJson("a/b c", "hello", 7, "somebody"));
  });
  const ScriptedStore made = StoreFor(service);
  const auto info = made.store->Stat(kObject);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->uri, kObject);
  EXPECT_EQ(info->generation, 7);
  EXPECT_EQ(info->size, 5u);
  EXPECT_EQ(info->crc32c, Crc32cOf("hello"));
  EXPECT_THAT(info->metadata, ElementsAre(std::pair<const std::string, std::string>("a", "b")));
  EXPECT_THAT(service.lines(),
              ElementsAre("GET /storage/v1/b/bucket/o/a%2Fb%20c?projection=noAcl"));
}

TEST(GcsObjectStore, RefusesANameThatIsNone) {
  ScriptedGcs service([](ScriptedConnection&, const Request&, int) {});
  const ScriptedStore made = StoreFor(service);
  EXPECT_EQ(made.store->Stat({.bucket = "b", .key = ""}).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(made.store->Delete({.bucket = "", .key = "x"}, {}).error().code,
            ErrorCode::kBadRequest);
  EXPECT_THAT(service.requests(), IsEmpty());
}

TEST(GcsObjectStore, RefusesOptionsThatCannotBe) {
  GcsClientOptions options;
  options.upload_chunk_bytes = 1000;
  EXPECT_EQ(GcsObjectStore::Create(options).error().code, ErrorCode::kInvalidConfig);
  options = {};
  options.endpoint = "gopher://x";
  EXPECT_EQ(GcsObjectStore::Create(options).error().code, ErrorCode::kInvalidConfig);
}

struct StatusCase {
  const char* name;
  const char* status;
  ErrorCode code;
};
class FinalStatus : public ::testing::TestWithParam<StatusCase> {};
TEST_P(FinalStatus, IsNotRepeated) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request&, int) {
    connection.Answer(GetParam().status, "", FailureJson(1, "because", "of this"));
  });
  const ScriptedStore made = StoreFor(service);
  const auto info = made.store->Stat(kObject);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, GetParam().code);
  EXPECT_THAT(info.error().message, HasSubstr("gs://bucket/a/b c"));
  EXPECT_THAT(info.error().message, HasSubstr("because: of this"));
  EXPECT_THAT(service.requests(), SizeIs(1));
}
INSTANTIATE_TEST_SUITE_P(
    All, FinalStatus,
    ::testing::Values(StatusCase{"BadRequest", "400 Bad", ErrorCode::kBadRequest},
                      StatusCase{"NoCredentials", "401 No", ErrorCode::kPermission},
                      StatusCase{"Forbidden", "403 No", ErrorCode::kPermission},
                      StatusCase{"NotFound", "404 No", ErrorCode::kNotFound},
                      StatusCase{"Conflict", "409 No", ErrorCode::kConflict},
                      StatusCase{"Precondition", "412 No", ErrorCode::kPreconditionFailed},
                      StatusCase{"NotModified", "302 Elsewhere", ErrorCode::kBadRequest},
                      StatusCase{"NotImplemented", "501 No", ErrorCode::kDependencyUnavailable}),
    [](const auto& test) { return test.param.name; });

// What may pass: each way to fail, twice, then an answer.
class PassingFailure : public ::testing::TestWithParam<const char*> {};
TEST_P(PassingFailure, OfAReadIsRepeatedUnderTheSameId) {
  const std::string kind = GetParam();
  ScriptedGcs service([&](ScriptedConnection& connection, const Request&, int number) {
    if (number == 2) return connection.Answer("200 OK", "", ObjectJson("a/b c", "hello"));
    if (kind == "reset") return connection.Reset();
    if (kind == "closed") return connection.Close();
    if (kind == "cut") {
      connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"bucket\":");
      return connection.Close();
    }
    if (kind == "garbled") return connection.Answer("200 OK", "", "<html>");
    connection.Answer(kind, "", "");
  });
  const ScriptedStore made = StoreFor(service);
  const auto info = made.store->Stat(kObject);
  ASSERT_TRUE(info) << info.error().message;
  const std::vector<Request> requests = service.requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_THAT(OperationIdOf(requests[0]), SizeIs(36));
  EXPECT_EQ(OperationIdOf(requests[0]), OperationIdOf(requests[1]));
  EXPECT_EQ(OperationIdOf(requests[0]), OperationIdOf(requests[2]));
  EXPECT_THAT(requests[2].Header("x-goog-api-client"), HasSubstr("gccl-attempt-count/3"));
  EXPECT_THAT(made.clock->pauses(), SizeIs(2));
}
INSTANTIATE_TEST_SUITE_P(All, PassingFailure,
                         ::testing::Values("408 Timeout", "429 Slow down", "500 No", "502 No",
                                           "503 No", "504 No", "reset", "closed", "cut",
                                           "garbled"));

TEST(GcsObjectStore, GivesUpAfterSoManyAttempts) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request&, int) {
    connection.Answer("503 Busy", "", FailureJson(503, "backendError", "try later"));
  });
  const ScriptedStore made =
      StoreFor(service, [](GcsClientOptions& options) { options.retry.max_attempts = 5; });
  const auto info = made.store->Stat(kObject);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kRetriesExhausted);
  EXPECT_THAT(info.error().message, HasSubstr("backendError: try later"));
  EXPECT_THAT(info.error().message, HasSubstr("5 attempts"));
  EXPECT_THAT(service.requests(), SizeIs(5));
  // Full jitter: within 1, 2, 4, 8 s, and not always at the end.
  const auto pauses = made.clock->pauses();
  ASSERT_THAT(pauses, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LE(pauses[i], 1000ms * (1 << i));
  EXPECT_NE(pauses[3], 8000ms);
}

TEST(GcsObjectStore, DrawsItsPausesFromTheSeed) {
  const auto pauses = [](std::uint64_t seed) {
    ScriptedGcs service([](ScriptedConnection& connection, const Request&, int) {
      connection.Answer("503 Busy", "", "");
    });
    const ScriptedStore made =
        StoreFor(service, [seed](GcsClientOptions& options) { options.retry.seed = seed; });
    EXPECT_FALSE(made.store->Stat(kObject));
    return made.clock->pauses();
  };
  EXPECT_EQ(pauses(3), pauses(3));
  EXPECT_NE(pauses(3), pauses(4));
}

TEST(GcsObjectStore, WaitsAsLongAsTheServiceSays) {
  const std::string later =
      "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: Wed, 21 Oct 2015 07:29:30 GMT\r\n";
  ScriptedGcs service([&](ScriptedConnection& connection, const Request&, int number) {
    if (number == 0) return connection.Answer("429 Slow", "Retry-After: 40\r\n", "");
    if (number == 1) return connection.Answer("503 Busy", later, "");
    if (number == 2) return connection.Answer("503 Busy", "Retry-After: soon\r\n", "");
    connection.Answer("200 OK", "", ObjectJson("a/b c", "hello"));
  });
  const ScriptedStore made = StoreFor(service);
  ASSERT_TRUE(made.store->Stat(kObject));
  const auto pauses = made.clock->pauses();
  ASSERT_THAT(pauses, SizeIs(3));
  EXPECT_EQ(pauses[0], 40s);
  EXPECT_EQ(pauses[1], 90s);
  EXPECT_LE(pauses[2], 4s);
}

TEST(GcsObjectStore, EndsWhenItsTimeIsUp) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request&, int) {
    connection.Answer("503 Busy", "Retry-After: 50\r\n", FailureJson(503, "r", "down"));
  });
  const ScriptedStore made =
      StoreFor(service, [](GcsClientOptions& options) { options.request_timeout = 120s; });
  const auto info = made.store->Stat(kObject);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kTimeout);
  EXPECT_THAT(info.error().message, HasSubstr("down"));
  EXPECT_THAT(service.requests(), SizeIs(3));  // at 0, 50 and 100 s
}

TEST(GcsObjectStore, SaysThatNobodyIsThere) {
  std::string url;
  {
    url = ScriptedGcs([](ScriptedConnection&, const Request&, int) {}).url();
  }
  const auto clock = std::make_shared<JumpingRetryClock>();
  const auto store = GcsObjectStore::Create(OptionsFor(url, clock));
  ASSERT_TRUE(store);
  const auto info = (*store)->Stat(kObject);
  EXPECT_EQ(info.error().code, ErrorCode::kRetriesExhausted);
  EXPECT_THAT(info.error().message, HasSubstr("cannot connect to 127.0.0.1"));
}

class TestCredentials : public Credentials {
 public:
  Result<std::string> AuthorizationHeader() override {
    ++asked;
    if (asked > 1) return Error{ErrorCode::kPermission, "the key is gone"};
    return std::string("Bearer sesame");
  }
  int asked = 0;
};

TEST(GcsObjectStore, ShowsItsCredentialsToTheServiceOnly) {
  const auto credentials = std::make_shared<TestCredentials>();
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int) {
    connection.Answer(
        "403 No", "",
        FailureJson(403, "forbidden", "I do not like " + request.Header("authorization")));
  });
  const ScriptedStore made =
      StoreFor(service, [&](GcsClientOptions& options) { options.credentials = credentials; });
  const auto refused = made.store->Stat(kObject);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermission);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("I do not like"), Not(HasSubstr("sesame"))));
  EXPECT_EQ(service.requests()[0].Header("authorization"), "Bearer sesame");
  const auto without = made.store->Stat(kObject);
  EXPECT_EQ(without.error().code, ErrorCode::kPermission);
  EXPECT_THAT(without.error().message, HasSubstr("the key is gone"));
  EXPECT_THAT(service.requests(), SizeIs(1));
}

TEST(GcsObjectStore, ListsAllPages) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int number) {
    if (number == 1) return connection.Answer("503 Busy", "", "");
    if (request.target().find("pageToken") == std::string::npos) {
      return connection.Answer("200 OK", "",
                               R"({"items":[)" + ObjectJson("a/1", "x") +
                                   R"(],"prefixes":["a/b/"],"nextPageToken":"t/1"})");
    }
    connection.Answer("200 OK", "", R"({"items":[)" + ObjectJson("a/2", "yy") + "]}");
  });
  const ScriptedStore made = StoreFor(service);
  const auto list = made.store->List("bucket", {.prefix = "a/", .delimiter = "/"});
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_THAT(list->objects, SizeIs(2));
  EXPECT_EQ(list->objects[1].uri.key, "a/2");
  EXPECT_THAT(list->prefixes, ElementsAre("a/b/"));
  EXPECT_THAT(service.lines(),
              ElementsAre("GET /storage/v1/b/bucket/o?projection=noAcl&prefix=a%2F&delimiter=%2F",
                          HasSubstr("&pageToken=t%2F1"), HasSubstr("&pageToken=t%2F1")));
}

TEST(GcsObjectStore, DoesNotListForEver) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request&, int) {
    connection.Answer("200 OK", "", R"({"nextPageToken":"again"})");
  });
  EXPECT_EQ(StoreFor(service).store->List("bucket", {}).error().code, ErrorCode::kIo);
}

TEST(GcsObjectStore, DeletesTheGenerationThatIsThere) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int) {
    if (request.method() == "GET") {
      return connection.Answer("200 OK", "", ObjectJson("a/b c", "x", 7));
    }
    connection.Send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  ASSERT_TRUE(StoreFor(service).store->Delete(kObject, {}));
  EXPECT_THAT(service.lines(),
              ElementsAre(StartsWith("GET "),
                          "DELETE /storage/v1/b/bucket/o/a%2Fb%20c?ifGenerationMatch=7"));
}

TEST(GcsObjectStore, DoesNotDeleteTwiceWhenAnAnswerIsLost) {
  // The first DELETE works and is not answered; then somebody writes a new object.
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int number) {
    if (request.method() == "GET") {
      return connection.Answer("200 OK", "", ObjectJson("a/b c", "x", number == 0 ? 7 : 8));
    }
    connection.Close();
  });
  ASSERT_TRUE(StoreFor(service).store->Delete(kObject, {}));
  EXPECT_THAT(service.lines(),
              ElementsAre(StartsWith("GET"), StartsWith("DELETE"), StartsWith("GET")));
}

TEST(GcsObjectStore, HasDeletedWhatIsGoneAfterALostAnswer) {
  for (const bool conditional : {false, true}) {
    ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int number) {
      if (request.method() == "GET" && number == 0) {
        return connection.Answer("200 OK", "", ObjectJson("a/b c", "x", 7));
      }
      if (number < 2 && request.method() == "DELETE") return connection.Close();
      connection.Answer("404 No", "", "");
    });
    ObjectPreconditions preconditions;
    if (conditional) preconditions.if_generation_match = 7;
    // A precondition makes the Stat unnecessary: the DELETE is request 0, its repetition 1.
    ScriptedGcs conditional_service([](ScriptedConnection& connection, const Request&, int number) {
      if (number == 0) return connection.Close();
      connection.Answer("404 No", "", "");
    });
    const ScriptedStore made = StoreFor(conditional ? conditional_service : service);
    const Status status = made.store->Delete(kObject, preconditions);
    EXPECT_TRUE(status) << status.error().message;
  }
}

TEST(GcsObjectStore, DeletesTheNewObjectWhenSomebodyWroteMeanwhile) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int number) {
    if (request.method() == "GET") {
      return connection.Answer("200 OK", "", ObjectJson("a/b c", "x", number == 0 ? 7 : 8));
    }
    if (request.target().ends_with("=7")) return connection.Answer("412 No", "", "");
    connection.Send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  ASSERT_TRUE(StoreFor(service).store->Delete(kObject, {}));
  EXPECT_THAT(service.lines().back(), HasSubstr("ifGenerationMatch=8"));
}

TEST(GcsObjectStore, DoesNotDeleteAgainstTheCallersWill) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int) {
    if (request.method() == "GET") {
      return connection.Answer("200 OK", "", ObjectJson("a/b c", "x", 7));
    }
    connection.Answer("412 No", "", "");
  });
  const ScriptedStore made = StoreFor(service);
  ObjectPreconditions generation, metageneration;
  generation.if_generation_match = 3;
  metageneration.if_metageneration_match = 3;
  EXPECT_EQ(made.store->Delete(kObject, generation).error().code, ErrorCode::kPreconditionFailed);
  EXPECT_EQ(made.store->Delete(kObject, metageneration).error().code,
            ErrorCode::kPreconditionFailed);
  EXPECT_THAT(service.lines().back(), StartsWith("GET"));
}

TEST(GcsObjectStore, ComposesOneToThirtyTwoSources) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request&, int) {
    connection.Answer("200 OK", "", ObjectJson("a/b c", "xyz", 9));
  });
  const ScriptedStore made = StoreFor(service);
  std::vector<GcsUri> sources(32, GcsUri{.bucket = "bucket", .key = "part"});
  const auto info = made.store->Compose(sources, kObject, {});
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->generation, 9);
  EXPECT_THAT(service.lines(), ElementsAre("POST /storage/v1/b/bucket/o/a%2Fb%20c/compose"));
  sources.push_back(sources[0]);
  const auto refused = made.store->Compose(sources, kObject, {});
  EXPECT_EQ(refused.error().code, ErrorCode::kBadRequest);
  EXPECT_THAT(refused.error().message, HasSubstr("33"));
  EXPECT_EQ(made.store->Compose({}, kObject, {}).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(made.store->Compose({{.bucket = "other", .key = "x"}}, kObject, {}).error().code,
            ErrorCode::kBadRequest);
  EXPECT_THAT(service.requests(), SizeIs(1));
}

TEST(GcsObjectStore, CopiesInAsManyStepsAsItTakes) {
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int number) {
    if (request.method() == "GET") {
      return connection.Answer("200 OK", "", ObjectJson("from", "hello", 7));
    }
    if (number == 1) {
      return connection.Answer("200 OK", "",
                               R"({"done":false,"rewriteToken":"t+1","totalBytesRewritten":"2"})");
    }
    connection.Answer("200 OK", "",
                      R"({"done":true,"resource":)" + ObjectJson("a/b c", "hello", 9) + "}");
  });
  ObjectPreconditions preconditions;
  preconditions.if_generation_match = kNoLiveObject;
  const auto info =
      StoreFor(service).store->Copy({.bucket = "bucket", .key = "from"}, kObject, preconditions);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->generation, 9);
  const std::string step =
      "POST /storage/v1/b/bucket/o/from/rewriteTo/b/bucket/o/"
      "a%2Fb%20c?projection=noAcl&sourceGeneration=7&ifGenerationMatch=0";
  EXPECT_THAT(service.lines(), ElementsAre(StartsWith("GET"), step, step + "&rewriteToken=t%2B1"));
}

// What a write does whose answer is lost, for every call that writes.
struct WriteCase {
  const char* name;
  std::function<Result<ObjectInfo>(ObjectStore&, const ObjectPreconditions&)> write;
};
class LostWrite : public ::testing::TestWithParam<WriteCase> {
 protected:
  static std::string Answer(const Request& request, const std::string& json) {
    return request.target().find("rewriteTo") == std::string::npos
               ? json
               : R"({"done":true,"resource":)" + json + "}";
  }
  static bool IsSource(const Request& request) {
    return request.method() == "GET" && request.target().find("/from?") != std::string::npos;
  }
};

TEST_P(LostWrite, IsRecognisedAsOurs) {
  for (const bool conditional : {false, true}) {
    // It took place: what is there now bears our id, and a repetition would be refused.
    ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int) {
      if (IsSource(request)) return connection.Answer("200 OK", "", ObjectJson("from", "hello", 1));
      if (request.method() == "GET") {
        return connection.Answer("200 OK", "",
                                 ObjectJson("a/b c", "hello", 9, OperationIdOf(request)));
      }
      connection.Reset();
    });
    ObjectPreconditions preconditions;
    if (conditional) preconditions.if_generation_match = 0;
    const auto info = GetParam().write(*StoreFor(service).store, preconditions);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->generation, 9);
    EXPECT_THAT(service.lines().back(), StartsWith("GET"));
  }
}

TEST_P(LostWrite, IsNotTakenForOursWhenSomebodyElseWroteTheSame) {
  // Nothing took place, and somebody else writes the same bytes.
  ScriptedGcs service([](ScriptedConnection& connection, const Request& request, int number) {
    if (IsSource(request)) return connection.Answer("200 OK", "", ObjectJson("from", "hello", 1));
    if (request.method() == "GET") {
      return connection.Answer("200 OK", "", ObjectJson("a/b c", "hello", 9, "somebody else"));
    }
    if (number <= 1) return connection.Reset();
    connection.Answer("412 No", "", FailureJson(412, "conditionNotMet", "no"));
  });
  ObjectPreconditions preconditions;
  preconditions.if_generation_match = 0;
  const auto info = GetParam().write(*StoreFor(service).store, preconditions);
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kPreconditionFailed);
}

TEST_P(LostWrite, IsRepeatedUnderAConditionThatCannotUndoAnothers) {
  int writes = 0;
  ScriptedGcs service([&](ScriptedConnection& connection, const Request& request, int) {
    if (IsSource(request)) return connection.Answer("200 OK", "", ObjectJson("from", "hello", 1));
    if (request.method() == "GET") {
      // Somebody else writes between our attempts, and between our look and the next.
      return connection.Answer("200 OK", "", ObjectJson("a/b c", "other", 20 + writes));
    }
    if (writes++ == 0) return connection.Answer("500 No", "", "");
    if (writes == 2) return connection.Answer("412 No", "", "");
    connection.Answer("200 OK", "", Answer(request, ObjectJson("a/b c", "hello", 30)));
  });
  const auto info = GetParam().write(*StoreFor(service).store, {});
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->generation, 30);
  std::vector<std::string> posts;
  for (const std::string& line : service.lines()) {
    if (line.starts_with("POST")) posts.push_back(line);
  }
  EXPECT_THAT(posts,
              ElementsAre(Not(HasSubstr("ifGenerationMatch")), HasSubstr("ifGenerationMatch=21"),
                          HasSubstr("ifGenerationMatch=22")));
}

TEST_P(LostWrite, IsTheCallersWhenItIsRefusedAtOnce) {
  ScriptedGcs service([&](ScriptedConnection& connection, const Request& request, int) {
    if (IsSource(request)) return connection.Answer("200 OK", "", ObjectJson("from", "hello", 1));
    connection.Answer("412 No", "", "");
  });
  ObjectPreconditions preconditions;
  preconditions.if_generation_match = 0;
  const auto info = GetParam().write(*StoreFor(service).store, preconditions);
  EXPECT_EQ(info.error().code, ErrorCode::kPreconditionFailed);
  EXPECT_THAT(service.lines().back(), StartsWith("POST"));
}

TEST_P(LostWrite, IsSimplyRepeatedAfterARefusalWithoutEffect) {
  int writes = 0;
  ScriptedGcs service([&](ScriptedConnection& connection, const Request& request, int) {
    if (IsSource(request)) return connection.Answer("200 OK", "", ObjectJson("from", "hello", 1));
    if (request.method() == "GET") return connection.Answer("400 Not asked for", "", "");
    if (writes++ == 0) return connection.Answer("429 Slow", "", "");
    connection.Answer("200 OK", "", Answer(request, ObjectJson("a/b c", "hello", 30)));
  });
  const auto info = GetParam().write(*StoreFor(service).store, {});
  ASSERT_TRUE(info) << info.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    All, LostWrite,
    ::testing::Values(WriteCase{"Compose",
                                [](ObjectStore& store, const ObjectPreconditions& preconditions) {
                                  ObjectWrite write;
                                  write.preconditions = preconditions;
                                  return store.Compose({{.bucket = "bucket", .key = "p"}}, kObject,
                                                       write);
                                }},
                      WriteCase{"Copy",
                                [](ObjectStore& store, const ObjectPreconditions& preconditions) {
                                  return store.Copy({.bucket = "bucket", .key = "from"}, kObject,
                                                    preconditions);
                                }},
                      WriteCase{"Upload",
                                [](ObjectStore& store, const ObjectPreconditions& preconditions) {
                                  const testing::TemporaryDirectory directory;
                                  testing::PutFile(directory / "f", "hello");
                                  ObjectWrite write;
                                  write.preconditions = preconditions;
                                  return store.Upload(directory / "f", kObject, write, {});
                                }}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace hyperlocal
