#pragma once

#include "orchestrator/stdlib/raised.h"
#include "orchestrator/syntax/expression.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// The operators of expressions on values; `and` and `or` are not among them: they do not evaluate
// what they need not, so the interpreter branches.
//
// Arithmetic: integers have 64 bits and give integers but for `/`; a double on either side makes
// the result a double. What the service does beyond 64 bits is not published; here it is a
// ValueError, because a number that wrapped round would be silently wrong. `//` rounds down and `%`
// has the divisor's sign. `+` with a string and a number on any side, or two strings, joins them.
// Comparison is of numbers or of strings (by bytes).
Raising<Value> ApplyUnary(UnaryOperator op, const Value& operand);
Raising<Value> ApplyBinary(BinaryOperator op, const Value& left, const Value& right);

// `object.key` and `object[key]`: a map's value or a list's element.
Raising<Value> Member(const Value& object, std::string_view key);
Raising<Value> Element(const Value& object, const Value& index);

// A list's element by number: in range, or an IndexError.
Raising<std::size_t> ListIndex(const ValueList& list, std::int64_t index);

// -1, 0, 1 as `a` is less than, equal to, greater than `b`; exact across integers and doubles.
// Both must be numbers, neither NaN.
int CompareNumbers(const Value& a, const Value& b);

}  // namespace hyperlocal::workflow
