#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/http/http_message.h"
#include "fakes/gcs/server/fields_mask_internal.h"
#include "fakes/gcs/server/gcs_query_internal.h"
#include "fakes/gcs/server/path_segments_internal.h"

// Any bytes are a request target: a path whose segments mean what they meant when they are decoded
// and encoded again, and a query that is read or refused as a whole.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  using namespace hyperlocal::gcs;
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const std::string_view path = target.substr(0, target.find('?'));
  if (path.starts_with('/')) {
    const PathSegments segments(path);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (segments[i].find('/') != std::string_view::npos) std::abort();
      const auto name = PercentDecode(segments[i]);
      if (name && PercentDecode(PercentEncode(*name)) != name) std::abort();
    }
  }
  const auto query = GcsQuery::Parse(target.substr(path.size() + (path.size() < size ? 1 : 0)));
  if (query) {
    std::string written;
    for (const auto& [name, value] : *query) {
      written += (written.empty() ? "" : "&") + PercentEncode(name) + "=" + PercentEncode(value);
    }
    const auto again = GcsQuery::Parse(written);
    if (!again || again->Get("fields") != query->Get("fields")) std::abort();
    if (PreconditionsOf(*query).has_value() != PreconditionsOf(*again).has_value()) std::abort();
    (void)SourcePreconditionsOf(*query).has_value();
    (void)FieldsMask::Parse(query->Get("fields")).has_value();
  }
  const FieldsMask* inner = nullptr;
  if (const auto mask = FieldsMask::Parse(target)) (void)mask->Wants("items", &inner);
  return 0;
}
