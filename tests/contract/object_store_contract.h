#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "engine/object_store.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::testing {

// A store with a bucket that a test may write into.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual ObjectStore& store() = 0;
  virtual std::string bucket() = 0;
  // Before every name: objects of others may be in the bucket.
  virtual std::string prefix() { return ""; }
};

// An implementation of ObjectStore, and what is different about it.
struct StoreKind {
  std::string name;
  // nullptr: it cannot be had here, and `why` says why.
  std::function<std::unique_ptr<StoreUnderTest>(std::string* why)> make;
  // Requests cost money and time: tests with hundreds of objects are left out.
  bool is_remote = false;
};

// The suite that every ObjectStore passes. It is in object_store_contract.cc; an instance is made
// with INSTANTIATE_TEST_SUITE_P over StoreKinds.
class ObjectStoreContract : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override;

  ObjectStore& store() { return subject_->store(); }
  GcsUri Object(const std::string& name) const;
  // Uploads a file of that content; a failure is the test's.
  ObjectInfo Put(const std::string& name, const std::string& content,
                 const ObjectWrite& write = {});
  Result<ObjectInfo> TryPut(const std::string& name, const std::string& content,
                            const ObjectWrite& write = {});
  // The content of the live object; "error: …" when it cannot be had.
  std::string Get(const std::string& name);

  std::filesystem::path NewFile();

  std::unique_ptr<StoreUnderTest> subject_;
  const TemporaryDirectory directory_;

 private:
  std::atomic<int> files_{0};
};

}  // namespace hyperlocal::testing
