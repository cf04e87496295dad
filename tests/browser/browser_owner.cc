// Starts a browser, says so by one byte on stdout, and waits to be killed.
#include <unistd.h>

#include "engine/browser/browser.h"

int main() {
  const auto browser = hyperlocal::Browser::Launch({});
  if (!browser || ::write(STDOUT_FILENO, "r", 1) != 1) return 1;
  for (;;) ::pause();
}
