// The built programs, as a user starts them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

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
  // `arguments` and `environment` as a shell reads them. Standard input is empty.
  Outcome Run(const std::string& arguments, const std::string& environment = "") {
    const std::string err = (directory_ / "err").string();
    const std::string command = "cd " + directory_.path().string() + " && env " + environment +
                                " " + HYPERLOCAL_PROGRAM + " " + arguments + " </dev/null 2>" + err;
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

// What makes --version fast: the loader has none of the hundred libraries behind libav to load.
TEST_F(ProgramTest, TheFrontNeedsNoMediaLibraries) {
  const std::string program = testing::FileContent(HYPERLOCAL_PROGRAM);
  ASSERT_FALSE(program.empty());
  EXPECT_EQ(program.find("libavcodec.so"), std::string::npos);
  EXPECT_EQ(program.find("libturbojpeg.so"), std::string::npos);
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

TEST_F(ProgramTest, AFormatWithoutAnEncoderFailsTyped) {
  const Outcome outcome = Run("render " + TestCard() + " --format mov --json --quiet");
  EXPECT_EQ(outcome.status, 65) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["error"]["code"],
            "FORMAT_NOT_SUPPORTED_IN_DISTRIBUTED");
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

}  // namespace
}  // namespace hyperlocal::cli
