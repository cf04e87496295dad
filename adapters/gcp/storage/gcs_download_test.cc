#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/file.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "adapters/gcp/storage/one_object_service_test_support.h"
#include "adapters/gcp/storage/scripted_gcs_test_support.h"
#include "engine/file/file_descriptor_internal.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

// Contents on their way down, through a service that fails and lies.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::FileContent;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kChunk;
using testing::kObject;
using testing::LeftIn;
using testing::Noise;
using testing::OneObjectService;
using testing::PutFile;
using testing::ScriptedConnection;
using testing::ScriptedStore;
using testing::SmallChunks;
using testing::StoreFor;
using testing::TemporaryDirectory;
using testing::Transfer;

using Request = ScriptedConnection::Request;

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

TEST_F(Transfer, WhatKilledDownloadsLeftGoesWithTheNextOne) {
  OneObjectService service;
  service.content = "new";
  for (const char* name : {".down.aside.1", ".down.aside.2", ".down.aside.3"}) {
    PutFile(directory_ / name, "longer than the new content");
  }
  ASSERT_TRUE(Download(service));
  EXPECT_EQ(FileContent(directory_ / "down"), "new");
  EXPECT_THAT(Left(), ElementsAre("down"));
}

TEST_F(Transfer, WhatADownloadIsStillWritingIsLeftAlone) {
  OneObjectService service;
  service.content = "new";
  PutFile(directory_ / ".down.aside.1", "another one's");
  {
    const FileDescriptor other(
        ::open((directory_ / ".down.aside.1").c_str(), O_RDONLY | O_CLOEXEC));
    ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
    ASSERT_TRUE(Download(service));
    EXPECT_EQ(FileContent(directory_ / "down"), "new");
    EXPECT_EQ(FileContent(directory_ / ".down.aside.1"), "another one's");
  }
  ASSERT_TRUE(Download(service));
  EXPECT_THAT(Left(), ElementsAre("down"));
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
