#include "engine/composition/start_tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace hyperlocal {
namespace {

constexpr std::string_view kSpaces = " \t\r\n\f";

char Lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string LowerOf(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = Lower(c);
  return lower;
}

bool IsLetter(char c) {
  return Lower(c) >= 'a' && Lower(c) <= 'z';
}

void AppendUtf8(std::uint32_t code, std::string& out) {
  if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const int rest = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr std::array<std::uint32_t, 4> kLead{0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(kLead[static_cast<std::size_t>(rest)] | code >> (6 * rest));
  for (int i = rest - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
}

// The references that JSON in an attribute needs: numbers, and the names of five characters.
std::string WithoutReferences(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNames{
      {{"quot", '"'}, {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"apos", '\''}}};
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text[at++];
      continue;
    }
    std::string_view name = text.substr(at + 1, end - at - 1);
    const auto* const named = std::find_if(kNames.begin(), kNames.end(),
                                           [name](const auto& row) { return row.first == name; });
    if (named != kNames.end()) {
      out += named->second;
      at = end + 1;
      continue;
    }
    std::uint32_t code = 0;
    if (name.starts_with('#')) {
      name.remove_prefix(1);
      const bool is_hex = name.starts_with('x') || name.starts_with('X');
      if (is_hex) name.remove_prefix(1);
      const char* const last = name.data() + name.size();
      const auto parsed = std::from_chars(name.data(), last, code, is_hex ? 16 : 10);
      if (!name.empty() && parsed.ec == std::errc() && parsed.ptr == last) {
        AppendUtf8(code, out);
        at = end + 1;
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

// Reads one tag after another; `line` counts on.
class Reader {
 public:
  explicit Reader(std::string_view html) : html_(html) {}

  std::vector<StartTag> Run() {
    std::vector<StartTag> tags;
    while (GoTo(html_.find('<', at_))) {
      if (html_.substr(at_, 4) == "<!--") {
        const std::size_t end = html_.find("-->", at_ + 4);
        if (!GoTo(end == std::string_view::npos ? end : end + 3)) break;
      } else if (at_ + 1 < html_.size() && IsLetter(html_[at_ + 1])) {
        StartTag tag = ReadTag();
        SkipRawText(tag.name);
        tags.push_back(std::move(tag));
      } else {
        GoTo(at_ + 1);
      }
    }
    return tags;
  }

 private:
  // False at the end of the text.
  bool GoTo(std::size_t place) {
    place = std::min(place, html_.size());
    for (; at_ < place; ++at_) line_ += html_[at_] == '\n' ? 1 : 0;
    return at_ < html_.size();
  }
  std::string_view Until(std::string_view ends) {
    const std::size_t begin = at_;
    GoTo(html_.find_first_of(ends, at_));
    return html_.substr(begin, at_ - begin);
  }
  void SkipAnyOf(std::string_view characters) { GoTo(html_.find_first_not_of(characters, at_)); }

  StartTag ReadTag() {
    StartTag tag;
    tag.line = line_;
    GoTo(at_ + 1);
    tag.name = LowerOf(Until(" \t\r\n\f/>"));
    for (;;) {
      SkipAnyOf(" \t\r\n\f/");
      if (at_ >= html_.size()) return tag;
      if (html_[at_] == '>') {
        GoTo(at_ + 1);
        return tag;
      }
      const std::size_t begin = at_;
      GoTo(at_ + 1);  // a name may begin with '='
      Until(" \t\r\n\f/>=");
      std::string name = LowerOf(html_.substr(begin, at_ - begin));
      SkipAnyOf(kSpaces);
      std::string value;
      if (at_ < html_.size() && html_[at_] == '=') {
        GoTo(at_ + 1);
        SkipAnyOf(kSpaces);
        value = WithoutReferences(ReadValue());
      }
      // The first of two of the same name counts.
      if (tag.Find(name) == nullptr) tag.attributes.emplace_back(std::move(name), std::move(value));
    }
  }

  std::string_view ReadValue() {
    if (at_ >= html_.size()) return {};
    const char quote = html_[at_];
    if (quote != '"' && quote != '\'') return Until(" \t\r\n\f>");
    GoTo(at_ + 1);
    const std::string_view value = Until(std::string_view(&quote, 1));
    GoTo(at_ + 1);
    return value;
  }

  // What these elements hold is text up to their end tag.
  void SkipRawText(std::string_view name) {
    constexpr std::array<std::string_view, 7> kRaw{"script", "style",    "textarea", "title",
                                                   "iframe", "noscript", "xmp"};
    if (std::find(kRaw.begin(), kRaw.end(), name) == kRaw.end()) return;
    for (std::size_t end = at_; (end = html_.find("</", end)) != std::string_view::npos; end += 2) {
      if (LowerOf(html_.substr(end + 2, name.size())) == name) {
        GoTo(end);
        return;
      }
    }
    GoTo(html_.size());
  }

  const std::string_view html_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

const std::string* StartTag::Find(std::string_view attribute) const {
  for (const auto& [key, value] : attributes) {
    if (key == attribute) return &value;
  }
  return nullptr;
}

std::string StartTag::ForPeople() const {
  for (const char* attribute : {"id", "data-composition-id", "data-composition-src"}) {
    if (const std::string* value = Find(attribute)) {
      return "<" + name + " " + attribute + "=\"" + *value + "\">";
    }
  }
  return "<" + name + ">";
}

std::vector<StartTag> ReadStartTags(std::string_view html) {
  return Reader(html).Run();
}

}  // namespace hyperlocal
