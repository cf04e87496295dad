#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal::cli {

// What a piece of text means; the terminal's own palette decides how that looks.
enum class Style { kPlain, kBold, kDim, kGood, kBusy, kWarning, kBad };

// How many columns `text` takes on a terminal: its code points. Only text of ours is measured, and
// none of it is wider or narrower than one column.
std::size_t DisplayWidth(std::string_view text);

// The first `columns` columns of `text`, ending in "…" ("." without Unicode) when something was
// cut.
std::string Shortened(std::string_view text, std::size_t columns, bool unicode);

// One line of output as pieces with a meaning: laid out without knowing about escape sequences,
// printed with or without them.
class StyledLine {
 public:
  StyledLine& Add(std::string_view text, Style style = Style::kPlain);
  // Blanks up to `column`; nothing when the line is there already.
  StyledLine& PadTo(std::size_t column);
  // Drops what lies beyond `columns`.
  StyledLine& CutTo(std::size_t columns);

  std::size_t width() const { return width_; }
  bool empty() const { return spans_.empty(); }
  std::string Text() const;
  // With SGR sequences for everything but kPlain when `color`; the line ends in the plain style.
  std::string Render(bool color) const;

 private:
  struct Span {
    std::string text;
    Style style;
  };
  std::vector<Span> spans_;
  std::size_t width_ = 0;
};

}  // namespace hyperlocal::cli
