#pragma once

#include <string>

#include "engine/cancellation.h"
#include "engine/composition/recorded_assets.h"
#include "engine/error/result.h"
#include "engine/http_caller.h"

namespace hyperlocal {

// Fetches one address from the network, and waits for it: redirections are followed, and of a
// server that is busy it asks again. Errors: kAssetUnavailable, kFontFetchFailed for a web font;
// kFontFetchUnavailable for a web font whose service could not be reached; kCancelled.
class AssetFetcher {
 public:
  explicit AssetFetcher(HttpCaller& caller, CancellationToken cancel = {})
      : caller_(caller), cancel_(std::move(cancel)) {}

  Result<RecordedAsset> Fetch(const std::string& url);

 private:
  HttpCaller& caller_;
  CancellationToken cancel_;
};

}  // namespace hyperlocal
