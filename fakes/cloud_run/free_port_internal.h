#pragma once

namespace hyperlocal::cloud_run {

// A port of this machine that nobody listens on, for a program that is told its port. It is below
// those that the kernel gives to connections, so that none of these can take it meanwhile. 0: none
// was found.
int FreePort();

}  // namespace hyperlocal::cloud_run
