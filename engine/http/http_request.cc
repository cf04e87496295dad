#include <utility>

#include "engine/http/http_server.h"

namespace hyperlocal {

std::string_view HttpRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view HttpRequest::query() const {
  const std::size_t mark = target.find('?');
  return mark == std::string::npos ? "" : std::string_view(target).substr(mark + 1);
}

Result<std::string> HttpRequest::ReadSmallBody(std::size_t limit) {
  const auto too_large = [limit] {
    return Error{ErrorCode::kBadRequest,
                 "the body has more than the " + std::to_string(limit) + " bytes it may have"};
  };
  if (content_length && *content_length > limit) return too_large();
  std::string body;
  if (content_length) body.reserve(static_cast<std::size_t>(*content_length));
  const Status read = ReadBody([&](std::string_view part) -> Status {
    if (part.size() > limit - body.size()) return too_large();
    body += part;
    return Ok();
  });
  if (!read) return read.error();
  return body;
}

}  // namespace hyperlocal
