#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/scratch_directory.h"

namespace hyperlocal {

// One running Chrome with its DevTools pipe. Chrome never outlives this object, nor this process:
// it is in a process group of its own that the destructor kills, it gets a death signal when we die
// however we die, and it ends by itself when its pipe closes. Its temporary profile is removed; one
// that a killed predecessor left is removed at the next start.
class ChromeProcess {
 public:
  // `arguments` come after the ones that every Chrome of ours gets. Errors: kDependencyUnavailable,
  // kCannotWrite, and those of UseChromeSandbox.
  static Result<std::unique_ptr<ChromeProcess>> Start(const std::filesystem::path& binary,
                                                      const std::vector<std::string>& arguments);
  ~ChromeProcess();
  // Its end begins; the destructor waits for it.
  void Kill();
  ChromeProcess(const ChromeProcess&) = delete;
  ChromeProcess& operator=(const ChromeProcess&) = delete;

  pid_t pid() const { return pid_; }
  int command_fd() const { return command_fd_; }  // we write DevTools commands here; non-blocking
  int answer_fd() const { return answer_fd_; }    // we read answers and events here; non-blocking
  int log_fd() const { return log_fd_; }          // Chrome's stderr; non-blocking

  // "killed by signal 9", "exited with status 1", or empty while it runs. Does not wait.
  std::string ExitDescription() const;

 private:
  ChromeProcess() = default;

  pid_t pid_ = -1;
  int command_fd_ = -1;
  int answer_fd_ = -1;
  int log_fd_ = -1;
  std::unique_ptr<ScratchDirectory> profile_;
};

}  // namespace hyperlocal
