#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

#include "engine/archive/tar_reader_internal.h"

namespace hyperlocal {
namespace {

using namespace std::string_view_literals;

constexpr std::int64_t kBlockBytes = 512;
// Extended headers hold names. No file system takes one of this length.
constexpr std::int64_t kMaxExtensionBytes = std::int64_t{1} << 20;
constexpr int kMaxExtensionsOfAnEntry = 16;
constexpr std::size_t kSkipBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxPrintedBytes = 200;

Error Bad(std::string what) {
  return Error{ErrorCode::kInvalidArchive, std::move(what)};
}

// Where a header keeps what.
struct Field {
  std::size_t offset;
  std::size_t length;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kChecksum{148, 8}, kType{156, 1},
    kLinkTarget{157, 100}, kMagic{257, 8}, kPrefix{345, 155};

std::string_view FieldOf(std::string_view block, Field field) {
  return block.substr(field.offset, field.length);
}

// Up to the first zero byte.
std::string_view TextOf(std::string_view block, Field field) {
  const std::string_view text = FieldOf(block, field);
  return text.substr(0, text.find('\0'));
}

// Octal digits between spaces and zero bytes, or, with the highest bit set, the number itself.
std::optional<std::int64_t> NumberOf(std::string_view block, Field field) {
  std::string_view text = FieldOf(block, field);
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  std::int64_t number = 0;
  if ((text.front() & 0x80) != 0) {
    number = text.front() & 0x7f;
    for (const char c : text.substr(1)) {
      if (number > kMax >> 8) return std::nullopt;
      number = number << 8 | static_cast<unsigned char>(c);
    }
    return number;
  }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  while (!text.empty() && text.front() >= '0' && text.front() <= '7') {
    if (number > kMax >> 3) return std::nullopt;
    number = number << 3 | (text.front() - '0');
    text.remove_prefix(1);
  }
  if (text.find_first_not_of(" \0"sv) != std::string_view::npos) return std::nullopt;
  return number;
}

bool ChecksumAgrees(std::string_view block) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool itself = i >= kChecksum.offset && i < kChecksum.offset + kChecksum.length;
    sum += itself ? ' ' : static_cast<unsigned char>(block[i]);
  }
  return NumberOf(block, kChecksum) == sum;
}

bool IsZero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// A whole number in decimal digits, and nothing else.
std::optional<std::int64_t> Decimal(std::string_view text) {
  std::int64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

std::string KindName(char type) {
  switch (type) {
    case '3':
    case '4':
      return "a device";
    case '6':
      return "a pipe";
    case 'S':
      return "a sparse file";
    default:
      return "of the unknown type " + PrintableName(std::string_view(&type, 1));
  }
}

}  // namespace

std::string PrintableName(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxPrintedBytes)) out += (c >= 0x20 && c < 0x7f) ? c : '?';
  if (text.size() > kMaxPrintedBytes) out += "...";
  return out;
}

Result<std::optional<TarEntry>> TarReader::Next() {
  HYPERLOCAL_TRY_STATUS(SkipContent());
  Overrides overrides;
  for (int extensions = 0; extensions <= kMaxExtensionsOfAnEntry; ++extensions) {
    Block block;
    HYPERLOCAL_TRY(const bool more, ReadHeader(block));
    if (!more) {
      if (overrides.any) return Bad("the archive ends where an entry should follow");
      HYPERLOCAL_TRY_STATUS(CheckNothingFollows());
      return std::optional<TarEntry>();
    }
    const std::string_view bytes(block.data(), block.size());
    const char type = FieldOf(bytes, kType).front();
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K') {
      const std::optional<std::int64_t> size = NumberOf(bytes, kSize);
      if (!size || *size > kMaxExtensionBytes) return Bad("an extended header is too large");
      HYPERLOCAL_TRY_STATUS(ReadExtension(type, *size, overrides));
      continue;
    }
    HYPERLOCAL_TRY(TarEntry entry, Decode(block, std::move(overrides)));
    content_left_ = entry.size_bytes;
    padding_ = (kBlockBytes - entry.size_bytes % kBlockBytes) % kBlockBytes;
    return std::optional<TarEntry>(std::move(entry));
  }
  return Bad("an entry has too many extended headers");
}

// Whether there is one: two blocks of zeros end the archive, and so does the end of the stream,
// which has a checksum of its own.
Result<bool> TarReader::ReadHeader(Block& block) {
  HYPERLOCAL_TRY(const std::size_t got, stream_.Read(block));
  if (got == 0) return false;
  if (got < block.size()) return Bad("the archive ends within a header");
  const std::string_view bytes(block.data(), block.size());
  if (IsZero(bytes)) return false;
  if (!ChecksumAgrees(bytes)) return Bad("a header is damaged, or this is no tar archive");
  return true;
}

Status TarReader::CheckNothingFollows() {
  std::vector<char> rest(kSkipBytes);
  for (;;) {
    HYPERLOCAL_TRY(const std::size_t got, stream_.Read(rest));
    if (!IsZero(std::string_view(rest.data(), got))) {
      return Bad("something follows the end of the archive");
    }
    if (got < rest.size()) return Ok();
  }
}

Status TarReader::ReadExtension(char type, std::int64_t size, Overrides& overrides) {
  std::string body(static_cast<std::size_t>(size), '\0');
  content_left_ = size;
  padding_ = (kBlockBytes - size % kBlockBytes) % kBlockBytes;
  for (std::size_t filled = 0; filled < body.size();) {
    HYPERLOCAL_TRY(const std::size_t got, ReadContent(std::span(body).subspan(filled)));
    filled += got;
  }
  HYPERLOCAL_TRY_STATUS(SkipContent());
  if (type == 'x' || type == 'g') return ReadPaxRecords(body, type == 'g', overrides);
  overrides.any = true;
  body.erase(std::min(body.find_last_not_of('\0') + 1, body.size()));
  if (body.find('\0') != std::string::npos) return Bad("a long name holds a zero byte");
  (type == 'L' ? overrides.path : overrides.link_target) = std::move(body);
  return Ok();
}

// Records of the form "<length of it all> <key>=<value>\n".
Status TarReader::ReadPaxRecords(std::string_view records, bool global, Overrides& overrides) {
  if (!global) overrides.any = true;
  while (!records.empty()) {
    const std::size_t space = records.find(' ');
    const std::optional<std::int64_t> length = Decimal(records.substr(0, space));
    if (space == std::string_view::npos || !length ||
        *length > static_cast<std::int64_t>(records.size()) ||
        *length < static_cast<std::int64_t>(space) + 2) {
      return Bad("an extended header is damaged");
    }
    const std::string_view record = records.substr(0, static_cast<std::size_t>(*length));
    records.remove_prefix(record.size());
    const std::size_t equals = record.find('=', space);
    if (equals == std::string_view::npos || record.back() != '\n') {
      return Bad("an extended header is damaged");
    }
    const std::string_view key = record.substr(space + 1, equals - space - 1);
    const std::string_view value = record.substr(equals + 1, record.size() - equals - 2);
    if (key.starts_with("GNU.sparse.")) return Bad("it holds a sparse file, which is refused");
    const bool is_name = key == "path" || key == "linkpath";
    if (!is_name && key != "size") continue;
    if (global) return Bad("one " + std::string(key) + " for all its entries makes no sense");
    if (is_name) {
      if (value.find('\0') != std::string_view::npos) return Bad("a name holds a zero byte");
      (key == "path" ? overrides.path : overrides.link_target) = std::string(value);
    } else {
      overrides.size_bytes = Decimal(value);
      if (!overrides.size_bytes) return Bad("an extended header has a size that is no number");
    }
  }
  return Ok();
}

Result<TarEntry> TarReader::Decode(const Block& block, Overrides overrides) {
  const std::string_view bytes(block.data(), block.size());
  TarEntry entry;
  if (overrides.path) {
    entry.path = *std::move(overrides.path);
  } else {
    // GNU's own headers keep other things in the place of the prefix.
    if (FieldOf(bytes, kMagic) == "ustar\00000"sv) entry.path = TextOf(bytes, kPrefix);
    if (!entry.path.empty()) entry.path += '/';
    entry.path += TextOf(bytes, kName);
  }
  const std::string name = "the entry " + PrintableName(entry.path);
  const char type = FieldOf(bytes, kType).front();
  switch (type) {
    case '\0':
    case '0':
      // Before there was a type for directories, the slash said it.
      if (entry.path.ends_with('/')) entry.kind = TarEntry::Kind::kDirectory;
      break;
    case '7':
      break;
    case '1':
      entry.kind = TarEntry::Kind::kHardLink;
      break;
    case '2':
      entry.kind = TarEntry::Kind::kSymbolicLink;
      break;
    case '5':
      entry.kind = TarEntry::Kind::kDirectory;
      break;
    default:
      return Bad(name + " is " + KindName(type) + ", which is refused");
  }
  const std::optional<std::int64_t> size =
      overrides.size_bytes ? overrides.size_bytes : NumberOf(bytes, kSize);
  if (!size) return Bad(name + " has a size that is no number");
  // Some writers give directories the size that the file system gave them, and no content.
  if (entry.kind == TarEntry::Kind::kDirectory) return entry;
  if (entry.kind == TarEntry::Kind::kFile) {
    entry.size_bytes = *size;
    return entry;
  }
  if (*size != 0) return Bad(name + " is a link with a content, which is refused");
  entry.link_target = overrides.link_target ? *std::move(overrides.link_target)
                                            : std::string(TextOf(bytes, kLinkTarget));
  return entry;
}

Result<std::size_t> TarReader::ReadContent(std::span<char> out) {
  const std::int64_t wanted = std::min(static_cast<std::int64_t>(out.size()), content_left_);
  HYPERLOCAL_TRY(const std::size_t got, stream_.Read(out.first(static_cast<std::size_t>(wanted))));
  if (static_cast<std::int64_t>(got) < wanted) return Bad("the archive ends within an entry");
  content_left_ -= wanted;
  return got;
}

Status TarReader::SkipContent() {
  content_left_ += std::exchange(padding_, 0);
  std::vector<char> rest(
      static_cast<std::size_t>(std::min(content_left_, static_cast<std::int64_t>(kSkipBytes))));
  while (content_left_ > 0) HYPERLOCAL_TRY_STATUS(ReadContent(rest));
  return Ok();
}

}  // namespace hyperlocal
