#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "engine/http/http_message.h"
#include "fakes/gcs/server/fake_request_test_support.h"

namespace hyperlocal::gcs {

// A JSON answer. What is no JSON is null, so that a comparison with it fails and shows the body.
struct JsonReply {
  int status = 0;
  nlohmann::json body;
  HttpResponse response;

  std::string Reason() const { return At("/error/errors/0/reason"); }
  std::string Message() const { return At("/error/message"); }
  std::string Header(std::string_view name) const {
    return std::string(response.headers.Get(name));
  }
  // The text at a JSON pointer, or "".
  std::string At(const std::string& pointer) const {
    const nlohmann::json::json_pointer place(pointer);
    return body.contains(place) && body.at(place).is_string() ? body.at(place).get<std::string>()
                                                              : "";
  }
};

// A service in memory with the bucket "bucket", spoken to in JSON.
class JsonService : public ServiceWithoutSocket {
 public:
  JsonService() { EXPECT_EQ(Json("POST", "/b?project=p", R"({"name":"bucket"})").status, 200); }

  JsonReply Json(std::string method, std::string target, std::string body = "",
                 HttpHeaders headers = {}) {
    FakeHttpRequest request(std::move(method), std::move(target), std::move(body),
                            std::move(headers));
    return Json(request);
  }
  JsonReply Json(HttpRequest& request) {
    JsonReply reply;
    reply.response = Answer(request);
    reply.status = reply.response.status;
    reply.body = nlohmann::json::parse(BodyOf(reply.response), nullptr, false);
    if (reply.body.is_discarded()) reply.body = nullptr;
    return reply;
  }

  // Inserts an object and answers its resource.
  nlohmann::json Put(std::string_view name, std::string content, std::string_view query = "",
                     HttpHeaders headers = {{"Content-Type", "text/plain"}}) {
    const JsonReply reply =
        Json("POST",
             "/upload/storage/v1/b/bucket/o?uploadType=media&name=" + PercentEncode(name) +
                 std::string(query),
             std::move(content), std::move(headers));
    EXPECT_EQ(reply.status, 200) << BodyOf(reply.response);
    return reply.body;
  }
  JsonReply Resource(std::string_view name, std::string_view query = "") {
    return Json("GET", "/b/bucket/o/" + PercentEncode(name) + std::string(query));
  }
  std::string Content(std::string_view name) {
    const HttpResponse response = Ask("GET", "/b/bucket/o/" + PercentEncode(name) + "?alt=media");
    return response.status == 200 ? BodyOf(response) : "status " + std::to_string(response.status);
  }
  bool Exists(std::string_view name) { return Resource(name).status == 200; }
};

}  // namespace hyperlocal::gcs
