#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

CommandSpec ServeSpec() {
  return {
      .name = "storage serve",
      .summary = "Serve Cloud Storage from this machine, for any client",
      .details =
          "Programs find it by STORAGE_EMULATOR_HOST. Objects are kept in DIR and survive\n"
          "a kill; the base URL is printed on standard output. Ends with Ctrl-C.",
      .flags =
          {
              {.name = "data",
               .value = "DIR",
               .description = "Where objects are kept (default: this user's state directory)",
               .group = "Objects"},
              {.name = "memory",
               .description = "Keep nothing: all objects go with the server",
               .group = "Objects"},
              {.name = "seed",
               .value = "DIR",
               .description = "Put in what DIR holds first: DIR/<bucket>/<object>",
               .group = "Objects"},
              {.name = "bucket",
               .value = "NAMES",
               .description = "Make these buckets if they are not there; commas between",
               .group = "Objects"},
              {.name = "port",
               .value = "N",
               .description = "Port to listen on; 0: any that is free (default: 4443)",
               .group = "Server"},
              {.name = "host",
               .value = "ADDRESS",
               .description = "Address to listen on (default: 127.0.0.1, this machine only)",
               .group = "Server"},
              {.name = "ready-file",
               .value = "FILE",
               .description = "Write the base URL to FILE once requests are answered",
               .group = "Server"},
              {.name = "signing-key",
               .value = "FILE",
               .description = "Service account key, as JSON, whose signed URLs are verified",
               .group = "Server"},
              {.name = "faults",
               .value = "FILE",
               .description = "Faults to inject, as a JSON plan; see docs/storage.md",
               .group = "Server"},
              HelpFlag(),
          },
      .examples =
          {
              {"hyperlocal storage serve --memory --bucket renders",
               "then, elsewhere: export STORAGE_EMULATOR_HOST=http://127.0.0.1:4443"},
              {"hyperlocal storage serve --data ./objects --seed ./fixtures",
               "kept in ./objects, filled from ./fixtures"},
              {"hyperlocal storage serve --memory --port 0 --ready-file url.txt",
               "for a test: url.txt appears when it answers"},
          },
  };
}

FlagSpec EndpointFlag() {
  return {.name = "endpoint",
          .value = "URL",
          .description = "The service (default: STORAGE_EMULATOR_HOST, else Google's)",
          .group = "Service"};
}

FlagSpec RecursiveFlag(std::string_view description) {
  return {.name = "recursive", .short_name = 'r', .description = description, .group = "Objects"};
}

CommandSpec ListSpec() {
  return {
      .name = "storage ls",
      .summary = "List objects",
      .arguments = {{.name = "URL", .description = "gs://bucket, or gs://bucket/prefix"}},
      .details =
          "One name a line. What lies deeper than the next slash is shown as its folder;\n"
          "--recursive shows every object.",
      .flags = {RecursiveFlag("Every object that begins so, however deep"),
                {.name = "long",
                 .short_name = 'l',
                 .description = "Sizes, types and generations too",
                 .group = "Objects"},
                EndpointFlag(),
                JsonFlag("Print one JSON document on standard output"),
                HelpFlag()},
      .examples = {{"hyperlocal storage ls gs://renders", "objects and folders of a bucket"},
                   {"hyperlocal storage ls -lr gs://renders/sites/", "all of them, with sizes"},
                   {"hyperlocal storage ls gs://renders --json > objects.json",
                    "for another program"}},
  };
}

CommandSpec CopySpec() {
  return {
      .name = "storage cp",
      .summary = "Copy objects and files",
      .arguments = {{.name = "FROM", .description = "A file, or gs://bucket/object"},
                    {.name = "TO", .description = "A file or directory, or gs://…"}},
      .details =
          "One of the two is a gs:// URL, or both are. Every byte is checked against its\n"
          "checksum; the target is complete or as it was. TO ending in / keeps FROM's name.",
      .flags = {RecursiveFlag("A whole directory or folder"),
                {.name = "no-clobber",
                 .short_name = 'n',
                 .description = "Fail if the target exists",
                 .group = "Objects"},
                {.name = "content-type",
                 .value = "TYPE",
                 .description = "Of the object (default: by the file's name)",
                 .group = "Objects"},
                EndpointFlag(),
                JsonFlag("Print one JSON document on standard output"),
                HelpFlag()},
      .examples = {{"hyperlocal storage cp film.mp4 gs://renders/film.mp4", "up"},
                   {"hyperlocal storage cp gs://renders/film.mp4 .", "down"},
                   {"hyperlocal storage cp -r ./site gs://renders/site/", "a directory"}},
  };
}

CommandSpec CatSpec() {
  return {
      .name = "storage cat",
      .summary = "Print the content of objects",
      .arguments = {{.name = "URL", .description = "gs://bucket/object", .repeated = true}},
      .flags = {EndpointFlag(), HelpFlag()},
      .examples = {{"hyperlocal storage cat gs://renders/renders/1/plan.json", "one"},
                   {"hyperlocal storage cat gs://b/log.1 gs://b/log.2 > log", "two, joined"},
                   {"hyperlocal storage cat gs://b/a --endpoint http://127.0.0.1:4443",
                    "of a server that is named"}},
  };
}

CommandSpec RemoveSpec() {
  return {
      .name = "storage rm",
      .summary = "Delete objects",
      .arguments = {{.name = "URL", .description = "gs://bucket/object", .repeated = true}},
      .flags = {RecursiveFlag("Every object in the folder"), EndpointFlag(),
                JsonFlag("Print one JSON document on standard output"), HelpFlag()},
      .examples = {{"hyperlocal storage rm gs://renders/film.mp4", "one"},
                   {"hyperlocal storage rm -r gs://renders/renders/1/", "all in a folder"},
                   {"hyperlocal storage rm gs://b/a gs://b/c --json", "what was deleted"}},
  };
}

CommandSpec StatSpec() {
  return {
      .name = "storage stat",
      .summary = "Show what is known of an object",
      .arguments = {{.name = "URL", .description = "gs://bucket/object"}},
      .flags = {EndpointFlag(), JsonFlag("Print one JSON document on standard output"), HelpFlag()},
      .examples = {{"hyperlocal storage stat gs://renders/film.mp4",
                    "size, type, checksums, generation, metadata"},
                   {"hyperlocal storage stat gs://renders/film.mp4 --json", "for a program"},
                   {"hyperlocal storage stat gs://b/a && hyperlocal storage cat gs://b/a",
                    "its content, if it is there"}},
  };
}

}  // namespace

std::vector<CommandSpec> StorageCommandSpecs() {
  return {ServeSpec(), ListSpec(), CopySpec(), CatSpec(), RemoveSpec(), StatSpec()};
}

}  // namespace hyperlocal::cli
