#include "cli/render_output.h"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "engine/av/frame_directory.h"
#include "engine/file/whole_file.h"
#include "engine/plan/encoder_ladder.h"

namespace hyperlocal::cli {

namespace fs = std::filesystem;

Status CheckRenderOutput(fs::path output, OutputFormat format) {
  std::error_code ec;
  if (format == OutputFormat::kPngSequence) {
    HYPERLOCAL_TRY_STATUS(CheckFrameDirectory(output));
    if (!output.has_filename()) output = output.parent_path();  // "frames/" is "frames"
  } else if (fs::is_directory(output, ec)) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot write " + output.string() + ": it is a directory; name a file in it"};
  }
  const fs::path parent = fs::absolute(output, ec).parent_path();
  if (!fs::is_directory(parent, ec)) {
    return Error{ErrorCode::kCannotWrite, "cannot write " + output.string() + ": the directory " +
                                              parent.string() + " does not exist"};
  }
  if (::access(parent.c_str(), W_OK | X_OK) != 0) {
    return Error{ErrorCode::kCannotWrite, "cannot write " + output.string() + ": the directory " +
                                              parent.string() + " is not writable"};
  }
  return Ok();
}

Status WriteFrameHashes(const fs::path& file, const FrameFacts& frames,
                        const std::vector<std::vector<std::string>>& hashes_by_chunk) {
  nlohmann::json hashes = nlohmann::json::array();
  for (const auto& chunk : hashes_by_chunk) {
    for (const std::string& hash : chunk) hashes.push_back(hash);
  }
  const nlohmann::json document{{"schema", "hyperlocal.frame-hashes/1"},
                                {"width", frames.width},
                                {"height", frames.height},
                                {"fps", frames.fps.num},
                                {"pixels", HasAlpha(frames.format) ? "rgba32" : "rgb24"},
                                {"frames", std::move(hashes)}};
  return WriteWholeFile(file, document.dump(1) + "\n");
}

}  // namespace hyperlocal::cli
