#include "engine/composition/page_scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(PageScripts, AreWholeTexts) {
  EXPECT_THAT(std::string(VirtualTimeScript()), HasSubstr("window.__HF_VIRTUAL_TIME__ = {"));
  EXPECT_TRUE(VirtualTimeScript().ends_with("})();\n"));
  EXPECT_THAT(std::string(BridgeScript()), HasSubstr("window.__hyperlocal = {"));
  EXPECT_TRUE(BridgeScript().ends_with("})();\n"));
  EXPECT_THAT(std::string(PageRuntimeScript()), HasSubstr("__player"));
  for (const std::string_view script : {VirtualTimeScript(), BridgeScript(), PageRuntimeScript()}) {
    EXPECT_EQ(script.find('\0'), std::string_view::npos);
  }
}

TEST(PageScripts, RunBeforeThePageInOrderWithItsVariablesLast) {
  const auto plain = ScriptsBeforeThePage("", {30000, 1001});
  EXPECT_EQ(plain.front(), VirtualTimeScript());  // before whatever asks for the time
  EXPECT_EQ(plain[plain.size() - 2], BridgeScript());
  EXPECT_THAT(plain.back(), HasSubstr("fps: 30000 / 1001}"));
  const auto with_variables = ScriptsBeforeThePage(R"({"a":"</script>"})", {30, 1});
  ASSERT_THAT(with_variables, SizeIs(plain.size() + 1));
  EXPECT_EQ(with_variables.back(), R"(window.__hfVariables = {"a":"</script>"};)");
}

TEST(StyleSheetScript, HoldsAnyTextOfCss) {
  const std::string script = StyleSheetScript("a{content:'\\`${x}'}");
  EXPECT_THAT(script, HasSubstr("replaceSync(`a{content:'\\\\\\`\\${x}'}`)"));
}

}  // namespace
}  // namespace hyperlocal
