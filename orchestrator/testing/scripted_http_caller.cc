#include "orchestrator/testing/scripted_http_caller.h"

#include <algorithm>
#include <utility>

#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {

bool Contains(const Value& value, const Value& pattern) {
  if (pattern.is_map()) {
    if (!value.is_map()) return false;
    return std::all_of(pattern.map().entries().begin(), pattern.map().entries().end(),
                       [&](const ValueMap::Entry& entry) {
                         const Value* const found = value.map().Find(entry.key);
                         return found != nullptr && Contains(*found, entry.value);
                       });
  }
  if (pattern.is_list()) {
    if (!value.is_list() || value.list().size() != pattern.list().size()) return false;
    return std::equal(value.list().begin(), value.list().end(), pattern.list().begin(), Contains);
  }
  return value == pattern;
}

bool Matches(const CallPattern& pattern, const HttpCall& call) {
  if (!pattern.method.empty() && pattern.method != call.method) return false;
  if (pattern.url.ends_with('*')) {
    if (!call.url.starts_with(pattern.url.substr(0, pattern.url.size() - 1))) return false;
  } else if (!pattern.url.empty() && pattern.url != call.url) {
    return false;
  }
  for (const HttpHeader& header : pattern.headers) {
    if (call.headers.Find(header.name) != header.value) return false;
  }
  if (!pattern.body) return true;
  if (call.body.empty()) return pattern.body->is_null();
  const Result<Value> body = ParseJsonValue(call.body);
  return Contains(body ? body.value() : Value(call.body), *pattern.body);
}

void ScriptedHttpCaller::Add(CallPattern pattern, std::vector<ScriptedAnswer> answers) {
  const std::lock_guard lock(mutex_);
  routes_.push_back({.pattern = std::move(pattern), .answers = std::move(answers)});
}

void ScriptedHttpCaller::Start(HttpCall call, std::function<void(HttpOutcome)> done) {
  ScriptedAnswer answer;
  {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
    const auto route = std::find_if(routes_.begin(), routes_.end(), [&](const Route& candidate) {
      return Matches(candidate.pattern, call);
    });
    if (route == routes_.end()) {
      unmatched_.push_back(call.method + " " + call.url + ": " + call.body.substr(0, 200));
      answer.outcome = HttpCallFailure{
          .kind = HttpCallFailure::Kind::kNotConnected,
          .message = "no scripted response matches " + call.method + " " + call.url};
    } else {
      answer = route->answers[std::min(route->calls++, route->answers.size() - 1)];
    }
    most_at_once_ = std::max(most_at_once_, ++waiting_);
  }
  if (answer.after > call.timeout) {
    answer.after = call.timeout;
    answer.outcome =
        HttpCallFailure{.kind = HttpCallFailure::Kind::kTimedOut, .message = "request timed out"};
  }
  clock_.WakeAt(clock_.Now() + answer.after,
                [this, done = std::move(done), outcome = std::move(answer.outcome)] {
                  {
                    const std::lock_guard lock(mutex_);
                    --waiting_;
                  }
                  done(outcome);
                });
}

std::vector<HttpCall> ScriptedHttpCaller::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::vector<std::string> ScriptedHttpCaller::unmatched() const {
  const std::lock_guard lock(mutex_);
  return unmatched_;
}

std::vector<ScriptedHttpCaller::Route> ScriptedHttpCaller::routes() const {
  const std::lock_guard lock(mutex_);
  return routes_;
}

std::size_t ScriptedHttpCaller::most_at_once() const {
  const std::lock_guard lock(mutex_);
  return most_at_once_;
}

}  // namespace hyperlocal::workflow
