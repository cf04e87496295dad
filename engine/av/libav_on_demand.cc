// libav is loaded by the first call into it, not at the start of the program: with it come some
// hundred libraries, for which the dynamic loader takes 30 ms, and a service that is asked whether
// it is well, a storage server or a client of the cloud needs none of them. The calls themselves
// are in libav_on_demand.S. Everything but the program (tests, users of the libraries) links libav
// as usual.

#include <dlfcn.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <mutex>

#include "engine/error/error.h"

extern "C" {
#include <libavcodec/version_major.h>
#include <libavfilter/version_major.h>
#include <libavformat/version_major.h>
#include <libavutil/version.h>
#include <libswresample/version_major.h>
#include <libswscale/version_major.h>
}

#define HYPERLOCAL_LIBRARY(name, version) \
  name ".so." AV_STRINGIFY(version), name AV_STRINGIFY(version)

// One entry of the list in libav_on_demand.S.
struct FunctionOnDemand {
  void* address;  // where a call goes; at first to what loads its library
  const char* name;
  std::size_t library;  // among kLibraries
};

extern "C" {
extern FunctionOnDemand hyperlocal_libav_functions[];
extern FunctionOnDemand hyperlocal_libav_functions_end[];
void* hyperlocal_libav_find(FunctionOnDemand* wanted);
}

namespace {

struct Library {
  const char* file;
  const char* package;  // Debian's
};

constexpr std::array kLibraries{
    Library{HYPERLOCAL_LIBRARY("libavutil", LIBAVUTIL_VERSION_MAJOR)},
    Library{HYPERLOCAL_LIBRARY("libavcodec", LIBAVCODEC_VERSION_MAJOR)},
    Library{HYPERLOCAL_LIBRARY("libavformat", LIBAVFORMAT_VERSION_MAJOR)},
    Library{HYPERLOCAL_LIBRARY("libswresample", LIBSWRESAMPLE_VERSION_MAJOR)},
    Library{HYPERLOCAL_LIBRARY("libswscale", LIBSWSCALE_VERSION_MAJOR)},
    Library{HYPERLOCAL_LIBRARY("libavfilter", LIBAVFILTER_VERSION_MAJOR)},
};

// Called in the place of any function of libav, so there is nobody whom an error could be told.
[[noreturn]] void GiveUp(const Library& library) {
  const char* const why = ::dlerror();
  std::fprintf(
      stderr,
      "hyperlocal: this work needs libav: %s\nInstall %s; `hyperlocal doctor` shows what else "
      "is missing.\n",
      why != nullptr ? why : library.file, library.package);
  ::_exit(hyperlocal::SpecOf(hyperlocal::ErrorCode::kDependencyUnavailable).exit_status);
}

// Never unloaded.
void Load(std::size_t index) {
  const Library& library = kLibraries[index];
  void* const handle = ::dlopen(library.file, RTLD_LAZY | RTLD_LOCAL);
  if (handle == nullptr) GiveUp(library);
  for (FunctionOnDemand* function = hyperlocal_libav_functions;
       function != hyperlocal_libav_functions_end; ++function) {
    if (function->library != index) continue;
    void* const found = ::dlsym(handle, function->name);
    if (found == nullptr) GiveUp(library);
    std::atomic_ref(function->address).store(found, std::memory_order_release);
  }
}

}  // namespace

// Any thread.
void* hyperlocal_libav_find(FunctionOnDemand* wanted) {
  static std::array<std::once_flag, kLibraries.size()> loaded;
  std::call_once(loaded[wanted->library], Load, wanted->library);
  return std::atomic_ref(wanted->address).load(std::memory_order_acquire);
}
