#pragma once

#include <functional>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// Whether Chrome is to be started with its sandbox, which takes away from the processes that run a
// page's code what this user may do. Chrome builds it out of user namespaces and does not start
// without them, unless it is told to do without: for root always, and otherwise as
// HYPERLOCAL_CHROME_SANDBOX says:
//   on    (or not set) with the sandbox; where it cannot be had, an error that says so
//   auto  with it where it can be had, and else without: in a container that is a sandbox itself
//   off   without
// Errors: kChromeUnavailable, kInvalidConfig for another value.
Result<bool> UseChromeSandbox();

// The same of a given user, setting (empty: not set) and system. Asks `can_be_had` only if its
// answer matters.
Result<bool> UseChromeSandbox(bool root, std::string_view setting,
                              const std::function<bool()>& can_be_had);

}  // namespace hyperlocal
