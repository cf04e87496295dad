#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"
#include "engine/wire/plan_locator.h"

namespace hyperlocal {

// Writes a JSON object member by member, in the order of the calls, without white space. The first
// member that cannot be written is what Finish() reports.
class WireText {
 public:
  // `what` names the object in errors: "PlanResult".
  explicit WireText(std::string_view what) : what_(what) {}

  WireText& Put(std::string_view name, const nlohmann::json& value);
  WireText& Put(std::string_view name, const GcsUri& uri);
  WireText& PutLocator(const PlanLocator& locator);
  // `json_text` is JSON and goes in as it is.
  WireText& PutText(std::string_view name, std::string_view json_text);

  // The object is spent afterwards. Error: kInvalidJson for a string that is not text.
  Result<std::string> Finish();

 private:
  std::string_view what_;
  std::string members_;
  Status status_ = Ok();
};

}  // namespace hyperlocal
