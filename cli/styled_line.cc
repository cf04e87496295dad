#include "cli/styled_line.h"

namespace hyperlocal::cli {
namespace {

constexpr std::string_view kReset = "\x1b[0m";

std::string_view Sequence(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\x1b[1m";
    case Style::kDim:
      return "\x1b[2m";
    case Style::kGood:
      return "\x1b[32m";
    case Style::kBusy:
      return "\x1b[36m";
    case Style::kWarning:
      return "\x1b[33m";
    case Style::kBad:
      return "\x1b[31m";
  }
  return "";
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::string_view Beginning(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (IsContinuation(text[end])) continue;
    if (kept == columns) break;
    ++kept;
  }
  return text.substr(0, end);
}

}  // namespace

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    if (!IsContinuation(c)) ++width;
  }
  return width;
}

std::string Shortened(std::string_view text, std::size_t columns, bool unicode) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  return std::string(Beginning(text, columns - 1)) + (unicode ? "…" : ".");
}

StyledLine& StyledLine::Add(std::string_view text, Style style) {
  if (text.empty()) return *this;
  width_ += DisplayWidth(text);
  if (!spans_.empty() && spans_.back().style == style) {
    spans_.back().text += text;
  } else {
    spans_.push_back({std::string(text), style});
  }
  return *this;
}

StyledLine& StyledLine::PadTo(std::size_t column) {
  if (column > width_) Add(std::string(column - width_, ' '));
  return *this;
}

StyledLine& StyledLine::CutTo(std::size_t columns) {
  std::size_t kept = 0;
  for (auto span = spans_.begin(); span != spans_.end(); ++span) {
    span->text = std::string(Beginning(span->text, columns - kept));
    kept += DisplayWidth(span->text);
    if (kept == columns) {
      spans_.erase(span + 1, spans_.end());
      break;
    }
  }
  width_ = kept;
  return *this;
}

std::string StyledLine::Text() const {
  std::string text;
  for (const Span& span : spans_) text += span.text;
  return text;
}

std::string StyledLine::Render(bool color) const {
  if (!color) return Text();
  std::string text;
  for (const Span& span : spans_) {
    const std::string_view sequence = Sequence(span.style);
    text += sequence;
    text += span.text;
    if (!sequence.empty()) text += kReset;
  }
  return text;
}

}  // namespace hyperlocal::cli
