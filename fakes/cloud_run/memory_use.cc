#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/file/file_descriptor_internal.h"
#include "fakes/cloud_run/memory_use_internal.h"

namespace hyperlocal::cloud_run {
namespace {

// A file of /proc, as far as it fits; "" when it is not there.
std::string_view ReadProc(const std::string& path, char* buffer, std::size_t size) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return "";
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(file.get(), buffer + filled, size - filled);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return {buffer, filled};
}

// The number behind `name` in /proc/<pid>/status, in bytes; the kernel writes "RssAnon:   123 kB".
std::uint64_t Kilobytes(std::string_view status, std::string_view name) {
  const std::size_t at = status.find(name);
  if (at == std::string_view::npos) return 0;
  std::string_view rest = status.substr(at + name.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  std::uint64_t number = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return number * 1024;
}

}  // namespace

std::vector<pid_t> DescendantsOf(pid_t ancestor) {
  std::vector<pid_t> found{ancestor};
  char buffer[4096];
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string tasks = "/proc/" + std::to_string(found[i]) + "/task";
    std::error_code error;
    std::filesystem::directory_iterator task(tasks, error);
    for (; !error && task != std::filesystem::directory_iterator(); task.increment(error)) {
      std::string_view list = ReadProc(task->path().string() + "/children", buffer, sizeof buffer);
      while (!list.empty()) {
        pid_t pid = 0;
        const auto end = std::from_chars(list.data(), list.data() + list.size(), pid).ptr;
        if (pid > 0) found.push_back(pid);
        list.remove_prefix(std::min(static_cast<std::size_t>(end - list.data()) + 1, list.size()));
      }
    }
  }
  found.erase(found.begin());
  return found;
}

std::uint64_t MemoryUseOf(pid_t pid) {
  char buffer[4096];
  const std::string_view status =
      ReadProc("/proc/" + std::to_string(pid) + "/status", buffer, sizeof buffer);
  return Kilobytes(status, "RssAnon:") + Kilobytes(status, "RssShmem:");
}

}  // namespace hyperlocal::cloud_run
