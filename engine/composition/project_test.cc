#include "engine/composition/project.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class DetectProject : public ::testing::Test {
 protected:
  void Touch(const std::string& name) {
    std::filesystem::create_directories((project_ / name).parent_path());
    std::ofstream(project_ / name) << "x";
  }
  Result<ProjectKind> Detect(const std::string& entry) {
    return DetectProjectKind(project_.path(), entry);
  }
  void ExpectKind(const std::string& entry, ProjectKind expected) {
    const Result<ProjectKind> kind = Detect(entry);
    ASSERT_TRUE(kind) << kind.error().message;
    EXPECT_EQ(*kind, expected);
  }
  template <typename Matcher>
  void ExpectNoInput(const Result<ProjectKind>& kind, const Matcher& message) {
    ASSERT_FALSE(kind);
    EXPECT_EQ(kind.error().code, ErrorCode::kNoInput);
    EXPECT_THAT(kind.error().message, message);
  }

  testing::TemporaryDirectory project_{"project"};
};

TEST_F(DetectProject, HtmlIsWhateverIsNotATestCard) {
  Touch("index.html");
  Touch("intro/scene.html");
  ExpectKind("index.html", ProjectKind::kHtml);
  ExpectKind("intro/scene.html", ProjectKind::kHtml);
}

TEST_F(DetectProject, AnEntryCalledTestcardJsonIsATestCard) {
  Touch("testcard.json");
  Touch("cards/testcard.json");
  Touch("index.html");
  ExpectKind("testcard.json", ProjectKind::kTestCard);
  ExpectKind("cards/testcard.json", ProjectKind::kTestCard);
}

TEST_F(DetectProject, TheDefaultEntryGivesWayToATestCardOnlyWhenItIsMissing) {
  Touch("testcard.json");
  ExpectKind("index.html", ProjectKind::kTestCard);
  Touch("index.html");
  ExpectKind("index.html", ProjectKind::kHtml);
}

TEST_F(DetectProject, AnotherMissingEntryDoesNotFallBackToTheTestCard) {
  Touch("testcard.json");
  ExpectNoInput(Detect("main.html"), AllOf(HasSubstr("has no entry file main.html"),
                                           HasSubstr("it holds testcard.json")));
}

TEST_F(DetectProject, AMissingEntryIsNamedWithWhatWasFoundInstead) {
  ExpectNoInput(Detect("index.html"),
                AllOf(HasSubstr("has no entry file index.html (nor a testcard.json)"),
                      HasSubstr("it is empty"), HasSubstr(project_.path().string())));
  for (const char* name : {"a.css", "b.css", "c.css", "d.css", "e.css", "start.html"}) Touch(name);
  ExpectNoInput(Detect("index.html"),
                HasSubstr("it holds start.html, a.css, b.css, c.css, d.css and 1 more"));
}

TEST_F(DetectProject, ADirectoryIsNoEntryFile) {
  Touch("index.html/inner.txt");
  ExpectNoInput(Detect("index.html"), HasSubstr("has no entry file index.html"));
}

TEST_F(DetectProject, AnEntryOutsideTheProjectIsRefused) {
  for (const char* entry : {"../index.html", "a/../../index.html", "/etc/hostname", ""}) {
    ExpectNoInput(Detect(entry), HasSubstr("must be a path inside the project"));
  }
}

TEST_F(DetectProject, AnEntryThatIsALinkIsRefused) {
  Touch("real/scene.html");
  std::filesystem::create_symlink("real/scene.html", project_ / "index.html");
  std::filesystem::create_directory_symlink("real", project_ / "alias");
  ExpectNoInput(Detect("index.html"), HasSubstr("index.html is a link"));
  ExpectNoInput(Detect("alias/scene.html"), HasSubstr("alias is a link"));
}

TEST_F(DetectProject, AProjectThatIsMissingOrNoDirectoryIsNamed) {
  ExpectNoInput(DetectProjectKind(project_ / "nowhere", "index.html"),
                AllOf(HasSubstr("nowhere does not exist")));
  Touch("index.html");
  ExpectNoInput(DetectProjectKind(project_ / "index.html", "index.html"),
                AllOf(HasSubstr("index.html is not a directory"), HasSubstr("--entry")));
}

}  // namespace
}  // namespace hyperlocal
