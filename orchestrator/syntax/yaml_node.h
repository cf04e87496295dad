#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/syntax/source_text.h"
#include "orchestrator/value/value.h"

namespace hyperlocal::workflow {

// The text of a scalar after quoting, folding and escapes are undone, with the way back: which byte
// of the source every byte of it comes from.
class ScalarText {
 public:
  const std::string& text() const { return text_; }
  // The byte `at` of the text (or its end) in the source.
  std::size_t SourceOffset(std::size_t at) const;

  // One byte of text that stands at `source` there; what an escape makes has its place.
  void Append(char byte, std::size_t source);
  // Bytes that stand in the source as they are.
  void Append(std::string_view bytes, std::size_t source);
  // Cuts the text.
  void Truncate(std::size_t length);

 private:
  struct Piece {
    std::size_t at;      // in the text
    std::size_t source;  // of its first byte; the following ones follow there too
  };
  std::string text_;
  std::vector<Piece> pieces_;
  std::size_t next_source_ = 0;  // where a byte would continue the last piece
};

// A node of a YAML or JSON document with its place. Mappings keep their order.
struct YamlNode {
  enum class Kind : std::uint8_t { kScalar, kList, kMap };
  enum class Style : std::uint8_t {
    kAbsent,  // nothing stands where a value could: null
    kPlain,
    kSingleQuoted,
    kDoubleQuoted,
    kLiteral,
    kFolded,
  };

  Kind kind = Kind::kScalar;
  Style style = Style::kAbsent;
  std::size_t begin = 0;  // bytes of the source, quotes and brackets included
  std::size_t end = 0;
  ScalarText scalar;
  std::vector<YamlNode> items;  // of a list
  struct Pair;
  std::vector<Pair> pairs;  // of a map

  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  // A scalar that stands for null: absent, or a plain `null`, `Null`, `NULL`, `~`.
  bool is_null() const;
};

struct YamlNode::Pair {
  YamlNode key;  // a scalar
  YamlNode value;
};

// The value of a scalar: plain ones by the core schema of YAML 1.2 (null, booleans, integers,
// floating point, else a string; integers beyond 64 bits become doubles), all others strings.
Value ScalarValue(const YamlNode& scalar);

}  // namespace hyperlocal::workflow
