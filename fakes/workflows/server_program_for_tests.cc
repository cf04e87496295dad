// A process with a WorkflowsServer in it, for tests that kill it or drive it from another language:
// prints the address, and goes when its standard input ends.
//   program [--directory DIR] [--storage URL] [--concurrent N]
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "fakes/workflows/server/workflows_server.h"

int main(int count, char** arguments) {
  hyperlocal::workflows::WorkflowsServerOptions options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view flag = arguments[i];
    if (flag == "--directory") options.directory = arguments[i + 1];
    if (flag == "--storage") options.storage_url = arguments[i + 1];
    if (flag == "--concurrent") {
      options.concurrent_executions = std::strtoul(arguments[i + 1], nullptr, 10);
    }
  }
  options.warn = [](std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  auto server = hyperlocal::workflows::WorkflowsServer::Start(std::move(options));
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", (*server)->base_url().c_str());
  std::fflush(stdout);
  char byte = 0;
  while (::read(STDIN_FILENO, &byte, 1) > 0) {
  }
  return 0;
}
