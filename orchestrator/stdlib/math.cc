#include <cmath>
#include <cstdint>
#include <limits>

#include "orchestrator/stdlib/library_internal.h"
#include "orchestrator/stdlib/operators.h"

namespace hyperlocal::workflow::library {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

// The greater one for sign 1, the smaller one for -1; of an integer and a double always a double.
Raising<Value> Extreme(const Arguments& arguments, int sign) {
  for (const std::size_t parameter : {std::size_t{0}, std::size_t{1}}) {
    if (!arguments[parameter].is_number()) return arguments.WrongType(parameter, "a number");
  }
  const Value& x = arguments[0];
  const Value& y = arguments[1];
  if (x.is_integer() && y.is_integer()) return CompareNumbers(x, y) == -sign ? y : x;
  if (std::isnan(x.number()) || std::isnan(y.number())) {
    return Value(std::numeric_limits<double>::quiet_NaN());
  }
  return Value((CompareNumbers(x, y) == -sign ? y : x).number());
}

}  // namespace

Raising<Value> MathAbs(const Arguments& arguments, LibraryContext&) {
  const Value& x = arguments[0];
  if (x.is_double()) return Value(std::fabs(x.dbl()));
  if (!x.is_integer()) return arguments.WrongType(0, "a number");
  return x.integer() < 0 ? ApplyUnary(UnaryOperator::kMinus, x) : Raising<Value>(x);
}

Raising<Value> MathFloor(const Arguments& arguments, LibraryContext&) {
  const Value& x = arguments[0];
  if (x.is_integer()) return x;
  if (!x.is_double()) return arguments.WrongType(0, "a number");
  const double whole = std::floor(x.dbl());
  if (!(whole >= -kTwoTo63 && whole < kTwoTo63)) {
    return arguments.WrongValue(0, "does not fit into an integer of 64 bits");
  }
  return Value(static_cast<std::int64_t>(whole));
}

Raising<Value> MathMax(const Arguments& arguments, LibraryContext&) {
  return Extreme(arguments, 1);
}

Raising<Value> MathMin(const Arguments& arguments, LibraryContext&) {
  return Extreme(arguments, -1);
}

}  // namespace hyperlocal::workflow::library
