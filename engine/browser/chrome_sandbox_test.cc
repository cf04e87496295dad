#include "engine/browser/chrome_sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;

bool Yes() {
  return true;
}
bool No() {
  return false;
}

TEST(UseChromeSandboxTest, IsOnUnlessItIsSaidOtherwise) {
  for (const char* setting : {"", "on", "auto"})
    EXPECT_TRUE(*UseChromeSandbox(false, setting, Yes)) << setting;
  EXPECT_FALSE(*UseChromeSandbox(false, "off", Yes));
}

TEST(UseChromeSandboxTest, RootHasNone) {
  for (const char* setting : {"", "on", "auto", "off"})
    EXPECT_FALSE(*UseChromeSandbox(true, setting, Yes)) << setting;
}

TEST(UseChromeSandboxTest, IsDoneWithoutOnlyWhereThatWasAllowed) {
  EXPECT_FALSE(*UseChromeSandbox(false, "auto", No));
  EXPECT_FALSE(*UseChromeSandbox(false, "off", No));
  for (const char* setting : {"", "on"}) {
    const auto refused = UseChromeSandbox(false, setting, No);
    ASSERT_FALSE(refused) << setting;
    EXPECT_EQ(refused.error().code, ErrorCode::kChromeUnavailable);
    EXPECT_THAT(refused.error().message, HasSubstr("HYPERLOCAL_CHROME_SANDBOX=auto"));
  }
}

TEST(UseChromeSandboxTest, AnotherSettingIsAnErrorForRootToo) {
  for (const bool root : {false, true}) {
    const auto refused = UseChromeSandbox(root, "no", Yes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidConfig);
    EXPECT_THAT(refused.error().message,
                HasSubstr("on (which it is when it is not set), auto or off"));
  }
}

}  // namespace
}  // namespace hyperlocal
