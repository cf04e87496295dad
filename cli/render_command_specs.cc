#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

CommandSpec RenderSpec() {
  CommandSpec spec{
      .name = "render",
      .summary = "Render a composition to a video",
      .arguments = {{"PROJECT", "The project: a directory that holds the composition"}},
      .details =
          "Plans the composition, renders its chunks side by side in headless Chrome, and\n"
          "joins them, through the emulated cloud: the same requests, workflow and retries\n"
          "as on Google Cloud. The output is complete or not there at all; its path is\n"
          "printed on standard output.",
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
              {.name = "output-resolution",
               .value = "NAME",
               .description = "Same layout, more pixels: 1080p, 4k, portrait, square-4k, ...",
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
              {.name = "strict-variables",
               .description = "Refuse variables that the composition does not declare so",
               .group = "Composition"},
              {.name = "fetch",
               .description = "Fetch what the composition lacks over the network, and keep it",
               .group = "Composition"},
              {.name = "strict",
               .description = "Refuse what would only be warned of: clips never seen, media too short",
               .group = "Composition"},
              {.name = "video-frame-format",
               .value = "FORMAT",
               .description = "How frames of source videos are kept: auto, jpg, png",
               .group = "Composition"},
              {.name = "allow-system-fonts",
               .description = "Only warn of text in fonts that not every machine has",
               .group = "Composition"},
              {.name = "direct",
               .description = "Call the engine, without the emulated cloud around it",
               .group = "Cloud"},
              JsonFlag("Print one JSON document on standard output, also on failure"),
              {.name = "frame-hashes",
               .value = "FILE",
               .description = "Write the SHA-256 of every captured frame to a JSON file",
               .group = "Reports"},
              {.name = "profile",
               .value = "FILE",
               .description = "Write a timeline of all work, for ui.perfetto.dev",
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
              {"hyperlocal render my-film -o film.mp4 --profile profile.json",
               "where the time goes, as a timeline"},
          },
  };
  for (FlagSpec& flag : LocalCloudFlags()) spec.flags.push_back(std::move(flag));
  return spec;
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

}  // namespace

std::vector<CommandSpec> RenderCommandSpecs() {
  return {RenderSpec(), PlanSpec(), RenderChunkSpec(), AssembleSpec()};
}

}  // namespace hyperlocal::cli
