#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/store.h"
#include "fakes/gcs/store/store_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/tree_listing.h"

namespace hyperlocal::gcs {
namespace {

using testing::Get;
using testing::IfGeneration;
using testing::Letters;
using testing::MakeBucket;
using testing::Put;
using testing::StoreFixture;
using testing::StoreKind;

const ObjectKey kKey{"bucket", "key"};

UploadSession SessionOf(const ObjectKey& key) {
  UploadSession session;
  session.key = key;
  session.fields.content_type = "text/plain";
  session.request = "json note";
  return session;
}

class StoreUploadTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  StoreUploadTest() { EXPECT_TRUE(MakeBucket(*store_, "bucket").has_value()); }

  void Append(const std::string& id, std::string_view bytes, bool sync) {
    const auto writer = store_->ContinueUpload(id);
    ASSERT_TRUE(writer.has_value()) << writer.error().message;
    ASSERT_TRUE((*writer)->Append(bytes).has_value());
    if (!sync) return;
    ASSERT_TRUE((*writer)->Sync().has_value());
  }
  std::string Start(const UploadSession& session) { return store_->StartUpload(session)->id; }

  StoreFixture store_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Kinds, StoreUploadTest,
                         ::testing::Values(StoreKind::kMemory, StoreKind::kDisk),
                         [](const auto& kind) { return testing::NameOfKind(kind); });

TEST_P(StoreUploadTest, PartsOfSeveralWritersBecomeOneObjectOnce) {
  for (const std::size_t size : {std::size_t{100}, std::size_t{400'000}}) {
    const std::string bytes = Letters(size, 5);
    const std::string id = Start(SessionOf(kKey));
    EXPECT_THAT(id, ::testing::MatchesRegex("[0-9a-f]{48}"));
    Append(id, bytes.substr(0, size / 2), true);
    EXPECT_EQ(store_->GetUpload(id)->received, size / 2);
    EXPECT_EQ(store_->GetUpload(id)->request, "json note");
    Append(id, bytes.substr(size / 2), false);
    EXPECT_EQ(store_->GetUpload(id)->received, size);
    const auto object = store_->FinishUpload(id, {});
    ASSERT_TRUE(object.has_value()) << object.error().message;
    EXPECT_EQ(object->checksums.crc32c, Crc32cOf(bytes));
    EXPECT_EQ(object->fields.content_type, "text/plain");
    EXPECT_EQ(Get(*store_, kKey), bytes);
    EXPECT_EQ(*store_->FinishUpload(id, {}), *object);
    EXPECT_EQ(store_->GetUpload(id)->finished, *object);
    EXPECT_EQ(store_->ContinueUpload(id).error().code, ErrorCode::kConflict);
    EXPECT_EQ(store_->CancelUpload(id).error().code, ErrorCode::kConflict);
  }
}

TEST_P(StoreUploadTest, PreconditionsAndClaimsAreJudgedAtTheEndAndEndIt) {
  UploadSession session = SessionOf(kKey);
  session.preconditions = IfGeneration(kNoLiveObject);
  const std::string raced = Start(session);
  Append(raced, Letters(100'000, 1), true);
  ASSERT_TRUE(Put(*store_, kKey, "first").has_value());
  EXPECT_EQ(store_->FinishUpload(raced, {}).error().code, ErrorCode::kPreconditionFailed);
  EXPECT_EQ(store_->GetUpload(raced).error().code, ErrorCode::kNotFound);

  session = SessionOf(kKey);
  session.claims.crc32c = 1;
  const std::string damaged = Start(session);
  Append(damaged, "abc", false);
  EXPECT_EQ(store_->FinishUpload(damaged, {}).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(store_->FinishUpload(damaged, {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Get(*store_, kKey), "first");
}

TEST_P(StoreUploadTest, ClaimsComeTogetherAndMustAgree) {
  UploadSession session = SessionOf(kKey);
  session.claims.crc32c = Crc32cOf("abc");
  const std::string id = Start(session);
  Append(id, "abc", false);
  ContentClaims claims;
  claims.crc32c = 1;
  EXPECT_EQ(store_->FinishUpload(id, claims).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(store_->GetUpload(id)->received, 3u) << "nothing is known to be damaged";
  claims = {};
  claims.size = 3;
  EXPECT_TRUE(store_->FinishUpload(id, claims).has_value());

  const std::string damaged = Start(session);
  Append(damaged, "abc", false);
  claims.size = 4;
  EXPECT_EQ(store_->FinishUpload(damaged, claims).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(store_->GetUpload(damaged).error().code, ErrorCode::kNotFound);
}

TEST_P(StoreUploadTest, ACancelledUploadIsGoneForItsWriterToo) {
  const std::string id = Start(SessionOf(kKey));
  {
    const auto writer = store_->ContinueUpload(id);
    ASSERT_TRUE((*writer)->Append("abc").has_value());
    ASSERT_TRUE(store_->CancelUpload(id).has_value());
    EXPECT_EQ((*writer)->Sync().error().code, ErrorCode::kNotFound);
  }
  EXPECT_TRUE(store_->GetUpload(id)->cancelled);
  EXPECT_EQ(store_->FinishUpload(id, {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->ContinueUpload(id).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store_->CancelUpload(id).error().code, ErrorCode::kNotFound);
}

TEST_P(StoreUploadTest, IdsThatAreNotOursNeverTouchAFile) {
  for (const char* id : {"", "..", "../../lock", "0123", "/etc/passwd",
                         "0123456789abcdef0123456789abcdef0123456789abcde/"}) {
    EXPECT_EQ(store_->GetUpload(id).error().code, ErrorCode::kNotFound) << id;
    EXPECT_EQ(store_->ContinueUpload(id).error().code, ErrorCode::kNotFound) << id;
    EXPECT_EQ(store_->FinishUpload(id, {}).error().code, ErrorCode::kNotFound) << id;
    EXPECT_EQ(store_->CancelUpload(id).error().code, ErrorCode::kNotFound) << id;
    EXPECT_EQ(store_->NoteUpload(id, "").error().code, ErrorCode::kNotFound) << id;
  }
}

TEST_P(StoreUploadTest, ASecondWriterWaitsForTheFirst) {
  const std::string id = Start(SessionOf(kKey));
  auto first = store_->ContinueUpload(id);
  ASSERT_TRUE((*first)->Append("first ").has_value());
  // This very thread would wait for ever.
  EXPECT_EQ(store_->ContinueUpload(id).error().code, ErrorCode::kConflict);
  EXPECT_EQ(store_->FinishUpload(id, {}).error().code, ErrorCode::kConflict);
  std::thread other([&] {
    const auto second = store_->ContinueUpload(id);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ((*second)->received(), 10u);
    ASSERT_TRUE((*second)->Append("second").has_value());
  });
  ASSERT_TRUE((*first)->Append("and ").has_value());
  first->reset();
  other.join();
  ASSERT_TRUE(store_->FinishUpload(id, {}).has_value());
  EXPECT_EQ(Get(*store_, kKey), "first and second");
}

TEST_P(StoreUploadTest, UploadsInPartsAreListedAndJoined) {
  const auto part = [&](int number, std::string_view bytes) {
    UploadSession session = SessionOf(kKey);
    session.request = "part " + std::to_string(number);
    const std::string id = Start(session);
    Append(id, bytes, number != 2);
    return id;
  };
  const std::string large = Letters(300'000, 9);
  const std::string third = part(3, "end");
  const std::string first = part(1, large);
  const std::string second = part(2, "middle");
  Start(SessionOf(kKey));
  ASSERT_TRUE(store_->NoteUpload(second, "part 2, noted").has_value());

  const auto listed = store_->ListUploads("bucket", "part ");
  ASSERT_EQ(listed->size(), 3u);
  EXPECT_EQ((*listed)[0].id, first);
  EXPECT_EQ((*listed)[0].received, large.size());
  EXPECT_EQ((*listed)[1].request, "part 2, noted");
  EXPECT_EQ((*listed)[2].id, third);
  EXPECT_EQ(store_->ListUploads("other", "part ")->size(), 0u);

  EXPECT_EQ(store_->JoinUploads(kKey, {first, first}, {}, {}).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(store_->JoinUploads(kKey, {first, second}, {}, IfGeneration(7)).error().code,
            ErrorCode::kPreconditionFailed);
  // They are as they were, and go on.
  Append(second, "!", false);
  const auto joined = store_->JoinUploads(kKey, {first, second, third}, {}, {});
  ASSERT_TRUE(joined.has_value()) << joined.error().message;
  EXPECT_EQ(joined->component_count, 3);
  EXPECT_EQ(joined->checksums.md5, std::nullopt);
  EXPECT_EQ(Get(*store_, kKey), large + "middle!end");
  EXPECT_EQ(store_->ListUploads("bucket", "part ")->size(), 0u);
  EXPECT_EQ(store_->GetUpload(first).error().code, ErrorCode::kNotFound);
}

TEST_P(StoreUploadTest, UnfinishedOnesGoAfterAWeek) {
  const std::string id = Start(SessionOf(kKey));
  Append(id, Letters(100'000, 1), true);
  store_.time().Advance(std::chrono::hours(7 * 24));
  ASSERT_TRUE(Put(*store_, {"bucket", "other"}, "").has_value());  // any change does it
  EXPECT_EQ(store_->GetUpload(id).error().code, ErrorCode::kNotFound);
}

TEST(StoreUploadOnDiskTest, ARestartKeepsExactlyTheBytesThatWereSynced) {
  StoreFixture store(StoreKind::kDisk);
  ASSERT_TRUE(MakeBucket(*store, "bucket").has_value());
  const std::string bytes = Letters(300'000, 2);
  const std::string id = store->StartUpload(SessionOf(kKey))->id;
  const std::string untouched = store->StartUpload(SessionOf(kKey))->id;
  {
    const auto writer = store->ContinueUpload(id);
    ASSERT_TRUE((*writer)->Append(bytes.substr(0, 200'000)).has_value());
    ASSERT_TRUE((*writer)->Sync().has_value());
    ASSERT_TRUE((*writer)->Append("not synced").has_value());
  }
  EXPECT_EQ(store->GetUpload(id)->received, 200'010u);
  store.Reopen();
  EXPECT_EQ(store->GetUpload(id)->received, 200'000u);
  EXPECT_EQ(store->GetUpload(untouched)->received, 0u);
  {
    const auto writer = store->ContinueUpload(id);
    ASSERT_TRUE((*writer)->Append(bytes.substr(200'000)).has_value());
  }
  const auto object = store->FinishUpload(id, {});
  ASSERT_TRUE(object.has_value()) << object.error().message;
  EXPECT_EQ(object->checksums.crc32c, Crc32cOf(bytes));
  EXPECT_EQ(Get(*store, kKey), bytes);
  store.Reopen();
  EXPECT_EQ(*store->FinishUpload(id, {}), *object);
  EXPECT_EQ(hyperlocal::testing::ListingOf(store.directory() / "uploads").size(), 0u);
}

}  // namespace
}  // namespace hyperlocal::gcs
