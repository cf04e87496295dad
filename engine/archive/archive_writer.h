#pragma once

#include <filesystem>

#include "engine/error/result.h"
#include "engine/file/whole_file.h"

namespace hyperlocal {

// Packs what is below `directory` into `archive`, a gzip-compressed tar: the form in which
// projects, plans of protocol v1 and frame directories travel. The published reader extracts it,
// and ExtractTarGz does.
//
// The same tree gives the same bytes wherever and whenever it is packed (with the same libarchive
// and zlib): entries are depth first, sorted as ListFileTree sorts, with no times, no owners, mode
// 0644 for files and 0755 for directories, and the gzip header is bare. Paths begin with "./" as
// the published writer's do. Directories are entries too, so that an empty one survives. Symbolic
// links and special files are left out: they are no part of a project and count in no hash
// (CONTRACT section 2); what a link points to may not be there where the archive is extracted.
//
// Files are streamed: memory grows with the number of entries, not with their contents. `archive`
// is written aside, synced (unless it is only to be sent on) and renamed; on failure it is as it
// was. Its directory must exist, and not inside `directory`. Errors: kNoInput, kPermission, kIo,
// also for a file that changed while it was read; kInvalidComposition for a name that is not UTF-8;
// kCannotWrite; kDependencyUnavailable without the C.UTF-8 locale.
Status PackTarGz(const std::filesystem::path& directory, const std::filesystem::path& archive,
                 Durability durability = Durability::kSynced);

}  // namespace hyperlocal
