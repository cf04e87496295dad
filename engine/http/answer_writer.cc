#include "engine/http/answer_writer_internal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

namespace hyperlocal {
namespace {

using Kind = ResponseFraming::Kind;
using Ending = HttpResponse::Ending;

ResponseFraming FramingOf(const AnswerTerms& terms, const HttpResponse& response) {
  ResponseFraming framing;
  if (response.status == 204 || response.status == 304) {
    framing.kind = Kind::kNone;
  } else if (!response.source) {
    framing.length = response.body.size();
  } else if (response.source_length) {
    framing.length = *response.source_length;
  } else {
    framing.kind = terms.minor_version == 0 ? Kind::kToClose : Kind::kChunks;
  }
  framing.close = !terms.keep_alive || framing.kind == Kind::kToClose;
  framing.keep_alive = !framing.close && terms.minor_version == 0;
  return framing;
}

iovec Part(std::string_view bytes) {
  // sendmsg does not write to it.
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

AnswerWriter::Outcome AnswerWriter::Send(AcceptedSocket& socket, const AnswerTerms& terms,
                                         const HttpResponse& response) {
  if (response.ending == Ending::kReset && response.ending_at == 0) return Outcome::kReset;
  const ResponseFraming framing = FramingOf(terms, response);
  head_.clear();
  if (const Status fine =
          AppendResponseHead(head_, response.status, response.headers, framing, date_.Now());
      !fine) {
    HttpResponse instead;
    instead.status = 500;
    instead.headers = {{"Content-Type", "text/plain; charset=utf-8"}};
    instead.body = fine.error().message + "\n";
    return Send(socket, terms, instead);
  }
  Outcome outcome = SendBody(socket, terms, response, framing.kind);
  if (outcome == Outcome::kKept && response.ending != Ending::kWhole) outcome = Outcome::kClosed;
  if (outcome == Outcome::kClosed && response.ending == Ending::kReset) {
    // A reset discards what is still on its way.
    socket.AwaitDelivery(terms.stall_timeout);
    outcome = Outcome::kReset;
  }
  if (outcome == Outcome::kKept && framing.close) outcome = Outcome::kClosed;
  return outcome;
}

AnswerWriter::Outcome AnswerWriter::SendBody(AcceptedSocket& socket, const AnswerTerms& terms,
                                             const HttpResponse& response, Kind framing) {
  const std::uint64_t limit = response.ending == Ending::kWhole
                                  ? std::numeric_limits<std::uint64_t>::max()
                                  : response.ending_at;
  const bool has_body = !terms.head_only && framing != Kind::kNone;
  if (has_body && response.source) return SendSource(socket, terms, response, framing, limit);
  std::string_view body;
  if (has_body) {
    body =
        std::string_view(response.body)
            .substr(0,
                    static_cast<std::size_t>(std::min<std::uint64_t>(response.body.size(), limit)));
  }
  std::array parts{Part(head_), Part(body)};
  return socket.Send(parts, terms.stall_timeout) ? Outcome::kKept : Outcome::kBroken;
}

// The head leaves with the first piece. A source that fails or ends early leaves the body short:
// the client sees a closed connection, or, where closing is the regular end, a reset.
AnswerWriter::Outcome AnswerWriter::SendSource(AcceptedSocket& socket, const AnswerTerms& terms,
                                               const HttpResponse& response, Kind framing,
                                               std::uint64_t limit) {
  const bool known = framing == Kind::kLength;
  const std::uint64_t length =
      known ? *response.source_length : std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t end = std::min(length, limit);
  const Outcome cut = framing == Kind::kToClose ? Outcome::kReset : Outcome::kClosed;
  std::string_view before = head_;
  std::uint64_t offset = 0;
  const auto send = [&](std::string_view size_line, std::string_view piece,
                        std::string_view after) {
    std::array parts{Part(before), Part(size_line), Part(piece), Part(after)};
    before = {};
    return socket.Send(parts, terms.stall_timeout);
  };
  while (offset < end) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, end - offset));
    const Result<std::size_t> got = response.source(offset, piece_.get(), room);
    const bool failed = !got || *got > room;
    if (failed || *got == 0) {
      const bool whole = !failed && !known;
      const std::string_view last_chunk = whole && framing == Kind::kChunks ? "0\r\n\r\n" : "";
      if (!send("", "", last_chunk)) return Outcome::kBroken;
      return whole ? Outcome::kKept : cut;
    }
    offset += *got;
    const std::string_view piece(piece_.get(), *got);
    if (framing != Kind::kChunks) {
      if (!send("", piece, "")) return Outcome::kBroken;
      continue;
    }
    std::array<char, 20> size_line{};
    char* const line_end =
        std::to_chars(size_line.data(), size_line.data() + 16, piece.size(), 16).ptr;
    line_end[0] = '\r';
    line_end[1] = '\n';
    const std::string_view line(size_line.data(),
                                static_cast<std::size_t>(line_end + 2 - size_line.data()));
    if (!send(line, piece, "\r\n")) return Outcome::kBroken;
  }
  // Nothing was sent yet of an empty body, or of one that is to end at once.
  if (!before.empty() && !send("", "", "")) return Outcome::kBroken;
  return Outcome::kKept;
}

}  // namespace hyperlocal
