#include "cli/composition_variables.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hyperlocal::cli {
namespace {

using nlohmann::json;

constexpr std::string_view kAttribute = "data-composition-variables";

bool SameBeginning(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  const auto add = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else if (code < 0x110000) {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

// The character references that JSON in an attribute needs: the five names, and numbers.
std::string Unescaped(std::string_view text) {
  struct Name {
    std::string_view name;
    char character;
  };
  constexpr std::array kNames{Name{"&quot;", '"'}, Name{"&amp;", '&'}, Name{"&lt;", '<'},
                              Name{"&gt;", '>'}, Name{"&apos;", '\''}};
  std::string out;
  while (!text.empty()) {
    if (text.front() == '&') {
      const auto named = std::find_if(kNames.begin(), kNames.end(),
                                      [&](const Name& one) { return text.starts_with(one.name); });
      if (named != kNames.end()) {
        out += named->character;
        text.remove_prefix(named->name.size());
        continue;
      }
      const std::size_t end = text.find(';');
      if (text.starts_with("&#") && end != std::string_view::npos && end > 2) {
        const bool hex = text[2] == 'x' || text[2] == 'X';
        const std::string_view digits = text.substr(hex ? 3 : 2, end - (hex ? 3 : 2));
        std::uint32_t code = 0;
        const auto [stop, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
        if (failure == std::errc() && stop == digits.data() + digits.size() && !digits.empty()) {
          AppendUtf8(code, out);
          text.remove_prefix(end + 1);
          continue;
        }
      }
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

// The attribute's value within a start tag, whose inside `tag` is.
std::optional<std::string> AttributeOf(std::string_view tag) {
  constexpr std::string_view kBlank = " \t\r\n\f/";
  std::size_t at = tag.find_first_of(" \t\r\n\f");
  while (at != std::string_view::npos) {
    at = tag.find_first_not_of(kBlank, at);
    if (at == std::string_view::npos) break;
    const std::size_t name_end = std::min(tag.find_first_of(" \t\r\n\f/=", at), tag.size());
    const std::string_view name = tag.substr(at, name_end - at);
    at = tag.find_first_not_of(" \t\r\n\f", name_end);
    std::string_view value;
    if (at != std::string_view::npos && tag[at] == '=') {
      at = tag.find_first_not_of(" \t\r\n\f", at + 1);
      if (at == std::string_view::npos) break;
      if (tag[at] == '"' || tag[at] == '\'') {
        const std::size_t end = std::min(tag.find(tag[at], at + 1), tag.size());
        value = tag.substr(at + 1, end - at - 1);
        at = end + 1;
      } else {
        const std::size_t end = std::min(tag.find_first_of(" \t\r\n\f", at), tag.size());
        value = tag.substr(at, end - at);
        at = end;
      }
      if (at > tag.size()) at = tag.size();
    }
    if (name.size() == kAttribute.size() && SameBeginning(name, kAttribute)) {
      return Unescaped(value);
    }
    if (at != std::string_view::npos && at >= tag.size()) break;
  }
  return std::nullopt;
}

// Where the start tag that begins at `open` ends: at the first > that no quotes hold.
std::size_t EndOfTag(std::string_view html, std::size_t open) {
  char quote = 0;
  for (std::size_t i = open; i < html.size(); ++i) {
    if (quote != 0) {
      if (html[i] == quote) quote = 0;
    } else if (html[i] == '"' || html[i] == '\'') {
      quote = html[i];
    } else if (html[i] == '>') {
      return i;
    }
  }
  return html.size();
}

std::size_t After(std::string_view html, std::string_view what, std::size_t from) {
  for (std::size_t at = from; at < html.size(); ++at) {
    if (SameBeginning(html.substr(at), what)) return at + what.size();
  }
  return html.size();
}

std::optional<std::string> DeclarationText(std::string_view html) {
  for (std::size_t at = 0; (at = html.find('<', at)) != std::string_view::npos;) {
    const std::string_view rest = html.substr(at);
    if (rest.starts_with("<!--")) {
      at = After(html, "-->", at + 4);
    } else if (rest.size() > 1 && std::isalpha(static_cast<unsigned char>(rest[1])) != 0) {
      const std::size_t end = EndOfTag(html, at);
      if (auto value = AttributeOf(html.substr(at + 1, end - at - 1))) return value;
      at = end;
      if (SameBeginning(rest, "<script")) at = After(html, "</script", end);
      if (SameBeginning(rest, "<style")) at = After(html, "</style", end);
    } else {
      ++at;
    }
  }
  return std::nullopt;
}

std::string_view TypeOf(const json& value) {
  if (value.is_null()) return "null";
  if (value.is_array()) return "array";
  if (value.is_object()) return "object";
  if (value.is_string()) return "string";
  if (value.is_boolean()) return "boolean";
  return "number";
}

bool HasText(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string();
}

struct TypeRule {
  std::string_view name;
  std::string_view default_type;  // of a declaration's `default`
};
constexpr std::array kTypes{TypeRule{"string", "string"}, TypeRule{"number", "number"},
                            TypeRule{"color", "string"},  TypeRule{"boolean", "boolean"},
                            TypeRule{"enum", "string"},   TypeRule{"font", "string"},
                            TypeRule{"image", "string"}};

bool IsDeclaration(const json& one) {
  if (!one.is_object() || !HasText(one, "id") || !HasText(one, "label") || !HasText(one, "type")) {
    return false;
  }
  const auto& type = one["type"].get_ref<const std::string&>();
  const auto rule = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&type](const TypeRule& row) { return row.name == type; });
  if (rule == kTypes.end() || !one.contains("default") ||
      TypeOf(one["default"]) != rule->default_type) {
    return false;
  }
  return type != "enum" || (one.contains("options") && one["options"].is_array());
}

std::optional<std::string> Mismatch(const json& value, const json& declaration) {
  const auto& type = declaration["type"].get_ref<const std::string&>();
  const std::string_view actual = TypeOf(value);
  const auto expected = [actual](std::string_view what) {
    return fmt::format("must be {}, and is {} {}", what,
                       actual == "array" || actual == "object" ? "an" : "a", actual);
  };
  if (type == "string" || type == "color") {
    if (actual != "string") return expected(type == "color" ? "a colour, as text" : "a string");
  } else if (type == "number") {
    if (actual != "number" || !std::isfinite(value.get<double>())) return expected("a number");
  } else if (type == "boolean") {
    if (actual != "boolean") return expected("true or false");
  } else if (type == "enum") {
    if (actual != "string") return expected("one of its choices, as text");
    std::vector<std::string> allowed;
    for (const json& option : declaration["options"]) {
      if (option.is_object() && HasText(option, "value")) allowed.push_back(option["value"]);
    }
    const auto& chosen = value.get_ref<const std::string&>();
    if (std::find(allowed.begin(), allowed.end(), chosen) == allowed.end()) {
      return fmt::format("must be one of {}, and is \"{}\"", fmt::join(allowed, ", "), chosen);
    }
  } else if (actual != "string") {  // font, image: text, or an object
    const bool is_font = type == "font";
    const bool whole =
        value.is_object() &&
        (is_font ? HasText(value, "name") && HasText(value, "source") : HasText(value, "url"));
    if (!whole) {
      return expected(is_font ? "a font: text, or an object with the texts name and source"
                              : "an image: text, or an object with the text url");
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> VariableIssues(std::string_view html, const json& variables) {
  const std::optional<std::string> text = DeclarationText(html);
  if (!text || !variables.is_object()) return {};
  const json declared = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!declared.is_array()) return {};
  std::vector<std::string> names;
  std::vector<std::string> issues;
  for (const json& one : declared) {
    if (IsDeclaration(one)) names.push_back(one["id"]);
  }
  if (names.empty()) return {};
  for (const auto& [id, value] : variables.items()) {
    // The last declaration of an id counts.
    const json* declaration = nullptr;
    for (const json& one : declared) {
      if (IsDeclaration(one) && one["id"] == id) declaration = &one;
    }
    if (declaration == nullptr) {
      issues.push_back(fmt::format("variable \"{}\" is not declared; the composition has {}", id,
                                   fmt::join(names, ", ")));
    } else if (const auto mismatch = Mismatch(value, *declaration)) {
      issues.push_back(fmt::format("variable \"{}\" {}", id, *mismatch));
    }
  }
  return issues;
}

}  // namespace hyperlocal::cli
