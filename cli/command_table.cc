#include "cli/command_table.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hyperlocal::cli {
namespace {

FlagSpec HelpFlag() {
  return {.name = "help", .short_name = 'h', .description = "Show this help", .group = "Other"};
}

FlagSpec JsonFlag(std::string_view description) {
  return {.name = "json", .description = description, .group = "Reports"};
}

CommandSpec RenderSpec() {
  return {
      .name = "render",
      .summary = "Render a composition to a video",
      .arguments = {{"PROJECT", "The project: a directory that holds the composition"}},
      .details =
          "Plans the composition, renders its chunks side by side in headless Chrome, and\n"
          "joins them. The output is complete or not there at all; its path is printed on\n"
          "standard output.",
      .flags =
          {
              {.name = "output",
               .short_name = 'o',
               .value = "FILE",
               .description = "The video to write (default: the project's name, here)",
               .group = "Output"},
              {.name = "format",
               .value = "NAME",
               .description = "Container (default: what --output ends in, else mp4)",
               .group = "Output",
               .choices = {"mp4", "mov", "webm", "png-sequence"}},
              {.name = "fps",
               .value = "N",
               .description = "Frames per second: 24, 30 or 60 (default: the composition's)",
               .group = "Output"},
              {.name = "width",
               .value = "PIXELS",
               .description = "Width, even, 16 to 7680 (default: the composition's)",
               .group = "Output"},
              {.name = "height",
               .value = "PIXELS",
               .description = "Height, even, 16 to 7680 (default: the composition's)",
               .group = "Output"},
              {.name = "codec",
               .value = "NAME",
               .description = "Video codec of an mp4 (default: h264)",
               .group = "Encoding",
               .choices = {"h264", "h265"}},
              {.name = "quality",
               .value = "NAME",
               .description = "Speed against size and fidelity (default: standard)",
               .group = "Encoding",
               .choices = {"draft", "standard", "high"}},
              {.name = "crf",
               .value = "N",
               .description = "Constant rate factor, 0 (best) to 51, instead of the quality's own",
               .group = "Encoding"},
              {.name = "bitrate",
               .value = "RATE",
               .description = "Target bit rate, such as 4M or 800k; excludes --crf",
               .group = "Encoding"},
              {.name = "chunk-size",
               .value = "FRAMES",
               .description = "Frames in a chunk (default: as many as fill the parallel chunks)",
               .group = "Distribution"},
              {.name = "max-parallel-chunks",
               .value = "N",
               .description = "Most chunks to cut the composition into (default: 16)",
               .group = "Distribution"},
              {.name = "target-chunk-frames",
               .value = "FRAMES",
               .description = "Aim at chunks of this many frames",
               .group = "Distribution"},
              {.name = "workers",
               .value = "N",
               .description = "Chunks rendered at the same time (default: one a core)",
               .group = "Distribution"},
              {.name = "entry",
               .value = "FILE",
               .description = "The composition's file in the project (default: index.html)",
               .group = "Composition"},
              {.name = "variables",
               .value = "JSON",
               .description = "Variables of the composition, as a JSON object",
               .group = "Composition"},
              {.name = "variables-file",
               .value = "FILE",
               .description = "The same, read from a file",
               .group = "Composition"},
              JsonFlag("Print one JSON document on standard output, also on failure"),
              {.name = "frame-hashes",
               .value = "FILE",
               .description = "Write the SHA-256 of every captured frame to a JSON file",
               .group = "Reports"},
              {.name = "keep-work",
               .description = "Keep the plan and the chunks, and say where they are",
               .group = "Reports"},
              {.name = "quiet", .description = "Say nothing but errors", .group = "Reports"},
              {.name = "log-level",
               .value = "LEVEL",
               .description = "How much to say on standard error (default: info)",
               .group = "Reports",
               .choices = {"error", "warning", "info", "debug"}},
              HelpFlag(),
          },
      .examples =
          {
              {"hyperlocal render examples/hello", "writes hello.mp4"},
              {"hyperlocal render my-film -o film.mp4 --quality high --workers 4",
               "four chunks at a time, best quality"},
              {"hyperlocal render card -o card.mp4 --variables '{\"title\":\"Hello\"}'",
               "with variables"},
              {"hyperlocal render my-film -o film.mp4 --json > report.json",
               "a report for another program"},
          },
  };
}

CommandSpec DoctorSpec() {
  return {
      .name = "doctor",
      .summary = "Check what this machine lacks for rendering, and say how to mend it",
      .details =
          "Tries each thing that a render needs: starts Chrome, encodes a frame, writes a\n"
          "file. Exit status 0 when all of it is there, else 69.",
      .flags = {JsonFlag("Print one JSON document on standard output"), HelpFlag()},
      .examples =
          {
              {"hyperlocal doctor", "what works, what is missing, and the fix"},
              {"hyperlocal doctor --json", "the same for another program"},
              {"hyperlocal doctor && hyperlocal render my-film", "render only if all is there"},
          },
  };
}

CommandSpec PlanSpec() {
  return {
      .name = "plan",
      .summary = "Plan a render: the first of its three stages, by itself",
      .arguments = {{"PROJECT", "The project: a directory that holds the composition"}},
      .details =
          "Opens the composition, records what it needs, cuts it into chunks, and writes\n"
          "the plan. DIR appears whole at the end; its path is printed on standard output.",
      .flags =
          {
              {.name = "out",
               .value = "DIR",
               .description = "Where the plan goes; must not exist yet (required)",
               .group = "Plan"},
              {.name = "config",
               .value = "FILE",
               .description = "The render config, as JSON (required); see contract check-config",
               .group = "Plan"},
              {.name = "protocol",
               .value = "NAME",
               .description = "A directory of files (v1) or of blobs by content (default: v2)",
               .group = "Plan",
               .choices = {"v1", "v2"}},
              JsonFlag("Print one JSON document on standard output, also on failure"),
              HelpFlag(),
          },
      .examples =
          {
              {"hyperlocal plan my-film --out film.plan --config config.json",
               "config.json: {\"fps\":30,\"width\":1920,\"height\":1080,\"format\":\"mp4\"}"},
              {"hyperlocal plan my-film --out film.plan --config config.json --protocol v1",
               "a plan directory of files"},
              {"hyperlocal plan my-film --out film.plan --config config.json --json",
               "with its hash and number of chunks"},
          },
  };
}

CommandSpec RenderChunkSpec() {
  return {
      .name = "render-chunk",
      .summary = "Render one chunk of a plan: the second stage, by itself",
      .arguments = {{"PLAN", "The plan, of either protocol and from any implementation"},
                    {"INDEX", "The chunk's number, from 0"}},
      .details =
          "Verifies the plan, renders the chunk, and prints the output's path. The same\n"
          "plan and index give the same bytes.",
      .flags =
          {
              {.name = "output",
               .short_name = 'o',
               .value = "FILE",
               .description = "The chunk to write (required)",
               .group = "Output"},
              JsonFlag("Print one JSON document on standard output, also on failure"),
              HelpFlag(),
          },
      .examples =
          {
              {"hyperlocal render-chunk film.plan 0 -o 0000.mp4", "the first chunk"},
              {"hyperlocal render-chunk film.plan 3 -o 0003.mp4 --json",
               "with its SHA-256 and number of frames"},
              {"hyperlocal render-chunk film.plan 1 -o 0001.mp4 && hyperlocal doctor",
               "one, and a look at the machine after it"},
          },
  };
}

CommandSpec AssembleSpec() {
  return {
      .name = "assemble",
      .summary = "Join the chunks of a plan: the third stage, by itself",
      .arguments = {{"PLAN", "The plan, of either protocol and from any implementation"},
                    {.name = "CHUNK",
                     .description = "Every chunk of the plan, in order",
                     .repeated = true}},
      .details =
          "Copies the chunks' packets into one file, with the plan's sound beside them. The\n"
          "output is complete or not there at all; its path is printed on standard output.",
      .flags =
          {
              {.name = "output",
               .short_name = 'o',
               .value = "FILE",
               .description = "The video to write (required)",
               .group = "Output"},
              {.name = "audio",
               .value = "FILE",
               .description = "The sound, padded or cut to the video (default: the plan's)",
               .group = "Output"},
              {.name = "cfr",
               .description = "Promise a constant frame rate; for H.264 in mp4 only",
               .group = "Output"},
              JsonFlag("Print one JSON document on standard output, also on failure"),
              HelpFlag(),
          },
      .examples =
          {
              {"hyperlocal assemble film.plan 0000.mp4 0001.mp4 -o film.mp4", "two chunks"},
              {"hyperlocal assemble film.plan chunks/*.mp4 -o film.mp4 --json",
               "what the shell sorts by name, and the facts of the result"},
              {"hyperlocal assemble film.plan 0000.mp4 -o film.mp4 --audio music.m4a",
               "with another sound than the plan's"},
          },
  };
}

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

CommandSpec HelpSpec() {
  return {
      .name = "help",
      .summary = "Show the help of a command",
      .arguments = {{.name = "COMMAND",
                     .description = "The command to explain (default: the list of commands)",
                     .required = false,
                     .repeated = true}},
      .flags = {HelpFlag()},
      .examples =
          {
              {"hyperlocal help", "the commands"},
              {"hyperlocal help render", "all flags of render"},
              {"hyperlocal render --help", "the same"},
          },
  };
}

}  // namespace

const FlagSpec* CommandSpec::FindFlag(std::string_view flag_name) const {
  const auto found = std::find_if(flags.begin(), flags.end(),
                                  [&](const FlagSpec& flag) { return flag.name == flag_name; });
  return found == flags.end() ? nullptr : &*found;
}

std::span<const CommandSpec> Commands() {
  static const std::array commands{RenderSpec(),        PlanSpec(),          RenderChunkSpec(),
                                   AssembleSpec(),      DoctorSpec(),        CheckConfigSpec(),
                                   CheckArgumentSpec(), CanonicalJsonSpec(), ProjectHashSpec(),
                                   PlanHashSpec(),      ChunkPlanSpec(),     HelpSpec()};
  return commands;
}

const CommandSpec* FindCommand(std::string_view name) {
  for (const CommandSpec& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

std::vector<const CommandSpec*> CommandsOfGroup(std::string_view group) {
  std::vector<const CommandSpec*> found;
  for (const CommandSpec& command : Commands()) {
    if (command.name.size() > group.size() && command.name.starts_with(group) &&
        command.name[group.size()] == ' ') {
      found.push_back(&command);
    }
  }
  return found;
}

std::span<const ExitStatusSpec> ExitStatuses() {
  static constexpr std::array kStatuses{
      ExitStatusSpec{0, "done"},
      ExitStatusSpec{64, "the command line makes no sense"},
      ExitStatusSpec{65, "the composition or a setting cannot be rendered"},
      ExitStatusSpec{66, "the project or a named file does not exist"},
      ExitStatusSpec{69, "something this machine lacks: Chrome, a library"},
      ExitStatusSpec{70, "a bug of ours, or an answer we did not understand"},
      ExitStatusSpec{73, "the output cannot be created"},
      ExitStatusSpec{74, "reading or writing failed midway, a full disk among it"},
      ExitStatusSpec{75, "it failed in a way that may pass; retries are used up"},
      ExitStatusSpec{77, "permission denied"},
      ExitStatusSpec{124, "timed out"},
      ExitStatusSpec{129, "stopped by SIGHUP"},
      ExitStatusSpec{130, "stopped by Ctrl-C (SIGINT)"},
      ExitStatusSpec{143, "stopped by SIGTERM"},
  };
  return kStatuses;
}

}  // namespace hyperlocal::cli
