#include "orchestrator/syntax/yaml_reader.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/syntax/yaml_reader_internal.h"
#include "orchestrator/syntax/yaml_scalar_internal.h"
#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflow {
namespace {

// How much copying a node adds to a document: its nodes, long texts counted as several.
std::size_t WeightOf(const YamlNode& node) {
  constexpr std::size_t kTextPerNode = 32;
  std::size_t weight = 1 + node.scalar.text().size() / kTextPerNode;
  for (const YamlNode& item : node.items) weight += WeightOf(item);
  for (const YamlNode::Pair& pair : node.pairs) weight += WeightOf(pair.key) + WeightOf(pair.value);
  return weight;
}

}  // namespace

std::optional<YamlNode> YamlReader::ReadDocument() {
  const std::string_view text = cursor_.text();
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  cursor_.MoveTo(at);
  while (at < text.size()) {
    const DecodedCharacter character = DecodeUtf8(text.substr(at));
    if (character.bytes == 0) {
      cursor_.Report(at, at + 1, "the source is not UTF-8 here");
      return std::nullopt;
    }
    const std::uint32_t code = character.code;
    if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r') || code == 0x7F) {
      cursor_.Report(at, at + 1, fmt::format("a control character (U+{:04X}) in the source", code));
      return std::nullopt;
    }
    at += character.bytes;
  }

  cursor_.SkipToToken(false);
  while (cursor_.Peek() == '%' && cursor_.Column() == 0) {
    if (!text.substr(cursor_.position()).starts_with("%YAML ")) {
      cursor_.Report(cursor_.position(), cursor_.position() + 1,
                     "YAML directives other than %YAML are not accepted");
    }
    cursor_.SkipLine();
    cursor_.SkipToToken(false);
  }
  if (cursor_.AtMarker("---")) {
    cursor_.Advance(3);
    cursor_.SkipToToken(false);
  }
  if (cursor_.AtContentEnd()) return std::nullopt;

  YamlNode root = ReadBlockNode(-1, true);
  FinishLine();
  cursor_.SkipToToken(false);
  if (cursor_.AtMarker("...")) {
    cursor_.Advance(3);
    cursor_.SkipToToken(false);
  }
  if (cursor_.AtMarker("---")) {
    cursor_.Report(cursor_.position(), cursor_.position() + 3,
                   "a second YAML document begins here: a definition is one document");
  } else if (!cursor_.AtEnd()) {
    cursor_.Report(cursor_.position(), cursor_.position() + 1,
                   "text that belongs to nothing above it: check the indentation");
  }
  return root;
}

YamlNode YamlReader::AbsentAt(std::size_t position) const {
  YamlNode node;
  node.begin = position;
  node.end = position;
  return node;
}

bool YamlReader::TooDeep(std::size_t position) {
  if (depth_ <= kYamlDepthLimit) return false;
  if (!depth_reported_) {
    depth_reported_ = true;
    cursor_.Report(position, position + 1,
                   fmt::format("lists and maps are nested more than {} deep", kYamlDepthLimit));
  }
  // Nothing below can be read sensibly.
  cursor_.MoveTo(cursor_.text().size());
  return true;
}

YamlReader::Properties YamlReader::ReadProperties() {
  Properties properties;
  for (;;) {
    const char c = cursor_.Peek();
    if (c != '&' && c != '!') return properties;
    const std::size_t begin = cursor_.position();
    while (!cursor_.BlankAt(0) && !IsFlowIndicator(cursor_.Peek())) cursor_.Advance();
    const std::size_t end = cursor_.position();
    properties.any = true;
    if (c == '!') {
      cursor_.Report(begin, end, "YAML tags are not accepted: quote the value to make it a string");
    } else if (end == begin + 1) {
      cursor_.Report(begin, end, "an anchor without a name");
    } else {
      properties.anchor = cursor_.text().substr(begin + 1, end - begin - 1);
    }
    cursor_.SkipSpaces();
  }
}

void YamlReader::Remember(const std::string& anchor, const YamlNode& node) {
  if (!anchor.empty()) anchors_.insert_or_assign(anchor, node);
}

YamlNode YamlReader::ReadAlias() {
  const std::size_t begin = cursor_.position();
  cursor_.Advance();
  while (!cursor_.BlankAt(0) && !IsFlowIndicator(cursor_.Peek())) cursor_.Advance();
  const std::size_t end = cursor_.position();
  const std::string_view name = cursor_.text().substr(begin + 1, end - begin - 1);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    cursor_.Report(begin, end, fmt::format("no anchor '{}' stands before this alias", name));
    return AbsentAt(begin);
  }
  const std::size_t weight = WeightOf(found->second);
  if (aliased_nodes_ + weight > kYamlNodeLimit) {
    if (!alias_limit_reported_) {
      alias_limit_reported_ = true;
      cursor_.Report(
          begin, end,
          fmt::format("aliases make the definition larger than {} nodes", kYamlNodeLimit));
    }
    return AbsentAt(begin);
  }
  aliased_nodes_ += weight;
  return found->second;
}

// Whether the line at the cursor begins with a key: text, then a colon before a blank.
bool YamlReader::LineIsMapEntry() {
  const std::size_t start = cursor_.position();
  const char first = cursor_.Peek();
  bool found = false;
  if (first == '"' || first == '\'') {
    cursor_.Advance();
    while (!cursor_.AtLineEnd()) {
      const char c = cursor_.Peek();
      if (c == '\\' && first == '"') {
        cursor_.Advance();
        if (cursor_.AtLineEnd()) break;
      } else if (c == first) {
        if (first != '\'' || cursor_.Peek(1) != '\'') break;
        cursor_.Advance();
      }
      cursor_.Advance();
    }
    if (cursor_.Peek() == first) {
      cursor_.Advance();
      cursor_.SkipSpaces();
      found = cursor_.Peek() == ':' && cursor_.BlankAt(1);
    }
  } else {
    for (; !cursor_.AtLineEnd(); cursor_.Advance()) {
      if (cursor_.Peek() == ':' && cursor_.BlankAt(1)) {
        found = true;
        break;
      }
      if (cursor_.Peek() == '#' && cursor_.position() > start && cursor_.BlankBefore()) {
        break;
      }
    }
  }
  cursor_.MoveTo(start);
  return found;
}

YamlNode YamlReader::ReadKey(int parent) {
  switch (cursor_.Peek()) {
    case '"':
      return ReadDoubleQuoted(cursor_, parent);
    case '\'':
      return ReadSingleQuoted(cursor_, parent);
    case '&':
    case '!':
    case '*':
    case '?':
      cursor_.Report(cursor_.position(), cursor_.position() + 1,
                     fmt::format("a key cannot begin with '{}': quote it", cursor_.Peek()));
      break;
    default:
      break;
  }
  return ReadPlainKey(cursor_);
}

void YamlReader::AddPair(YamlNode& map, YamlNode key, YamlNode value) {
  const std::string& name = key.scalar.text();
  if (name == "<<" && key.style == YamlNode::Style::kPlain) {
    cursor_.Report(key.begin, key.end, "YAML merge keys (<<) are not accepted: write the keys out");
    return;
  }
  const auto [place, fresh] = keys_[map.begin].emplace(name, key.begin);
  if (!fresh) {
    cursor_.Report(key.begin, key.end,
                   fmt::format("the key '{}' stands twice in this map, first on line {}", name,
                               source_.At(place->second, 0).line));
  }
  map.pairs.push_back({std::move(key), std::move(value)});
}

YamlNode YamlReader::ReadBlockNode(int parent, bool may_be_block) {
  const Nesting nesting(depth_);
  if (TooDeep(cursor_.position())) return AbsentAt(cursor_.position());
  const Properties properties = ReadProperties();
  YamlNode node;
  if (properties.any && (cursor_.AtLineEnd() || cursor_.Peek() == '#')) {
    const std::size_t here = cursor_.position();
    cursor_.SkipToToken(false);
    const bool inside = !cursor_.AtContentEnd() &&
                        (cursor_.Column() > parent || (AtDash() && cursor_.Column() == parent));
    if (!inside) return AbsentAt(here);
    node = ReadBlockContent(parent, true);
  } else {
    node = ReadBlockContent(parent, may_be_block && !properties.any);
  }
  Remember(properties.anchor, node);
  return node;
}

YamlNode YamlReader::ReadBlockContent(int parent, bool may_be_block) {
  const std::size_t begin = cursor_.position();
  const char c = cursor_.Peek();
  if (AtDash()) {
    if (may_be_block) return ReadBlockList(cursor_.Column());
    cursor_.Report(begin, begin + 1, "a list begins on the line below its key, not beside it");
    cursor_.SkipDeeper(parent);
    return AbsentAt(begin);
  }
  if (c == '?' && cursor_.BlankAt(1)) {
    cursor_.Report(begin, begin + 1, "complex keys ('? ') are not accepted");
    cursor_.SkipDeeper(parent);
    return AbsentAt(begin);
  }
  if (c == '[' || c == '{') {
    YamlNode node = ReadFlowNode(parent);
    const std::size_t end = cursor_.position();
    cursor_.SkipSpaces();
    if (cursor_.Peek() == ':' && cursor_.BlankAt(1)) {
      cursor_.Report(begin, end, "a list or map cannot be a key");
      cursor_.SkipDeeper(parent);
    } else {
      cursor_.MoveTo(end);
    }
    return node;
  }
  if (may_be_block && LineIsMapEntry()) return ReadBlockMap(cursor_.Column());
  switch (c) {
    case '|':
    case '>':
      return ReadBlockScalar(cursor_, parent);
    case '"':
      return ReadDoubleQuoted(cursor_, parent);
    case '\'':
      return ReadSingleQuoted(cursor_, parent);
    case '*':
      return ReadAlias();
    case '@':
    case '`':
    case '%':
    case ',':
    case ']':
    case '}':
      cursor_.Report(begin, begin + 1,
                     fmt::format("a value cannot begin with '{}': put it in quotes", c));
      break;
    default:
      break;
  }
  YamlNode node = ReadPlainScalar(cursor_, parent, false);
  if (node.scalar.text().empty() && cursor_.position() == begin) {
    cursor_.Report(begin, begin + 1, fmt::format("a value is expected, not '{}'", c));
    cursor_.SkipDeeper(parent);
  }
  return node;
}

void YamlReader::FinishLine() {
  if (cursor_.AtEnd() || cursor_.OnlySpacesBefore()) return;
  const bool blank_before = cursor_.BlankBefore();
  const std::size_t here = cursor_.position();
  cursor_.SkipSpaces();
  if (cursor_.AtLineEnd()) return;
  if (cursor_.Peek() == '#' && (blank_before || cursor_.position() > here)) {
    while (!cursor_.AtLineEnd()) cursor_.Advance();
    return;
  }
  const std::size_t begin = cursor_.position();
  if (cursor_.Peek() == ':') {
    cursor_.Report(begin, begin + 1,
                   "a second ': ' on one line: put the whole value in single quotes");
  } else {
    cursor_.Report(begin, begin + 1, "text after the end of the value");
  }
  while (!cursor_.AtLineEnd()) cursor_.Advance();
}

bool YamlReader::NextEntry(int indent) {
  FinishLine();
  for (;;) {
    cursor_.SkipToToken(false);
    if (cursor_.AtContentEnd()) return false;
    if (!cursor_.OnlySpacesBefore()) {  // cannot be: FinishLine went to the end of the line
      cursor_.SkipLine();
      continue;
    }
    const int column = cursor_.Column();
    if (column <= indent) return column == indent;
    cursor_.Report(
        cursor_.position(), cursor_.position() + 1,
        fmt::format("indented by {} spaces, but what it belongs to by {}", column, indent));
    cursor_.MoveTo(source_.LineStart(cursor_.position()));
    cursor_.SkipDeeper(indent);
  }
}

YamlNode YamlReader::ReadEntryValue(int indent, bool of_list) {
  const std::size_t here = cursor_.position();
  cursor_.SkipSpaces();
  const bool comment = cursor_.Peek() == '#' && cursor_.BlankBefore();
  if (!cursor_.AtLineEnd() && !comment) {
    // Behind a dash a list or a map may go on (`- name: …`), behind a colon not.
    return ReadBlockNode(indent, of_list);
  }
  cursor_.SkipToToken(false);
  if (!cursor_.AtContentEnd()) {
    if (cursor_.Column() > indent) return ReadBlockNode(indent, true);
    // The items of a list may stand right below the key that they belong to.
    if (!of_list && cursor_.Column() == indent && AtDash()) {
      const Nesting nesting(depth_);
      if (!TooDeep(here)) return ReadBlockList(indent);
    }
  }
  return AbsentAt(here);
}

YamlNode YamlReader::ReadBlockList(int indent) {
  YamlNode list;
  list.kind = YamlNode::Kind::kList;
  list.begin = cursor_.position();
  do {
    if (!AtDash()) break;
    cursor_.Advance();
    list.items.push_back(ReadEntryValue(indent, true));
    list.end = list.items.back().end;
  } while (NextEntry(indent));
  return list;
}

YamlNode YamlReader::ReadBlockMap(int indent) {
  YamlNode map;
  map.kind = YamlNode::Kind::kMap;
  map.begin = cursor_.position();
  do {
    const std::size_t begin = cursor_.position();
    if (AtDash() || !LineIsMapEntry()) {
      while (!cursor_.AtLineEnd()) cursor_.Advance();
      cursor_.Report(begin, cursor_.position(),
                     cursor_.text()[begin] == '-'
                         ? "a list item where the next key of the map above is expected"
                         : "not a `key: value` as the lines above it: a colon and a space are "
                           "missing, or the indentation is wrong");
      cursor_.MoveTo(begin);
      cursor_.SkipDeeper(indent);
      continue;
    }
    YamlNode key = ReadKey(indent);
    cursor_.SkipSpaces();
    cursor_.Advance();  // the colon
    YamlNode value = ReadEntryValue(indent, false);
    map.end = std::max(key.end, value.end);
    AddPair(map, std::move(key), std::move(value));
  } while (NextEntry(indent));
  keys_.erase(map.begin);
  return map;
}

std::optional<YamlNode> ReadYaml(const SourceText& source, std::vector<Problem>& problems) {
  return YamlReader(source, problems).ReadDocument();
}

}  // namespace hyperlocal::workflow
