#include "engine/composition/declared_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kDeclaring = R"(<html data-composition-variables='[
  {"id":"title","label":"Title","type":"string","default":"Hello"},
  {"id":"count","label":"Count","type":"number","default":3},
  {"id":"on","label":"On","type":"boolean","default":true},
  {"id":"ink","label":"Ink","type":"color","default":"#fff"},
  {"id":"mood","label":"Mood","type":"enum","default":"calm","options":[{"value":"calm","label":"c"},{"value":"wild","label":"w"}]},
  {"id":"face","label":"Face","type":"font","default":"Inter"},
  {"id":"logo","label":"Logo","type":"image","default":"a.png"}]'><body></body></html>)";

std::vector<std::string> Issues(const char* html, const char* values) {
  const auto issues = VariableIssues(html, values);
  EXPECT_TRUE(issues);
  return issues ? *issues : std::vector<std::string>{"(failed)"};
}

TEST(VariableIssues, WhatFitsIsFine) {
  EXPECT_THAT(Issues(kDeclaring, R"({"title":"x","count":1.5,"on":false,"ink":"red","mood":"wild",
      "face":{"name":"A","source":"b"},"logo":{"url":"c"}})"),
              IsEmpty());
  EXPECT_THAT(Issues(kDeclaring, R"({"face":"Arial","logo":"d.png"})"), IsEmpty());
}

TEST(VariableIssues, NamesUndeclaredAndMistypedOnes) {
  EXPECT_THAT(Issues(kDeclaring, R"({"titel":"x"})"),
              ElementsAre("variable \"titel\" is not declared; declared are count, face, ink, "
                          "logo, mood, on, title"));
  EXPECT_THAT(Issues(kDeclaring, R"({"count":"3"})"),
              ElementsAre("variable \"count\" must be a number; it is \"3\""));
  EXPECT_THAT(Issues(kDeclaring, R"({"mood":"sad"})"),
              ElementsAre("variable \"mood\" must be one of \"calm\", \"wild\"; it is \"sad\""));
  EXPECT_THAT(Issues(kDeclaring, R"({"on":1,"ink":2,"face":{"name":3},"logo":[],"title":null})"),
              ::testing::SizeIs(5));
}

TEST(VariableIssues, ADocumentThatDeclaresNothingTakesAnythingUnlessStrict) {
  EXPECT_THAT(Issues("<p>", R"({"a":1})"), IsEmpty());
  EXPECT_THAT(*VariableIssues("<p>", R"({"a":1})", UndeclaredDocument::kTakesNothing),
              ElementsAre("variable \"a\" is not declared: the document declares none"));
  EXPECT_FALSE(VariableIssues("<p>", "[1]"));
}

TEST(VariableIssues, DeclarationsThatMakeNoSenseAreNamed) {
  const auto issues = Issues(
      R"(<div id="a" data-composition-variables='[{"id":"x","label":"X","type":"number","default":"1"},
      {"id":"y","label":"Y","type":"colour","default":""},7]'>)",
      "{}");
  ASSERT_EQ(issues.size(), 3U);
  EXPECT_THAT(issues[0], HasSubstr("entry 0"));
  EXPECT_THAT(issues[0], HasSubstr("default must be a number"));
  EXPECT_THAT(issues[1], HasSubstr("no type \"colour\""));
  EXPECT_THAT(Issues("<div id='a' data-composition-variables='{'>", "{}"),
              ElementsAre(HasSubstr("<div id=\"a\"> is no JSON array")));
}

TEST(ProjectVariableIssues, JudgesWhatHostsGiveToTheirCompositions) {
  const testing::TemporaryDirectory project("variables");
  std::filesystem::create_directory(project / "parts");
  std::ofstream(project / "index.html")
      << "<html>\n<div data-composition-id='main'>\n"
         "<div id='one' data-composition-src='parts/card.html' "
         "data-variable-values='{\"count\":\"x\"}'>\n"
         "<div id='two' data-composition-src='parts/card.html' "
         "data-variable-values='{\"title\":\"ok\"}'>\n"
         "<div id='three' data-composition-src='parts/card.html' data-variable-values='nonsense'>\n"
         "<div id='gone' data-composition-src='parts/none.html' "
         "data-variable-values='{\"a\":1}'>\n";
  std::ofstream(project / "parts" / "card.html")
      << kDeclaring << "<div data-composition-src='card.html'>";  // itself: no end of it
  const auto issues = ProjectVariableIssues(project.path(), "index.html", R"({"any":1})",
                                            UndeclaredDocument::kTakesAnything);
  ASSERT_TRUE(issues) << issues.error().message;
  EXPECT_THAT(
      *issues,
      ElementsAre("index.html:3: <div id=\"one\">: variable \"count\" must be a number; it "
                  "is \"x\"",
                  "index.html:5: <div id=\"three\">: data-variable-values is no JSON object: "
                  "it gives nothing"));
  EXPECT_EQ(ProjectVariableIssues(project.path(), "other.html", {}, {}).error().code,
            ErrorCode::kNoInput);
}

}  // namespace
}  // namespace hyperlocal
