#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

// A multipart upload, in the store, is an upload that never gets a byte, and one for each part:
// what they are is in the note (`request`) of each, which the store keeps for the server.

// Of the whole: when it was begun.
std::string MultipartNote(Timestamp begun);
inline constexpr std::string_view kMultipartNotes = "xml-upload ";

// Of a part that is still coming: not to be seen.
std::string ComingPartNote(std::string_view upload_id);

// Of a part that is there. The notes of an upload's parts sort by number, and of one number by
// time.
struct PartNote {
  int number = 0;
  std::int64_t microseconds = 0;  // since 1970: when it came
  std::string md5_hex;
};
std::string WritePartNote(std::string_view upload_id, const PartNote& part);
// What all notes of an upload's parts begin with; and those of one number.
std::string PartNotes(std::string_view upload_id);
std::string PartNotes(std::string_view upload_id, int number);
std::optional<PartNote> ReadPartNote(std::string_view note);
std::optional<Timestamp> ReadMultipartNote(std::string_view note);

}  // namespace hyperlocal::gcs
