#pragma once

#include <string_view>

#include "engine/config/render_config.h"
#include "engine/wire/gcs_uri.h"
#include "engine/wire/plan_locator.h"

namespace hyperlocal {

// Where the stages of a render put their objects. Prefixes may end in a slash. Whoever mixes
// implementations needs the same names to the byte, so a prefix that ends in several slashes is
// treated as the published one treats it: v2 drops them all, everything else drops one.

// <prefix>/plan.tar.gz
V1Locator V1PlanUnder(const GcsUri& plan_output_prefix);
// <prefix>/v2/manifest.json and <prefix>/v2/artifacts/sha256
V2Locator V2PlanUnder(const GcsUri& plan_output_prefix);
// <artifact prefix>/<first two digits>/<digest>. `sha256` is a whole digest.
GcsUri V2BlobUri(const GcsUri& artifact_prefix, std::string_view sha256);
// <prefix>/chunks/0007.mp4; a chunk of frames is a tar.gz of its directory.
GcsUri ChunkUri(const GcsUri& chunk_output_prefix, int chunk_index, OutputFormat format);

}  // namespace hyperlocal
