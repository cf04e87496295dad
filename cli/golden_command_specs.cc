#include <iterator>
#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

constexpr std::string_view kLimits = "Limits";
constexpr std::string_view kReports = "Reports";

std::vector<FlagSpec> LimitFlags() {
  return {
      {.name = "min-psnr",
       .value = "DB",
       .description = "Over all frames (default: 30)",
       .group = kLimits},
      {.name = "min-frame-psnr",
       .value = "DB",
       .description = "Of each frame (default: as --min-psnr)",
       .group = kLimits},
      {.name = "max-frame-failures",
       .value = "N",
       .description = "Frames that may be below it (default: 0)",
       .group = kLimits},
      {.name = "min-ssim",
       .value = "N",
       .description = "SSIM over all frames, up to 1 (default: any)",
       .group = kLimits},
      {.name = "min-audio-correlation",
       .value = "N",
       .description = "Of the sounds at their best lag (default: 0.9)",
       .group = kLimits},
      {.name = "max-audio-lag",
       .value = "MS",
       .description = "Milliseconds between the sounds (default: 10)",
       .group = kLimits},
      {.name = "max-spot-error",
       .value = "N",
       .description = "Of 255: of a few pixels in a frame that is equal elsewhere (default: 32)",
       .group = kLimits},
  };
}

FlagSpec JUnitFlag() {
  return {.name = "junit",
          .value = "FILE",
          .description = "Write the checks to FILE as JUnit XML",
          .group = kReports};
}

FlagSpec ReportFlag(std::string_view description) {
  return {.name = "report", .value = "DIR", .description = description, .group = kReports};
}

FlagSpec FixturesFlag() {
  return {.name = "fixtures",
          .value = "DIR",
          .description = "Where fixtures are (default: golden/fixtures)",
          .group = "Fixtures"};
}

FlagSpec JsonAnswer() {
  return JsonFlag("Print one JSON document on standard output");
}

CommandSpec CompareSpec() {
  std::vector<FlagSpec> flags = LimitFlags();
  for (FlagSpec flag : {ReportFlag("Write DIR/index.html: curves, worst frames, sounds, facts"),
                        JUnitFlag(), JsonAnswer(), HelpFlag()}) {
    flags.push_back(std::move(flag));
  }
  return {
      .name = "golden compare",
      .summary = "Compare two videos, image directories or images",
      .arguments = {{.name = "A", .description = "The one that is right"},
                    {.name = "B", .description = "The one to judge"}},
      .details =
          "PSNR and SSIM frame by frame, colours by each file's own tags, alpha, sound; and\n"
          "what is wrong, by cause. Exit status 1 if they differ beyond the limits, 3 if it\n"
          "cannot be decided.",
      .flags = std::move(flags),
      .examples = {{"hyperlocal golden compare good.mp4 new.mp4", "a table, and the verdict"},
                   {"hyperlocal golden compare good.mp4 new.mp4 --report diff",
                    "look at diff/index.html"},
                   {"hyperlocal golden compare frames-a frames-b --min-psnr 60 --json",
                    "directories of images, for a program"}},
  };
}

CommandSpec CheckSpec() {
  return {
      .name = "golden check",
      .summary = "Render the fixtures and compare them with their baselines",
      .arguments = {{.name = "NAME",
                     .description = "Fixtures to check (default: all)",
                     .required = false,
                     .repeated = true}},
      .details =
          "Exit status 1 if a picture changed, 3 if there is nothing to compare with. A\n"
          "Chrome, FFmpeg, font or project that is not the baseline's is said apart from\n"
          "the picture.",
      .flags = {FixturesFlag(),
                {.name = "jobs",
                 .value = "N",
                 .description = "Fixtures at the same time (default: one a core)",
                 .group = "Fixtures"},
                ReportFlag("Write DIR/NAME/index.html for what failed, and keep its video"),
                JUnitFlag(),
                JsonAnswer(),
                HelpFlag()},
      .examples = {{"hyperlocal golden check", "all fixtures"},
                   {"hyperlocal golden check gsap lottie", "two of them"},
                   {"hyperlocal golden check --junit golden.xml --report golden-report", "in CI"}},
  };
}

CommandSpec AcceptSpec() {
  return {
      .name = "golden accept",
      .summary = "Make what the fixtures render now their baseline",
      .arguments = {{.name = "NAME",
                     .description = "Fixtures to accept (default: all)",
                     .required = false,
                     .repeated = true}},
      .details =
          "Refuses where CI is set: nothing passes by accepting. Records the versions of\n"
          "Chrome and FFmpeg, the digests of fonts and project, and what the plan was made\n"
          "of, for golden explain.",
      .flags = {FixturesFlag(), JsonAnswer(), HelpFlag()},
      .examples = {{"hyperlocal golden accept gsap", "one fixture"},
                   {"hyperlocal golden accept", "all of them; git shows what changed"},
                   {"hyperlocal golden accept --fixtures my/fixtures", "your own"}},
  };
}

CommandSpec ExplainSpec() {
  return {
      .name = "golden explain",
      .summary = "Say which ingredient changed the picture of a fixture",
      .arguments = {{.name = "NAME",
                     .description = "Fixtures to explain (default: all)",
                     .required = false,
                     .repeated = true}},
      .details =
          "Renders again with one ingredient at a time as the baseline had it: encoder\n"
          "settings, config, project, outside assets, fonts. Chrome, FFmpeg and installed\n"
          "fonts cannot be put back: the record tells whether they are others. Exit status\n"
          "1 if a cause was found, 3 if something changed and none was.",
      .flags = {FixturesFlag(),
                {.name = "from",
                 .value = "DIR",
                 .description = "Look for old contents there too, by digest: an old checkout, an "
                                "old node_modules",
                 .group = "Fixtures"},
                JsonAnswer(),
                HelpFlag()},
      .examples = {{"hyperlocal golden explain gsap", "why golden check fails"},
                   {"hyperlocal golden explain gsap --from /tmp/old/node_modules",
                    "with a package that the record was too small for"},
                   {"hyperlocal golden explain --json", "all fixtures, for a program"}},
  };
}

CommandSpec SeamsSpec() {
  return {
      .name = "golden seams",
      .summary = "Render in one chunk and in several, and compare every frame",
      .arguments = {{.name = "PROJECT", .description = "Compositions", .repeated = true}},
      .details =
          "Before encoding the frames have to be the same to the last bit, in whatever\n"
          "chunk they are; after it, the frames around the boundaries are compared. Exit\n"
          "status 1 if one differs.",
      .flags = {{.name = "chunks",
                 .value = "NUMBERS",
                 .description = "Into how many, commas between (default: 2,3,5)",
                 .group = "Render"},
                {.name = "width",
                 .value = "PIXELS",
                 .description = "Render at this width (default: the composition's)",
                 .group = "Render"},
                JsonAnswer(),
                HelpFlag()},
      .examples = {{"hyperlocal golden seams my-film", "2, 3 and 5 chunks"},
                   {"hyperlocal golden seams my-film other-film --chunks 2,7,16",
                    "several, in other numbers"},
                   {"hyperlocal golden seams my-film --width 640 --json",
                    "smaller, for a program"}},
  };
}

CommandSpec DeterminismSpec() {
  return {
      .name = "golden determinism",
      .summary = "Render several times under different conditions and compare bytes",
      .arguments = {{.name = "PROJECT", .description = "A composition"}},
      .details =
          "Runs have other numbers of workers and orders of chunks; some lose a browser in\n"
          "the middle of a chunk, which is tried again, or have a processor that is kept\n"
          "busy. All chunks and the result have to be the same bytes. For a difference: the\n"
          "frame, the place in the picture and the box of the file. Exit status 1 if there\n"
          "is one.",
      .flags = {{.name = "runs",
                 .value = "N",
                 .description = "How often to render, 2 to 100 (default: 3)",
                 .group = "Render"},
                {.name = "width",
                 .value = "PIXELS",
                 .description = "Render at this width (default: the composition's)",
                 .group = "Render"},
                JsonAnswer(),
                HelpFlag()},
      .examples = {{"hyperlocal golden determinism my-film", "three times"},
                   {"hyperlocal golden determinism my-film --runs 10", "more often"},
                   {"hyperlocal golden determinism my-film --json", "for a program"}},
  };
}

}  // namespace

std::vector<CommandSpec> GoldenCommandSpecs() {
  return {CompareSpec(), CheckSpec(), AcceptSpec(), ExplainSpec(), SeamsSpec(), DeterminismSpec()};
}

}  // namespace hyperlocal::cli
