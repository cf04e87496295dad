#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "engine/http/http_server.h"
#include "fakes/gcs/server/fault_action_internal.h"

namespace hyperlocal::gcs {

// A request whose upload goes wrong. Lives no longer than `inner`.
class FaultRequest : public HttpRequest {
 public:
  // `base` is where in the object the first byte of this body belongs; `after_bytes` counts from
  // the object's beginning, as the test bench's instructions do: of a multipart/related body, from
  // that of its second part. `claim` is asked once, when the fault is reached: false lets the
  // upload go on unharmed.
  FaultRequest(HttpRequest& inner, FaultAction action, std::uint64_t base,
               std::function<bool()> claim);

  Status ReadBody(const BodySink& sink) override;
  bool ClientIsGone() const override { return inner_.ClientIsGone(); }
  bool ClientGoesWithin(std::chrono::milliseconds time) const override {
    return inner_.ClientGoesWithin(time);
  }

  // The fault was reached.
  bool struck() const { return struck_; }

 private:
  bool Strike();
  // How many bytes of `part` stand before the object's.
  std::size_t SkipFraming(std::string_view part);
  Status Forward(std::string_view part, const BodySink& sink);

  HttpRequest& inner_;
  const FaultAction action_;
  std::uint64_t at_;  // in the object
  const std::function<bool()> claim_;
  std::size_t framing_step_;  // see SkipFraming
  std::size_t framing_matched_ = 0;
  bool asked_ = false;
  bool struck_ = false;
};

}  // namespace hyperlocal::gcs
