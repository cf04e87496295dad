#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/json/canonical_json.h"

// Any bytes are JSON or an error that says where; the canonical form of what was read is read back
// to a value of the same canonical form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  const auto value =
      ParseJson(std::string_view(reinterpret_cast<const char*>(data), size), "input");
  if (!value) {
    if (value.error().code != ErrorCode::kInvalidJson) std::abort();
    if (!value.error().message.starts_with("input")) std::abort();
    return 0;
  }
  const auto text = CanonicalJson(*value);
  // Numbers beyond the doubles can be read, and not written.
  if (!text) {
    if (text.error().code != ErrorCode::kInvalidJson) std::abort();
    return 0;
  }
  const auto again = ParseJson(*text, "canonical");
  if (!again) std::abort();
  const auto text_again = CanonicalJson(*again);
  if (!text_again || *text_again != *text) std::abort();
  return 0;
}
