#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "tests/support/file_content.h"

// Tar archives put together by hand, honest ones and others.
namespace hyperlocal::testing {

inline std::string TarOctal(std::int64_t number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%011llo", static_cast<unsigned long long>(number));
  return text.data();
}

// Makes the checksum right of the header that begins at `offset`.
inline void SetTarChecksum(std::string& tar, std::size_t offset) {
  tar.replace(offset + 148, 8, 8, ' ');
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(tar[offset + i]);
  tar.replace(offset + 148, 8, TarOctal(sum).substr(5) + std::string("\0 ", 2));
}

struct TarHeader {
  std::string path;
  char type = '0';
  std::int64_t size = 0;
  std::string link_target = "";
  std::string prefix = "";
  std::string magic = std::string("ustar\00000", 8);
  std::string size_field = "";  // these bytes instead of `size`

  std::string Block() const {
    std::string block(512, '\0');
    const auto put = [&](std::size_t at, std::string_view text) {
      block.replace(at, text.size(), text);
    };
    put(0, path);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, size_field.empty() ? TarOctal(size) : size_field);
    put(136, TarOctal(0));
    put(156, std::string_view(&type, 1));
    put(157, link_target);
    put(257, magic);
    put(345, prefix);
    SetTarChecksum(block, 0);
    return block;
  }
};

// `content`, up to a whole block.
inline std::string TarPadded(std::string content) {
  content.resize((content.size() + 511) / 512 * 512, '\0');
  return content;
}

inline std::string TarEntryBytes(TarHeader header, const std::string& content = "") {
  header.size = static_cast<std::int64_t>(content.size());
  return header.Block() + TarPadded(content);
}
inline std::string TarFile(const std::string& path, const std::string& content = "") {
  return TarEntryBytes({.path = path}, content);
}
inline std::string TarDirectory(const std::string& path) {
  return TarEntryBytes({.path = path, .type = '5'});
}
inline std::string TarSymbolicLink(const std::string& path, const std::string& target) {
  return TarEntryBytes({.path = path, .type = '2', .link_target = target});
}
inline std::string TarHardLink(const std::string& path, const std::string& target) {
  return TarEntryBytes({.path = path, .type = '1', .link_target = target});
}

// "<length> <key>=<value>\n", the length being that of all of it.
inline std::string PaxRecord(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  std::size_t length = rest.size() + 1;
  while (std::to_string(length).size() + rest.size() != length) ++length;
  return std::to_string(length) + rest;
}
// For the entry that follows; of type 'g', for all that follow.
inline std::string PaxHeader(const std::string& records, char type = 'x') {
  return TarEntryBytes({.path = "PaxHeader/x", .type = type}, records);
}

inline std::string TarEnd() {
  return std::string(1024, '\0');
}

inline std::string Gzip(std::string_view bytes, int level = 6) {
  z_stream stream{};
  if (::deflateInit2(&stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    std::abort();
  }
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (::deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

inline std::string Gunzip(std::string_view bytes) {
  z_stream stream{};
  if (::inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) std::abort();
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 65536> piece;
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    code = ::inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  ::inflateEnd(&stream);
  return code == Z_STREAM_END ? out : "cannot gunzip";
}

}  // namespace hyperlocal::testing
