#include "orchestrator/testing/case_runner.h"

#include <fmt/core.h>

#include <cmath>
#include <optional>
#include <utility>

#include "orchestrator/run/callback_request.h"
#include "orchestrator/run/driver.h"
#include "orchestrator/run/failure_text_internal.h"
#include "orchestrator/testing/scripted_http_caller.h"
#include "orchestrator/testing/virtual_clock.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {
namespace {

constexpr std::string_view kId = "case";

// A value as JSON with line breaks, for a person to compare.
std::string Shown(const Value& value) {
  const Result<std::string> text = JsonText(value, JsonIndent{.prefix = "", .indent = "  "});
  return text ? text.value() : PayloadText(value);
}

std::string Shown(const HttpCall& call) {
  return fmt::format("{} {} {}", call.method, call.url, call.body);
}

std::string Shown(const CallPattern& pattern) {
  return fmt::format("{} {} {}", pattern.method.empty() ? "*" : pattern.method,
                     pattern.url.empty() ? "*" : pattern.url,
                     pattern.body ? PayloadText(*pattern.body) : "*");
}

// Keeps the execution as it is written down, and its log.
class Recorder final : public ExecutionStore, public ExecutionListener {
 public:
  Status Save(const std::string& /*id*/, const Execution& execution) override {
    stored_ = execution.Serialize();
    if (execution.state() == ExecutionState::kActive) {
      Result<Execution> again = Execution::Deserialize(execution.program(), *stored_);
      if (!again) return again.error();
      if (again->Serialize() != *stored_) {
        return Error{ErrorCode::kInternal, "a stored execution reads as another one"};
      }
    }
    execution_ = execution;
    return Ok();
  }
  void OnLog(const std::string& /*id*/, const LogEntry& entry) override {
    logs_.push_back(entry.payload);
  }
  void OnAbandoned(const std::string& /*id*/, const Error& error) override { error_ = error; }

  const std::optional<Execution>& execution() const { return execution_; }
  const std::vector<Value>& logs() const { return logs_; }
  const std::optional<Error>& error() const { return error_; }

 private:
  std::optional<std::string> stored_;
  std::optional<Execution> execution_;
  std::vector<Value> logs_;
  std::optional<Error> error_;
};

class CaseRun {
 public:
  explicit CaseRun(const WorkflowCase& one) : case_(one), http_(clock_) {
    result_.name = one.name;
    for (const WorkflowCase::Response& response : one.responses) {
      http_.Add(response.when, response.answers);
    }
  }

  CaseResult Run() {
    const auto really = std::chrono::steady_clock::now();
    const Clock::TimePoint start = clock_.Now();
    Driver driver({.http = &http_, .clock = &clock_, .store = &recorder_, .listener = &recorder_});
    for (const ScriptedCallback& callback : case_.callbacks) {
      clock_.WakeAt(start + callback.after, [&, callback] { Deliver(driver, callback); });
    }
    ExecutionOptions options;
    options.environment = case_.environment;
    driver.Start(std::string(kId),
                 Execution::Begin(Compile(case_.definition), case_.argument, std::move(options)));
    while (driver.Process() || (driver.active() > 0 && clock_.JumpToNext())) {
    }
    result_.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.Now() - start);
    result_.really_took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - really);
    for (const HttpCall& call : http_.calls()) result_.calls.push_back(Shown(call));
    Judge();
    return std::move(result_);
  }

 private:
  template <typename... Parts>
  void Failed(fmt::format_string<Parts...> format, Parts&&... parts) {
    result_.failures.push_back(fmt::format(format, std::forward<Parts>(parts)...));
  }

  void Deliver(Driver& driver, const ScriptedCallback& callback) {
    if (!recorder_.execution()) return;
    const std::vector<Execution::Callback> endpoints = recorder_.execution()->Callbacks();
    if (endpoints.empty()) {
      Failed("a callback came before there was an endpoint");
      return;
    }
    const Execution::Callback* to = &endpoints[0];
    for (const Execution::Callback& endpoint : endpoints) {
      if (endpoint.awaited) to = &endpoint;
    }
    if (to->method != callback.method) {
      Failed("a callback by {} came to an endpoint for {}", callback.method, to->method);
      return;
    }
    HttpHeaders headers;
    std::string body;
    if (callback.body) {
      headers.Add("Content-Type", "application/json");
      body = PayloadText(*callback.body);
    }
    std::string url = ExecutionOptions().callback_base_url + "/" + to->id;
    if (!callback.query.empty()) url += "?" + callback.query;
    driver.DeliverCallback(std::string(kId), to->id,
                           CallbackRequest(callback.method, url, headers, body, clock_.Now()));
  }

  void Judge() {
    if (recorder_.error()) {
      Failed("the execution could not go on: {}", recorder_.error()->message);
      return;
    }
    const Execution& execution = *recorder_.execution();
    const Expectation& expect = case_.expect;
    result_.state = execution.state();
    if (execution.state() == ExecutionState::kActive) {
      Failed("the execution never ended: it waits for a callback that does not come");
    }
    const bool succeeded = execution.state() == ExecutionState::kSucceeded;
    result_.outcome = PayloadText(succeeded ? execution.result() : execution.failure().payload);
    if (expect.result) {
      if (!succeeded) {
        Failed("expected a result, but it failed: {}\n{}", execution.failure().context,
               Shown(execution.failure().payload));
      } else if (!(execution.result() == *expect.result)) {
        Failed("the result is\n{}\nexpected\n{}", Shown(execution.result()), Shown(*expect.result));
      }
    } else if (succeeded) {
      Failed("expected an error, but it succeeded with\n{}", Shown(execution.result()));
    } else {
      const ExecutionFailure& failure = execution.failure();
      if (expect.error_payload && !Contains(failure.payload, *expect.error_payload)) {
        Failed("the error is\n{}\nexpected\n{}", Shown(failure.payload),
               Shown(*expect.error_payload));
      }
      if (expect.error_context && failure.context != *expect.error_context) {
        Failed("the error's context is\n{}\nexpected\n{}", failure.context, *expect.error_context);
      }
    }
    for (const std::string& call : http_.unmatched()) {
      Failed("no scripted response matches the call {}", call);
    }
    JudgeCalls();
    if (expect.logs && !(Value(ValueList(recorder_.logs())) == Value(ValueList(*expect.logs)))) {
      Failed("the log is\n{}\nexpected\n{}", Shown(Value(ValueList(recorder_.logs()))),
             Shown(Value(ValueList(*expect.logs))));
    }
    if (expect.steps && static_cast<std::int64_t>(execution.steps()) != *expect.steps) {
      Failed("{} steps were counted, expected {}", execution.steps(), *expect.steps);
    }
    if (expect.seconds && result_.took.count() != std::llround(*expect.seconds * 1e3)) {
      Failed("it took {} seconds, expected {}", static_cast<double>(result_.took.count()) / 1e3,
             *expect.seconds);
    }
  }

  void JudgeCalls() {
    const Expectation& expect = case_.expect;
    const std::vector<HttpCall> calls = http_.calls();
    if (expect.call_count && static_cast<std::int64_t>(calls.size()) != *expect.call_count) {
      Failed("{} calls were made, expected {}", calls.size(), *expect.call_count);
    }
    if (expect.most_at_once &&
        static_cast<std::int64_t>(http_.most_at_once()) != *expect.most_at_once) {
      Failed("{} calls were under way at once, expected {}", http_.most_at_once(),
             *expect.most_at_once);
    }
    if (!expect.calls) return;
    for (std::size_t i = 0; i < calls.size() || i < expect.calls->size(); ++i) {
      if (i >= calls.size()) {
        Failed("call {} was not made: {}", i + 1, Shown((*expect.calls)[i]));
      } else if (i >= expect.calls->size()) {
        Failed("call {} was not expected: {}", i + 1, Shown(calls[i]));
      } else if (!Matches((*expect.calls)[i], calls[i])) {
        Failed("call {} is\n{}\nexpected\n{}", i + 1, Shown(calls[i]), Shown((*expect.calls)[i]));
      }
    }
  }

  const WorkflowCase& case_;
  VirtualClock clock_;
  ScriptedHttpCaller http_;
  Recorder recorder_;
  CaseResult result_;
};

std::string XmlText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        // Control characters have no place in XML 1.0.
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
  }
  return out;
}

double Seconds(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1e3;
}

}  // namespace

CaseResult RunCase(const WorkflowCase& one) {
  return CaseRun(one).Run();
}

CaseFileResult RunCaseFile(const CaseFile& file) {
  CaseFileResult result{.file = file.file.string(), .cases = {}};
  for (const WorkflowCase& one : file.cases) result.cases.push_back(RunCase(one));
  return result;
}

std::string JUnitReport(const std::vector<CaseFileResult>& results) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const CaseFileResult& suite : results) {
    std::size_t failed = 0;
    std::chrono::milliseconds time{0};
    for (const CaseResult& one : suite.cases) {
      failed += one.passed() ? 0U : 1U;
      time += one.really_took;
    }
    xml += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n",
                       XmlText(suite.file), suite.cases.size(), failed, Seconds(time));
    for (const CaseResult& one : suite.cases) {
      xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                         XmlText(suite.file), XmlText(one.name), Seconds(one.really_took));
      xml += fmt::format(
          "      <properties>\n"
          "        <property name=\"state\" value=\"{}\"/>\n"
          "        <property name=\"workflow_seconds\" value=\"{:.3f}\"/>\n"
          "        <property name=\"calls\" value=\"{}\"/>\n"
          "      </properties>\n",
          ExecutionStateName(one.state), Seconds(one.took), one.calls.size());
      for (const std::string& failure : one.failures) {
        xml += fmt::format("      <failure message=\"{}\">{}</failure>\n",
                           XmlText(failure.substr(0, failure.find('\n'))), XmlText(failure));
      }
      xml += "    </testcase>\n";
    }
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

}  // namespace hyperlocal::workflow
