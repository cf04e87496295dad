#include "tests/structure/include_graph.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

// HYPERLOCAL_SOURCE_ROOT comes from the build: the root of the sources that were compiled.

namespace hyperlocal::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<IncludeLine> RealIncludes() {
  Result<std::vector<IncludeLine>> includes = ReadIncludes(HYPERLOCAL_SOURCE_ROOT);
  EXPECT_TRUE(includes) << includes.error().message;
  return includes ? std::move(*includes) : std::vector<IncludeLine>{};
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "\n  " + line;
  return text;
}

TEST(Sources, IncludeOnlyWhatTheirFolderMay) {
  const std::vector<std::string> violations = FolderViolations(RealIncludes());
  EXPECT_THAT(violations, IsEmpty()) << Lines(violations);
}

TEST(Sources, KeepThirdPartyHeadersWhereTheyBelong) {
  const std::vector<std::string> violations = ThirdPartyViolations(RealIncludes());
  EXPECT_THAT(violations, IsEmpty()) << Lines(violations);
}

TEST(Sources, HaveAReadmeInEveryTopLevelFolder) {
  EXPECT_THAT(FoldersWithoutReadme(HYPERLOCAL_SOURCE_ROOT), IsEmpty());
}

// The three tests above say nothing if the walk finds nothing.
TEST(Sources, AreFound) {
  const std::vector<IncludeLine> includes = RealIncludes();
  EXPECT_GT(includes.size(), 100U);
  EXPECT_TRUE(std::any_of(includes.begin(), includes.end(), [](const IncludeLine& include) {
    return include.file == "golden/frame_number.cc" &&
           include.target == "engine/capture/frame_barcode.h" && include.quoted;
  }));
}

IncludeLine Quoted(const char* file, const char* target) {
  return {.file = file, .line = 3, .target = target, .quoted = true};
}

IncludeLine Angled(const char* file, const char* target) {
  return {.file = file, .line = 3, .target = target, .quoted = false};
}

struct Case {
  const char* file;
  const char* target;
};

TEST(IncludeRules, AcceptWhatTheDesignAllows) {
  for (const Case& allowed :
       {Case{"engine/plan/plan.cc", "engine/hash/sha256.h"},
        Case{"engine/plan/plan_test.cc", "tests/support/generators.h"},
        Case{"orchestrator/run.cc", "orchestrator/value.h"},
        Case{"orchestrator/run.cc", "engine/error/result.h"},
        Case{"orchestrator/run.cc", "engine/clock.h"},
        Case{"orchestrator/run.cc", "engine/http_caller.h"},
        Case{"adapters/gcp/client.cc", "engine/object_store.h"},
        Case{"fakes/workflows/server.cc", "orchestrator/execution.h"},
        Case{"golden/psnr.cc", "engine/frame/frame.h"}, Case{"cli/main.cc", "fakes/gcs/server.h"},
        Case{"tests/contract/store.cc", "adapters/gcp/client.h"},
        Case{"bench/x_bench.cc", "cli/local_render.h"}}) {
    EXPECT_THAT(FolderViolations({Quoted(allowed.file, allowed.target)}), IsEmpty());
  }
}

TEST(IncludeRules, RefuseWhatTheDesignDoesNotAllow) {
  for (const Case& forbidden :
       {Case{"engine/plan/plan.cc", "golden/psnr.h"},
        Case{"engine/plan/plan.cc", "tests/support/generators.h"},
        Case{"engine/plan/plan_test.cc", "golden/psnr.h"},
        Case{"engine/plan/plan_test.cc", "tests/contract/store.h"},
        Case{"orchestrator/run.cc", "engine/plan/plan.h"},
        Case{"orchestrator/run.cc", "fakes/gcs/server.h"},
        Case{"adapters/gcp/client.cc", "orchestrator/value.h"},
        Case{"adapters/gcp/client.cc", "fakes/gcs/server.h"},
        Case{"fakes/gcs/server.cc", "adapters/gcp/client.h"},
        Case{"golden/psnr.cc", "cli/environment.h"},
        Case{"cli/main.cc", "tests/support/generators.h"}, Case{"cli/main.cc", "bench/x.h"},
        Case{"engine/plan/plan.cc", "plan.h"}, Case{"engine/plan/plan.cc", "../hash/sha256.h"}}) {
    EXPECT_THAT(FolderViolations({Quoted(forbidden.file, forbidden.target)}), SizeIs(1))
        << forbidden.file << " includes " << forbidden.target;
  }
}

TEST(IncludeRules, NameThePlaceAndWhatIsAllowed) {
  EXPECT_THAT(FolderViolations({Quoted("golden/psnr.cc", "cli/environment.h")}),
              ElementsAre("golden/psnr.cc:3: includes cli/environment.h: golden/ may include only "
                          "engine/"));
  EXPECT_THAT(FolderViolations({Angled("golden/psnr.cc", "engine/frame/frame.h")}),
              ElementsAre(HasSubstr("our own headers stand in quotes")));
}

TEST(IncludeRules, KeepLibavInEngineAv) {
  EXPECT_THAT(ThirdPartyViolations({Angled("engine/av/writer.cc", "libavcodec/avcodec.h"),
                                    Angled("engine/av/handles_internal.h", "libavutil/frame.h")}),
              IsEmpty());
  for (const char* file : {"engine/plan/plan.cc", "golden/psnr.cc", "engine/av/writer.h"}) {
    for (const char* target : {"libavcodec/avcodec.h", "libswscale/swscale.h"}) {
      EXPECT_THAT(ThirdPartyViolations({Angled(file, target)}), SizeIs(1)) << file << target;
    }
  }
}

TEST(IncludeRules, KeepHttplibInOneSourceAFolder) {
  EXPECT_THAT(ThirdPartyViolations({Angled("fakes/gcs/a.cc", "httplib.h"),
                                    Angled("fakes/workflows/b.cc", "httplib.h"),
                                    Angled("fakes/gcs/a_test.cc", "httplib.h")}),
              IsEmpty());
  EXPECT_THAT(ThirdPartyViolations(
                  {Angled("fakes/gcs/a.cc", "httplib.h"), Angled("fakes/gcs/b.cc", "httplib.h")}),
              ElementsAre(HasSubstr("fakes/gcs/ already includes it in fakes/gcs/a.cc")));
  EXPECT_THAT(ThirdPartyViolations({Angled("fakes/gcs/a_internal.h", "httplib.h")}), SizeIs(1));
}

TEST(IncludeRules, KeepThirdPartyHeadersOutOfOurs) {
  EXPECT_THAT(ThirdPartyViolations({Angled("engine/json/a.h", "nlohmann/json_fwd.hpp"),
                                    Angled("engine/json/a.cc", "nlohmann/json.hpp"),
                                    Angled("engine/json/a_internal.h", "nlohmann/json.hpp"),
                                    Angled("engine/json/a.h", "vector")}),
              IsEmpty());
  EXPECT_THAT(ThirdPartyViolations({Angled("engine/json/a.h", "nlohmann/json.hpp"),
                                    Angled("cli/b.h", "CLI/CLI.hpp"),
                                    Angled("golden/c.h", "fmt/format.h")}),
              SizeIs(3));
}

TEST(IncludeWalk, FindsEveryFormOfIncludeWithItsLine) {
  const TemporaryDirectory root("includes");
  std::filesystem::create_directories(root / "engine/plan");
  std::filesystem::create_directories(root / "bench/peers/node_modules/x");
  std::ofstream(root / "engine/plan/a.cc") << "// #include \"no.h\"\n#include \"engine/b.h\"\n"
                                           << "  #  include <vector>  // why\n";
  std::ofstream(root / "engine/plan/b.js") << "#include \"no.h\"\n";
  std::ofstream(root / "bench/peers/node_modules/x/x.h") << "#include \"no.h\"\n";
  const Result<std::vector<IncludeLine>> includes = ReadIncludes(root.path());
  ASSERT_TRUE(includes) << includes.error().message;
  ASSERT_THAT(*includes, SizeIs(2));
  EXPECT_EQ((*includes)[0].file, "engine/plan/a.cc");
  EXPECT_EQ((*includes)[0].line, 2);
  EXPECT_EQ((*includes)[0].target, "engine/b.h");
  EXPECT_TRUE((*includes)[0].quoted);
  EXPECT_EQ((*includes)[1].line, 3);
  EXPECT_EQ((*includes)[1].target, "vector");
  EXPECT_FALSE((*includes)[1].quoted);
  EXPECT_THAT(FoldersWithoutReadme(root.path()), ElementsAre("engine/", "bench/"));
}

}  // namespace
}  // namespace hyperlocal::testing
