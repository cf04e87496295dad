#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/position.h"

namespace hyperlocal::workflow {

// A source with its lines. The text must outlive the object.
class SourceText {
 public:
  explicit SourceText(std::string_view text);

  std::string_view text() const { return text_; }
  // The place of a byte, with a length in code points.
  SourceSpan At(std::size_t offset, std::uint32_t length) const;
  // The place of the bytes [begin, end).
  SourceSpan Between(std::size_t begin, std::size_t end) const;
  // Where the line of a byte begins.
  std::size_t LineStart(std::size_t offset) const;

 private:
  // Code points before a byte.
  std::uint32_t CodePointsBefore(std::size_t offset) const;

  std::string_view text_;
  // Code points before every 256th byte: a JSON source may be one long line, in which counting from
  // its start for every place would take time that grows with the square.
  std::vector<std::uint32_t> code_points_;
  std::vector<std::size_t> line_starts_;
};

// How many code points UTF-8 bytes are; what is not UTF-8 counts a byte each, roughly.
std::uint32_t CountCodePoints(std::string_view text);

}  // namespace hyperlocal::workflow
