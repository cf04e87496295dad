#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/clock.h"
#include "engine/http_caller.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// Which calls a route answers: those that have all that is given here.
struct CallPattern {
  std::string method;  // empty: any
  // The whole URL, or its beginning when it ends in `*`; empty: any.
  std::string url;
  // Headers that must be there with this value.
  std::vector<HttpHeader> headers;
  // The body as JSON must contain this: a map's entries are those of the pattern and perhaps more,
  // at every depth; everything else is equal. Absent: any body.
  std::optional<Value> body;
};

bool Matches(const CallPattern& pattern, const HttpCall& call);
// Whether `value` contains `pattern`, as CallPattern::body says.
bool Contains(const Value& value, const Value& pattern);

struct ScriptedAnswer {
  HttpOutcome outcome;
  // How long the answer takes. Longer than the call's timeout: it times out when that is over.
  std::chrono::milliseconds after{0};
};

// Answers HTTP calls from a script, without a network: every route has its answers in a row, and
// the last one is given again and again. A call that no route matches fails to connect and is
// noted. May be used from several threads.
class ScriptedHttpCaller final : public HttpCaller {
 public:
  struct Route {
    CallPattern pattern;
    std::vector<ScriptedAnswer> answers;  // at least one
    std::size_t calls = 0;                // so far
  };

  // The clock lets the answers' time pass, and must outlive this.
  explicit ScriptedHttpCaller(Clock& clock) : clock_(clock) {}

  // A call is answered by the first route that matches.
  void Add(CallPattern pattern, std::vector<ScriptedAnswer> answers);

  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override;

  std::vector<HttpCall> calls() const;
  // "POST http://x/: …" of each call that no route matched.
  std::vector<std::string> unmatched() const;
  std::vector<Route> routes() const;
  // How many calls waited for their answer at the same time, at most.
  std::size_t most_at_once() const;

 private:
  Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<Route> routes_;
  std::vector<HttpCall> calls_;
  std::vector<std::string> unmatched_;
  std::size_t waiting_ = 0;
  std::size_t most_at_once_ = 0;
};

}  // namespace hyperlocal::workflow
