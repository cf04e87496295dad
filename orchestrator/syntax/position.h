#pragma once

#include <cstdint>

namespace hyperlocal::workflow {

// A place in a definition's source. Lines and columns count from 1; columns and lengths are code
// points, as editors show them, not bytes. The length is that of the text after quoting and folding
// are undone (the service reports the length of the whole `${…}`).
struct SourceSpan {
  std::uint32_t line = 0;  // 0: nowhere (what has no text of its own)
  std::uint32_t column = 0;
  std::uint32_t length = 0;
  std::uint32_t offset = 0;  // bytes from the start of the source

  bool operator==(const SourceSpan&) const = default;
};

}  // namespace hyperlocal::workflow
