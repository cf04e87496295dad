#include "orchestrator/stdlib/operators.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "engine/error/result.h"
#include "orchestrator/value/value_json.h"

namespace hyperlocal::workflow {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;

Raised Unsupported(BinaryOperator op, const Value& left, const Value& right) {
  return RaiseTypeError(fmt::format("unsupported operand types for {}: '{}' and '{}'",
                                    OperatorText(op), TypeNameInErrors(left),
                                    TypeNameInErrors(right)));
}

Raised Overflow(BinaryOperator op, std::int64_t left, std::int64_t right) {
  return RaiseValueError(
      fmt::format("{} {} {} does not fit into 64 bits", left, OperatorText(op), right));
}

std::string NumberText(const Value& number) {
  return number.is_integer() ? std::to_string(number.integer()) : DoubleText(number.dbl());
}

Raising<Value> IntegerArithmetic(BinaryOperator op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (op) {
    case BinaryOperator::kAdd:
      if (__builtin_add_overflow(a, b, &result)) return Overflow(op, a, b);
      return Value(result);
    case BinaryOperator::kSubtract:
      if (__builtin_sub_overflow(a, b, &result)) return Overflow(op, a, b);
      return Value(result);
    case BinaryOperator::kMultiply:
      if (__builtin_mul_overflow(a, b, &result)) return Overflow(op, a, b);
      return Value(result);
    case BinaryOperator::kDivide:
      if (b == 0) return RaiseZeroDivisionError("division by zero");
      return Value(static_cast<double>(a) / static_cast<double>(b));
    case BinaryOperator::kFloorDivide:
      if (b == 0) return RaiseZeroDivisionError("division by zero");
      if (a == std::numeric_limits<std::int64_t>::min() && b == -1) return Overflow(op, a, b);
      result = a / b;
      if (a % b != 0 && (a % b < 0) != (b < 0)) --result;
      return Value(result);
    default:  // kRemainder
      if (b == 0) return RaiseZeroDivisionError("modulo by zero");
      if (b == -1) return Value(std::int64_t{0});
      result = a % b;
      if (result != 0 && (result < 0) != (b < 0)) result += b;
      return Value(result);
  }
}

Raising<Value> DoubleArithmetic(BinaryOperator op, double a, double b) {
  switch (op) {
    case BinaryOperator::kAdd:
      return Value(a + b);
    case BinaryOperator::kSubtract:
      return Value(a - b);
    case BinaryOperator::kMultiply:
      return Value(a * b);
    case BinaryOperator::kDivide:
      if (b == 0) return RaiseZeroDivisionError("division by zero");
      return Value(a / b);
    case BinaryOperator::kFloorDivide:
      if (b == 0) return RaiseZeroDivisionError("division by zero");
      return Value(std::floor(a / b));
    default: {  // kRemainder
      if (b == 0) return RaiseZeroDivisionError("modulo by zero");
      double rest = std::fmod(a, b);
      if (rest != 0 && (rest < 0) != (b < 0)) rest += b;
      return Value(rest);
    }
  }
}

Raising<Value> Arithmetic(BinaryOperator op, const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) {
    return IntegerArithmetic(op, left.integer(), right.integer());
  }
  if (left.is_number() && right.is_number()) {
    return DoubleArithmetic(op, left.number(), right.number());
  }
  if (op == BinaryOperator::kAdd) {
    if (left.is_string() && right.is_string()) return Value(left.string() + right.string());
    if (left.is_string() && right.is_number()) return Value(left.string() + NumberText(right));
    if (left.is_number() && right.is_string()) return Value(NumberText(left) + right.string());
  }
  return Unsupported(op, left, right);
}

Raising<Value> Comparison(BinaryOperator op, const Value& left, const Value& right) {
  int order = 0;
  if (left.is_number() && right.is_number()) {
    // Nothing compares with NaN.
    if ((left.is_double() && std::isnan(left.dbl())) ||
        (right.is_double() && std::isnan(right.dbl()))) {
      return Value(false);
    }
    order = CompareNumbers(left, right);
  } else if (left.is_string() && right.is_string()) {
    order = left.string().compare(right.string());
  } else {
    return Unsupported(op, left, right);
  }
  switch (op) {
    case BinaryOperator::kLess:
      return Value(order < 0);
    case BinaryOperator::kLessOrEqual:
      return Value(order <= 0);
    case BinaryOperator::kGreater:
      return Value(order > 0);
    default:
      return Value(order >= 0);
  }
}

Raising<Value> Contains(const Value& container, const Value& key) {
  if (container.is_map()) {
    if (!key.is_string()) {
      return RaiseTypeError(fmt::format("a key looked for with 'in' must be a string; got: {}",
                                        TypeNameInErrors(key)));
    }
    return Value(container.map().Find(key.string()) != nullptr);
  }
  if (container.is_list()) {
    const ValueList& list = container.list();
    return Value(std::find(list.begin(), list.end(), key) != list.end());
  }
  // The service's words; unlike others they do not begin with the tag.
  return RaiseTagged(fmt::format("The argument of 'in' must be a dict or an array; got: {}",
                                 TypeNameInErrors(container)),
                     {"TypeError"});
}

}  // namespace

int CompareNumbers(const Value& a, const Value& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.is_integer() && b.is_integer()) return sign(a.integer(), b.integer());
  if (a.is_double() && b.is_double()) return sign(a.dbl(), b.dbl());
  if (a.is_double()) return -CompareNumbers(b, a);
  // An integer and a double: by the double's whole part, then by its fraction.
  const double number = b.dbl();
  if (number >= kTwoTo63) return -1;
  if (number < -kTwoTo63) return 1;
  const double whole = std::floor(number);
  const int order = sign(a.integer(), static_cast<std::int64_t>(whole));
  return order != 0 ? order : (number > whole ? -1 : 0);
}

Raising<Value> ApplyUnary(UnaryOperator op, const Value& operand) {
  if (op == UnaryOperator::kNot) {
    if (operand.is_boolean()) return Value(!operand.boolean());
    return RaiseTypeError(fmt::format("unsupported operand type for not: '{}' (expecting boolean)",
                                      TypeNameInErrors(operand)));
  }
  if (operand.is_double()) return Value(-operand.dbl());
  if (operand.is_integer()) {
    if (operand.integer() == std::numeric_limits<std::int64_t>::min()) {
      return RaiseValueError(fmt::format("-({}) does not fit into 64 bits", operand.integer()));
    }
    return Value(-operand.integer());
  }
  return RaiseTypeError(fmt::format("unsupported operand type for unary -: '{}' (expecting number)",
                                    TypeNameInErrors(operand)));
}

Raising<Value> ApplyBinary(BinaryOperator op, const Value& left, const Value& right) {
  switch (op) {
    case BinaryOperator::kMultiply:
    case BinaryOperator::kDivide:
    case BinaryOperator::kFloorDivide:
    case BinaryOperator::kRemainder:
    case BinaryOperator::kAdd:
    case BinaryOperator::kSubtract:
      return Arithmetic(op, left, right);
    case BinaryOperator::kLess:
    case BinaryOperator::kLessOrEqual:
    case BinaryOperator::kGreater:
    case BinaryOperator::kGreaterOrEqual:
      return Comparison(op, left, right);
    case BinaryOperator::kEqual:
      return Value(left == right);
    case BinaryOperator::kNotEqual:
      return Value(!(left == right));
    case BinaryOperator::kIn:
      return Contains(right, left);
    case BinaryOperator::kAnd:
    case BinaryOperator::kOr:
      break;
  }
  return Unsupported(op, left, right);
}

Raising<Value> Member(const Value& object, std::string_view key) {
  if (!object.is_map()) {
    return RaiseTypeError(fmt::format("cannot read the key \"{}\" of a value of type '{}'", key,
                                      TypeNameInErrors(object)));
  }
  const Value* const found = object.map().Find(key);
  if (found == nullptr) return RaiseKeyError(key);
  return *found;
}

Raising<std::size_t> ListIndex(const ValueList& list, std::int64_t index) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= list.size()) {
    return RaiseIndexError(
        fmt::format("index out of range: {} in a list of {}", index, list.size()));
  }
  return static_cast<std::size_t>(index);
}

Raising<Value> Element(const Value& object, const Value& index) {
  if (object.is_list()) {
    if (!index.is_integer()) {
      return RaiseTypeError(
          fmt::format("a list's index must be an integer; got: {}", TypeNameInErrors(index)));
    }
    HYPERLOCAL_TRY(const std::size_t place, ListIndex(object.list(), index.integer()));
    return object.list()[place];
  }
  if (object.is_map()) {
    if (!index.is_string()) {
      return RaiseTypeError(
          fmt::format("a map's key must be a string; got: {}", TypeNameInErrors(index)));
    }
    return Member(object, index.string());
  }
  return RaiseTypeError(
      fmt::format("a value of type '{}' has no elements", TypeNameInErrors(object)));
}

}  // namespace hyperlocal::workflow
