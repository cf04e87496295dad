#include "engine/av/filter_library_internal.h"

#include <dlfcn.h>

#include <string>

namespace hyperlocal {
namespace {

constexpr const char* kName = "libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR);

template <typename Function>
bool Find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

Result<FilterLibrary> Open() {
  void* const library = ::dlopen(kName, RTLD_LAZY | RTLD_LOCAL);
  FilterLibrary found{};
  const bool complete = library != nullptr &&
                        Find(library, "avfilter_graph_alloc", found.graph_alloc) &&
                        Find(library, "avfilter_graph_free", found.graph_free) &&
                        Find(library, "avfilter_graph_create_filter", found.graph_create_filter) &&
                        Find(library, "avfilter_graph_parse_ptr", found.graph_parse_ptr) &&
                        Find(library, "avfilter_graph_config", found.graph_config) &&
                        Find(library, "avfilter_get_by_name", found.get_by_name) &&
                        Find(library, "avfilter_inout_alloc", found.inout_alloc) &&
                        Find(library, "avfilter_inout_free", found.inout_free) &&
                        Find(library, "av_buffersrc_add_frame", found.buffersrc_add_frame) &&
                        Find(library, "av_buffersink_get_frame", found.buffersink_get_frame);
  if (complete) return found;
  const char* const why = ::dlerror();
  return Error{ErrorCode::kFormatNotSupported,
               std::string("to change the speed of a sound, libavfilter is needed: ") +
                   (why != nullptr ? why : kName) + ". Install libavfilter8 beside libavcodec59"};
}

}  // namespace

Result<const FilterLibrary*> FilterLibrary::Load() {
  static const Result<FilterLibrary> loaded = Open();
  if (!loaded) return loaded.error();
  return &*loaded;
}

}  // namespace hyperlocal
