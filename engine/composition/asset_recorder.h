#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/browser/browser.h"
#include "engine/composition/npm_packages.h"
#include "engine/composition/recorded_assets.h"
#include "engine/error/result.h"

namespace hyperlocal {

// Answers what a page asks for from outside its project while it is planned, from the installed npm
// packages, and keeps every answer for the chunks.
class AssetRecorder {
 public:
  explicit AssetRecorder(const std::filesystem::path& project) : packages_(project) {}

  OutsideAnswer Answer(const std::string& url);

  // Error: kAssetUnavailable (kFontFetchFailed when only web fonts are lacking), one message that
  // lists every address that could not be had and the ways out.
  Status CheckComplete() const;
  // Things the author should hear: an address that was answered with another version.
  const std::vector<std::string>& notes() const { return notes_; }
  RecordedAssets& recorded() { return recorded_; }

 private:
  NpmPackages packages_;
  RecordedAssets recorded_;
  std::set<std::string> unavailable_;
  std::vector<std::string> notes_;
};

}  // namespace hyperlocal
