#include "orchestrator/syntax/yaml_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal::workflow {
namespace {

void Show(const YamlNode& node, std::string& out) {
  if (node.is_list()) {
    out += "[";
    for (const YamlNode& item : node.items) {
      if (out.back() != '[') out += ", ";
      Show(item, out);
    }
    out += "]";
  } else if (node.is_map()) {
    out += "{";
    for (const YamlNode::Pair& pair : node.pairs) {
      if (out.back() != '{') out += ", ";
      out += pair.key.scalar.text() + ": ";
      Show(pair.value, out);
    }
    out += "}";
  } else {
    const Value value = ScalarValue(node);
    switch (value.kind()) {
      case ValueKind::kNull:
        out += "null";
        break;
      case ValueKind::kBoolean:
        out += value.boolean() ? "true" : "false";
        break;
      case ValueKind::kInteger:
        out += std::to_string(value.integer());
        break;
      case ValueKind::kDouble:
        out += "double " + std::to_string(value.dbl());
        break;
      default:
        out += "'" + value.string() + "'";
        break;
    }
  }
}

// The document in one line, then the problems.
std::string Read(std::string_view text) {
  const SourceText source(text);
  std::vector<Problem> problems;
  const auto node = ReadYaml(source, problems);
  std::string out;
  if (node) Show(*node, out);
  for (const Problem& problem : problems) {
    out += " | " + std::to_string(problem.span.line) + ":" + std::to_string(problem.span.column) +
           " " + problem.message;
  }
  return out;
}

TEST(YamlReader, ReadsBlocks) {
  EXPECT_EQ(Read("a: 1\nb:\n  c: x y # no\n  d:\n  - 1\n  -\n    - 2\n  - e: 3\n    f:\ng: #\n"),
            "{a: 1, b: {c: 'x y', d: [1, [2], {e: 3, f: null}]}, g: null}");
  EXPECT_EQ(Read("- - a\n  - b\n-\n- c: d\n  e:\n   f: g"),
            "[['a', 'b'], null, {c: 'd', e: {f: 'g'}}]");
  EXPECT_EQ(Read("\"k 1\": a\n'k''2': b\nk:3: c\n? : x"),
            "{k 1: 'a', k'2: 'b', k:3: 'c', ?: 'x'} "
            "| 4:1 a key cannot begin with '?': quote "
            "it");
  EXPECT_EQ(Read("a: 1\r\nb:\r\n  - 2\r\n"), "{a: 1, b: [2]}");
}

TEST(YamlReader, KnowsTheKindsOfPlainScalars) {
  EXPECT_EQ(Read("[null, ~, Null, NULL, '', true, True, FALSE, yes, no]"),
            "[null, null, null, null, '', true, true, false, 'yes', 'no']");
  EXPECT_EQ(Read("[0, -1, +2, 012, 0x1F, 0o17, 9223372036854775807, 9223372036854775808]"),
            "[0, -1, 2, 12, 31, 15, 9223372036854775807, double 9223372036854775808.000000]");
  EXPECT_EQ(Read("[1.5, .5, -1e3, 1., 1.2.3, 1e, 0x, -, 2024-01-01, 1_000, \"1\"]"),
            "[double 1.500000, double 0.500000, double -1000.000000, double 1.000000, '1.2.3', "
            "'1e', '0x', '-', '2024-01-01', '1_000', '1']");
}

TEST(YamlReader, ReadsFlowsAndJson) {
  EXPECT_EQ(Read("{a: [1, {b: c}, ], d: \"e\", f, g: }"),
            "{a: [1, {b: 'c'}], d: 'e', f: null, g: null}");
  EXPECT_EQ(Read("{\"a\":1,\"b\":[true,null,\"\\u00e9\\ud83d\\ude00\\n\"],\n\t\"c\":{}}"),
            "{a: 1, b: [true, null, '\xC3\xA9\xF0\x9F\x98\x80\n'], c: {}}");
  EXPECT_EQ(Read("[a: b, http://x:80/y]"), "[{a: 'b'}, 'http://x:80/y']");
  EXPECT_EQ(Read("a: [1,\n  2 # two\n  ,\n  x\n  y]\nb: {\n}\n"), "{a: [1, 2, 'x y'], b: {}}");
}

TEST(YamlReader, KeepsExpressionsWholeInFlows) {
  EXPECT_EQ(Read("[0, ${n - 1}]"), "[0, '${n - 1}']");
  EXPECT_EQ(Read("[${a}, ${f(\"}, ]\", [1, 2])}, x${b}]"),
            "['${a}', '${f(\"}, ]\", [1, 2])}', 'x${b}']");
  EXPECT_EQ(Read("{${k}: ${m[\"a: b #\"]}, l: ${\"\\\"}\"}}"),
            "{${k}: '${m[\"a: b #\"]}', l: '${\"\\\"}\"}'}");
  EXPECT_EQ(Read("a: [${1 +\n   2}]"), "{a: ['${1 + 2}']}");
  EXPECT_EQ(Read("a: [${1, 2]\nb: 3"),
            "{a: ['${1', 2], b: 3} | 1:5 the expression that begins here has no closing '}'");
}

TEST(YamlReader, FoldsAsYamlDoes) {
  EXPECT_EQ(Read("a: one\n  two\n\n  three # end\nb: 1"), "{a: 'one two\nthree', b: 1}");
  EXPECT_EQ(Read("a: \"one\n  two \\\n  three\\n \n\n  four\""), "{a: 'one two three\n\nfour'}");
  EXPECT_EQ(Read("a: 'it''s\n\n  two'"), "{a: 'it's\ntwo'}");
  EXPECT_EQ(Read("a: |\n  one\n   two\n\n  three\n\nb: 1"), "{a: 'one\n two\n\nthree\n', b: 1}");
  EXPECT_EQ(Read("a: |-\n  one\n\nb: |+\n  two\n\n"), "{a: 'one', b: 'two\n\n'}");
  EXPECT_EQ(Read("a: >\n  one\n  two\n\n  three\n    four\n  five\n"),
            "{a: 'one two\nthree\n  four\nfive\n'}");
  EXPECT_EQ(Read("a: |2\n    two more\n  b\nc: 1"), "{a: '  two more\nb\n', c: 1}");
  EXPECT_EQ(Read("- >-\n  ${a +\n  b}\n- x"), "['${a + b}', 'x']");
}

TEST(YamlReader, FollowsAliasesUpToALimit) {
  EXPECT_EQ(Read("a: &x [1, 2]\nb: *x\nc: &y\n  d: *x\ne: *y"),
            "{a: [1, 2], b: [1, 2], c: {d: [1, 2]}, e: {d: [1, 2]}}");
  // Nine levels of ten aliases each: ten to the ninth nodes.
  std::string bomb = "a0: &a0 [x]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += "*a" + std::to_string(i - 1) + ",";
    bomb += "]\n";
  }
  const SourceText source(bomb);
  std::vector<Problem> problems;
  ReadYaml(source, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].message, "aliases make the definition larger than 200000 nodes");
}

TEST(YamlReader, RefusesNestingThatWouldEatTheStack) {
  for (const std::string& open : {std::string(50000, '['), std::string(50000, '{')}) {
    EXPECT_FALSE(Read(open).empty());
  }
  EXPECT_NE(Read(std::string(50000, '[')).find("nested more than 100 deep"), std::string::npos);
  std::string lists;
  for (int i = 0; i < 20000; ++i) lists += "- ";
  EXPECT_NE(Read(lists).find("nested more than 100 deep"), std::string::npos);
}

TEST(YamlReader, RefusesBytesThatAreNoText) {
  EXPECT_EQ(Read("a: \xFF"), " | 1:4 the source is not UTF-8 here");
  EXPECT_EQ(Read(std::string_view("a: \0", 4)),
            " | 1:4 a control character (U+0000) in the source");
}

TEST(YamlReader, KnowsWhereEveryByteOfAScalarIs) {
  const std::string text = "a: \"x\\ty\n   z\"\nb: |\n  one\n  two\n";
  const SourceText source(text);
  std::vector<Problem> problems;
  const auto node = ReadYaml(source, problems);
  ASSERT_TRUE(node && problems.empty());
  const ScalarText& quoted = node->pairs[0].value.scalar;
  EXPECT_EQ(quoted.text(), "x\ty z");
  EXPECT_EQ(quoted.SourceOffset(0), text.find('x'));
  EXPECT_EQ(quoted.SourceOffset(1), text.find('\\'));
  EXPECT_EQ(quoted.SourceOffset(2), text.find('y'));
  EXPECT_EQ(quoted.SourceOffset(4), text.find('z'));
  const ScalarText& literal = node->pairs[1].value.scalar;
  EXPECT_EQ(literal.text(), "one\ntwo\n");
  EXPECT_EQ(literal.SourceOffset(0), text.find("one"));
  EXPECT_EQ(literal.SourceOffset(5), text.find("two") + 1);
}

}  // namespace
}  // namespace hyperlocal::workflow
