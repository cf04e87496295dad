#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/http/http_server.h"
#include "fakes/gcs/server/control_plane_internal.h"
#include "fakes/gcs/server/gcs_route_internal.h"
#include "fakes/gcs/server/gcs_server.h"

namespace hyperlocal::gcs {

// A request without a socket. The body comes in pieces of `piece` bytes; with `breaks_at` the
// client goes away after so many.
class FakeHttpRequest : public HttpRequest {
 public:
  FakeHttpRequest(std::string with_method, std::string with_target, std::string with_body = "",
                  HttpHeaders with_headers = {}) {
    method = std::move(with_method);
    target = std::move(with_target);
    headers = std::move(with_headers);
    if (!headers.Has("Host")) headers.Add("Host", "storage.test");
    peer = "127.0.0.1";
    body_ = std::move(with_body);
    if (!body_.empty() || method == "PUT" || method == "POST") {
      content_length = body_.size();
      has_body = true;
    }
  }

  std::size_t piece = 7;
  std::optional<std::size_t> breaks_at;

  Status ReadBody(const BodySink& sink) override {
    std::string_view rest = body_;
    if (breaks_at) rest = rest.substr(0, *breaks_at);
    while (!rest.empty()) {
      const std::size_t count = std::min(piece, rest.size());
      HYPERLOCAL_TRY_STATUS(sink(rest.substr(0, count)));
      rest.remove_prefix(count);
    }
    if (breaks_at) return Error{ErrorCode::kIo, "the client went away"};
    return Ok();
  }
  bool ClientIsGone() const override { return false; }
  // No time passes.
  bool ClientGoesWithin(std::chrono::milliseconds) const override { return false; }

 private:
  std::string body_;
};

// The body of an answer, from its source if it has one. A source that fails ends it short.
inline std::string BodyOf(const HttpResponse& response) {
  if (!response.source) return response.body;
  std::string body;
  std::string part(std::size_t{64} << 10, '\0');
  while (!response.source_length || body.size() < *response.source_length) {
    std::size_t room = part.size();
    if (response.source_length) {
      room = std::min<std::size_t>(room, *response.source_length - body.size());
    }
    const auto got = response.source(body.size(), part.data(), room);
    if (!got || *got == 0) break;
    body.append(part, 0, *got);
  }
  return body;
}

// A whole service without a socket, on a store in memory.
class ServiceWithoutSocket {
 public:
  explicit ServiceWithoutSocket(const GcsServerOptions& options = {}) {
    auto store = Store::InMemory();
    auto control = ControlPlane::Create(options);
    if (!store || !control) std::abort();  // no test can go on
    store_ = std::move(*store);
    control_ = std::move(*control);
  }

  HttpResponse Answer(HttpRequest& request) {
    HttpResponse response;
    Dispatch(GcsServices{*store_, *control_}, request, response);
    return response;
  }
  HttpResponse Ask(std::string method, std::string target, std::string body = "",
                   HttpHeaders headers = {}) {
    FakeHttpRequest request(std::move(method), std::move(target), std::move(body),
                            std::move(headers));
    return Answer(request);
  }

  Store& store() { return *store_; }
  ControlPlane& control() { return *control_; }

 private:
  std::unique_ptr<Store> store_;
  std::unique_ptr<ControlPlane> control_;
};

}  // namespace hyperlocal::gcs
