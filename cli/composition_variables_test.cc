#include "cli/composition_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hyperlocal::cli {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One declaration of each type, as an attribute that a person and one that a program would write.
const std::string kDeclarations =
    R"([{"id":"t","label":"T","type":"string","default":"x"},)"
    R"({"id":"n","label":"N","type":"number","default":1},)"
    R"({"id":"c","label":"C","type":"color","default":"#fff"},)"
    R"({"id":"b","label":"B","type":"boolean","default":true},)"
    R"({"id":"e","label":"E","type":"enum","default":"a","options":[{"value":"a"},{"value":"b"}]},)"
    R"({"id":"f","label":"F","type":"font","default":"Inter"},)"
    R"({"id":"i","label":"I","type":"image","default":"a.png"},)"
    R"({"id":"broken","type":"string","default":"no label"}])";

std::string Page(const std::string& declarations) {
  return "<!doctype html><!-- <html data-composition-variables='[]'> --><html lang=en "
         "data-composition-variables='" +
         declarations + "'><script>'<p data-composition-variables=\"[]\">'</script></html>";
}
std::vector<std::string> Issues(const char* variables) {
  return VariableIssues(Page(kDeclarations), json::parse(variables));
}

TEST(CompositionVariables, WhatIsDeclaredSoIsFine) {
  EXPECT_THAT(Issues(R"({"t":"","n":1.5,"c":"red","b":false,"e":"b","f":{"name":"a","source":"b"},
                         "i":{"url":"u"}})"),
              IsEmpty());
  EXPECT_THAT(Issues(R"({"f":"Arial","i":"b.png"})"), IsEmpty());
}

TEST(CompositionVariables, WhatIsNotIsSaidByName) {
  EXPECT_THAT(Issues(R"({"x":1})"), ElementsAre(HasSubstr("\"x\" is not declared")));
  EXPECT_THAT(Issues(R"({"broken":"y"})"), ElementsAre(HasSubstr("not declared")));
  EXPECT_THAT(Issues(R"({"t":7})"),
              ElementsAre(HasSubstr("\"t\" must be a string, and is a number")));
  EXPECT_THAT(Issues(R"({"n":"7"})"), ElementsAre(HasSubstr("\"n\" must be a number")));
  EXPECT_THAT(Issues(R"({"c":null})"), ElementsAre(HasSubstr("\"c\" must be a colour")));
  EXPECT_THAT(Issues(R"({"b":"true"})"), ElementsAre(HasSubstr("\"b\" must be true or false")));
  EXPECT_THAT(Issues(R"({"e":"z"})"), ElementsAre(HasSubstr("\"e\" must be one of a, b")));
  EXPECT_THAT(Issues(R"({"e":1})"), ElementsAre(HasSubstr("\"e\"")));
  EXPECT_THAT(Issues(R"({"f":{"name":"a"}})"), ElementsAre(HasSubstr("\"f\" must be a font")));
  EXPECT_THAT(Issues(R"({"i":[]})"), ElementsAre(HasSubstr("and is an array")));
}

TEST(CompositionVariables, ReferencesInTheAttributeAreRead) {
  const std::string page =
      "<div "
      "data-composition-variables=\"[{&quot;id&quot;:&quot;&#x2603;&amp;&#34;,&quot;label&quot;:"
      "&quot;&quot;,&quot;type&quot;:&quot;number&quot;,&quot;default&quot;:1}]\">";
  const std::string id = "\xE2\x98\x83&";
  EXPECT_THAT(VariableIssues(page, json{{id, 1}}), IsEmpty());
  EXPECT_THAT(VariableIssues(page, json{{id, "1"}}), ElementsAre(HasSubstr("a number")));
}

TEST(CompositionVariables, ACompositionThatDeclaresNothingTakesEverything) {
  for (const char* const page :
       {"", "<html>", "<html data-composition-variables>", "<html data-composition-variables=",
        "<html data-composition-variables='{}'>", "<html data-composition-variables='[", "<"}) {
    EXPECT_THAT(VariableIssues(page, json{{"x", 1}}), IsEmpty()) << page;
  }
}

}  // namespace
}  // namespace hyperlocal::cli
