#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "engine/composition/recorded_assets.h"
#include "engine/error/result.h"

namespace hyperlocal {

// The recorded assets of a plan, as a chunk reads them. What they hold stays in its files until it
// is asked for: among it may be films, whose pictures the plan has already.
class AssetRecording {
 public:
  // Empty for a plan without one. Errors: kInvalidJson; kMissingPlanArtifact.
  static Result<AssetRecording> Open(const std::filesystem::path& compiled);

  // Goes on with another copy of the same plan.
  void MoveTo(const std::filesystem::path& compiled);

  // Nothing for an address that was not recorded. Errors: kMissingPlanArtifact;
  // kPlanArtifactDigestMismatch for a file that is not what its name says.
  Result<std::optional<RecordedAsset>> Read(const std::string& url) const;
  std::size_t size() const { return entries_.size(); }
  bool replay_from_start() const { return replay_from_start_; }  // see RecordedAssets

 private:
  struct Entry {
    std::string content_type;
    std::string digest;  // the file's name
  };
  std::filesystem::path directory_;
  std::map<std::string, Entry> entries_;
  bool replay_from_start_ = false;
};

}  // namespace hyperlocal
