#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

FlagSpec ProjectFlag() {
  return {.name = "project",
          .value = "ID",
          .description = "The Google Cloud project (default: that of the last deploy)",
          .group = "Stack"};
}

FlagSpec RegionFlag() {
  return {.name = "region",
          .value = "NAME",
          .description = "The region (default: that of the last deploy, or us-central1)",
          .group = "Stack"};
}

FlagSpec SiteIdFlag() {
  return {.name = "site-id",
          .value = "ID",
          .description = "Name of the uploaded project (default: the hash of its content)",
          .group = "Composition"};
}

FlagSpec JsonDocumentFlag() {
  return JsonFlag("Print one JSON document on standard output, also on failure");
}

// What render and render-batch ask of a render.
std::vector<FlagSpec> RenderFlags() {
  return {
      {.name = "width",
       .value = "PIXELS",
       .description = "Width, even, 16 to 7680 (default: the composition's)",
       .group = "Output"},
      {.name = "height",
       .value = "PIXELS",
       .description = "Height, even, 16 to 7680 (default: the composition's)",
       .group = "Output"},
      {.name = "fps",
       .value = "N",
       .description = "Frames per second: 24, 30 or 60 (default: the composition's, or 30)",
       .group = "Output"},
      {.name = "format",
       .value = "NAME",
       .description = "Container (default: mp4)",
       .group = "Output",
       .choices = {"mp4", "mov", "webm", "png-sequence"}},
      {.name = "output-resolution",
       .value = "NAME",
       .description = "Draw at another size, layout unchanged: 1080p, hd, 4k, uhd, landscape, "
                      "portrait, square, landscape-4k, portrait-4k, square-4k",
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
      {.name = "allow-system-fonts",
       .description = "Only warn of text in fonts that not every machine has",
       .group = "Composition"},
      {.name = "strict-variables",
       .description = "Refuse variables that the composition does not declare so",
       .group = "Composition"},
  };
}

FlagSpec IntervalFlag() {
  return {.name = "wait-interval-ms",
          .value = "MS",
          .description = "Pause between two looks at a render (default: 5000)",
          .group = "Waiting"};
}

CommandSpec DeploySpec() {
  return {
      .name = "cloudrun deploy",
      .summary = "Deploy the render stack to a Google Cloud project",
      .details =
          "Switches on the APIs, builds the service's image unless --image names one, and\n"
          "applies the Terraform module. What is run is shown first. Needs gcloud and\n"
          "terraform; the project needs billing.",
      .flags = {ProjectFlag(),
                RegionFlag(),
                {.name = "image",
                 .value = "NAME",
                 .description = "The service's image (default: built with Cloud Build)",
                 .group = "Service"},
                {.name = "repo",
                 .value = "NAME",
                 .description = "Artifact Registry repository of a built image "
                                "(default: hyperframes)",
                 .group = "Service"},
                {.name = "cpu",
                 .value = "N",
                 .description = "vCPUs of an instance (default: 4)",
                 .group = "Service"},
                {.name = "memory",
                 .value = "SIZE",
                 .description = "Memory of an instance, such as 16Gi (the default)",
                 .group = "Service"},
                {.name = "min-instances",
                 .value = "N",
                 .description = "Instances that are always kept (default: 0)",
                 .group = "Service"},
                {.name = "max-instances",
                 .value = "N",
                 .description = "Most instances at once (default: 100)",
                 .group = "Service"},
                {.name = "timeout",
                 .value = "SECONDS",
                 .description = "Longest request (default: the module's; at most 3600)",
                 .group = "Service"},
                {.name = "dry-run",
                 .description = "Print what would be run, and run nothing",
                 .group = "Reports"},
                JsonDocumentFlag(),
                HelpFlag()},
      .examples = {{"hyperlocal cloudrun deploy --project my-project", "with an image of its own"},
                   {"hyperlocal cloudrun deploy --project my-project --dry-run",
                    "what would be run"},
                   {"hyperlocal cloudrun deploy --project my-project --cpu 8 --memory 32Gi",
                    "larger instances"}},
  };
}

CommandSpec SitesSpec() {
  return {
      .name = "cloudrun sites",
      .summary = "Upload a project once, for many renders",
      .arguments = {{"VERB", "create"},
                    {"PROJECT", "The project: a directory that holds the composition"}},
      .details =
          "Does nothing when the same content is there already. Prints the archive's\n"
          "address.",
      .flags = {ProjectFlag(), RegionFlag(), SiteIdFlag(), JsonDocumentFlag(), HelpFlag()},
      .examples = {{"hyperlocal cloudrun sites create my-film", "by its content"},
                   {"hyperlocal cloudrun sites create my-film --site-id v12", "by a name"},
                   {"hyperlocal cloudrun sites create my-film --json", "for another program"}},
  };
}

CommandSpec CloudRenderSpec() {
  CommandSpec spec{
      .name = "cloudrun render",
      .summary = "Render a composition on the deployed stack",
      .arguments = {{"PROJECT", "The project: a directory that holds the composition"}},
      .details =
          "Uploads the project and starts the render. Prints the execution's name, or with\n"
          "--wait the output's address when it is there.",
      .flags = {ProjectFlag(), RegionFlag()},
      .examples = {{"hyperlocal cloudrun render my-film --wait", "and the address of the video"},
                   {"hyperlocal cloudrun render card --variables-file v.json --strict-variables",
                    "with variables"},
                   {"hyperlocal cloudrun render my-film --output-resolution 4k --wait",
                    "drawn at twice the size"}},
  };
  for (FlagSpec& flag : RenderFlags()) spec.flags.push_back(std::move(flag));
  std::vector<FlagSpec> more{
      SiteIdFlag(),
      {.name = "variables",
       .value = "JSON",
       .description = "Variables of the composition, as a JSON object",
       .group = "Composition"},
      {.name = "variables-file",
       .value = "FILE",
       .description = "The same, read from a file",
       .group = "Composition"},
      {.name = "render-id",
       .value = "ID",
       .description = "Name of the render (default: a new one)",
       .group = "Output"},
      {.name = "output-key",
       .value = "KEY",
       .description = "Object to write (default: renders/ID/output.mp4 and its like)",
       .group = "Output"},
      {.name = "wait", .description = "Wait until it is over", .group = "Waiting"},
      IntervalFlag(),
      JsonDocumentFlag(),
      HelpFlag()};
  for (FlagSpec& flag : more) spec.flags.push_back(std::move(flag));
  return spec;
}

CommandSpec BatchSpec() {
  CommandSpec spec{
      .name = "cloudrun render-batch",
      .summary = "Render a composition many times, with other variables each",
      .arguments = {{"PROJECT", "The project: a directory that holds the composition"}},
      .details =
          "A line of the batch file is {\"outputKey\":\"a.mp4\",\"variables\":{}}. Waits for\n"
          "all of them. What is done stands in a journal beside the batch file: the same\n"
          "command goes on where one was stopped, and tries again what failed.",
      .flags = {{.name = "batch",
                 .value = "FILE",
                 .description = "The batch file, a line of JSON for each render (required)",
                 .group = "Batch"},
                {.name = "max-concurrent",
                 .value = "N",
                 .description = "Most renders at once (default: 50)",
                 .group = "Batch"},
                {.name = "dry-run",
                 .description = "Check the file, print what would be started, start nothing",
                 .group = "Batch"},
                ProjectFlag(),
                RegionFlag()},
      .examples = {{"hyperlocal cloudrun render-batch card --batch users.jsonl", "all of them"},
                   {"hyperlocal cloudrun render-batch card --batch users.jsonl --dry-run",
                    "is the file right?"},
                   {"hyperlocal cloudrun render-batch card --batch users.jsonl --json",
                    "with a report"}},
  };
  for (FlagSpec& flag : RenderFlags()) spec.flags.push_back(std::move(flag));
  for (FlagSpec& flag : std::vector{SiteIdFlag(), IntervalFlag(), JsonDocumentFlag(), HelpFlag()}) {
    spec.flags.push_back(std::move(flag));
  }
  return spec;
}

CommandSpec ProgressSpec() {
  return {
      .name = "cloudrun progress",
      .summary = "Say where a render stands, and what it costs",
      .arguments = {{"EXECUTION", "The execution's name, as render printed it"}},
      .flags = {ProjectFlag(), RegionFlag(), JsonDocumentFlag(), HelpFlag()},
      .examples = {{"hyperlocal cloudrun progress \"$name\"", "chunks, frames, time left, cost"},
                   {"hyperlocal cloudrun progress \"$name\" --json",
                    "the published fields, and live ones"},
                   {"hyperlocal cloudrun progress \"$name\" --json > state.json",
                    "for another program"}},
  };
}

CommandSpec ListSpec() {
  return {
      .name = "cloudrun list",
      .summary = "List the newest renders of the stack",
      .flags = {ProjectFlag(),
                RegionFlag(),
                {.name = "limit",
                 .value = "N",
                 .description = "How many executions to look at (default: 50)",
                 .group = "Output"},
                JsonDocumentFlag(),
                HelpFlag()},
      .examples = {{"hyperlocal cloudrun list", "the newest first"},
                   {"hyperlocal cloudrun list --limit 500", "more of them"},
                   {"hyperlocal cloudrun list --json", "for another program"}},
  };
}

CommandSpec CancelSpec() {
  return {
      .name = "cloudrun cancel",
      .summary = "Stop a render",
      .arguments = {{"EXECUTION", "The execution's name, as render printed it"}},
      .flags = {JsonDocumentFlag(), HelpFlag()},
      .examples = {{"hyperlocal cloudrun cancel \"$name\"", "requests under way end by themselves"},
                   {"hyperlocal cloudrun cancel \"$name\" --json", "for another program"},
                   {"hyperlocal cloudrun cancel \"$name\" && hyperlocal cloudrun list",
                    "and see that it is"}},
  };
}

CommandSpec DownloadSpec() {
  return {
      .name = "cloudrun download",
      .summary = "Fetch the output of a render, and check it",
      .arguments = {{"EXECUTION", "The execution's name, as render printed it"}},
      .details =
          "The file is complete or not there at all. Its length and CRC-32C are compared\n"
          "with the store's. Frames of a png-sequence come as the tar.gz that they are.",
      .flags = {{.name = "output",
                 .short_name = 'o',
                 .value = "FILE",
                 .description = "Where it goes (required)",
                 .group = "Output"},
                JsonDocumentFlag(),
                HelpFlag()},
      .examples = {{"hyperlocal cloudrun download \"$name\" -o film.mp4", "whole, or not at all"},
                   {"hyperlocal cloudrun download \"$name\" -o film.mp4 --json",
                    "with its SHA-256"},
                   {"hyperlocal cloudrun download \"$name\" --output out/film.mp4",
                    "into a directory that is there"}},
  };
}

CommandSpec DestroySpec() {
  return {
      .name = "cloudrun destroy",
      .summary = "Take the deployed stack down, outputs and all",
      .details =
          "Asks before it deletes outputs, by the project's name; where nobody can be asked\n"
          "it needs --yes.",
      .flags = {ProjectFlag(),
                RegionFlag(),
                {.name = "image",
                 .value = "NAME",
                 .description = "The service's image, where the module asks for one",
                 .group = "Stack"},
                {.name = "yes",
                 .description = "Do not ask: everything in the bucket may go",
                 .group = "Stack"},
                {.name = "dry-run",
                 .description = "Print what would be run, and run nothing",
                 .group = "Reports"},
                JsonDocumentFlag(),
                HelpFlag()},
      .examples = {{"hyperlocal cloudrun destroy --project my-project", "after having asked"},
                   {"hyperlocal cloudrun destroy --dry-run", "what would be run"},
                   {"hyperlocal cloudrun destroy --yes --json", "in a script"}},
  };
}

}  // namespace

std::vector<CommandSpec> CloudRunCommandSpecs() {
  return {DeploySpec(),   SitesSpec(), CloudRenderSpec(), BatchSpec(),  ProgressSpec(),
          DownloadSpec(), ListSpec(),  CancelSpec(),      DestroySpec()};
}

}  // namespace hyperlocal::cli
