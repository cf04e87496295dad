#include "fakes/gcs/store/record_codec_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace hyperlocal::gcs {
namespace {

std::optional<Timestamp> AnyTime() {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  return TimeOf(*rc::gen::inRange<std::int64_t>(-1, std::int64_t{1} << 52));
}

ObjectFields AnyFields() {
  ObjectFields fields;
  fields.content_type = *rc::gen::arbitrary<std::string>();
  fields.content_encoding = *rc::gen::arbitrary<std::string>();
  fields.content_disposition = *rc::gen::arbitrary<std::string>();
  fields.content_language = *rc::gen::arbitrary<std::string>();
  fields.cache_control = *rc::gen::arbitrary<std::string>();
  fields.metadata = *rc::gen::arbitrary<std::map<std::string, std::string>>();
  fields.storage_class = *rc::gen::arbitrary<std::string>();
  fields.custom_time = AnyTime();
  fields.temporary_hold = *rc::gen::arbitrary<bool>();
  fields.event_based_hold = *rc::gen::arbitrary<bool>();
  fields.retain_until = AnyTime();
  fields.retention_locked = *rc::gen::arbitrary<bool>();
  fields.acl = *rc::gen::arbitrary<std::string>();
  return fields;
}

RC_GTEST_PROP(RecordCodec, FieldsAreReadBack, ()) {
  const ObjectFields fields = AnyFields();
  RC_ASSERT(DecodeFields(EncodeFields(fields)) == fields);
}

RC_GTEST_PROP(RecordCodec, RecordsAreReadBack, ()) {
  ObjectRecord record;
  record.key = {*rc::gen::arbitrary<std::string>(), *rc::gen::arbitrary<std::string>()};
  record.generation = *rc::gen::arbitrary<std::int64_t>();
  record.metageneration = *rc::gen::positive<std::int64_t>();
  record.fields = AnyFields();
  record.size = *rc::gen::inRange<std::uint64_t>(0, std::uint64_t{1} << 62);
  record.checksums.crc32c = *rc::gen::arbitrary<std::uint32_t>();
  if (*rc::gen::arbitrary<bool>()) record.checksums.md5 = *rc::gen::arbitrary<Md5>();
  if (*rc::gen::arbitrary<bool>()) record.component_count = *rc::gen::positive<int>();
  record.created = TimeOf(*rc::gen::inRange<std::int64_t>(0, std::int64_t{1} << 52));
  record.updated = TimeOf(1);
  record.storage_class_updated = TimeOf(2);
  record.retention_start = TimeOf(3);
  record.content = *rc::gen::arbitrary<std::string>();
  RC_ASSERT(DecodeRecord(EncodeRecord(record)) == record);
}

RC_GTEST_PROP(RecordCodec, SessionsAreReadBack, ()) {
  UploadSession session;
  session.key = {*rc::gen::arbitrary<std::string>(), *rc::gen::arbitrary<std::string>()};
  session.fields = AnyFields();
  if (*rc::gen::arbitrary<bool>()) session.preconditions.if_generation_match = 0;
  if (*rc::gen::arbitrary<bool>()) session.preconditions.if_generation_not_match = 5;
  if (*rc::gen::arbitrary<bool>()) session.preconditions.if_metageneration_match = -1;
  if (*rc::gen::arbitrary<bool>()) session.preconditions.if_metageneration_not_match = 7;
  if (*rc::gen::arbitrary<bool>()) session.claims.crc32c = 0;
  if (*rc::gen::arbitrary<bool>()) session.claims.md5 = *rc::gen::arbitrary<Md5>();
  if (*rc::gen::arbitrary<bool>()) session.claims.size = 0;
  session.request = *rc::gen::arbitrary<std::string>();
  const auto read = DecodeSession(EncodeSession(session));
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->key == session.key);
  RC_ASSERT(read->fields == session.fields);
  RC_ASSERT(read->preconditions == session.preconditions);
  RC_ASSERT(read->claims == session.claims);
  RC_ASSERT(read->request == session.request);
}

RC_GTEST_PROP(RecordCodec, DamageIsNoticedOrReadsAsSomething, (const std::string& text)) {
  // Never a crash, whatever the bytes.
  (void)DecodeFields(text);
  (void)DecodeRecord(text);
  (void)DecodeSession(text);
}

TEST(RecordCodec, ShortenedTextIsDamaged) {
  ObjectFields fields;
  fields.content_type = "text/plain";
  const std::string text = EncodeFields(fields);
  EXPECT_EQ(DecodeFields(text.substr(0, 5)), std::nullopt);
  EXPECT_EQ(DecodeFields("3:ab"), std::nullopt);
  EXPECT_EQ(DecodeFields("99999999999999999999:a,"), std::nullopt);
  // Missing fields at the end are those of a version that did not have them.
  EXPECT_EQ(DecodeFields("1:x,")->content_type, "x");
}

}  // namespace
}  // namespace hyperlocal::gcs
