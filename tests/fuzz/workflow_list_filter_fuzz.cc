#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fakes/workflows/server/list_filter_internal.h"

// Any bytes are a filter or an error that says so; a filter and its negation never agree, unless
// there is nothing in it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal::workflows;
  using Kind = ListField::Kind;
  static constexpr std::array kFields{
      ListField{"state", Kind::kText},        ListField{"startTime", Kind::kTime},
      ListField{"duration", Kind::kDuration}, ListField{"n", Kind::kNumber},
      ListField{"flag", Kind::kFlag},         ListField{"labels", Kind::kLabels}};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto filter = ListFilter::Parse(text, kFields);
  if (!filter) {
    if (filter.error().code != hyperlocal::ErrorCode::kBadRequest ||
        !filter.error().message.starts_with("invalid filter: ")) {
      std::abort();
    }
    return 0;
  }
  const FieldReader item = [](std::string_view field,
                              std::string_view label) -> std::optional<FieldValue> {
    if (field == "flag" || label == "none") return std::nullopt;
    return FieldValue{"a", 7};
  };
  const auto negated = ListFilter::Parse("NOT (" + std::string(text) + ")", kFields);
  if (negated && negated->Matches(item) == filter->Matches(item)) std::abort();
  return 0;
}
