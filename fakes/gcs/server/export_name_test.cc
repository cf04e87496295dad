#include "fakes/gcs/server/export_name_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace hyperlocal::gcs {
namespace {

TEST(ExportPath, OrdinaryNamesAreTheirOwnPaths) {
  for (const char* const name : {"a", "a/b/c.txt", "with space", "\xC3\xA9/\xF0\x9F\x98\x80.png",
                                 ".hidden", "a..b", "...", "C:\\x", "a'b\"c", "-rf"}) {
    EXPECT_EQ(ExportPathOf(name, false), name);
  }
}

TEST(ExportPath, NamesThatNoFileCanHaveAreEscaped) {
  EXPECT_EQ(ExportPathOf(".", false), "%2E");
  EXPECT_EQ(ExportPathOf("..", false), "%2E%2E");
  EXPECT_EQ(ExportPathOf("../../etc/passwd", false), "%2E%2E/%2E%2E/etc/passwd");
  EXPECT_EQ(ExportPathOf("/lead", false), "%_/lead");
  EXPECT_EQ(ExportPathOf("a//b", false), "a/%_/b");
  EXPECT_EQ(ExportPathOf("dir/", false), "dir/%_");
  EXPECT_EQ(ExportPathOf("/", false), "%_/%_");
  EXPECT_EQ(ExportPathOf("100%", false), "100%25");
  EXPECT_EQ(ExportPathOf(std::string("a\0b\n", 4), false), "a%00b%0A");
}

TEST(ExportPath, ANameBesideADirectoryHasAnotherPathThanTheDirectory) {
  EXPECT_EQ(ExportPathOf("a", true), "a%o");
  EXPECT_EQ(NameOfExportPath("a%o"), "a");
  EXPECT_EQ(ExportPathOf("a%o", false), "a%25o");
}

TEST(ExportPath, LongPartsGoOnInDirectories) {
  const std::string name(500, 'x');
  const std::string path = ExportPathOf(name, false);
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    EXPECT_LE(slash, 255u);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  EXPECT_EQ(NameOfExportPath(path), name);
}

TEST(ExportPath, PathsThatAreNotWrittenSoAreNone) {
  for (const char* const path : {"", ".", "..", "a/../b", "a//b", "/a", "a/", "100%", "%zz", "%2e",
                                 "%41", "%+", "a%+", "%o%o", "a%_", "x%+/y"}) {
    EXPECT_EQ(NameOfExportPath(path), std::nullopt) << path;
  }
}

// Names of 1 to 1024 bytes, made of what attacks paths.
rc::Gen<std::string> AnyName() {
  const auto word = rc::gen::weightedOneOf<std::string>(
      {{4, rc::gen::element<std::string>("/", "..", ".", "%", "%2E", "%_", "%+", "%o", "\\", "~",
                                         std::string(1, '\0'), "\n", "\x7F", "a", "B")},
       {1, rc::gen::element<std::string>("\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                         std::string(199, 'x'), std::string(200, '.'),
                                         std::string(201, '%'))}});
  return rc::gen::suchThat(rc::gen::map(rc::gen::container<std::vector<std::string>>(word),
                                        [](const std::vector<std::string>& words) {
                                          std::string name;
                                          for (const std::string& part : words) {
                                            if (name.size() + part.size() <= 1024) name += part;
                                          }
                                          return name;
                                        }),
                           [](const std::string& name) { return !name.empty(); });
}

RC_GTEST_PROP(ExportPathProperty, NamesComeBack, ()) {
  const std::string name = *AnyName();
  const bool beside = *rc::gen::arbitrary<bool>();
  RC_ASSERT(NameOfExportPath(ExportPathOf(name, beside)) == name);
}

RC_GTEST_PROP(ExportPathProperty, PathsStayInside, ()) {
  const std::string path = ExportPathOf(*AnyName(), *rc::gen::arbitrary<bool>());
  RC_ASSERT(!path.empty());
  RC_ASSERT(path.size() < 3500u);  // below PATH_MAX with room for the directory
  RC_ASSERT(path.find('\0') == std::string::npos);
  std::string_view rest = path;
  for (bool more = true; more;) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    RC_ASSERT(!part.empty());
    RC_ASSERT(part != ".");
    RC_ASSERT(part != "..");
    RC_ASSERT(part.size() <= 255u);
    more = slash != std::string_view::npos;
    if (more) rest.remove_prefix(slash + 1);
  }
}

RC_GTEST_PROP(ExportPathProperty, DifferentNamesHaveDifferentPaths, ()) {
  const std::string a = *AnyName(), b = *AnyName();
  RC_PRE(a != b);
  const bool beside_a = *rc::gen::arbitrary<bool>(), beside_b = *rc::gen::arbitrary<bool>();
  RC_ASSERT(ExportPathOf(a, beside_a) != ExportPathOf(b, beside_b));
}

}  // namespace
}  // namespace hyperlocal::gcs
