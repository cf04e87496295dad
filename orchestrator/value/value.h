#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace hyperlocal::workflow {

class Value;
class ValueMap;
using ValueList = std::vector<Value>;

// Where a value stands in the order of kinds; the names are those of get_type (KindName).
enum class ValueKind : std::uint8_t {
  kNull,
  kBoolean,
  kInteger,
  kDouble,
  kString,
  kBytes,
  kList,
  kMap,
  // A subworkflow or a function of the library by name: what `${retryable}` and
  // `${http.default_retry_predicate}` are. Only a retry policy's predicate makes use of one; it has
  // no JSON form.
  kFunction,
};

// "null", "boolean", "integer", "double", "string", "bytes", "list", "map", "function".
std::string_view KindName(ValueKind kind);

// A value of a workflow. Values behave as if every copy were deep (assigning one variable to
// another copies it), and copies are cheap: strings, lists and maps are shared until one of the
// holders changes its own (MutableList, MutableMap).
//
// Threads: a value and its copies may be read from several threads; to change one while another
// thread copies *the same object* is a race, as with any std type. Two copies never race.
class Value {
 public:
  Value() = default;  // null
  explicit Value(bool value) : data_(value) {}
  explicit Value(std::int64_t value) : data_(value) {}
  explicit Value(int value) : data_(std::int64_t{value}) {}
  explicit Value(double value) : data_(value) {}
  explicit Value(std::string text)
      : data_(Text{std::make_shared<const std::string>(std::move(text))}) {}
  explicit Value(std::string_view text) : Value(std::string(text)) {}
  explicit Value(const char* text) : Value(std::string(text)) {}
  explicit Value(ValueList list);
  explicit Value(ValueMap map);
  static Value Bytes(std::string bytes);
  // `name`: a subworkflow's name, or a library function's full one ("retry.always").
  static Value Function(std::string name);

  ValueKind kind() const { return static_cast<ValueKind>(data_.index()); }
  bool is_null() const { return kind() == ValueKind::kNull; }
  bool is_boolean() const { return kind() == ValueKind::kBoolean; }
  bool is_integer() const { return kind() == ValueKind::kInteger; }
  bool is_double() const { return kind() == ValueKind::kDouble; }
  bool is_number() const { return is_integer() || is_double(); }
  bool is_string() const { return kind() == ValueKind::kString; }
  bool is_bytes() const { return kind() == ValueKind::kBytes; }
  bool is_list() const { return kind() == ValueKind::kList; }
  bool is_map() const { return kind() == ValueKind::kMap; }
  bool is_function() const { return kind() == ValueKind::kFunction; }

  // The content; of another kind than asked for is a bug (std::bad_variant_access).
  bool boolean() const { return std::get<bool>(data_); }
  std::int64_t integer() const { return std::get<std::int64_t>(data_); }
  double dbl() const { return std::get<double>(data_); }
  double number() const { return is_integer() ? static_cast<double>(integer()) : dbl(); }
  const std::string& string() const { return *std::get<Text>(data_).text; }
  const std::string& bytes() const { return *std::get<ByteString>(data_).bytes; }
  const std::string& function() const { return *std::get<FunctionName>(data_).name; }
  const ValueList& list() const { return std::get<std::shared_ptr<ListBox>>(data_)->items; }
  const ValueMap& map() const;

  // The list or map to change in place: made this value's own first. The reference holds until the
  // value is copied, assigned, counted (CountedBytes) or goes.
  ValueList& MutableList();
  ValueMap& MutableMap();

  // Deep, keys of maps in any order; an integer equals the double of the same number; values of
  // other different kinds differ.
  friend bool operator==(const Value& a, const Value& b);

  // What the service counts against the limit of 512 KB: 8 bytes for a number or a boolean; 8 and
  // the length of a string or bytes; 8 and the elements of a list; 8, keys and values of a map;
  // null 8. Lists and maps remember their number until they are changed, so counting one again is
  // cheap.
  std::size_t CountedBytes() const;

  // How many lists and maps are inside each other: 0 for a scalar, 1 for `[]`. Whoever lets values
  // grow must keep this small (kDepthLimit): comparing, printing and freeing a value need stack in
  // proportion to it.
  std::size_t Depth() const;
  static constexpr std::size_t kDepthLimit = 500;

 private:
  // What lists and maps remember.
  struct Measure {
    std::uint64_t bytes : 48;
    std::uint64_t depth : 16;  // no more than 0xFFFF is remembered
  };
  Measure Measured() const;
  // Three kinds over one content need three types.
  struct Text {
    std::shared_ptr<const std::string> text;
  };
  struct ByteString {
    std::shared_ptr<const std::string> bytes;
  };
  struct FunctionName {
    std::shared_ptr<const std::string> name;
  };
  struct ListBox {
    explicit ListBox(ValueList list) : items(std::move(list)) {}
    ListBox(const ListBox& other) : items(other.items) {}
    ListBox& operator=(const ListBox&) = delete;

    ValueList items;
    // What the list measures; bytes 0: not measured since the last change. Atomic because readers
    // fill it in.
    std::atomic<Measure> measure{};
  };
  struct MapBox;
  // In the order of ValueKind.
  std::variant<std::monostate, bool, std::int64_t, double, Text, ByteString,
               std::shared_ptr<ListBox>, std::shared_ptr<MapBox>, FunctionName>
      data_;
};

// String keys to values, in the order in which the keys were first set.
class ValueMap {
 public:
  struct Entry {
    std::string key;
    Value value;
  };

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }

  // The value, or null. The pointer holds until the map is changed.
  const Value* Find(std::string_view key) const;
  Value* Find(std::string_view key);
  // Sets a key; one that is there keeps its place. Answers the value's place in the map.
  Value& Set(std::string_view key, Value value);
  // Whether it was there.
  bool Erase(std::string_view key);

 private:
  std::size_t IndexOf(std::string_view key) const;  // size() when absent

  std::vector<Entry> entries_;
  // Only of maps that have become large (value.cc says from when); else empty.
  std::unordered_map<std::string, std::size_t> places_;
};

struct Value::MapBox {
  explicit MapBox(ValueMap map) : entries(std::move(map)) {}
  MapBox(const MapBox& other) : entries(other.entries) {}
  MapBox& operator=(const MapBox&) = delete;

  ValueMap entries;
  std::atomic<Measure> measure{};  // as ListBox's
};

inline Value::Value(ValueList list) : data_(std::make_shared<ListBox>(std::move(list))) {}
inline Value::Value(ValueMap map) : data_(std::make_shared<MapBox>(std::move(map))) {}
inline const ValueMap& Value::map() const {
  return std::get<std::shared_ptr<MapBox>>(data_)->entries;
}

}  // namespace hyperlocal::workflow
