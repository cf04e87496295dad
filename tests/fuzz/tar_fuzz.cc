#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

#include "engine/archive/archive_reader.h"
#include "tests/support/file_content.h"
#include "tests/support/tar_samples.h"
#include "tests/support/temporary_directory.h"

namespace {

namespace fs = std::filesystem;
using namespace hyperlocal;

std::ptrdiff_t EntriesOf(const fs::path& directory) {
  return std::distance(fs::directory_iterator(directory), {});
}

// What was extracted is of the three kinds, and no link leads out of it.
void CheckTree(const fs::path& tree) {
  const fs::path root = fs::canonical(tree);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(tree)) {
    if (!entry.is_symlink() && !entry.is_directory() && !entry.is_regular_file()) std::abort();
    std::error_code loop;  // links that lead in circles lead nowhere
    const fs::path place = fs::weakly_canonical(entry.path(), loop);
    if (loop) continue;
    if (std::mismatch(root.begin(), root.end(), place.begin(), place.end()).first != root.end()) {
      std::abort();
    }
  }
}

// A header that was mutated would not be read further than its checksum.
std::string WithRightChecksums(std::string tar) {
  for (std::size_t at = 0; at + 512 <= tar.size(); at += 512) {
    if (std::string_view(tar).substr(at + 257, 5) == "ustar") testing::SetTarChecksum(tar, at);
  }
  return tar;
}

}  // namespace

// Any bytes are an archive that is extracted below its destination, or an error that leaves
// nothing. The input is a tar, and compressed here: a mutated gzip would hardly ever have the right
// checksum. One that is gzip is taken as it is.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const testing::TemporaryDirectory directory("fuzz");
  static const fs::path work = directory / "work";
  const fs::path archive = directory / "a.tar.gz", canary = directory / "canary";
  if (!fs::exists(canary)) {
    testing::PutFile(canary, "alive");
    fs::create_directory(work);
  }
  std::string bytes(reinterpret_cast<const char*>(data), size);
  if (!bytes.starts_with("\x1f\x8b")) bytes = testing::Gzip(WithRightChecksums(bytes), 0);
  testing::PutFile(archive, bytes);
  constexpr ArchiveLimits kLimits{.max_entries = 100,
                                  .max_total_bytes = std::int64_t{1} << 20,
                                  .max_ratio = 100,
                                  .ratio_applies_from_bytes = std::int64_t{1} << 20};
  const auto status = ExtractTarGz(archive, work / "out", kLimits);
  if (status) {
    CheckTree(work / "out");
    fs::remove_all(work / "out");
  } else if (status.error().code != ErrorCode::kInvalidArchive) {
    std::abort();
  }
  if (EntriesOf(work) != 0 || EntriesOf(directory.path()) != 3) std::abort();
  if (testing::FileContent(canary) != "alive") std::abort();
  return 0;
}
