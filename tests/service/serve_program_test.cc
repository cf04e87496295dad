#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/archive/archive_writer.h"
#include "engine/http/http_client.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/store/direct_object_store.h"
#include "tests/service/service_fixture.h"
#include "tests/support/file_content.h"

// `hyperlocal serve` as a container runs it. HYPERLOCAL_PROGRAM comes from the build.

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Frames of the test card, a sixteenth of them a chunk: a second or so of work.
constexpr int kFrames = 60'000;

// A `hyperlocal serve` of the test's; killed with it.
class ServeProcess {
 public:
  ServeProcess(const fs::path& directory, const std::map<std::string, std::string>& environment)
      : ready_(directory / "url"), out_(directory / "out"), err_(directory / "err") {
    std::error_code ignored;
    fs::remove(ready_, ignored);
    pid_ = ::fork();
    if (pid_ != 0) return;
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    const int out = ::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int err = ::open(err_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    ::execl(HYPERLOCAL_PROGRAM, HYPERLOCAL_PROGRAM, "serve", "--port", "0", "--ready-file",
            ready_.c_str(), nullptr);
    ::_exit(127);
  }
  ~ServeProcess() {
    if (pid_ <= 0) return;
    Kill(SIGKILL);
    Wait();
  }
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  // Empty when the program ended instead.
  std::string Url() {
    std::string url;
    while ((url = FileContent(ready_)).empty() && ::kill(pid_, 0) == 0) {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        ended_ = status;
        pid_ = 0;
        return "";
      }
      std::this_thread::sleep_for(milliseconds(5));
    }
    return url.substr(0, url.find('\n'));
  }
  void Kill(int signal) const { ::kill(pid_, signal); }
  // The exit status; 1000 and the signal when one ended it.
  int Wait() {
    if (pid_ > 0) ::waitpid(pid_, &ended_, 0);
    pid_ = 0;
    return WIFEXITED(ended_) ? WEXITSTATUS(ended_) : 1000 + WTERMSIG(ended_);
  }
  std::string out() const { return FileContent(out_); }
  std::string err() const { return FileContent(err_); }

 private:
  const fs::path ready_, out_, err_;
  pid_t pid_ = 0;
  int ended_ = 0;
};

class ServeProgram : public ::testing::Test {
 protected:
  ServeProgram() {
    gcs::BucketRecord bucket;
    bucket.name = kRenders;
    EXPECT_TRUE(objects_->CreateBucket(bucket));
    fs::create_directory(directory_ / "tmp");
    environment_ = {{"STORAGE_EMULATOR_HOST", server_->base_url()},
                    {"HYPERFRAMES_RENDER_BUCKET", kRenders},
                    {"TMPDIR", (directory_ / "tmp").string()}};
    PutFile(
        directory_ / "card/testcard.json",
        R"({"width": 160, "height": 96, "fps": 30, "frames": )" + std::to_string(kFrames) + "}");
    EXPECT_TRUE(PackTarGz(directory_ / "card", directory_ / "card.tar.gz"));
    EXPECT_TRUE(
        gcs::NewDirectObjectStore(objects_)->Upload(directory_ / "card.tar.gz", project_, {}, {}));
  }

  ServiceAnswer Post(const std::string& url, const RenderEvent& event) {
    HttpExchange exchange;
    exchange.method = "POST";
    exchange.url = url + "/";
    exchange.body = *ToJson(event);
    const HttpResult result = client_.Exchange(exchange);
    const auto* reply = std::get_if<HttpReply>(&result);
    return reply ? ServiceAnswer{reply->status, reply->body} : ServiceAnswer{};
  }
  PlanResult Plan(const std::string& url, int chunk_size) {
    const ServiceAnswer answer =
        Post(url, RenderEvent(PlanOf(project_, PlanProtocol::kV2, chunk_size,
                                     "renders/" + std::to_string(chunk_size))));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto result = ParseRenderResult(answer.body);
    return result ? std::get<PlanResult>(*result) : PlanResult{};
  }
  std::vector<std::string> Left() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_ / "tmp")) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  const TemporaryDirectory directory_{"serve"};
  const std::shared_ptr<gcs::Store> objects_ = *gcs::Store::InMemory();
  const std::unique_ptr<gcs::GcsServer> server_ = *gcs::GcsServer::Start({}, *objects_);
  const GcsUri project_{kRenders, "sites/card/project.tar.gz"};
  std::map<std::string, std::string> environment_;
  HttpClient client_{HttpClientOptions{}};
};

TEST_F(ServeProgram, FinishesOnSigtermWhatIsUnderWay) {
  ServeProcess serve(directory_.path(), environment_);
  const std::string url = serve.Url();
  ASSERT_FALSE(url.empty()) << serve.err();
  const PlanResult plan = Plan(url, 3600);
  ServiceAnswer answer;
  std::thread caller([&] { answer = Post(url, RenderEvent(ChunkOf(plan, 0))); });
  while (serve.out().find("renderChunk begins") == std::string::npos) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  serve.Kill(SIGTERM);
  while (serve.out().find("server_draining") == std::string::npos) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(Post(url, RenderEvent(ChunkOf(plan, 1))).status, 503);
  caller.join();
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(serve.Wait(), 0);
  EXPECT_THAT(Left(), SizeIs(0));
  EXPECT_THAT(serve.out(), HasSubstr(R"("event":"server_listening")"));
  EXPECT_THAT(serve.out(), HasSubstr(R"("event":"handler_done")"));
}

TEST_F(ServeProgram, RemovesWhatAKilledOneLeft) {
  {
    ServeProcess killed(directory_.path(), environment_);
    const std::string url = killed.Url();
    ASSERT_FALSE(url.empty()) << killed.err();
    const PlanResult plan = Plan(url, 3600);
    std::thread caller([&] { Post(url, RenderEvent(ChunkOf(plan, 0))); });
    while (killed.out().find("renderChunk begins") == std::string::npos) {
      std::this_thread::sleep_for(milliseconds(5));
    }
    killed.Kill(SIGKILL);
    caller.join();
    EXPECT_EQ(killed.Wait(), 1000 + SIGKILL);
  }
  ASSERT_THAT(Left(), SizeIs(1));
  const std::string left = Left()[0];
  ServeProcess next(directory_.path(), environment_);
  ASSERT_FALSE(next.Url().empty()) << next.err();
  ASSERT_THAT(Left(), SizeIs(1));
  EXPECT_NE(Left()[0], left);
  next.Kill(SIGTERM);
  EXPECT_EQ(next.Wait(), 0);
  EXPECT_THAT(Left(), SizeIs(0));
}

TEST_F(ServeProgram, RefusesToRunUnguardedInProduction) {
  environment_["HYPERFRAMES_RENDER_BUCKET"] = "";
  environment_["HYPERLOCAL_PRODUCTION"] = "1";
  ServeProcess serve(directory_.path(), environment_);
  EXPECT_EQ(serve.Url(), "");
  EXPECT_EQ(serve.Wait(), 65);
  EXPECT_THAT(serve.err(), HasSubstr("HYPERFRAMES_RENDER_BUCKET"));
  EXPECT_THAT(Left(), SizeIs(0));
}

}  // namespace
}  // namespace hyperlocal::testing
