#include "fakes/gcs/server/fault_injector_internal.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fakes/gcs/server/fake_request_test_support.h"

namespace hyperlocal::gcs {
namespace {

using Ending = HttpResponse::Ending;

// Notes for how long it was asked to wait, and waits for nothing.
class PatientRequest : public FakeHttpRequest {
 public:
  using FakeHttpRequest::FakeHttpRequest;
  bool ClientGoesWithin(std::chrono::milliseconds time) const override {
    waits.push_back(time);
    return goes;
  }
  mutable std::vector<std::chrono::milliseconds> waits;
  bool goes = false;
};

class FaultInjection : public ::testing::Test {
 protected:
  void SetUp() override {
    BucketRecord bucket;
    bucket.name = "bkt";
    ASSERT_TRUE(service_.store().CreateBucket(bucket));
  }

  void Put(const std::string& name, const std::string& content) {
    auto writer = service_.store().NewContent();
    ASSERT_TRUE(writer && (*writer)->Append(content));
    ASSERT_TRUE(service_.store().InsertObject({"bkt", name}, {}, std::move(*writer), {}, {}));
  }

  // The id of a retry test with these instructions.
  std::string RetryTest(const std::string& method, const std::string& instructions) {
    const HttpResponse response = service_.Ask(
        "POST", "/retry_test", R"({"instructions":{")" + method + R"(":[)" + instructions + "]}}");
    EXPECT_EQ(response.status, 200) << response.body;
    return nlohmann::json::parse(response.body).value("id", "");
  }
  bool Completed(const std::string& id) {
    const HttpResponse response = service_.Ask("GET", "/retry_test/" + id);
    return nlohmann::json::parse(response.body).value("completed", false);
  }

  HttpResponse Get(const std::string& target, HttpHeaders headers) {
    return service_.Ask("GET", target, "", std::move(headers));
  }

  ServiceWithoutSocket service_;
};

constexpr std::string_view kMedia = "/storage/v1/b/bkt/o/obj?alt=media";
constexpr std::string_view kId = "x-retry-test-id";
constexpr std::string_view kWords = "x-goog-emulator-instructions";

TEST_F(FaultInjection, ReturnXAnswersTheStatusOnceAndThenTheObject) {
  Put("obj", "content");
  const std::string id = RetryTest("storage.objects.get", R"("return-503","return-429")");
  const HttpResponse first = Get(std::string(kMedia), {{std::string(kId), id}});
  EXPECT_EQ(first.status, 503);
  EXPECT_NE(first.body.find("\"code\":503"), std::string::npos) << first.body;
  EXPECT_FALSE(Completed(id));
  EXPECT_EQ(Get(std::string(kMedia), {{std::string(kId), id}}).status, 429);
  EXPECT_TRUE(Completed(id));
  const HttpResponse third = Get(std::string(kMedia), {{std::string(kId), id}});
  EXPECT_EQ(third.status, 200);
  EXPECT_EQ(BodyOf(third), "content");
}

TEST_F(FaultInjection, RequestsWithoutTheIdAndOtherMethodsAreLeftAlone) {
  Put("obj", "content");
  const std::string id = RetryTest("storage.objects.list", R"("return-503")");
  EXPECT_EQ(Get("/storage/v1/b/bkt/o", {}).status, 200);
  EXPECT_EQ(Get(std::string(kMedia), {{std::string(kId), id}}).status, 200);
  EXPECT_EQ(Get("/storage/v1/b/bkt/o", {{std::string(kId), id}}).status, 503);
}

TEST_F(FaultInjection, EveryMethodOfTheVocabularyCanFail) {
  Put("obj", "content");
  struct Row {
    std::string method, http, target;
  };
  for (const Row& row : {
           Row{"storage.buckets.insert", "POST", "/storage/v1/b?project=p"},
           Row{"storage.buckets.get", "GET", "/storage/v1/b/bkt"},
           Row{"storage.buckets.list", "GET", "/storage/v1/b?project=p"},
           Row{"storage.buckets.patch", "PATCH", "/storage/v1/b/bkt"},
           Row{"storage.buckets.update", "PUT", "/storage/v1/b/bkt"},
           Row{"storage.buckets.delete", "DELETE", "/storage/v1/b/bkt"},
           Row{"storage.objects.insert", "POST",
               "/upload/storage/v1/b/bkt/o?uploadType=media&name=x"},
           Row{"storage.objects.get", "GET", "/storage/v1/b/bkt/o/obj"},
           Row{"storage.objects.list", "GET", "/storage/v1/b/bkt/o"},
           Row{"storage.objects.patch", "PATCH", "/storage/v1/b/bkt/o/obj"},
           Row{"storage.objects.update", "PUT", "/storage/v1/b/bkt/o/obj"},
           Row{"storage.objects.delete", "DELETE", "/storage/v1/b/bkt/o/obj"},
           Row{"storage.objects.compose", "POST", "/storage/v1/b/bkt/o/obj/compose"},
           Row{"storage.objects.rewrite", "POST", "/storage/v1/b/bkt/o/obj/rewriteTo/b/bkt/o/y"},
           Row{"storage.objects.copy", "POST", "/storage/v1/b/bkt/o/obj/copyTo/b/bkt/o/y"},
           // The same through the XML API.
           Row{"storage.objects.get", "GET", "/bkt/obj"},
           Row{"storage.objects.insert", "PUT", "/bkt/x"},
           Row{"storage.objects.delete", "DELETE", "/bkt/obj"},
           Row{"storage.objects.list", "GET", "/bkt"},
           Row{"storage.buckets.insert", "PUT", "/new-bucket"},
       }) {
    const std::string id = RetryTest(row.method, R"("return-501")");
    const HttpResponse response =
        service_.Ask(row.http, row.target, row.http == "GET" ? "" : "{}", {{std::string(kId), id}});
    EXPECT_EQ(response.status, 501) << row.http << " " << row.target << " " << response.body;
    EXPECT_TRUE(Completed(id)) << row.target;
  }
  EXPECT_TRUE(service_.store().GetObject({{"bkt", "obj"}, {}}));  // nothing was done
}

TEST_F(FaultInjection, AStatusOfTheXmlApiIsAnXmlDocument) {
  const std::string id = RetryTest("storage.objects.get", R"("return-503")");
  const HttpResponse response = Get("/bkt/obj", {{std::string(kId), id}});
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.body.find("<Error><Code>ServiceUnavailable</Code>"), std::string::npos);
}

TEST_F(FaultInjection, AnUnknownTestIdIsNotFound) {
  Put("obj", "content");
  const HttpResponse response =
      Get(std::string(kMedia), {{std::string(kId), "00000000000000000000000000000000"}});
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("Retry Test"), std::string::npos);
}

TEST_F(FaultInjection, ResetConnectionDoesNothingAndSendsNothing) {
  Put("obj", "content");
  const std::string id = RetryTest("storage.objects.delete", R"("return-reset-connection")");
  const HttpResponse response =
      service_.Ask("DELETE", "/storage/v1/b/bkt/o/obj", "", {{std::string(kId), id}});
  EXPECT_EQ(response.ending, Ending::kReset);
  EXPECT_EQ(response.ending_at, 0u);
  EXPECT_TRUE(service_.store().GetObject({{"bkt", "obj"}, {}}));
  EXPECT_TRUE(Completed(id));
}

TEST_F(FaultInjection, BrokenStreamEndsAfterAFewBytes) {
  Put("obj", "content");
  const std::string id = RetryTest("storage.objects.get", R"("return-broken-stream")");
  const HttpResponse response = Get(std::string(kMedia), {{std::string(kId), id}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.ending, Ending::kClosed);
  EXPECT_EQ(response.ending_at, 4u);
  EXPECT_TRUE(Completed(id));
}

TEST_F(FaultInjection, BrokenStreamAfterYKWaitsForAnAnswerThatIsLongEnough) {
  Put("obj", std::string(8192, 'x'));
  Put("large", std::string(8193, 'x'));
  const std::string id = RetryTest("storage.objects.get", R"("return-broken-stream-after-8K")");
  EXPECT_EQ(Get(std::string(kMedia), {{std::string(kId), id}}).ending, Ending::kWhole);
  EXPECT_FALSE(Completed(id));
  const HttpResponse response =
      Get("/storage/v1/b/bkt/o/large?alt=media", {{std::string(kId), id}});
  EXPECT_EQ(response.ending, Ending::kClosed);
  EXPECT_EQ(response.ending_at, 8192u);
  EXPECT_TRUE(Completed(id));
}

TEST_F(FaultInjection, AnErrorUsesNoInstructionUp) {
  const std::string id = RetryTest("storage.objects.get", R"("return-broken-stream")");
  EXPECT_EQ(Get(std::string(kMedia), {{std::string(kId), id}}).status, 404);
  EXPECT_FALSE(Completed(id));
}

// A resumable upload, as a client does it.
class FaultyUpload : public FaultInjection {
 protected:
  std::string Start(const std::string& name, HttpHeaders headers = {}) {
    const HttpResponse response =
        service_.Ask("POST", "/upload/storage/v1/b/bkt/o?uploadType=resumable&name=" + name, "{}",
                     std::move(headers));
    EXPECT_EQ(response.status, 200) << response.body;
    std::string location(response.headers.Get("Location"));
    return location.substr(location.find("/upload/"));
  }
  HttpResponse Send(const std::string& session, const std::string& bytes, std::size_t first,
                    const std::string& total, HttpHeaders headers = {}) {
    headers.Add("Content-Range", "bytes " + std::to_string(first) + "-" +
                                     std::to_string(first + bytes.size() - 1) + "/" + total);
    FakeHttpRequest request("PUT", session, bytes, std::move(headers));
    request.piece = 10'000;
    return service_.Answer(request);
  }
  // The Range of a query: "bytes=0-12345", or "".
  std::string Stored(const std::string& session) {
    const HttpResponse response =
        service_.Ask("PUT", session, "", {{"Content-Range", "bytes */*"}});
    EXPECT_EQ(response.status, 308) << response.body;
    return std::string(response.headers.Get("Range"));
  }
};

TEST_F(FaultyUpload, ReturnXAfterYKKeepsWhatCameBefore) {
  const std::string content(600'000, 'u');
  const std::string id = RetryTest("storage.objects.insert", R"("return-503-after-300K")");
  const HttpHeaders with_id{{std::string(kId), id}};
  const std::string session = Start("up", with_id);
  EXPECT_FALSE(Completed(id));  // the start of an upload brings no bytes of it
  const HttpResponse broken = Send(session, content, 0, "600000", with_id);
  EXPECT_EQ(broken.status, 503) << broken.body;
  EXPECT_TRUE(Completed(id));
  EXPECT_EQ(Stored(session), "bytes=0-307199");
  const HttpResponse rest = Send(session, content.substr(307'200), 307'200, "600000", with_id);
  EXPECT_EQ(rest.status, 200) << rest.body;
  const auto object = service_.store().GetObject({{"bkt", "up"}, {}});
  ASSERT_TRUE(object);
  EXPECT_EQ(object->size, 600'000u);
}

TEST_F(FaultyUpload, YKCountsFromTheBeginningOfTheObject) {
  const std::string id = RetryTest("storage.objects.insert", R"("return-503-after-512K")");
  const HttpHeaders with_id{{std::string(kId), id}};
  const std::string session = Start("up");
  const std::string chunk(262'144, 'c');
  EXPECT_EQ(Send(session, chunk, 0, "*", with_id).status, 308);
  EXPECT_FALSE(Completed(id));
  // The second part ends just there: it is kept whole, and yet not acknowledged.
  EXPECT_EQ(Send(session, chunk, 262'144, "*", with_id).status, 503);
  EXPECT_TRUE(Completed(id));
  EXPECT_EQ(Stored(session), "bytes=0-524287");
}

TEST_F(FaultyUpload, OfASingleRequestNothingIsKept) {
  const std::string id = RetryTest("storage.objects.insert", R"("return-503-after-1K")");
  const std::string target = "/upload/storage/v1/b/bkt/o?uploadType=media&name=up";
  const HttpHeaders with_id{{std::string(kId), id}};
  EXPECT_EQ(service_.Ask("POST", target, std::string(2000, 'x'), with_id).status, 503);
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "up"}, {}}));
  EXPECT_EQ(service_.Ask("POST", target, std::string(2000, 'x'), with_id).status, 200);
}

TEST_F(FaultyUpload, TheFinalChunkIsStoredAndItsAnswerCutShort) {
  const std::string id =
      RetryTest("storage.objects.insert", R"("return-broken-stream-final-chunk-after-10B")");
  const HttpHeaders with_id{{std::string(kId), id}};
  const std::string session = Start("up", with_id);
  const std::string chunk(262'144, 'c');
  EXPECT_EQ(Send(session, chunk, 0, "*", with_id).status, 308);
  EXPECT_FALSE(Completed(id));
  const HttpResponse last = Send(session, "end", 262'144, "262147", with_id);
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.body.size(), 10u);
  EXPECT_TRUE(Completed(id));
  EXPECT_TRUE(service_.store().GetObject({{"bkt", "up"}, {}}));
}

TEST_F(FaultyUpload, StallForTsAfterYKIsInTheMiddleOfAnUpload) {
  const std::string id = RetryTest("storage.objects.insert", R"("stall-for-3s-after-1K")");
  PatientRequest request("POST", "/upload/storage/v1/b/bkt/o?uploadType=media&name=up",
                         std::string(2000, 'x'), {{std::string(kId), id}});
  EXPECT_EQ(service_.Answer(request).status, 200);
  EXPECT_EQ(request.waits, std::vector<std::chrono::milliseconds>{std::chrono::seconds(3)});
  EXPECT_EQ(service_.store().GetObject({{"bkt", "up"}, {}})->size, 2000u);
  EXPECT_TRUE(Completed(id));
}

TEST_F(FaultInjection, StallForTsAfterYKIsInTheMiddleOfADownload) {
  const std::string content(3000, 's');
  Put("obj", content);
  const std::string id = RetryTest("storage.objects.get", R"("stall-for-2s-after-1K")");
  PatientRequest request("GET", std::string(kMedia), "", {{std::string(kId), id}});
  const HttpResponse response = service_.Answer(request);
  ASSERT_TRUE(response.source);
  std::string part(4096, '\0');
  const auto first = response.source(0, part.data(), part.size());
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, 1024u);  // what is before the stall is on its way first
  EXPECT_TRUE(request.waits.empty());
  EXPECT_EQ(BodyOf(response), content);
  EXPECT_EQ(request.waits, std::vector<std::chrono::milliseconds>{std::chrono::seconds(2)});
}

TEST_F(FaultInjection, AStallEndsWhenTheClientGoes) {
  Put("obj", std::string(3000, 's'));
  const std::string id = RetryTest("storage.objects.get", R"("stall-for-100s-after-1K")");
  PatientRequest request("GET", std::string(kMedia), "", {{std::string(kId), id}});
  request.goes = true;
  const HttpResponse response = service_.Answer(request);
  EXPECT_EQ(BodyOf(response).size(), 1024u);
}

TEST_F(FaultInjection, HeaderReturnBrokenStreamBreaksAfterAMebibyte) {
  Put("obj", std::string(1048577, 'x'));
  Put("small", std::string(1048576, 'x'));
  const HttpHeaders words{{std::string(kWords), "return-broken-stream"}};
  const HttpResponse response = Get(std::string(kMedia), words);
  EXPECT_EQ(response.ending, Ending::kReset);
  EXPECT_EQ(response.ending_at, 1048576u);
  EXPECT_EQ(Get("/storage/v1/b/bkt/o/small?alt=media", words).ending, Ending::kWhole);
}

TEST_F(FaultInjection, HeaderReturnCorruptedDataChangesTheBytesAndNotTheirChecksum) {
  Put("obj", "content");
  const HttpResponse good = Get(std::string(kMedia), {});
  const HttpResponse bad =
      Get(std::string(kMedia), {{std::string(kWords), "return-corrupted-data"}});
  EXPECT_EQ(BodyOf(bad), "Aontent");
  EXPECT_EQ(bad.headers.Get("x-goog-hash"), good.headers.Get("x-goog-hash"));
  Put("obj", "A");
  EXPECT_EQ(BodyOf(Get(std::string(kMedia), {{std::string(kWords), "return-corrupted-data"}})),
            "B");
}

TEST_F(FaultInjection, HeaderStallAlwaysWaitsBeforeTheFirstByte) {
  Put("obj", "content");
  PatientRequest request("GET", std::string(kMedia), "", {{std::string(kWords), "stall-always"}});
  EXPECT_EQ(BodyOf(service_.Answer(request)), "content");
  EXPECT_EQ(request.waits, std::vector<std::chrono::milliseconds>{std::chrono::seconds(10)});
}

TEST_F(FaultInjection, HeaderStallAt256KiBWaitsThere) {
  Put("obj", std::string(300'000, 'x'));
  PatientRequest request("GET", std::string(kMedia), "",
                         {{std::string(kWords), "stall-at-256KiB"}});
  const HttpResponse response = service_.Answer(request);
  ASSERT_TRUE(response.source);
  std::string part(300'000, '\0');
  std::size_t before = 0;
  while (request.waits.empty()) {
    const auto got = response.source(before, part.data(), part.size());
    ASSERT_TRUE(got && *got > 0);
    if (request.waits.empty()) before += *got;
  }
  EXPECT_EQ(before, 262'144u);
}

TEST_F(FaultInjection, HeaderReturn503After256KBreaksDownloadsAndRefusesTheirResumption) {
  Put("obj", std::string(300'000, 'x'));
  const HttpResponse first =
      Get(std::string(kMedia), {{std::string(kWords), "return-503-after-256K"}});
  EXPECT_EQ(first.ending, Ending::kReset);
  EXPECT_EQ(first.ending_at, 262'144u);
  const auto resumed = [this](const char* words) {
    return Get(std::string(kMedia), {{std::string(kWords), words}, {"Range", "bytes=262144-"}});
  };
  EXPECT_EQ(resumed("return-503-after-256K/retry-1").status, 503);
  EXPECT_EQ(resumed("return-503-after-256K/retry-2").status, 503);
  EXPECT_EQ(resumed("return-503-after-256K/retry-3").status, 206);
  EXPECT_EQ(resumed("return-503-after-256K").status, 206);
}

TEST_F(FaultyUpload, HeaderReturn503After256KKeepsTheFirst256KiB) {
  const std::string session = Start("up");
  const HttpHeaders words{{std::string(kWords), "return-503-after-256K"}};
  EXPECT_EQ(Send(session, std::string(300'000, 'x'), 0, "300000", words).status, 503);
  EXPECT_EQ(Stored(session), "bytes=0-262143");
}

TEST_F(FaultInjection, HeaderInjectUploadDataErrorStoresSomethingElse) {
  const std::string target = "/upload/storage/v1/b/bkt/o?uploadType=media&name=up";
  const HttpHeaders words{{std::string(kWords), "inject-upload-data-error"}};
  EXPECT_EQ(service_.Ask("POST", target, "content", words).status, 200);
  EXPECT_EQ(BodyOf(Get("/storage/v1/b/bkt/o/up?alt=media", {})), "Aontent");
  // With the checksum of what the client sent, nothing is stored.
  HttpHeaders claimed = words;
  claimed.Add("Content-MD5", "mgNkuembtIDdJeHwKEyFVQ==");
  EXPECT_EQ(service_.Ask("POST", target + "2", "content", claimed).status, 400);
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "up2"}, {}}));
}

TEST_F(FaultInjection, OfAMultipartUploadTheContentIsHarmedAndCounted) {
  const auto upload = [this](const std::string& name, const std::string& words,
                             const std::string& id) {
    HttpHeaders headers{{"Content-Type", "multipart/related; boundary=b"}};
    if (!words.empty()) headers.Add(std::string(kWords), words);
    if (!id.empty()) headers.Add(std::string(kId), id);
    FakeHttpRequest request("POST", "/upload/storage/v1/b/bkt/o?uploadType=multipart",
                            "--b\r\nContent-Type: application/json\r\n\r\n{\"name\": \"" + name +
                                "\"}\r\n--b\r\nContent-Type: text/plain\r\n\r\n" +
                                std::string(2000, 'x') + "\r\n--b--\r\n",
                            headers);
    return service_.Answer(request);
  };
  const HttpResponse corrupted = upload("one", "inject-upload-data-error", "");
  EXPECT_EQ(corrupted.status, 200) << corrupted.body;
  EXPECT_EQ(BodyOf(Get("/bkt/one", {})), "A" + std::string(1999, 'x'));
  // The content is shorter than that, although the body is not.
  const std::string id = RetryTest("storage.objects.insert", R"("return-503-after-2K")");
  EXPECT_EQ(upload("two", "", id).status, 200);
  EXPECT_FALSE(Completed(id));
  const std::string shorter = RetryTest("storage.objects.insert", R"("return-503-after-1K")");
  EXPECT_EQ(upload("three", "", shorter).status, 503);
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "three"}, {}}));
}

TEST_F(FaultInjection, TheOlderNameOfTheHeaderIsUnderstood) {
  Put("obj", "content");
  EXPECT_EQ(BodyOf(Get(std::string(kMedia),
                       {{"x-goog-testbench-instructions", "return-corrupted-data"}})),
            "Aontent");
}

TEST_F(FaultInjection, HeadersSayNothingOfMetadata) {
  Put("obj", "content");
  const HttpResponse response =
      Get("/storage/v1/b/bkt/o/obj", {{std::string(kWords), "return-corrupted-data"}});
  EXPECT_TRUE(nlohmann::json::parse(response.body, nullptr, false).is_object());
}

class FaultPlanInServer : public FaultyUpload {
 protected:
  void SetPlan(const std::string& plan) {
    const HttpResponse response = service_.Ask("PUT", "/_hyperlocal/faults", plan);
    ASSERT_EQ(response.status, 200) << response.body;
  }
  nlohmann::json Rule(std::size_t index) {
    const auto counts = nlohmann::json::parse(service_.Ask("GET", "/_hyperlocal/faults").body);
    return counts["rules"][index];
  }
};

TEST_F(FaultPlanInServer, CountsWhatItInjectedForEachRule) {
  Put("obj", "content");
  SetPlan(R"({"rules": [{"method": "storage.objects.get", "prefix": "ob", "action": "status",
                         "status": 500, "times": 2}]})");
  std::string statuses;
  for (int i = 0; i < 3; ++i) {
    statuses += std::to_string(Get(std::string(kMedia), {}).status) + " ";
  }
  EXPECT_EQ(statuses, "500 500 200 ");
  EXPECT_EQ(Get("/storage/v1/b/bkt/o", {}).status, 200);
  EXPECT_EQ(Rule(0)["matched"], 3);
  EXPECT_EQ(Rule(0)["chosen"], 2);
  EXPECT_EQ(Rule(0)["injected"], 2);
}

TEST_F(FaultPlanInServer, ChosenFaultsThatAreNotReachedAreNotInjected) {
  Put("obj", "content");
  SetPlan(R"({"rules": [{"action": "close", "after_bytes": 1000}]})");
  EXPECT_EQ(Get(std::string(kMedia), {}).ending, Ending::kWhole);
  EXPECT_EQ(Rule(0)["chosen"], 1);
  EXPECT_EQ(Rule(0)["injected"], 0);
}

TEST_F(FaultPlanInServer, AResetAfterNoByteLosesTheAnswerAndNotTheWork) {
  SetPlan(R"({"rules": [{"method": "storage.objects.insert", "action": "reset",
                         "after_bytes": 0, "times": 1}]})");
  const HttpResponse response =
      service_.Ask("POST", "/upload/storage/v1/b/bkt/o?uploadType=media&name=up", "content");
  EXPECT_EQ(response.ending, Ending::kReset);
  EXPECT_EQ(response.ending_at, 0u);
  EXPECT_TRUE(service_.store().GetObject({{"bkt", "up"}, {}}));
}

TEST_F(FaultPlanInServer, ATruncatedUploadIsKeptSoFarAndTheConnectionReset) {
  SetPlan(R"({"rules": [{"method": "storage.objects.insert", "action": "truncate-upload",
                         "after_bytes": 100000, "times": 1}]})");
  const std::string session = Start("up");
  const HttpResponse broken = Send(session, std::string(300'000, 'x'), 0, "300000");
  EXPECT_EQ(broken.ending, Ending::kReset);
  EXPECT_EQ(Stored(session), "bytes=0-99999");
  EXPECT_EQ(Send(session, std::string(200'000, 'x'), 100'000, "300000").status, 200);
}

TEST_F(FaultPlanInServer, CorruptionBothWays) {
  SetPlan(R"({"rules": [{"method": "storage.objects.insert", "action": "corrupt-upload"},
                         {"method": "storage.objects.get", "action": "corrupt"}]})");
  EXPECT_EQ(
      service_.Ask("POST", "/upload/storage/v1/b/bkt/o?uploadType=media&name=up", "content").status,
      200);
  EXPECT_EQ(BodyOf(Get("/storage/v1/b/bkt/o/up?alt=media", {})), "Bontent");
}

TEST_F(FaultPlanInServer, AStallIsAsLongAsItSays) {
  Put("obj", "content");
  SetPlan(R"({"rules": [{"method": "storage.objects.get", "action": "stall", "stall_ms": 70}]})");
  PatientRequest request("GET", std::string(kMedia));
  EXPECT_EQ(BodyOf(service_.Answer(request)), "content");
  EXPECT_EQ(request.waits, std::vector<std::chrono::milliseconds>{std::chrono::milliseconds(70)});
}

TEST_F(FaultPlanInServer, ABadPlanLeavesTheOldOneAndDeleteClearsIt) {
  Put("obj", "content");
  SetPlan(R"({"rules": [{"action": "status", "status": 500}]})");
  const HttpResponse refused =
      service_.Ask("PUT", "/_hyperlocal/faults", R"({"rules": [{"action": "explode"}]})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.body.find("rules[0].action"), std::string::npos) << refused.body;
  EXPECT_EQ(Get(std::string(kMedia), {}).status, 500);
  EXPECT_EQ(service_.Ask("DELETE", "/_hyperlocal/faults").status, 200);
  EXPECT_EQ(Get(std::string(kMedia), {}).status, 200);
}

TEST_F(FaultPlanInServer, TheControlApiIsNeverStruck) {
  SetPlan(R"({"rules": [{"action": "status", "status": 500}]})");
  EXPECT_EQ(service_.Ask("GET", "/_hyperlocal/health").status, 200);
  EXPECT_EQ(service_.Ask("GET", "/retry_tests").status, 200);
}

TEST_F(FaultPlanInServer, APlanGivenAtTheStartHolds) {
  GcsServerOptions options;
  options.fault_plan = R"({"rules": [{"action": "status", "status": 503}]})";
  ServiceWithoutSocket service(options);
  EXPECT_EQ(service.Ask("GET", "/storage/v1/b?project=p").status, 503);
  options.fault_plan = "{}";
  EXPECT_FALSE(ControlPlane::Create(options));
}

}  // namespace
}  // namespace hyperlocal::gcs
