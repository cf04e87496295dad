#include "fakes/gcs/server/export_directory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "engine/file/whole_file.h"
#include "fakes/gcs/server/export_sidecar_internal.h"
#include "fakes/gcs/server/seed_directory.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;
using hyperlocal::testing::TemporaryDirectory;

std::unique_ptr<Store> NewStore() {
  auto store = Store::InMemory();
  EXPECT_TRUE(store);
  return std::move(*store);
}

void MakeBucket(Store& store, const std::string& name) {
  BucketRecord bucket;
  bucket.name = name;
  ASSERT_TRUE(store.CreateBucket(bucket));
}

void Put(Store& store, const ObjectKey& key, const std::string& content,
         const ObjectFields& fields = {}) {
  auto writer = store.NewContent();
  ASSERT_TRUE(writer && (*writer)->Append(content));
  const auto object = store.InsertObject(key, fields, std::move(*writer), {}, {});
  ASSERT_TRUE(object) << object.error().message;
}

void Write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << content;
}

std::string ContentOf(Store& store, const ObjectRecord& object) {
  const auto reader = store.OpenContent(object);
  EXPECT_TRUE(reader);
  std::string content(static_cast<std::size_t>((*reader)->size()), '\0');
  const auto got = (*reader)->ReadAt(0, content.data(), content.size());
  EXPECT_TRUE(got && *got == content.size());
  return content;
}

// Name to content and fields.
std::map<std::string, std::pair<std::string, ObjectFields>> ObjectsOf(Store& store,
                                                                      const std::string& bucket) {
  std::map<std::string, std::pair<std::string, ObjectFields>> objects;
  const auto page = store.ListObjects(bucket, {});
  EXPECT_TRUE(page);
  for (const ObjectRecord& object : page->objects) {
    objects[object.key.name] = {ContentOf(store, object), object.fields};
  }
  return objects;
}

TEST(Seed, ATreeBecomesBucketsAndObjects) {
  const TemporaryDirectory directory;
  Write(directory / "first/a.html", "<p>");
  Write(directory / "first/sub/b.png", "png");
  fs::create_directories(directory / "empty-bucket");
  Write(directory / ".DS_Store", "");
  fs::create_symlink("/etc/passwd", directory / "first/link");
  const auto store = NewStore();
  const auto summary = SeedFromDirectory(*store, directory.path());
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(*summary, (SeedSummary{2, 2, 6}));
  const auto objects = ObjectsOf(*store, "first");
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects.at("a.html").first, "<p>");
  EXPECT_EQ(objects.at("a.html").second.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(objects.at("sub/b.png").second.content_type, "image/png");
  EXPECT_TRUE(store->GetBucket("empty-bucket"));
}

TEST(Seed, ASecondTimeMakesNewGenerations) {
  const TemporaryDirectory directory;
  Write(directory / "bkt/a", "one");
  const auto store = NewStore();
  ASSERT_TRUE(SeedFromDirectory(*store, directory.path()));
  const auto before = store->GetObject({{"bkt", "a"}, {}});
  Write(directory / "bkt/a", "two");
  ASSERT_TRUE(SeedFromDirectory(*store, directory.path()));
  const auto after = store->GetObject({{"bkt", "a"}, {}});
  ASSERT_TRUE(before && after);
  EXPECT_GT(after->generation, before->generation);
  EXPECT_EQ(ContentOf(*store, *after), "two");
}

TEST(Seed, WhatCannotBeIsRefusedByName) {
  const auto store = NewStore();
  const TemporaryDirectory directory;
  EXPECT_EQ(SeedFromDirectory(*store, directory / "absent").error().code, ErrorCode::kNoInput);
  Write(directory / "README", "x");
  const auto stray = SeedFromDirectory(*store, directory.path());
  ASSERT_FALSE(stray);
  EXPECT_NE(stray.error().message.find("README"), std::string::npos);
  fs::remove(directory / "README");
  Write(directory / "No Bucket/a", "x");
  const auto bucket = SeedFromDirectory(*store, directory.path());
  ASSERT_FALSE(bucket);
  EXPECT_NE(bucket.error().message.find("No Bucket"), std::string::npos);
}

TEST(Export, EverythingComesBackBySeeding) {
  const auto store = NewStore();
  BucketRecord bucket;
  bucket.name = "bkt";
  bucket.policy.versioning = true;
  bucket.policy.storage_class = "NEARLINE";
  bucket.settings = R"({"labels":{"a":"b"}})";
  ASSERT_TRUE(store->CreateBucket(bucket));
  MakeBucket(*store, "empty");
  ObjectFields fields;
  fields.content_type = "text/x-own";
  fields.content_encoding = "identity";
  fields.content_disposition = "inline";
  fields.content_language = "de";
  fields.cache_control = "no-store";
  fields.metadata = {{"k", "v\n\xC3\xA9"}, {"l", ""}};
  fields.storage_class = "COLDLINE";
  fields.custom_time = Timestamp(std::chrono::milliseconds(1'700'000'000'123));
  fields.temporary_hold = true;
  fields.acl = R"([{"entity":"allUsers","role":"READER"}])";
  Put(*store, {"bkt", "described"}, "content", fields);
  for (const std::string name : {"a", "a/b", "a/", "/lead", "..", "../x", "c//d", "100%", "n\nl",
                                 "%2E", "a%o", "\xF0\x9F\x98\x80"}) {
    Put(*store, {"bkt", name}, "content of " + name);
  }
  Put(*store, {"bkt", std::string(1024, 'x')}, "long");

  const TemporaryDirectory directory;
  const auto exported = ExportToDirectory(*store, directory / "out");
  ASSERT_TRUE(exported) << exported.error().message;
  EXPECT_EQ(exported->buckets, 2u);
  EXPECT_EQ(exported->objects, 14u);
  // Ordinary names are plain files; nothing is anywhere else.
  EXPECT_EQ(*ReadWholeFile(directory / "out/bkt/described"), "content");
  EXPECT_EQ(*ReadWholeFile(directory / "out/bkt/a/b"), "content of a/b");
  EXPECT_EQ(*ReadWholeFile(directory / "out/bkt/a%o"), "content of a");
  for (const auto& entry : fs::directory_iterator(directory.path())) {
    EXPECT_EQ(entry.path().filename(), "out");
  }

  const auto again = NewStore();
  const auto seeded = SeedFromDirectory(*again, directory / "out");
  ASSERT_TRUE(seeded) << seeded.error().message;
  EXPECT_EQ(seeded->objects, 14u);
  EXPECT_EQ(ObjectsOf(*again, "bkt"), ObjectsOf(*store, "bkt"));
  const auto restored = again->GetBucket("bkt");
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->policy, bucket.policy);
  EXPECT_EQ(restored->settings, bucket.settings);
  EXPECT_TRUE(again->GetBucket("empty"));
}

TEST(Export, ADirectoryThatHoldsSomethingIsLeftAsItIs) {
  const auto store = NewStore();
  MakeBucket(*store, "bkt");
  const TemporaryDirectory directory;
  Write(directory / "out/mine", "x");
  const auto exported = ExportToDirectory(*store, directory / "out");
  ASSERT_FALSE(exported);
  EXPECT_EQ(exported.error().code, ErrorCode::kCannotWrite);
  EXPECT_EQ(*ReadWholeFile(directory / "out/mine"), "x");
  EXPECT_FALSE(fs::exists(directory / "out/bkt"));
}

TEST(Export, FilesThatWereAddedAreSeededUnderTheirOwnNames) {
  const auto store = NewStore();
  MakeBucket(*store, "bkt");
  Put(*store, {"bkt", "a/b"}, "x");
  const TemporaryDirectory directory;
  ASSERT_TRUE(ExportToDirectory(*store, directory / "out"));
  Write(directory / "out/bkt/100%25.txt", "added");
  const auto again = NewStore();
  ASSERT_TRUE(SeedFromDirectory(*again, directory / "out"));
  EXPECT_EQ(ObjectsOf(*again, "bkt").at("100%25.txt").first, "added");
}

TEST(Sidecar, DamageIsRefusedWithTheLine) {
  EXPECT_NE(ReadSidecar("{\"bucket\":\"b\"}\n{", "f.jsonl").error().message.find("f.jsonl, line 2"),
            std::string::npos);
  EXPECT_FALSE(ReadSidecar("", "f"));
  EXPECT_FALSE(ReadSidecar("{}\n", "f"));
  EXPECT_FALSE(ReadSidecar("{\"bucket\":\"b\"}\n{\"name\":\"n\"}\n", "f"));
  EXPECT_FALSE(
      ReadSidecar("{\"bucket\":\"b\"}\n{\"name\":\"n\",\"file\":\"f\",\"metadata\":1}\n", "f"));
}

}  // namespace
}  // namespace hyperlocal::gcs
