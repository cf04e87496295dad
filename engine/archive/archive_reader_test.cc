#include "engine/archive/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "engine/file/whole_file.h"
#include "tests/support/file_content.h"
#include "tests/support/tar_samples.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/tree_listing.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using testing::FileContent;
using testing::Gzip;
using ::testing::HasSubstr;
using testing::ListingOf;
using ::testing::Pair;
using testing::PaxHeader;
using testing::PaxRecord;
using testing::PutFile;
using testing::TarDirectory;
using testing::TarEnd;
using testing::TarEntryBytes;
using testing::TarFile;
using testing::TarHardLink;
using testing::TarHeader;
using testing::TarSymbolicLink;
using testing::TemporaryDirectory;
using testing::TreeListing;
using ::testing::UnorderedElementsAre;

// An archive, a place to extract it to, and beside them a canary that nothing may touch.
class ExtractTarGzTest : public ::testing::Test {
 protected:
  ExtractTarGzTest() {
    PutFile(directory_ / "canary/file", "alive");
    fs::create_directory(directory_ / "work");
  }

  Status Extract(const std::string& gzip, const ArchiveLimits& limits = {}) {
    PutFile(archive_, gzip);
    return ExtractTarGz(archive_, destination_, limits);
  }
  Status ExtractTar(const std::string& tar, const ArchiveLimits& limits = {}) {
    return Extract(Gzip(tar + TarEnd()), limits);
  }

  // Whether all is as it was but for what is below the destination.
  bool NothingElseChanged() const {
    TreeListing listing = ListingOf(directory_.path());
    std::erase_if(listing, [](const auto& entry) {
      return entry.first == "a.tar.gz" || entry.first == "work/out" ||
             entry.first.starts_with("work/out/");
    });
    return listing == TreeListing{{"canary", "directory"},
                                  {"canary/file", "file alive"},
                                  {"work", "directory"}};
  }

  void ExpectRefused(const Status& status, const std::string& message) {
    ASSERT_FALSE(status) << message;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArchive) << status.error().message;
    EXPECT_THAT(status.error().message, EndsWith(message));
    EXPECT_THAT(status.error().message, HasSubstr(archive_.string()));
    EXPECT_FALSE(fs::exists(fs::symlink_status(destination_))) << message;
    EXPECT_TRUE(NothingElseChanged()) << message;
  }

  const TemporaryDirectory directory_;
  const fs::path archive_ = directory_ / "a.tar.gz";
  const fs::path destination_ = directory_ / "work/out";
};

TEST_F(ExtractTarGzTest, MakesTheTree) {
  const auto status = ExtractTar(TarDirectory("./") + TarFile("./index.html", "<p>") +
                                 TarDirectory("./empty/") + TarFile("./a/b/c.bin", "\0\xff"s) +
                                 TarFile("./a/none") + TarFile("./a//./d", "1"));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_THAT(ListingOf(destination_),
              UnorderedElementsAre(Pair("index.html", "file <p>"), Pair("empty", "directory"),
                                   Pair("a", "directory"), Pair("a/b", "directory"),
                                   Pair("a/b/c.bin", "file \0\xff"s), Pair("a/none", "file "),
                                   Pair("a/d", "file 1")));
  EXPECT_TRUE(NothingElseChanged());
}

// Another accent is another name, and another hash.
TEST_F(ExtractTarGzTest, KeepsNamesByteForByte) {
  const std::string composed = "caf\u00e9", separate = "cafe\u0301";
  ASSERT_TRUE(ExtractTar(PaxHeader(PaxRecord("path", composed)) + TarFile("x", "1") +
                         PaxHeader(PaxRecord("path", separate)) + TarFile("x", "2") +
                         TarFile("\U0001F600 a\\b\n", "3")));
  EXPECT_THAT(ListingOf(destination_),
              UnorderedElementsAre(Pair(composed, "file 1"), Pair(separate, "file 2"),
                                   Pair("\U0001F600 a\\b\n", "file 3")));
}

TEST_F(ExtractTarGzTest, GivesEveryFileTheSameMode) {
  std::string header = TarHeader{.path = "setuid"}.Block();
  ASSERT_TRUE(ExtractTar(header + TarDirectory("d")));
  const auto mode = [&](const char* name) {
    struct stat facts {};
    return ::stat((destination_ / name).c_str(), &facts) == 0 ? facts.st_mode & 07777 : 0;
  };
  const mode_t mask = ::umask(0);
  ::umask(mask);
  EXPECT_EQ(mode("setuid"), 0644 & ~mask);
  EXPECT_EQ(mode("d"), 0755 & ~mask);
}

TEST_F(ExtractTarGzTest, MakesLinksThatStayInside) {
  ASSERT_TRUE(ExtractTar(TarFile("a/file", "1") + TarSymbolicLink("b/up", "../a/file") +
                         TarSymbolicLink("here", ".") + TarSymbolicLink("b/root", "..") +
                         TarSymbolicLink("later", "./c//d") + TarFile("c/d", "2") +
                         TarHardLink("hard", "./a/file")));
  EXPECT_THAT(
      ListingOf(destination_),
      UnorderedElementsAre(Pair("a", "directory"), Pair("a/file", "file 1"), Pair("b", "directory"),
                           Pair("b/up", "link to ../a/file"), Pair("here", "link to ."),
                           Pair("b/root", "link to .."), Pair("later", "link to ./c//d"),
                           Pair("c", "directory"), Pair("c/d", "file 2"), Pair("hard", "file 1")));
  EXPECT_EQ(FileContent(destination_ / "b/up"), "1");
  EXPECT_EQ(FileContent(destination_ / "later"), "2");
}

TEST_F(ExtractTarGzTest, OfTwoWithOneNameTheLaterStays) {
  ASSERT_TRUE(ExtractTar(TarFile("a", "long content") + TarHardLink("b", "a") +
                         TarFile("./a", "2") + TarSymbolicLink("l", "a") +
                         TarSymbolicLink("l", "b") + TarDirectory("d") + TarDirectory("d/") +
                         TarHardLink("b", "a") + TarFile("a", "3")));
  EXPECT_THAT(ListingOf(destination_),
              UnorderedElementsAre(Pair("a", "file 3"), Pair("b", "file 2"), Pair("l", "link to b"),
                                   Pair("d", "directory")));
}

struct Refusal {
  std::string tar;
  std::string message;  // its end
};

TEST_F(ExtractTarGzTest, RefusesWhatLeavesTheDestination) {
  const std::string outside = directory_ / "canary/file";
  const std::vector<Refusal> cases = {
      {TarFile(outside, "x"), " has an absolute path, which is refused"},
      {TarFile("//x", "x"), " //x has an absolute path, which is refused"},
      {TarFile("../canary/file", "x"), " has \"..\" in its path, which is refused"},
      {TarFile("../../canary/file", "x"),
       "the entry ../../canary/file has \"..\" in its path, which is refused"},
      {TarFile("a/../b"), "the entry a/../b has \"..\" in its path, which is refused"},
      {TarDirectory(".."), "the entry .. has \"..\" in its path, which is refused"},
      {TarDirectory("a/.."), " has \"..\" in its path, which is refused"},
      {TarSymbolicLink("../s", "a"), " has \"..\" in its path, which is refused"},
      {TarHardLink("../h", "a"), " has \"..\" in its path, which is refused"},
      {TarSymbolicLink("s", "/etc"),
       "the entry s links to /etc, outside the archive, which is refused"},
      {TarSymbolicLink("s", outside), ", outside the archive, which is refused"},
      {TarSymbolicLink("s", ".."), " links to .., outside the archive, which is refused"},
      {TarSymbolicLink("a/s", "../../canary"), ", outside the archive, which is refused"},
      {TarSymbolicLink("./s", "./../x"), ", outside the archive, which is refused"},
      {TarSymbolicLink("s", ""), " links to , outside the archive, which is refused"},
      // By its text it stays inside; through the link before it, it would not.
      {TarSymbolicLink("a/b/up", "../..") + TarSymbolicLink("a/b/t", "up/../../canary"),
       " links to up/../../canary, outside the archive, which is refused"},
      {TarHardLink("h", outside), " has an absolute path, which is refused"},
      {TarHardLink("h", "../../canary/file"), " has \"..\" in its path, which is refused"},
      {TarHardLink("h", "gone"),
       "the entry h links to gone, no earlier file of the archive, which is refused"},
      {TarHardLink("h", "h"), ", no earlier file of the archive, which is refused"},
      {TarFile("h") + TarHardLink("h", "./h"),
       ", no earlier file of the archive, which is refused"},
      {TarDirectory("d") + TarHardLink("h", "d"),
       ", no earlier file of the archive, which is refused"},
      {TarFile("f") + TarSymbolicLink("s", "f") + TarHardLink("h", "s"),
       ", no earlier file of the archive, which is refused"},
      {TarDirectory("d") + TarSymbolicLink("s", "d") + TarHardLink("h", "s/x"),
       "needs a directory where a file or a link is, which is refused"},
  };
  for (const Refusal& each : cases) ExpectRefused(ExtractTar(each.tar), each.message);
}

TEST_F(ExtractTarGzTest, NeverWritesThroughALink) {
  const std::string below =
      "the entry s/x needs a directory where a file or a link is, which is refused";
  ExpectRefused(ExtractTar(TarDirectory("d") + TarSymbolicLink("s", "d") + TarFile("s/x", "x")),
                below);
  ExpectRefused(ExtractTar(TarSymbolicLink("s", ".") + TarDirectory("s/x")), below);
  ExpectRefused(ExtractTar(TarSymbolicLink("s", ".") + TarSymbolicLink("s/x", "a")), below);
  ExpectRefused(ExtractTar(TarFile("s") + TarFile("s/x")), below);
  ExpectRefused(ExtractTar(TarFile("f", "1") + TarSymbolicLink("s", "f") + TarFile("s", "2")),
                "the entry s makes something else of an earlier entry, which is refused");
}

TEST_F(ExtractTarGzTest, RefusesAnEntryThatChangesItsKind) {
  const std::string changes = " makes something else of an earlier entry, which is refused";
  const std::string below = " needs a directory where a file or a link is, which is refused";
  ExpectRefused(ExtractTar(TarDirectory("a") + TarFile("a")), changes);
  ExpectRefused(ExtractTar(TarFile("a/b") + TarFile("a")), changes);
  ExpectRefused(ExtractTar(TarDirectory("a") + TarSymbolicLink("a", "b")), changes);
  ExpectRefused(ExtractTar(TarFile("a") + TarSymbolicLink("a", "b")), changes);
  ExpectRefused(ExtractTar(TarFile("b") + TarSymbolicLink("a", "b") + TarHardLink("a", "b")),
                changes);
  ExpectRefused(ExtractTar(TarFile("a") + TarDirectory("a")), below);
  ExpectRefused(ExtractTar(TarSymbolicLink("a", "b") + TarDirectory("a")), below);
}

TEST_F(ExtractTarGzTest, RefusesOddNames) {
  const auto named = [](const std::string& path) {
    return PaxHeader(PaxRecord("path", path)) + TarFile("x");
  };
  ExpectRefused(ExtractTar(TarFile("")), "the entry  has no name, which is refused");
  ExpectRefused(ExtractTar(TarFile(".")), " would replace the directory itself, which is refused");
  ExpectRefused(ExtractTar(TarSymbolicLink("./", "a")),
                " would replace the directory itself, which is refused");
  ExpectRefused(ExtractTar(named("caf\xe9")),
                "the entry caf? has a name that is not UTF-8, which is refused");
  ExpectRefused(ExtractTar(named("\xed\xa0\x80")),
                " has a name that is not UTF-8, which is refused");
  ExpectRefused(ExtractTar(named(std::string(256, 'n'))), " has too long a name, which is refused");
  std::string deep;
  for (int i = 0; i < 2500; ++i) deep += "d/";
  ExpectRefused(ExtractTar(named(deep + "f")), " has too long a path, which is refused");
  ExpectRefused(ExtractTar(PaxHeader(PaxRecord("linkpath", std::string(5000, 't'))) +
                           TarSymbolicLink("s", "x")),
                " links to a name that is too long, which is refused");
  ExpectRefused(ExtractTar(named("a\0b"s)), "a name holds a zero byte");
}

TEST_F(ExtractTarGzTest, RefusesDevicesAndPipes) {
  ExpectRefused(ExtractTar(TarFile("a", "1") + TarEntryBytes({.path = "d", .type = '3'})),
                "the entry d is a device, which is refused");
  ExpectRefused(ExtractTar(TarEntryBytes({.path = "p", .type = '6'})),
                "the entry p is a pipe, which is refused");
}

TEST_F(ExtractTarGzTest, CountsEveryNameItMakes) {
  const ArchiveLimits limits{.max_entries = 4};
  const std::string tar = TarFile("a/b/c") + TarFile("d");
  EXPECT_TRUE(ExtractTar(tar, limits));
  fs::remove_all(destination_);
  const std::string message = "it has more than 4 entries, and may not";
  ExpectRefused(ExtractTar(tar + TarFile("e"), limits), message);
  ExpectRefused(ExtractTar(TarDirectory("a/b/c/d/e"), limits), message);
  ExpectRefused(
      ExtractTar(TarFile("a") + TarFile("a") + TarFile("a") + TarFile("a") + TarFile("a"), limits),
      message);
}

TEST_F(ExtractTarGzTest, CountsTheBytesOfEveryFile) {
  const ArchiveLimits limits{.max_total_bytes = 10};
  EXPECT_TRUE(ExtractTar(TarFile("a", "12345") + TarFile("b", "12345"), limits));
  fs::remove_all(destination_);
  const std::string message = "its files have more than 10 bytes, and may not";
  ExpectRefused(ExtractTar(TarFile("a", "12345") + TarFile("b", "123456"), limits), message);
  ExpectRefused(ExtractTar(TarFile("a", "123456") + TarHardLink("b", "a"), limits), message);
  ExpectRefused(ExtractTar(TarFile("a", "123456") + TarFile("a", "123456"), limits), message);
  // Told by its header: nothing of it is read.
  ExpectRefused(
      ExtractTar(PaxHeader(PaxRecord("size", "9223372036854775807")) + TarFile("a"), limits),
      message);
}

TEST_F(ExtractTarGzTest, RefusesWhatExpandsTooFar) {
  const std::string zeros(std::size_t{4} << 20, '\0');
  ArchiveLimits limits{.max_ratio = 200, .ratio_applies_from_bytes = 1 << 20};
  const std::string message = "the file expands to more than 200 times its size, and may not";
  ExpectRefused(ExtractTar(TarFile("a", zeros), limits), message);
  // Not in a file but behind the end, or in headers.
  ExpectRefused(ExtractTar(TarFile("a") + zeros, limits), message);
  std::string headers;
  for (int i = 0; i < 8; ++i) headers += PaxHeader(PaxRecord("comment", std::string(500'000, ' ')));
  ExpectRefused(ExtractTar(headers + TarFile("a"), limits), message);
  limits.max_ratio = 1100;
  EXPECT_TRUE(ExtractTar(TarFile("a", zeros), limits));
  fs::remove_all(destination_);
  EXPECT_TRUE(ExtractTar(TarFile("a", zeros)));  // little enough to do no harm
}

TEST_F(ExtractTarGzTest, RefusesAFileThatIsCutOffAnywhere) {
  const std::string whole = Gzip(TarFile("a/b", "content") + TarFile("c", "more") + TarEnd());
  ASSERT_TRUE(Extract(whole));
  fs::remove_all(destination_);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ExpectRefused(Extract(whole.substr(0, length)), "the file is cut off; get it again");
  }
  ExpectRefused(Extract(whole + "x"), "; get it again");
  ExpectRefused(Extract(whole + "more than a byte"), "(incorrect header check); get it again");
  ExpectRefused(Extract(whole + "\0"s), "; get it again");
}

TEST_F(ExtractTarGzTest, NoticesEveryDamagedByte) {
  const std::string whole = Gzip(TarFile("a", "content") + TarEnd());
  ASSERT_TRUE(Extract(whole));
  const TreeListing expected = ListingOf(destination_);
  fs::remove_all(destination_);
  int accepted = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const auto status = Extract(damaged);
      if (!status) {
        ASSERT_EQ(status.error().code, ErrorCode::kInvalidArchive) << status.error().message;
        ASSERT_FALSE(fs::exists(destination_));
        continue;
      }
      ++accepted;
      ASSERT_EQ(ListingOf(destination_), expected) << "bit " << bit << " of byte " << i;
      fs::remove_all(destination_);
    }
  }
  // Some bits say nothing about the content: the time in the gzip header, which of many zeros are
  // copied.
  EXPECT_LT(static_cast<std::size_t>(accepted), whole.size());
  EXPECT_TRUE(NothingElseChanged());
}

TEST_F(ExtractTarGzTest, TakesAFileOfSeveralMembers) {
  const std::string tar = TarFile("a", "content") + TarEnd();
  ASSERT_TRUE(Extract(Gzip(tar.substr(0, 700)) + Gzip(tar.substr(700))));
  EXPECT_EQ(FileContent(destination_ / "a"), "content");
}

TEST_F(ExtractTarGzTest, RefusesWhatIsNoArchive) {
  ExpectRefused(Extract("<html>not found</html>"), "the file is not gzip-compressed");
  ExpectRefused(Extract(Gzip(std::string(600, 'x'))), "or this is no tar archive");
  ExpectRefused(Extract(TarFile("a") + TarEnd()), "the file is not gzip-compressed");
}

TEST_F(ExtractTarGzTest, TakesAnEmptyDirectoryForItsDestination) {
  fs::create_directory(destination_);
  ASSERT_TRUE(ExtractTar(TarFile("a", "1")));
  EXPECT_THAT(ListingOf(destination_), ElementsAre(Pair("a", "file 1")));
}

TEST_F(ExtractTarGzTest, LeavesWhatIsInTheWay) {
  PutFile(archive_, Gzip(TarFile("a") + TarEnd()));
  PutFile(directory_ / "full/mine", "1");
  PutFile(directory_ / "file", "2");
  fs::create_directory(directory_ / "empty");
  fs::create_directory_symlink("empty", directory_ / "link");
  fs::create_symlink("gone", directory_ / "broken");
  const TreeListing before = ListingOf(directory_.path());
  for (const char* name : {"full", "full/", "full/.", "file", "link", "broken", "no/out"}) {
    const auto status = ExtractTarGz(archive_, directory_ / name, {});
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code, ErrorCode::kCannotWrite) << status.error().message;
    EXPECT_THAT(status.error().message, HasSubstr((directory_ / name).string()));
  }
  EXPECT_EQ(ListingOf(directory_.path()), before);
}

TEST_F(ExtractTarGzTest, TakesADestinationWithASlashBehind) {
  PutFile(archive_, Gzip(TarFile("a") + TarEnd()));
  ASSERT_TRUE(ExtractTarGz(archive_, destination_ / "", {}));
  EXPECT_TRUE(fs::exists(destination_ / "a"));
}

TEST_F(ExtractTarGzTest, ReplacesWhatACrashLeft) {
  PutFile(AsideOf(destination_) / "half", "x");
  ASSERT_TRUE(ExtractTar(TarFile("a", "1")));
  EXPECT_THAT(ListingOf(destination_), ElementsAre(Pair("a", "file 1")));
  EXPECT_TRUE(NothingElseChanged());
}

TEST_F(ExtractTarGzTest, NamesAMissingArchive) {
  const auto status = ExtractTarGz(archive_, destination_, {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNoInput);
  EXPECT_THAT(status.error().message, HasSubstr(archive_.string()));
  EXPECT_EQ(ExtractTarGz(directory_.path(), destination_, {}).error().code, ErrorCode::kIo);
  EXPECT_FALSE(fs::exists(destination_));
}

// What another writer makes of it, with the extensions that each of its formats has for long names.
TEST_F(ExtractTarGzTest, ReadsTheFormatsOfLibarchive) {
  const std::string deep = std::string(90, 'd') + "/" + std::string(90, 'e') + "/";
  const std::vector<std::string> paths = {"a",
                                          "./b/c",
                                          deep + "f",
                                          std::string(120, 'n'),
                                          std::string(200, 'd') + "/" + std::string(250, 'n'),
                                          "caf\u00e9/cafe\u0301",
                                          "\U0001F600"};
  for (const char* format : {"pax", "paxr", "gnutar", "ustar"}) {
    const std::unique_ptr<struct archive, int (*)(struct archive*)> writer(::archive_write_new(),
                                                                           ::archive_write_free);
    ASSERT_EQ(::archive_write_set_format_by_name(writer.get(), format), ARCHIVE_OK);
    ::archive_write_add_filter_gzip(writer.get());
    ASSERT_EQ(::archive_write_open_filename(writer.get(), archive_.c_str()), ARCHIVE_OK);
    TreeListing expected;
    const auto add = [&](const std::string& path, unsigned type, const std::string& text) {
      const std::unique_ptr<struct archive_entry, void (*)(struct archive_entry*)> entry(
          ::archive_entry_new(), ::archive_entry_free);
      ::archive_entry_copy_pathname(entry.get(), path.c_str());
      ::archive_entry_set_filetype(entry.get(), type);
      ::archive_entry_set_perm(entry.get(), 0640);
      ::archive_entry_set_mtime(entry.get(), 1'700'000'000, 123);
      if (type == AE_IFLNK) ::archive_entry_copy_symlink(entry.get(), text.c_str());
      if (type == AE_IFREG)
        ::archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
      const int code = ::archive_write_header(writer.get(), entry.get());
      if (code == ARCHIVE_FAILED) return;  // no name for it in this format
      ASSERT_GE(code, ARCHIVE_WARN) << ::archive_error_string(writer.get());
      ::archive_write_data(writer.get(), text.data(), type == AE_IFREG ? text.size() : 0);
      const fs::path normal = fs::path(path).lexically_normal();
      expected[normal.string()] = (type == AE_IFREG ? "file " : "link to ") + text;
      for (fs::path up = normal.parent_path(); !up.empty(); up = up.parent_path()) {
        expected[up.string()] = "directory";
      }
    };
    for (const std::string& path : paths) add(path, AE_IFREG, "content of " + path);
    add("link", AE_IFLNK, "a");
    add("l", AE_IFLNK, deep + std::string(50, 'x'));
    ASSERT_EQ(::archive_write_close(writer.get()), ARCHIVE_OK);
    const auto status = ExtractTarGz(archive_, destination_, {});
    ASSERT_TRUE(status) << format << ": " << status.error().message;
    EXPECT_EQ(ListingOf(destination_), expected) << format;
    EXPECT_GE(expected.size(), 7u);
    fs::remove_all(destination_);
  }
}

// The archive of the published writer that the fuzzing corpus begins with.
TEST_F(ExtractTarGzTest, ReadsThePublishedWriter) {
  const auto status = ExtractTarGz(
      fs::path(HYPERLOCAL_SOURCE_DIR) / "tests/fuzz/corpus/tar/published.tar.gz", destination_, {});
  ASSERT_TRUE(status) << status.error().message;
  const std::string deep = "a-rather-long-folder-name/" + std::string(100, 'n');
  EXPECT_THAT(
      ListingOf(destination_),
      UnorderedElementsAre(Pair("index.html", "file <p>hello</p>\n"), Pair("assets", "directory"),
                           Pair("assets/empty", "directory"),
                           Pair("assets/caf\u00e9.txt", "file composed\n"),
                           Pair("assets/cafe\u0301.txt", "file separate\n"),
                           Pair("a-rather-long-folder-name", "directory"),
                           Pair(deep, "file long\n"), Pair("home.html", "link to index.html"),
                           Pair("assets/up.html", "link to ../index.html")));
}

// Archives made on purpose: few names, so that they meet; every kind; targets that go everywhere.
std::string HostileTar() {
  const auto path = rc::gen::map(
      rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
          "a", "b", "c", "a", "b", "c", ".", "", "..", "canary", "file", "work", "\xff")),
      [](const std::vector<std::string>& names) {
        std::string joined;
        for (const std::string& name : names) joined += name + "/";
        if (!joined.empty()) joined.pop_back();
        return joined.substr(0, 90);
      });
  std::string tar;
  const int count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) {
    const std::string name = *rc::gen::weightedOneOf<std::string>(
        {{6, rc::gen::element<std::string>("a", "b", "c", "a/b", "b/a", "a/b/c", "c/a/b")},
         {1, path}});
    const std::string target = *rc::gen::weightedOneOf<std::string>(
        {{3, rc::gen::element<std::string>("a", "../a", "..", ".", "a/b", "../..", "../../canary",
                                           "a/../../canary", "/tmp")},
         {1, path}});
    switch (*rc::gen::weightedElement<int>({{4, 0}, {3, 1}, {3, 2}, {2, 3}, {1, 4}})) {
      case 0:
        tar += TarFile(name, "x");
        break;
      case 1:
        tar += TarDirectory(name);
        break;
      case 2:
        tar += TarSymbolicLink(name, target);
        break;
      case 3:
        tar += TarHardLink(name, target);
        break;
      default:
        tar += TarEntryBytes(
            {.path = name, .type = *rc::gen::element('3', '4', '6', 'L', 'x', 'Z')}, target);
    }
  }
  return tar;
}

RC_GTEST_FIXTURE_PROP(ExtractTarGzTest, WritesNothingOutsideAndNothingThatLeadsThere, ()) {
  const Status status = ExtractTar(HostileTar());
  RC_ASSERT(NothingElseChanged());
  RC_ASSERT(fs::exists(fs::symlink_status(destination_)) == status.has_value());
  RC_CLASSIFY(status.has_value(), "extracted");
  if (!status) {
    RC_ASSERT(status.error().code == ErrorCode::kInvalidArchive);
    return;
  }
  const fs::path root = fs::canonical(destination_);
  for (const auto& entry : fs::recursive_directory_iterator(destination_)) {
    // In parentheses: the macro would evaluate all three.
    RC_ASSERT((entry.is_symlink() || entry.is_regular_file() || entry.is_directory()));
    std::error_code loop;  // links that lead in circles lead nowhere
    const fs::path place = fs::weakly_canonical(entry.path(), loop);
    if (loop) continue;
    RC_ASSERT(std::mismatch(root.begin(), root.end(), place.begin(), place.end()).first ==
              root.end());
  }
}

}  // namespace
}  // namespace hyperlocal
