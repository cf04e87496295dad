#pragma once

#include <memory>

#include "engine/object_store.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

// The objects of a store in this process, without a server between: for renders that need none, and
// for the contract's tests.
std::unique_ptr<ObjectStore> NewDirectObjectStore(std::shared_ptr<Store> store);

}  // namespace hyperlocal::gcs
