#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fakes/gcs/server/rfc3339_internal.h"
#include "fakes/gcs/server/xml_part_note_internal.h"

namespace hyperlocal::gcs {
namespace {

// Takes a word off the front.
std::string_view TakeWord(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

template <typename Number>
bool ReadNumber(std::string_view word, Number& number) {
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && stop == word.data() + word.size();
}

}  // namespace

std::string MultipartNote(Timestamp begun) {
  return std::string(kMultipartNotes) + Rfc3339(begun);
}

std::optional<Timestamp> ReadMultipartNote(std::string_view note) {
  if (!note.starts_with(kMultipartNotes)) return std::nullopt;
  return ParseRfc3339(note.substr(kMultipartNotes.size()));
}

std::string ComingPartNote(std::string_view upload_id) {
  return fmt::format("xml-part-coming {}", upload_id);
}

std::string PartNotes(std::string_view upload_id) {
  return fmt::format("xml-part {} ", upload_id);
}

std::string PartNotes(std::string_view upload_id, int number) {
  return fmt::format("xml-part {} {:05} ", upload_id, number);
}

std::string WritePartNote(std::string_view upload_id, const PartNote& part) {
  return fmt::format("xml-part {} {:05} {:020} {}", upload_id, part.number, part.microseconds,
                     part.md5_hex);
}

std::optional<PartNote> ReadPartNote(std::string_view note) {
  PartNote part;
  if (TakeWord(note) != "xml-part") return std::nullopt;
  TakeWord(note);  // the upload's id
  if (!ReadNumber(TakeWord(note), part.number)) return std::nullopt;
  if (!ReadNumber(TakeWord(note), part.microseconds)) return std::nullopt;
  part.md5_hex = note;
  return part;
}

}  // namespace hyperlocal::gcs
