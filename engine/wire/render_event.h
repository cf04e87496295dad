#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/wire/gcs_uri.h"
#include "engine/wire/plan_locator.h"
#include "engine/wire/wire_config.h"

namespace hyperlocal {

// The three requests that the service answers (CONTRACT section 7), typed. What is invalid by
// itself cannot be held: protocols do not mix, configs are validated, URIs have both their parts.

struct PlanEvent {
  PlanProtocol protocol = PlanProtocol::kV2;
  GcsUri project;  // a .tar.gz
  GcsUri output_prefix;
  WireConfig config;
  bool operator==(const PlanEvent&) const = default;
};

struct RenderChunkEvent {
  PlanLocator plan;
  std::string plan_hash;
  int chunk_index = 0;
  GcsUri output_prefix;
  OutputFormat format = OutputFormat::kMp4;
  bool operator==(const RenderChunkEvent&) const = default;
};

// What assemble is told of the plan differs: the audio of v1 may lie beside the archive (as old
// planners put it), that of v2 never does; only v2 says which hash it expects.
struct V1AssembleSource {
  V1Locator plan;
  std::optional<GcsUri> audio;
  bool operator==(const V1AssembleSource&) const = default;
};
struct V2AssembleSource {
  V2Locator plan;
  std::string plan_hash;
  bool operator==(const V2AssembleSource&) const = default;
};

struct AssembleEvent {
  std::variant<V1AssembleSource, V2AssembleSource> source;
  std::vector<GcsUri> chunks;  // in the order of their indexes, at least one
  GcsUri output;
  OutputFormat format = OutputFormat::kMp4;
  bool cfr = false;
  bool operator==(const AssembleEvent&) const = default;
};

PlanLocator LocatorOf(const AssembleEvent& event);

using RenderEvent = std::variant<PlanEvent, RenderChunkEvent, AssembleEvent>;

std::string_view ActionOf(const RenderEvent& event);  // plan, renderChunk, assemble

// How many envelopes may be around an event.
inline constexpr int kEnvelopeLimit = 4;

// Reads the body of a request. The event may be wrapped in envelopes, objects with a Payload or,
// without one, an Input; the outermost object with a known Action is the event, whatever else it
// holds. Unknown fields are ignored. Checks run in this order, and the first violation is the
// error: that the body is JSON and has an Action (kBadRequest); the protocol and that its locators,
// and no others, are there (kPlanProtocolUnsupported); the URIs; all other fields (kBadRequest,
// naming the field; kInvalidConfig for what is within Config).
Result<RenderEvent> ParseRenderEvent(std::string_view body);

// The body of a request; ParseRenderEvent reads it back to an equal event. PlanProtocol is written
// even where it is the default. Error: kInvalidJson for a string that is not text, with the field.
Result<std::string> ToJson(const RenderEvent& event);

}  // namespace hyperlocal
