#include "engine/wire/render_event.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/json/canonical_json.h"
#include "engine/json/javascript_string.h"
#include "engine/wire/wire_fields_internal.h"
#include "engine/wire/wire_text_internal.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kPlan = "plan";
constexpr std::string_view kRenderChunk = "renderChunk";
constexpr std::string_view kAssemble = "assemble";

Result<json> ParseBody(std::string_view body) {
  // Who decodes a body as the web does drops the mark before the JSON parser sees it.
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  auto parsed = ParseJson(body, "the request body");
  if (!parsed) return Error{ErrorCode::kBadRequest, std::move(parsed).error().message};
  return parsed;
}

const json* Member(const json& value, std::string_view name) {
  if (!value.is_object()) return nullptr;
  const auto it = value.find(name);
  return it == value.end() ? nullptr : &*it;
}

bool HasKnownAction(const json& value) {
  const json* action = Member(value, "Action");
  return action && (*action == kPlan || *action == kRenderChunk || *action == kAssemble);
}

Result<const json*> Unwrap(const json& body) {
  const json* value = &body;
  for (int envelopes = 0;; ++envelopes) {
    if (HasKnownAction(*value)) return value;
    const json* inner = Member(*value, "Payload");
    if (!inner) inner = Member(*value, "Input");
    if (!inner || envelopes == kEnvelopeLimit) break;
    value = inner;
  }
  std::string problem =
      "the request must be a JSON object whose Action is plan, renderChunk or assemble, or such an "
      "object in at most " +
      std::to_string(kEnvelopeLimit) + " envelopes (Payload or Input)";
  if (const json* action = Member(*value, "Action")) {
    problem += "; got the Action " + JavaScriptString(*action);
  }
  return Error{ErrorCode::kBadRequest, std::move(problem)};
}

Result<std::vector<GcsUri>> ReadChunks(const WireFields& fields) {
  constexpr std::string_view kName = "ChunkGcsUris";
  const json* list = fields.Find(kName);
  if (!list || !list->is_array() || list->empty()) {
    return fields.Bad(kName, "an array of at least one gs:// URI");
  }
  std::vector<GcsUri> chunks;
  for (std::size_t i = 0; i < list->size(); ++i) {
    HYPERLOCAL_TRY(GcsUri uri,
                   UriAt((*list)[i], "AssembleEvent.ChunkGcsUris[" + std::to_string(i) + "]",
                         ErrorCode::kBadRequest));
    chunks.push_back(std::move(uri));
  }
  return chunks;
}

// A member that is null says no more than one that is absent.
bool IsGiven(const json* member) {
  return member && !member->is_null();
}

// Within each event the URIs come first, in the order in which the bucket guard looks at them: a
// service that keeps it has them refused before anything else is read.

Result<RenderEvent> ReadPlan(const WireFields& fields) {
  HYPERLOCAL_TRY(const PlanProtocol protocol, fields.Protocol(PlanProtocol::kV2));
  HYPERLOCAL_TRY(GcsUri project, fields.Uri("ProjectGcsUri"));
  HYPERLOCAL_TRY(GcsUri prefix, fields.Uri("PlanOutputGcsPrefix"));
  const json* config = fields.Find("Config");
  HYPERLOCAL_TRY(WireConfig valid, WireConfig::Of(config ? *config : json()));
  return RenderEvent(PlanEvent{protocol, std::move(project), std::move(prefix), std::move(valid)});
}

Result<RenderEvent> ReadRenderChunk(const WireFields& fields) {
  HYPERLOCAL_TRY(const PlanProtocol protocol, fields.Protocol(PlanProtocol::kV2));
  HYPERLOCAL_TRY_STATUS(fields.CheckLocators(protocol));
  HYPERLOCAL_TRY(PlanLocator plan, fields.Locator(protocol));
  HYPERLOCAL_TRY(GcsUri prefix, fields.Uri("ChunkOutputGcsPrefix"));
  HYPERLOCAL_TRY(std::string hash, fields.Digest("PlanHash"));
  HYPERLOCAL_TRY(const int index, fields.Int("ChunkIndex", 0));
  HYPERLOCAL_TRY(const OutputFormat format, fields.Format("Format"));
  return RenderEvent(
      RenderChunkEvent{std::move(plan), std::move(hash), index, std::move(prefix), format});
}

Result<std::optional<GcsUri>> ReadV1Audio(const WireFields& fields) {
  if (!IsGiven(fields.Find("AudioGcsUri"))) return std::optional<GcsUri>();
  HYPERLOCAL_TRY(GcsUri audio, fields.Uri("AudioGcsUri"));
  return std::optional<GcsUri>(std::move(audio));
}

Result<bool> ReadCfr(const WireFields& fields) {
  if (!IsGiven(fields.Find("Cfr"))) return false;
  return fields.Boolean("Cfr");
}

Status CheckV2Audio(const WireFields& fields) {
  const json* audio = fields.Find("AudioGcsUri");
  if (audio && audio->is_null()) return Ok();
  return Error{ErrorCode::kPlanProtocolUnsupported,
               "AssembleEvent.AudioGcsUri must be null in PlanProtocol v2: the manifest names the "
               "audio"};
}

Result<RenderEvent> ReadAssemble(const WireFields& fields) {
  HYPERLOCAL_TRY(const PlanProtocol protocol, fields.Protocol(PlanProtocol::kV2));
  HYPERLOCAL_TRY_STATUS(fields.CheckLocators(protocol));
  const bool v1 = protocol == PlanProtocol::kV1;
  if (!v1) HYPERLOCAL_TRY_STATUS(CheckV2Audio(fields));
  HYPERLOCAL_TRY(PlanLocator plan, fields.Locator(protocol));
  HYPERLOCAL_TRY(std::vector<GcsUri> chunks, ReadChunks(fields));
  HYPERLOCAL_TRY(GcsUri output, fields.Uri("OutputGcsUri"));
  std::variant<V1AssembleSource, V2AssembleSource> source;
  if (v1) {
    HYPERLOCAL_TRY(std::optional<GcsUri> audio, ReadV1Audio(fields));
    source = V1AssembleSource{std::get<V1Locator>(std::move(plan)), std::move(audio)};
  } else {
    HYPERLOCAL_TRY(std::string hash, fields.Digest("PlanHash"));
    source = V2AssembleSource{std::get<V2Locator>(std::move(plan)), std::move(hash)};
  }
  HYPERLOCAL_TRY(const OutputFormat format, fields.Format("Format"));
  HYPERLOCAL_TRY(const bool cfr, ReadCfr(fields));
  return RenderEvent(
      AssembleEvent{std::move(source), std::move(chunks), std::move(output), format, cfr});
}

Result<std::string> Write(const PlanEvent& event) {
  return WireText("PlanEvent")
      .Put("Action", kPlan)
      .Put("PlanProtocol", WireName(event.protocol))
      .Put("ProjectGcsUri", event.project)
      .Put("PlanOutputGcsPrefix", event.output_prefix)
      .PutText("Config", event.config.json_text())
      .Finish();
}

Result<std::string> Write(const RenderChunkEvent& event) {
  return WireText("RenderChunkEvent")
      .Put("Action", kRenderChunk)
      .Put("PlanProtocol", WireName(ProtocolOf(event.plan)))
      .Put("ChunkIndex", event.chunk_index)
      .PutLocator(event.plan)
      .Put("PlanHash", event.plan_hash)
      .Put("ChunkOutputGcsPrefix", event.output_prefix)
      .Put("Format", WireName(event.format))
      .Finish();
}

Result<std::string> Write(const AssembleEvent& event) {
  const PlanLocator plan = LocatorOf(event);
  const auto* v1 = std::get_if<V1AssembleSource>(&event.source);
  const auto* v2 = std::get_if<V2AssembleSource>(&event.source);
  json chunks = json::array();
  for (const GcsUri& each : event.chunks) chunks.push_back(FormatGcsUri(each));
  WireText text("AssembleEvent");
  text.Put("Action", kAssemble).Put("PlanProtocol", WireName(ProtocolOf(plan))).PutLocator(plan);
  if (v2) text.Put("PlanHash", v2->plan_hash);
  text.Put("ChunkGcsUris", chunks);
  text.Put("AudioGcsUri", v1 && v1->audio ? json(FormatGcsUri(*v1->audio)) : json());
  return text.Put("OutputGcsUri", event.output)
      .Put("Format", WireName(event.format))
      .Put("Cfr", event.cfr)
      .Finish();
}

}  // namespace

PlanLocator LocatorOf(const AssembleEvent& event) {
  return std::visit([](const auto& source) { return PlanLocator(source.plan); }, event.source);
}

std::string_view ActionOf(const RenderEvent& event) {
  if (std::holds_alternative<PlanEvent>(event)) return kPlan;
  return std::holds_alternative<RenderChunkEvent>(event) ? kRenderChunk : kAssemble;
}

Result<RenderEvent> ParseRenderEvent(std::string_view body) {
  HYPERLOCAL_TRY(const json parsed, ParseBody(body));
  HYPERLOCAL_TRY(const json* event, Unwrap(parsed));
  const auto fields = [event](const char* what) {
    return WireFields(*event, what, ErrorCode::kBadRequest);
  };
  const json& action = (*event)["Action"];
  if (action == kPlan) return ReadPlan(fields("PlanEvent"));
  if (action == kRenderChunk) return ReadRenderChunk(fields("RenderChunkEvent"));
  return ReadAssemble(fields("AssembleEvent"));
}

Result<std::string> ToJson(const RenderEvent& event) {
  return std::visit([](const auto& each) { return Write(each); }, event);
}

}  // namespace hyperlocal
