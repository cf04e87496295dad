#pragma once

#include "cli/local_render.h"
#include "engine/config/render_config.h"
#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal::cli {

// The config of a render: what the caller asked for, and the composition's own size and rate for
// the rest. Errors: kInvalidConfig, kInvalidJson.
Result<RenderConfig> ConfigFor(const LocalRenderOptions& options, const CompositionFacts& facts);

// Size and rate of a composition before anybody has opened it, as far as its entry file declares
// them; a page that does not is opened, by a browser of its own. Errors: those of PlanProject.
Result<CompositionFacts> DeclaredFacts(const LocalRenderOptions& options,
                                       const CancellationToken& cancel);

}  // namespace hyperlocal::cli
