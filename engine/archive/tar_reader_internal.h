#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/archive/gzip_reader_internal.h"
#include "engine/error/result.h"

namespace hyperlocal {

struct TarEntry {
  enum class Kind { kFile, kDirectory, kSymbolicLink, kHardLink };
  Kind kind = Kind::kFile;
  std::string path;         // as written: nothing is promised but that there is no zero byte in it
  std::string link_target;  // likewise; of links only
  std::int64_t size_bytes = 0;  // of files only
};

// Decodes the tar format: ustar, its extended headers (pax) as far as they tell names and sizes,
// and GNU's long names. Not by libarchive, because its reader recomposes accents on the way (a file
// that a Mac named with a separate accent comes out under another name, with another hash), cuts
// names at a zero byte, and takes more formats than are wanted here. This one refuses what it does
// not know.
//
// Every error is kInvalidArchive, or one of the stream's own.
class TarReader {
 public:
  // `stream` must outlive this object.
  explicit TarReader(GzipReader& stream) : stream_(stream) {}

  // The next entry; what was not read of the one before is skipped. Nothing when the archive has
  // ended, the stream is at its end too, and nothing else was in it.
  Result<std::optional<TarEntry>> Next();

  // The next bytes of the entry's content, as many as fit; none at its end.
  Result<std::size_t> ReadContent(std::span<char> out);

 private:
  using Block = std::array<char, 512>;
  // What extended headers say about the entry that follows them.
  struct Overrides {
    std::optional<std::string> path;
    std::optional<std::string> link_target;
    std::optional<std::int64_t> size_bytes;
    bool any = false;
  };

  Result<bool> ReadHeader(Block& block);
  Status ReadExtension(char type, std::int64_t size, Overrides& overrides);
  static Status ReadPaxRecords(std::string_view records, bool global, Overrides& overrides);
  static Result<TarEntry> Decode(const Block& block, Overrides overrides);
  Status SkipContent();
  Status CheckNothingFollows();

  GzipReader& stream_;
  std::int64_t content_left_ = 0;
  std::int64_t padding_ = 0;  // behind the content, up to a whole block
};

// `text` for a message: control characters and what is not ASCII as '?', and not too much of it.
std::string PrintableName(std::string_view text);

}  // namespace hyperlocal
