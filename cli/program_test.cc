// The built programs, as a user starts them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Outcome {
  int status = -1;
  std::string out, err;
};

class ProgramTest : public ::testing::Test {
 protected:
  // `arguments` and `environment` as a shell reads them. Standard input is the file `input`.
  Outcome Run(const std::string& arguments, const std::string& environment = "",
              const std::string& input = "/dev/null") {
    const std::string err = (directory_ / "err").string();
    const std::string command = "cd " + directory_.path().string() + " && env " + environment +
                                " " + HYPERLOCAL_PROGRAM + " " + arguments + " <" + input + " 2>" +
                                err;
    Outcome outcome;
    FILE* pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) return outcome;
    char bytes[4096];
    for (std::size_t got = 0; (got = ::fread(bytes, 1, sizeof bytes, pipe)) > 0;) {
      outcome.out.append(bytes, got);
    }
    const int status = ::pclose(pipe);
    outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    outcome.err = testing::FileContent(err);
    return outcome;
  }

  // A project that needs no Chrome.
  std::string TestCard() {
    testing::PutFile(directory_ / "card/testcard.json",
                     R"({"width": 160, "height": 96, "fps": 30, "frames": 12})");
    return "card";
  }

  testing::TemporaryDirectory directory_{"cli-program"};
};

TEST_F(ProgramTest, SaysItsVersion) {
  const Outcome outcome = Run("--version");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "hyperlocal " HYPERLOCAL_TEST_VERSION "\n");
  EXPECT_EQ(outcome.err, "");
}

// What makes it start in a few milliseconds: the loader has none of the hundred libraries behind
// libav to load. A function that libav_on_demand.S lacks brings them back.
TEST_F(ProgramTest, LibavIsNotLoadedBeforeItIsNeeded) {
  const Outcome outcome = Run("--version", "LD_TRACE_LOADED_OBJECTS=1");
  EXPECT_THAT(outcome.out, HasSubstr("libcrypto.so"));
  for (const char* const library :
       {"avutil", "avcodec", "avformat", "avfilter", "swresample", "swscale"}) {
    EXPECT_THAT(outcome.out, Not(HasSubstr(std::string("lib") + library + ".so"))) << library;
  }
}

TEST_F(ProgramTest, ALibavThatCannotBeLoadedIsNamed) {
  testing::PutFile(directory_ / "lib/libavutil.so.57", "");
  const Outcome outcome = Run("doctor", "LD_LIBRARY_PATH=lib");
  EXPECT_EQ(outcome.status, 69) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("libavutil.so.57: file too short"));
  EXPECT_THAT(outcome.err, HasSubstr("Install libavutil57"));
}

TEST_F(ProgramTest, AMistakeIsStatus64) {
  EXPECT_EQ(Run("").status, 64);
  EXPECT_EQ(Run("render").status, 64);
  EXPECT_EQ(Run("render x --nonsense").status, 64);
  EXPECT_EQ(Run("render x --crf 60").status, 64);
}

TEST_F(ProgramTest, AProjectThatIsNotThereIsStatus66) {
  const Outcome outcome = Run("render nowhere");
  EXPECT_EQ(outcome.status, 66) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("NO_INPUT"));
}

TEST_F(ProgramTest, AnOutputThatCannotBeCreatedIsStatus73) {
  const Outcome outcome = Run("render " + TestCard() + " -o nowhere/out.mp4");
  EXPECT_EQ(outcome.status, 73) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("CANNOT_WRITE"));
}

TEST_F(ProgramTest, ATestCardRendersAndOnlyItsPathIsOnStandardOutput) {
  const Outcome outcome = Run("render " + TestCard() + " -o out.mp4 --chunk-size 6");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "out.mp4\n");
  EXPECT_THAT(outcome.err, HasSubstr("12 frames in 2 chunks"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "out.mp4"));
}

TEST_F(ProgramTest, JsonHasTheSameFacts) {
  const Outcome outcome = Run("render " + TestCard() + " -o out.mp4 --chunk-size 6 --json --quiet");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const auto document = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(document["framesRendered"], 12);
  EXPECT_EQ(document["chunkCount"], 2);
  EXPECT_EQ(document["fileSize"], std::filesystem::file_size(directory_ / "out.mp4"));
  EXPECT_EQ(document["_meta"]["version"], HYPERLOCAL_TEST_VERSION);
}

TEST_F(ProgramTest, AFullStandardOutputIsStatus74) {
  EXPECT_EQ(Run("help >/dev/full").status, 74);
  EXPECT_EQ(Run("render " + TestCard() + " -o out.mp4 --quiet >/dev/full").status, 74);
}

TEST_F(ProgramTest, DirectAndWhatIsAboutTheCloudExcludeEachOther) {
  const Outcome outcome = Run("render " + TestCard() + " --direct --faults random:1 --quiet");
  EXPECT_EQ(outcome.status, 64) << outcome.err;
  EXPECT_NE(outcome.err.find("--faults"), std::string::npos) << outcome.err;
}

TEST_F(ProgramTest, DoctorNamesWhatIsMissingAndTheFix) {
  const Outcome outcome =
      Run("doctor", "PRODUCER_HEADLESS_SHELL_PATH=/nowhere/chrome TMPDIR=/nowhere");
  EXPECT_EQ(outcome.status, 69) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("/nowhere/chrome"));
  EXPECT_THAT(outcome.out, HasSubstr("fix: "));
  EXPECT_THAT(outcome.out, HasSubstr("set TMPDIR"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("Everything")));
}

TEST_F(ProgramTest, ChromeThatIsMissingIsStatus69) {
  testing::PutFile(directory_ / "page/index.html",
                   "<div data-composition-id='a' data-width='64' data-height='64' "
                   "data-duration='1'></div>");
  const Outcome outcome = Run("render page", "PRODUCER_HEADLESS_SHELL_PATH=/nowhere/chrome");
  EXPECT_EQ(outcome.status, 69) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("next: hyperlocal doctor"));
}

TEST_F(ProgramTest, RendersATestCardStageByStageInBothProtocols) {
  TestCard();
  testing::PutFile(directory_ / "config.json",
                   R"({"fps":30,"width":160,"height":96,"format":"mp4","chunkSize":6})");
  const Outcome whole = Run("render card -o whole.mp4 --chunk-size 6 --quiet");
  ASSERT_EQ(whole.status, 0) << whole.err;
  for (const std::string protocol : {"v1", "v2"}) {
    const std::string plan = "plan-" + protocol;
    const Outcome planned =
        Run("plan card --out " + plan + " --config config.json --json --protocol " + protocol);
    ASSERT_EQ(planned.status, 0) << planned.err;
    const auto facts = nlohmann::json::parse(planned.out);
    EXPECT_EQ(facts["schema"], "hyperlocal.plan/1");
    EXPECT_EQ(facts["chunkCount"], 2);
    const Outcome hash = Run("contract plan-hash " + plan);
    EXPECT_EQ(hash.out, facts["planHash"].get<std::string>() + "\n");
    std::string chunks;
    for (const std::string index : {"0", "1"}) {
      const std::string chunk = protocol + "." + index + ".mp4";
      const Outcome rendered = Run("render-chunk " + plan + " " + index + " -o " + chunk);
      ASSERT_EQ(rendered.status, 0) << rendered.err;
      EXPECT_EQ(rendered.out, chunk + "\n");
      chunks += " " + chunk;
    }
    const Outcome assembled = Run("assemble " + plan + chunks + " -o " + protocol + ".mp4 --cfr");
    ASSERT_EQ(assembled.status, 0) << assembled.err;
    EXPECT_EQ(testing::FileContent(directory_ / (protocol + ".mp4")),
              testing::FileContent(directory_ / "whole.mp4"));
  }
}

TEST_F(ProgramTest, RefusesAPlanThatChangedOrIsSomewhereElse) {
  TestCard();
  testing::PutFile(directory_ / "config.json",
                   R"({"fps":30,"width":160,"height":96,"format":"mp4"})");
  ASSERT_EQ(Run("plan card --out plan --config config.json --protocol v1").status, 0);
  const Outcome again = Run("plan card --out plan --config config.json --protocol v1");
  EXPECT_EQ(again.status, 73);
  EXPECT_THAT(again.err, HasSubstr("exists already"));
  testing::PutFile(directory_ / "plan/compiled/index.html", "changed");
  const Outcome changed = Run("render-chunk plan 0 -o 0.mp4 --json");
  EXPECT_EQ(changed.status, 65);
  EXPECT_EQ(nlohmann::json::parse(changed.out)["error"]["code"], "PLAN_HASH_MISMATCH");
  EXPECT_EQ(Run("render-chunk nowhere 0 -o 0.mp4").status, 66);
  EXPECT_EQ(Run("render-chunk plan first -o 0.mp4").status, 64);
  EXPECT_EQ(Run("plan card --out other --config missing.json").status, 66);
  testing::PutFile(directory_ / "bad.json", R"({"fps":31})");
  const Outcome bad = Run("plan card --out other --config bad.json");
  EXPECT_EQ(bad.status, 65);
  EXPECT_THAT(bad.err, HasSubstr("config.fps"));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "other"));
}

TEST_F(ProgramTest, AnswersThePrimitivesOfTheContract) {
  testing::PutFile(directory_ / "a.json", R"({"b": 1.50, "a": [1e21, "\ud800"]})");
  EXPECT_EQ(Run("contract canonical-json a.json").out, "{\"a\":[1e+21,\"\\ud800\"],\"b\":1.5}\n");
  const Outcome refused = Run("contract check-config a.json");
  EXPECT_EQ(refused.status, 65);
  EXPECT_EQ(refused.out, "config.fps: must be one of 24, 30, 60; got undefined\n");
  EXPECT_EQ(Run("contract check-argument a.json").out, "ok\n");
  EXPECT_EQ(Run("contract chunk-plan --total 5 --chunk-size 3").out,
            "chunk\tfirst frame\tend\n0\t0\t3\n1\t3\t5\n");
  const Outcome unreadable = Run("contract canonical-json missing.json --json");
  EXPECT_EQ(unreadable.status, 66);
  EXPECT_EQ(nlohmann::json::parse(unreadable.out)["schema"],
            "hyperlocal.contract.canonical-json/1");
  EXPECT_EQ(Run("contract chunk-plan").status, 64);
}

TEST_F(ProgramTest, AnswersALineForALine) {
  testing::PutFile(directory_ / "lines", "{\"total\": 12}\nnot JSON\n[1]\n{\"total\":1}");
  const Outcome outcome = Run("contract chunk-plan --jsonl", "", "lines");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::istringstream lines(outcome.out);
  std::vector<nlohmann::json> answers;
  for (std::string line; std::getline(lines, line);) answers.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers[0]["chunks"].size(), 2U);
  EXPECT_TRUE(answers[1].contains("error"));
  EXPECT_TRUE(answers[2].contains("error"));
  EXPECT_EQ(answers[3]["chunkSize"], 10);
}

}  // namespace
}  // namespace hyperlocal::cli
