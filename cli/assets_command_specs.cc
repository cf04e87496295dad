#include <string>
#include <utility>

#include "cli/command_specs_internal.h"

namespace hyperlocal::cli {
namespace {

const ArgumentSpec kProject{"PROJECT", "The project: a directory that holds the composition"};

FlagSpec EntryFlag() {
  return {.name = "entry",
          .value = "FILE",
          .description = "The composition's file in the project (default: index.html)",
          .group = "Composition"};
}

CommandSpec ListSpec() {
  return {
      .name = "assets list",
      .summary = "List what a composition asks for from outside of its project",
      .arguments = {kProject},
      .details =
          "Opens the composition without a network and tells of every address where its\n"
          "answer comes from: project, cache, package, runtime, or missing. Exit status 1\n"
          "when something is missing.",
      .flags = {EntryFlag(), JsonFlag("Print one JSON document on standard output"), HelpFlag()},
      .examples =
          {
              {"hyperlocal assets list my-film", "every address, and where it comes from"},
              {"hyperlocal assets list my-film --json", "with digests, types and sizes"},
              {"hyperlocal assets list my-film --entry intro.html", "of another composition"},
          },
  };
}

CommandSpec FetchSpec() {
  return {
      .name = "assets fetch",
      .summary = "Fetch what a composition lacks, once, and lock all of it",
      .arguments = {kProject},
      .details =
          "What neither the project nor the cache nor an installed package has is fetched\n"
          "over the network into the cache (HTTPS_PROXY and SSL_CERT_FILE count). Writes\n"
          "hyperlocal-assets.lock.json into the project, to be committed: a render takes no\n"
          "other content for an address that it names.",
      .flags =
          {
              {.name = "into-project",
               .description = "Keep what was fetched in PROJECT/hyperlocal-assets, too",
               .group = "Assets"},
              EntryFlag(),
              JsonFlag("Print one JSON document on standard output, also on failure"),
              HelpFlag(),
          },
      .examples =
          {
              {"hyperlocal assets fetch my-film", "then it renders without a network"},
              {"hyperlocal assets fetch my-film --into-project",
               "then it does so on every machine that has the project, and in a cloud"},
              {"hyperlocal assets fetch my-film --json", "what came from where"},
          },
  };
}

CommandSpec VerifySpec() {
  return {
      .name = "assets verify",
      .summary = "Check what a composition would get against its lock",
      .arguments = {kProject},
      .details =
          "Opens the composition without a network. Exit status 0 when every address that\n"
          "it asks for is there and has the content that hyperlocal-assets.lock.json names,\n"
          "else 1.",
      .flags = {EntryFlag(), JsonFlag("Print one JSON document on standard output"), HelpFlag()},
      .examples =
          {
              {"hyperlocal assets verify my-film", "ok, changed, missing, unlocked or unused"},
              {"hyperlocal assets verify my-film --json", "the same for another program"},
              {"hyperlocal assets verify my-film && hyperlocal render my-film",
               "render only what was locked"},
          },
  };
}

}  // namespace

std::vector<CommandSpec> AssetsCommandSpecs() {
  return {ListSpec(), FetchSpec(), VerifySpec()};
}

}  // namespace hyperlocal::cli
