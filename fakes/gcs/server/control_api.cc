#include "fakes/gcs/server/control_api_internal.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "engine/http/http_message.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/event_stream_internal.h"
#include "fakes/gcs/server/export_directory.h"
#include "fakes/gcs/server/gcs_error_internal.h"
#include "fakes/gcs/server/json_writer_internal.h"
#include "fakes/gcs/server/seed_directory.h"
#include "fakes/gcs/server/xml_api_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::string_view kRoot = "/_hyperlocal";
constexpr std::string_view kRetryTest = "/retry_test/";
constexpr std::string_view kRetryTests = "/retry_tests";
constexpr std::size_t kMostBody = std::size_t{4} << 20;
constexpr std::size_t kIdLength = 32;

// A client of a running test has no other way to hear of a missing id than this path's 404.
bool IsRetryTestPath(std::string_view path) {
  if (!path.starts_with(kRetryTest)) return false;
  const std::string_view id = path.substr(kRetryTest.size());
  return id.size() == kIdLength && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

void AnswerJson(GcsCall& call, std::string json) {
  call.response.status = 200;
  call.response.headers.Add("Content-Type", "application/json; charset=UTF-8");
  call.response.headers.Add("Cache-Control", "no-store");
  call.response.body = std::move(json);
}

// An error of ours, told in full: who reads it is at the controls.
void RefuseControl(GcsCall& call, const Error& error) {
  GcsError refusal = ToGcsError(error);
  refusal.message = error.message;
  Refuse(call, refusal);
}

bool IsLocalHost(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) origin.remove_prefix(scheme.size());
  }
  for (const std::string_view host : {"localhost", "127.0.0.1", "[::1]"}) {
    if (!origin.starts_with(host)) continue;
    const std::string_view rest = origin.substr(host.size());
    if (rest.empty() || rest.front() == ':') return true;
  }
  return false;
}

// Browsers say from where a request comes.
bool ComesFromAnotherSite(const GcsCall& call) {
  const std::string_view site = call.Header("Sec-Fetch-Site");
  const std::string_view origin = call.Header("Origin");
  return site == "cross-site" || (!origin.empty() && !IsLocalHost(origin));
}

void RefuseOtherSite(GcsCall& call) {
  Refuse(call,
         GcsError{403, "forbidden", "the control API does not answer web pages of other sites"});
}

void WrongMethod(GcsCall& call) {
  Refuse(call, GcsError{405, "methodNotAllowed",
                        "there is no " + call.request->method + " of " +
                            std::string(call.request->path().substr(0, 200))});
}

void UnknownControl(GcsCall& call) {
  Refuse(call, GcsError{404, "notFound",
                        "there is no " + std::string(call.request->path().substr(0, 200)) +
                            "; there are health, reset, seed, export, events and faults below "
                            "/_hyperlocal/"});
}

void AnswerHealth(GcsCall& call) {
  const auto up = std::chrono::steady_clock::now() - call.control.started();
  JsonWriter json;
  json.BeginObject();
  json.Member("status", "ok");
  json.Member("service", "storage");
  json.Member("uptimeSeconds", std::chrono::duration_cast<std::chrono::seconds>(up).count());
  json.EndObject();
  AnswerJson(call, std::move(json).Take());
}

void Reset(GcsCall& call) {
  if (const auto reset = call.store.Reset(); !reset) return RefuseControl(call, reset.error());
  call.control.faults().retry_tests().Clear();
  AnswerJson(call, R"({"status":"ok"})");
}

// A server's working directory is nobody's idea of where a path begins.
Status CheckAbsolute(const std::filesystem::path& directory) {
  if (directory.is_absolute()) return Ok();
  return Error{ErrorCode::kBadRequest,
               "directory is \"" + directory.string() + "\"; it must be an absolute path"};
}

template <typename Summary>
void AnswerSummary(GcsCall& call, const std::filesystem::path& directory, const Summary& summary) {
  JsonWriter json;
  json.BeginObject();
  json.Member("directory", directory.string());
  json.Member("buckets", summary.buckets);
  json.Member("objects", summary.objects);
  json.Member("bytes", summary.bytes);
  json.EndObject();
  AnswerJson(call, std::move(json).Take());
}

Result<std::filesystem::path> ReadDirectory(GcsCall& call) {
  HYPERLOCAL_TRY(const std::string body, call.request->ReadSmallBody(kMostBody));
  HYPERLOCAL_TRY(const nlohmann::json json, ParseJson(body, "body of seed"));
  HYPERLOCAL_TRY(const JsonObject members, JsonObject::Of(json, "body of seed"));
  HYPERLOCAL_TRY(std::string directory, members.Text("directory"));
  return std::filesystem::path(std::move(directory));
}

void Seed(GcsCall& call) {
  const auto directory = ReadDirectory(call);
  if (!directory) return RefuseControl(call, directory.error());
  if (const auto absolute = CheckAbsolute(*directory); !absolute) {
    return RefuseControl(call, absolute.error());
  }
  const auto summary = SeedFromDirectory(call.store, *directory);
  if (!summary) return RefuseControl(call, summary.error());
  AnswerSummary(call, *directory, *summary);
}

void Export(GcsCall& call) {
  const std::filesystem::path directory(call.query.Get("directory"));
  if (const auto absolute = CheckAbsolute(directory); !absolute) {
    return RefuseControl(call, absolute.error());
  }
  const auto summary = ExportToDirectory(call.store, directory);
  if (!summary) return RefuseControl(call, summary.error());
  AnswerSummary(call, directory, *summary);
}

void AnswerFaults(GcsCall& call) {
  AnswerJson(call, call.control.faults().CountsJson());
}

void SetFaults(GcsCall& call) {
  const auto body = call.request->ReadSmallBody(kMostBody);
  if (!body) return RefuseControl(call, body.error());
  auto plan = FaultPlan::Parse(*body);
  if (!plan) return RefuseControl(call, plan.error());
  call.control.faults().SetPlan(std::move(*plan));
  AnswerFaults(call);
}

void ClearFaults(GcsCall& call) {
  call.control.faults().SetPlan(nullptr);
  AnswerFaults(call);
}

void CreateRetryTest(GcsCall& call) {
  const auto body = call.request->ReadSmallBody(kMostBody);
  if (!body) return RefuseControl(call, body.error());
  const auto test = call.control.faults().retry_tests().Create(*body);
  if (!test) return RefuseControl(call, test.error());
  AnswerJson(call, RetryTestJson(*test));
}

void GetRetryTest(GcsCall& call) {
  const auto test = call.control.faults().retry_tests().Get(call.item);
  if (!test) return RefuseControl(call, test.error());
  AnswerJson(call, RetryTestJson(*test));
}

void DeleteRetryTest(GcsCall& call) {
  const auto deleted = call.control.faults().retry_tests().Delete(call.item);
  if (!deleted) return RefuseControl(call, deleted.error());
  AnswerJson(call, "{\"status\":\"Deleted " + call.item + "\"}");
}

void ListRetryTests(GcsCall& call) {
  JsonWriter json;
  json.BeginObject();
  json.BeginArray("retry_test");
  for (const RetryTestRegistry::Test& test : call.control.faults().retry_tests().List()) {
    json.Raw(RetryTestJson(test));
  }
  json.EndArray();
  json.EndObject();
  AnswerJson(call, std::move(json).Take());
}

GcsHandler RouteOwn(std::string_view method, std::string_view name) {
  struct Row {
    std::string_view name;
    std::string_view method;
    GcsHandler handler;
  };
  static constexpr Row kRows[] = {
      {"health", "GET", AnswerHealth}, {"health", "HEAD", AnswerHealth},
      {"reset", "POST", Reset},        {"seed", "POST", Seed},
      {"export", "GET", Export},       {"export", "POST", Export},
      {"events", "GET", StreamEvents}, {"faults", "GET", AnswerFaults},
      {"faults", "PUT", SetFaults},    {"faults", "DELETE", ClearFaults},
  };
  GcsHandler otherwise = UnknownControl;
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    if (row.method == method) return row.handler;
    otherwise = WrongMethod;
  }
  return otherwise;
}

}  // namespace

bool IsControlPath(std::string_view path) {
  return path == kRoot || (path.starts_with(kRoot) && path[kRoot.size()] == '/') ||
         path == "/retry_test" || path == kRetryTests || IsRetryTestPath(path);
}

GcsHandler RouteControl(GcsCall& call) {
  const std::string_view path = call.request->path();
  const std::string_view method = call.request->method;
  const bool own = path.starts_with(kRoot);
  GcsHandler handler = nullptr;
  if (own) {
    handler = RouteOwn(method, path.substr(std::min(kRoot.size() + 1, path.size())));
  } else if (IsRetryTestPath(path)) {
    call.item = path.substr(kRetryTest.size());
    if (method == "GET") handler = GetRetryTest;
    if (method == "DELETE") handler = DeleteRetryTest;
  } else if (path == kRetryTests) {
    if (method == "GET") handler = ListRetryTests;
  } else if (method == "POST") {
    handler = CreateRetryTest;
  }
  if (handler == nullptr) return RouteXml(call);  // a bucket of that name
  return ComesFromAnotherSite(call) ? RefuseOtherSite : handler;
}

}  // namespace hyperlocal::gcs
