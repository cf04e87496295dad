#include "orchestrator/testing/case_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <initializer_list>
#include <sstream>
#include <string_view>
#include <utility>

#include "orchestrator/check/check_definition.h"
#include "orchestrator/syntax/problem.h"
#include "orchestrator/syntax/source_text.h"
#include "orchestrator/syntax/yaml_node.h"
#include "orchestrator/syntax/yaml_reader.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {
namespace {

namespace fs = std::filesystem;

Error Wrong(std::string message) {
  return Error{ErrorCode::kInvalidWorkflow, std::move(message)};
}

Result<std::string> ReadText(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{ErrorCode::kNoInput, file.string() + " cannot be read"};
  std::ostringstream text;
  if (!(text << in.rdbuf()) && in.peek() != std::ifstream::traits_type::eof()) {
    return Error{ErrorCode::kIo, "reading " + file.string() + " failed"};
  }
  return text.str();
}

// Nesting is bounded by kYamlDepthLimit.
Value ValueOf(const YamlNode& node) {
  if (node.is_list()) {
    ValueList list;
    for (const YamlNode& item : node.items) list.push_back(ValueOf(item));
    return Value(std::move(list));
  }
  if (node.is_map()) {
    ValueMap map;
    for (const YamlNode::Pair& pair : node.pairs) {
      map.Set(pair.key.scalar.text(), ValueOf(pair.value));
    }
    return Value(std::move(map));
  }
  return ScalarValue(node);
}

Result<Value> ReadDocument(const fs::path& file) {
  HYPERLOCAL_TRY(const std::string text, ReadText(file));
  const SourceText source(text);
  std::vector<Problem> problems;
  const std::optional<YamlNode> node = ReadYaml(source, problems);
  if (HasErrors(problems) || !node) {
    std::string message = file.string() + " is not YAML";
    for (const Problem& problem : problems) {
      message += "\n" + DescribeProblem(problem, file.string(), text);
    }
    return Wrong(std::move(message));
  }
  return ValueOf(*node);
}

// One map of the file. Knows where it stands, for errors.
class Section {
 public:
  static Result<Section> Of(const Value& value, std::string where,
                            std::initializer_list<std::string_view> known) {
    if (!value.is_map()) {
      return Wrong(fmt::format("{} must be a map; got: {}", where, KindName(value.kind())));
    }
    for (const ValueMap::Entry& entry : value.map().entries()) {
      if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
        std::string names;
        for (const std::string_view name : known) {
          names += (names.empty() ? "" : ", ") + std::string(name);
        }
        return Wrong(
            fmt::format("{} has the unknown entry {}; it may have {}", where, entry.key, names));
      }
    }
    return Section(value, std::move(where));
  }

  const std::string& where() const { return where_; }
  const Value* Find(std::string_view key) const { return value_->map().Find(key); }

  Result<std::string> Text(std::string_view key, std::string otherwise = "") const {
    const Value* const value = Find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_string()) return WrongType(key, "a string", *value);
    return value->string();
  }
  Result<std::optional<double>> Number(std::string_view key) const {
    const Value* const value = Find(key);
    if (value == nullptr) return std::optional<double>();
    if (!value->is_number()) return WrongType(key, "a number", *value);
    return std::optional(value->number());
  }
  Result<std::optional<std::int64_t>> Integer(std::string_view key) const {
    const Value* const value = Find(key);
    if (value == nullptr) return std::optional<std::int64_t>();
    if (!value->is_integer()) return WrongType(key, "an integer", *value);
    return std::optional(value->integer());
  }
  Result<std::chrono::milliseconds> Seconds(std::string_view key) const {
    HYPERLOCAL_TRY(const std::optional<double> seconds, Number(key));
    return std::chrono::milliseconds(std::llround(seconds.value_or(0) * 1e3));
  }
  Result<const ValueList*> List(std::string_view key) const {
    static const ValueList kNone;
    const Value* const value = Find(key);
    if (value == nullptr) return &kNone;
    if (!value->is_list()) return WrongType(key, "a list", *value);
    return &value->list();
  }

 private:
  Section(const Value& value, std::string where) : value_(&value), where_(std::move(where)) {}

  Error WrongType(std::string_view key, std::string_view expected, const Value& got) const {
    return Wrong(
        fmt::format("{}: {} must be {}; got: {}", where_, key, expected, KindName(got.kind())));
  }

  const Value* value_;
  std::string where_;
};

Result<CallPattern> ReadPattern(const Value& value, const std::string& where) {
  HYPERLOCAL_TRY(const Section section,
                 Section::Of(value, where, {"method", "url", "headers", "body"}));
  CallPattern pattern;
  HYPERLOCAL_TRY(pattern.method, section.Text("method"));
  HYPERLOCAL_TRY(pattern.url, section.Text("url"));
  if (const Value* const headers = section.Find("headers")) {
    if (!headers->is_map()) return Wrong(where + ": headers must be a map");
    for (const ValueMap::Entry& entry : headers->map().entries()) {
      if (!entry.value.is_string()) return Wrong(where + ": a header must be a string");
      pattern.headers.push_back({.name = entry.key, .value = entry.value.string()});
    }
  }
  if (const Value* const body = section.Find("body")) pattern.body = *body;
  return pattern;
}

Result<HttpCallFailure> ReadFailure(const std::string& name, const std::string& where) {
  using Kind = HttpCallFailure::Kind;
  if (name == "refused") return HttpCallFailure{Kind::kNotConnected, "connection refused"};
  if (name == "broken") return HttpCallFailure{Kind::kBroken, "connection reset by peer"};
  if (name == "timeout") return HttpCallFailure{Kind::kTimedOut, "request timed out"};
  if (name == "too_large") return HttpCallFailure{Kind::kReplyTooLarge, "response too large"};
  return Wrong(
      fmt::format("{}: fails must be refused, broken, timeout or too_large; got: {}", where, name));
}

Result<ScriptedAnswer> ReadAnswer(const Value& value, const std::string& where) {
  HYPERLOCAL_TRY(const Section section,
                 Section::Of(value, where, {"code", "headers", "body", "text", "fails", "after"}));
  ScriptedAnswer answer;
  HYPERLOCAL_TRY(answer.after, section.Seconds("after"));
  if (section.Find("fails") != nullptr) {
    HYPERLOCAL_TRY(const std::string name, section.Text("fails"));
    HYPERLOCAL_TRY(answer.outcome, ReadFailure(name, where));
    return answer;
  }
  HttpReply reply;
  HYPERLOCAL_TRY(const std::optional<std::int64_t> code, section.Integer("code"));
  reply.status = static_cast<int>(code.value_or(200));
  if (const Value* const body = section.Find("body")) {
    HYPERLOCAL_TRY(reply.body, JsonText(*body));
    reply.headers.Add("Content-Type", "application/json");
  } else if (section.Find("text") != nullptr) {
    HYPERLOCAL_TRY(reply.body, section.Text("text"));
    reply.headers.Add("Content-Type", "text/plain");
  }
  if (const Value* const headers = section.Find("headers")) {
    if (!headers->is_map()) return Wrong(where + ": headers must be a map");
    for (const ValueMap::Entry& entry : headers->map().entries()) {
      if (!entry.value.is_string()) return Wrong(where + ": a header must be a string");
      reply.headers.Set(entry.key, entry.value.string());
    }
  }
  answer.outcome = std::move(reply);
  return answer;
}

Result<WorkflowCase::Response> ReadResponse(const Value& value, const std::string& where) {
  HYPERLOCAL_TRY(const Section section, Section::Of(value, where, {"when", "answer", "answers"}));
  WorkflowCase::Response response;
  if (const Value* const when = section.Find("when")) {
    HYPERLOCAL_TRY(response.when, ReadPattern(*when, where + ", when"));
  }
  if (const Value* const answer = section.Find("answer")) {
    HYPERLOCAL_TRY(ScriptedAnswer read, ReadAnswer(*answer, where + ", answer"));
    response.answers.push_back(std::move(read));
  }
  HYPERLOCAL_TRY(const ValueList* const answers, section.List("answers"));
  for (std::size_t i = 0; i < answers->size(); ++i) {
    HYPERLOCAL_TRY(ScriptedAnswer read,
                   ReadAnswer((*answers)[i], fmt::format("{}, answers[{}]", where, i)));
    response.answers.push_back(std::move(read));
  }
  if (response.answers.empty()) return Wrong(where + " needs answer or answers");
  return response;
}

Result<ScriptedCallback> ReadCallback(const Value& value, const std::string& where) {
  HYPERLOCAL_TRY(const Section section,
                 Section::Of(value, where, {"after", "method", "query", "body"}));
  ScriptedCallback callback;
  HYPERLOCAL_TRY(callback.after, section.Seconds("after"));
  HYPERLOCAL_TRY(callback.method, section.Text("method", "POST"));
  HYPERLOCAL_TRY(callback.query, section.Text("query"));
  if (const Value* const body = section.Find("body")) callback.body = *body;
  return callback;
}

Result<Expectation> ReadExpectation(const Value& value, const std::string& where) {
  HYPERLOCAL_TRY(const Section section, Section::Of(value, where,
                                                    {"result", "error", "calls", "call_count",
                                                     "most_at_once", "logs", "steps", "seconds"}));
  Expectation expect;
  if (const Value* const result = section.Find("result")) expect.result = *result;
  if (const Value* const error = section.Find("error")) {
    HYPERLOCAL_TRY(const Section of_error,
                   Section::Of(*error, where + ", error", {"payload", "context"}));
    if (const Value* const payload = of_error.Find("payload")) expect.error_payload = *payload;
    if (of_error.Find("context") != nullptr) {
      HYPERLOCAL_TRY(expect.error_context, of_error.Text("context"));
    }
    if (!expect.error_payload && !expect.error_context) {
      return Wrong(where + ", error needs payload or context");
    }
  }
  if (expect.result.has_value() == (section.Find("error") != nullptr)) {
    return Wrong(where + " needs one of result and error");
  }
  HYPERLOCAL_TRY(const ValueList* const calls, section.List("calls"));
  if (section.Find("calls") != nullptr) {
    expect.calls.emplace();
    for (std::size_t i = 0; i < calls->size(); ++i) {
      HYPERLOCAL_TRY(CallPattern pattern,
                     ReadPattern((*calls)[i], fmt::format("{}, calls[{}]", where, i)));
      expect.calls->push_back(std::move(pattern));
    }
  }
  HYPERLOCAL_TRY(const ValueList* const logs, section.List("logs"));
  if (section.Find("logs") != nullptr) expect.logs = *logs;
  HYPERLOCAL_TRY(expect.call_count, section.Integer("call_count"));
  HYPERLOCAL_TRY(expect.most_at_once, section.Integer("most_at_once"));
  HYPERLOCAL_TRY(expect.steps, section.Integer("steps"));
  HYPERLOCAL_TRY(expect.seconds, section.Number("seconds"));
  return expect;
}

// The definition that a file or a case names; null when it names none.
Result<std::shared_ptr<const Definition>> ReadDefinition(const Section& section,
                                                         const fs::path& file) {
  if (section.Find("source") != nullptr) {
    HYPERLOCAL_TRY(std::string source, section.Text("source"));
    return LoadDefinition(std::move(source), file.string());
  }
  if (section.Find("definition") == nullptr) return std::shared_ptr<const Definition>();
  HYPERLOCAL_TRY(const std::string name, section.Text("definition"));
  const fs::path path = file.parent_path() / name;
  HYPERLOCAL_TRY(std::string source, ReadText(path));
  return LoadDefinition(std::move(source), path.string());
}

Result<WorkflowCase> ReadCase(const Value& value, const fs::path& file, std::string name,
                              const std::shared_ptr<const Definition>& definition) {
  const std::string file_name = file.filename().string();
  HYPERLOCAL_TRY(const Section section,
                 Section::Of(value, file_name + ", case " + name,
                             {"name", "definition", "source", "argument", "environment",
                              "responses", "callbacks", "expect"}));
  WorkflowCase one;
  HYPERLOCAL_TRY(one.name, section.Text("name", name));
  const std::string where = file_name + ", case " + one.name;
  HYPERLOCAL_TRY(one.definition, ReadDefinition(section, file));
  if (one.definition == nullptr) one.definition = definition;
  if (one.definition == nullptr) return Wrong(where + " has neither definition nor source");
  if (const Value* const argument = section.Find("argument")) one.argument = *argument;
  if (const Value* const environment = section.Find("environment")) {
    if (!environment->is_map()) return Wrong(where + ": environment must be a map");
    for (const ValueMap::Entry& entry : environment->map().entries()) {
      if (!entry.value.is_string()) return Wrong(where + ": " + entry.key + " must be a string");
      one.environment[entry.key] = entry.value.string();
    }
  }
  HYPERLOCAL_TRY(const ValueList* const responses, section.List("responses"));
  for (std::size_t i = 0; i < responses->size(); ++i) {
    HYPERLOCAL_TRY(WorkflowCase::Response response,
                   ReadResponse((*responses)[i], fmt::format("{}, responses[{}]", where, i)));
    one.responses.push_back(std::move(response));
  }
  HYPERLOCAL_TRY(const ValueList* const callbacks, section.List("callbacks"));
  for (std::size_t i = 0; i < callbacks->size(); ++i) {
    HYPERLOCAL_TRY(ScriptedCallback callback,
                   ReadCallback((*callbacks)[i], fmt::format("{}, callbacks[{}]", where, i)));
    one.callbacks.push_back(std::move(callback));
  }
  const Value* const expect = section.Find("expect");
  if (expect == nullptr) return Wrong(where + " has no expect: it could not fail");
  HYPERLOCAL_TRY(one.expect, ReadExpectation(*expect, where + ", expect"));
  return one;
}

using DefinitionPointer = std::shared_ptr<const Definition>;

Result<CaseFile> ReadCases(const Value& document, const fs::path& file,
                           const DefinitionPointer& given) {
  CaseFile read{.file = file, .cases = {}};
  const Value* const cases = document.is_map() ? document.map().Find("cases") : nullptr;
  if (cases == nullptr) {
    HYPERLOCAL_TRY(WorkflowCase one, ReadCase(document, file, file.stem().string(), given));
    read.cases.push_back(std::move(one));
    return read;
  }
  HYPERLOCAL_TRY(const Section section, Section::Of(document, file.filename().string(),
                                                    {"definition", "source", "cases"}));
  HYPERLOCAL_TRY(DefinitionPointer definition, ReadDefinition(section, file));
  if (definition == nullptr) definition = given;
  HYPERLOCAL_TRY(const ValueList* const list, section.List("cases"));
  for (std::size_t i = 0; i < list->size(); ++i) {
    HYPERLOCAL_TRY(WorkflowCase one,
                   ReadCase((*list)[i], file, fmt::format("number {}", i + 1), definition));
    read.cases.push_back(std::move(one));
  }
  if (read.cases.empty()) return Wrong(file.string() + " has no cases");
  return read;
}

}  // namespace

Result<CaseFile> LoadCaseFile(const fs::path& file, const DefinitionPointer& definition) {
  HYPERLOCAL_TRY(const Value document, ReadDocument(file));
  return ReadCases(document, file, definition);
}

Result<std::vector<CaseFile>> LoadCases(const fs::path& path, const DefinitionPointer& definition) {
  std::vector<CaseFile> files;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    HYPERLOCAL_TRY(CaseFile file, LoadCaseFile(path, definition));
    files.push_back(std::move(file));
    return files;
  }
  std::vector<fs::path> names;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string extension = entry->path().extension().string();
    if (extension == ".yaml" || extension == ".yml" || extension == ".json") {
      names.push_back(entry->path());
    }
  }
  if (error) return Error{ErrorCode::kIo, path.string() + ": " + error.message()};
  std::sort(names.begin(), names.end());
  for (const fs::path& name : names) {
    HYPERLOCAL_TRY(const Value document, ReadDocument(name));
    const bool has_cases = document.is_map() && (document.map().Find("cases") != nullptr ||
                                                 document.map().Find("expect") != nullptr ||
                                                 document.map().Find("responses") != nullptr);
    if (!has_cases) continue;
    HYPERLOCAL_TRY(CaseFile file, ReadCases(document, name, definition));
    files.push_back(std::move(file));
  }
  if (files.empty()) {
    return Error{ErrorCode::kNoInput, path.string() + " has no file of workflow cases"};
  }
  return files;
}

}  // namespace hyperlocal::workflow
