#include "cli/cloud_environment.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdio>
#include <memory>
#include <string>

namespace hyperlocal::cli {
namespace {

TEST(EnvironmentTextTest, IsWrittenAsEachReaderHasIt) {
  const CloudEnvironment variables{{"PLAIN", "http://127.0.0.1:4443"}, {"ODD", "it's $5 \"a\\b\""}};
  EXPECT_EQ(EnvironmentText(variables, EnvironmentFormat::kShell),
            "export PLAIN=http://127.0.0.1:4443\nexport ODD='it'\\''s $5 \"a\\b\"'\n");
  EXPECT_EQ(EnvironmentText(variables, EnvironmentFormat::kFish),
            "set -gx PLAIN 'http://127.0.0.1:4443'\nset -gx ODD 'it\\'s $5 \"a\\\\b\"'\n");
  EXPECT_EQ(EnvironmentText(variables, EnvironmentFormat::kDotenv),
            "PLAIN='http://127.0.0.1:4443'\nODD=\"it's \\$5 \\\"a\\\\b\\\"\"\n");
  EXPECT_EQ(EnvironmentText({{"A", "b"}}, EnvironmentFormat::kJson), "{\n  \"A\": \"b\"\n}\n");
}

TEST(EnvironmentTextTest, FormatsHaveNames) {
  EXPECT_EQ(ParseEnvironmentFormat("fish"), EnvironmentFormat::kFish);
  EXPECT_EQ(ParseEnvironmentFormat("csh"), std::nullopt);
}

// What a real shell reads.
std::string ThroughShell(const std::string& definition) {
  const std::string script = definition + "printf %s \"$V\"\n";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> shell(
      ::popen(("sh -c " + ("'" +
                           [&] {
                             std::string quoted;
                             for (const char c : script)
                               quoted += c == '\'' ? "'\\''" : std::string(1, c);
                             return quoted;
                           }() +
                           "'"))
                  .c_str(),
              "r"),
      ::pclose);
  std::string text;
  for (int c = 0; (c = std::fgetc(shell.get())) != EOF;) text += static_cast<char>(c);
  return text;
}

RC_GTEST_PROP(EnvironmentTextProperty, AnyValueComesOutOfTheShellAsItWentIn, ()) {
  const auto value = *rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~'));
  RC_ASSERT(ThroughShell(EnvironmentText({{"V", value}}, EnvironmentFormat::kShell)) == value);
}

}  // namespace
}  // namespace hyperlocal::cli
