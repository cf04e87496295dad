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
  ASSERT_THAT(plain, SizeIs(3));
  EXPECT_EQ(plain[0], VirtualTimeScript());
  EXPECT_EQ(plain[1], BridgeScript());
  EXPECT_THAT(plain[2], HasSubstr("fps: 30000 / 1001}"));
  const auto with_variables = ScriptsBeforeThePage(R"({"a":"</script>"})", {30, 1});
  ASSERT_THAT(with_variables, SizeIs(4));
  EXPECT_EQ(with_variables[3], R"(window.__hfVariables = {"a":"</script>"};)");
}

}  // namespace
}  // namespace hyperlocal
