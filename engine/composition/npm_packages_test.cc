#include "engine/composition/npm_packages.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using testing::PutFile;
using testing::TemporaryDirectory;

// Packages whose names no real node_modules has.
class NpmPackagesTest : public ::testing::Test {
 protected:
  NpmPackagesTest() {
    if (const char* set = std::getenv("HYPERLOCAL_NODE_MODULES")) before_ = set;
    ::setenv("HYPERLOCAL_NODE_MODULES", (directory_ / "launcher").c_str(), 1);
  }
  ~NpmPackagesTest() override {
    before_ ? ::setenv("HYPERLOCAL_NODE_MODULES", before_->c_str(), 1)
            : ::unsetenv("HYPERLOCAL_NODE_MODULES");
  }

  void Install(const fs::path& where, const std::string& version, const std::string& more = "") {
    PutFile(where / "package.json", "{\"version\":\"" + version + "\"" + more + "}");
  }
  std::optional<NpmFile> Find(const std::string& url) {
    const auto address = ParseNpmAddress(url);
    EXPECT_TRUE(address) << url;
    return NpmPackages(directory_ / "project").Find(*address);
  }

  const TemporaryDirectory directory_;
  const fs::path own_ = directory_ / "project/node_modules";
  const fs::path launcher_ = directory_ / "launcher";
  std::optional<std::string> before_;
};

TEST_F(NpmPackagesTest, TheProjectsOwnPackageComesFirst) {
  for (const fs::path& root : {own_, launcher_}) {
    Install(root / "hl-a", "1.2.3");
    PutFile(root / "hl-a/x.js", "x");
  }
  const auto found = Find("https://unpkg.com/hl-a@1.2.3/x.js");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, own_ / "hl-a/x.js");
  EXPECT_EQ(found->installed_version, "1.2.3");
  EXPECT_FALSE(found->other_version);
}

TEST_F(NpmPackagesTest, AFittingVersionComesBeforeAnotherOfTheSameMajorNumber) {
  Install(own_ / "hl-a", "1.9.0");
  PutFile(own_ / "hl-a/x.js", "x");
  const auto other = Find("https://unpkg.com/hl-a@1.2.3/x.js");
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->other_version);
  Install(launcher_ / "hl-a", "1.2.3");
  PutFile(launcher_ / "hl-a/x.js", "x");
  const auto fitting = Find("https://unpkg.com/hl-a@1.2.3/x.js");
  ASSERT_TRUE(fitting);
  EXPECT_EQ(fitting->file, launcher_ / "hl-a/x.js");
  EXPECT_FALSE(fitting->other_version);
  EXPECT_FALSE(Find("https://unpkg.com/hl-a@2.0.0/x.js"));
  EXPECT_FALSE(Find("https://unpkg.com/hl-a@next/x.js"));
}

TEST_F(NpmPackagesTest, ABarePackageMeansItsFileForBrowsers) {
  PutFile(own_ / "@hl/b/dist/b.js", "b");
  PutFile(own_ / "@hl/b/index.js", "index");
  for (const char* manifest :
       {",\"main\":\"no.js\",\"unpkg\":\"dist/b.js\"", ",\"main\":\"./dist/b.js\"",
        ",\"main\":\"no.js\",\"browser\":{\"x\":false},\"jsdelivr\":\"dist/b.js\""}) {
    Install(own_ / "@hl/b", "1.0.0", manifest);
    const auto found = Find("https://cdn.jsdelivr.net/npm/@hl/b");
    ASSERT_TRUE(found) << manifest;
    EXPECT_TRUE(fs::equivalent(found->file, own_ / "@hl/b/dist/b.js")) << manifest;
  }
  Install(own_ / "@hl/b", "1.0.0");
  EXPECT_EQ(Find("https://unpkg.com/@hl/b@1")->file, own_ / "@hl/b/index.js");
}

TEST_F(NpmPackagesTest, LooksForAFlatPathWherePackagesKeepTheirBuilds) {
  Install(own_ / "hl-a", "1.2.3");
  PutFile(own_ / "hl-a/build/player/x.js", "x");
  const auto found = Find("https://cdnjs.cloudflare.com/ajax/libs/hl-a/1.2.3/x.js");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, own_ / "hl-a/build/player/x.js");
  EXPECT_FALSE(Find("https://unpkg.com/hl-a@1.2.3/x.js"));  // says where
}

TEST_F(NpmPackagesTest, ANamedDirectoryComesBeforeTheProjects) {
  for (const fs::path& root : {directory_ / "named", own_}) {
    Install(root / "hl-a", "1.2.3");
    PutFile(root / "hl-a/x.js", "x");
  }
  const auto address = ParseNpmAddress("https://unpkg.com/hl-a@1/x.js");
  const auto found = NpmPackages(directory_ / "project", {directory_ / "named"}).Find(*address);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->file, directory_ / "named/hl-a/x.js");
}

TEST_F(NpmPackagesTest, AModuleAddressMeansWhatAnImportMeans) {
  for (const char* file : {"main.js", "esm.mjs", "sub/x.js"}) PutFile(own_ / "hl-m" / file, file);
  const auto entry = [&](const std::string& manifest, const std::string& url) {
    Install(own_ / "hl-m", "1.0.0", manifest);
    const auto found = Find(url);
    return found ? found->path : "none";
  };
  const std::string bare = "https://esm.sh/hl-m@1";
  EXPECT_EQ(entry(R"(,"main":"main.js","module":"./esm.mjs")", bare), "esm.mjs");
  EXPECT_EQ(entry(R"(,"type":"module","main":"main.js")", bare), "main.js");
  EXPECT_EQ(entry(R"(,"main":"main.js")", bare), "none");  // a script that exports nothing
  EXPECT_EQ(entry(R"(,"exports":"./esm.mjs")", bare), "esm.mjs");
  EXPECT_EQ(
      entry(
          R"(,"exports":{"import":{"types":"./x.d.ts","default":"./esm.mjs"},"require":"./main.js"})",
          bare),
      "esm.mjs");
  const std::string subpaths = R"(,"exports":{".":"./main.js","./x":{"import":"./sub/x.js"}})";
  EXPECT_EQ(entry(subpaths, bare), "main.js");
  EXPECT_EQ(entry(subpaths, bare + "/x"), "sub/x.js");
  EXPECT_EQ(entry(subpaths, bare + "/sub/x.js"), "sub/x.js");
}

TEST_F(NpmPackagesTest, CompletesAPathAsTheNetworksDo) {
  Install(own_ / "hl-a", "1.2.3");
  PutFile(own_ / "hl-a/dist/x.js", "x");
  PutFile(own_ / "hl-a/y/index.js", "y");
  for (const char* path : {"dist/x.min.js", "dist/x", "dist/x.js"}) {
    const auto found = Find(std::string("https://cdn.jsdelivr.net/npm/hl-a@1/") + path);
    ASSERT_TRUE(found) << path;
    EXPECT_EQ(found->path, "dist/x.js") << path;
  }
  EXPECT_EQ(Find("https://unpkg.com/hl-a/y")->path, "y/index.js");
}

TEST_F(NpmPackagesTest, NeverLeavesThePackage) {
  PutFile(directory_ / "secret.js", "secret");
  Install(own_ / "hl-a", "1.0.0", ",\"main\":\"../../../secret.js\"");
  fs::create_symlink(directory_ / "secret.js", own_ / "hl-a/link.js");
  EXPECT_FALSE(Find("https://unpkg.com/hl-a"));
  EXPECT_FALSE(Find("https://unpkg.com/hl-a/link.js"));
  EXPECT_FALSE(NpmPackages(directory_ / "project")
                   .Find(NpmAddress{"hl-a", "", (directory_ / "secret.js").string()}));
}

TEST_F(NpmPackagesTest, FollowsALinkToAWholePackageAsStoresMakeThem) {
  Install(directory_ / "store/hl-a", "1.0.0");
  PutFile(directory_ / "store/hl-a/x.js", "x");
  fs::create_directories(own_);
  fs::create_directory_symlink(directory_ / "store/hl-a", own_ / "hl-a");
  EXPECT_TRUE(Find("https://unpkg.com/hl-a@1/x.js"));
}

TEST_F(NpmPackagesTest, PassesOverAPackageThatCannotBeRead) {
  PutFile(own_ / "hl-a/package.json", "no json");
  PutFile(own_ / "hl-b/package.json", "[1]");
  PutFile(own_ / "hl-c/package.json", "{\"version\":3,\"main\":4}");
  for (const char* name : {"hl-a", "hl-b", "hl-c", "hl-not-there"}) {
    EXPECT_FALSE(Find("https://unpkg.com/" + std::string(name) + "@1/x.js")) << name;
  }
}

}  // namespace
}  // namespace hyperlocal
