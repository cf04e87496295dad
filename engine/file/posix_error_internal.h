#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "engine/error/error.h"

namespace hyperlocal {

// "cannot <verb> <path>: <what the system says>" with the code that a caller can act on: a path
// that is not there is kNoInput, one that may not be touched kPermission, anything else
// `otherwise`.
inline Error PosixError(int number, std::string_view verb, const std::filesystem::path& path,
                        ErrorCode otherwise) {
  ErrorCode code = otherwise;
  if (number == EACCES || number == EPERM || number == EROFS) code = ErrorCode::kPermission;
  if (otherwise != ErrorCode::kCannotWrite && (number == ENOENT || number == ENOTDIR)) {
    code = ErrorCode::kNoInput;
  }
  return Error{code, "cannot " + std::string(verb) + " " + path.string() + ": " +
                         std::generic_category().message(number)};
}

}  // namespace hyperlocal
