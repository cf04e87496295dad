#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/archive/gzip_reader_internal.h"
#include "engine/archive/tar_reader_internal.h"
#include "tests/support/tar_samples.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using testing::Gzip;
using ::testing::HasSubstr;
using testing::PaxHeader;
using testing::PaxRecord;
using testing::PutFile;
using testing::TarDirectory;
using testing::TarEnd;
using testing::TarEntryBytes;
using testing::TarFile;
using testing::TarHardLink;
using testing::TarHeader;
using testing::TarPadded;
using testing::TarSymbolicLink;
using testing::TemporaryDirectory;

// "file a: content", "directory b/", "link c -> d", "hard link e -> f"; an error is the last line.
std::vector<std::string> Read(const std::string& tar) {
  const TemporaryDirectory directory;
  PutFile(directory / "a.tar.gz", Gzip(tar));
  const auto stream = GzipReader::Open(directory / "a.tar.gz", 1000, 1 << 30);
  EXPECT_TRUE(stream);
  TarReader reader(**stream);
  std::vector<std::string> lines;
  for (;;) {
    const auto entry = reader.Next();
    if (!entry) {
      EXPECT_EQ(entry.error().code, ErrorCode::kInvalidArchive);
      lines.push_back(entry.error().message);
      return lines;
    }
    if (!entry->has_value()) return lines;
    const TarEntry& found = **entry;
    std::string content;
    switch (found.kind) {
      case TarEntry::Kind::kDirectory:
        lines.push_back("directory " + found.path);
        continue;
      case TarEntry::Kind::kSymbolicLink:
        lines.push_back("link " + found.path + " -> " + found.link_target);
        continue;
      case TarEntry::Kind::kHardLink:
        lines.push_back("hard link " + found.path + " -> " + found.link_target);
        continue;
      case TarEntry::Kind::kFile:
        break;
    }
    std::array<char, 7> piece;
    for (;;) {
      const auto got = reader.ReadContent(piece);
      if (!got) {
        lines.push_back(got.error().message);
        return lines;
      }
      if (*got == 0) break;
      content.append(piece.data(), *got);
    }
    lines.push_back("file " + found.path + ": " + content);
  }
}

TEST(TarReader, ReadsFilesDirectoriesAndLinks) {
  const std::string long_content(1500, 'x');
  EXPECT_THAT(
      Read(TarDirectory("./") + TarFile("./a", "1") + TarFile("empty") + TarSymbolicLink("s", "a") +
           TarHardLink("h", "a") + TarFile("b", long_content) + TarEnd()),
      ElementsAre("directory ./", "file ./a: 1", "file empty: ", "link s -> a", "hard link h -> a",
                  "file b: " + long_content));
}

TEST(TarReader, EndsWithTheStreamOrWithZeros) {
  EXPECT_THAT(Read(""), ElementsAre());
  EXPECT_THAT(Read(TarEnd()), ElementsAre());
  EXPECT_THAT(Read(TarFile("a")), ElementsAre("file a: "));
  EXPECT_THAT(Read(TarFile("a") + std::string(200 * 512, '\0')), ElementsAre("file a: "));
}

TEST(TarReader, RefusesWhatFollowsTheEnd) {
  EXPECT_THAT(Read(TarFile("a") + TarEnd() + TarFile("b") + TarEnd()),
              ElementsAre("file a: ", "something follows the end of the archive"));
}

TEST(TarReader, SkipsWhatWasNotRead) {
  const TemporaryDirectory directory;
  PutFile(directory / "a", Gzip(TarFile("a", std::string(100'000, 'x')) + TarFile("b", "1")));
  const auto stream = GzipReader::Open(directory / "a", 1000, 1 << 30);
  TarReader reader(**stream);
  EXPECT_EQ((*reader.Next())->path, "a");
  EXPECT_EQ((*reader.Next())->path, "b");
  EXPECT_FALSE(reader.Next()->has_value());
}

TEST(TarReader, TakesTheOlderFormsOfADirectoryAndAFile) {
  EXPECT_THAT(
      Read(TarEntryBytes({.path = "d/", .type = '\0', .magic = std::string(8, '\0')}) +
           TarEntryBytes({.path = "e/"}) + TarEntryBytes({.path = "f", .type = '\0'}, "1") +
           TarEntryBytes({.path = "g", .type = '7'}, "2") +
           TarHeader{.path = "h", .type = '5', .size = 4096}.Block() + TarFile("i") + TarEnd()),
      ElementsAre("directory d/", "directory e/", "file f: 1", "file g: 2", "directory h",
                  "file i: "));
}

TEST(TarReader, JoinsThePrefixOfUstarOnly) {
  EXPECT_THAT(Read(TarEntryBytes({.path = "b", .prefix = "a"})), ElementsAre("file a/b: "));
  EXPECT_THAT(Read(TarEntryBytes({.path = "b", .prefix = "a", .magic = "ustar  \0"s})),
              ElementsAre("file b: "));
  // What the published writer keeps behind a prefix of up to 130 characters.
  std::string prefix(155, '\0');
  prefix.replace(0, 1, "a").replace(131, 11, "14716242017");
  EXPECT_THAT(Read(TarEntryBytes({.path = "b", .prefix = prefix})), ElementsAre("file a/b: "));
}

TEST(TarReader, TakesNamesOfFullLength) {
  const std::string name(100, 'n'), prefix(155, 'p'), target(100, 't');
  EXPECT_THAT(
      Read(TarEntryBytes({.path = name, .type = '2', .link_target = target, .prefix = prefix})),
      ElementsAre("link " + prefix + "/" + name + " -> " + target));
}

TEST(TarReader, ExtendedHeadersOverrideNamesAndSizes) {
  const std::string path(300, 'p'), target(200, 't');
  EXPECT_THAT(
      Read(PaxHeader(PaxRecord("mtime", "1.5") + PaxRecord("path", path) +
                     PaxRecord("SCHILY.ino", "7")) +
           TarFile("short", "1") +
           PaxHeader(PaxRecord("path", "first") + PaxRecord("path", "s") +
                     PaxRecord("linkpath", target)) +
           TarSymbolicLink("x", "y") + PaxHeader(PaxRecord("size", "3")) +
           TarHeader{.path = "sized"}.Block() + TarPadded("abc") +
           PaxHeader(PaxRecord("comment", "of git"), 'g') + TarFile("plain", "2") + TarEnd()),
      ElementsAre("file " + path + ": 1", "link s -> " + target, "file sized: abc",
                  "file plain: 2"));
}

TEST(TarReader, ReadsTheLongNamesOfGnu) {
  const std::string path(300, 'p'), target(200, 't');
  EXPECT_THAT(Read(TarEntryBytes({.path = "././@LongLink", .type = 'K'}, target + '\0') +
                   TarEntryBytes({.path = "././@LongLink", .type = 'L'}, path + '\0') +
                   TarSymbolicLink("x", "y") + TarFile("a") + TarEnd()),
              ElementsAre("link " + path + " -> " + target, "file a: "));
}

TEST(TarReader, ReadsSizesOfEveryForm) {
  const std::string after = TarPadded("abc") + TarEnd();
  for (const std::string& field : {"00000000003\0"s, "3\0"s, "3 "s, "          3 "s,
                                   "000000000003"s, "\x80\0\0\0\0\0\0\0\0\0\0\3"s}) {
    EXPECT_THAT(Read(TarHeader{.path = "a", .size_field = field}.Block() + after),
                ElementsAre("file a: abc"));
  }
  for (const std::string& field :
       {"-1"s, "3x"s, "8"s, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s,
        "\x80\0\0\0\x80\0\0\0\0\0\0\0"s, "\x81\0\0\0\0\0\0\0\0\0\0\0"s}) {
    EXPECT_THAT(Read(TarHeader{.path = "a", .size_field = field}.Block() + after),
                ElementsAre("the entry a has a size that is no number"));
  }
}

TEST(TarReader, HoldsSizesBeyondEightGigabytes) {
  const TemporaryDirectory directory;
  PutFile(directory / "a",
          Gzip(PaxHeader(PaxRecord("size", "9000000000000")) + TarFile("a") + TarFile("b")));
  const auto stream = GzipReader::Open(directory / "a", 1000, 1 << 30);
  TarReader reader(**stream);
  EXPECT_EQ((*reader.Next())->size_bytes, 9'000'000'000'000);
  EXPECT_EQ(reader.Next().error().message, "the archive ends within an entry");
}

struct Damage {
  std::string tar;
  std::string message;
};

TEST(TarReader, RefusesWhatItDoesNotUnderstand) {
  const std::string file = TarFile("a", "content");
  std::string flipped = file;
  flipped[0] = 'b';
  const std::string large(std::size_t{2} << 20, ' ');
  std::string many;
  for (int i = 0; i < 20; ++i) many += PaxHeader(PaxRecord("comment", "x"));
  const std::vector<Damage> cases = {
      {"<html></html>", "the archive ends within a header"},
      {std::string(1024, 'x'), "a header is damaged, or this is no tar archive"},
      {flipped, "a header is damaged, or this is no tar archive"},
      {file.substr(0, 511), "the archive ends within a header"},
      {file.substr(0, 515), "the archive ends within an entry"},
      {file.substr(0, 1000) + std::string(), "the archive ends within an entry"},
      {PaxHeader(PaxRecord("path", "a")), "the archive ends where an entry should follow"},
      {PaxHeader(PaxRecord("path", "a")) + TarEnd(),
       "the archive ends where an entry should follow"},
      {PaxHeader(large) + TarFile("a"), "an extended header is too large"},
      {many + TarFile("a"), "an entry has too many extended headers"},
      {PaxHeader("x") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader("8 path=a\n") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader("99 path=a\n") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader("0 path=a\n") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader("-1 path=a\n") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader("99999999999999999999 path=a\n") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader("7 path\n") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader("3 \n") + TarFile("a"), "an extended header is damaged"},
      {PaxHeader(PaxRecord("path", "a\0/../b"s)) + TarFile("a"), "a name holds a zero byte"},
      {PaxHeader(PaxRecord("linkpath", "a\0b"s)) + TarSymbolicLink("a", "b"),
       "a name holds a zero byte"},
      {TarEntryBytes({.path = "x", .type = 'L'}, "a\0b"s) + TarFile("a"),
       "a long name holds a zero byte"},
      {PaxHeader(PaxRecord("size", "-1")) + TarFile("a"),
       "an extended header has a size that is no number"},
      {PaxHeader(PaxRecord("size", "")) + TarFile("a"),
       "an extended header has a size that is no number"},
      {PaxHeader(PaxRecord("path", "a"), 'g') + TarFile("a"),
       "one path for all its entries makes no sense"},
      {PaxHeader(PaxRecord("GNU.sparse.major", "1")) + TarFile("a"),
       "it holds a sparse file, which is refused"},
      {TarEntryBytes({.path = "a", .type = 'S'}), "the entry a is a sparse file, which is refused"},
      {TarEntryBytes({.path = "a", .type = '3'}), "the entry a is a device, which is refused"},
      {TarEntryBytes({.path = "a", .type = '4'}), "the entry a is a device, which is refused"},
      {TarEntryBytes({.path = "a", .type = '6'}), "the entry a is a pipe, which is refused"},
      {TarEntryBytes({.path = "a\n\xff", .type = 'M'}),
       "the entry a?? is of the unknown type M, which is refused"},
      {TarEntryBytes({.path = "a", .type = '1', .link_target = "b"}, "x"),
       "the entry a is a link with a content, which is refused"},
  };
  for (const Damage& each : cases) EXPECT_EQ(Read(each.tar).back(), each.message);
}

}  // namespace
}  // namespace hyperlocal
