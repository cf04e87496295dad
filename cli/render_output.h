#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal::cli {

// Whether the output of a render, or what goes beside it, can be written, before minutes are spent
// on it: a file, or for a png-sequence a directory that is not there yet or holds nothing else.
// Error: kCannotWrite.
Status CheckRenderOutput(std::filesystem::path output, OutputFormat format);

// What the frames are whose hashes a file lists.
struct FrameFacts {
  int width = 0;
  int height = 0;
  FrameRate fps;
  OutputFormat format = OutputFormat::kMp4;
};

// The SHA-256 of every captured frame, chunk by chunk, as a document of schema
// hyperlocal.frame-hashes/1.
Status WriteFrameHashes(const std::filesystem::path& file, const FrameFacts& frames,
                        const std::vector<std::vector<std::string>>& hashes_by_chunk);

}  // namespace hyperlocal::cli
