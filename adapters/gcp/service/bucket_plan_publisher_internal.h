#pragma once

#include <filesystem>
#include <memory>

#include "engine/cancellation.h"
#include "engine/object_store.h"
#include "engine/plan/plan_publisher.h"
#include "engine/wire/plan_locator.h"

namespace hyperlocal {

// Publishes a plan to a bucket. Blobs are sent a few at a time: PutBlob returns before its blob is
// durable, and CommitManifest waits for all of them; the files must stay until then. An object that
// is there already is used if it has the size and says the digest that it should; nothing is ever
// overwritten. Errors beyond PlanPublisher's: of the store. `scratch` is a directory for the
// manifest.
std::unique_ptr<PlanPublisher> PublishPlanToBucket(ObjectStore& store, V2Locator place,
                                                   std::filesystem::path scratch,
                                                   CancellationToken cancel);

}  // namespace hyperlocal
