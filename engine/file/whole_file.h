#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// The bytes of a file that is small enough to hold: JSON, HTML. Errors: kNoInput, kPermission, kIo.
Result<std::string> ReadWholeFile(const std::filesystem::path& file);

// Whether a write survives a loss of power. Unsynced is for files that something else vouches for,
// and is a good deal faster.
enum class Durability { kSynced, kUnsynced };

// Makes `file` hold exactly `bytes`, or leaves it as it was: written aside in the same directory
// (".<name>.aside"), synced, renamed, and the directory synced. The directory must exist. One
// writer of a file at a time. Errors: kCannotWrite, kPermission, kIo, all naming the file.
Status WriteWholeFile(const std::filesystem::path& file, std::string_view bytes,
                      Durability durability = Durability::kSynced);

// Where WriteWholeFile keeps the bytes until the rename. A crash may leave it behind.
std::filesystem::path AsideOf(const std::filesystem::path& file);

}  // namespace hyperlocal
