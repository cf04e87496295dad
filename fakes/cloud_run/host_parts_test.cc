#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "fakes/cloud_run/container_log_internal.h"
#include "fakes/cloud_run/host_fault_plan_internal.h"
#include "fakes/cloud_run/log_entry.h"
#include "fakes/cloud_run/trace_context_internal.h"

namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::json;

std::vector<std::string> LinesOf(const std::string& text, const std::vector<std::size_t>& cuts) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  const auto on_line = [&](std::string_view line) { lines.emplace_back(line); };
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    const std::size_t size = std::min(cut, text.size() - at);
    splitter.Feed(std::string_view(text).substr(at, size), on_line);
    at += size;
  }
  splitter.Feed(std::string_view(text).substr(at), on_line);
  splitter.Finish(on_line);
  return lines;
}

TEST(LineSplitterTest, GivesLinesHoweverTheyCome) {
  EXPECT_EQ(LinesOf("one\ntwo\r\n\nthree", {1, 1, 3}),
            (std::vector<std::string>{"one", "two", "three"}));
}

RC_GTEST_PROP(LineSplitterTest, DoesNotDependOnTheCuts, (const std::vector<std::uint8_t>& cuts)) {
  const std::string text =
      *rc::gen::container<std::string>(rc::gen::element('a', '\n', '\r', 'b', '{'));
  const std::vector<std::size_t> sizes(cuts.begin(), cuts.end());
  RC_ASSERT(LinesOf(text, sizes) == LinesOf(text, {}));
}

TEST(LineSplitterTest, CutsALineThatIsLongerThanAnEntry) {
  const std::size_t limit = LineSplitter::kLongestLine;
  const auto lines =
      LinesOf(std::string(limit, 'a') + "\n" + std::string(limit + 3, 'b') + "\n", {});
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0], std::string(limit, 'a'));
  EXPECT_EQ(lines[1], std::string(limit, 'b'));
  EXPECT_EQ(lines[2], "bbb");
}

TEST(ContainerEntryTest, AJsonObjectIsKeptStructured) {
  const LogEntry entry = ContainerEntry(
      R"({"severity":"error","message":"m","n":1,"logging.googleapis.com/trace":"projects/p/traces/t"})");
  EXPECT_EQ(entry.severity, "ERROR");
  EXPECT_EQ(entry.trace, "projects/p/traces/t");
  EXPECT_EQ(entry.json, R"({"message":"m","n":1})");
  EXPECT_EQ(entry.text, "");
}

TEST(ContainerEntryTest, AnythingElseIsText) {
  for (const std::string line : {"plain", "[1]", "{broken", "\"text\"", "{} and more"}) {
    const LogEntry entry = ContainerEntry(line);
    EXPECT_EQ(entry.text, line);
    EXPECT_EQ(entry.json, "");
    EXPECT_EQ(entry.severity, "DEFAULT");
  }
  // A severity that is none stays where it was.
  EXPECT_EQ(ContainerEntry(R"({"severity":"loud"})").json, R"({"severity":"loud"})");
}

TEST(LogLineTest, IsOneLineOfWhatCloudLoggingKnows) {
  LogEntry entry;
  entry.time = std::chrono::system_clock::time_point(std::chrono::seconds(1'767'225'600)) +
               std::chrono::microseconds(42);
  entry.severity = "INFO";
  entry.log = "stdout";
  entry.json = R"({"message":"two\nlines","n":1})";
  entry.service = "s";
  entry.instance_id = "i";
  entry.trace = "projects/p/traces/t";
  const std::string line = LogLine(entry);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const Json read = Json::parse(line);
  EXPECT_EQ(read.at("timestamp"), "2026-01-01T00:00:00.000042Z");
  EXPECT_EQ(read.at("message"), "two\nlines");
  EXPECT_EQ(read.at("n"), 1);
  EXPECT_EQ(read.at("logging.googleapis.com/trace"), "projects/p/traces/t");
  EXPECT_EQ(read.at("logging.googleapis.com/labels").at("instanceId"), "i");
}

TEST(TraceContextTest, GoesOnWithATraceThatMakesSense) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const TraceContext w3c =
      TraceContext::Of({{"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}});
  EXPECT_EQ(w3c.trace_id, trace);
  EXPECT_TRUE(w3c.sampled);
  EXPECT_NE(w3c.span_id, "b7ad6b7169203331");
  EXPECT_EQ(w3c.traceparent(), "00-" + trace + "-" + w3c.span_id + "-01");
  const TraceContext google = TraceContext::Of({{"X-Cloud-Trace-Context", trace + "/1;o=0"}});
  EXPECT_EQ(google.trace_id, trace);
  EXPECT_FALSE(google.sampled);
}

TEST(TraceContextTest, BeginsANewOneOtherwise) {
  for (const std::string value :
       {"", "00-0-0-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}) {
    const TraceContext context = TraceContext::Of({{"traceparent", value}});
    EXPECT_EQ(context.trace_id.size(), 32U) << value;
    EXPECT_NE(context.trace_id, "0af7651916cd43dd8448eb211c80319c") << value;
  }
}

std::string PlanError(const std::string& text) {
  const auto plan = HostFaultPlan::Parse(text);
  return plan.has_value() ? "" : plan.error().message;
}

TEST(HostFaultPlanTest, MistakesAreNamedWithTheirPlace) {
  EXPECT_NE(PlanError("{"), "");
  EXPECT_EQ(PlanError(R"({"rules":[{"fault":"burn"}]})"),
            "fault plan: rules[0].fault must be one of status, reset, delay, kill, duplicate, "
            "full_disk");
  EXPECT_EQ(PlanError(R"({"rules":[{"fault":"kill"},{"fault":"status"}]})"),
            "fault plan: rules[1].status must be there with the fault \"status\", and with no "
            "other");
  EXPECT_EQ(PlanError(R"({"rules":[{"fault":"status","status":200}]})"),
            "fault plan: rules[0].status must be a status from 400 to 599");
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"kill","probabilty":1}]})").find("rules[0].probabilty"),
            std::string::npos);
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"kill","probability":2}]})"), "");
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"kill","path":"x"}]})"), "");
  EXPECT_NE(PlanError(R"({"seed":-1,"rules":[]})"), "");
  EXPECT_EQ(PlanError(R"({"seed":1,"rules":[{"fault":"delay","delay_ms":5,"times":2}]})"), "");
}

TEST(HostFaultPlanTest, KillsAndFullDisksHaveMembersOfTheirOwn) {
  EXPECT_EQ(PlanError(R"({"rules":[{"fault":"kill","at_frame":[1,9]},
                                   {"fault":"kill","after_ms":250},
                                   {"fault":"full_disk","free_bytes":[0,9],"where_possible":true}]})"),
            "");
  EXPECT_EQ(PlanError(R"({"rules":[{"fault":"kill","at_frame":[9,1]}]})"),
            "fault plan: rules[0].at_frame must be a whole number, or two in an array: the least "
            "and the most");
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"kill","at_frame":0}]})"), "");
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"kill","at_frame":1,"after_ms":1}]})"), "");
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"reset","after_ms":1}]})"), "");
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"kill","free_bytes":1}]})"), "");
  EXPECT_NE(PlanError(R"({"rules":[{"fault":"kill","where_possible":true}]})"), "");
}

TEST(HostFaultPlanTest, WhatARuleDrawsFollowsFromSeedPlaceAndNumber) {
  const auto drawn = [](std::uint64_t seed) {
    HostFaultRule rule;
    rule.fault = HostFaultKind::kKill;
    rule.at_frame = HostFaultRange{1, 30};
    HostFaultPlan plan(seed, {rule});
    std::vector<std::uint64_t> frames;
    for (int i = 0; i < 200; ++i) frames.push_back(*plan.Choose("POST", "/", "")->kill_at_frame);
    return frames;
  };
  EXPECT_EQ(drawn(7), drawn(7));
  EXPECT_NE(drawn(7), drawn(8));
  std::set<std::uint64_t> all;
  for (const std::uint64_t frame : drawn(7)) all.insert(frame);
  EXPECT_EQ(*all.begin(), 1U);
  EXPECT_EQ(*all.rbegin(), 30U);
}

TEST(HostFaultPlanTest, MatchesByMethodPathAndAction) {
  auto plan = HostFaultPlan::Parse(
      R"({"rules":[{"method":"POST","path":"/a*","action":"plan","fault":"kill"}]})");
  ASSERT_TRUE(plan.has_value());
  EXPECT_TRUE((*plan)->wants_action());
  EXPECT_FALSE((*plan)->Choose("GET", "/ab", "plan"));
  EXPECT_FALSE((*plan)->Choose("POST", "/b", "plan"));
  EXPECT_FALSE((*plan)->Choose("POST", "/ab", "assemble"));
  EXPECT_TRUE((*plan)->Choose("POST", "/ab", "plan"));
  const Json counts = Json::parse((*plan)->CountsJson());
  EXPECT_EQ(counts.at("rules").at(0).at("matched"), 1);
  EXPECT_EQ(counts.at("rules").at(0).at("injected"), 1);
}

TEST(HostFaultPlanTest, SkipsAndStops) {
  auto plan =
      HostFaultPlan::Parse(R"({"rules":[{"fault":"status","status":503,"skip":2,"times":1}]})");
  ASSERT_TRUE(plan.has_value());
  std::string struck;
  for (int i = 0; i < 5; ++i) struck += (*plan)->Choose("GET", "/", "") ? 'x' : '.';
  EXPECT_EQ(struck, "..x..");
}

RC_GTEST_PROP(HostFaultPlanTest, TheSameSeedStrikesTheSameRequests, (std::uint32_t seed)) {
  const auto struck = [seed](const std::vector<std::string>& paths) {
    HostFaultRule rule;
    rule.path = "/x";
    rule.probability = 0.5;
    rule.fault = HostFaultKind::kKill;
    HostFaultPlan plan(seed, {rule});
    std::string result;
    for (const std::string& path : paths) {
      const bool is_struck = plan.Choose("GET", path, "").has_value();
      if (path == "/x") result += is_struck ? 'x' : '.';
    }
    return result;
  };
  // Requests that the rule is not about change nothing.
  std::vector<std::string> alone(40, "/x"), among;
  for (int i = 0; i < 40; ++i) {
    among.push_back("/y");
    among.push_back("/x");
  }
  RC_ASSERT(struck(alone) == struck(among));
}

TEST(ActionOfTest, LooksThroughTheWrappers) {
  EXPECT_EQ(ActionOf(R"({"Action":"plan"})"), "plan");
  EXPECT_EQ(ActionOf(R"({"Payload":{"Input":{"Action":"assemble"}}})"), "assemble");
  EXPECT_EQ(ActionOf(R"({"Payload":{"Payload":{"Payload":{"Payload":{"Action":"a"}}}}})"), "a");
  EXPECT_EQ(
      ActionOf(R"({"Payload":{"Payload":{"Payload":{"Payload":{"Payload":{"Action":"a"}}}}}})"),
      "");
  EXPECT_EQ(ActionOf("no JSON"), "");
  EXPECT_EQ(ActionOf(R"({"Action":7})"), "");
}

}  // namespace
}  // namespace hyperlocal::cloud_run
