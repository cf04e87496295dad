#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/browser/browser.h"
#include "engine/composition/asset_cache.h"
#include "engine/composition/asset_lock.h"
#include "engine/composition/asset_sources.h"
#include "engine/composition/font_packages.h"
#include "engine/composition/npm_packages.h"
#include "engine/composition/recorded_assets.h"
#include "engine/error/result.h"

namespace hyperlocal {

// Answers what a page asks for from outside its project while it is planned, and keeps every answer
// for the chunks. Answers come from, in this order: the project's own hyperlocal-assets/, the
// cache, the installed npm packages, the network if it is allowed. Of an address that the project's
// lock names, the content has to be the one that it names.
class AssetRecorder {
 public:
  explicit AssetRecorder(const std::filesystem::path& project, AssetSources sources = {});

  OutsideAnswer Answer(const std::string& url);

  // Errors: kAssetUnavailable (kFontFetchFailed when only web fonts are lacking, or
  // kFontFetchUnavailable when their service could not be reached), one message that lists every
  // address that could not be had and the ways out; what the lock is damaged by.
  Status CheckComplete() const;
  // From here on they are answered with nothing, in the chunks too: a font that is empty is passed
  // over.
  void RecordNothingForWhatIsLacking();
  // Things the author should hear: an address that was answered with another version.
  const std::vector<std::string>& notes() const { return notes_; }
  RecordedAssets& recorded() { return recorded_; }
  const FontPackages& fonts() const { return fonts_; }

 private:
  struct Candidate {
    RecordedAsset asset;
    AssetOrigin origin = AssetOrigin::kNowhere;
    std::string detail = {};
    std::string note = {};
  };
  using Source = std::optional<Candidate> (AssetRecorder::*)(const std::string& url);

  std::optional<Candidate> FromRuntime(const std::string& url);
  std::optional<Candidate> FromProject(const std::string& url);
  std::optional<Candidate> FromCache(const std::string& url);
  std::optional<Candidate> FromPackages(const std::string& url);
  std::optional<Candidate> FromNetwork(const std::string& url);
  std::optional<Candidate> Package(const NpmAddress& address, const std::string& url);
  std::optional<Candidate> FontFile(const std::string& url);
  void Tell(const std::string& url, const Candidate& candidate) const;

  const AssetSources sources_;
  const AssetCache project_assets_;
  const AssetCache cache_;
  NpmPackages packages_;
  FontPackages fonts_{packages_};
  std::optional<AssetLock> lock_;
  std::optional<Error> lock_error_;
  RecordedAssets recorded_;
  std::map<std::string, std::string> unavailable_;  // address → why; may be empty
  bool may_pass_ = false;                           // a font service could not be reached
  bool stopped_ = false;
  std::vector<std::string> notes_;
};

}  // namespace hyperlocal
