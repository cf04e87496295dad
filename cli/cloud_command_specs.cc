#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {

std::vector<FlagSpec> LocalCloudFlags() {
  return {
      {.name = "service-command",
       .value = "COMMAND",
       .description = "The render service: what listens on $PORT (default: ours)",
       .group = "Cloud"},
      {.name = "workflow",
       .value = "FILE",
       .description = "The workflow definition (default: ours)",
       .group = "Cloud"},
      {.name = "faults",
       .value = "PLAN",
       .description = "What goes wrong: a file, or random:SEED; see docs/faults.md",
       .group = "Cloud"},
  };
}

namespace {

FlagSpec InstancesFlag() {
  return {.name = "instances",
          .value = "N",
          .description = "Most instances of the service at once (default: one a core)",
          .group = "Cloud"};
}

FlagSpec BucketFlag() {
  return {.name = "bucket",
          .value = "NAME",
          .description = "The bucket of renders (default: hyperlocal-renders)",
          .group = "Cloud"};
}

FlagSpec VerboseFlag() {
  return {.name = "verbose",
          .description = "Show the log of the service and its edge, as JSON lines",
          .group = "Cloud"};
}

CommandSpec EmulateSpec() {
  CommandSpec spec{
      .name = "emulate",
      .summary = "Serve the whole render cloud from this machine",
      .details =
          "Cloud Storage, Workflows, Cloud Run with the render service, and the tokens\n"
          "between them, each on a port. The environment variables by which clients find\n"
          "them are printed on standard output. Ends with Ctrl-C.",
      .flags =
          {
              {.name = "data",
               .value = "DIR",
               .description = "Where all is kept (default: this user's state directory)",
               .group = "Data"},
              {.name = "memory",
               .description = "Keep nothing: all goes with the emulators",
               .group = "Data"},
              {.name = "port",
               .value = "N",
               .description = "First of four ports in a row; 0: any that are free (default: 4443)",
               .group = "Server"},
              {.name = "host",
               .value = "ADDRESS",
               .description = "Address to listen on (default: 127.0.0.1, this machine only)",
               .group = "Server"},
              {.name = "env-file",
               .value = "FILE",
               .description = "Write the variables to FILE, for as long as they are true",
               .group = "Server"},
              {.name = "ready-file",
               .value = "FILE",
               .description = "Write the storage URL to FILE once requests are answered",
               .group = "Server"},
          },
      .examples =
          {
              {"hyperlocal emulate", "then, in another shell: eval \"$(hyperlocal env)\""},
              {"hyperlocal emulate --memory --port 0 --env-file cloud.env",
               "for a test: cloud.env appears when all of it answers"},
              {"hyperlocal emulate --service-command 'node server.js'",
               "with a service of your own behind it"},
              {"hyperlocal emulate --faults random:7", "a cloud on a bad day, the same each time"},
          },
  };
  for (FlagSpec& flag : LocalCloudFlags()) spec.flags.push_back(std::move(flag));
  for (FlagSpec& flag : std::vector{BucketFlag(), InstancesFlag(), VerboseFlag(), HelpFlag()}) {
    spec.flags.push_back(std::move(flag));
  }
  return spec;
}

CommandSpec ExecSpec() {
  CommandSpec spec{
      .name = "exec",
      .summary = "Run a command with the whole render cloud around it",
      .arguments = {{.name = "COMMAND",
                     .description = "The command and its arguments, after --",
                     .repeated = true}},
      .details =
          "Starts the emulators, runs the command with the variables that point at them\n"
          "and a HOME of its own, and returns its status. Nothing is left behind.",
      .flags =
          {
              {.name = "keep-home",
               .description = "Leave HOME as it is: your own settings and credentials",
               .group = "Command"},
          },
      .examples =
          {
              {"hyperlocal exec -- npm test", "a test-suite that renders"},
              {"hyperlocal exec -- sh", "a shell, to try things"},
              {"hyperlocal exec --faults random:7 -- ./render-all.sh",
               "does it survive a bad day?"},
          },
  };
  for (FlagSpec& flag : LocalCloudFlags()) spec.flags.push_back(std::move(flag));
  for (FlagSpec& flag : std::vector{BucketFlag(), InstancesFlag(), VerboseFlag(), HelpFlag()}) {
    spec.flags.push_back(std::move(flag));
  }
  return spec;
}

CommandSpec EnvSpec() {
  return {
      .name = "env",
      .summary = "Print how clients find the emulators that are running",
      .details = "The variables of the last `hyperlocal emulate` of this user that still runs.",
      .flags = {{.name = "format",
                 .value = "NAME",
                 .description = "How they are written (default: sh)",
                 .group = "Output",
                 .choices = {"sh", "fish", "dotenv", "json"}},
                HelpFlag()},
      .examples = {{"hyperlocal env", "eval \"$(hyperlocal env)\" takes them into this shell"},
                   {"hyperlocal env --format fish", "the same for fish: … | source"},
                   {"hyperlocal env --format dotenv > .env", "for a tool that reads .env"}},
  };
}

}  // namespace

std::vector<CommandSpec> CloudCommandSpecs() {
  return {EmulateSpec(), ExecSpec(), EnvSpec()};
}

}  // namespace hyperlocal::cli
