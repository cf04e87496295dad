#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "fakes/gcs/server/fields_mask_internal.h"

namespace hyperlocal::gcs {

// Writes JSON text straight away, without a tree, and leaves out what a `fields` mask does not
// name. Of a text, what is no UTF-8 is shown as U+FFFD.
//
//   if (json.BeginObject("owner")) { json.Member("entity", who); json.EndObject(); }
class JsonWriter {
 public:
  JsonWriter() = default;
  // `mask` null: everything. It must outlive the writer.
  explicit JsonWriter(const FieldsMask* mask, bool pretty = false) : mask_(mask), pretty_(pretty) {}

  // Values in an array, and the outermost one.
  void BeginObject();
  void BeginArray();
  void Text(std::string_view value);
  void Integer(std::int64_t value);
  void Boolean(bool value);
  void Raw(std::string_view json);  // text that is JSON already, shown whole
  void JsonValue(const nlohmann::json& value);

  // Members of an object. Begin* answer false when the mask leaves the member out: write nothing of
  // it then, and do not end it.
  bool BeginObject(std::string_view name);
  bool BeginArray(std::string_view name);
  // The next object or array is this member's: `if (json.BeginNamed("resource")) WriteObject(json,
  // …);`
  bool BeginNamed(std::string_view name);
  void Member(std::string_view name, std::string_view value);
  void Member(std::string_view name, const char* value) { Member(name, std::string_view(value)); }
  void Member(std::string_view name, bool value);
  template <typename T,
            typename = std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>>
  void Member(std::string_view name, T value) {
    IntegerMember(name, static_cast<std::int64_t>(value));
  }
  // A number that JSON has as a string: "12".
  void QuotedMember(std::string_view name, std::int64_t value);
  void RawMember(std::string_view name, std::string_view json);
  // A tree, of which the mask may leave out parts; or its text (what is no JSON is left out).
  void JsonMember(std::string_view name, const nlohmann::json& value);
  void JsonMember(std::string_view name, std::string_view json);
  bool Wants(std::string_view name) const;

  void EndObject();
  void EndArray();

  std::string Take() && { return std::move(text_); }

 private:
  struct Level {
    const FieldsMask* mask;  // of the members; null: all
    bool array;
    bool empty;
  };

  void IntegerMember(std::string_view name, std::int64_t value);
  bool Key(std::string_view name, const FieldsMask** inner);
  void Separate();
  const FieldsMask* BeginValue();
  void NewLine();
  void Open(char bracket, const FieldsMask* mask);
  void Close(char bracket);
  void Quote(std::string_view text);
  void Append(std::int64_t value);

  std::string text_;
  std::vector<Level> levels_;
  const FieldsMask* mask_ = nullptr;
  bool named_ = false;  // BeginNamed has written the name of the value that comes now
  const FieldsMask* named_mask_ = nullptr;
  bool pretty_ = false;
};

}  // namespace hyperlocal::gcs
