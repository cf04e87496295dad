#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hyperlocal::gcs {

// Where an export keeps an object: a relative path that never leads outside, whatever the name is.
//
// A `/` of the name parts directories. Within a part, `%`, control characters and DEL are written
// %XX; a part that is empty is `%_`; one that is `.` or `..` has its dots written %2E; what is
// longer than 200 bytes goes on in a directory below, and `%+` at the end of a piece says so.
// Everything else stands as it is: the paths of ordinary names are the names.
//
// `beside_directory`: other names go on behind this one with a slash, so that a directory has its
// path already. `%o` at the end tells the file from it.
std::string ExportPathOf(std::string_view name, bool beside_directory);

// The name again; nothing for a path that ExportPathOf does not write.
std::optional<std::string> NameOfExportPath(std::string_view path);

}  // namespace hyperlocal::gcs
