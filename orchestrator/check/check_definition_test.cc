#include "orchestrator/check/check_definition.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "orchestrator/check/library_function.h"

namespace hyperlocal::workflow {
namespace {

namespace fs = std::filesystem;

std::string ReadFile(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// Everything that is wrong, for a test that expects nothing.
std::string Problems(const CheckOutcome& outcome, const std::string& source) {
  std::string out;
  for (const Problem& problem : outcome.problems) out += DescribeProblem(problem, "w", source);
  return out;
}

constexpr std::string_view kScopes = R"(
main:
  params: [args]
  steps:
    - init:
        assign:
          - total: 0
    - loop:
        for:
          value: v
          index: i
          in: ${args}
          steps:
            - inner:
                assign:
                  - local: ${v + i}
                  - total: ${total + local}
    - fan:
        parallel:
          shared: [total]
          for:
            value: w
            in: ${args}
            steps:
              - try1:
                  try:
                    call: sub
                    args: { b: "${w}", a: 1 }
                    result: got
                  except:
                    as: e
                    steps:
                      - add:
                          assign:
                            - total: ${total + got + e.code}
    - done:
        return: ${total}
sub:
  params: [a, b, c: 3]
  steps:
    - s:
        return: ${a + b + c}
)";

class ResolvedFacts : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto loaded = LoadDefinition(std::string(kScopes), "w.yaml");
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    definition_ = *loaded;
  }
  const Routine& main() const { return definition_->routines[definition_->main]; }
  StepIndex Index(std::string_view name) const {
    for (StepIndex i = 0; i < main().all_steps.size(); ++i) {
      if (main().all_steps[i].name == name) return i;
    }
    ADD_FAILURE() << name;
    return 0;
  }
  const Step& At(std::string_view name) const { return main().all_steps[Index(name)]; }

  std::shared_ptr<const Definition> definition_;
};

TEST_F(ResolvedFacts, GiveEveryVariableASlotInTheFrameOfItsScope) {
  const Routine& routine = main();
  ASSERT_EQ(routine.frames.size(), 2U);
  EXPECT_EQ(routine.frames[0].slots,
            (std::vector<std::string>{"args", "total", "v", "i", "local"}));
  EXPECT_EQ(routine.frames[1].slots, (std::vector<std::string>{"w", "got", "e"}));
  EXPECT_EQ(routine.parameters[0].variable, (VariableRef{0, 0}));

  const auto& loop = std::get<ForStep>(At("loop").action).loop;
  EXPECT_EQ(loop.value_variable, (VariableRef{0, 2}));
  EXPECT_EQ(loop.index_variable, (VariableRef{0, 3}));
  const Context& body = routine.contexts[loop.body_context];
  EXPECT_EQ(body.kind, Context::Kind::kLoopBody);
  EXPECT_EQ(body.owner, Index("loop"));
  EXPECT_EQ(body.first_slot, 2U);
  EXPECT_EQ(body.slot_count, 3U);
  EXPECT_EQ(routine.contexts[0].slot_count, 5U);
}

TEST_F(ResolvedFacts, CountTheParallelBordersToAVariable) {
  const auto& add = std::get<AssignStep>(At("add").action).assignments[0];
  EXPECT_EQ(add.target.variable, (VariableRef{1, 1}));
  EXPECT_TRUE(add.target.shared);
  const auto& sum = std::get<BinaryNode>(add.value.expression()->node);
  const auto& left = std::get<BinaryNode>(sum.left->node);
  EXPECT_EQ(std::get<NameNode>(left.left->node).variable, (VariableRef{1, 1}));
  EXPECT_EQ(std::get<NameNode>(left.right->node).variable, (VariableRef{0, 1}));
  EXPECT_FALSE(std::get<AssignStep>(At("inner").action).assignments[1].target.shared);

  const auto& tried = std::get<TryStep>(At("try1").action);
  EXPECT_EQ(tried.except->error_variable, (VariableRef{0, 2}));
  const Context& except = main().contexts[tried.except->body_context];
  EXPECT_EQ(except.first_slot, 2U);
  EXPECT_EQ(except.slot_count, 1U);
}

TEST_F(ResolvedFacts, SayWhereEveryStepGoesOn) {
  using Kind = Continuation::Kind;
  EXPECT_EQ(At("init").continuation, (Continuation{Kind::kStep, Index("loop")}));
  EXPECT_EQ(At("inner").continuation.kind, Kind::kLeaveContext);
  EXPECT_EQ(At("loop").continuation, (Continuation{Kind::kStep, Index("fan")}));
  EXPECT_EQ(At("add").continuation.kind, Kind::kLeaveContext);
  EXPECT_EQ(At("done").continuation.kind, Kind::kLeaveContext);
  const Step& call = main().all_steps[std::get<TryStep>(At("try1").action).body];
  EXPECT_EQ(call.named, Index("try1"));
  EXPECT_EQ(call.parent, Index("try1"));
  EXPECT_EQ(main().contexts[call.context].kind, Context::Kind::kTryBody);
}

TEST_F(ResolvedFacts, PutArgumentsToTheirParameters) {
  const Step& step = main().all_steps[std::get<TryStep>(At("try1").action).body];
  const auto& call = std::get<CallStep>(step.action);
  EXPECT_EQ(call.target, (CallTarget{CallTarget::Kind::kSubworkflow, 1}));
  EXPECT_EQ(call.argument_of_parameter, (std::vector<std::int32_t>{1, 0, -1}));
}

TEST(CheckDefinition, KeepsThePlaceThatErrorsOfARunName) {
  const std::string source = "- a:\n    raise: '${\"k\" in x}'\n- b:\n    assign:\n    - x: 1\n";
  const CheckOutcome outcome = CheckDefinition(source, "w");
  ASSERT_NE(outcome.definition, nullptr) << Problems(outcome, source);
  const Step& step = outcome.definition->routines[0].all_steps[0];
  EXPECT_EQ(step.keyword_span.line, 2U);
  EXPECT_EQ(step.keyword_span.column, 5U);
  const ValueTemplate& raised = std::get<RaiseStep>(step.action).value;
  EXPECT_EQ(raised.span.line, 2U);
  EXPECT_EQ(raised.span.column, 13U);
  EXPECT_EQ(raised.span.length, 11U);
}

TEST(CheckDefinition, FoldsWhatIsConstant) {
  const CheckOutcome outcome = CheckDefinition("- a:\n    return: { x: [1, {y: z}], 2: ~ }\n", "w");
  ASSERT_NE(outcome.definition, nullptr);
  const auto& step = std::get<ReturnStep>(outcome.definition->routines[0].all_steps[0].action);
  const Value* const constant = step.value.constant();
  ASSERT_NE(constant, nullptr);
  ValueMap inner;
  inner.Set("y", Value("z"));
  ValueMap outer;
  outer.Set("x", Value(ValueList{Value(1), Value(std::move(inner))}));
  outer.Set("2", Value());
  EXPECT_TRUE(*constant == Value(std::move(outer)));
}

TEST(CheckDefinition, RefusesASourceBeyondTheLimit) {
  std::string source = "- a:\n    return: 1\n";
  source += std::string(128 * 1024 - source.size(), '#');
  EXPECT_NE(CheckDefinition(source, "w").definition, nullptr);
  const CheckOutcome outcome = CheckDefinition(source + "#", "w");
  EXPECT_EQ(outcome.definition, nullptr);
  ASSERT_EQ(outcome.problems.size(), 1U);
  EXPECT_EQ(outcome.problems[0].message, "the source has 131073 bytes, more than 131072");
}

TEST(CheckDefinition, CountsAssignmentsConditionsAndSteps) {
  const auto problems_of = [](int assignments, int conditions) {
    std::string source = "- a:\n    assign:\n";
    for (int i = 0; i < assignments; ++i) source += "      - _v" + std::to_string(i) + ": 1\n";
    source += "- b:\n    switch:\n";
    for (int i = 0; i < conditions; ++i) {
      source += "      - condition: ${sys.now() > " + std::to_string(i) + "}\n        next: end\n";
    }
    return Problems(CheckDefinition(source, "w"), source);
  };
  EXPECT_EQ(problems_of(50, 50), "");
  EXPECT_NE(problems_of(51, 50).find("51 assignments: a step has from 1 to 50"), std::string::npos);
  EXPECT_NE(problems_of(50, 51).find("51 conditions: a switch has from 1 to 50"),
            std::string::npos);
}

TEST(LoadDefinition, DescribesEveryErrorWithItsLine) {
  const auto loaded = LoadDefinition("- a:\n    return: ${x}\n- b:\n    next: c\n", "w.yaml");
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, ErrorCode::kInvalidWorkflow);
  EXPECT_EQ(loaded.error().message,
            "w.yaml would not be deployed:\n"
            "w.yaml:2:15: error in step a: symbol 'x' is neither a variable nor a sub-workflow "
            "name\n"
            " 2 |     return: ${x}\n"
            "   |               ^\n"
            "w.yaml:4:11: error in step b: next step 'c' not found in workflow 'main'\n"
            " 4 |     next: c\n"
            "   |           ^");
}

TEST(LibraryFunctions, AreFoundByName) {
  for (const LibraryFunction& function : LibraryFunctions()) {
    const auto index = FindLibraryFunction(function.name);
    ASSERT_TRUE(index.has_value()) << function.name;
    EXPECT_EQ(LibraryFunctions()[*index].name, function.name);
    // An optional parameter before a required one could not be left out by position.
    bool optional = false;
    for (const LibraryParameter& parameter : function.parameters) {
      EXPECT_FALSE(optional && parameter.required) << function.name;
      optional = optional || !parameter.required;
    }
  }
  EXPECT_FALSE(FindLibraryFunction("text").has_value());
  EXPECT_FALSE(FindLibraryFunction("").has_value());
  EXPECT_FALSE(FindLibraryFunction("zzz").has_value());
}

TEST(CheckDefinition, CountsNoByteOrderMark) {
  const std::string source = "\xEF\xBB\xBF- a:\n    return: ${x}\n";
  EXPECT_EQ(Problems(CheckDefinition(source, "w"), source),
            "w:2:15: error in step a: symbol 'x' is neither a variable nor a sub-workflow name\n"
            " 2 |     return: ${x}\n"
            "   |               ^\n");
}

// The render definition that is published, where `npm ci` put it.
class PublishedDefinition : public ::testing::Test {
 protected:
  void SetUp() override {
    const fs::path file =
        fs::path(HYPERLOCAL_PEERS_DIR) / "@hyperframes/gcp-cloud-run/terraform/workflow.yaml";
    if (!fs::exists(file)) GTEST_SKIP() << file << " is not installed: npm ci --prefix tests/peers";
    source_ = ReadFile(file);
    // What the render service answers, and what its caller passes on.
    options_.answers = {
        {"Action",
         "plan",
         {"Action", "PlanProtocol", "PlanGcsUri", "PlanV2ManifestGcsUri", "PlanV2ArtifactGcsPrefix",
          "PlanHash", "ChunkCount", "TotalFrames", "Fps", "Width", "Height", "Format", "HasAudio",
          "AudioGcsUri", "FfmpegVersion", "ProducerVersion", "DurationMs"},
         700},
        {"Action",
         "renderChunk",
         {"Action", "ChunkGcsUri", "ChunkIndex", "Sha256", "FramesEncoded", "CaptureMode",
          "DurationMs"},
         400},
        {"Action",
         "assemble",
         {"Action", "OutputGcsUri", "FramesEncoded", "FileSize", "DurationMs"},
         300}};
    options_.forwarded = {"ServiceUrl", "ProjectGcsUri", "PlanOutputGcsPrefix", "OutputGcsUri",
                          "Config",     "Config.cfr",    "PlanProtocol"};
    options_.iterations = 100;
  }
  std::string source_;
  CheckOptions options_;
};

TEST_F(PublishedDefinition, PassesWithoutAWarning) {
  const CheckOutcome outcome = CheckDefinition(source_, "workflow.yaml", options_);
  EXPECT_EQ(Problems(outcome, source_), "");
  EXPECT_NE(outcome.definition, nullptr);
}

TEST_F(PublishedDefinition, WarnsOfWhatIsDamagedInIt) {
  const auto warning_after = [&](std::string_view what, std::string_view with) {
    std::string source = source_;
    for (std::size_t at = 0; (at = source.find(what, at)) != std::string::npos; at += with.size()) {
      source.replace(at, what.size(), with);
    }
    return Problems(CheckDefinition(source, "workflow.yaml", options_), source);
  };
  EXPECT_NE(warning_after("${planResult.ChunkCount}", "${planResult.ChunkCnt}").find("'ChunkCnt'"),
            std::string::npos);
  EXPECT_NE(warning_after("${(\"cfr\" in config) and config.cfr}", "false").find("'Config.cfr'"),
            std::string::npos);
  EXPECT_NE(warning_after("e.code == 429", "e.code == \"429\"").find("an integer"),
            std::string::npos);
  options_.iterations = 2000;
  EXPECT_NE(Problems(CheckDefinition(source_, "workflow.yaml", options_), source_).find("512 KB"),
            std::string::npos);
}

// ---- random damage
// --------------------------------------------------------------------------------

// Cuts, doubles, swaps and changes pieces of a valid definition.
std::string Damaged(std::string source) {
  static const std::vector<std::string> kPieces{
      "\n",   " ",      "  ", "\t",    "- ", ": ", "${",     "}",   "[",       "]",
      "{",    "\"",     "'",  "#",     "|",  ">",  "&a ",    "*a",  "next: x", "for:",
      "\xC3", "!!str ", "? ", "---\n", "%",  ",",  "steps:", "null"};
  for (int n = *rc::gen::inRange(1, 6); n > 0; --n) {
    const auto size = static_cast<int>(source.size());
    const auto at = static_cast<std::size_t>(*rc::gen::inRange(0, size + 1));
    const auto length = static_cast<std::size_t>(*rc::gen::inRange(0, 40));
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        source.erase(at, length);
        break;
      case 1:
        source.insert(at, *rc::gen::elementOf(kPieces));
        break;
      case 2:
        source.insert(at, source.substr(at, length));
        break;
      default:
        source.resize(at);
        break;
    }
  }
  return source;
}

RC_GTEST_PROP(CheckDefinition, AnswersAnyDamageWithProblemsInTheSource, ()) {
  const std::string source = Damaged(std::string(kScopes));
  const CheckOutcome outcome = CheckDefinition(source, "w");
  RC_ASSERT((outcome.definition == nullptr) == HasErrors(outcome.problems));
  for (const Problem& problem : outcome.problems) {
    RC_ASSERT(!problem.message.empty());
    RC_ASSERT(problem.span.offset <= source.size());
    RC_ASSERT(!DescribeProblem(problem, "w", source).empty());
  }
}

}  // namespace
}  // namespace hyperlocal::workflow
