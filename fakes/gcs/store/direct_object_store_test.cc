// What the contract of every object store says is tested by tests/contract; here, what is this
// one's own.
#include "fakes/gcs/store/direct_object_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/store/store_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/tree_listing.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;
using hyperlocal::testing::FileContent;
using hyperlocal::testing::ListingOf;
using hyperlocal::testing::PutFile;
using hyperlocal::testing::TemporaryDirectory;
using testing::Letters;
using testing::StoreFixture;
using testing::StoreKind;

const GcsUri kUri{"bucket", "a/b"};

class DirectObjectStoreTest : public ::testing::Test {
 protected:
  DirectObjectStoreTest() { EXPECT_TRUE(testing::MakeBucket(*store_, "bucket").has_value()); }

  TemporaryDirectory directory_;
  StoreFixture store_{StoreKind::kUnsyncedDisk};
  std::unique_ptr<ObjectStore> objects_ = NewDirectObjectStore(store_.shared());
};

TEST_F(DirectObjectStoreTest, AFileGoesThereAndBackWithItsDescription) {
  const std::string bytes = Letters(3'000'000, 1);
  PutFile(directory_ / "in", bytes);
  ObjectWrite write;
  write.content_type = "video/mp4";
  write.metadata = {{"k", "v"}};
  const auto uploaded = objects_->Upload(directory_ / "in", kUri, write, {});
  ASSERT_TRUE(uploaded.has_value()) << uploaded.error().message;
  EXPECT_EQ(uploaded->uri, kUri);
  EXPECT_EQ(uploaded->size, bytes.size());
  EXPECT_EQ(uploaded->crc32c, Crc32cOf(bytes));
  EXPECT_EQ(uploaded->md5_hex, Md5Hex(Md5Of(bytes)));
  EXPECT_EQ(uploaded->content_type, "video/mp4");
  EXPECT_EQ(uploaded->metadata, write.metadata);
  EXPECT_EQ(*objects_->Stat(kUri), *uploaded);
  const auto downloaded = objects_->Download(kUri, directory_ / "out", {});
  ASSERT_TRUE(downloaded.has_value());
  EXPECT_EQ(*downloaded, *uploaded);
  EXPECT_EQ(FileContent(directory_ / "out"), bytes);
}

TEST_F(DirectObjectStoreTest, ADownloadThatFailsLeavesTheFileAsItWas) {
  const std::string bytes = Letters(100'000, 1);
  PutFile(directory_ / "in", bytes);
  ASSERT_TRUE(objects_->Upload(directory_ / "in", kUri, {}, {}).has_value());
  PutFile(directory_ / "out", "old");
  CancellationToken cancelled;
  cancelled.Cancel();
  EXPECT_EQ(objects_->Download(kUri, directory_ / "out", cancelled).error().code,
            ErrorCode::kCancelled);
  EXPECT_EQ(objects_->Upload(directory_ / "in", kUri, {}, cancelled).error().code,
            ErrorCode::kCancelled);
  // Damage on the disk is found by the checksum.
  for (const auto& [name, what] : ListingOf(store_.directory() / "contents")) {
    if (!what.starts_with("file")) continue;
    std::fstream file(store_.directory() / "contents" / name,
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(50'000);
    file.put(static_cast<char>(bytes[50'000] ^ 1));
  }
  const auto damaged = objects_->Download(kUri, directory_ / "out", {});
  ASSERT_FALSE(damaged.has_value());
  EXPECT_EQ(damaged.error().code, ErrorCode::kIo);
  EXPECT_EQ(FileContent(directory_ / "out"), "old");
  EXPECT_EQ(ListingOf(directory_.path()).size(), 2u);
}

TEST_F(DirectObjectStoreTest, ADownloadIntoADirectoryThatIsNotThereIsNamed) {
  PutFile(directory_ / "in", "x");
  ASSERT_TRUE(objects_->Upload(directory_ / "in", kUri, {}, {}).has_value());
  const auto downloaded = objects_->Download(kUri, directory_ / "no" / "out", {});
  ASSERT_FALSE(downloaded.has_value());
  EXPECT_EQ(downloaded.error().code, ErrorCode::kCannotWrite);
  EXPECT_EQ(objects_->Upload(directory_ / "none", kUri, {}, {}).error().code, ErrorCode::kNoInput);
}

TEST_F(DirectObjectStoreTest, ListsMoreThanAPage) {
  for (int i = 0; i < 1100; ++i) {
    ASSERT_TRUE(testing::Put(*store_, {"bucket", "n" + std::to_string(i)}, "").has_value());
  }
  EXPECT_EQ(objects_->List("bucket", {})->objects.size(), 1100u);
}

TEST_F(DirectObjectStoreTest, ComposesWithinABucketOnly) {
  EXPECT_EQ(objects_->Compose({GcsUri{"other", "x"}}, kUri, {}).error().code,
            ErrorCode::kBadRequest);
}

}  // namespace
}  // namespace hyperlocal::gcs
