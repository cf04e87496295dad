#include <string>
#include <utility>

#include "engine/error/result.h"
#include "orchestrator/stdlib/library_internal.h"

namespace hyperlocal::workflow::library {
namespace {

// Recursion is bounded by Value::kDepthLimit, which values that are stored keep to.
void MergeInto(Value& first, const ValueMap& second) {
  ValueMap& map = first.MutableMap();
  for (const ValueMap::Entry& entry : second.entries()) {
    Value* const there = map.Find(entry.key);
    if (there != nullptr && there->is_map() && entry.value.is_map()) {
      MergeInto(*there, entry.value.map());
    } else {
      map.Set(entry.key, entry.value);
    }
  }
}

}  // namespace

Raising<Value> ListConcat(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const ValueList* const objects, arguments.List(0));
  ValueList list;
  list.reserve(objects->size() + 1);
  list = *objects;
  list.push_back(arguments[1]);
  return Value(std::move(list));
}

Raising<Value> ListPrepend(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const ValueList* const objects, arguments.List(0));
  ValueList list;
  list.reserve(objects->size() + 1);
  list.push_back(arguments[1]);
  list.insert(list.end(), objects->begin(), objects->end());
  return Value(std::move(list));
}

Raising<Value> MapDelete(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const ValueMap* const map, arguments.Map(0));
  HYPERLOCAL_TRY(const std::string* const key, arguments.String(1));
  if (map->Find(*key) == nullptr) return arguments[0];
  Value copy = arguments[0];
  copy.MutableMap().Erase(*key);
  return copy;
}

Raising<Value> MapGet(const Arguments& arguments, LibraryContext&) {
  const Value* at = &arguments[0];
  const auto step = [&at](const std::string& key) {
    at = at->is_map() ? at->map().Find(key) : nullptr;
    return at != nullptr;
  };
  const Value& keys = arguments[1];
  if (keys.is_string()) return step(keys.string()) ? *at : Value();
  if (!keys.is_list()) return arguments.WrongType(1, "a string or a list of strings");
  for (const Value& key : keys.list()) {
    if (!key.is_string()) return arguments.WrongType(1, "a string or a list of strings");
  }
  for (const Value& key : keys.list()) {
    if (!step(key.string())) return Value();
  }
  return *at;
}

Raising<Value> MapMerge(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const ValueMap* const first, arguments.Map(0));
  HYPERLOCAL_TRY(const ValueMap* const second, arguments.Map(1));
  static_cast<void>(first);
  Value copy = arguments[0];
  ValueMap& map = copy.MutableMap();
  for (const ValueMap::Entry& entry : second->entries()) map.Set(entry.key, entry.value);
  return copy;
}

Raising<Value> MapMergeNested(const Arguments& arguments, LibraryContext&) {
  HYPERLOCAL_TRY(const ValueMap* const first, arguments.Map(0));
  HYPERLOCAL_TRY(const ValueMap* const second, arguments.Map(1));
  static_cast<void>(first);
  Value copy = arguments[0];
  MergeInto(copy, *second);
  return copy;
}

}  // namespace hyperlocal::workflow::library
