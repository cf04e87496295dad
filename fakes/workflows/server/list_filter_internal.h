#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::workflows {

// A field that a list can be filtered and ordered by.
struct ListField {
  enum class Kind : std::uint8_t {
    kText,
    kTime,      // microseconds since 1970; in filters RFC 3339, or a day
    kDuration,  // microseconds; in filters "3.5s"
    kNumber,
    kFlag,
    kLabels,  // a map: "labels.team"
  };
  std::string_view name;
  Kind kind = Kind::kText;
};

// What an item has in a field: a text, or a number for every other kind; nothing when it lacks it.
struct FieldValue {
  std::string text;
  std::int64_t number = 0;
};
// `label` is the key behind "labels."; empty for other kinds.
using FieldReader =
    std::function<std::optional<FieldValue>(std::string_view field, std::string_view label)>;

// A filter of the lists' `filter` parameter (AIP-160): comparisons with = != < <= > >= and `:`
// (has), joined by AND, OR (which binds closer), NOT or a minus sign, and parentheses.
class ListFilter {
 public:
  // An empty text lets everything through. Error: kBadRequest saying where it makes no sense, or
  // which fields there are.
  static Result<ListFilter> Parse(std::string_view text, std::span<const ListField> fields);

  bool Matches(const FieldReader& item) const;

  struct Node;

 private:
  std::shared_ptr<const Node> root_;  // null: everything
};

// How two values of a field's kind compare; one that is absent comes first.
int CompareFields(ListField::Kind kind, const std::optional<FieldValue>& a,
                  const std::optional<FieldValue>& b);

}  // namespace hyperlocal::workflows
