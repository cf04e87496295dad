#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "fakes/gcs/server/multipart_reader_internal.h"

namespace {

using hyperlocal::HttpHeaders;
using hyperlocal::Ok;
using hyperlocal::Status;

struct Outcome {
  std::vector<std::string> parts;
  bool good = false;
  bool operator==(const Outcome&) const = default;
};

Outcome ReadInPieces(std::string_view boundary, std::string_view body, std::size_t piece) {
  Outcome outcome;
  hyperlocal::gcs::MultipartReader reader(boundary, {[&outcome](const HttpHeaders&) -> Status {
                                                       outcome.parts.emplace_back();
                                                       return Ok();
                                                     },
                                                     [&outcome](std::string_view bytes) -> Status {
                                                       outcome.parts.back() += bytes;
                                                       return Ok();
                                                     },
                                                     [] { return Ok(); }});
  while (!body.empty()) {
    // A copy that goes at once: what is kept of it would be found by the sanitizer.
    const std::string now(body.substr(0, piece));
    if (!reader.Feed(now)) return {};
    body.remove_prefix(now.size());
  }
  if (!reader.Finish()) return {};
  outcome.good = true;
  return outcome;
}

}  // namespace

// The first line is a Content-Type, the rest a body. In which pieces it comes makes no difference.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(text.find('\n'), text.size());
  const std::string_view body = text.substr(std::min(line + 1, text.size()));
  const auto boundary = hyperlocal::gcs::MultipartReader::BoundaryOf(text.substr(0, line));
  const std::string used = boundary ? *boundary : "b";
  const Outcome whole = ReadInPieces(used, body, std::max<std::size_t>(body.size(), 1));
  for (const std::size_t piece : {1u, 2u, 7u}) {
    if (ReadInPieces(used, body, piece) != whole) std::abort();
  }
  return 0;
}
