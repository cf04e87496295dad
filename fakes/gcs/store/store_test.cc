#include "fakes/gcs/store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/store/store_test_support.h"

namespace hyperlocal::gcs {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::Get;
using testing::IfGeneration;
using testing::Letters;
using testing::MakeBucket;
using testing::Put;
using testing::ReadAll;
using testing::StoreFixture;
using testing::StoreKind;

const ObjectKey kKey{"bucket", "key"};

class StoreTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  StoreTest() { EXPECT_TRUE(MakeBucket(*store_, "bucket").has_value()); }

  ErrorCode CodeOf(const auto& result) {
    return result.has_value() ? ErrorCode::kInternal : result.error().code;
  }

  StoreFixture store_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Kinds, StoreTest, ::testing::Values(StoreKind::kMemory, StoreKind::kDisk),
                         [](const auto& kind) { return testing::NameOfKind(kind); });

TEST_P(StoreTest, AnInsertedObjectIsReadBackWithItsChecksums) {
  for (const std::size_t size : {0u, 1u, 65536u, 65537u, 1u << 20, 3'000'001u}) {
    const std::string bytes = Letters(size, 7);
    ObjectFields fields;
    fields.content_type = "text/plain";
    fields.metadata = {{"a", "1"}, {"b", std::string("\0\xFF,:", 4)}};
    fields.acl = "[{}]";
    fields.custom_time = Timestamp(seconds(12));
    const auto object = Put(*store_, kKey, bytes, {}, fields);
    ASSERT_TRUE(object.has_value()) << object.error().message;
    EXPECT_EQ(object->size, size);
    EXPECT_EQ(object->checksums.crc32c, Crc32cOf(bytes));
    EXPECT_EQ(object->checksums.md5, Md5Of(bytes));
    EXPECT_EQ(object->metageneration, 1);
    EXPECT_EQ(object->fields.storage_class, "STANDARD");
    EXPECT_EQ(object->fields.metadata, fields.metadata);
    EXPECT_EQ(*store_->GetObject({kKey, {}}), *object);
    EXPECT_EQ(Get(*store_, kKey), bytes) << size;
    EXPECT_EQ(ReadAll(**store_->OpenContent(*object)), bytes) << size;
    char part[16] = {};
    const auto got = (*store_->OpenContent(*object))->ReadAt(size / 2, part, sizeof part);
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(std::string(part, *got), bytes.substr(size / 2, sizeof part));
  }
}

TEST_P(StoreTest, NamesAreDataWhateverTheyLookLike) {
  for (const std::string& name :
       {std::string("."), std::string(".."), std::string("../../x"), std::string("/a//b/"),
        std::string("a\nb"), std::string("a\0b", 3), std::string("\xF0\x9F\x98\x80"),
        std::string(1024, 'n')}) {
    ASSERT_TRUE(Put(*store_, {"bucket", name}, name).has_value()) << name;
    EXPECT_EQ(Get(*store_, {"bucket", name}), name);
  }
  for (const std::string& name : {std::string(), std::string(1025, 'n'), std::string("\xC0\x80"),
                                  std::string("\xED\xA0\x80"), std::string("a\xFF")}) {
    EXPECT_EQ(CodeOf(Put(*store_, {"bucket", name}, "")), ErrorCode::kBadRequest) << name;
  }
}

TEST_P(StoreTest, WhatIsNotThereIsNotFoundByName) {
  const auto object = store_->GetObject({kKey, {}});
  EXPECT_EQ(CodeOf(object), ErrorCode::kNotFound);
  EXPECT_EQ(object.error().message, "gs://bucket/key does not exist");
  EXPECT_EQ(store_->GetObject({{"nowhere", "key"}, {}}).error().message,
            "the bucket nowhere does not exist");
  EXPECT_EQ(store_->GetObject({kKey, 5}).error().message,
            "gs://bucket/key does not exist in generation 5");
  EXPECT_EQ(CodeOf(Put(*store_, {"nowhere", "key"}, "")), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->DeleteObject({kKey, {}}, {})), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->ListObjects("nowhere", {})), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->DeleteBucket("nowhere", {})), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->CopyObject({kKey, {}}, {}, kKey, {}, {})), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->ComposeObject(kKey, {{"key", {}, {}}}, {}, {})), ErrorCode::kNotFound);
}

TEST_P(StoreTest, WrongClaimsMakeNoObjectAndNameBothChecksums) {
  ContentClaims claims;
  claims.crc32c = 1;
  auto put = Put(*store_, kKey, "abc", {}, {}, claims);
  EXPECT_EQ(CodeOf(put), ErrorCode::kBadRequest);
  EXPECT_THAT(put.error().message, ::testing::HasSubstr("AAAAAQ=="));
  EXPECT_THAT(put.error().message, ::testing::HasSubstr(Crc32cBase64(Crc32cOf("abc"))));
  claims = {};
  claims.md5 = Md5{};
  put = Put(*store_, kKey, "abc", {}, {}, claims);
  EXPECT_EQ(CodeOf(put), ErrorCode::kBadRequest);
  EXPECT_THAT(put.error().message, ::testing::HasSubstr(Md5Base64(Md5Of("abc"))));
  claims = {};
  claims.size = 4;
  EXPECT_EQ(CodeOf(Put(*store_, kKey, "abc", {}, {}, claims)), ErrorCode::kBadRequest);
  EXPECT_EQ(Get(*store_, kKey), std::nullopt);
  claims = {Crc32cOf("abc"), Md5Of("abc"), 3};
  EXPECT_TRUE(Put(*store_, kKey, "abc", {}, {}, claims).has_value());
}

TEST_P(StoreTest, GenerationsGrowAlthoughTheClockStandsStillOrGoesBack) {
  std::int64_t last = 0;
  for (int i = 0; i < 20; ++i) {
    if (i == 10) store_.time().Advance(-hours(1));
    const auto object = Put(*store_, {"bucket", std::to_string(i % 3)}, "x");
    ASSERT_TRUE(object.has_value());
    EXPECT_GT(object->generation, last);
    EXPECT_LT(object->generation, std::int64_t{1} << 53);
    last = object->generation;
  }
}

TEST_P(StoreTest, PreconditionsAreJudgedOnEveryChange) {
  EXPECT_EQ(CodeOf(Put(*store_, kKey, "a", IfGeneration(5))), ErrorCode::kPreconditionFailed);
  const auto first = Put(*store_, kKey, "a", IfGeneration(kNoLiveObject));
  ASSERT_TRUE(first.has_value());
  const auto again = Put(*store_, kKey, "b", IfGeneration(kNoLiveObject));
  EXPECT_EQ(CodeOf(again), ErrorCode::kPreconditionFailed);
  EXPECT_EQ(again.error().message,
            "gs://bucket/key: ifGenerationMatch=0 does not hold: the "
            "generation is " +
                std::to_string(first->generation));

  const auto with = [](auto member, std::int64_t value) {
    Preconditions preconditions;
    preconditions.*member = value;
    return preconditions;
  };
  struct Case {
    Preconditions preconditions;
    bool holds;
  };
  const std::vector<Case> cases = {
      {with(&Preconditions::if_generation_match, first->generation), true},
      {with(&Preconditions::if_generation_match, first->generation + 1), false},
      {with(&Preconditions::if_generation_not_match, first->generation), false},
      {with(&Preconditions::if_generation_not_match, kNoLiveObject), true},
      {with(&Preconditions::if_metageneration_match, 1), true},
      {with(&Preconditions::if_metageneration_match, 2), false},
      {with(&Preconditions::if_metageneration_not_match, 1), false},
      {with(&Preconditions::if_metageneration_not_match, 2), true},
  };
  const ObjectKey other{"bucket", "other"};
  for (const Case& one : cases) {
    const auto copy = store_->CopyObject({kKey, {}}, one.preconditions, other, {}, {});
    EXPECT_EQ(copy.has_value(), one.holds);
    if (!one.holds) {
      EXPECT_EQ(CodeOf(copy), ErrorCode::kPreconditionFailed);
      const auto nothing = [](ObjectFields&) { return Ok(); };
      EXPECT_EQ(CodeOf(store_->UpdateObject({kKey, {}}, one.preconditions, nothing)),
                ErrorCode::kPreconditionFailed);
      EXPECT_EQ(CodeOf(store_->DeleteObject({kKey, {}}, one.preconditions)),
                ErrorCode::kPreconditionFailed);
      EXPECT_EQ(CodeOf(store_->CopyObject({other, {}}, {}, kKey, {}, one.preconditions)),
                ErrorCode::kPreconditionFailed);
      EXPECT_EQ(CodeOf(store_->ComposeObject(kKey, {{"other", {}, {}}}, {}, one.preconditions)),
                ErrorCode::kPreconditionFailed);
      EXPECT_EQ(CodeOf(store_->MoveObject(kKey, one.preconditions, {"bucket", "third"}, {})),
                ErrorCode::kPreconditionFailed);
      EXPECT_EQ(CodeOf(store_->MoveObject(other, {}, kKey, one.preconditions)),
                ErrorCode::kPreconditionFailed);
    }
  }
  // Of an object that is not there, only "not" conditions hold.
  const ObjectKey absent{"bucket", "absent"};
  EXPECT_EQ(CodeOf(Put(*store_, absent, "", with(&Preconditions::if_generation_not_match, 0))),
            ErrorCode::kPreconditionFailed);
  EXPECT_EQ(CodeOf(Put(*store_, absent, "", with(&Preconditions::if_metageneration_match, 1))),
            ErrorCode::kPreconditionFailed);
  EXPECT_TRUE(
      Put(*store_, absent, "", with(&Preconditions::if_metageneration_not_match, 1)).has_value());
  EXPECT_EQ(Get(*store_, kKey), "a");
}

TEST_P(StoreTest, AnUpdateChangesTheMetagenerationOnly) {
  const auto object = Put(*store_, kKey, "a");
  store_.time().Advance(seconds(3));
  const auto updated = store_->UpdateObject({kKey, {}}, {}, [](ObjectFields& fields) {
    fields.metadata["k"] = "v";
    fields.storage_class = "COLDLINE";
    return Ok();
  });
  ASSERT_TRUE(updated.has_value());
  EXPECT_EQ(updated->generation, object->generation);
  EXPECT_EQ(updated->metageneration, 2);
  EXPECT_EQ(updated->created, object->created);
  EXPECT_EQ(updated->updated - object->updated, seconds(3));
  EXPECT_EQ(updated->storage_class_updated, updated->updated);
  EXPECT_EQ(*store_->GetObject({kKey, {}}), *updated);

  const auto refused = store_->UpdateObject({kKey, {}}, {}, [](ObjectFields& fields) -> Status {
    fields.metadata.clear();
    return Error{ErrorCode::kBadRequest, "no"};
  });
  EXPECT_EQ(refused.error().message, "no");
  EXPECT_EQ(*store_->GetObject({kKey, {}}), *updated);
}

TEST_P(StoreTest, WithVersioningTheOldGenerationsStayUntilTheyAreNamed) {
  BucketPolicy policy;
  policy.versioning = true;
  ASSERT_TRUE(MakeBucket(*store_, "versioned", policy).has_value());
  const ObjectKey key{"versioned", "k"};
  const auto first = Put(*store_, key, "1");
  const auto second = Put(*store_, key, "2");
  EXPECT_EQ(Get(*store_, key), "2");
  EXPECT_EQ(Get(*store_, key, first->generation), "1");
  EXPECT_TRUE(store_->GetObject({key, first->generation})->noncurrent.has_value());
  EXPECT_FALSE(store_->GetObject({key, second->generation})->noncurrent.has_value());

  ASSERT_TRUE(store_->DeleteObject({key, {}}, {}).has_value());
  EXPECT_EQ(Get(*store_, key), std::nullopt);
  EXPECT_EQ(CodeOf(store_->DeleteObject({key, {}}, {})), ErrorCode::kNotFound);
  EXPECT_EQ(Get(*store_, key, second->generation), "2");
  EXPECT_EQ(CodeOf(store_->DeleteBucket("versioned", {})), ErrorCode::kConflict);

  ObjectQuery versions;
  versions.versions = true;
  EXPECT_EQ(store_->ListObjects("versioned", versions)->objects.size(), 2u);
  EXPECT_EQ(store_->ListObjects("versioned", {})->objects.size(), 0u);

  ASSERT_TRUE(store_->DeleteObject({key, first->generation}, {}).has_value());
  ASSERT_TRUE(store_->DeleteObject({key, second->generation}, {}).has_value());
  EXPECT_EQ(Get(*store_, key, first->generation), std::nullopt);
  EXPECT_TRUE(store_->DeleteBucket("versioned", {}).has_value());
}

TEST_P(StoreTest, SoftDeletedObjectsCanBeRestoredUntilTheirTimeIsOver) {
  BucketPolicy policy;
  policy.soft_delete_retention = seconds(100);
  ASSERT_TRUE(MakeBucket(*store_, "soft", policy).has_value());
  const ObjectKey key{"soft", "k"};
  const std::string large = Letters(100'000, 3);
  const auto first = Put(*store_, key, large);
  const auto second = Put(*store_, key, "2");
  ASSERT_TRUE(store_->DeleteObject({key, {}}, {}).has_value());
  EXPECT_EQ(Get(*store_, key), std::nullopt);
  EXPECT_EQ(Get(*store_, key, first->generation), std::nullopt);

  const auto soft = store_->GetSoftDeleted(key, first->generation);
  ASSERT_TRUE(soft.has_value());
  EXPECT_EQ(*soft->hard_delete - *soft->soft_deleted, seconds(100));
  ObjectQuery query;
  query.soft_deleted = true;
  EXPECT_EQ(store_->ListObjects("soft", query)->objects.size(), 2u);

  const auto restored = store_->RestoreObject(key, first->generation, {});
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_GT(restored->generation, second->generation);
  EXPECT_FALSE(restored->soft_deleted || restored->hard_delete || restored->noncurrent);
  EXPECT_EQ(Get(*store_, key), large);
  EXPECT_EQ(CodeOf(store_->RestoreObject(key, first->generation, {})), ErrorCode::kNotFound);

  store_.time().Advance(seconds(99));
  EXPECT_TRUE(store_->GetSoftDeleted(key, second->generation).has_value());
  store_.time().Advance(seconds(1));
  EXPECT_EQ(CodeOf(store_->GetSoftDeleted(key, second->generation)), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->RestoreObject(key, second->generation, {})), ErrorCode::kNotFound);
  EXPECT_EQ(store_->ListObjects("soft", query)->objects.size(), 0u);
  // Only the live one is in the way of a deletion.
  ASSERT_TRUE(store_->DeleteObject({key, {}}, {}).has_value());
  EXPECT_TRUE(store_->DeleteBucket("soft", {}).has_value());
}

TEST_P(StoreTest, HoldsAndRetentionsKeepAnObject) {
  const auto set = [&](const ObjectKey& key, auto change) {
    return store_->UpdateObject({key, {}}, {}, [&](ObjectFields& fields) {
      change(fields);
      return Ok();
    });
  };
  ASSERT_TRUE(Put(*store_, kKey, "a").has_value());
  ASSERT_TRUE(set(kKey, [](ObjectFields& f) { f.temporary_hold = true; }).has_value());
  EXPECT_EQ(CodeOf(store_->DeleteObject({kKey, {}}, {})), ErrorCode::kPermission);
  EXPECT_EQ(CodeOf(Put(*store_, kKey, "b")), ErrorCode::kPermission);
  EXPECT_EQ(CodeOf(store_->MoveObject(kKey, {}, {"bucket", "x"}, {})), ErrorCode::kPermission);
  EXPECT_EQ(Get(*store_, {"bucket", "x"}), std::nullopt);
  EXPECT_TRUE(store_->CopyObject({kKey, {}}, {}, {"bucket", "copy"}, {}, {}).has_value());
  EXPECT_TRUE(store_->DeleteObject({{"bucket", "copy"}, {}}, {}).has_value());
  ASSERT_TRUE(set(kKey, [](ObjectFields& f) { f.temporary_hold = false; }).has_value());
  const Timestamp until = store_.time().Now() + seconds(10);
  ASSERT_TRUE(set(kKey, [&](ObjectFields& f) {
                f.retain_until = until;
                f.retention_locked = true;
              }).has_value());
  EXPECT_EQ(CodeOf(store_->DeleteObject({kKey, {}}, {})), ErrorCode::kPermission);
  EXPECT_EQ(CodeOf(set(kKey, [](ObjectFields& f) { f.retain_until.reset(); })),
            ErrorCode::kPermission);
  store_.time().Advance(seconds(10));
  EXPECT_TRUE(store_->DeleteObject({kKey, {}}, {}).has_value());

  BucketPolicy policy;
  policy.retention = seconds(60);
  policy.default_event_based_hold = true;
  ASSERT_TRUE(MakeBucket(*store_, "kept", policy).has_value());
  const ObjectKey kept{"kept", "k"};
  ASSERT_TRUE(Put(*store_, kept, "a")->fields.event_based_hold);
  store_.time().Advance(seconds(100));
  EXPECT_EQ(CodeOf(store_->DeleteObject({kept, {}}, {})), ErrorCode::kPermission);
  // Released, the bucket's time begins anew.
  ASSERT_TRUE(set(kept, [](ObjectFields& f) { f.event_based_hold = false; }).has_value());
  store_.time().Advance(seconds(59));
  EXPECT_EQ(CodeOf(store_->DeleteObject({kept, {}}, {})), ErrorCode::kPermission);
  store_.time().Advance(seconds(1));
  EXPECT_TRUE(store_->DeleteObject({kept, {}}, {}).has_value());
}

TEST_P(StoreTest, ACopySharesTheContentAndOutlivesItsSource) {
  const std::string large = Letters(100'000, 1);
  ObjectFields fields;
  fields.content_type = "a/b";
  const auto object = Put(*store_, kKey, large, {}, fields);
  const ObjectKey target{"bucket", "copy"};
  const auto copy = store_->CopyObject({kKey, object->generation}, {}, target, {}, {});
  ASSERT_TRUE(copy.has_value());
  EXPECT_EQ(copy->content, object->content);
  EXPECT_EQ(copy->fields.content_type, "a/b");
  EXPECT_EQ(copy->checksums, object->checksums);
  ObjectFields other;
  other.content_type = "c/d";
  EXPECT_EQ(store_->CopyObject({kKey, {}}, {}, {"bucket", "3"}, other, {})->fields.content_type,
            "c/d");
  ASSERT_TRUE(store_->DeleteObject({kKey, {}}, {}).has_value());
  EXPECT_EQ(Get(*store_, target), large);
  // Onto itself: a new generation of the same bytes.
  const auto self = store_->CopyObject({target, {}}, {}, target, {}, {});
  ASSERT_TRUE(self.has_value());
  EXPECT_EQ(Get(*store_, target), large);
}

TEST_P(StoreTest, AMoveIsACopyAndADeletion) {
  ASSERT_TRUE(Put(*store_, kKey, "a").has_value());
  const ObjectKey target{"bucket", "moved"};
  ASSERT_TRUE(store_->MoveObject(kKey, {}, target, {}).has_value());
  EXPECT_EQ(Get(*store_, kKey), std::nullopt);
  EXPECT_EQ(Get(*store_, target), "a");
  EXPECT_EQ(CodeOf(store_->MoveObject(target, {}, target, {})), ErrorCode::kBadRequest);
}

TEST_P(StoreTest, AComposedObjectIsItsSourcesInOrderWithoutMd5) {
  const std::string a = Letters(80'000, 1);
  const std::string b = "middle";
  const std::string c = Letters(70'000, 2);
  const auto first = Put(*store_, {"bucket", "a"}, a);
  ASSERT_TRUE(Put(*store_, {"bucket", "b"}, b).has_value());
  ASSERT_TRUE(Put(*store_, {"bucket", "c"}, c).has_value());
  ObjectFields fields;
  fields.content_type = "x/y";
  const auto composed = store_->ComposeObject(
      kKey, {{"a", first->generation, first->generation}, {"b", {}, {}}, {"c", {}, {}}}, fields,
      {});
  ASSERT_TRUE(composed.has_value()) << composed.error().message;
  EXPECT_EQ(Get(*store_, kKey), a + b + c);
  EXPECT_EQ(composed->checksums.crc32c, Crc32cOf(a + b + c));
  EXPECT_EQ(composed->checksums.md5, std::nullopt);
  EXPECT_EQ(composed->component_count, 3);
  EXPECT_EQ(composed->fields.content_type, "x/y");

  // One of the sources is the target; components add up.
  const auto grown = store_->ComposeObject(kKey, {{"key", {}, {}}, {"b", {}, {}}}, {}, {});
  ASSERT_TRUE(grown.has_value());
  EXPECT_EQ(grown->component_count, 4);
  EXPECT_EQ(Get(*store_, kKey), a + b + c + b);
  const auto alone = store_->ComposeObject({"bucket", "alone"}, {{"a", {}, {}}}, {}, {});
  EXPECT_EQ(alone->component_count, 1);
  EXPECT_EQ(alone->content, first->content);
  EXPECT_EQ(alone->checksums.md5, std::nullopt);

  EXPECT_EQ(CodeOf(store_->ComposeObject(kKey, {}, {}, {})), ErrorCode::kBadRequest);
  EXPECT_EQ(CodeOf(store_->ComposeObject(
                kKey, std::vector<ComposeSource>(33, ComposeSource{"a", {}, {}}), {}, {})),
            ErrorCode::kBadRequest);
  EXPECT_EQ(CodeOf(store_->ComposeObject(kKey, {{"a", {}, first->generation + 1}}, {}, {})),
            ErrorCode::kPreconditionFailed);
  EXPECT_EQ(CodeOf(store_->ComposeObject(kKey, {{"a", {}, {}}, {"nothing", {}, {}}}, {}, {})),
            ErrorCode::kNotFound);
}

TEST_P(StoreTest, AnOpenContentIsReadToItsEndAfterTheObjectHasGone) {
  for (const std::size_t size : {100u, 100'000u}) {
    const std::string bytes = Letters(size, 1);
    ASSERT_TRUE(Put(*store_, kKey, bytes).has_value());
    const auto object = store_->OpenObject({kKey, {}});
    ASSERT_TRUE(store_->DeleteObject({kKey, {}}, {}).has_value());
    EXPECT_EQ(ReadAll(*object->content), bytes);
    EXPECT_EQ(CodeOf(store_->OpenContent(object->record)), ErrorCode::kNotFound);
  }
}

TEST_P(StoreTest, BucketsHaveNamesByTheRulesAndAMetagenerationOfTheirOwn) {
  EXPECT_EQ(CodeOf(MakeBucket(*store_, "bucket")), ErrorCode::kConflict);
  for (const std::string& name :
       {std::string("ab"), std::string("Upper"), std::string("-dash"), std::string("dash-"),
        std::string("a..b"), std::string("192.168.0.1"), std::string("google-x"),
        std::string("my-google"), std::string(64, 'a'), std::string("a b c"),
        std::string(60, 'a') + "." + std::string(64, 'b'), std::string("goog-x")}) {
    EXPECT_EQ(CodeOf(MakeBucket(*store_, name)), ErrorCode::kBadRequest) << name;
  }
  EXPECT_TRUE(MakeBucket(*store_, "a-b_c.d9").has_value());
  EXPECT_TRUE(MakeBucket(*store_, std::string(63, 'a')).has_value());
  EXPECT_TRUE(MakeBucket(*store_, std::string(63, 'a') + "." + std::string(63, 'b')).has_value());

  const auto before = store_->GetBucket("bucket");
  const auto updated = store_->UpdateBucket("bucket", {}, [](BucketRecord& bucket) {
    bucket.settings = R"({"labels":{"a":"b"}})";
    bucket.policy.versioning = true;
    return Ok();
  });
  ASSERT_TRUE(updated.has_value());
  EXPECT_EQ(updated->metageneration, 2);
  EXPECT_EQ(updated->generation, before->generation);
  EXPECT_EQ(*store_->GetBucket("bucket"), *updated);
  Preconditions stale;
  stale.if_metageneration_match = 1;
  EXPECT_EQ(CodeOf(store_->DeleteBucket("bucket", stale)), ErrorCode::kPreconditionFailed);

  const auto lock = [&](bool locked, seconds retention) {
    return store_->UpdateBucket("bucket", {}, [&](BucketRecord& bucket) {
      bucket.policy.retention = retention;
      bucket.policy.retention_locked = locked;
      return Ok();
    });
  };
  ASSERT_TRUE(lock(true, seconds(10)).has_value());
  EXPECT_EQ(CodeOf(lock(true, seconds(9))), ErrorCode::kPermission);
  EXPECT_EQ(CodeOf(lock(false, seconds(20))), ErrorCode::kPermission);
  EXPECT_TRUE(lock(true, seconds(20)).has_value());
}

TEST_P(StoreTest, BucketsAreListedInPages) {
  for (const char* name : {"aaa", "aab", "aac", "zzz"}) {
    ASSERT_TRUE(MakeBucket(*store_, name).has_value());
  }
  BucketQuery query;
  query.prefix = "aa";
  query.max_results = 2;
  const auto first = store_->ListBuckets(query);
  ASSERT_EQ(first->buckets.size(), 2u);
  EXPECT_EQ(first->buckets[1].name, "aab");
  query.page_token = first->next_page_token;
  const auto second = store_->ListBuckets(query);
  ASSERT_EQ(second->buckets.size(), 1u);
  EXPECT_EQ(second->buckets[0].name, "aac");
  EXPECT_EQ(second->next_page_token, "");
}

TEST_P(StoreTest, AResetLeavesNothing) {
  ASSERT_TRUE(Put(*store_, kKey, Letters(100'000, 1)).has_value());
  const auto upload = store_->StartUpload(UploadSession{"", kKey, {}, {}, {}, 0, {}, false, ""});
  const std::int64_t generation = store_->GetObject({kKey, {}})->generation;
  ASSERT_TRUE(store_->Reset().has_value());
  EXPECT_EQ(CodeOf(store_->GetBucket("bucket")), ErrorCode::kNotFound);
  EXPECT_EQ(CodeOf(store_->GetUpload(upload->id)), ErrorCode::kNotFound);
  ASSERT_TRUE(MakeBucket(*store_, "bucket").has_value());
  EXPECT_EQ(store_->ListObjects("bucket", {})->objects.size(), 0u);
  EXPECT_GT(Put(*store_, kKey, "")->generation, generation);
}

}  // namespace
}  // namespace hyperlocal::gcs
