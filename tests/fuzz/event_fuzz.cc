#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/wire/bucket_guard.h"
#include "engine/wire/failure_body.h"
#include "engine/wire/render_event.h"

// Any bytes are an event or a failure that can be told; an event that was read can be written, and
// reads back to itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  const auto event = ParseRenderEvent(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!event) {
    const ErrorSpec& spec = event.error().spec();
    const Error told = ErrorOfAnswer(spec.http_status, FailureBody(event.error()));
    if (spec.retryable || told.code != event.error().code) std::abort();
    return 0;
  }
  const auto text = ToJson(*event);
  if (!text) std::abort();
  const auto again = ParseRenderEvent(*text);
  if (!again || *again != *event) std::abort();
  if (!CheckBucketAllowed(*event, "*") || UrisOf(*again) != UrisOf(*event)) std::abort();
  return 0;
}
