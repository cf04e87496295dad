#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "adapters/gcp/storage/one_object_service_test_support.h"
#include "adapters/gcp/storage/scripted_gcs_test_support.h"
#include "engine/hash/crc32c.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

// Contents on their way up, through a service that fails and lies.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FailureJson;
using testing::FileContent;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kChunk;
using testing::kObject;
using testing::Noise;
using ::testing::Not;
using testing::ObjectJson;
using testing::OneObjectService;
using testing::OperationIdOf;
using testing::PutFile;
using testing::ScriptedConnection;
using testing::ScriptedStore;
using ::testing::SizeIs;
using testing::SmallChunks;
using testing::StoreFor;
using testing::Transfer;

using Request = ScriptedConnection::Request;

TEST_F(Transfer, ContentsOfEverySizeGoUpAndDown) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{1001}, kChunk - 1, kChunk,
        kChunk + 1, 3 * kChunk, 3 * kChunk + 5}) {
    OneObjectService service;
    const std::string content = Noise(size);
    const auto up = Upload(service, content);
    ASSERT_TRUE(up) << size << up.error().message;
    EXPECT_EQ(up->size, size);
    EXPECT_TRUE(service.content == content) << size;
    const auto down = Download(service);
    ASSERT_TRUE(down) << size << down.error().message;
    EXPECT_EQ(*down, *up);
    EXPECT_TRUE(FileContent(directory_ / "down") == content) << size;
    EXPECT_THAT(Left(), ElementsAre("down"));
    EXPECT_EQ(service.sessions, size > 1000 ? 1 : 0);
  }
}

TEST_F(Transfer, ASmallUploadSaysWhatItIs) {
  OneObjectService service;
  ObjectWrite write;
  write.content_type = "video/mp4";
  write.preconditions.if_generation_match = 0;
  ASSERT_TRUE(Upload(service, "hello", write));
  const Request request = service.gcs().requests()[0];
  EXPECT_EQ(request.target(),
            "/upload/storage/v1/b/bucket/o?uploadType=multipart&projection=noAcl&"
            "ifGenerationMatch=0");
  EXPECT_THAT(request.body, HasSubstr(R"("crc32c":"mnG7TA==")"));
  EXPECT_THAT(request.body, HasSubstr(R"("contentType":"video/mp4")"));
  EXPECT_THAT(request.body, HasSubstr(R"("name":"o")"));
}

TEST_F(Transfer, AResumableUploadSaysWhatItIs) {
  OneObjectService service;
  ObjectWrite write;
  write.content_type = "video/mp4";
  write.preconditions.if_generation_match = 0;
  ASSERT_TRUE(Upload(service, Noise(kChunk + 1), write));
  const Request start = service.gcs().requests()[0];
  EXPECT_THAT(start.target(), AllOf(HasSubstr("uploadType=resumable"), HasSubstr("name=o"),
                                    HasSubstr("ifGenerationMatch=0")));
  EXPECT_EQ(start.Header("x-upload-content-type"), "video/mp4");
  EXPECT_EQ(start.Header("x-upload-content-length"), "262145");
  EXPECT_THAT(service.Of("PUT"),
              ElementsAre("bytes 0-262143/262145", "bytes 262144-262144/262145"));
}

TEST_F(Transfer, AResumableUploadNamesItsChecksumWithTheLastRequest) {
  OneObjectService service;
  const std::string content = Noise(kChunk + 1);
  ASSERT_TRUE(Upload(service, content));
  const std::vector<Request> requests = service.gcs().requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_THAT(requests[0].body, Not(HasSubstr("crc32c")));
  EXPECT_EQ(requests[1].Header("x-goog-hash"), "");
  EXPECT_EQ(requests[2].Header("x-goog-hash"), "crc32c=" + Crc32cBase64(Crc32cOf(content)));
}

TEST_F(Transfer, LargeRequestsLeaveASmallOneToBeTheLast) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  OneObjectService service;
  const std::string content = Noise(9 * kMiB);
  PutFile(directory_ / "up", content);
  const ScriptedStore made = StoreFor(
      service.gcs(), [](GcsClientOptions& options) { options.upload_chunk_bytes = 64 * kMiB; });
  ASSERT_TRUE(made.store->Upload(directory_ / "up", kObject, {}, {}));
  EXPECT_TRUE(service.content == content);
  EXPECT_THAT(service.Of("PUT"),
              ElementsAre("bytes 0-9175039/9437184", "bytes 9175040-9437183/9437184"));
}

TEST_F(Transfer, AMissingFileIsNoInput) {
  OneObjectService service;
  const ScriptedStore made = StoreFor(service.gcs());
  const auto missing = made.store->Upload(directory_ / "none", kObject, {}, {});
  EXPECT_EQ(missing.error().code, ErrorCode::kNoInput);
  EXPECT_THAT(missing.error().message, HasSubstr("none"));
  EXPECT_EQ(made.store->Upload(directory_.path(), kObject, {}, {}).error().code,
            ErrorCode::kNoInput);
  EXPECT_THAT(service.gcs().requests(), IsEmpty());
}

TEST_F(Transfer, AnUploadGoesOnWhereTheServiceIs) {
  // The service keeps a part of the first chunk, and breaks off.
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.method() != "PUT" || self.puts++ > 0) return false;
        self.stored = request.body.substr(0, 100000);
        connection.Reset();
        return true;
      });
  const std::string content = Noise(2 * kChunk);
  ASSERT_TRUE(Upload(service, content));
  EXPECT_TRUE(service.content == content);
  EXPECT_THAT(service.Of("PUT"),
              ElementsAre("bytes 0-262143/524288", "bytes */524288", "bytes 100000-362143/524288",
                          "bytes 362144-524287/524288"));
  EXPECT_EQ(service.sessions, 1);
}

TEST_F(Transfer, AnUploadGoesOnAfterAPartlyStoredChunk) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.method() != "PUT" || self.puts++ > 0) return false;
        self.stored = request.body.substr(0, 1000);
        self.Incomplete(connection);
        return true;
      });
  const std::string content = Noise(kChunk + 7);
  ASSERT_TRUE(Upload(service, content));
  EXPECT_TRUE(service.content == content);
  EXPECT_THAT(service.Of("PUT"), ElementsAre("bytes 0-262143/262151", "bytes 1000-262150/262151"));
}

TEST_F(Transfer, AnUploadBeginsAnewWhenItsSessionIsLost) {
  for (const char* const status : {"404 Not Found", "410 Gone", "499 Cancelled"}) {
    OneObjectService service(
        [&](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
          if (request.method() != "PUT" || self.puts++ != 1) return false;
          connection.Answer(status, "", "");
          return true;
        });
    const std::string content = Noise(3 * kChunk);
    ASSERT_TRUE(Upload(service, content)) << status;
    EXPECT_TRUE(service.content == content);
    EXPECT_EQ(service.sessions, 2);
  }
}

TEST_F(Transfer, AnUploadWhoseSessionsAreAlwaysLostEnds) {
  OneObjectService service(
      [&](ScriptedConnection& connection, const Request& request, OneObjectService&) {
        if (request.Header("content-range").find("bytes 262144-") != 0) return false;
        connection.Answer("410 Gone", "", "");
        return true;
      });
  const auto info = Upload(service, Noise(3 * kChunk));
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kRetriesExhausted);
  EXPECT_THAT(info.error().message, Not(HasSubstr("s3cret")));
}

TEST_F(Transfer, AnUploadOfWhichTheServiceKeepsNothingEnds) {
  OneObjectService service(
      [&](ScriptedConnection& connection, const Request& request, OneObjectService&) {
        if (request.method() != "PUT") return false;
        connection.Answer("308 Resume Incomplete", "", "");
        return true;
      });
  EXPECT_EQ(Upload(service, Noise(kChunk)).error().code, ErrorCode::kRetriesExhausted);
  EXPECT_THAT(service.Of("PUT"), SizeIs(8));
}

TEST_F(Transfer, AnUploadWhoseLastAnswerIsLostIsFoundByItsSession) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.method() != "PUT") return false;
        ++self.puts;
        if (self.puts == 1) {
          self.content = self.stored = request.body;
          self.generation = 5;
          self.writer = OperationIdOf(request);
          connection.Reset();
          return true;
        }
        connection.Answer("200 OK", "", ObjectJson("o", *self.content, 5, self.writer));
        return true;
      });
  ObjectWrite write;
  write.preconditions.if_generation_match = 0;
  const auto info = Upload(service, Noise(kChunk), write);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->generation, 5);
  EXPECT_EQ(service.puts, 2);
}

TEST_F(Transfer, AnUploadIsFoundByItsIdWhenEvenItsSessionIsGone) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.method() != "PUT") return false;
        if (self.puts++ == 0) {
          self.content = request.body;
          self.generation = 5;
          self.writer = OperationIdOf(request);
          connection.Reset();
        } else {
          connection.Answer("410 Gone", "", "");
        }
        return true;
      });
  ObjectWrite write;
  write.preconditions.if_generation_match = 0;
  const auto info = Upload(service, Noise(kChunk), write);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->generation, 5);
  EXPECT_EQ(service.sessions, 1);
}

TEST_F(Transfer, APreconditionIsJudgedByTheLastPiece) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService&) {
        if (request.method() != "PUT") return false;
        connection.Answer("412 Precondition Failed", "", FailureJson(412, "conditionNotMet", "no"));
        return true;
      });
  ObjectWrite write;
  write.preconditions.if_generation_match = 0;
  const auto info = Upload(service, Noise(kChunk), write);
  EXPECT_EQ(info.error().code, ErrorCode::kPreconditionFailed);
  EXPECT_THAT(service.gcs().requests(), SizeIs(2));
}

TEST_F(Transfer, ADamagedUploadIsTakenBackAndRepeated) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.target().find("multipart") == std::string::npos || self.puts++ > 0)
          return false;
        std::string bytes = OneObjectService::MediaOf(request);
        bytes[2] = 'X';
        self.Commit(connection, request, bytes);
        return true;
      });
  const auto info = Upload(service, "hello");
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(service.content, "hello");
  EXPECT_EQ(service.deleted, 1);
}

TEST_F(Transfer, ADamagedChunkThatTheServiceDoesNotNoticeIsNoticedInTheEnd) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.method() != "PUT" || self.puts++ > 0) return false;
        self.stored = request.body;
        self.stored[2] = static_cast<char>(self.stored[2] ^ 1);
        self.Incomplete(connection);
        return true;
      });
  const std::string content = Noise(2 * kChunk);
  const auto info = Upload(service, content);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_TRUE(service.content == content);
  EXPECT_EQ(service.deleted, 1);
  EXPECT_EQ(service.sessions, 2);
}

TEST_F(Transfer, AnUploadThatIsAlwaysDamagedLeavesNothing) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.target().find("multipart") == std::string::npos) return false;
        self.Commit(connection, request, "other");
        return true;
      });
  const auto info = Upload(service, "hello");
  EXPECT_EQ(info.error().code, ErrorCode::kIo);
  EXPECT_THAT(info.error().message, HasSubstr("crc32c"));
  EXPECT_EQ(service.content, std::nullopt);
  EXPECT_EQ(service.deleted, 3);
}

TEST_F(Transfer, AnUploadThatWasRefusedAsDamagedIsRepeated) {
  for (const std::size_t size : {std::size_t{5}, kChunk}) {
    OneObjectService service(
        [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
          const bool has_bytes =
              request.method() == "PUT" || request.target().find("multipart") != std::string::npos;
          if (!has_bytes || self.puts++ > 0) return false;
          connection.Answer("400 Bad Request", "",
                            FailureJson(400, "invalid", "Provided CRC32C does not match"));
          return true;
        });
    const auto info = Upload(service, Noise(size));
    EXPECT_TRUE(info) << info.error().message;
  }
}

TEST_F(Transfer, AFileThatChangesWhileItIsUploadedIsNoticed) {
  struct Change {
    const char* name;
    std::function<void(const std::filesystem::path&)> make;
  };
  const std::vector<Change> changes{
      {"grows", [](const auto& file) { std::ofstream(file, std::ios::app) << "more"; }},
      {"shrinks", [](const auto& file) { std::filesystem::resize_file(file, kChunk + 10); }},
      {"is overwritten", [](const auto& file) {
         std::fstream(file, std::ios::in | std::ios::out).seekp(kChunk + 5) << "other";
         // However coarse the file system's time is.
         std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + 1s);
       }}};
  for (const Change& change : changes) {
    OneObjectService service(
        [&](ScriptedConnection&, const Request& request, OneObjectService& self) {
          if (request.method() == "PUT" && self.puts++ == 0) change.make(directory_ / "up");
          return false;
        });
    const auto info = Upload(service, Noise(2 * kChunk));
    ASSERT_FALSE(info) << change.name;
    EXPECT_EQ(info.error().code, ErrorCode::kIo) << change.name;
    EXPECT_THAT(info.error().message, HasSubstr("changed while")) << change.name;
    EXPECT_EQ(service.content, std::nullopt) << change.name;
    EXPECT_EQ(service.abandoned, 1) << change.name;
  }
}

TEST_F(Transfer, AnUploadEndsSoonWhenItIsCancelled) {
  CancellationToken cancelled;
  OneObjectService service(
      [&](ScriptedConnection& connection, const Request& request, OneObjectService&) {
        if (request.method() != "PUT") return false;
        cancelled.Cancel();
        connection.WaitForTheClientToGo();
        return true;
      });
  PutFile(directory_ / "up", Noise(kChunk));
  const auto start = std::chrono::steady_clock::now();
  const auto info =
      StoreFor(service.gcs(), SmallChunks).store->Upload(directory_ / "up", kObject, {}, cancelled);
  EXPECT_EQ(info.error().code, ErrorCode::kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
}

TEST_F(Transfer, AnUploadDoesNotShowItsCredentialsElsewhere) {
  class Sesame : public Credentials {
   public:
    Result<std::string> AuthorizationHeader() override { return std::string("Bearer sesame"); }
  };
  OneObjectService elsewhere;
  OneObjectService service([&](ScriptedConnection& connection, const Request&, OneObjectService&) {
    connection.Answer("200 OK",
                      "Location: " + elsewhere.gcs().url() + "/upload?upload_id=s3cret\r\n", "");
    return true;
  });
  PutFile(directory_ / "up", Noise(kChunk));
  const ScriptedStore made = StoreFor(service.gcs(), [](GcsClientOptions& options) {
    SmallChunks(options);
    options.credentials = std::make_shared<Sesame>();
  });
  ASSERT_TRUE(made.store->Upload(directory_ / "up", kObject, {}, {}));
  EXPECT_EQ(service.gcs().requests()[0].Header("authorization"), "Bearer sesame");
  EXPECT_EQ(elsewhere.gcs().requests()[0].Header("authorization"), "");
}

}  // namespace
}  // namespace hyperlocal
