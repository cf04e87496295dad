#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

#include "engine/http/port_owner_internal.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// "socket:[12345]" of every socket that listens on the port, as /proc/PID/fd shows them. A line of
// the table: number, local address:port in hexadecimal, remote address, state (0A: listening),
// queues, timer, retransmissions, user, time-out, inode.
void AddListeners(const char* table, int port, std::set<std::string>& sockets) {
  std::ifstream in(table);
  std::string line;
  std::getline(in, line);  // headings
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::string number, local, remote, state, skipped, inode;
    fields >> number >> local >> remote >> state >> skipped >> skipped >> skipped >> skipped >>
        skipped >> inode;
    const std::size_t colon = local.rfind(':');
    if (state != "0A" || colon == std::string::npos || inode.empty()) continue;
    int its_port = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), its_port, 16);
    if (its_port == port) sockets.insert("socket:[" + inode + "]");
  }
}

bool HoldsOneOf(const fs::path& process, const std::set<std::string>& sockets) {
  std::error_code ec;
  fs::directory_iterator descriptor(process / "fd", ec);
  for (; !ec && descriptor != fs::directory_iterator(); descriptor.increment(ec)) {
    std::error_code gone;  // it may be closed by now
    if (sockets.contains(fs::read_symlink(descriptor->path(), gone).string())) return true;
  }
  return false;
}

}  // namespace

std::optional<PortOwner> FindPortOwner(int port) {
  std::set<std::string> sockets;
  AddListeners("/proc/net/tcp", port, sockets);
  AddListeners("/proc/net/tcp6", port, sockets);
  if (sockets.empty()) return std::nullopt;
  std::error_code ec;
  fs::directory_iterator process("/proc", ec);
  for (; !ec && process != fs::directory_iterator(); process.increment(ec)) {
    const std::string name = process->path().filename();
    int pid = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc{} || end != name.data() + name.size()) continue;
    if (!HoldsOneOf(process->path(), sockets)) continue;
    PortOwner owner{.pid = pid, .name = ""};
    std::ifstream comm(process->path() / "comm");
    std::getline(comm, owner.name);
    return owner;
  }
  return std::nullopt;
}

}  // namespace hyperlocal
