#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <string>

#include "engine/error/result.h"
#include "engine/file/file_descriptor_internal.h"

namespace hyperlocal::sqlite {

// Makes the directory if it is not there, and takes it for this process. The lock goes with the
// process, however it ends. Errors: kCannotWrite; kDependencyUnavailable naming the process that
// has it.
Result<FileDescriptor> LockStoreDirectory(const std::filesystem::path& directory);

// Moves those of `names` that are there into a new directory "damaged-<time>" beside them, for
// whoever can rescue something: the store then starts empty. Error: kCannotWrite.
Status SetStoreAside(const std::filesystem::path& directory,
                     std::initializer_list<const char*> names, const Error& damage,
                     const std::function<void(const std::string&)>& log);

}  // namespace hyperlocal::sqlite
