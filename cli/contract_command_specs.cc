#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

// Flags that all of `hyperlocal contract …` take.
FlagSpec JsonLinesFlag(std::string_view description) {
  return {.name = "jsonl", .description = description, .group = "Reports"};
}

CommandSpec ContractSpec(std::string_view name, std::string_view summary, ArgumentSpec argument,
                         std::string_view details, std::string_view json_lines,
                         std::vector<ExampleSpec> examples) {
  return {.name = name,
          .summary = summary,
          .arguments = {argument},
          .details = details,
          .flags = {JsonLinesFlag(json_lines),
                    JsonFlag("Print one JSON document on standard output"), HelpFlag()},
          .examples = std::move(examples)};
}

ArgumentSpec JsonFileArgument() {
  return {.name = "FILE", .description = "JSON; - or nothing: standard input", .required = false};
}

CommandSpec CheckConfigSpec() {
  return ContractSpec(
      "contract check-config", "Check a render config", JsonFileArgument(),
      "Prints ok, or the first field that is wrong and why, with exit status 65.",
      "Read a config a line, answer {\"ok\":true} or {\"ok\":false,\"field\",\"message\"}",
      {{"hyperlocal contract check-config config.json", "ok, or the field that is wrong"},
       {"hyperlocal contract check-config --json > verdict.json", "of standard input"},
       {"hyperlocal contract check-config --jsonl > verdicts.jsonl",
        "ten thousand in one process"}});
}

CommandSpec CheckArgumentSpec() {
  return ContractSpec(
      "contract check-argument", "Check the size of a workflow execution's argument",
      JsonFileArgument(), "Prints ok, or what is too large, with exit status 65.",
      "Read an argument a line, answer {\"ok\":true} or {\"ok\":false,\"field\",\"message\"}",
      {{"hyperlocal contract check-argument argument.json", "at most 524,288 bytes of UTF-8"},
       {"hyperlocal contract check-argument --json > verdict.json", "of standard input"},
       {"hyperlocal contract check-argument --jsonl > verdicts.jsonl",
        "ten thousand in one process"}});
}

CommandSpec CanonicalJsonSpec() {
  return ContractSpec(
      "contract canonical-json", "Write JSON as the hashes of the contract read it",
      JsonFileArgument(),
      "Keys sorted by UTF-16 code units at every depth, no white space, numbers and\n"
      "strings as JavaScript writes them.",
      "Read a value a line, answer a JSON string that holds the canonical text",
      {{"hyperlocal contract canonical-json values.json",
        "{\"b\": 1.50, \"a\": 1e21} becomes {\"a\":1e+21,\"b\":1.5}"},
       {"hyperlocal contract canonical-json - > canonical.json", "of standard input"},
       {"hyperlocal contract canonical-json --jsonl > texts.jsonl",
        "ten thousand in one process"}});
}

CommandSpec ProjectHashSpec() {
  return ContractSpec("contract project-hash", "Name a project by its content: its site id",
                      {.name = "DIR", .description = "The project", .required = false},
                      "Links, special files and the usual output directories do not count.",
                      "Read a path a line as a JSON string, answer {\"siteId\"}",
                      {{"hyperlocal contract project-hash examples/hello", "16 hex digits"},
                       {"hyperlocal contract project-hash . --json", "for another program"},
                       {"hyperlocal contract project-hash --jsonl > ids.jsonl", "of many"}});
}

CommandSpec PlanHashSpec() {
  return ContractSpec("contract plan-hash", "Compute the hash of a plan anew",
                      {.name = "DIR", .description = "The plan, of v1 or v2", .required = false},
                      "Of what lies in DIR now, whatever its plan.json says.",
                      "Read a path a line as a JSON string, answer {\"planHash\"}",
                      {{"hyperlocal contract plan-hash film.plan", "64 hex digits"},
                       {"hyperlocal contract plan-hash film.plan --json", "for another program"},
                       {"hyperlocal contract plan-hash --jsonl > hashes.jsonl", "of many"}});
}

CommandSpec ChunkPlanSpec() {
  return {
      .name = "contract chunk-plan",
      .summary = "Cut a number of frames into chunks",
      .flags =
          {
              {.name = "total",
               .value = "FRAMES",
               .description = "Frames of the composition (required)",
               .group = "Numbers"},
              {.name = "chunk-size",
               .value = "FRAMES",
               .description = "Frames in a chunk (default: as many as fill the parallel chunks)",
               .group = "Numbers"},
              {.name = "max-parallel-chunks",
               .value = "N",
               .description = "Most chunks (default: 16)",
               .group = "Numbers"},
              {.name = "target-chunk-frames",
               .value = "FRAMES",
               .description = "Aim at chunks of this many frames",
               .group = "Numbers"},
              JsonLinesFlag("Read {total, chunkSize?, maxParallelChunks?, targetChunkFrames?} a "
                            "line, answer {\"chunkCount\",\"chunkSize\",\"chunks\"}"),
              JsonFlag("Print one JSON document on standard output"),
              HelpFlag(),
          },
      .examples = {{"hyperlocal contract chunk-plan --total 300 --max-parallel-chunks 4",
                    "four chunks of 75 frames"},
                   {"hyperlocal contract chunk-plan --total 300 --chunk-size 40 --json",
                    "eight chunks, for another program"},
                   {"hyperlocal contract chunk-plan --jsonl > plans.jsonl",
                    "ten thousand in one process"}},
  };
}

}  // namespace

std::vector<CommandSpec> ContractCommandSpecs() {
  return {CheckConfigSpec(), CheckArgumentSpec(), CanonicalJsonSpec(),
          ProjectHashSpec(), PlanHashSpec(),      ChunkPlanSpec()};
}

}  // namespace hyperlocal::cli
