#include "orchestrator/syntax/source_text.h"

#include <algorithm>

namespace hyperlocal::workflow {
namespace {

constexpr std::size_t kCountedStep = 256;

}  // namespace

std::uint32_t CountCodePoints(std::string_view text) {
  return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

SourceText::SourceText(std::string_view text) : text_(text) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') line_starts_.push_back(i + 1);
  }
  std::uint32_t counted = 0;
  for (std::size_t i = 0; i <= text.size(); i += kCountedStep) {
    code_points_.push_back(counted);
    counted += CountCodePoints(text.substr(i, kCountedStep));
  }
}

std::uint32_t SourceText::CodePointsBefore(std::size_t offset) const {
  const std::size_t start = offset / kCountedStep * kCountedStep;
  return code_points_[offset / kCountedStep] + CountCodePoints(text_.substr(start, offset - start));
}

SourceSpan SourceText::At(std::size_t offset, std::uint32_t length) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const std::size_t start = *(after - 1);
  return {.line = static_cast<std::uint32_t>(after - line_starts_.begin()),
          .column = CodePointsBefore(offset) - CodePointsBefore(start) + 1,
          .length = length,
          .offset = static_cast<std::uint32_t>(offset)};
}

std::size_t SourceText::LineStart(std::size_t offset) const {
  return *(std::upper_bound(line_starts_.begin(), line_starts_.end(), offset) - 1);
}

SourceSpan SourceText::Between(std::size_t begin, std::size_t end) const {
  begin = std::min(begin, text_.size());
  end = std::clamp(end, begin, text_.size());
  return At(begin, CodePointsBefore(end) - CodePointsBefore(begin));
}

}  // namespace hyperlocal::workflow
