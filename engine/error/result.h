#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "engine/error/error.h"

namespace hyperlocal {

// A value or an Error. The member names are those of std::expected, so that C++23 can replace it.
// Implicit from both sides: `return value;` and `return Error{…};` read alike.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}        // NOLINT
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}    // NOLINT
  template <typename U,
            typename = std::enable_if_t<std::is_convertible_v<U&&, T> &&
                                        !std::is_same_v<std::decay_t<U>, Result> &&
                                        !std::is_same_v<std::decay_t<U>, Error> &&
                                        !std::is_same_v<std::decay_t<U>, T>>>
  Result(U&& value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  // Calling value() on a failure, or error() on a success, is a bug (std::bad_variant_access).
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & { return std::get<1>(state_); }
  const Error& error() const& { return std::get<1>(state_); }
  Error&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Error> state_;
};

// The value of an operation that has none but may fail.
struct Done {};
using Status = Result<Done>;
inline Status Ok() { return Done{}; }

}  // namespace hyperlocal

// HYPERLOCAL_TRY(std::string bytes, store.Get(key));  declares `bytes`, or returns the Error.
// HYPERLOCAL_TRY_STATUS(writer.Finish());             returns the Error, if there is one.
// The only macros of the project; for .cc files.
#define HYPERLOCAL_CONCAT_INNER(a, b) a##b
#define HYPERLOCAL_CONCAT(a, b) HYPERLOCAL_CONCAT_INNER(a, b)
#define HYPERLOCAL_TRY_IMPL(temporary, declaration, ...)             \
  auto temporary = (__VA_ARGS__);                                    \
  if (!temporary.has_value()) return std::move(temporary).error();   \
  declaration = std::move(temporary).value()
#define HYPERLOCAL_TRY(declaration, ...) \
  HYPERLOCAL_TRY_IMPL(HYPERLOCAL_CONCAT(result_, __COUNTER__), declaration, __VA_ARGS__)
#define HYPERLOCAL_TRY_STATUS(...)                                              \
  if (auto hyperlocal_status = (__VA_ARGS__); !hyperlocal_status.has_value())   \
  return std::move(hyperlocal_status).error()
