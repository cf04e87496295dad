// `hyperlocal assets` and renders of what it fetched.
#include "cli/assets_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/cloud_render.h"
#include "cli/command_table.h"
#include "cli/local_render.h"
#include "cli/recording_console_test_support.h"
#include "engine/composition/asset_lock.h"
#include "tests/assets/project_plan.h"
#include "tests/assets/small_web.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::FileContent;
using ::testing::HasSubstr;
using testing::ProjectPlan;
using testing::PutFile;
using testing::SmallWeb;

class AssetsCommandTest : public ::testing::Test {
 protected:
  AssetsCommandTest() {
    web_.pages[kUrl] = {"image/svg+xml", Svg("#0f0")};
    page_.Put("<script src='https://unpkg.com/hl-own@1.0.0/own.js'></script>",
              "<img src='https://out.test/a.svg'>");
    PutFile(page_.project / "node_modules/hl-own/package.json", R"({"version":"1.0.0"})");
    PutFile(page_.project / "node_modules/hl-own/own.js", "document.title = 'own'");
  }
  static std::string Svg(const std::string& colour) {
    return "<svg xmlns='http://www.w3.org/2000/svg' width='320' height='180'><rect width='320' "
           "height='180' fill='" +
           colour + "'/></svg>";
  }

  AssetSources Sources(bool fetch) {
    AssetSources sources = web_.Sources(fetch);
    sources.cache_directory = page_.directory / "cache";
    return sources;
  }

  int Run(const std::string& verb, std::vector<std::string> flags = {}) {
    CommandLine line;
    line.command = FindCommand("assets " + verb);
    line.arguments = {page_.project.string()};
    line.flags["json"] = "";
    for (const std::string& flag : flags) line.flags[flag] = "";
    RecordingConsole console;
    CommandContext context{.console = console,
                           .environment = {},
                           .clock = [] { return std::chrono::steady_clock::now(); },
                           .cancel = {},
                           .first_signal = [] { return 0; },
                           .working_directory = page_.directory.path()};
    const int status = RunAssets(
        line, context, [this](bool fetch, const CancellationToken&) { return Sources(fetch); });
    document_ = json::parse(console.out(), nullptr, false);
    return status;
  }
  std::string Said(const std::string& url, const char* member) {
    for (const json& asset : document_.value("assets", json::array())) {
      if (asset.value("url", "") == url) return asset.value(member, "");
    }
    return "";
  }

  static constexpr const char* kUrl = "https://out.test/a.svg";
  static constexpr const char* kOwn = "https://unpkg.com/hl-own@1.0.0/own.js";
  SmallWeb web_;
  ProjectPlan page_;
  json document_;
};

TEST_F(AssetsCommandTest, ListsFetchesAndVerifies) {
  EXPECT_EQ(Run("list"), 1);
  EXPECT_EQ(Said(kUrl, "from"), "missing");
  EXPECT_EQ(Said(kOwn, "from"), "package");
  EXPECT_EQ(Run("verify"), 66);  // nothing is locked

  EXPECT_EQ(Run("fetch"), 0);
  EXPECT_EQ(Said(kUrl, "from"), "network");
  const auto lock = AssetLock::Load(page_.project);
  ASSERT_TRUE(lock && *lock);
  EXPECT_EQ((*lock)->assets.size(), 2U);
  EXPECT_EQ(Run("list"), 0);
  EXPECT_EQ(Said(kUrl, "from"), "cache");
  EXPECT_EQ(Run("verify"), 0);
  EXPECT_EQ(Said(kUrl, "verdict"), "ok");

  const std::string before = FileContent(page_.project / AssetLock::kFile);
  EXPECT_EQ(Run("fetch"), 0);  // again: all is there
  EXPECT_EQ(FileContent(page_.project / AssetLock::kFile), before);
  EXPECT_EQ(web_.asked.size(), 1U);

  PutFile(page_.project / "node_modules/hl-own/own.js", "document.title = 'other'");
  EXPECT_EQ(Run("verify"), 1);
  EXPECT_EQ(Said(kOwn, "verdict"), "changed");
  EXPECT_EQ(Said(kUrl, "verdict"), "ok");
}

// Without a network, through the emulated cloud and directly, and on a machine that has nothing but
// the project: the same bytes.
TEST_F(AssetsCommandTest, WhatWasFetchedRendersToTheSameBytesEverywhere) {
  ASSERT_EQ(Run("fetch", {"into-project"}), 0);
  EXPECT_TRUE(fs::exists(page_.project / kProjectAssets));
  const auto options = [this](const char* name, bool with_cache) {
    LocalRenderOptions render;
    render.project = page_.project;
    render.output = page_.directory / name;
    render.workers = 1;
    if (with_cache) render.assets = Sources(false);
    return render;
  };
  RenderObserver nobody;
  const auto direct = RenderLocally(options("direct.mp4", true), nobody, {});
  ASSERT_TRUE(direct) << direct.error().message;
  LocalCloudOptions one;
  one.instances = 1;
  const auto cloud = RenderThroughCloud(options("cloud.mp4", true), one, nobody, {});
  ASSERT_TRUE(cloud) << cloud.error().message;
  fs::remove_all(page_.directory / "cache");
  const auto bare = RenderThroughCloud(options("bare.mp4", false), one, nobody, {});
  ASSERT_TRUE(bare) << bare.error().message;
  const std::string bytes = FileContent(page_.directory / "direct.mp4");
  EXPECT_TRUE(FileContent(page_.directory / "cloud.mp4") == bytes);
  EXPECT_TRUE(FileContent(page_.directory / "bare.mp4") == bytes);
  EXPECT_EQ(web_.asked.size(), 1U);
}

}  // namespace
}  // namespace hyperlocal::cli
