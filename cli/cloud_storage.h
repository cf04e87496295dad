#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal::cli {

// Cloud Storage at `endpoint`; nothing: where STORAGE_EMULATOR_HOST says, or Google's. With the
// token in CLOUDSDK_AUTH_ACCESS_TOKEN; without it, Google's is asked with this machine's
// application default credentials if there are some, anything else as nobody in particular. Errors:
// kInvalidConfig, and those of FindGoogleCredentials but for having none.
Result<std::unique_ptr<ObjectStore>> OpenCloudStorage(const std::optional<std::string>& endpoint);

// The same for a service, which does not start without an account. Error: kPermission too, when
// Google's is to be asked and there are no credentials.
Result<std::unique_ptr<ObjectStore>> OpenServiceStorage(const std::optional<std::string>& endpoint);

}  // namespace hyperlocal::cli
