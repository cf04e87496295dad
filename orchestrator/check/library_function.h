#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace hyperlocal::workflow {

// A parameter of a library function. A parameter that is not required and was not passed takes
// the function's own default.
struct LibraryParameter {
  std::string_view name;
  bool required = true;
};

enum class LibraryKind : std::uint8_t {
  kFunction,  // called
  // Named, not called: a policy map (`http.default_retry`, `retry.default_backoff`) ...
  kPolicy,
  // ... or a function for a retry policy's predicate, which may also be called with the error.
  kPredicate,
};

// Everything of the standard library but the connectors: the one table of names and parameters.
// The checks read it, and the functions are implemented by its indexes.
struct LibraryFunction {
  std::string_view name;  // "text.split"
  std::span<const LibraryParameter> parameters;
  LibraryKind kind = LibraryKind::kFunction;
  // Waits for something outside (http.*, sys.sleep, sys.log, events.await_callback): a call step
  // may call it, an expression may not.
  bool blocking = false;
};

// The table, sorted by name. An index into it is a CallTarget of kind kLibrary.
std::span<const LibraryFunction> LibraryFunctions();

// The index of a name, if the library has it.
std::optional<std::uint32_t> FindLibraryFunction(std::string_view name);

}  // namespace hyperlocal::workflow
