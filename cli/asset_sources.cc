#include "cli/asset_sources.h"

#include <string>

#include "engine/composition/asset_cache.h"
#include "engine/composition/asset_fetcher.h"
#include "engine/http/threaded_http_caller.h"

namespace hyperlocal::cli {

AssetSources AssetSourcesOfUser(bool fetch, const CancellationToken& cancel) {
  AssetSources sources;
  sources.cache_directory = AssetCache::DefaultDirectory();
  if (!fetch) return sources;
  constexpr std::size_t kThreads = 4;
  const auto caller =
      std::make_shared<ThreadedHttpCaller>(HttpClientOptions::FromEnvironment(), kThreads);
  sources.fetch = [caller, cancel](const std::string& url) {
    return AssetFetcher(*caller, cancel).Fetch(url);
  };
  return sources;
}

}  // namespace hyperlocal::cli
