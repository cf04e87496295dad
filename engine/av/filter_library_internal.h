#pragma once

#include "engine/av/libav_handles_internal.h"
#include "engine/error/result.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
}

namespace hyperlocal {

// libavfilter, loaded by the first sound whose speed is changed: with it come some sixty libraries,
// which every start of the program would load, in 18 ms, and few compositions need. Never unloaded.
struct FilterLibrary {
  // Any thread. Error: kFormatNotSupported when this machine has no libavfilter of our version.
  static Result<const FilterLibrary*> Load();

  decltype(&avfilter_graph_alloc) graph_alloc;
  decltype(&avfilter_graph_free) graph_free;
  decltype(&avfilter_graph_create_filter) graph_create_filter;
  decltype(&avfilter_graph_parse_ptr) graph_parse_ptr;
  decltype(&avfilter_graph_config) graph_config;
  decltype(&avfilter_get_by_name) get_by_name;
  decltype(&avfilter_inout_alloc) inout_alloc;
  decltype(&avfilter_inout_free) inout_free;
  decltype(&av_buffersrc_add_frame) buffersrc_add_frame;
  decltype(&av_buffersink_get_frame) buffersink_get_frame;
};

}  // namespace hyperlocal
