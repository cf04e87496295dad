#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal::gcs {

// The parameters behind the `?`, decoded (`+` is a space there), in the order in which they came. A
// parameter without a value counts as absent for Find, Get and what is built on them: clients send
// `pageToken=` and mean nothing by it. Has sees it (XML sub-resources: `?uploads`).
class GcsQuery {
 public:
  using Parameter = std::pair<std::string, std::string>;

  // `text` without the `?`. Error: kBadRequest for a `%` without two hex digits behind it.
  static Result<GcsQuery> Parse(std::string_view text);

  bool Has(std::string_view name) const;
  // The value, never empty. Of several the first.
  std::optional<std::string_view> Find(std::string_view name) const;
  std::string_view Get(std::string_view name) const { return Find(name).value_or(""); }
  bool empty() const { return parameters_.empty(); }

  // Errors of these: kBadRequest naming the parameter and its value.
  Result<std::optional<std::int64_t>> Integer(std::string_view name) const;
  Result<std::optional<bool>> Boolean(std::string_view name) const;  // true or false

  auto begin() const { return parameters_.begin(); }
  auto end() const { return parameters_.end(); }

 private:
  std::vector<Parameter> parameters_;
};

// ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch, ifMetagenerationNotMatch; of the
// source, ifSourceGenerationMatch and so on. Error: kBadRequest.
Result<ObjectPreconditions> PreconditionsOf(const GcsQuery& query);
Result<ObjectPreconditions> SourcePreconditionsOf(const GcsQuery& query);

}  // namespace hyperlocal::gcs
