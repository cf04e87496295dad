#pragma once

#include <memory>

#include "engine/cancellation.h"
#include "engine/composition/asset_sources.h"

namespace hyperlocal::cli {

// Where renders of this person take outside assets from: their cache, and with `fetch` the network,
// by the proxies and authorities of the environment. `cancel` ends a fetch that is under way.
AssetSources AssetSourcesOfUser(bool fetch, const CancellationToken& cancel);

}  // namespace hyperlocal::cli
