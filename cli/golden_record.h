#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/golden_plan.h"
#include "engine/error/result.h"

namespace hyperlocal::cli {

// A file of the plan that a baseline was made of.
struct RecordedFile {
  std::string path;  // below the plan
  std::string sha256;
  std::int64_t size = 0;  // bytes
  std::string from;       // where its content came from, when that was outside of the project
  bool kept = false;      // its content lies in the record
};

// What `golden accept` keeps of the plan that a baseline was made of, beside the baseline: the list
// of its files in record.json, and the contents of the small ones in record.tar.gz. `golden
// explain` puts the parts of that plan back, one at a time.
struct GoldenRecord {
  std::string plan_hash;
  std::string hyperlocal;  // version of this program
  std::vector<RecordedFile> files;

  // Contents beyond these are not kept: digests, and where they came from, have to do.
  static constexpr std::int64_t kLargestKeptFile = 80 << 10;  // bytes
  static constexpr std::int64_t kMostKept = 128 << 10;

  // Nothing when the baseline was accepted before there were records. Error: kInvalidJson.
  static Result<std::optional<GoldenRecord>> Read(const std::filesystem::path& fixture);
  const RecordedFile* Find(const std::string& path) const;
};

// Writes the record of a plan into the fixture's directory. Errors: kCannotWrite, kIo.
Status WriteRecord(const std::filesystem::path& fixture, const PlannedComposition& planned);

// The files of a plan with their digests, as a record lists them.
Result<std::vector<RecordedFile>> ListPlan(const PlannedComposition& planned);

// Makes the recorded plan in `directory` (which must not exist), of the contents that the record
// kept and of files below `look_in` that have the right digest. Returns what could not be had.
// Errors: those of ExtractTarGz, kIo.
Result<std::vector<RecordedFile>> RestorePlan(const std::filesystem::path& fixture,
                                              const GoldenRecord& record,
                                              const std::vector<std::filesystem::path>& look_in,
                                              const std::filesystem::path& directory);

}  // namespace hyperlocal::cli
