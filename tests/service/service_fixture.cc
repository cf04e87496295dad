#include "tests/service/service_fixture.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/archive/archive_writer.h"
#include "tests/support/file_content.h"

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// What a test cannot go on without.
template <typename T>
T Must(Result<T> result) {
  if (result) return *std::move(result);
  std::fprintf(stderr, "%s: %s\n", std::string(result.error().spec().wire).c_str(),
               result.error().message.c_str());
  std::abort();
}

std::string Member(const std::string& body, const char* name) {
  const json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object() || !parsed.contains(name) || !parsed[name].is_string()) return "";
  return parsed[name].get<std::string>();
}

template <typename T>
T ResultOf(const ServiceAnswer& answer) {
  EXPECT_EQ(answer.status, 200) << answer.body;
  if (answer.status != 200) return T{};
  return std::get<T>(Must(ParseRenderResult(answer.body)));
}

}  // namespace

std::string ServiceAnswer::error() const {
  return Member(body, "error");
}

std::string ServiceAnswer::message() const {
  return Member(body, "message");
}

ServiceFixture::ServiceFixture(RenderServiceOptions options) {
  objects_ = Must(gcs::Store::InMemory());
  for (const char* name : {kRenders, kOther}) {
    gcs::BucketRecord bucket;
    bucket.name = name;
    Must(objects_->CreateBucket(bucket));
  }
  gcs_ = Must(gcs::GcsServer::Start({}, *objects_));
  GcsClientOptions client;
  client.endpoint = gcs_->base_url();
  client.http = {};
  client.retry.max_attempts = 1;
  client_ = Must(GcsObjectStore::Create(std::move(client)));
  store_ = std::make_unique<WatchedObjectStore>(*client_);

  if (!options.allowed_bucket) options.allowed_bucket = kRenders;
  if (options.work_root.empty()) {
    options.work_root = directory_.path() / "work";
    fs::create_directory(options.work_root);
  }
  options.log = [this](std::string_view line) {
    const std::lock_guard lock(mutex_);
    log_.emplace_back(line);
  };
  service_ = Must(RenderService::Create(*store_, std::move(options)));
  http_ = Must(HttpServer::Start({}, [this](HttpRequest& request, HttpResponse& response) {
    service_->Handle(request, response);
  }));
}

ServiceFixture::~ServiceFixture() {
  http_->Stop();
  service_.reset();
}

ServiceAnswer ServiceFixture::Post(std::string_view body) {
  HttpExchange exchange;
  exchange.method = "POST";
  exchange.url = http_->base_url() + "/";
  exchange.headers.Set("Content-Type", "application/json");
  exchange.body = body;
  const HttpResult result = http_client_.Exchange(exchange);
  const auto* reply = std::get_if<HttpReply>(&result);
  if (reply == nullptr) return {};
  return {reply->status, reply->body};
}

ServiceAnswer ServiceFixture::Post(const RenderEvent& event) {
  return Post(Must(ToJson(event)));
}

PlanResult ServiceFixture::Plan(const PlanEvent& event) {
  return ResultOf<PlanResult>(Post(event));
}

RenderChunkResult ServiceFixture::RenderChunk(const RenderChunkEvent& event) {
  return ResultOf<RenderChunkResult>(Post(event));
}

AssembleResult ServiceFixture::Assemble(const AssembleEvent& event) {
  return ResultOf<AssembleResult>(Post(event));
}

GcsUri ServiceFixture::PutTestCard(int frames, const std::string& key) {
  const TemporaryDirectory project("card");
  PutFile(project / "testcard.json",
          fmt::format(R"({{"width": 160, "height": 96, "fps": 30, "frames": {}}})", frames));
  return PutProject(project.path(), key);
}

GcsUri ServiceFixture::PutProject(const fs::path& project, const std::string& key) {
  const TemporaryDirectory place("archive");
  Must(PackTarGz(project, place / "project.tar.gz", Durability::kUnsynced));
  const GcsUri uri{kRenders, key};
  Must(client_->Upload(place / "project.tar.gz", uri, {}, {}));
  return uri;
}

void ServiceFixture::PutObject(const GcsUri& uri, std::string_view bytes) {
  const TemporaryDirectory place("object");
  PutFile(place / "bytes", bytes);
  Must(client_->Upload(place / "bytes", uri, {}, {}));
}

std::string ServiceFixture::Object(const GcsUri& uri) {
  const TemporaryDirectory place("object");
  Must(client_->Download(uri, place / "bytes", {}));
  return FileContent(place / "bytes");
}

std::vector<std::string> ServiceFixture::Names(const std::string& prefix) {
  std::vector<std::string> names;
  for (const ObjectInfo& object : Must(client_->List(kRenders, {prefix, ""})).objects) {
    names.push_back(object.uri.key);
  }
  return names;
}

void ServiceFixture::Delete(const GcsUri& uri) {
  Must(client_->Delete(uri, {}));
}

std::vector<std::string> ServiceFixture::LogLines(std::string_view event) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> lines;
  for (const std::string& line : log_) {
    if (event.empty() || Member(line, "event") == event) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> ServiceFixture::WorkLeft(std::string_view purpose) {
  std::vector<std::string> left;
  for (const auto& root : fs::directory_iterator(directory_.path() / "work")) {
    for (const auto& entry : fs::directory_iterator(root.path())) {
      std::string name = entry.path().filename().string();
      if (name.starts_with(purpose)) left.push_back(std::move(name));
    }
  }
  return left;
}

WireConfig CardConfig(int chunk_size) {
  RenderConfig config;
  config.fps = 30;
  config.width = 160;
  config.height = 96;
  config.chunk_size = chunk_size;
  return Must(WireConfig::Of(config));
}

PlanEvent PlanOf(const GcsUri& project, PlanProtocol protocol, int chunk_size,
                 const std::string& prefix) {
  return {protocol, project, {kRenders, prefix}, CardConfig(chunk_size)};
}

RenderChunkEvent ChunkOf(const PlanResult& plan, int index, const std::string& prefix) {
  return {plan.plan, plan.plan_hash, index, {kRenders, prefix}, plan.format};
}

AssembleEvent AssembleOf(const PlanResult& plan, std::vector<GcsUri> chunks, const GcsUri& output) {
  AssembleEvent event;
  if (const auto* v1 = std::get_if<V1Locator>(&plan.plan)) {
    event.source = V1AssembleSource{*v1, std::nullopt};
  } else {
    event.source = V2AssembleSource{std::get<V2Locator>(plan.plan), plan.plan_hash};
  }
  event.chunks = std::move(chunks);
  event.output = output;
  event.format = plan.format;
  return event;
}

}  // namespace hyperlocal::testing
