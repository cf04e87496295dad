#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

ArgumentSpec DefinitionArgument() {
  return {"FILE", "The definition: a Cloud Workflows file, YAML or JSON"};
}

CommandSpec CheckSpec() {
  return {
      .name = "workflow check",
      .summary = "Say what a deployment of a Cloud Workflows file would say",
      .arguments = {DefinitionArgument()},
      .details =
          "All problems at once, each with its line. Errors are what a deployment\n"
          "refuses, with exit status 65; warnings are ours and do not change it.",
      .flags = {{.name = "forwards",
                 .value = "KEYS",
                 .description = "Warn if these keys of the argument get nowhere: Config.cfr,…",
                 .group = "Warnings"},
                {.name = "iterations",
                 .value = "N",
                 .description = "Warn if loops of N make a variable too large",
                 .group = "Warnings"},
                JsonFlag("Print one JSON document on standard output"),
                HelpFlag()},
      .examples = {{"hyperlocal workflow check workflow.yaml", "errors and warnings"},
                   {"hyperlocal workflow check workflow.yaml --json > problems.json",
                    "for another program"},
                   {"hyperlocal workflow check w.yaml --forwards Config.cfr --iterations 100",
                    "with what only its caller knows"}},
  };
}

CommandSpec RunSpec() {
  return {
      .name = "workflow run",
      .summary = "Run a Cloud Workflows file here",
      .arguments = {DefinitionArgument()},
      .details =
          "Calls go out over HTTP, without a token. Prints {\"state\",\"result\"} or\n"
          "{\"state\",\"error\"}; exit status 1 when the execution failed, 65 when the file\n"
          "would not be deployed. What sys.log says is on standard error.",
      .flags = {{.name = "args",
                 .value = "JSON",
                 .description = "The argument of main: JSON, or a file that holds it",
                 .group = "Run"},
                {.name = "virtual-time",
                 .description = "Waiting takes no time while no call is under way",
                 .group = "Run"},
                {.name = "trace",
                 .value = "FILE",
                 .description = "Write the steps as a timeline for ui.perfetto.dev",
                 .group = "Reports"},
                JsonFlag("Print one JSON document on standard output"),
                HelpFlag()},
      .examples = {{"hyperlocal workflow run hello.yaml", "without an argument"},
                   {"hyperlocal workflow run w.yaml --args '{\"n\":3}' --trace steps.json",
                    "with one, and a timeline"},
                   {"hyperlocal workflow run w.yaml --args in.json --virtual-time",
                    "an hour's sleep takes no time"}},
  };
}

CommandSpec TestSpec() {
  return {
      .name = "workflow test",
      .summary = "Run the cases of a Cloud Workflows file, with scripted answers",
      .arguments = {DefinitionArgument()},
      .details =
          "A case gives an argument, the answers of services, and what must come out; no\n"
          "call leaves this process, and time jumps. docs/workflows.md shows one.",
      .flags = {{.name = "cases",
                 .value = "DIR",
                 .description = "Directory of case files, or one file (required)",
                 .group = "Run"},
                {.name = "junit",
                 .value = "FILE",
                 .description = "Write the results as JUnit XML",
                 .group = "Reports"},
                JsonFlag("Print one JSON document on standard output"),
                HelpFlag()},
      .examples = {{"hyperlocal workflow test workflow.yaml --cases cases/", "all cases"},
                   {"hyperlocal workflow test workflow.yaml --cases cases/retry.yaml",
                    "those of one file"},
                   {"hyperlocal workflow test w.yaml --cases cases --junit results.xml",
                    "for a CI server"}},
  };
}

CommandSpec GraphSpec() {
  return {
      .name = "workflow graph",
      .summary = "Draw the steps of a Cloud Workflows file",
      .arguments = {DefinitionArgument()},
      .flags = {{.name = "format",
                 .value = "NAME",
                 .description = "Mermaid flowchart, or DOT for Graphviz (default: mermaid)",
                 .group = "Output",
                 .choices = {"mermaid", "dot"}},
                HelpFlag()},
      .examples = {{"hyperlocal workflow graph workflow.yaml", "a Mermaid flowchart"},
                   {"hyperlocal workflow graph workflow.yaml --format dot > steps.dot",
                    "for Graphviz"},
                   {"hyperlocal workflow graph workflow.yaml > steps.mmd", "into a file"}},
  };
}

}  // namespace

std::vector<CommandSpec> WorkflowCommandSpecs() {
  return {CheckSpec(), RunSpec(), TestSpec(), GraphSpec()};
}

}  // namespace hyperlocal::cli
