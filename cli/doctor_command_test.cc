#include "cli/doctor_command.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/recording_console_test_support.h"

namespace hyperlocal::cli {
namespace {

class DoctorCommandTest : public ::testing::Test {
 protected:
  int Run(const std::vector<MachineCheck>& checks, bool json = false) {
    CommandLine line;
    line.command = FindCommand("doctor");
    line.command = FindCommand("doctor");
    if (json) line.flags["json"] = "";
    return RunDoctor(line, context_, checks);
  }

  RecordingConsole console_;
  CommandContext context_{console_, Environment(), nullptr, CancellationToken(), [] { return 0; },
                          "/"};
};

MachineCheck Good() {
  return {"chrome", [] { return CheckOutcome{true, "HeadlessChrome/156", ""}; }};
}
MachineCheck Bad() {
  return {"libx264", [] {
            return CheckOutcome{false, "no encoder\nsaid libav", "apt-get install x"};
          }};
}

TEST_F(DoctorCommandTest, AllThereIsStatusZero) {
  EXPECT_EQ(Run({Good()}), 0);
  EXPECT_EQ(console_.out(),
            "ok      chrome  HeadlessChrome/156\n\nEverything that a render needs is here.\n");
  EXPECT_EQ(console_.err(), "");
}

TEST_F(DoctorCommandTest, WhatIsMissingComesWithItsFixAndStatus69) {
  EXPECT_EQ(Run({Good(), Bad()}), 69);
  EXPECT_EQ(console_.out(),
            "ok      chrome   HeadlessChrome/156\n"
            "missing libx264  no encoder\n"
            "                 said libav\n"
            "                 fix: apt-get install x\n"
            "\n1 of 2 checks missing: see the fix below each.\n");
}

TEST_F(DoctorCommandTest, JsonHoldsEveryCheckAndKeepsTheStatus) {
  EXPECT_EQ(Run({Good(), Bad()}, true), 69);
  const auto document = nlohmann::json::parse(console_.out());
  EXPECT_EQ(document["schema"], "hyperlocal.doctor/1");
  EXPECT_EQ(document["ok"], false);
  ASSERT_EQ(document["checks"].size(), 2U);
  EXPECT_EQ(document["checks"][0]["fix"], nullptr);
  EXPECT_EQ(document["checks"][1]["name"], "libx264");
  EXPECT_EQ(document["checks"][1]["ok"], false);
  EXPECT_EQ(document["checks"][1]["fix"], "apt-get install x");
  EXPECT_TRUE(document["_meta"]["version"].is_string());
}

TEST_F(DoctorCommandTest, AReportThatCannotBeWrittenIsAnIoError) {
  console_.out_is_full = true;
  EXPECT_EQ(Run({Good()}), 74);
  EXPECT_EQ(Run({Good()}, true), 74);
}

TEST_F(DoctorCommandTest, BeingStoppedIsNoVerdict) {
  context_.first_signal = [] { return 15; };
  MachineCheck check = Bad();
  check.run = [this] {
    context_.cancel.Cancel();
    return CheckOutcome{false, "stopped", ""};
  };
  EXPECT_EQ(Run({check, Good()}), 143);
}

}  // namespace
}  // namespace hyperlocal::cli
