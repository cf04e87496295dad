#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "engine/hash/sha256.h"
#include "fakes/gcs/store/store.h"
#include "fakes/gcs/store/store_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/tree_listing.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;
using hyperlocal::testing::ListingOf;
using hyperlocal::testing::PutFile;
using testing::Get;
using testing::Letters;
using testing::MakeBucket;
using testing::Put;
using testing::StoreFixture;
using testing::StoreKind;

const ObjectKey kKey{"bucket", "key"};

std::size_t FilesBelow(const fs::path& directory) {
  std::size_t files = 0;
  for (const auto& [name, what] : ListingOf(directory)) files += what.starts_with("file") ? 1U : 0U;
  return files;
}

class StoreOnDiskTest : public ::testing::Test {
 protected:
  StoreOnDiskTest() { EXPECT_TRUE(MakeBucket(*store_, "bucket").has_value()); }
  StoreFixture store_{StoreKind::kDisk};
};

TEST_F(StoreOnDiskTest, EverythingIsThereAfterARestart) {
  const std::string large = Letters(100'000, 1);
  BucketPolicy policy;
  policy.versioning = true;
  policy.retention = std::chrono::seconds(5);
  policy.storage_class = "NEARLINE";
  ASSERT_TRUE(MakeBucket(*store_, "versioned", policy).has_value());
  const auto first = Put(*store_, {"versioned", "k"}, large);
  const auto second = Put(*store_, {"versioned", "k"}, "small");
  const auto bucket = store_->GetBucket("versioned");
  store_.Reopen();
  EXPECT_EQ(*store_->GetBucket("versioned"), *bucket);
  EXPECT_EQ(*store_->GetObject({{"versioned", "k"}, {}}), *second);
  EXPECT_EQ(Get(*store_, {"versioned", "k"}), "small");
  EXPECT_EQ(Get(*store_, {"versioned", "k"}, first->generation), large);
  // The clock went back while nobody was there.
  store_.time().Advance(-std::chrono::hours(1));
  EXPECT_GT(Put(*store_, {"versioned", "k"}, "")->generation, second->generation);
}

TEST_F(StoreOnDiskTest, EqualContentsAreOneFileThatGoesWithItsLastObject) {
  const fs::path contents = store_.directory() / "contents";
  const std::string large = Letters(100'000, 1);
  ASSERT_TRUE(Put(*store_, {"bucket", "a"}, large).has_value());
  ASSERT_TRUE(Put(*store_, {"bucket", "b"}, large).has_value());
  ASSERT_TRUE(Put(*store_, {"bucket", "a"}, large).has_value());
  ASSERT_TRUE(store_->CopyObject({{"bucket", "a"}, {}}, {}, {"bucket", "c"}, {}, {}).has_value());
  EXPECT_EQ(FilesBelow(contents), 1u);
  for (const char* name : {"a", "b"}) {
    ASSERT_TRUE(store_->DeleteObject({{"bucket", name}, {}}, {}).has_value());
  }
  EXPECT_EQ(FilesBelow(contents), 1u);
  EXPECT_EQ(Get(*store_, {"bucket", "c"}), large);
  ASSERT_TRUE(Put(*store_, {"bucket", "c"}, "small").has_value());
  EXPECT_EQ(FilesBelow(contents), 0u);
  EXPECT_EQ(FilesBelow(store_.directory() / "incoming"), 0u);
}

TEST_F(StoreOnDiskTest, WhatIsNotInsertedLeavesNothing) {
  {
    const auto content = store_->NewContent();
    ASSERT_TRUE((*content)->Append(Letters(100'000, 1)).has_value());
    EXPECT_EQ(FilesBelow(store_.directory() / "incoming"), 1u);
  }
  EXPECT_FALSE(Put(*store_, kKey, Letters(100'000, 2), testing::IfGeneration(3)).has_value());
  EXPECT_FALSE(Put(*store_, {"nowhere", "k"}, Letters(100'000, 3)).has_value());
  EXPECT_EQ(FilesBelow(store_.directory() / "incoming"), 0u);
  EXPECT_EQ(FilesBelow(store_.directory() / "contents"), 0u);
}

TEST_F(StoreOnDiskTest, ExpiredObjectsGiveTheirBytesBack) {
  BucketPolicy policy;
  policy.soft_delete_retention = std::chrono::seconds(10);
  ASSERT_TRUE(MakeBucket(*store_, "soft", policy).has_value());
  ASSERT_TRUE(Put(*store_, {"soft", "k"}, Letters(100'000, 1)).has_value());
  ASSERT_TRUE(store_->DeleteObject({{"soft", "k"}, {}}, {}).has_value());
  EXPECT_EQ(FilesBelow(store_.directory() / "contents"), 1u);
  store_.time().Advance(std::chrono::seconds(10));
  ASSERT_TRUE(Put(*store_, kKey, "any change").has_value());
  EXPECT_EQ(FilesBelow(store_.directory() / "contents"), 0u);
}

TEST_F(StoreOnDiskTest, NamesThatAttackPathsStayInside) {
  for (const char* name : {"../../../escaped", "/tmp/hyperlocal-escaped", "..", "a/../../b"}) {
    ASSERT_TRUE(Put(*store_, {"bucket", name}, Letters(70'000, 1)).has_value());
  }
  EXPECT_FALSE(fs::exists(store_.directory().parent_path() / "escaped"));
  EXPECT_FALSE(fs::exists("/tmp/hyperlocal-escaped"));
  EXPECT_EQ(ListingOf(store_.directory().parent_path()).count("escaped"), 0u);
}

TEST_F(StoreOnDiskTest, OnlyOneStoreHasADirectoryAndTheRefusalNamesTheProcess) {
  const auto second = Store::Open(store_.directory());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kDependencyUnavailable);
  EXPECT_THAT(second.error().message,
              ::testing::HasSubstr("process " + std::to_string(::getpid())));
  store_.Close();
  EXPECT_TRUE(Store::Open(store_.directory()).has_value());
}

TEST_F(StoreOnDiskTest, ANewerSchemaIsRefusedWithBothVersions) {
  store_.Close();
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((store_.directory() / "store.db").c_str(), &database), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(database, "PRAGMA user_version = 99", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(database);
  const auto opened = Store::Open(store_.directory());
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kDependencyUnavailable);
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("version 99"));
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr("version 2"));
}

// As version 1 had it: contents under their SHA-256, in the table and in the directory.
void MakeVersion1(const fs::path& directory, const std::map<std::string, std::string>& contents) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open((directory / "store.db").c_str(), &database), SQLITE_OK);
  const auto run = [database](const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
  };
  run("CREATE TABLE old(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, size INTEGER NOT "
      "NULL, in_file INTEGER NOT NULL, refs INTEGER NOT NULL)");
  for (const auto& [object, bytes] : contents) {
    const std::string name = Sha256Hex(bytes);
    const std::string of = " FROM object WHERE name = CAST('" + object + "' AS BLOB)";
    run("INSERT OR IGNORE INTO old SELECT id, x'" + name +
        "', size, file IS NOT NULL, refs FROM content WHERE id = (SELECT content" + of + ")");
    run("UPDATE object SET file = x'" + name +
        "' WHERE file IS NOT NULL AND content = " + "(SELECT content" + of + ")");
  }
  run("DROP TABLE content; ALTER TABLE old RENAME TO content; PRAGMA user_version = 1");
  sqlite3_close(database);
  // The only one that is not in a row.
  const std::string name = Sha256Hex(contents.at("large"));
  for (const auto& entry : fs::recursive_directory_iterator(directory / "contents")) {
    if (!entry.is_regular_file()) continue;
    fs::create_directories(directory / "contents" / name.substr(0, 2));
    fs::rename(entry.path(), directory / "contents" / name.substr(0, 2) / name);
    break;
  }
}

TEST_F(StoreOnDiskTest, TheDirectoryOfAnOlderProgramIsGoneOnWith) {
  const std::string large = Letters(100'000, 1);
  ASSERT_TRUE(Put(*store_, {"bucket", "large"}, large).has_value());
  ASSERT_TRUE(Put(*store_, {"bucket", "small"}, "small").has_value());
  ASSERT_TRUE(store_->CopyObject({{"bucket", "large"}, {}}, {}, {"bucket", "copy"}, {}, {}));
  store_.Close();
  MakeVersion1(store_.directory(), {{"large", large}, {"small", "small"}});
  const fs::path file = store_.directory() / "contents" / Sha256Hex(large).substr(0, 2);
  ASSERT_TRUE(fs::exists(file / Sha256Hex(large)));

  for (int opening = 0; opening < 2; ++opening) {
    store_.Reopen();
    EXPECT_THAT(store_.log(), ::testing::IsEmpty());
    EXPECT_EQ(Get(*store_, {"bucket", "large"}), large);
    EXPECT_EQ(Get(*store_, {"bucket", "copy"}), large);
    EXPECT_EQ(Get(*store_, {"bucket", "small"}), "small");
  }
  // What comes now is found to be there already.
  ASSERT_TRUE(Put(*store_, {"bucket", "again"}, large).has_value());
  const auto small = Put(*store_, {"bucket", "small again"}, "small");
  EXPECT_EQ(FilesBelow(store_.directory() / "contents"), 1u);
  EXPECT_EQ(small->content, store_->GetObject({{"bucket", "small"}, {}})->content);
  for (const char* name : {"large", "copy", "again"}) {
    EXPECT_TRUE(fs::exists(file / Sha256Hex(large)));
    ASSERT_TRUE(store_->DeleteObject({{"bucket", name}, {}}, {}).has_value());
  }
  EXPECT_EQ(FilesBelow(store_.directory() / "contents"), 0u);
}

TEST_F(StoreOnDiskTest, ADamagedDatabaseIsSetAsideWithItsContents) {
  ASSERT_TRUE(Put(*store_, kKey, Letters(100'000, 1)).has_value());
  store_.Close();
  std::ofstream(store_.directory() / "store.db", std::ios::binary | std::ios::trunc)
      << std::string(20'000, 'x');
  store_.Reopen();
  EXPECT_EQ(store_->GetBucket("bucket").error().code, ErrorCode::kNotFound);
  ASSERT_EQ(store_.log().size(), 1u);
  EXPECT_THAT(store_.log()[0], ::testing::HasSubstr("damaged"));
  std::size_t aside = 0;
  for (const auto& entry : fs::directory_iterator(store_.directory())) {
    if (!entry.path().filename().string().starts_with("damaged-")) continue;
    ++aside;
    EXPECT_EQ(FilesBelow(entry.path() / "contents"), 1u);
    EXPECT_TRUE(fs::exists(entry.path() / "store.db"));
  }
  EXPECT_EQ(aside, 1u);
  EXPECT_TRUE(MakeBucket(*store_, "bucket").has_value());
}

TEST_F(StoreOnDiskTest, AfterAKillOrphansGoAndWhatIsMissingIsTold) {
  const std::string large = Letters(100'000, 1);
  const auto object = Put(*store_, kKey, large);
  store_.Close();
  // As a process leaves it that was killed between naming a content and committing it.
  const pid_t child = ::fork();
  if (child == 0) {
    const auto opened = Store::Open(store_.directory());
    ::_exit(opened.has_value() ? 0 : 1);  // without closing
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const fs::path contents = store_.directory() / "contents";
  PutFile(contents / "ab" / (std::string("ab") + std::string(62, '0')), "orphan");
  PutFile(store_.directory() / "incoming" / "17", "half");
  PutFile(store_.directory() / "uploads" / std::string(48, 'a'), "nobody's");
  fs::remove(contents / object->content.substr(0, 2) / object->content);
  store_.Reopen();
  EXPECT_EQ(FilesBelow(contents), 0u);
  EXPECT_EQ(FilesBelow(store_.directory() / "incoming"), 0u);
  EXPECT_EQ(FilesBelow(store_.directory() / "uploads"), 0u);
  ASSERT_EQ(store_.log().size(), 1u);
  EXPECT_THAT(store_.log()[0], ::testing::HasSubstr(object->content));
  const auto read = store_->OpenObject({kKey, {}});
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kIo);
}

TEST(StoreDirectoryTest, APlaceThatCannotBeIsNamed) {
  const hyperlocal::testing::TemporaryDirectory directory;
  PutFile(directory / "file", "");
  const auto opened = Store::Open(directory / "file" / "store");
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kCannotWrite);
  EXPECT_THAT(opened.error().message, ::testing::HasSubstr((directory / "file").string()));
}

}  // namespace
}  // namespace hyperlocal::gcs
