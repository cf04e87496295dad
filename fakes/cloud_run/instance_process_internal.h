#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal::cloud_run {

struct InstanceCommand {
  std::vector<std::string> arguments;       // the program and its arguments
  std::vector<std::string> environment;     // "NAME=value", the whole of it
  std::filesystem::path working_directory;  // empty: ours
  std::uint64_t address_space_limit = 0;    // bytes (RLIMIT_AS); 0: none
};

// Whether the command could be started: its program and its directory are there. Errors: as
// InstanceProcess::Start.
Status CheckInstanceCommand(const InstanceCommand& command);

// How the program of an instance ended.
struct InstanceEnd {
  int status = 0;  // of exit(), when no signal ended it
  int signal = 0;
};

// A program with everything it starts, as a container holds it: when the program ends, or is
// killed, or this object or this process goes, however it goes, nothing of it is left.
//
// Between us and the program stands a warden, a process of ours without a program of its own. It
// reads from a socket whose other end only we hold: when that closes, it kills the program's
// process group and then, as the kernel's subreaper, whatever had left the group. The program
// itself has a death signal, should the warden be killed. One thread, but for pid().
class InstanceProcess {
 public:
  // Returns when the program runs. Errors: kNoInput (no such program or directory), kPermission,
  // kDependencyUnavailable (no more processes).
  static Result<std::unique_ptr<InstanceProcess>> Start(const InstanceCommand& command);
  // Kills, and waits until nothing is left.
  ~InstanceProcess();
  InstanceProcess(const InstanceProcess&) = delete;
  InstanceProcess& operator=(const InstanceProcess&) = delete;

  pid_t pid() const { return pid_; }  // of the program
  pid_t warden() const { return warden_; }
  int output_fd() const { return output_.get(); }  // its stdout; non-blocking
  int error_fd() const { return error_.get(); }    // its stderr; non-blocking
  int end_fd() const { return report_.get(); }     // readable when End has something to say

  void Terminate();  // SIGTERM to the program
  void Kill();       // SIGKILL to all of it
  // How it ended; nothing while something of it still runs.
  std::optional<InstanceEnd> End();

 private:
  InstanceProcess(FileDescriptor control, FileDescriptor report, FileDescriptor output,
                  FileDescriptor error);

  FileDescriptor control_;
  FileDescriptor report_;
  FileDescriptor output_;
  FileDescriptor error_;
  pid_t warden_ = -1;
  pid_t pid_ = -1;
  std::optional<InstanceEnd> end_;
};

}  // namespace hyperlocal::cloud_run
