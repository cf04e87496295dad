#include <algorithm>
#include <charconv>

#include "fakes/gcs/store/record_codec_internal.h"

namespace hyperlocal::gcs {
namespace {

class Writer {
 public:
  Writer& Text(std::string_view text) {
    out_ += std::to_string(text.size());
    out_ += ':';
    out_ += text;
    out_ += ',';
    return *this;
  }
  Writer& Number(std::int64_t number) { return Text(std::to_string(number)); }
  // Empty: absent.
  Writer& MaybeNumber(const std::optional<std::int64_t>& number) {
    return number ? Number(*number) : Text("");
  }
  Writer& Truth(bool truth) { return Text(truth ? "1" : ""); }
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

// Reads what a Writer wrote. After damage, everything reads as empty and damaged() says so.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::string_view Text() {
    if (rest_.empty()) return {};
    std::size_t size = 0;
    const char* const end = rest_.data() + rest_.size();
    const auto [colon, error] = std::from_chars(rest_.data(), end, size);
    if (error != std::errc{} || colon == end || *colon != ':') return Damaged();
    rest_.remove_prefix(static_cast<std::size_t>(colon - rest_.data()) + 1);
    if (rest_.size() <= size || rest_[size] != ',') return Damaged();
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return text;
  }
  std::string String() { return std::string(Text()); }
  std::optional<std::int64_t> MaybeNumber() {
    const std::string_view text = Text();
    if (text.empty()) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) {
      Damaged();
      return std::nullopt;
    }
    return number;
  }
  std::int64_t Number() { return MaybeNumber().value_or(0); }
  bool Truth() { return !Text().empty(); }
  bool damaged() const { return damaged_; }

 private:
  std::string_view Damaged() {
    damaged_ = true;
    rest_ = {};
    return {};
  }

  std::string_view rest_;
  bool damaged_ = false;
};

void WriteMd5(Writer& writer, const std::optional<Md5>& md5) {
  writer.Text(md5 ? Md5Bytes(*md5) : std::string());
}

std::optional<Md5> ReadMd5(Reader& reader) {
  return Md5OfBytes(reader.Text());
}

}  // namespace

std::int64_t Micros(Timestamp time) {
  return std::chrono::floor<std::chrono::microseconds>(time.time_since_epoch()).count();
}

Timestamp TimeOf(std::int64_t micros) {
  return Timestamp(
      std::chrono::duration_cast<Timestamp::duration>(std::chrono::microseconds(micros)));
}

std::string Md5Bytes(const Md5& md5) {
  return {md5.begin(), md5.end()};
}

std::optional<Md5> Md5OfBytes(std::string_view bytes) {
  Md5 md5{};
  if (bytes.size() != md5.size()) return std::nullopt;
  std::transform(bytes.begin(), bytes.end(), md5.begin(),
                 [](char byte) { return static_cast<std::uint8_t>(byte); });
  return md5;
}

std::string EncodeFields(const ObjectFields& fields) {
  Writer writer;
  writer.Text(fields.content_type)
      .Text(fields.content_encoding)
      .Text(fields.content_disposition)
      .Text(fields.content_language)
      .Text(fields.cache_control)
      .Text(fields.storage_class)
      .MaybeNumber(Micros(fields.custom_time))
      .Truth(fields.temporary_hold)
      .Truth(fields.event_based_hold)
      .MaybeNumber(Micros(fields.retain_until))
      .Truth(fields.retention_locked)
      .Text(fields.acl)
      .Number(static_cast<std::int64_t>(fields.metadata.size()));
  for (const auto& [key, value] : fields.metadata) writer.Text(key).Text(value);
  return writer.Take();
}

std::optional<ObjectFields> DecodeFields(std::string_view text) {
  Reader reader(text);
  ObjectFields fields;
  fields.content_type = reader.String();
  fields.content_encoding = reader.String();
  fields.content_disposition = reader.String();
  fields.content_language = reader.String();
  fields.cache_control = reader.String();
  fields.storage_class = reader.String();
  fields.custom_time = TimeOf(reader.MaybeNumber());
  fields.temporary_hold = reader.Truth();
  fields.event_based_hold = reader.Truth();
  fields.retain_until = TimeOf(reader.MaybeNumber());
  fields.retention_locked = reader.Truth();
  fields.acl = reader.String();
  for (std::int64_t left = reader.Number(); left > 0 && !reader.damaged(); --left) {
    std::string key = reader.String();
    fields.metadata.emplace_hint(fields.metadata.end(), std::move(key), reader.String());
  }
  if (reader.damaged()) return std::nullopt;
  return fields;
}

std::string EncodeRecord(const ObjectRecord& record) {
  Writer writer;
  writer.Text(record.key.bucket)
      .Text(record.key.name)
      .Number(record.generation)
      .Number(record.metageneration)
      .Text(EncodeFields(record.fields))
      .Number(static_cast<std::int64_t>(record.size))
      .Number(record.checksums.crc32c);
  WriteMd5(writer, record.checksums.md5);
  writer.MaybeNumber(record.component_count)
      .Number(Micros(record.created))
      .Number(Micros(record.updated))
      .Number(Micros(record.storage_class_updated))
      .Number(Micros(record.retention_start))
      .Text(record.content);
  return writer.Take();
}

std::optional<ObjectRecord> DecodeRecord(std::string_view text) {
  Reader reader(text);
  ObjectRecord record;
  record.key.bucket = reader.String();
  record.key.name = reader.String();
  record.generation = reader.Number();
  record.metageneration = reader.Number();
  auto fields = DecodeFields(reader.Text());
  if (!fields) return std::nullopt;
  record.fields = std::move(*fields);
  record.size = static_cast<std::uint64_t>(reader.Number());
  record.checksums.crc32c = static_cast<std::uint32_t>(reader.Number());
  record.checksums.md5 = ReadMd5(reader);
  if (const auto count = reader.MaybeNumber()) record.component_count = static_cast<int>(*count);
  record.created = TimeOf(reader.Number());
  record.updated = TimeOf(reader.Number());
  record.storage_class_updated = TimeOf(reader.Number());
  record.retention_start = TimeOf(reader.Number());
  record.content = reader.String();
  if (reader.damaged()) return std::nullopt;
  return record;
}

std::string EncodeSession(const UploadSession& session) {
  Writer writer;
  writer.Text(session.key.bucket)
      .Text(session.key.name)
      .Text(EncodeFields(session.fields))
      .MaybeNumber(session.preconditions.if_generation_match)
      .MaybeNumber(session.preconditions.if_generation_not_match)
      .MaybeNumber(session.preconditions.if_metageneration_match)
      .MaybeNumber(session.preconditions.if_metageneration_not_match)
      .MaybeNumber(session.claims.crc32c);
  WriteMd5(writer, session.claims.md5);
  writer.MaybeNumber(session.claims.size).Text(session.request);
  return writer.Take();
}

std::optional<UploadSession> DecodeSession(std::string_view text) {
  Reader reader(text);
  UploadSession session;
  session.key.bucket = reader.String();
  session.key.name = reader.String();
  auto fields = DecodeFields(reader.Text());
  if (!fields) return std::nullopt;
  session.fields = std::move(*fields);
  session.preconditions.if_generation_match = reader.MaybeNumber();
  session.preconditions.if_generation_not_match = reader.MaybeNumber();
  session.preconditions.if_metageneration_match = reader.MaybeNumber();
  session.preconditions.if_metageneration_not_match = reader.MaybeNumber();
  if (const auto crc32c = reader.MaybeNumber()) {
    session.claims.crc32c = static_cast<std::uint32_t>(*crc32c);
  }
  session.claims.md5 = ReadMd5(reader);
  if (const auto size = reader.MaybeNumber()) {
    session.claims.size = static_cast<std::uint64_t>(*size);
  }
  session.request = reader.String();
  if (reader.damaged()) return std::nullopt;
  return session;
}

}  // namespace hyperlocal::gcs
