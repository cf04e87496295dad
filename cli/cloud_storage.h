#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal::cli {

// Cloud Storage at `endpoint`; nothing: where STORAGE_EMULATOR_HOST says, or Google's. With the
// token in CLOUDSDK_AUTH_ACCESS_TOKEN, else as nobody in particular. Error: kInvalidConfig.
Result<std::unique_ptr<ObjectStore>> OpenCloudStorage(const std::optional<std::string>& endpoint);

}  // namespace hyperlocal::cli
