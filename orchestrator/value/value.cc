#include "orchestrator/value/value.h"

#include <algorithm>
#include <array>

namespace hyperlocal::workflow {
namespace {

// Below this many keys a walk along the entries is faster than hashing.
constexpr std::size_t kIndexedFrom = 16;

constexpr std::size_t kWord = 8;  // bytes, of the service's memory model

// Exact: no integer is rounded on the way (2^53 + 1 differs from every double).
bool IntegerEqualsDouble(std::int64_t integer, double number) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (!(number >= -kTwoTo63 && number < kTwoTo63)) return false;
  return static_cast<double>(static_cast<std::int64_t>(number)) == number &&
         static_cast<std::int64_t>(number) == integer;
}

bool MapsAreEqual(const ValueMap& a, const ValueMap& b) {
  if (a.size() != b.size()) return false;
  for (const ValueMap::Entry& entry : a.entries()) {
    const Value* const other = b.Find(entry.key);
    if (other == nullptr || !(*other == entry.value)) return false;
  }
  return true;
}

}  // namespace

std::string_view KindName(ValueKind kind) {
  constexpr std::array<std::string_view, 9> kNames{
      "null", "boolean", "integer", "double", "string", "bytes", "list", "map", "function"};
  return kNames[static_cast<std::size_t>(kind)];
}

Value Value::Bytes(std::string bytes) {
  Value value;
  value.data_ = ByteString{std::make_shared<const std::string>(std::move(bytes))};
  return value;
}

Value Value::Function(std::string name) {
  Value value;
  value.data_ = FunctionName{std::make_shared<const std::string>(std::move(name))};
  return value;
}

ValueList& Value::MutableList() {
  auto& box = std::get<std::shared_ptr<ListBox>>(data_);
  if (box.use_count() != 1) box = std::make_shared<ListBox>(*box);
  box->measure.store({}, std::memory_order_relaxed);
  return box->items;
}

ValueMap& Value::MutableMap() {
  auto& box = std::get<std::shared_ptr<MapBox>>(data_);
  if (box.use_count() != 1) box = std::make_shared<MapBox>(*box);
  box->measure.store({}, std::memory_order_relaxed);
  return box->entries;
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) {
    if (a.is_integer() && b.is_double()) return IntegerEqualsDouble(a.integer(), b.dbl());
    if (a.is_double() && b.is_integer()) return IntegerEqualsDouble(b.integer(), a.dbl());
    return false;
  }
  switch (a.kind()) {
    case ValueKind::kNull:
      return true;
    case ValueKind::kBoolean:
      return a.boolean() == b.boolean();
    case ValueKind::kInteger:
      return a.integer() == b.integer();
    case ValueKind::kDouble:
      return a.dbl() == b.dbl();
    case ValueKind::kString:
      return a.string() == b.string();
    case ValueKind::kBytes:
      return a.bytes() == b.bytes();
    case ValueKind::kList:
      return &a.list() == &b.list() || a.list() == b.list();
    case ValueKind::kMap:
      return &a.map() == &b.map() || MapsAreEqual(a.map(), b.map());
    case ValueKind::kFunction:
      return a.function() == b.function();
  }
  return false;
}

Value::Measure Value::Measured() const {
  const auto add = [](Measure& sum, Measure inner) {
    sum.bytes = (sum.bytes + inner.bytes) & 0xFFFF'FFFF'FFFF;
    const std::uint64_t depth = std::min<std::uint64_t>(inner.depth + 1U, 0xFFFF);
    if (depth > sum.depth) sum.depth = depth & 0xFFFF;
  };
  switch (kind()) {
    case ValueKind::kString:
      return {.bytes = (kWord + string().size()) & 0xFFFF'FFFF'FFFF, .depth = 0};
    case ValueKind::kBytes:
      return {.bytes = (kWord + bytes().size()) & 0xFFFF'FFFF'FFFF, .depth = 0};
    case ValueKind::kList: {
      ListBox& box = *std::get<std::shared_ptr<ListBox>>(data_);
      Measure measure = box.measure.load(std::memory_order_relaxed);
      if (measure.bytes == 0) {
        measure = {.bytes = kWord, .depth = 1};
        for (const Value& item : box.items) add(measure, item.Measured());
        box.measure.store(measure, std::memory_order_relaxed);
      }
      return measure;
    }
    case ValueKind::kMap: {
      MapBox& box = *std::get<std::shared_ptr<MapBox>>(data_);
      Measure measure = box.measure.load(std::memory_order_relaxed);
      if (measure.bytes == 0) {
        measure = {.bytes = kWord, .depth = 1};
        for (const ValueMap::Entry& entry : box.entries.entries()) {
          measure.bytes = (measure.bytes + kWord + entry.key.size()) & 0xFFFF'FFFF'FFFF;
          add(measure, entry.value.Measured());
        }
        box.measure.store(measure, std::memory_order_relaxed);
      }
      return measure;
    }
    default:
      return {.bytes = kWord, .depth = 0};
  }
}

std::size_t Value::CountedBytes() const {
  return Measured().bytes;
}

std::size_t Value::Depth() const {
  return Measured().depth;
}

std::size_t ValueMap::IndexOf(std::string_view key) const {
  if (!places_.empty()) {
    const auto found = places_.find(std::string(key));
    return found == places_.end() ? entries_.size() : found->second;
  }
  std::size_t index = 0;
  while (index < entries_.size() && entries_[index].key != key) ++index;
  return index;
}

const Value* ValueMap::Find(std::string_view key) const {
  const std::size_t index = IndexOf(key);
  return index == entries_.size() ? nullptr : &entries_[index].value;
}

Value* ValueMap::Find(std::string_view key) {
  const std::size_t index = IndexOf(key);
  return index == entries_.size() ? nullptr : &entries_[index].value;
}

Value& ValueMap::Set(std::string_view key, Value value) {
  const std::size_t index = IndexOf(key);
  if (index < entries_.size()) {
    entries_[index].value = std::move(value);
    return entries_[index].value;
  }
  entries_.push_back({std::string(key), std::move(value)});
  if (!places_.empty()) {
    places_.emplace(key, index);
  } else if (entries_.size() >= kIndexedFrom) {
    for (std::size_t i = 0; i < entries_.size(); ++i) places_.emplace(entries_[i].key, i);
  }
  return entries_.back().value;
}

bool ValueMap::Erase(std::string_view key) {
  const std::size_t index = IndexOf(key);
  if (index == entries_.size()) return false;
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(index));
  places_.clear();
  if (entries_.size() >= kIndexedFrom) {
    for (std::size_t i = 0; i < entries_.size(); ++i) places_.emplace(entries_[i].key, i);
  }
  return true;
}

}  // namespace hyperlocal::workflow
