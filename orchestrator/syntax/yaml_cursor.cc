#include <utility>

#include "orchestrator/syntax/yaml_cursor_internal.h"

namespace hyperlocal::workflow {
namespace {

// Beyond this the reader has lost its way, and so would who reads the list.
constexpr std::size_t kProblemLimit = 100;

}  // namespace

bool YamlCursor::AtMarker(std::string_view marker) const {
  if (at_ > 0 && text_[at_ - 1] != '\n') return false;
  return text_.substr(at_).starts_with(marker) && BlankAt(marker.size());
}

bool YamlCursor::BlankAt(std::size_t ahead) const {
  if (at_ + ahead >= text_.size()) return true;
  const char c = text_[at_ + ahead];
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool YamlCursor::BlankBefore() const {
  if (at_ == 0) return true;
  const char c = text_[at_ - 1];
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int YamlCursor::Column() const {
  return static_cast<int>(at_ - source_.LineStart(at_));
}

bool YamlCursor::OnlySpacesBefore() const {
  const std::size_t start = source_.LineStart(at_);
  return text_.substr(start, at_ - start).find_first_not_of(' ') == std::string_view::npos;
}

void YamlCursor::SkipSpaces() {
  while (Peek() == ' ' || Peek() == '\t') Advance();
}

void YamlCursor::SkipLine() {
  while (!AtEnd() && Peek() != '\n') Advance();
  if (!AtEnd()) Advance();
}

void YamlCursor::SkipDeeper(int indent) {
  SkipLine();
  while (!AtEnd()) {
    const std::size_t start = at_;
    while (Peek() == ' ') Advance();
    if (!AtLineEnd() && static_cast<int>(at_ - start) <= indent) {
      at_ = start;
      return;
    }
    SkipLine();
  }
}

bool YamlCursor::SkipToToken(bool tabs_indent) {
  bool crossed = false;
  for (;;) {
    const bool fresh = at_ == 0 || text_[at_ - 1] == '\n';
    const std::size_t start = at_;
    SkipSpaces();
    if (AtEnd()) return crossed;
    if (Peek() == '#' && BlankBefore()) {
      while (!AtLineEnd()) Advance();
    }
    if (!AtLineEnd()) {
      const std::size_t tab = text_.substr(start, at_ - start).find('\t');
      if (!fresh || tabs_indent || tab == std::string_view::npos) return crossed;
      Report(start + tab, start + tab + 1,
             "a tab in the indentation: indent with spaces (this line is not read)");
      while (!AtLineEnd()) Advance();
    }
    if (AtEnd()) return crossed;
    SkipLine();
    crossed = true;
    if (AtContentEnd()) return crossed;
  }
}

void YamlCursor::Report(std::size_t begin, std::size_t end, std::string message) {
  if (problems_.size() >= kProblemLimit) return;
  problems_.push_back({.severity = Severity::kError,
                       .message = std::move(message),
                       .step = {},
                       .span = source_.Between(begin, end)});
}

}  // namespace hyperlocal::workflow
