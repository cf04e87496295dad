#include "cli/command_table.h"

#include <algorithm>
#include <array>

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
      .argument = "PROJECT",
      .argument_description = "The project: a directory that holds the composition",
      .argument_required = true,
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

CommandSpec HelpSpec() {
  return {
      .name = "help",
      .summary = "Show the help of a command",
      .argument = "COMMAND",
      .argument_description = "The command to explain (default: the list of commands)",
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
  static const std::array commands{RenderSpec(), DoctorSpec(), HelpSpec()};
  return commands;
}

const CommandSpec* FindCommand(std::string_view name) {
  for (const CommandSpec& command : Commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
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
