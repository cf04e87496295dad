#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "fakes/cloud_run/edge_internal.h"

// What is under /_hyperlocal/.
namespace hyperlocal::cloud_run {
namespace {

constexpr std::size_t kLargestPlan = std::size_t{1} << 20;

void AnswerJson(HttpResponse& response, int status, std::string body) {
  response.status = status;
  response.headers.Set("Content-Type", "application/json; charset=utf-8");
  response.body = std::move(body) + "\n";
}

void AnswerError(HttpResponse& response, int status, const std::string& message) {
  nlohmann::json body;
  body["error"]["code"] = status;
  body["error"]["message"] = message;
  AnswerJson(response, status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

const char* NameOf(InstanceState state) {
  switch (state) {
    case InstanceState::kStarting:
      return "starting";
    case InstanceState::kReady:
      return "ready";
    case InstanceState::kStopping:
      return "stopping";
  }
  return "";
}

std::string InstancesJson(const InstancePool& pool) {
  nlohmann::ordered_json list;
  list["started"] = pool.started();
  list["instances"] = nlohmann::ordered_json::array();
  for (const InstancePool::Facts& facts : pool.Look()) {
    nlohmann::ordered_json one;
    one["id"] = facts.id;
    one["state"] = NameOf(facts.state);
    one["port"] = facts.port;
    if (facts.pid > 0) one["pid"] = facts.pid;
    one["requests"] = facts.in_flight;
    one["served"] = facts.served;
    if (facts.pid > 0) one["memoryBytes"] = facts.memory;
    list["instances"].push_back(std::move(one));
  }
  return list.dump();
}

}  // namespace

void Edge::HandleControl(HttpRequest& request, HttpResponse& response) {
  const std::string_view what = request.path().substr(std::string_view("/_hyperlocal/").size());
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (what == "health" && reads) return AnswerJson(response, 200, R"({"status":"ok"})");
  if (what == "instances" && reads) return AnswerJson(response, 200, InstancesJson(pool_));
  if (what == "faults" && (reads || request.method == "PUT" || request.method == "DELETE")) {
    if (request.method == "PUT") {
      Result<std::string> text = request.ReadSmallBody(kLargestPlan);
      if (!text) return AnswerError(response, 400, text.error().message);
      auto plan = HostFaultPlan::Parse(*text);
      if (!plan) return AnswerError(response, 400, plan.error().message);
      SetFaults(std::move(*plan));
    } else if (request.method == "DELETE") {
      SetFaults(nullptr);
    }
    const std::shared_ptr<HostFaultPlan> plan = faults();
    return AnswerJson(response, 200, plan ? plan->CountsJson() : R"({"seed":0,"rules":[]})");
  }
  AnswerError(response, what == "health" || what == "instances" || what == "faults" ? 405 : 404,
              "there is GET /_hyperlocal/health, GET /_hyperlocal/instances and GET, PUT, DELETE "
              "/_hyperlocal/faults");
}

}  // namespace hyperlocal::cloud_run
