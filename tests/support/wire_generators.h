#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/json/canonical_json.h"
#include "engine/wire/render_event.h"
#include "engine/wire/render_result.h"
#include "tests/support/json_generators.h"

namespace hyperlocal {

inline std::ostream& operator<<(std::ostream& out, const RenderEvent& event) {
  return out << ToJson(event).value();
}
inline std::ostream& operator<<(std::ostream& out, const RenderResult& result) {
  return out << ToJson(result).value();
}

}  // namespace hyperlocal

// RapidCheck generators of requests and answers. To be called inside a property: they draw at once.
namespace hyperlocal::testing {

inline std::string AnyText() {
  return *JavaScriptStrings();
}

inline GcsUri AnyUri() {
  std::string bucket = "b" + AnyText();
  std::replace(bucket.begin(), bucket.end(), '/', '-');
  return GcsUri{bucket, AnyText() + "k" + *rc::gen::element<std::string>("", "/", "//", "/x")};
}

inline std::string AnyDigest() {
  return *rc::gen::container<std::string>(
      64, rc::gen::element('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd',
                           'e', 'f'));
}

inline OutputFormat AnyFormat() {
  return *rc::gen::element(OutputFormat::kMp4, OutputFormat::kMov, OutputFormat::kPngSequence,
                           OutputFormat::kWebm);
}

inline V1Locator AnyV1Locator() {
  return V1Locator{AnyUri()};
}
inline V2Locator AnyV2Locator() {
  return V2Locator{AnyUri(), AnyUri()};
}
inline PlanLocator AnyLocator() {
  if (*rc::gen::arbitrary<bool>()) return AnyV1Locator();
  return AnyV2Locator();
}

// A valid config with fields that nobody knows.
inline WireConfig AnyConfig() {
  nlohmann::json config = {{"fps", *rc::gen::element(24, 30, 60)},
                           {"width", *rc::gen::inRange(8, 3841) * 2},
                           {"height", *rc::gen::inRange(8, 3841) * 2},
                           {"format", WireName(AnyFormat())}};
  if (*rc::gen::arbitrary<bool>()) config["variables"]["title"] = AnyText();
  if (*rc::gen::arbitrary<bool>()) config["x" + AnyText()] = (*JsonSamples(2)).value;
  return WireConfig::Of(config).value();
}

inline PlanEvent AnyPlanEvent() {
  return PlanEvent{*rc::gen::element(PlanProtocol::kV1, PlanProtocol::kV2), AnyUri(), AnyUri(),
                   AnyConfig()};
}

inline RenderChunkEvent AnyRenderChunkEvent() {
  return RenderChunkEvent{AnyLocator(), AnyDigest(), *rc::gen::nonNegative<int>(), AnyUri(),
                          AnyFormat()};
}

inline AssembleEvent AnyAssembleEvent() {
  AssembleEvent event;
  if (*rc::gen::arbitrary<bool>()) {
    V1AssembleSource source{AnyV1Locator(), std::nullopt};
    if (*rc::gen::arbitrary<bool>()) source.audio = AnyUri();
    event.source = source;
  } else {
    event.source = V2AssembleSource{AnyV2Locator(), AnyDigest()};
  }
  const int chunks = *rc::gen::inRange(1, 5);
  for (int i = 0; i < chunks; ++i) event.chunks.push_back(AnyUri());
  event.output = AnyUri();
  event.format = AnyFormat();
  event.cfr = *rc::gen::arbitrary<bool>();
  return event;
}

inline rc::Gen<RenderEvent> RenderEvents() {
  return rc::gen::exec([] {
    const int kind = *rc::gen::inRange(0, 3);
    if (kind == 0) return RenderEvent(AnyPlanEvent());
    if (kind == 1) return RenderEvent(AnyRenderChunkEvent());
    return RenderEvent(AnyAssembleEvent());
  });
}

// A count that JavaScript holds exactly.
inline std::int64_t AnyCount() {
  return *rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 53);
}

inline std::chrono::milliseconds AnyDuration() {
  return std::chrono::milliseconds(AnyCount());
}

inline PlanResult AnyPlanResult() {
  PlanResult result;
  result.plan = AnyLocator();
  result.plan_hash = AnyDigest();
  result.chunk_count = *rc::gen::nonNegative<int>();
  result.total_frames = AnyCount();
  result.fps = *rc::gen::element(24, 30, 60);
  result.width = *rc::gen::positive<int>();
  result.height = *rc::gen::positive<int>();
  result.format = AnyFormat();
  result.has_audio = *rc::gen::arbitrary<bool>();
  result.ffmpeg_version = AnyText();
  result.producer_version = AnyText();
  result.duration = AnyDuration();
  return result;
}

inline RenderChunkResult AnyRenderChunkResult() {
  RenderChunkResult result;
  result.chunk = AnyUri();
  result.chunk_index = *rc::gen::nonNegative<int>();
  result.sha256 = AnyDigest();
  result.frames_encoded = AnyCount();
  result.capture_mode = *rc::gen::element<std::optional<std::string>>(std::nullopt, "beginframe",
                                                                      "screenshot", "drawelement");
  result.duration = AnyDuration();
  return result;
}

inline AssembleResult AnyAssembleResult() {
  return AssembleResult{AnyUri(), AnyCount(), AnyCount(), AnyDuration()};
}

inline rc::Gen<RenderResult> RenderResults() {
  return rc::gen::exec([] {
    const int kind = *rc::gen::inRange(0, 3);
    if (kind == 0) return RenderResult(AnyPlanResult());
    if (kind == 1) return RenderResult(AnyRenderChunkResult());
    return RenderResult(AnyAssembleResult());
  });
}

// `object` with one member gone, or replaced by something else.
inline nlohmann::json WithOneMemberDamaged(nlohmann::json object) {
  const auto at = *rc::gen::inRange<std::size_t>(0, object.size());
  auto member = object.begin();
  std::advance(member, static_cast<std::ptrdiff_t>(at));
  if (*rc::gen::arbitrary<bool>()) {
    object.erase(member);
  } else {
    *member = (*JsonSamples(2)).value;
  }
  return object;
}

}  // namespace hyperlocal::testing
