#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "adapters/gcp/storage/scripted_gcs_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

// Contents on their way up and down, through a service that fails and lies.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using testing::FailureJson;
using testing::FileContent;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::ObjectJson;
using testing::OperationIdOf;
using testing::PutFile;
using testing::ScriptedConnection;
using testing::ScriptedGcs;
using testing::ScriptedStore;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing::StoreFor;
using testing::TemporaryDirectory;

using Request = ScriptedConnection::Request;

const GcsUri kObject{.bucket = "bucket", .key = "o"};
constexpr std::size_t kChunk = std::size_t{256} << 10;

std::string Noise(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(size, '\0');
  for (char& c : bytes) {
    seed = seed * 1664525 + 1013904223;
    c = static_cast<char>(seed >> 24);
  }
  return bytes;
}

void SmallChunks(GcsClientOptions& options) {
  options.small_upload_bytes = 1000;
  options.upload_chunk_bytes = kChunk;
  options.download_part_bytes = 100000;
  options.download_threads = 3;
}

// A service that keeps one object and does what the real one does with it, where `fault` does not
// take the request over (by answering and returning true).
class OneObjectService {
 public:
  using Fault = std::function<bool(ScriptedConnection&, const Request&, OneObjectService&)>;

  explicit OneObjectService(Fault fault = {})
      : fault_(std::move(fault)),
        gcs_([this](ScriptedConnection& connection, const Request& request, int) {
          if (fault_ && fault_(connection, request, *this)) return;
          Serve(connection, request);
        }) {}

  void Serve(ScriptedConnection& connection, const Request& request) {
    const std::string target = request.target();
    if (request.method() == "GET") return Read(connection, request);
    if (request.method() == "DELETE" && target.find("upload_id") != std::string::npos) {
      ++abandoned;
      return connection.Answer("499 Client Closed Request", "", "");
    }
    if (request.method() == "DELETE") {
      ++deleted;
      content.reset();
      return connection.Answer("204 No Content", "", "");
    }
    if (target.find("uploadType=resumable") != std::string::npos) {
      ++sessions;
      stored.clear();
      return connection.Answer("200 OK", "Location: " + gcs_.url() + "/upload?upload_id=s3cret\r\n",
                               "");
    }
    if (target.find("uploadType=multipart") != std::string::npos) {
      return Commit(connection, request, MediaOf(request));
    }
    Continue(connection, request);
  }

  // The last part of a multipart/related body.
  static std::string MediaOf(const Request& request) {
    const std::string type = request.Header("content-type");
    const std::string boundary = "\r\n--" + type.substr(type.find("boundary=") + 9);
    const std::size_t end = request.body.rfind(boundary + "--\r\n");
    const std::size_t part = request.body.rfind(boundary, end - 1);
    const std::size_t begin = request.body.find("\r\n\r\n", part + boundary.size()) + 4;
    return request.body.substr(begin, end - begin);
  }

  void Commit(ScriptedConnection& connection, const Request& request, std::string bytes) {
    content = std::move(bytes);
    writer = OperationIdOf(request);
    ++generation;
    connection.Answer("200 OK", "", ObjectJson("o", *content, generation, writer));
  }

  void Continue(ScriptedConnection& connection, const Request& request) {
    const std::string range = request.Header("content-range");
    const std::size_t total =
        static_cast<std::size_t>(std::stoull(range.substr(range.find('/') + 1)));
    if (!range.starts_with("bytes */")) {
      const std::size_t begin = static_cast<std::size_t>(std::stoull(range.substr(6)));
      if (begin > stored.size()) return connection.Answer("503 A gap", "", "");
      EXPECT_TRUE(begin + request.body.size() == total || request.body.size() % kChunk == 0);
      stored.resize(begin);
      stored += request.body;
    }
    if (stored.size() == total) return Commit(connection, request, stored);
    Incomplete(connection);
  }
  void Incomplete(ScriptedConnection& connection) const {
    connection.Answer("308 Resume Incomplete",
                      stored.empty() ? "" : fmt::format("Range: bytes=0-{}\r\n", stored.size() - 1),
                      "");
  }

  void Read(ScriptedConnection& connection, const Request& request) {
    if (!content) return connection.Answer("404 No", "", FailureJson(404, "notFound", "none"));
    if (request.target().find("alt=media") == std::string::npos) {
      return connection.Answer("200 OK", "", ObjectJson("o", *content, generation, writer));
    }
    if (request.target().find(fmt::format("generation={}", generation)) == std::string::npos) {
      return connection.Answer("404 No", "", "");
    }
    const auto [begin, end] = RangeOf(request);
    if (request.Header("range").empty()) return connection.Answer("200 OK", "", *content);
    connection.Answer(
        "206 Partial Content",
        fmt::format("Content-Range: bytes {}-{}/{}\r\n", begin, end - 1, content->size()),
        content->substr(begin, end - begin));
  }
  std::pair<std::size_t, std::size_t> RangeOf(const Request& request) const {
    const std::string range = request.Header("range");
    if (range.empty()) return {0, content->size()};
    return {static_cast<std::size_t>(std::stoull(range.substr(6))),
            static_cast<std::size_t>(std::stoull(range.substr(range.find('-') + 1))) + 1};
  }

  const ScriptedGcs& gcs() const { return gcs_; }
  std::vector<std::string> Of(const std::string& method) const {
    std::vector<std::string> lines;
    for (const Request& request : gcs_.requests()) {
      if (request.method() == method) {
        lines.push_back(request.Header(method == "PUT" ? "content-range" : "range"));
      }
    }
    return lines;
  }

  std::optional<std::string> content;
  std::string stored;  // of the session
  std::string writer;
  std::int64_t generation = 0;
  int sessions = 0, deleted = 0, abandoned = 0;
  int puts = 0;  // for faults to count

 private:
  const Fault fault_;
  ScriptedGcs gcs_;
};

std::vector<std::string> LeftIn(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename() != "up") names.push_back(entry.path().filename().string());
  }
  return names;
}

class Transfer : public ::testing::Test {
 protected:
  Result<ObjectInfo> Upload(const OneObjectService& service, const std::string& content,
                            const ObjectWrite& write = {}) {
    PutFile(directory_ / "up", content);
    return StoreFor(service.gcs(), SmallChunks)
        .store->Upload(directory_ / "up", kObject, write, {});
  }
  Result<ObjectInfo> Download(const OneObjectService& service) {
    return StoreFor(service.gcs(), SmallChunks).store->Download(kObject, directory_ / "down", {});
  }
  // Everything but what is uploaded: also what was aside.
  std::vector<std::string> Left() const { return LeftIn(directory_.path()); }
  const TemporaryDirectory directory_;
};

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

TEST_F(Transfer, ADownloadAsksForTheBytesAsTheyAreStored) {
  OneObjectService service;
  service.content = "stored as gzip";
  service.generation = 3;
  ASSERT_TRUE(Download(service));
  const Request media = service.gcs().requests()[1];
  EXPECT_THAT(media.target(), HasSubstr("alt=media&generation=3"));
  EXPECT_EQ(media.Header("accept-encoding"), "gzip");
  EXPECT_EQ(media.Header("range"), "");
}

TEST_F(Transfer, ALargeDownloadIsFetchedInParts) {
  OneObjectService service;
  service.content = Noise(350001);
  ASSERT_TRUE(Download(service));
  EXPECT_TRUE(FileContent(directory_ / "down") == service.content);
  std::vector<std::string> ranges = service.Of("GET");
  std::sort(ranges.begin(), ranges.end());
  EXPECT_THAT(ranges, ElementsAre("", "bytes=0-99999", "bytes=100000-199999", "bytes=200000-299999",
                                  "bytes=300000-350000"));
}

TEST_F(Transfer, ABrokenStreamIsTakenUpWhereItBroke) {
  // Every answer breaks off after 30000 bytes: 4 requests a part.
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.target().find("alt=media") == std::string::npos) return false;
        const auto [begin, end] = self.RangeOf(request);
        if (end - begin <= 30000) return false;
        const std::string head =
            request.Header("range").empty()
                ? "HTTP/1.1 200 OK\r\n"
                : fmt::format("HTTP/1.1 206 Partial\r\nContent-Range: bytes {}-{}/{}\r\n", begin,
                              end - 1, self.content->size());
        connection.Send(head + fmt::format("Content-Length: {}\r\n\r\n", end - begin) +
                        self.content->substr(begin, 30000));
        connection.Close();
        return true;
      });
  for (const std::size_t size : {std::size_t{90001}, std::size_t{250000}}) {
    service.content = Noise(size);
    const auto info = Download(service);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_TRUE(FileContent(directory_ / "down") == service.content);
  }
}

TEST_F(Transfer, AServiceThatIgnoresRangesIsUnderstood) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.target().find("alt=media") == std::string::npos) return false;
        connection.Answer("200 OK", "", *self.content);
        return true;
      });
  service.content = Noise(250000);
  const auto info = Download(service);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_TRUE(FileContent(directory_ / "down") == service.content);
}

TEST_F(Transfer, AWrongRangeIsNotTaken) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.Header("range").empty() || self.puts++ > 1) return false;
        connection.Answer("206 Partial Content",
                          self.puts == 1 ? "Content-Range: bytes 240000-249999/250000\r\n" : "",
                          self.content->substr(0, 10000));
        return true;
      });
  service.content = Noise(250000);
  ASSERT_TRUE(Download(service));
  EXPECT_TRUE(FileContent(directory_ / "down") == service.content);
  // It is refused as such, and not only found in the sum of the whole, which would begin anew.
  const std::vector<std::string> lines = service.gcs().lines();
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const std::string& line) {
                            return line.find("alt=media") == std::string::npos;
                          }),
            1);
}

TEST_F(Transfer, DamageOnTheWayIsFoundAndFetchedAgain) {
  for (const std::size_t size : {std::size_t{5000}, std::size_t{250000}}) {
    OneObjectService service(
        [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
          if (request.target().find("alt=media") == std::string::npos || self.puts++ > 0)
            return false;
          std::string damaged = *self.content;
          damaged[damaged.size() / 2] ^= 1;
          damaged[10] ^= 1;
          std::swap(damaged, *self.content);
          self.Serve(connection, request);
          std::swap(damaged, *self.content);
          return true;
        });
    service.content = Noise(size);
    const auto info = Download(service);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_TRUE(FileContent(directory_ / "down") == service.content);
  }
}

TEST_F(Transfer, ADownloadThatIsAlwaysDamagedLeavesNothing) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        if (request.target().find("alt=media") == std::string::npos) return false;
        connection.Answer("200 OK", "", std::string(self.content->size(), 'x'));
        return true;
      });
  service.content = Noise(5000);
  const auto info = Download(service);
  EXPECT_EQ(info.error().code, ErrorCode::kIo);
  EXPECT_THAT(info.error().message, HasSubstr("crc32c"));
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(Transfer, ADownloadOfAnObjectThatIsReplacedGetsOneOrTheOther) {
  for (const std::size_t size : {std::size_t{5000}, std::size_t{250000}}) {
    OneObjectService service(
        [&](ScriptedConnection&, const Request& request, OneObjectService& self) {
          const bool is_media = request.target().find("alt=media") != std::string::npos;
          if (is_media && self.puts++ == (size > 100000 ? 1 : 0)) {
            self.content = Noise(size + 1, 2);
            ++self.generation;
          }
          return false;
        });
    service.content = Noise(size);
    service.generation = 1;
    const auto info = Download(service);
    ASSERT_TRUE(info) << info.error().message;
    EXPECT_EQ(info->generation, 2);
    EXPECT_TRUE(FileContent(directory_ / "down") == service.content);
  }
}

TEST_F(Transfer, ADownloadThatFailsLeavesTheOldFile) {
  OneObjectService service(
      [](ScriptedConnection& connection, const Request& request, OneObjectService&) {
        if (request.target().find("alt=media") == std::string::npos) return false;
        connection.Answer("403 No", "", "");
        return true;
      });
  for (const std::size_t size : {std::size_t{5000}, std::size_t{250000}}) {
    service.content = Noise(size);
    PutFile(directory_ / "down", "old");
    EXPECT_EQ(Download(service).error().code, ErrorCode::kPermission);
    EXPECT_EQ(FileContent(directory_ / "down"), "old");
    EXPECT_THAT(Left(), ElementsAre("down"));
  }
}

TEST_F(Transfer, ADownloadOfNothingIsNotFound) {
  OneObjectService service;
  const auto info = Download(service);
  EXPECT_EQ(info.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(info.error().message, HasSubstr("gs://bucket/o"));
  EXPECT_THAT(Left(), IsEmpty());
}

TEST_F(Transfer, ADownloadToNowhereCannotBeWritten) {
  OneObjectService service;
  service.content = "hello";
  const auto info =
      StoreFor(service.gcs()).store->Download(kObject, directory_ / "no" / "down", {});
  EXPECT_EQ(info.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(info.error().message, HasSubstr((directory_ / "no" / "down").string()));
}

TEST_F(Transfer, ADownloadEndsSoonWhenItIsCancelled) {
  for (const std::size_t size : {std::size_t{5000}, std::size_t{250000}}) {
    CancellationToken cancelled;
    OneObjectService service(
        [&](ScriptedConnection& connection, const Request& request, OneObjectService&) {
          if (request.target().find("alt=media") == std::string::npos) return false;
          cancelled.Cancel();
          connection.WaitForTheClientToGo();
          return true;
        });
    service.content = Noise(size);
    const auto start = std::chrono::steady_clock::now();
    const auto info = StoreFor(service.gcs(), SmallChunks)
                          .store->Download(kObject, directory_ / "down", cancelled);
    EXPECT_EQ(info.error().code, ErrorCode::kCancelled);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 2s);
    EXPECT_THAT(Left(), IsEmpty());
  }
}

// Faults drawn by chance, on whatever request they fall: the content arrives whole, or the call
// fails with one of the errors that it may fail with, and nothing half is left.
RC_GTEST_PROP(TransferProperty, ContentsArriveWholeOrTheCallFails, ()) {
  const auto faults = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
  const auto size = *rc::gen::inRange<std::size_t>(0, 3 * kChunk);
  std::size_t next = 0;
  OneObjectService service(
      [&](ScriptedConnection& connection, const Request& request, OneObjectService& self) {
        const int fault = next < faults.size() ? faults[next++] : 0;
        switch (fault) {
          case 1:
            connection.Answer("503 Busy", "", "");
            return true;
          case 2:
            connection.Answer("429 Slow", "", "");
            return true;
          case 3:
            connection.Reset();
            return true;
          case 4:
            connection.Send("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\nxyz");
            connection.Close();
            return true;
          case 5: {
            // The effect takes place, the answer is lost: it goes to a connection that nobody
            // reads.
            int pair[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) return false;
            {
              ScriptedConnection lost(pair[0], 0);
              std::thread drain([&] {
                char part[4096];
                while (::read(pair[1], part, sizeof part) > 0) {
                }
              });
              self.Serve(lost, request);
              lost.Close();
              drain.join();
            }
            ::close(pair[1]);
            connection.Reset();
            return true;
          }
          default:
            return false;
        }
      });
  const TemporaryDirectory directory;
  const std::string content = Noise(size);
  PutFile(directory / "up", content);
  const ScriptedStore made = StoreFor(service.gcs(), SmallChunks);
  ObjectWrite write;
  write.preconditions.if_generation_match = 0;
  const auto up = made.store->Upload(directory / "up", kObject, write, {});
  if (up) {
    RC_ASSERT(service.content == content);
    RC_ASSERT(up->generation == service.generation);
  } else {
    RC_ASSERT(up.error().code == ErrorCode::kRetriesExhausted ||
              up.error().code == ErrorCode::kTimeout);
  }
  service.content = content;
  const auto down = made.store->Download(kObject, directory / "down", {});
  if (down) {
    RC_ASSERT(FileContent(directory / "down") == content);
  } else {
    RC_ASSERT(LeftIn(directory.path()).empty());
  }
}

}  // namespace
}  // namespace hyperlocal
