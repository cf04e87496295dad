#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/problem.h"
#include "orchestrator/syntax/source_text.h"

namespace hyperlocal::workflow {

// Where the YAML reader stands in the source, and what it does between tokens.
class YamlCursor {
 public:
  // Both must outlive the cursor.
  YamlCursor(const SourceText& source, std::vector<Problem>& problems)
      : source_(source), text_(source.text()), problems_(problems) {}

  std::string_view text() const { return text_; }
  std::size_t position() const { return at_; }
  void MoveTo(std::size_t position) { at_ = position; }
  void Advance(std::size_t bytes = 1) { at_ += bytes; }

  // The byte `ahead` of here, or NUL beyond the end (the reader refuses NULs in sources).
  char Peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool AtEnd() const { return at_ >= text_.size(); }
  // The end, or `---` or `...` alone at the start of a line.
  bool AtContentEnd() const { return AtEnd() || AtMarker("---") || AtMarker("..."); }
  bool AtMarker(std::string_view marker) const;
  bool AtLineEnd() const {
    return AtEnd() || Peek() == '\n' || (Peek() == '\r' && Peek(1) == '\n');
  }
  // A space, a tab, or the end of the line, `ahead` of here.
  bool BlankAt(std::size_t ahead) const;
  // The same, or the start of the source, right before here: where a `#` begins a comment.
  bool BlankBefore() const;
  // Bytes from the start of the line: the indentation, where only spaces stand before.
  int Column() const;
  bool OnlySpacesBefore() const;

  void SkipSpaces();  // and tabs, within the line
  void SkipLine();    // to the start of the next
  // Beyond this line and all that are blank or indented by more than `indent`.
  void SkipDeeper(int indent);
  // Past spaces, comments and line ends to the next token. Whether a line end was among them.
  // `tabs_indent`: tabs may stand before a token (inside flow lists and maps). Otherwise a line
  // that is indented by a tab is reported and skipped.
  bool SkipToToken(bool tabs_indent);

  // An expression was looked for the end of up to here, in vain. Looking again from further on, as
  // far, would take time that grows with the square of the source.
  void RememberUnclosed() { unclosed_until_ = at_; }
  bool IsKnownUnclosed() const { return at_ < unclosed_until_; }

  // Adds a problem about the bytes [begin, end); after a hundred, none.
  void Report(std::size_t begin, std::size_t end, std::string message);

 private:
  const SourceText& source_;
  std::string_view text_;
  std::vector<Problem>& problems_;
  std::size_t at_ = 0;
  std::size_t unclosed_until_ = 0;
};

}  // namespace hyperlocal::workflow
