#pragma once

#include <cstdint>
#include <filesystem>

#include "engine/error/result.h"

namespace hyperlocal {

// What an archive may make of itself. The defaults suit a plan directory of the contract (section
// 4: at most 2 GiB); a project or a chunk of frames may be larger, and its caller says how large.
struct ArchiveLimits {
  // Names in the extracted tree, directories that no entry names among them. A plan has a file for
  // every source frame that it shows: two hours at 60 a second are 432,000.
  std::int64_t max_entries = 1'000'000;
  // Contents of all files, a hard link counted like the file that it names.
  std::int64_t max_total_bytes = std::int64_t{2} << 30;
  // Bytes out for one byte in. Projects reach 10, blank frames and silence a few hundred, an
  // archive made to fill a disk 1,000.
  std::int64_t max_ratio = 200;
  // Up to here the ratio does not matter: this much does no harm, and a small archive of silence is
  // nothing to refuse.
  std::int64_t ratio_applies_from_bytes = std::int64_t{256} << 20;
};

// Extracts a gzip-compressed tar, ours or the published writer's, to `destination`, which must not
// exist or be an empty directory, in a directory that exists. Extraction happens in
// AsideOf(destination), which is renamed when the archive was read to its last byte and its
// checksum agreed: on failure nothing is left, after a crash at most that directory, which the next
// extraction to the same place replaces. One extraction to a place at a time. Nothing is synced:
// whoever has the archive can extract it again.
//
// Nothing is written outside, whatever the archive says. Refused, with the entry named:
//   * absolute paths, "..", names that are not UTF-8, hold a zero byte or are too long;
//   * symbolic links whose target is absolute or leaves the destination. Those that stay inside are
//     made, for published plans may hold them, but nothing is ever written through one;
//   * hard links to anything but a file that the archive has already brought;
//   * devices, pipes, sparse files and whatever else is no file, directory or link;
//   * an entry below a file or a link, and one that makes something else of an earlier entry (of
//     two files or two links with one name, the later stays);
//   * archives beyond `limits`, truncated or damaged ones, and bytes after the end.
// Times, owners and modes are not restored: files get 0644, directories 0755 (less the umask).
//
// Errors: kInvalidArchive for all of the above; kNoInput, kPermission for the archive;
// kCannotWrite when the destination is in the way or cannot be made; kIo, a full disk among it.
Status ExtractTarGz(const std::filesystem::path& archive, const std::filesystem::path& destination,
                    const ArchiveLimits& limits);

}  // namespace hyperlocal
