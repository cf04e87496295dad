#pragma once

#include <filesystem>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal {

// The `sha256` of a rendered chunk (CONTRACT section 2), 64 hex digits: of the file; for a
// directory of frames, of the names and hashes of its image files (png, jpg, jpeg in any case),
// whatever else lies there. Errors: kNoInput, kPermission, kIo.
Result<std::string> ChunkHash(const std::filesystem::path& chunk);

}  // namespace hyperlocal
