#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "orchestrator/check/library_function.h"
#include "orchestrator/stdlib/raised.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// The arguments of one call of a library function, by the places of its parameters.
class Arguments {
 public:
  // `passed` are the values of those parameters whose bit is set in `mask` (the first parameter is
  // bit 0), in the order of the parameters. Both spans must outlive this.
  Arguments(const LibraryFunction& function, std::span<const Value> passed, std::uint32_t mask)
      : function_(&function), passed_(passed), mask_(mask) {}

  std::string_view function_name() const { return function_->name; }

  // The argument of parameter number `parameter`, or null when it was not passed.
  const Value* Find(std::size_t parameter) const {
    if ((mask_ >> parameter & 1U) == 0) return nullptr;
    return &passed_[static_cast<std::size_t>(std::popcount(mask_ & ((1U << parameter) - 1U)))];
  }
  // The same by the parameter's name; null too when there is no such parameter.
  const Value* Find(std::string_view name) const;

  // A required parameter's argument. The checks of a deployment let no call without it through.
  const Value& operator[](std::size_t parameter) const { return *Find(parameter); }

  // An argument of one type. Raises TypeError naming function, parameter and what was got.
  Raising<const std::string*> String(std::size_t parameter) const;
  Raising<const std::string*> Bytes(std::size_t parameter) const;
  Raising<const ValueList*> List(std::size_t parameter) const;
  Raising<const ValueMap*> Map(std::size_t parameter) const;
  Raising<double> Number(std::size_t parameter) const;
  Raising<std::int64_t> Integer(std::size_t parameter) const;
  // Of an optional parameter: `otherwise` when it was not passed.
  Raising<bool> BooleanOr(std::size_t parameter, bool otherwise) const;

  Raised WrongType(std::size_t parameter, std::string_view expected) const;
  Raised WrongValue(std::size_t parameter, std::string_view problem) const;

 private:
  const LibraryFunction* function_;
  std::span<const Value> passed_;
  std::uint32_t mask_;
};

}  // namespace hyperlocal::workflow
