#include "fakes/gcs/server/xml_reader_internal.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace hyperlocal::gcs {
namespace {

constexpr int kDepthLimit = 16;

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool IsNameCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':' || byte >= 0x80;
}

void AppendUtf8(std::string& to, std::uint32_t code) {
  const auto byte = [&to](std::uint32_t value) { to += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0u | (code >> 6));
    byte(0x80u | (code & 0x3Fu));
  } else if (code < 0x10000) {
    byte(0xE0u | (code >> 12));
    byte(0x80u | ((code >> 6) & 0x3Fu));
    byte(0x80u | (code & 0x3Fu));
  } else {
    byte(0xF0u | (code >> 18));
    byte(0x80u | ((code >> 12) & 0x3Fu));
    byte(0x80u | ((code >> 6) & 0x3Fu));
    byte(0x80u | (code & 0x3Fu));
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<XmlElement> Read() {
    if (Take("\xEF\xBB\xBF")) begin_ = at_;  // a byte order mark
    HYPERLOCAL_TRY_STATUS(ReadDeclaration());
    HYPERLOCAL_TRY_STATUS(SkipMisc());
    if (!LooksAt("<")) return Bad("an element was expected");
    HYPERLOCAL_TRY(XmlElement root, ReadElement(1));
    HYPERLOCAL_TRY_STATUS(SkipMisc());
    if (at_ != text_.size()) return Bad("nothing may follow the document's element");
    return root;
  }

 private:
  bool LooksAt(std::string_view what) const { return text_.substr(at_).starts_with(what); }
  bool Take(std::string_view what) {
    if (!LooksAt(what)) return false;
    at_ += what.size();
    return true;
  }
  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  Error Bad(std::string_view what) const {
    const std::string_view before = text_.substr(begin_, at_ - begin_);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column =
        before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
    return Error{ErrorCode::kBadRequest, "the XML document is malformed at line " +
                                             std::to_string(line) + ", column " +
                                             std::to_string(column) + ": " + std::string(what)};
  }

  Status ReadDeclaration() {
    if (!LooksAt("<?xml")) return Ok();
    const std::size_t end = text_.find("?>", at_);
    if (end == std::string_view::npos) return Bad("the XML declaration has no end");
    std::string declaration(text_.substr(at_, end - at_));
    std::transform(declaration.begin(), declaration.end(), declaration.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const bool other = declaration.find("encoding") != std::string::npos &&
                       declaration.find("utf-8") == std::string::npos &&
                       declaration.find("us-ascii") == std::string::npos;
    if (other) return Bad("the encoding must be UTF-8");
    at_ = end + 2;
    return Ok();
  }

  // White space and comments.
  Status SkipMisc() {
    for (;;) {
      SkipSpace();
      if (!LooksAt("<!--")) return Ok();
      HYPERLOCAL_TRY_STATUS(SkipComment());
    }
  }

  Status SkipComment() {
    const std::size_t end = text_.find("-->", at_ + 4);
    if (end == std::string_view::npos) return Bad("the comment has no end");
    at_ = end + 3;
    return Ok();
  }

  Result<std::string> ReadName() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && IsNameCharacter(text_[at_])) ++at_;
    std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty()) return Bad("a name was expected");
    return std::string(name);
  }

  static std::string LocalName(const std::string& name) {
    return name.substr(name.find(':') == std::string::npos ? 0 : name.find(':') + 1);
  }

  Status SkipAttributes() {
    for (;;) {
      const std::size_t before = at_;
      SkipSpace();
      if (LooksAt(">") || LooksAt("/>")) return Ok();
      if (before == at_) return Bad("white space, > or /> was expected");
      HYPERLOCAL_TRY(const std::string name, ReadName());
      SkipSpace();
      if (!Take("=")) return Bad("= was expected behind the attribute " + name);
      SkipSpace();
      const char quote = at_ < text_.size() ? text_[at_] : '\0';
      if (quote != '"' && quote != '\'') return Bad("the attribute's value must be in quotes");
      const std::size_t end = text_.find(quote, at_ + 1);
      if (end == std::string_view::npos) return Bad("the attribute's value has no end");
      if (text_.substr(at_, end - at_).find('<') != std::string_view::npos) {
        return Bad("an attribute's value must not hold <");
      }
      at_ = end + 1;
    }
  }

  Status ReadReference(std::string& to) {
    constexpr std::pair<std::string_view, char> kEntities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    for (const auto& [entity, character] : kEntities) {
      if (!Take(entity)) continue;
      to += character;
      return Ok();
    }
    const std::size_t end = text_.find(';', at_);
    if (!LooksAt("&#") || end == std::string_view::npos) return Bad("there is no such entity");
    std::string_view digits = text_.substr(at_ + 2, end - at_ - 2);
    const bool hex = digits.starts_with('x');
    if (hex) digits.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
    const bool character = code == '\t' || code == '\n' || code == '\r' ||
                           (code >= 0x20 && code < 0xD800) || (code > 0xDFFF && code < 0xFFFE) ||
                           (code > 0xFFFF && code <= 0x10FFFF);
    if (digits.empty() || error != std::errc() || stop != digits.data() + digits.size() ||
        !character) {
      return Bad("the reference stands for no character");
    }
    AppendUtf8(to, code);
    at_ = end + 1;
    return Ok();
  }

  Result<XmlElement> ReadElement(int depth) {
    if (depth > kDepthLimit) return Bad("elements are nested too deeply");
    ++at_;  // <
    HYPERLOCAL_TRY(const std::string name, ReadName());
    HYPERLOCAL_TRY_STATUS(SkipAttributes());
    XmlElement element{LocalName(name), {}, {}};
    if (Take("/>")) return element;
    ++at_;  // >
    for (;;) {
      if (at_ == text_.size()) return Bad("the element " + name + " has no end");
      if (Take("</")) {
        HYPERLOCAL_TRY(const std::string end, ReadName());
        SkipSpace();
        if (end != name || !Take(">"))
          return Bad("the end of the element " + name + " was expected");
        if (!element.children.empty()) element.text.clear();
        return element;
      }
      if (LooksAt("<!--")) {
        HYPERLOCAL_TRY_STATUS(SkipComment());
      } else if (Take("<![CDATA[")) {
        const std::size_t end = text_.find("]]>", at_);
        if (end == std::string_view::npos) return Bad("the CDATA section has no end");
        element.text += text_.substr(at_, end - at_);
        at_ = end + 3;
      } else if (LooksAt("<!") || LooksAt("<?")) {
        return Bad("neither document types nor processing instructions may be here");
      } else if (LooksAt("<")) {
        HYPERLOCAL_TRY(XmlElement child, ReadElement(depth + 1));
        element.children.push_back(std::move(child));
      } else if (LooksAt("&")) {
        HYPERLOCAL_TRY_STATUS(ReadReference(element.text));
      } else {
        element.text += text_[at_++];
      }
    }
  }

  const std::string_view text_;
  std::size_t begin_ = 0;
  std::size_t at_ = 0;
};

}  // namespace

const XmlElement* XmlElement::Find(std::string_view child) const {
  for (const XmlElement& element : children) {
    if (element.name == child) return &element;
  }
  return nullptr;
}

Result<XmlElement> ReadXml(std::string_view text) {
  return Reader(text).Read();
}

}  // namespace hyperlocal::gcs
