// A process with a Cloud Run host in it, for tests that kill it: prints the port, and waits.
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "fakes/cloud_run/cloud_run_host.h"

int main(int count, char** arguments) {
  hyperlocal::cloud_run::CloudRunHostOptions options;
  options.command.assign(arguments + 1, arguments + count);
  options.allow_unauthenticated = true;
  options.environment["STUBBORN"] = "1";
  auto host = hyperlocal::cloud_run::CloudRunHost::Start(std::move(options));
  if (!host) {
    std::fprintf(stderr, "%s\n", host.error().message.c_str());
    return 1;
  }
  std::printf("%d\n", (*host)->port());
  std::fflush(stdout);
  for (;;) ::pause();
}
