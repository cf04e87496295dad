#pragma once

#include <sys/resource.h>

namespace hyperlocal::cloud_run {

// What the warden of an instance needs, made ready before the fork: behind it nothing may be
// allocated.
struct WardenPlan {
  char* const* arguments = nullptr;
  char* const* environment = nullptr;
  const char* program = nullptr;            // with its directory
  const char* working_directory = nullptr;  // null: ours
  rlim_t address_space_limit = RLIM_INFINITY;
  int null_fd = -1;
  int control_fd = -1;
  int report_fd = -1;  // write end
  int start_fd = -1;   // write end
  int output_fd = -1;
  int error_fd = -1;
};

// The pid of the program goes over the report pipe first, then the status as waitpid gives it, or
// -1, when nothing is left; both as an int. The start pipe closes when the program runs; before
// that comes the errno, as an int, if it cannot.

// The whole life of the warden, in a fork of a process with threads: async-signal-safe calls only.
// Commands of one byte come over the control socket: 'T' for SIGTERM to the program; anything else,
// or its end, kills everything.
[[noreturn]] void RunWarden(const WardenPlan& plan);

}  // namespace hyperlocal::cloud_run
