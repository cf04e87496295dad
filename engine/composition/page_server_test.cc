#include "engine/composition/page_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "engine/composition/page_scripts.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TemporaryDirectory;

constexpr const char* kRuntimeTag = "<script src=\"/__hyperlocal/runtime.js\"></script>";

// A server of a small project, and a browser's side of one connection to it.
class PageServerTest : public ::testing::Test {
 protected:
  PageServerTest() {
    PutFile(served_ / "index.html", "<html><head><title>x</title></head></html>");
    PutFile(served_ / "digits.txt", "0123456789");
    PutFile(served_ / "empty.css", "");
    PutFile(served_ / "scenes/a b.html", "<p>scene</p>");
    PutFile(directory_ / "secret.txt", "secret");
    PutFile(directory_ / "video-frames/a clip/frame_00001.jpg", "a picture");
    auto started = PageServer::Start(served_, directory_ / "video-frames");
    if (!started) throw std::runtime_error(started.error().message);
    server_ = std::move(*started);
    client_.emplace(server_->origin());
    client_->set_keep_alive(true);
  }

  // `target` goes into the request line as it is.
  httplib::Response Get(const std::string& target, const httplib::Headers& headers = {}) {
    httplib::Request request;
    request.method = "GET";
    request.path = target;
    request.headers = headers;
    auto answer = client_->send(request);
    if (!answer) return {};
    return *answer;
  }

  // More than the kernel keeps on the way.
  void PutFilm() {
    PutFile(served_ / "film.mp4", "");
    fs::resize_file(served_ / "film.mp4", 20'000'000);
  }

  const TemporaryDirectory directory_;
  const fs::path served_ = directory_ / "compiled";
  std::unique_ptr<PageServer> server_;
  std::optional<httplib::Client> client_;
};

TEST_F(PageServerTest, ServesAFileWithItsTypeAndLetsNobodyKeepIt) {
  const auto answer = Get("/digits.txt");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "0123456789");
  EXPECT_EQ(answer.get_header_value("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.get_header_value("Content-Length"), "10");
  EXPECT_EQ(answer.get_header_value("Cache-Control"), "no-store");
  EXPECT_EQ(answer.get_header_value("Accept-Ranges"), "bytes");
}

TEST_F(PageServerTest, PutsTheRuntimeIntoTheHeadOfTheIndexWhateverItIsCalled) {
  for (const char* target :
       {"/", "/index.html", "/?seed=1", "/index.html#x", "//", "/./index.html", "/%69ndex.html"}) {
    const auto answer = Get(target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_THAT(answer.body, HasSubstr("<head>" + std::string(kRuntimeTag) + "<title>")) << target;
    EXPECT_EQ(answer.get_header_value("Content-Type"), "text/html; charset=utf-8") << target;
  }
}

TEST_F(PageServerTest, ServesThePicturesOfVideosForChromeToKeep) {
  const auto answer = Get("/__hyperlocal/video-frames/a%20clip/frame_00001.jpg");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "a picture");
  EXPECT_EQ(answer.get_header_value("Content-Type"), "image/jpeg");
  EXPECT_EQ(answer.get_header_value("Cache-Control"), "max-age=3600");
  for (const char* target :
       {"/__hyperlocal/video-frames/a%20clip/frame_00002.jpg",
        "/__hyperlocal/video-frames/a%20clip", "/__hyperlocal/video-frames/",
        "/__hyperlocal/video-frames/../secret.txt", "/__hyperlocal/video-frames/..%2fsecret.txt"}) {
    EXPECT_EQ(Get(target).status, 404) << target;
  }
}

TEST_F(PageServerTest, GoesOnWithAnotherCopyAtTheSameAddress) {
  PutFile(directory_ / "copy/compiled/digits.txt", "9876543210");
  ASSERT_TRUE(server_->Serve(directory_ / "copy/compiled", directory_ / "copy/video-frames"));
  EXPECT_EQ(Get("/digits.txt").body, "9876543210");
  EXPECT_EQ(Get("/empty.css").status, 404);
  // The copy has no pictures of videos.
  EXPECT_EQ(Get("/__hyperlocal/video-frames/a%20clip/frame_00001.jpg").status, 404);

  const Status nowhere = server_->Serve(directory_ / "nowhere", {});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kMissingPlanArtifact);
  EXPECT_EQ(Get("/digits.txt").body, "9876543210");
}

TEST_F(PageServerTest, ServesOtherPagesUnchanged) {
  EXPECT_EQ(Get("/scenes/a%20b.html").body, "<p>scene</p>");
}

TEST_F(PageServerTest, ServesTheRuntimeOfThisProgramUncompressed) {
  const auto answer = Get("/__hyperlocal/runtime.js", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_EQ(answer.body, PageRuntimeScript());
  EXPECT_EQ(answer.get_header_value("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_FALSE(answer.has_header("Content-Encoding"));
}

TEST_F(PageServerTest, ServesAnEmptyFile) {
  const auto answer = Get("/empty.css", {{"Range", "bytes=0-"}});
  EXPECT_EQ(answer.status, 416);  // there is no first byte
  EXPECT_EQ(Get("/empty.css").status, 200);
  EXPECT_EQ(Get("/empty.css").body, "");
}

TEST_F(PageServerTest, AnswersHeadWithTheLengthOnly) {
  const auto answer = client_->Head("/digits.txt");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->get_header_value("Content-Length"), "10");
  EXPECT_EQ(answer->body, "");
}

TEST_F(PageServerTest, AnswersRanges) {
  struct Case {
    const char* range;
    int status;
    const char* body;
    const char* content_range;
  };
  for (const Case& row : {
           Case{"bytes=0-3", 206, "0123", "bytes 0-3/10"},
           Case{"bytes=4-", 206, "456789", "bytes 4-9/10"},
           Case{"bytes=-3", 206, "789", "bytes 7-9/10"},
           Case{"bytes=9-9", 206, "9", "bytes 9-9/10"},
           Case{"bytes=5-99999", 206, "56789", "bytes 5-9/10"},  // cut at the end
           Case{"bytes=-99999", 206, "0123456789", "bytes 0-9/10"},
           Case{"bytes=10-", 416, "", "bytes */10"}, Case{"bytes=99-100", 416, "", "bytes */10"},
           Case{"bytes=0-1,4-5", 200, "0123456789", ""},  // several: the whole file is allowed
       }) {
    const auto answer = Get("/digits.txt", {{"Range", row.range}});
    EXPECT_EQ(answer.status, row.status) << row.range;
    EXPECT_EQ(answer.body, row.body) << row.range;
    EXPECT_EQ(answer.get_header_value("Content-Range"), row.content_range) << row.range;
  }
}

TEST_F(PageServerTest, NeverReadsBehindTheEndOfWhatItMadeItself) {
  for (const char* target : {"/", "/__hyperlocal/runtime.js"}) {
    const std::string whole = Get(target).body;
    EXPECT_EQ(Get(target, {{"Range", "bytes=99999999-"}}).status, 416) << target;
    const auto last = Get(target, {{"Range", "bytes=5-99999999"}});
    EXPECT_EQ(last.status, 206) << target;
    EXPECT_TRUE(last.body == whole.substr(5)) << target;
  }
}

TEST_F(PageServerTest, IgnoresARangeOfWhatIsNotThere) {
  const auto answer = Get("/no.mp4", {{"Range", "bytes=0-"}});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "not in the project: no.mp4");
}

TEST_F(PageServerTest, StreamsAFileLargerThanItsBuffer) {
  std::string bytes(3'000'001, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + (i >> 8));
  PutFile(served_ / "film.mp4", bytes);
  EXPECT_TRUE(Get("/film.mp4").body == bytes);
  EXPECT_TRUE(Get("/film.mp4", {{"Range", "bytes=1000000-"}}).body == bytes.substr(1'000'000));
}

TEST_F(PageServerTest, LetsNothingOutsideTheDirectoryBeReached) {
  fs::create_symlink(directory_ / "secret.txt", served_ / "link.txt");
  fs::create_directory_symlink(directory_.path(), served_ / "up");
  for (const std::string target :
       {"/../secret.txt", "/%2e%2e/secret.txt", "/%2E%2E%2Fsecret.txt", "/scenes/../../secret.txt",
        "/..%2fsecret.txt", "/link.txt", "/up/secret.txt", "/%00", "/digits.txt%00.html", "/..",
        "//etc/passwd", "/%2Fetc%2Fpasswd", "/\\..\\secret.txt"}) {
    const auto answer = Get(target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_THAT(answer.body, Not(HasSubstr("root:"))) << target;
  }
  const std::string absolute = "/" + (directory_ / "secret.txt").string();
  EXPECT_EQ(Get(absolute).status, 404);
}

TEST_F(PageServerTest, FollowsALinkThatStaysInside) {
  fs::create_symlink("digits.txt", served_ / "again.txt");
  EXPECT_EQ(Get("/again.txt").body, "0123456789");
}

TEST_F(PageServerTest, ListsNoDirectory) {
  for (const char* target : {"/scenes", "/scenes/", "/__hyperlocal/", "/index.html/"}) {
    EXPECT_EQ(Get(target).status, 404) << target;
  }
}

TEST_F(PageServerTest, NamesWhatWasMissingOnce) {
  Get("/no.png");
  Get("/scenes/no%20scene.html?x=1");
  Get("/no.png");
  Get("/favicon.ico");             // browsers ask for it by themselves
  Get("/caption-overrides.json");  // and the page runtime for this
  EXPECT_THAT(server_->TakeMissing(), ElementsAre("no.png", "scenes/no scene.html"));
  Get("/no.png");
  EXPECT_THAT(server_->TakeMissing(), ElementsAre());
}

TEST_F(PageServerTest, ServesManyConnectionsThatAreKeptAlive) {
  std::vector<std::thread> readers;
  std::atomic<int> good{0};
  for (int i = 0; i < 6; ++i) {
    readers.emplace_back([&] {
      httplib::Client client(server_->origin());
      client.set_keep_alive(true);
      for (int request = 0; request < 30; ++request) {
        const auto answer = client.Get(request % 3 == 0 ? "/" : "/digits.txt");
        if (answer && answer->status == 200 && !answer->body.empty()) ++good;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(good, 180);
}

TEST_F(PageServerTest, EndsAtOnceWhileConnectionsAreKeptAlive) {
  std::vector<std::unique_ptr<httplib::Client>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<httplib::Client>(server_->origin()));
    clients.back()->set_keep_alive(true);
    ASSERT_TRUE(clients.back()->Get("/digits.txt"));
  }
  const auto before = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(1));
}

TEST_F(PageServerTest, EndsAtOnceWhileAReaderOfAFilmPauses) {
  PutFilm();
  std::chrono::steady_clock::duration took{};
  const auto answer = client_->Get("/film.mp4", [&](const char*, std::size_t) {
    const auto before = std::chrono::steady_clock::now();
    server_.reset();
    took = std::chrono::steady_clock::now() - before;
    return true;
  });
  EXPECT_FALSE(answer);  // it was cut off
  EXPECT_LT(took, std::chrono::seconds(1));
}

TEST(PageServer, EndsBeforeItsListenerHasBegun) {
  const TemporaryDirectory directory;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(PageServer::Start(directory.path()));
}

TEST(PageServer, ServersHavePortsOfTheirOwnOnTheLoopbackInterface) {
  const TemporaryDirectory directory;
  const auto one = PageServer::Start(directory.path());
  const auto two = PageServer::Start(directory.path());
  ASSERT_TRUE(one && two);
  EXPECT_THAT((*one)->origin(), ::testing::StartsWith("http://127.0.0.1:"));
  EXPECT_NE((*one)->origin(), (*two)->origin());
}

TEST(PageServer, NamesADirectoryThatIsNotThere) {
  const TemporaryDirectory directory;
  const auto server = PageServer::Start(directory / "gone");
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kMissingPlanArtifact);
  EXPECT_THAT(server.error().message, HasSubstr((directory / "gone").string()));
}

}  // namespace
}  // namespace hyperlocal
