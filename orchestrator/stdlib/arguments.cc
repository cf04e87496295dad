#include "orchestrator/stdlib/arguments.h"

#include <fmt/core.h>

namespace hyperlocal::workflow {

const Value* Arguments::Find(std::string_view name) const {
  for (std::size_t i = 0; i < function_->parameters.size(); ++i) {
    if (function_->parameters[i].name == name) return Find(i);
  }
  return nullptr;
}

Raised Arguments::WrongType(std::size_t parameter, std::string_view expected) const {
  return RaiseTypeError(fmt::format("the argument '{}' of {} must be {}; got: {}",
                                    function_->parameters[parameter].name, function_->name,
                                    expected, TypeNameInErrors((*this)[parameter])));
}

Raised Arguments::WrongValue(std::size_t parameter, std::string_view problem) const {
  return RaiseValueError(fmt::format("the argument '{}' of {} {}",
                                     function_->parameters[parameter].name, function_->name,
                                     problem));
}

Raising<const std::string*> Arguments::String(std::size_t parameter) const {
  const Value& value = (*this)[parameter];
  if (!value.is_string()) return WrongType(parameter, "a string");
  return &value.string();
}

Raising<const std::string*> Arguments::Bytes(std::size_t parameter) const {
  const Value& value = (*this)[parameter];
  if (!value.is_bytes()) return WrongType(parameter, "bytes");
  return &value.bytes();
}

Raising<const ValueList*> Arguments::List(std::size_t parameter) const {
  const Value& value = (*this)[parameter];
  if (!value.is_list()) return WrongType(parameter, "a list");
  return &value.list();
}

Raising<const ValueMap*> Arguments::Map(std::size_t parameter) const {
  const Value& value = (*this)[parameter];
  if (!value.is_map()) return WrongType(parameter, "a map");
  return &value.map();
}

Raising<double> Arguments::Number(std::size_t parameter) const {
  const Value& value = (*this)[parameter];
  if (!value.is_number()) return WrongType(parameter, "a number");
  return value.number();
}

Raising<std::int64_t> Arguments::Integer(std::size_t parameter) const {
  const Value& value = (*this)[parameter];
  if (!value.is_integer()) return WrongType(parameter, "an integer");
  return value.integer();
}

Raising<bool> Arguments::BooleanOr(std::size_t parameter, bool otherwise) const {
  const Value* const value = Find(parameter);
  if (value == nullptr) return otherwise;
  if (!value->is_boolean()) return WrongType(parameter, "a boolean");
  return value->boolean();
}

}  // namespace hyperlocal::workflow
