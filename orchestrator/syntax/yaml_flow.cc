#include <utility>

#include <fmt/format.h>

#include "orchestrator/syntax/yaml_reader_internal.h"
#include "orchestrator/syntax/yaml_scalar_internal.h"

namespace hyperlocal::workflow {

bool YamlReader::SkipInFlow(std::size_t open, int parent) {
  const bool crossed = cursor_.SkipToToken(true);
  bool closed = !cursor_.AtContentEnd();
  if (closed && crossed && cursor_.Column() <= parent) {
    closed = cursor_.Peek() == ']' || cursor_.Peek() == '}';
  }
  if (!closed) {
    const char bracket = cursor_.text()[open];
    cursor_.Report(open, open + 1,
                   fmt::format("the {} that begins here is not closed: '{}' is missing",
                               bracket == '[' ? "list" : "map", bracket == '[' ? ']' : '}'));
  }
  return closed;
}

// After a problem inside brackets: to the next comma or closing bracket on the line.
bool YamlReader::RecoverInFlow() {
  while (!cursor_.AtLineEnd()) {
    const char c = cursor_.Peek();
    if (c == ',' || c == ']' || c == '}') return true;
    cursor_.Advance();
  }
  return false;
}

bool YamlReader::AtFlowColon(const YamlNode& key) const {
  if (cursor_.Peek() != ':') return false;
  // JSON needs no blank behind the colon of a quoted key.
  return key.style != YamlNode::Style::kPlain || cursor_.BlankAt(1) ||
         IsFlowIndicator(cursor_.Peek(1));
}

YamlNode YamlReader::ReadFlowScalar(int parent) {
  switch (cursor_.Peek()) {
    case '"':
      return ReadDoubleQuoted(cursor_, parent);
    case '\'':
      return ReadSingleQuoted(cursor_, parent);
    default:
      return ReadPlainScalar(cursor_, parent, true);
  }
}

YamlNode YamlReader::ReadFlowNode(int parent) {
  const Nesting nesting(depth_);
  if (TooDeep(cursor_.position())) return AbsentAt(cursor_.position());
  const Properties properties = ReadProperties();
  YamlNode node;
  switch (cursor_.Peek()) {
    case '[':
      node = ReadFlowList(parent);
      break;
    case '{':
      node = ReadFlowMap(parent);
      break;
    case '*':
      node = ReadAlias();
      break;
    default:
      node = ReadFlowScalar(parent);
      break;
  }
  Remember(properties.anchor, node);
  return node;
}

YamlNode YamlReader::ReadFlowList(int parent) {
  YamlNode list;
  list.kind = YamlNode::Kind::kList;
  list.begin = cursor_.position();
  cursor_.Advance();
  for (;;) {
    if (!SkipInFlow(list.begin, parent)) break;
    if (cursor_.Peek() == ']') {
      cursor_.Advance();
      break;
    }
    const std::size_t begin = cursor_.position();
    if (cursor_.Peek() == ',' || cursor_.Peek() == '}') {
      cursor_.Report(begin, begin + 1,
                     fmt::format("'{}' where an item of the list is expected", cursor_.Peek()));
      cursor_.Advance();
      continue;
    }
    YamlNode item = ReadFlowNode(parent);
    if (!SkipInFlow(list.begin, parent)) {
      list.items.push_back(std::move(item));
      break;
    }
    if (item.is_scalar() && AtFlowColon(item)) {  // `[a: b]` is a list of one map
      cursor_.Advance();
      YamlNode map;
      map.kind = YamlNode::Kind::kMap;
      map.begin = begin;
      if (!SkipInFlow(list.begin, parent)) break;
      YamlNode value = cursor_.Peek() == ',' || cursor_.Peek() == ']' ? AbsentAt(cursor_.position())
                                                                      : ReadFlowNode(parent);
      map.end = cursor_.position();
      map.pairs.push_back({std::move(item), std::move(value)});
      item = std::move(map);
      if (!SkipInFlow(list.begin, parent)) {
        list.items.push_back(std::move(item));
        break;
      }
    }
    list.items.push_back(std::move(item));
    if (cursor_.Peek() == ',') {
      cursor_.Advance();
    } else if (cursor_.Peek() != ']') {
      cursor_.Report(cursor_.position(), cursor_.position() + 1,
                     "',' or ']' is expected after an item of a list");
      if (!RecoverInFlow()) break;
      if (cursor_.Peek() == ',') cursor_.Advance();
    }
  }
  list.end = cursor_.position();
  return list;
}

YamlNode YamlReader::ReadFlowMap(int parent) {
  YamlNode map;
  map.kind = YamlNode::Kind::kMap;
  map.begin = cursor_.position();
  cursor_.Advance();
  for (;;) {
    if (!SkipInFlow(map.begin, parent)) break;
    const char c = cursor_.Peek();
    const std::size_t begin = cursor_.position();
    if (c == '}') {
      cursor_.Advance();
      break;
    }
    if (c == ',' || c == ']' || c == '[' || c == '{' || c == ':' || c == '*' || c == '&') {
      cursor_.Report(begin, begin + 1, fmt::format("'{}' where a key of the map is expected", c));
      cursor_.Advance();
      if (!RecoverInFlow()) break;
      if (cursor_.Peek() == ',') cursor_.Advance();
      continue;
    }
    YamlNode key = ReadFlowScalar(parent);
    if (!SkipInFlow(map.begin, parent)) break;
    YamlNode value = AbsentAt(cursor_.position());
    if (AtFlowColon(key)) {
      cursor_.Advance();
      if (!SkipInFlow(map.begin, parent)) {
        AddPair(map, std::move(key), std::move(value));
        break;
      }
      if (cursor_.Peek() != ',' && cursor_.Peek() != '}') value = ReadFlowNode(parent);
    }
    AddPair(map, std::move(key), std::move(value));
    if (!SkipInFlow(map.begin, parent)) break;
    if (cursor_.Peek() == ',') {
      cursor_.Advance();
    } else if (cursor_.Peek() != '}') {
      cursor_.Report(cursor_.position(), cursor_.position() + 1,
                     "',' or '}' is expected after an entry of a map");
      if (!RecoverInFlow()) break;
      if (cursor_.Peek() == ',') cursor_.Advance();
    }
  }
  keys_.erase(map.begin);
  map.end = cursor_.position();
  return map;
}

}  // namespace hyperlocal::workflow
