#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "orchestrator/stdlib/arguments.h"
#include "orchestrator/stdlib/raised.h"

namespace hyperlocal::workflow {

// What library functions know of the execution that calls them.
struct LibraryContext {
  std::chrono::system_clock::time_point now;                        // sys.now
  const std::map<std::string, std::string>* environment = nullptr;  // sys.get_env
  std::uint64_t* random_state = nullptr;  // uuid.generate; part of an execution
};

// Whether entry `index` of LibraryFunctions() is computed here. The rest waits for the world
// (http.*, sys.sleep, sys.log, events.*, experimental.*) and is the interpreter's.
bool IsComputed(std::uint32_t index);

// Calls a computed function. Raises what its reference page lists: TypeError, ValueError, KeyError.
Raising<Value> CallLibrary(std::uint32_t index, const Arguments& arguments,
                           LibraryContext& context);

// The value of a policy by its name: http.default_retry, retry.default_backoff, …
Value PolicyValue(std::string_view name);

// What one of the library's predicates (http.default_retry_predicate, retry.always, …) says of a
// raised value; false for a name that is none.
bool PredicateHolds(std::string_view name, const Value& raised);

// The next number of an execution's own random sequence (SplitMix64), so that a resumed execution
// draws the same ones.
std::uint64_t NextRandom(std::uint64_t& state);
// A random UUID (RFC 4122, version 4) from that sequence.
std::string NextUuid(std::uint64_t& state);

}  // namespace hyperlocal::workflow
