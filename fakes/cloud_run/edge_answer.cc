#include "fakes/cloud_run/edge_answer_internal.h"

#include <fmt/format.h>

#include <string>

namespace hyperlocal::cloud_run {
namespace {

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string Page(std::string_view title, std::string_view heading, std::string_view message) {
  return fmt::format(
      "\n<html><head>\n"
      "<meta http-equiv=\"content-type\" content=\"text/html;charset=utf-8\">\n"
      "<title>{}</title>\n</head>\n"
      "<body text=#000000 bgcolor=#ffffff>\n"
      "<h1>Error: {}</h1>\n<h2>{}</h2>\n<h2></h2>\n</body></html>\n",
      title, heading, message);
}

}  // namespace

void AnswerFromEdge(HttpResponse& response, int status, std::string_view path) {
  response = HttpResponse{};
  response.status = status;
  response.headers.Set("Server", "Google Frontend");
  const auto page = [&](std::string_view title, std::string_view heading,
                        std::string_view message) {
    response.headers.Set("Content-Type", "text/html; charset=UTF-8");
    response.body = Page(title, heading, message);
  };
  const auto text = [&](std::string_view message) {
    response.headers.Set("Content-Type", "text/plain");
    response.body = message;
  };
  switch (status) {
    case 401:
      response.headers.Set("WWW-Authenticate",
                           "Bearer error=\"invalid_token\" error_description=\"The access token "
                           "could not be verified\"");
      return page("401 Unauthorized", "Unauthorized",
                  fmt::format("Your client does not have permission to the requested URL "
                              "<code>{}</code>.",
                              Escaped(path)));
    case 403:
      return page("403 Forbidden", "Forbidden",
                  fmt::format("Your client does not have permission to get URL <code>{}</code> "
                              "from this server.",
                              Escaped(path)));
    case 413:
      return page("413 Request Entity Too Large", "Request Entity Too Large",
                  "Your client issued a request that was too large.");
    case 429:
      response.headers.Set("Content-Type", "text/html");
      response.body = "Rate exceeded.";
      return;
    case 500:
      return page("500 Server Error", "Server Error",
                  "The server encountered an error and could not complete your request.<p>Please "
                  "try again in 30 seconds.");
    case 503:
      return text("Service Unavailable");
    case 504:
      return text("upstream request timeout");
    default:
      return text(fmt::format("status {}", status));
  }
}

}  // namespace hyperlocal::cloud_run
