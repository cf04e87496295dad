#include "engine/browser/chrome_sandbox.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

namespace hyperlocal {
namespace {

// Does what Chrome will do: a process in a user namespace of its own that has other namespaces too.
// Some systems allow the first to everybody and the second to nobody.
bool CanMakeNamespaces() {
  const pid_t child = ::fork();
  if (child < 0) return false;
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET) == 0 ? 0 : 1);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Result<bool> UseChromeSandbox(bool root, std::string_view setting,
                              const std::function<bool()>& can_be_had) {
  if (!setting.empty() && setting != "on" && setting != "auto" && setting != "off") {
    return Error{ErrorCode::kInvalidConfig,
                 "HYPERLOCAL_CHROME_SANDBOX is " + std::string(setting) +
                     "; it takes on (which it is when it is not set), auto or off."};
  }
  if (root || setting == "off") return false;
  if (can_be_had()) return true;
  if (setting == "auto") return false;
  return Error{ErrorCode::kChromeUnavailable,
               "this system does not let the user " + std::to_string(::geteuid()) +
                   " make the namespaces (user, process, network) that Chrome's sandbox is made "
                   "of, and Chrome does not start without its sandbox by itself. Allow them "
                   "(sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, "
                   "kernel.apparmor_restrict_unprivileged_userns; a container's seccomp profile), "
                   "or, where a container or a virtual machine is the sandbox, set "
                   "HYPERLOCAL_CHROME_SANDBOX=auto to do without."};
}

Result<bool> UseChromeSandbox() {
  // Asked once: it takes a process, and the system does not change its mind.
  static const bool can_be_had = ::geteuid() != 0 && CanMakeNamespaces();
  const char* setting = std::getenv("HYPERLOCAL_CHROME_SANDBOX");
  return UseChromeSandbox(::geteuid() == 0, setting == nullptr ? "" : setting,
                          [] { return can_be_had; });
}

}  // namespace hyperlocal
