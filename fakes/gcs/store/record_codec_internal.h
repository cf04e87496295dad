#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/gcs/store/object_record.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

// Microseconds since 1970, the store's unit of time.
std::int64_t Micros(Timestamp time);
Timestamp TimeOf(std::int64_t micros);
inline std::optional<std::int64_t> Micros(const std::optional<Timestamp>& time) {
  return time ? std::optional(Micros(*time)) : std::nullopt;
}
inline std::optional<Timestamp> TimeOf(const std::optional<std::int64_t>& micros) {
  return micros ? std::optional(TimeOf(*micros)) : std::nullopt;
}

// Records as the database keeps them: a row of netstrings ("5:hello,"), so that any byte may occur
// and a person can still read it. Later versions may append; what is missing at the end reads as
// its default.
std::string EncodeFields(const ObjectFields& fields);
// Nothing when it is damaged.
std::optional<ObjectFields> DecodeFields(std::string_view text);

std::string EncodeRecord(const ObjectRecord& record);
std::optional<ObjectRecord> DecodeRecord(std::string_view text);

// Without received, finished and cancelled, which change on their own.
std::string EncodeSession(const UploadSession& session);
std::optional<UploadSession> DecodeSession(std::string_view text);

std::string Md5Bytes(const Md5& md5);
std::optional<Md5> Md5OfBytes(std::string_view bytes);

}  // namespace hyperlocal::gcs
