#include "adapters/gcp/storage/storage_endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StorageEndpointTest : public ::testing::Test {
 protected:
  StorageEndpointTest() { ::unsetenv("STORAGE_EMULATOR_HOST"); }
  ~StorageEndpointTest() override { ::unsetenv("STORAGE_EMULATOR_HOST"); }
};

TEST_F(StorageEndpointTest, IsTheServiceWhenNothingIsSaid) {
  const auto endpoint = StorageEndpoint::Resolve("");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->Bucket("b"), "https://storage.googleapis.com/storage/v1/b/b");
}

TEST_F(StorageEndpointTest, IsTheEmulatorWhenThereIsOne) {
  for (const char* const host :
       {"localhost:4443", "http://localhost:4443", "http://localhost:4443/",
        "http://localhost:4443/storage/v1/", "http://localhost:4443//storage/v1"}) {
    ::setenv("STORAGE_EMULATOR_HOST", host, 1);
    const auto endpoint = StorageEndpoint::Resolve("");
    ASSERT_TRUE(endpoint) << host << endpoint.error().message;
    EXPECT_EQ(endpoint->base(), "http://localhost:4443") << host;
  }
  // An option goes before the environment.
  EXPECT_EQ(StorageEndpoint::Resolve("https://other")->base(), "https://other");
}

TEST_F(StorageEndpointTest, MayHaveAPath) {
  const auto endpoint = StorageEndpoint::Resolve("http://proxy/gcs/storage/v1");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->Upload("b"), "http://proxy/gcs/upload/storage/v1/b/b/o");
  EXPECT_EQ(endpoint->origin(), "http://proxy");
}

TEST_F(StorageEndpointTest, NamesBecomeOneSegment) {
  const auto endpoint = StorageEndpoint::Resolve("h:1");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(endpoint->Object("b", "/a//b?c#d%2F\n é"),
            "http://h:1/storage/v1/b/b/o/%2Fa%2F%2Fb%3Fc%23d%252F%0A%20%C3%A9");
}

TEST_F(StorageEndpointTest, NamesWhereABadOneComesFrom) {
  ::setenv("STORAGE_EMULATOR_HOST", "http://me:hunter2@localhost", 1);
  const auto refused = StorageEndpoint::Resolve("");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidConfig);
  EXPECT_THAT(refused.error().message, HasSubstr("STORAGE_EMULATOR_HOST"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
  EXPECT_FALSE(StorageEndpoint::Resolve("ftp://x"));
  EXPECT_FALSE(StorageEndpoint::Resolve("http://x/?y"));
}

}  // namespace
}  // namespace hyperlocal
