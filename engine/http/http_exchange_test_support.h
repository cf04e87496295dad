#pragma once

#include <optional>
#include <string>
#include <utility>

#include "engine/http/http_client.h"
#include "tests/support/scripted_server.h"

namespace hyperlocal::testing {

using Kind = HttpCallFailure::Kind;

inline HttpExchange Get(const std::string& url) {
  HttpExchange exchange;
  exchange.method = "GET";
  exchange.url = url;
  return exchange;
}

inline HttpExchange Put(const std::string& url, std::string body) {
  HttpExchange exchange;
  exchange.method = "PUT";
  exchange.url = url;
  exchange.body = std::move(body);
  return exchange;
}

// The same bytes from a source.
inline HttpExchange PutStreamed(const std::string& url, const std::string& body) {
  HttpExchange exchange = Put(url, "");
  exchange.source_length = body.size();
  exchange.source = [body](std::uint64_t offset, char* to,
                           std::size_t room) -> Result<std::size_t> {
    return body.copy(to, room, static_cast<std::size_t>(offset));
  };
  return exchange;
}

inline std::string BodyOf(const HttpResult& result) {
  if (const auto* const reply = std::get_if<HttpReply>(&result)) return reply->body;
  if (const auto* const failure = std::get_if<HttpCallFailure>(&result)) {
    return "failure: " + failure->message;
  }
  return "error: " + std::get<Error>(result).message;
}

inline std::optional<Kind> KindOf(const HttpResult& result) {
  const auto* const failure = std::get_if<HttpCallFailure>(&result);
  return failure == nullptr ? std::nullopt : std::optional(failure->kind);
}

inline int StatusOf(const HttpResult& result) {
  const auto* const reply = std::get_if<HttpReply>(&result);
  return reply == nullptr ? 0 : reply->status;
}

inline std::string Letters(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 31 % 26);
  return text;
}

// Answers every request of every connection with its own body, or its target.
inline void Echo(ScriptedConnection& connection) {
  for (;;) {
    const auto request = connection.Read();
    if (request.head.empty()) return;
    connection.Answer("200 OK", "", request.body.empty() ? request.target() : request.body);
  }
}

}  // namespace hyperlocal::testing
