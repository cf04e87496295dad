#include "engine/composition/page_scripts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace hyperlocal
