#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {

std::vector<CommandSpec> ServeCommandSpecs() {
  return {{
      .name = "serve",
      .summary = "Serve the render: the container of Cloud Run",
      .details = "POST / plans, renders a chunk or assembles, with objects in Cloud Storage.\n"
                 "The log is on standard output, a line of JSON each. The first Ctrl-C or\n"
                 "SIGTERM finishes what is under way, the second ends it.",
      .flags =
          {
              {.name = "bucket",
               .value = "NAME",
               .description = "The one bucket that requests may name; * for any",
               .group = "Storage"},
              {.name = "storage-endpoint",
               .value = "URL",
               .description = "Cloud Storage (default: STORAGE_EMULATOR_HOST, else Google's)",
               .group = "Storage"},
              {.name = "production",
               .description = "Refuse to start without --bucket",
               .group = "Storage"},
              {.name = "port",
               .value = "N",
               .description = "Port to listen on; 0: any (default: PORT, else 8080)",
               .group = "Server"},
              {.name = "host",
               .value = "ADDRESS",
               .description = "Address to listen on (default: 127.0.0.1, this machine only)",
               .group = "Server"},
              {.name = "concurrency",
               .value = "N",
               .description = "Requests worked on at once; others wait (default: no limit)",
               .group = "Server"},
              {.name = "work-dir",
               .value = "DIR",
               .description = "Where to work (default: TMPDIR)",
               .group = "Server"},
              {.name = "log-frames",
               .description = "A line of the log for every frame that is done",
               .group = "Server"},
              {.name = "ready-file",
               .value = "FILE",
               .description = "Write the base URL to FILE once requests are answered",
               .group = "Server"},
              HelpFlag(),
          },
      .examples =
          {
              {"hyperlocal serve --bucket renders",
               "with STORAGE_EMULATOR_HOST set: against the emulator"},
              {"hyperlocal serve --production --bucket my-renders --host 0.0.0.0",
               "in a container on Google Cloud"},
              {"hyperlocal serve --port 0 --ready-file url.txt",
               "for a test: url.txt appears when it answers"},
          },
  }};
}

}  // namespace hyperlocal::cli
