#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "fakes/gcs/server/json_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

// The bytes of the character beyond ASCII that `text` begins with (RFC 3629 section 4); 0 when they
// are none.
std::size_t Utf8Length(std::string_view text) {
  const auto at = [text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto continues = [&at](std::size_t i) { return (at(i) & 0xC0u) == 0x80; };
  const unsigned lead = at(0);
  const unsigned second = at(1);
  if (!continues(1)) return 0;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const bool fits = (lead != 0xE0 || second >= 0xA0) && (lead != 0xED || second <= 0x9F);
    return fits && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const bool fits = (lead != 0xF0 || second >= 0x90) && (lead != 0xF4 || second <= 0x8F);
    return fits && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

void WriteTree(JsonWriter& json, const nlohmann::json& value);

void WriteMember(JsonWriter& json, const std::string& name, const nlohmann::json& value) {
  if (value.is_object()) {
    if (!json.BeginObject(name)) return;
    for (const auto& [key, member] : value.items()) WriteMember(json, key, member);
    json.EndObject();
  } else if (value.is_array()) {
    if (!json.BeginArray(name)) return;
    for (const auto& element : value) WriteTree(json, element);
    json.EndArray();
  } else if (value.is_string()) {
    json.Member(name, value.get_ref<const std::string&>());
  } else if (value.is_boolean()) {
    json.Member(name, value.get<bool>());
  } else if (value.is_number_integer()) {
    json.Member(name, value.get<std::int64_t>());
  } else {
    json.RawMember(name, value.dump());
  }
}

void WriteTree(JsonWriter& json, const nlohmann::json& value) {
  if (value.is_object()) {
    json.BeginObject();
    for (const auto& [key, member] : value.items()) WriteMember(json, key, member);
    json.EndObject();
  } else if (value.is_array()) {
    json.BeginArray();
    for (const auto& element : value) WriteTree(json, element);
    json.EndArray();
  } else if (value.is_string()) {
    json.Text(value.get_ref<const std::string&>());
  } else {
    json.Raw(value.dump());
  }
}

}  // namespace

void JsonWriter::Separate() {
  if (levels_.empty()) return;
  if (!levels_.back().empty) text_ += ',';
  levels_.back().empty = false;
  NewLine();
}

void JsonWriter::NewLine() {
  if (!pretty_) return;
  text_ += '\n';
  text_.append(levels_.size() * 2, ' ');
}

void JsonWriter::Open(char bracket, const FieldsMask* mask) {
  text_ += bracket;
  levels_.push_back({mask, bracket == '[', true});
}

void JsonWriter::Close(char bracket) {
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) NewLine();
  text_ += bracket;
}

// The mask of what is inside an array is the array's own.
const FieldsMask* JsonWriter::BeginValue() {
  if (named_) {
    named_ = false;
    return named_mask_;
  }
  const FieldsMask* mask = levels_.empty() ? mask_ : levels_.back().mask;
  Separate();
  return mask;
}

void JsonWriter::BeginObject() {
  Open('{', BeginValue());
}
void JsonWriter::BeginArray() {
  Open('[', BeginValue());
}

void JsonWriter::Text(std::string_view value) {
  Separate();
  Quote(value);
}

void JsonWriter::Integer(std::int64_t value) {
  Separate();
  Append(value);
}

void JsonWriter::Boolean(bool value) {
  Separate();
  text_ += value ? "true" : "false";
}

void JsonWriter::Raw(std::string_view json) {
  Separate();
  text_ += json;
}

bool JsonWriter::Wants(std::string_view name) const {
  const FieldsMask* inner = nullptr;
  const FieldsMask* mask = levels_.empty() ? mask_ : levels_.back().mask;
  return mask == nullptr || mask->Wants(name, &inner);
}

bool JsonWriter::Key(std::string_view name, const FieldsMask** inner) {
  const FieldsMask* mask = levels_.back().mask;
  *inner = nullptr;
  if (mask != nullptr && !mask->Wants(name, inner)) return false;
  Separate();
  Quote(name);
  text_ += ':';
  if (pretty_) text_ += ' ';
  return true;
}

bool JsonWriter::BeginObject(std::string_view name) {
  const FieldsMask* inner;
  if (!Key(name, &inner)) return false;
  Open('{', inner);
  return true;
}

bool JsonWriter::BeginArray(std::string_view name) {
  const FieldsMask* inner;
  if (!Key(name, &inner)) return false;
  Open('[', inner);
  return true;
}

bool JsonWriter::BeginNamed(std::string_view name) {
  named_ = Key(name, &named_mask_);
  return named_;
}

void JsonWriter::Member(std::string_view name, std::string_view value) {
  const FieldsMask* inner;
  if (Key(name, &inner)) Quote(value);
}

void JsonWriter::Member(std::string_view name, bool value) {
  RawMember(name, value ? "true" : "false");
}

void JsonWriter::RawMember(std::string_view name, std::string_view json) {
  const FieldsMask* inner;
  if (Key(name, &inner)) text_ += json;
}

void JsonWriter::IntegerMember(std::string_view name, std::int64_t value) {
  const FieldsMask* inner;
  if (Key(name, &inner)) Append(value);
}

void JsonWriter::QuotedMember(std::string_view name, std::int64_t value) {
  const FieldsMask* inner;
  if (!Key(name, &inner)) return;
  text_ += '"';
  Append(value);
  text_ += '"';
}

void JsonWriter::JsonMember(std::string_view name, const nlohmann::json& value) {
  WriteMember(*this, std::string(name), value);
}

void JsonWriter::JsonMember(std::string_view name, std::string_view json) {
  if (!Wants(name)) return;
  const nlohmann::json value = nlohmann::json::parse(json, nullptr, false);
  if (!value.is_discarded()) WriteMember(*this, std::string(name), value);
}

void JsonWriter::JsonValue(const nlohmann::json& value) {
  WriteTree(*this, value);
}

void JsonWriter::EndObject() {
  Close('}');
}
void JsonWriter::EndArray() {
  Close(']');
}

void JsonWriter::Append(std::int64_t value) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  text_.append(digits.data(), end);
}

// RFC 8259 section 7. What may be written plainly is appended in one go.
void JsonWriter::Quote(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  text_ += '"';
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    if (c >= 0x80) {
      if (const std::size_t length = Utf8Length(text.substr(i)); length > 0) {
        i += length;
        continue;
      }
    }
    text_.append(text, plain, i - plain);
    plain = ++i;
    switch (c) {
      case '"':
        text_ += "\\\"";
        break;
      case '\\':
        text_ += "\\\\";
        break;
      case '\n':
        text_ += "\\n";
        break;
      case '\r':
        text_ += "\\r";
        break;
      case '\t':
        text_ += "\\t";
        break;
      default:
        if (c >= 0x80) {
          text_ += "\\ufffd";
        } else {
          text_ += "\\u00";
          text_ += kHex[c >> 4];
          text_ += kHex[c & 15];
        }
    }
  }
  text_.append(text, plain);
  text_ += '"';
}

}  // namespace hyperlocal::gcs
