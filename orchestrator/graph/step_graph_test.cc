#include "orchestrator/graph/step_graph.h"

#include <gtest/gtest.h>

#include "orchestrator/check/check_definition.h"

namespace hyperlocal::workflow {
namespace {

constexpr std::string_view kSource = R"(
- init:
    assign:
      - n: 0
- loop:
    for:
      value: v
      in: [1, 2]
      steps:
        - look:
            switch:
              - condition: ${v > 1 and "a" != "b"}
                next: break
- fetch:
    try:
      call: http.get
      args: { url: "http://a" }
    retry: ${http.default_retry}
    except:
      as: e
      steps:
        - give_up:
            raise: ${e}
- done:
    return: ${n}
)";

std::string Graph(GraphFormat format) {
  const auto definition = LoadDefinition(std::string(kSource), "w.yaml");
  return definition ? StepGraph(**definition, format) : definition.error().message;
}

TEST(StepGraph, IsAMermaidFlowchart) {
  EXPECT_EQ(Graph(GraphFormat::kMermaid), R"(flowchart TD
  subgraph r0["main"]
    r0start(["start"])
    r0s0["init<br/>assign n"]
    r0s1["loop<br/>for v in [1, 2]"]
    r0s3["fetch<br/>try"]
    r0s6["done<br/>return"]
    subgraph r0c1["loop of loop"]
      r0s2{"look<br/>switch"}
    end
    r0s4["call http.get"]
    subgraph r0c3["except of fetch"]
      r0s5["give_up<br/>raise"]
    end
    r0end(["end"])
    r0start --> r0s0
    r0s0 --> r0s1
    r0s1 -->|"each"| r0s2
    r0s1 -->|"done"| r0s3
    r0s2 -->|"v #62; 1 and #34;a#34; != #34;b#34;"| r0s3
    r0s2 -.->|"else"| r0s1
    r0s3 --> r0s4
    r0s3 -.->|"retry"| r0s3
    r0s3 -.->|"error"| r0s5
    r0s4 --> r0s6
    r0s6 --> r0end
  end
)");
}

TEST(StepGraph, IsADotGraph) {
  const std::string dot = Graph(GraphFormat::kDot);
  EXPECT_TRUE(dot.starts_with("digraph workflow {\n")) << dot;
  EXPECT_TRUE(dot.ends_with("  }\n}\n")) << dot;
  EXPECT_NE(dot.find("r0s2 [label=\"look\\nswitch\", shape=diamond];\n"), std::string::npos) << dot;
  EXPECT_NE(dot.find("r0s2 -> r0s3 [label=\"v > 1 and \\\"a\\\" != \\\"b\\\"\"];\n"),
            std::string::npos)
      << dot;
  EXPECT_NE(dot.find("r0s3 -> r0s5 [label=\"error\", style=dashed];\n"), std::string::npos) << dot;
}

}  // namespace
}  // namespace hyperlocal::workflow
