#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/composition/asset_sources.h"
#include "engine/composition/recorded_assets.h"
#include "engine/error/result.h"

namespace hyperlocal::testing {

// A web of a few addresses, which remembers what it was asked for.
struct SmallWeb {
  std::map<std::string, RecordedAsset> pages;
  std::multiset<std::string> asked;

  Result<RecordedAsset> Fetch(const std::string& url) {
    asked.insert(url);
    const auto found = pages.find(url);
    if (found == pages.end()) {
      return Error{ErrorCode::kAssetUnavailable, url + ": the server answers 404"};
    }
    return found->second;
  }
  AssetSources Sources(bool fetch = true) {
    AssetSources sources;
    if (fetch) sources.fetch = [this](const std::string& url) { return Fetch(url); };
    return sources;
  }
};

}  // namespace hyperlocal::testing
