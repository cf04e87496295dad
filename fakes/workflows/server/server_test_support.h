#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "engine/http/http_client.h"
#include "fakes/workflows/server/workflows_server.h"
#include "orchestrator/value/value.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflows {

// An answer of the API.
struct ApiReply {
  int status = 0;
  workflow::Value body;

  // "error/message": the member of that path; null when it is not there.
  workflow::Value At(const std::string& path) const {
    workflow::Value at = body;
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      const std::string name = path.substr(begin, end - begin);
      begin = end + 1;
      if (at.is_list()) {
        const std::size_t index = std::stoul(name);
        at = index < at.list().size() ? workflow::Value(at.list()[index]) : workflow::Value();
      } else if (at.is_map()) {
        const workflow::Value* const found = at.map().Find(name);
        at = found == nullptr ? workflow::Value() : workflow::Value(*found);
      } else {
        return workflow::Value();
      }
    }
    return at;
  }
  // The same as text: strings as they are, others as JSON.
  std::string Text(const std::string& path) const {
    const workflow::Value value = At(path);
    if (value.is_string()) return value.string();
    const auto json = workflow::JsonText(value);
    return json ? *json : json.error().message;
  }
};

// Speaks to a server as its clients do.
class ApiClient {
 public:
  explicit ApiClient(std::string base_url) : base_url_(std::move(base_url)) {}

  ApiReply Ask(std::string method, const std::string& path, std::string body = "") {
    HttpExchange exchange;
    exchange.method = std::move(method);
    exchange.url = base_url_ + path;
    exchange.headers.Add("Content-Type", "application/json");
    exchange.body = std::move(body);
    const HttpResult result = client_.Exchange(exchange);
    ApiReply reply;
    const auto* const answer = std::get_if<HttpReply>(&result);
    if (answer == nullptr) return reply;  // status 0: no answer
    reply.status = answer->status;
    if (auto value = workflow::ParseJsonValue(answer->body)) reply.body = *value;
    return reply;
  }
  ApiReply Get(const std::string& path) { return Ask("GET", path); }
  ApiReply Post(const std::string& path, std::string body = "{}") {
    return Ask("POST", path, std::move(body));
  }

  const std::string& base_url() const { return base_url_; }

 private:
  std::string base_url_;
  HttpClient client_{HttpClientOptions{}};
};

inline constexpr const char* kLocation = "projects/p/locations/l";
inline constexpr const char* kWorkflow = "projects/p/locations/l/workflows/w";
inline constexpr const char* kWorkflowPath = "/v1/projects/p/locations/l/workflows/w";
inline constexpr std::chrono::seconds kLong{60};

// A server in memory, and a client of it.
class ServerTest : public ::testing::Test {
 protected:
  void Begin(WorkflowsServerOptions options = {}) {
    api.reset();
    server.reset();
    auto started = WorkflowsServer::Start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    server = *std::move(started);
    api = std::make_unique<ApiClient>(server->base_url());
  }
  // Before what a test has lent to the server goes.
  void TearDown() override {
    api.reset();
    server.reset();
  }
  void Deploy(const std::string& source, const std::string& workflow = kWorkflow) {
    const Status deployed = server->Deploy(workflow, source);
    ASSERT_TRUE(deployed) << deployed.error().message;
  }
  std::string Create(std::string argument = "") {
    const auto name = server->CreateExecution(kWorkflow, std::move(argument));
    EXPECT_TRUE(name) << name.error().message;
    return name ? *name : std::string();
  }
  // "SUCCEEDED <result>" or "FAILED <payload>" and so on.
  std::string Outcome(const std::string& execution) {
    const auto view = server->AwaitExecution(execution, kLong);
    if (!view) return view.error().message;
    return view->state + " " + (view->state == "SUCCEEDED" ? view->result : view->error_payload);
  }

  std::unique_ptr<WorkflowsServer> server;
  std::unique_ptr<ApiClient> api;
};

}  // namespace hyperlocal::workflows
