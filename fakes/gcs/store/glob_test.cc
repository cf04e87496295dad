#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "fakes/gcs/store/glob_internal.h"

namespace hyperlocal::gcs {
namespace {

struct Case {
  std::string_view pattern, text;
  bool matches;
};

TEST(Glob, MatchesWhatTheServiceDocuments) {
  for (const Case& one : std::vector<Case>{
           {"", "", true},
           {"", "a", false},
           {"abc", "abc", true},
           {"abc", "abcd", false},
           {"*", "", true},
           {"*", "abc", true},
           {"*", "a/b", false},
           {"**", "a/b/c", true},
           {"***", "a/b/c", true},
           {"a*c", "ac", true},
           {"a*c", "abbbc", true},
           {"a*c", "a/c", false},
           {"a**c", "a/b/c", true},
           {"a/**/c", "a/c", false},
           {"a/**/c", "a/b/d/c", true},
           {"foo*bar", "foobar", true},
           {"**.jpg", "a/b.jpg", true},
           {"*.jpg", "a/b.jpg", false},
           {"?", "a", true},
           {"?", "/", false},
           {"?", "", false},
           {"?", "\xF0\x9F\x98\x80", true},
           {"a[bc]d", "abd", true},
           {"a[bc]d", "add", false},
           {"a[b-d]", "ac", true},
           {"a[!b-d]", "ac", false},
           {"a[!b-d]", "ae", true},
           {"a[^b-d]", "ae", true},
           {"a[!b]c", "a/c", false},
           {"[]]", "]", true},
           {"[a-]", "-", true},
           {"[\xC3\xA0-\xC3\xB0]", "\xC3\xA9", true},
           {"{a,bc}", "a", true},
           {"{a,bc}", "bc", true},
           {"{a,bc}", "b", false},
           {"x{,y}z", "xz", true},
           {"{a,{b,c}*}.png", "cat.png", true},
           {"{a,{b,c}*}.png", "dat.png", false},
           {"**/{cat,dog}?.{jpg,png}", "pets/dog1.png", true},
           {"\\*", "*", true},
           {"\\*", "a", false},
           {"a\\[b", "a[b", true},
           {"a,b}", "a,b}", true},
       }) {
    const auto glob = Glob::Parse(one.pattern);
    ASSERT_TRUE(glob.has_value()) << one.pattern;
    EXPECT_EQ(glob->Matches(one.text), one.matches) << one.pattern << " ~ " << one.text;
    EXPECT_TRUE(!one.matches || one.text.starts_with(glob->literal_prefix())) << one.pattern;
  }
}

TEST(Glob, ABracketThatIsNotClosedIsNamedWithItsPlace) {
  const auto bracket = Glob::Parse("abc[d");
  ASSERT_FALSE(bracket.has_value());
  EXPECT_EQ(bracket.error().message,
            "in the glob \"abc[d\", the \"[\" at byte 4 is not closed. A backslash before it takes "
            "it as it is.");
  EXPECT_THAT(Glob::Parse("{a,b").error().message, ::testing::HasSubstr("\"{\" at byte 1"));
  EXPECT_EQ(Glob::Parse(std::string(1025, 'a')).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(Glob::Parse(std::string(17, '{') + std::string(17, '}')).error().code,
            ErrorCode::kBadRequest);
}

TEST(Glob, APatternThatIsHardToMatchIsQuick) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "**a";
  const auto glob = Glob::Parse(pattern + "b");
  EXPECT_FALSE(glob->Matches(std::string(1024, 'a')));
}

// The same by trying everything.
bool Naive(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern.starts_with("**")) {
    return Naive(pattern.substr(2), text) || (!text.empty() && Naive(pattern, text.substr(1)));
  }
  if (pattern[0] == '*') {
    return Naive(pattern.substr(1), text) ||
           (!text.empty() && text[0] != '/' && Naive(pattern, text.substr(1)));
  }
  if (text.empty()) return false;
  return (pattern[0] == '?' ? text[0] != '/' : pattern[0] == text[0]) &&
         Naive(pattern.substr(1), text.substr(1));
}

RC_GTEST_PROP(Glob, AgreesWithTryingEverything, ()) {
  const auto pattern =
      (*rc::gen::container<std::string>(rc::gen::element('a', 'b', '/', '*', '?'))).substr(0, 11);
  const auto text =
      (*rc::gen::container<std::string>(rc::gen::element('a', 'b', '/'))).substr(0, 11);
  const auto glob = Glob::Parse(pattern);
  RC_ASSERT(glob.has_value());
  RC_ASSERT(glob->Matches(text) == Naive(pattern, text));
}

}  // namespace
}  // namespace hyperlocal::gcs
