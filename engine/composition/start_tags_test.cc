#include "engine/composition/start_tags.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace hyperlocal {
namespace {

TEST(ReadStartTags, ReadsAttributesAsABrowserDoes) {
  const auto tags = ReadStartTags(
      "<!doctype html>\n<HTML data-A='{&quot;x&quot;:1}' b = c d e=\"&#60;&#x3e;&amp;&nbsp;\" "
      "e=2>\n"
      "<br/><p title='a > b'>1 < 2</p>");
  ASSERT_EQ(tags.size(), 3U);
  EXPECT_EQ(tags[0].name, "html");
  EXPECT_EQ(tags[0].line, 2);
  EXPECT_EQ(*tags[0].Find("data-a"), "{\"x\":1}");
  EXPECT_EQ(*tags[0].Find("b"), "c");
  EXPECT_EQ(*tags[0].Find("d"), "");
  EXPECT_EQ(*tags[0].Find("e"), "<>&&nbsp;");
  EXPECT_EQ(tags[0].Find("f"), nullptr);
  EXPECT_EQ(tags[1].name, "br");
  EXPECT_EQ(*tags[2].Find("title"), "a > b");
  EXPECT_EQ(tags[2].line, 3);
}

TEST(ReadStartTags, PassesOverWhatIsNoTag) {
  const auto tags = ReadStartTags(
      "<!-- <a> --><script>if (a<b) x='<i id=1>'</script><style>a>b</style>"
      "<template><b id=\"in\"></b></template><title><u></title></p>");
  std::string names;
  for (const StartTag& tag : tags) names += tag.name + " ";
  EXPECT_EQ(names, "script style template b title ");
  EXPECT_EQ(tags[3].ForPeople(), "<b id=\"in\">");
}

RC_GTEST_PROP(ReadStartTags, TakesAnyText, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "<", ">", "a", "=", "\"", "'", " ", "/", "&", "#", "x41;", "<!--", "-->", "<script", "\n"));
  std::string html;
  for (const std::string& piece : pieces) html += piece;
  for (const StartTag& tag : ReadStartTags(html)) RC_ASSERT(!tag.name.empty());
}

}  // namespace
}  // namespace hyperlocal
