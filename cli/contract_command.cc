#include "cli/contract_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cli/line_reader.h"
#include "cli/report_failure.h"
#include "cli/version.h"
#include "engine/config/render_config.h"
#include "engine/file/file_descriptor_internal.h"
#include "engine/file/posix_error_internal.h"
#include "engine/hash/project_hash.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"
#include "engine/plan/chunk_plan.h"
#include "engine/plan/plan_hash.h"

namespace hyperlocal::cli {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kSiteIdDigits = 16;
constexpr std::size_t kFlushBytes = std::size_t{256} << 10;

// What the checks answer: a violation is an answer, not a failure.
ordered_json Verdict(const Status& checked) {
  if (checked) return {{"ok", true}};
  const Error& error = checked.error();
  std::string message = error.message;
  const std::string prefix = "[validateConfig] " + error.field + ": ";
  if (message.starts_with(prefix)) message.erase(0, prefix.size());
  return {{"ok", false}, {"field", error.field}, {"message", message}};
}

Result<ordered_json> CheckConfig(const std::string& text, const std::string& what) {
  auto validated = ParseRenderConfig(text, what);
  if (validated) return Verdict(Ok());
  if (validated.error().code != ErrorCode::kInvalidConfig) return std::move(validated).error();
  return Verdict(std::move(validated).error());
}

Result<ordered_json> CheckArgument(const std::string& text, const std::string& what) {
  HYPERLOCAL_TRY(const json argument, ParseJson(text, what));
  return Verdict(CheckExecutionArgument(argument));
}

Result<ordered_json> Canonical(const std::string& text, const std::string& what) {
  HYPERLOCAL_TRY(const json value, ParseJson(text, what));
  HYPERLOCAL_TRY(std::string canonical, CanonicalJson(value));
  return ordered_json(std::move(canonical));
}

Result<ordered_json> SiteId(const std::string& text, const std::string& what) {
  HYPERLOCAL_TRY(const json directory, ParseJson(text, what));
  if (!directory.is_string()) {
    return Error{ErrorCode::kInvalidJson, "must be a JSON string, the path of a directory"};
  }
  HYPERLOCAL_TRY(const std::string hash, ProjectHash(directory.get<std::string>()));
  return ordered_json{{"siteId", hash.substr(0, kSiteIdDigits)}};
}

Result<ordered_json> PlanHash(const std::string& text, const std::string& what) {
  HYPERLOCAL_TRY(const json directory, ParseJson(text, what));
  if (!directory.is_string()) {
    return Error{ErrorCode::kInvalidJson, "must be a JSON string, the path of a plan directory"};
  }
  HYPERLOCAL_TRY(const std::string hash, RecomputePlanHash(directory.get<std::string>()));
  return ordered_json{{"planHash", hash}};
}

Result<ordered_json> Chunks(const std::string& text, const std::string& what) {
  HYPERLOCAL_TRY(const json numbers, ParseJson(text, what));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(numbers, "chunk-plan"));
  const auto optional = [&object](const char* name) -> Result<std::optional<std::int64_t>> {
    if (object.Find(name) == nullptr) return std::optional<std::int64_t>();
    HYPERLOCAL_TRY(const std::int64_t number, object.Integer(name, 1));
    return std::optional<std::int64_t>(number);
  };
  ChunkPlanInput input;
  HYPERLOCAL_TRY(input.total_frames, object.Integer("total", 1));
  HYPERLOCAL_TRY(input.chunk_size, optional("chunkSize"));
  HYPERLOCAL_TRY(input.max_parallel_chunks, optional("maxParallelChunks"));
  HYPERLOCAL_TRY(input.target_chunk_frames, optional("targetChunkFrames"));
  HYPERLOCAL_TRY(const ChunkPlan plan, PlanChunks(input));
  ordered_json chunks = ordered_json::array();
  for (const ChunkSlice& slice : plan.slices) {
    chunks.push_back(
        {{"index", slice.index}, {"startFrame", slice.start_frame}, {"endFrame", slice.end_frame}});
  }
  return ordered_json{{"chunkCount", plan.slices.size()},
                      {"chunkSize", plan.chunk_size},
                      {"chunks", std::move(chunks)}};
}

// The answer for somebody who reads it.
std::string VerdictText(const ordered_json& verdict) {
  if (verdict["ok"].get<bool>()) return "ok\n";
  return verdict["field"].get<std::string>() + ": " + verdict["message"].get<std::string>() + "\n";
}
std::string PlainText(const ordered_json& text) {
  return text.get<std::string>() + "\n";
}
std::string OnlyMemberText(const ordered_json& object) {
  return object.begin()->get<std::string>() + "\n";
}
std::string ChunksText(const ordered_json& plan) {
  std::string text = "chunk\tfirst frame\tend\n";
  for (const ordered_json& chunk : plan["chunks"]) {
    text +=
        fmt::format("{}\t{}\t{}\n", chunk["index"].get<int>(),
                    chunk["startFrame"].get<std::int64_t>(), chunk["endFrame"].get<std::int64_t>());
  }
  return text;
}

struct Primitive {
  std::string_view command;
  // Of an input as JSON text, which `what` names in errors.
  Result<ordered_json> (*answer)(const std::string& text, const std::string& what);
  std::string (*text)(const ordered_json& answer);
  enum { kJsonText, kDirectory, kFlags } input;
};

constexpr std::array kPrimitives{
    Primitive{"contract check-config", CheckConfig, VerdictText, Primitive::kJsonText},
    Primitive{"contract check-argument", CheckArgument, VerdictText, Primitive::kJsonText},
    Primitive{"contract canonical-json", Canonical, PlainText, Primitive::kJsonText},
    Primitive{"contract project-hash", SiteId, OnlyMemberText, Primitive::kDirectory},
    Primitive{"contract plan-hash", PlanHash, OnlyMemberText, Primitive::kDirectory},
    Primitive{"contract chunk-plan", Chunks, ChunksText, Primitive::kFlags},
};

const Primitive& PrimitiveOf(const CommandLine& line) {
  for (const Primitive& primitive : kPrimitives) {
    if (primitive.command == line.command->name) return primitive;
  }
  std::abort();  // the command table has a primitive that nobody answers
}

std::string AnswerToLine(const Primitive& primitive, const std::string& line) {
  const auto answered = [&]() -> Result<std::string> {
    HYPERLOCAL_TRY(const ordered_json answer, primitive.answer(line, "the line"));
    return CompactJson(answer);
  }();
  if (answered) return *answered;
  const auto text = CompactJson({{"error", answered.error().message}});
  return text ? *text : R"({"error":"the error has a text that is not UTF-8"})";
}

// An answer a line for an input a line. Answers go out when there are many, and whenever there is
// nothing more to read, so that somebody who waits for one gets it.
Status AnswerLines(const Primitive& primitive, CommandContext& context) {
  LineReader input(STDIN_FILENO);
  std::string answers;
  for (;;) {
    if (!answers.empty() && (!input.HasLine() || answers.size() > kFlushBytes)) {
      HYPERLOCAL_TRY_STATUS(context.console.WriteOut(answers));
      answers.clear();
    }
    if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    HYPERLOCAL_TRY(const std::optional<std::string> line, input.Next());
    if (!line) return Ok();
    answers += AnswerToLine(primitive, *line) + '\n';
  }
}

// The text of FILE, or of standard input for "-" and for none.
Result<std::string> ReadInput(const std::string& name) {
  if (name == "-") return LineReader(STDIN_FILENO).Rest();
  const FileDescriptor file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return PosixError(errno, "read", name, ErrorCode::kIo);
  return LineReader(file.get()).Rest();
}

// What the arguments give a primitive, as JSON text.
Result<std::string> Input(const Primitive& primitive, const CommandLine& line) {
  switch (primitive.input) {
    case Primitive::kJsonText:
      return ReadInput(line.arguments.empty() ? "-" : line.arguments[0]);
    case Primitive::kDirectory:
      if (line.arguments.empty()) {
        return Error{ErrorCode::kUsage,
                     fmt::format("{} needs a DIR, or --jsonl", line.command->name)};
      }
      return CompactJson(line.arguments[0]);
    case Primitive::kFlags:
      break;
  }
  ordered_json numbers = ordered_json::object();
  for (const auto& [flag, name] : {std::pair{"total", "total"},
                                   {"chunk-size", "chunkSize"},
                                   {"max-parallel-chunks", "maxParallelChunks"},
                                   {"target-chunk-frames", "targetChunkFrames"}}) {
    HYPERLOCAL_TRY(const std::optional<int> number, line.WholeNumber(flag));
    if (number) numbers[name] = *number;
  }
  if (!numbers.contains("total")) {
    return Error{ErrorCode::kUsage, "contract chunk-plan needs --total N, or --jsonl"};
  }
  return CompactJson(numbers);
}

std::string Document(const CommandLine& line, const ordered_json& answer) {
  ordered_json document{{"schema", SchemaOf(line.command)}};
  if (answer.is_object()) {
    for (const auto& [name, value] : answer.items()) document[name] = value;
  } else {
    document["canonical"] = answer;
  }
  document["_meta"]["version"] = Version();
  const auto text = PrettyJson(document);
  return text ? *text + "\n" : "";
}

int Fail(Error error, const CommandLine& line, CommandContext& context) {
  FailureReport failure;
  failure.error = std::move(error);
  failure.next_command = "hyperlocal help " + std::string(line.command->name);
  return ReportFailure(std::move(failure), line, context);
}

}  // namespace

int RunContract(const CommandLine& line, CommandContext& context) {
  const Primitive& primitive = PrimitiveOf(line);
  if (line.Has("jsonl")) {
    const Status answered = AnswerLines(primitive, context);
    return answered ? 0 : Fail(answered.error(), line, context);
  }
  const auto answer = [&]() -> Result<ordered_json> {
    HYPERLOCAL_TRY(const std::string input, Input(primitive, line));
    const bool named = !line.arguments.empty() && line.arguments[0] != "-";
    return primitive.answer(input, named ? line.arguments[0] : "standard input");
  }();
  if (!answer) return Fail(answer.error(), line, context);
  const Status written = context.console.WriteOut(line.Has("json") ? Document(line, *answer)
                                                                   : primitive.text(*answer));
  if (!written) return Fail(written.error(), line, context);
  const bool refused = answer->is_object() && !answer->value("ok", true);
  return refused ? SpecOf(ErrorCode::kInvalidConfig).exit_status : 0;
}

}  // namespace hyperlocal::cli
