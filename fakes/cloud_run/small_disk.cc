#include "fakes/cloud_run/small_disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal::cloud_run {
namespace {

namespace fs = std::filesystem;

// Written before there are threads.
bool entered = false;
std::string refusal = "nobody has asked for it at the start of the process";

constexpr unsigned long kFlags = MS_NOSUID | MS_NODEV;
// More than anybody writes. Without a limit the kernel would not count what is used.
constexpr const char* kNoLimit = "size=1024g";

Error CannotMakeDisks(std::string_view why) {
  return Error{ErrorCode::kDependencyUnavailable,
               fmt::format("the fault full_disk needs a file system of its own, which this process "
                           "may not make ({}); run where user namespaces are allowed, or leave "
                           "full_disk out",
                           why)};
}

Error CannotMakeDisks(std::string_view what, int number) {
  return CannotMakeDisks(fmt::format("{}: {}", what, std::strerror(number)));
}

// Of a namespace: what it says is kept.
Status Refuse(std::string_view what, int number) {
  refusal = fmt::format("{}: {}", what, std::strerror(number));
  return CannotMakeDisks(refusal);
}

bool WriteTo(const char* file, std::string_view text) {
  const FileDescriptor out(::open(file, O_WRONLY | O_CLOEXEC));
  return out.valid() &&
         ::write(out.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

}  // namespace

Status EnterDiskNamespace() {
  if (entered) return Ok();
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (::unshare(CLONE_NEWNS) != 0) {
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return Refuse("unshare", errno);
    // We stay who we are; whoever else owns files is nobody from here on.
    if (!WriteTo("/proc/self/setgroups", "deny") ||
        !WriteTo("/proc/self/uid_map", fmt::format("{0} {0} 1", user)) ||
        !WriteTo("/proc/self/gid_map", fmt::format("{0} {0} 1", group))) {
      return Refuse("the user in its namespace", errno);
    }
  }
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return Refuse("mount", errno);
  }
  entered = true;
  return Ok();
}

Status DisksCanBeMade() {
  if (entered) return Ok();
  return CannotMakeDisks(refusal);
}

Result<std::unique_ptr<SmallDisk>> SmallDisk::Make(fs::path directory) {
  std::error_code failure;
  if (!fs::create_directory(directory, failure)) {
    return Error{ErrorCode::kCannotWrite,
                 fmt::format("cannot make {}: {}", directory.string(),
                             failure ? failure.message() : "it is there already")};
  }
  if (::mount("hyperlocal", directory.c_str(), "tmpfs", kFlags,
              fmt::format("{},mode=0700", kNoLimit).c_str()) != 0) {
    const int number = errno;
    fs::remove(directory, failure);
    return CannotMakeDisks("mount", number);
  }
  return std::unique_ptr<SmallDisk>(new SmallDisk(std::move(directory)));
}

SmallDisk::~SmallDisk() {
  // What still has a file of it open keeps the file, but not the place.
  ::umount2(path_.c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove(path_, ignored);
}

Status SmallDisk::LeaveFree(std::uint64_t bytes) {
  struct statvfs use {};
  if (::statvfs(path_.c_str(), &use) != 0) return CannotMakeDisks("statvfs", errno);
  // A limit of 0 is none: an empty disk without room holds a page that nobody needs.
  std::uint64_t used = use.f_blocks - use.f_bfree;
  if (used == 0) {
    const FileDescriptor ballast(
        ::open((path_ / ".full").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!ballast.valid() || ::write(ballast.get(), "x", 1) != 1) {
      return CannotMakeDisks("a page of the disk", errno);
    }
    used = 1;
  }
  const std::uint64_t size = used * use.f_frsize + bytes / use.f_frsize * use.f_frsize;
  if (::mount(nullptr, path_.c_str(), nullptr, MS_REMOUNT | kFlags,
              fmt::format("size={}", size).c_str()) != 0) {
    return CannotMakeDisks("mount", errno);
  }
  return Ok();
}

Result<std::unique_ptr<DiskShelf>> DiskShelf::Open(const fs::path& parent) {
  HYPERLOCAL_TRY(auto place, ScratchDirectory::Create("disks", parent));
  return std::unique_ptr<DiskShelf>(new DiskShelf(std::move(place)));
}

Result<std::unique_ptr<SmallDisk>> DiskShelf::NewDisk() {
  return SmallDisk::Make(place_->path() / std::to_string(made_++));
}

void SmallDisk::Lift() {
  ::mount(nullptr, path_.c_str(), nullptr, MS_REMOUNT | kFlags, kNoLimit);
}

}  // namespace hyperlocal::cloud_run
