#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "orchestrator/syntax/yaml_cursor_internal.h"
#include "orchestrator/syntax/yaml_node.h"

namespace hyperlocal::workflow {

// The characters that mean something inside brackets.
inline bool IsFlowIndicator(char c) {
  return std::string_view(",[]{}").find(c) != std::string_view::npos;
}

// Reads one document (ReadYaml). Blocks are in yaml_reader.cc, what stands in brackets in
// yaml_flow.cc.
class YamlReader {
 public:
  YamlReader(const SourceText& source, std::vector<Problem>& problems)
      : source_(source), cursor_(source, problems) {}

  std::optional<YamlNode> ReadDocument();

 private:
  // What may stand at the front of a node besides its content.
  struct Properties {
    std::string anchor;
    bool any = false;
  };

  // The node at the cursor, in a block indented by `parent`. `may_be_block`: a list or map in block
  // style may begin here, which it may not on the line of a key.
  YamlNode ReadBlockNode(int parent, bool may_be_block);
  YamlNode ReadBlockContent(int parent, bool may_be_block);
  YamlNode ReadBlockList(int indent);
  YamlNode ReadBlockMap(int indent);
  // What stands behind `key:` or `- ` of a block with this indentation.
  YamlNode ReadEntryValue(int indent, bool of_list);
  // Reports what stands on the rest of the line behind a value.
  void FinishLine();
  // The cursor is behind an entry of a block with this indentation. Moves to the next entry; false
  // when the block is over.
  bool NextEntry(int indent);

  YamlNode ReadFlowNode(int parent);
  YamlNode ReadFlowList(int parent);
  YamlNode ReadFlowMap(int parent);
  YamlNode ReadFlowScalar(int parent);
  // To the next token inside the brackets that opened at `open`; false, reported, when they are not
  // closed.
  bool SkipInFlow(std::size_t open, int parent);
  bool RecoverInFlow();
  bool AtFlowColon(const YamlNode& key) const;

  Properties ReadProperties();
  YamlNode ReadAlias();
  void Remember(const std::string& anchor, const YamlNode& node);

  bool AtDash() const { return cursor_.Peek() == '-' && cursor_.BlankAt(1); }
  bool LineIsMapEntry();
  YamlNode ReadKey(int parent);
  void AddPair(YamlNode& map, YamlNode key, YamlNode value);
  YamlNode AbsentAt(std::size_t position) const;
  bool TooDeep(std::size_t position);

  const SourceText& source_;
  YamlCursor cursor_;
  std::map<std::string, YamlNode, std::less<>> anchors_;
  std::size_t aliased_nodes_ = 0;
  bool alias_limit_reported_ = false;
  int depth_ = 0;
  bool depth_reported_ = false;
  // Keys of the maps that are being read, for large ones too, by the map's place.
  std::unordered_map<std::size_t, std::unordered_map<std::string, std::size_t>> keys_;
};

// Counts how deep the reader is, for as long as it lives.
class Nesting {
 public:
  explicit Nesting(int& depth) : depth_(depth) { ++depth_; }
  ~Nesting() { --depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  int& depth_;
};

}  // namespace hyperlocal::workflow
