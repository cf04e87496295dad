#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"

namespace hyperlocal::cli {

// A line of a batch file: {"outputKey": "renders/alice.mp4", "variables": {…}}.
struct BatchEntry {
  int line = 0;  // from 1
  std::string output_key;
  std::string variables_json;  // empty: none
};

// Empty lines are passed over. Errors: kInvalidJson naming the line: not JSON, no outputKey,
// variables that are no object, an outputKey that an earlier line has (one would overwrite the
// other); kNoInput, kIo, also for a file without entries.
Result<std::vector<BatchEntry>> ReadBatchFile(const std::filesystem::path& file);

}  // namespace hyperlocal::cli
