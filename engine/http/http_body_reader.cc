#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "engine/http/http_connection_internal.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kMaxLine = std::size_t{16} << 10;  // of a chunk's size, and of all trailers

class BodyReader {
 public:
  BodyReader(HttpConnection& connection, const HttpBodySink& sink, ExchangeLimits& limits)
      : connection_(connection), sink_(sink), limits_(limits) {}

  BodyFailure ReadLength(std::uint64_t length) {
    std::uint64_t left = length;
    while (left > 0) {
      if (connection_.unread().empty()) {
        const BodyFailure failure = Fill([&] {
          return fmt::format("after {} of {} bytes of the answer", length - left, length);
        });
        if (failure) return failure;
      }
      const std::string_view unread = connection_.unread();
      const std::string_view part =
          unread.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, unread.size())));
      if (BodyFailure failure = Give(part)) return failure;
      left -= part.size();
    }
    return std::nullopt;
  }

  BodyFailure ReadUntilClosed() {
    for (;;) {
      if (const std::string_view part = connection_.unread(); !part.empty()) {
        if (BodyFailure failure = Give(part)) return failure;
      }
      auto read = connection_.Read(limits_, "reading the answer");
      if (auto* const failure = std::get_if<HttpCallFailure>(&read)) return std::move(*failure);
      if (!std::get<bool>(read)) return std::nullopt;
    }
  }

  BodyFailure ReadChunks() {
    for (;;) {
      std::string line;
      if (BodyFailure failure = ReadLine(line)) return failure;
      std::uint64_t size = 0;
      const auto [end, failure] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
      const char* const line_end = line.data() + line.size();
      if (failure != std::errc() || end == line.data() ||
          (end != line_end && *end != ';' && *end != ' ' && *end != '\t')) {
        return Garbled("a chunk of the answer has no size");
      }
      if (size == 0) return SkipTrailers();
      if (BodyFailure broken = ReadLength(size)) return broken;
      if (BodyFailure broken = ReadLine(line)) return broken;
      if (!line.empty()) return Garbled("a chunk of the answer is longer than it says");
    }
  }

 private:
  BodyFailure SkipTrailers() {
    for (std::size_t seen = 0; seen <= kMaxLine;) {
      std::string line;
      if (BodyFailure failure = ReadLine(line)) return failure;
      if (line.empty()) return std::nullopt;
      seen += line.size();
    }
    return Garbled("the answer's trailers do not end");
  }

  BodyFailure ReadLine(std::string& line) {
    line.clear();
    for (;;) {
      const std::string_view unread = connection_.unread();
      const std::size_t end = unread.find('\n');
      const std::string_view part = unread.substr(0, end);
      if (line.size() + part.size() > kMaxLine) return Garbled("a line of the answer is too long");
      line += part;
      connection_.Use(end == std::string_view::npos ? part.size() : part.size() + 1);
      if (end != std::string_view::npos) {
        if (line.ends_with('\r')) line.pop_back();
        return std::nullopt;
      }
      if (BodyFailure failure = Fill([] { return std::string("before the end of the answer"); })) {
        return failure;
      }
    }
  }

  template <typename Where>
  BodyFailure Fill(Where where) {
    auto read = connection_.Read(limits_, "reading the answer");
    if (auto* const failure = std::get_if<HttpCallFailure>(&read)) {
      failure->message += ", " + where();
      return std::move(*failure);
    }
    if (std::get<bool>(read)) return std::nullopt;
    return HttpCallFailure{
        HttpCallFailure::Kind::kBroken,
        fmt::format("{}: the connection was closed {}", connection_.name(), where())};
  }

  BodyFailure Give(std::string_view part) {
    if (Status taken = sink_(part); !taken) return std::move(taken).error();
    connection_.Use(part.size());
    return std::nullopt;
  }

  BodyFailure Garbled(std::string_view why) const {
    return HttpCallFailure{HttpCallFailure::Kind::kBroken,
                           fmt::format("{}: {}", connection_.name(), why)};
  }

  HttpConnection& connection_;
  const HttpBodySink& sink_;
  ExchangeLimits& limits_;
};

}  // namespace

BodyFailure ReadHttpBody(HttpConnection& connection, const HttpFraming& framing,
                         const HttpBodySink& sink, ExchangeLimits& limits) {
  BodyReader reader(connection, sink, limits);
  switch (framing.kind) {
    case HttpFraming::Kind::kNone:
      break;
    case HttpFraming::Kind::kLength:
      return reader.ReadLength(framing.length);
    case HttpFraming::Kind::kChunked:
      return reader.ReadChunks();
    case HttpFraming::Kind::kUntilClosed:
      return reader.ReadUntilClosed();
  }
  return std::nullopt;
}

}  // namespace hyperlocal
