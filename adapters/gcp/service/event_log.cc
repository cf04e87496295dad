#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "adapters/gcp/service/event_log_internal.h"

namespace hyperlocal {
namespace {

using Severity = ServiceLog::Severity;

// Where a plan lies, as the published service's log names it.
void AddPlan(LogFields& fields, const PlanLocator& plan) {
  if (const auto* v1 = std::get_if<V1Locator>(&plan)) {
    fields.push_back({"planGcsUri", FormatGcsUri(v1->archive)});
  } else {
    fields.push_back({"planV2ManifestGcsUri", FormatGcsUri(std::get<V2Locator>(plan).manifest)});
  }
}

LogField ProtocolField(PlanProtocol protocol) {
  return {"planProtocol", std::string(WireName(protocol))};
}

LogField FormatField(OutputFormat format) {
  return {"format", std::string(WireName(format))};
}

LogFields Summary(const PlanEvent& event) {
  return {{"projectGcsUri", FormatGcsUri(event.project)},
          {"planOutputGcsPrefix", FormatGcsUri(event.output_prefix)},
          ProtocolField(event.protocol),
          FormatField(event.config.typed().format),
          {"fps", std::int64_t{event.config.typed().fps}}};
}

LogFields Summary(const RenderChunkEvent& event) {
  LogFields fields{ProtocolField(ProtocolOf(event.plan))};
  AddPlan(fields, event.plan);
  fields.push_back({"chunkIndex", std::int64_t{event.chunk_index}});
  fields.push_back(FormatField(event.format));
  return fields;
}

LogFields Summary(const AssembleEvent& event) {
  const PlanLocator plan = LocatorOf(event);
  LogFields fields{ProtocolField(ProtocolOf(plan))};
  AddPlan(fields, plan);
  fields.push_back({"chunkCount", static_cast<std::int64_t>(event.chunks.size())});
  fields.push_back({"outputGcsUri", FormatGcsUri(event.output)});
  fields.push_back(FormatField(event.format));
  return fields;
}

LogFields FieldsOf(const RenderEvent& event) {
  return {{"action", std::string(ActionOf(event))},
          {"input", std::visit([](const auto& each) { return Summary(each); }, event)}};
}

LogFields Outcome(const PlanResult& result) {
  return {{"action", "plan"},
          {"planHash", result.plan_hash},
          {"chunkCount", std::int64_t{result.chunk_count}},
          {"totalFrames", result.total_frames}};
}

LogFields Outcome(const RenderChunkResult& result) {
  return {{"action", "renderChunk"},
          {"chunkIndex", std::int64_t{result.chunk_index}},
          {"framesEncoded", result.frames_encoded},
          {"sha256", result.sha256}};
}

LogFields Outcome(const AssembleResult& result) {
  return {{"action", "assemble"},
          {"framesEncoded", result.frames_encoded},
          {"fileSize", result.file_size}};
}

// The names of variables are the user's.
std::string FieldOf(const Error& error) {
  constexpr std::string_view kVariables = "config.variables";
  return error.field.starts_with(kVariables) ? std::string(kVariables) : error.field;
}

// Whether messages of that code are made of what machines say: addresses of objects, digests,
// sizes, what the system answered. All others may quote what a user wrote: a config, a page, the
// names of a project's files.
bool MayBeLogged(ErrorCode code) {
  switch (code) {
    case ErrorCode::kGcsUriNotAllowed:
    case ErrorCode::kPlanHashMismatch:
    case ErrorCode::kPlanProtocolUnsupported:
    case ErrorCode::kFfmpegVersionMismatch:
    case ErrorCode::kFormatNotSupported:
    case ErrorCode::kBrowserGpuNotSoftware:
    case ErrorCode::kChromeUnavailable:
    case ErrorCode::kChunkIndexOutOfRange:
    case ErrorCode::kNotFound:
    case ErrorCode::kPreconditionFailed:
    case ErrorCode::kDependencyUnavailable:
    case ErrorCode::kCannotWrite:
    case ErrorCode::kIo:
    case ErrorCode::kPermission:
    case ErrorCode::kCancelled:
    case ErrorCode::kTimeout:
    case ErrorCode::kRetriesExhausted:
      return true;
    default:
      return false;
  }
}

}  // namespace

void EventLog::Started(const RenderEvent& event) {
  log_.Write(Severity::kInfo, "handler_start", std::string(ActionOf(event)) + " begins",
             FieldsOf(event), &trace_);
}

void EventLog::Done(const RenderResult& result) {
  LogFields fields = std::visit([](const auto& each) { return Outcome(each); }, result);
  const std::int64_t milliseconds =
      std::visit([](const auto& each) { return each.duration.count(); }, result);
  const std::string action = std::get<std::string>(fields.front().value);
  fields.push_back({"durationMs", milliseconds});
  log_.Write(Severity::kInfo, "handler_done",
             action + " took " + std::to_string(milliseconds) + " ms", fields, &trace_);
}

void EventLog::Progress(std::int64_t frames_done) {
  log_.Write(Severity::kDebug, "chunk_progress", std::to_string(frames_done) + " frames are done",
             {{"framesDone", frames_done}}, &trace_);
}

void EventLog::Refused(const Error& error) {
  Fail({}, error);
}

void EventLog::Failed(const RenderEvent& event, const Error& error) {
  Fail(FieldsOf(event), error);
}

void EventLog::Fail(LogFields fields, const Error& error) {
  const ErrorSpec& spec = error.spec();
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - started_);
  fields.push_back({"name", std::string(spec.wire)});
  fields.push_back({"status", std::int64_t{spec.http_status}});
  fields.push_back({"durationMs", std::int64_t{elapsed.count()}});
  if (!error.field.empty()) fields.push_back({"field", FieldOf(error)});
  const std::string message = MayBeLogged(error.code)
                                  ? error.message
                                  : "the message is in the answer, it may quote the user";
  log_.Write(Severity::kError, "handler_error", std::string(spec.wire) + ": " + message, fields,
             &trace_);
}

}  // namespace hyperlocal
