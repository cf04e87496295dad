// A process that runs the published render definition (npm package @hyperframes/gcp-cloud-run; npm
// ci --prefix tests/peers) with 16 chunks is killed at random moments (SIGKILL), again and again,
// over the same directory. The render service lives in the test and keeps a list of its calls.
// After every kill the store tells which answers were recorded: their calls must never come again.
// Every run ends with the right result.
//
// 10 kills by default; HYPERLOCAL_KILLS=200 for more, HYPERLOCAL_KILL_SEED=N for the same moments
// again (as far as the machine allows).
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "engine/http/http_server.h"
#include "fakes/workflows/server/server_test_support.h"
#include "fakes/workflows/store/workflow_store.h"
#include "orchestrator/check/check_definition.h"
#include "orchestrator/run/execution.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::workflows {
namespace {

using workflow::Value;

constexpr int kChunks = 16;
constexpr int kLongestLife = 150;  // milliseconds; a run takes somewhat more than a hundred

std::optional<std::string> PublishedDefinition() {
  std::ifstream in(std::filesystem::path(HYPERLOCAL_SOURCE_DIR) /
                   "tests/peers/node_modules/@hyperframes/gcp-cloud-run/terraform/workflow.yaml");
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

int FromEnvironment(const char* name, int absent) {
  const char* const value = std::getenv(name);
  return value == nullptr ? absent : std::atoi(value);
}

// The render service: answers what the definition needs, and remembers what it was asked.
class RenderService {
 public:
  RenderService() {
    auto started = HttpServer::Start(
        {}, [this](HttpRequest& request, HttpResponse& response) { Answer(request, response); });
    if (started) http_ = *std::move(started);
  }

  std::string url() const { return http_->base_url(); }
  // Calls with these bodies must not come any more.
  void Forbid(std::set<std::string> bodies) {
    const std::lock_guard lock(mutex_);
    forbidden_ = std::move(bodies);
  }
  std::set<std::string> Seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  void Forget() {
    const std::lock_guard lock(mutex_);
    forbidden_.clear();
    seen_.clear();
  }
  std::size_t repeated() {
    const std::lock_guard lock(mutex_);
    return repeated_;
  }
  std::size_t calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  void Answer(HttpRequest& request, HttpResponse& response) {
    const auto body = request.ReadSmallBody(1 << 20);
    if (!body) return;
    {
      const std::lock_guard lock(mutex_);
      ++calls_;
      if (forbidden_.contains(*body)) ++repeated_;
      seen_.insert(*body);
    }
    const auto json = workflow::ParseJsonValue(*body);
    if (!json || !json->is_map()) {
      response.status = 400;
      return;
    }
    const std::string action = json->map().Find("Action")->string();
    response.headers.Add("Content-Type", "application/json");
    if (action == "plan") {
      response.body = R"({"PlanProtocol":"v2","PlanV2ManifestGcsUri":"gs://b/plan/manifest.json",)"
                      R"("PlanV2ArtifactGcsPrefix":"gs://b/plan/","PlanHash":"h","Format":"mp4",)"
                      R"("TotalFrames":480,"DurationMs":5,"ChunkCount":)" +
                      std::to_string(kChunks) + "}";
    } else if (action == "renderChunk") {
      const std::string index = std::to_string(json->map().Find("ChunkIndex")->integer());
      // Chunks take turns to be slow, so that answers come one by one.
      std::this_thread::sleep_for(
          std::chrono::milliseconds(5 + 7 * json->map().Find("ChunkIndex")->integer()));
      response.body = R"({"ChunkGcsUri":"gs://b/chunks/)" + index + R"(","FramesEncoded":)" +
                      std::to_string(100 + std::stoi(index)) + R"(,"DurationMs":1})";
    } else {
      response.body = R"({"OutputGcsUri":"gs://b/out.mp4","FileSize":7,"DurationMs":1})";
    }
  }

  std::mutex mutex_;  // guards what follows
  std::set<std::string> forbidden_;
  std::set<std::string> seen_;
  std::size_t repeated_ = 0;
  std::size_t calls_ = 0;
  std::unique_ptr<HttpServer> http_;
};

// The server's process.
class ServerProcess {
 public:
  explicit ServerProcess(const std::filesystem::path& directory) {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    if (::pipe(input.data()) != 0 || ::pipe(output.data()) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(input[0], STDIN_FILENO);
      ::dup2(output[1], STDOUT_FILENO);
      for (const int number : {input[0], input[1], output[0], output[1]}) ::close(number);
      ::execl(SERVER_PROGRAM, SERVER_PROGRAM, "--directory", directory.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    char byte = 0;
    while (::read(output[0], &byte, 1) == 1 && byte != '\n') url_ += byte;
    ::close(output[0]);
  }
  ~ServerProcess() { Kill(); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void Kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    ::close(input_);
    pid_ = -1;
  }
  const std::string& url() const { return url_; }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  std::string url_;
};

class KillTest : public ::testing::Test {
 protected:
  // What the service was asked, and the answer was recorded: all that the execution does not wait
  // for any more.
  std::set<std::string> Recorded(const std::string& definition) {
    std::set<std::string> bodies = service_.Seen();
    const auto store = WorkflowStore::Open(directory_ / "data");
    EXPECT_TRUE(store) << store.error().message;
    const auto unfinished = (*store)->Unfinished();
    EXPECT_TRUE(unfinished) << unfinished.error().message;
    for (const UnfinishedExecution& one : *unfinished) {
      if (one.bytes.empty()) return {};
      const auto execution = workflow::Execution::Deserialize(
          workflow::Compile(workflow::LoadDefinition(definition, "w").value()), one.bytes);
      EXPECT_TRUE(execution) << execution.error().message;
      for (const workflow::Effect& effect : execution->PendingEffects()) {
        if (const auto* const request = std::get_if<workflow::HttpRequest>(&effect.what)) {
          bodies.erase(request->body);
        }
      }
    }
    return bodies;
  }

  std::string Argument() {
    return R"({"RenderId":"r","ServiceUrl":")" + service_.url() +
           R"(","ProjectGcsUri":"gs://b/project.tar.gz","PlanOutputGcsPrefix":"gs://b/renders/r/",)"
           R"("OutputGcsUri":"gs://b/out.mp4","Config":{"fps":30}})";
  }

  static void Check(const ApiReply& execution) {
    ASSERT_EQ(execution.Text("state"), "SUCCEEDED") << execution.Text("error");
    const auto result = workflow::ParseJsonValue(execution.Text("result"));
    ASSERT_TRUE(result);
    const Value& chunks = *result->map().Find("Chunks");
    ASSERT_EQ(chunks.list().size(), static_cast<std::size_t>(kChunks));
    std::int64_t frames = 0;
    for (const Value& chunk : chunks.list()) frames += chunk.map().Find("FramesEncoded")->integer();
    EXPECT_EQ(frames, kChunks * 100 + kChunks * (kChunks - 1) / 2);
    EXPECT_EQ(result->map().Find("Assemble")->map().Find("FileSize")->integer(), 7);
  }

  testing::TemporaryDirectory directory_{"workflow-kill"};
  RenderService service_;
};

TEST_F(KillTest, EveryRunEndsRightAndNoRecordedCallIsMadeAgain) {
  const auto definition = PublishedDefinition();
  if (!definition) {
    GTEST_SKIP() << "the published definition is not installed: npm ci --prefix tests/peers";
  }
  const int kills = FromEnvironment("HYPERLOCAL_KILLS", 10);
  const auto seed = static_cast<unsigned>(
      FromEnvironment("HYPERLOCAL_KILL_SEED", static_cast<int>(std::random_device{}() & 0xFFFF)));
  std::cout << "HYPERLOCAL_KILL_SEED=" << seed << "\n";
  std::mt19937 random(seed);

  int killed = 0;
  int runs = 0;
  int interrupted = 0;       // kills in the middle of a run
  std::size_t recorded = 0;  // answers that a restart had to respect
  std::string name;          // of the run that is not over
  while (killed < kills || !name.empty()) {
    ServerProcess process(directory_ / "data");
    ASSERT_NE(process.url(), "") << "the server does not start";
    ApiClient api(process.url());
    if (name.empty()) {
      if (runs == 0) {
        const ApiReply made =
            api.Post("/v1/" + std::string(kLocation) + "/workflows?workflowId=w",
                     "{\"sourceContents\":" + workflow::JsonString(*definition) + "}");
        ASSERT_EQ(made.Text("error"), "null");
      }
      service_.Forget();
      const ApiReply created = api.Post(std::string(kWorkflowPath) + "/executions",
                                        "{\"argument\":" + workflow::JsonString(Argument()) + "}");
      ASSERT_EQ(created.status, 200) << created.Text("error/message");
      name = created.Text("name");
      ++runs;
    }
    if (killed < kills) {
      std::this_thread::sleep_for(
          std::chrono::milliseconds(std::uniform_int_distribution<int>(0, kLongestLife)(random)));
      const ApiReply now = api.Get("/v1/" + name);
      process.Kill();
      ++killed;
      std::set<std::string> answered = Recorded(*definition);
      recorded += answered.size();
      service_.Forbid(std::move(answered));
      if (now.Text("state") == "ACTIVE") {
        ++interrupted;
      } else {
        Check(now);
        name.clear();
      }
    } else {
      ApiReply now;
      do {
        now = api.Get("/v1/" + name);
        ASSERT_EQ(now.status, 200);
      } while (now.Text("state") == "ACTIVE");
      Check(now);
      name.clear();
    }
    ASSERT_EQ(service_.repeated(), 0U) << "a call whose answer was recorded was made again";
  }
  // Else nothing was put to the test.
  if (kills >= 10) {
    EXPECT_GT(recorded, 0U);
  }
  std::cout << killed << " kills, " << interrupted << " of them in the middle of a run, with "
            << recorded << " recorded answers; " << runs << " runs, " << service_.calls()
            << " calls of " << runs * (kChunks + 2) << " that are needed\n";
}

}  // namespace
}  // namespace hyperlocal::workflows
