#include "engine/archive/archive_writer.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <locale.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "engine/archive/archive_reader.h"
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
using testing::FileContent;
using testing::Gunzip;
using ::testing::HasSubstr;
using testing::ListingOf;
using ::testing::Pair;
using testing::PutFile;
using testing::TemporaryDirectory;
using testing::TreeListing;

// A tree by relative path: the content of a file, or nothing for a directory (with a slash behind).
using Tree = std::map<std::string, std::string>;

void Make(const fs::path& root, const std::vector<std::pair<std::string, std::string>>& tree) {
  fs::create_directories(root);
  for (const auto& [path, content] : tree) {
    if (path.ends_with('/')) {
      fs::create_directories(root / path);
    } else {
      PutFile(root / path, content);
    }
  }
}

// A random tree; every path has a file name of its own, so that none is in another's way.
Tree ArbitraryTree() {
  const auto directory = rc::gen::element<std::string>(
      "", "a/", "a/b/", "b/", "a.b/", "\U0001F600/", "\uE000/", "caf\u00e9/", "cafe\u0301/",
      std::string(200, 'd') + "/", std::string(90, 'd') + "/" + std::string(90, 'e') + "/");
  const auto name =
      rc::gen::element<std::string>("f", "f.txt", "f-1", "\u00e9", "e\u0301", " ", "\\", "\n", "F",
                                    "10", "9", std::string(120, 'f'), std::string(250, 'f'));
  Tree tree;
  for (const auto& [folder, file] :
       *rc::gen::container<std::vector<std::pair<std::string, std::string>>>(
           rc::gen::pair(directory, name))) {
    if (*rc::gen::weightedElement<bool>({{1, true}, {4, false}})) {
      if (!folder.empty()) tree[folder + "empty/"] = "";
    } else {
      const std::size_t size = *rc::gen::weightedOneOf<std::size_t>(
          {{20, rc::gen::element<std::size_t>(0, 1, 511, 512, 513)},
           {1, rc::gen::just<std::size_t>(300'000)}});
      tree[folder + file] = std::string(size, *rc::gen::arbitrary<char>());
    }
  }
  return tree;
}

class PackTarGzTest : public ::testing::Test {
 protected:
  std::string Pack(const fs::path& tree, const std::string& name = "a.tar.gz") {
    const auto status = PackTarGz(tree, directory_ / name, Durability::kUnsynced);
    EXPECT_TRUE(status) << status.error().message;
    return FileContent(directory_ / name);
  }

  const TemporaryDirectory directory_;
  const fs::path tree_ = directory_ / "tree";
};

struct Listed {
  std::string path;
  mode_t type;
  mode_t mode;
};

// What libarchive reads in the archive, and that nothing tells when or by whom it was made.
std::vector<Listed> ListedByLibarchive(const fs::path& file) {
  std::vector<Listed> list;
  const std::unique_ptr<struct archive, int (*)(struct archive*)> reader(::archive_read_new(),
                                                                         ::archive_read_free);
  ::archive_read_support_filter_gzip(reader.get());
  ::archive_read_support_format_tar(reader.get());
  EXPECT_EQ(::archive_read_open_filename(reader.get(), file.c_str(), 10240), ARCHIVE_OK);
  struct archive_entry* entry = nullptr;
  int code = ARCHIVE_OK;
  while ((code = ::archive_read_next_header(reader.get(), &entry)) == ARCHIVE_OK) {
    list.push_back({::archive_entry_pathname(entry), ::archive_entry_filetype(entry),
                    ::archive_entry_perm(entry)});
    EXPECT_EQ(::archive_entry_mtime(entry), 0);
    EXPECT_EQ(::archive_entry_mtime_nsec(entry), 0);
    EXPECT_FALSE(::archive_entry_atime_is_set(entry));
    EXPECT_FALSE(::archive_entry_ctime_is_set(entry));
    EXPECT_EQ(::archive_entry_uid(entry), 0);
    EXPECT_EQ(::archive_entry_gid(entry), 0);
    EXPECT_EQ(::archive_entry_uname(entry), ""s);
    EXPECT_EQ(::archive_entry_gname(entry), ""s);
  }
  EXPECT_EQ(code, ARCHIVE_EOF) << ::archive_error_string(reader.get());
  return list;
}

bool operator==(const Listed& a, const Listed& b) {
  return a.path == b.path && a.type == b.type && a.mode == b.mode;
}
std::ostream& operator<<(std::ostream& out, const Listed& listed) {
  return out << listed.path << ' ' << std::oct << listed.type << ' ' << listed.mode;
}

TEST_F(PackTarGzTest, WritesDirectoriesAndFilesInTheOrderOfTheTree) {
  Make(tree_, {{"index.html", "<p>"}, {"a.txt", ""}, {"a/z", "1"}, {"a/b/c", "2"}, {"e/m/", ""}});
  fs::permissions(tree_ / "index.html", fs::perms::all);
  fs::permissions(tree_ / "a/z", fs::perms::owner_read);
  Pack(tree_);
  EXPECT_THAT(ListedByLibarchive(directory_ / "a.tar.gz"),
              ElementsAre(Listed{"./", AE_IFDIR, 0755}, Listed{"./a/", AE_IFDIR, 0755},
                          Listed{"./a/b/", AE_IFDIR, 0755}, Listed{"./a/b/c", AE_IFREG, 0644},
                          Listed{"./a/z", AE_IFREG, 0644}, Listed{"./a.txt", AE_IFREG, 0644},
                          Listed{"./e/", AE_IFDIR, 0755}, Listed{"./e/m/", AE_IFDIR, 0755},
                          Listed{"./index.html", AE_IFREG, 0644}));
}

TEST_F(PackTarGzTest, SortsNamesByUtf16) {
  Make(tree_, {{"\uE000", ""}, {"\U0001F600", ""}, {"10", ""}, {"9", ""}, {"B", ""}, {"a", ""}});
  const std::string tar = Gunzip(Pack(tree_));
  std::vector<std::size_t> places;
  for (const char* name : {"./10", "./9", "./B", "./a", "./\U0001F600", "./\uE000"}) {
    places.push_back(tar.find(name));
    EXPECT_NE(places.back(), std::string::npos) << name;
  }
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end()));
}

// No name, no time; the rest is fixed.
TEST_F(PackTarGzTest, WritesABareGzipHeader) {
  Make(tree_, {{"a", "1"}});
  EXPECT_EQ(Pack(tree_).substr(0, 10), "\x1f\x8b\x08\0\0\0\0\0\0\x03"s);
}

TEST_F(PackTarGzTest, WritesWholeBlocksAndAnEnd) {
  Make(tree_, {{"a", "1"}});
  const std::string tar = Gunzip(Pack(tree_));
  ASSERT_EQ(tar.size(), 512u * 5);
  EXPECT_EQ(tar.substr(512 * 3), std::string(1024, '\0'));
  EXPECT_EQ(tar.substr(257, 8), "ustar\00000"s);
}

TEST_F(PackTarGzTest, LeavesOutLinksAndSpecialFiles) {
  Make(tree_, {{"a/file", "1"}});
  PutFile(directory_ / "secret", "s");
  fs::create_symlink("a/file", tree_ / "link");
  fs::create_directory_symlink("a", tree_ / "linked");
  fs::create_symlink(directory_ / "secret", tree_ / "out");
  ASSERT_EQ(::mkfifo((tree_ / "pipe").c_str(), 0600), 0);
  Pack(tree_);
  ASSERT_TRUE(ExtractTarGz(directory_ / "a.tar.gz", directory_ / "out", {}));
  EXPECT_THAT(ListingOf(directory_ / "out"),
              ElementsAre(Pair("a", "directory"), Pair("a/file", "file 1")));
}

// A file that has two names is two files.
TEST_F(PackTarGzTest, WritesHardLinksAsFiles) {
  Make(tree_, {{"a", "1"}});
  fs::create_hard_link(tree_ / "a", tree_ / "b");
  Pack(tree_);
  EXPECT_EQ(ListedByLibarchive(directory_ / "a.tar.gz").size(), 3u);
  ASSERT_TRUE(ExtractTarGz(directory_ / "a.tar.gz", directory_ / "out", {}));
  EXPECT_EQ(fs::hard_link_count(directory_ / "out/b"), 1u);
}

RC_GTEST_FIXTURE_PROP(PackTarGzTest, RestoresTheTreeAndDependsOnNothingElse, ()) {
  const Tree tree = ArbitraryTree();
  std::vector<std::pair<std::string, std::string>> entries(tree.begin(), tree.end());
  Make(tree_, entries);
  std::reverse(entries.begin(), entries.end());
  Make(directory_ / "other", entries);
  const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24 * 365);
  for (const auto& entry : fs::recursive_directory_iterator(directory_ / "other")) {
    fs::last_write_time(entry.path(), long_ago);
    fs::permissions(entry.path(), fs::perms::group_write, fs::perm_options::add);
  }
  const std::string bytes = Pack(tree_);
  RC_ASSERT(Pack(directory_ / "other", "b.tar.gz") == bytes);
  const auto status = ExtractTarGz(directory_ / "a.tar.gz", directory_ / "out", {});
  if (!status) RC_FAIL(status.error().message);
  RC_ASSERT(ListingOf(directory_ / "out") == ListingOf(tree_));
  RC_ASSERT(Pack(directory_ / "out", "c.tar.gz") == bytes);
  for (const char* name : {"tree", "other", "out"}) fs::remove_all(directory_ / name);
}

TEST_F(PackTarGzTest, DoesNotDependOnTheLocaleOfTheProcess) {
  Make(tree_, {{"caf\u00e9", "1"}, {"cafe\u0301", "2"}});
  const std::string bytes = Pack(tree_);
  const std::string before = ::setlocale(LC_ALL, nullptr);
  for (const char* name : {"C", "POSIX", "C.UTF-8"}) {
    ASSERT_NE(::setlocale(LC_ALL, name), nullptr);
    EXPECT_EQ(Pack(tree_), bytes) << name;
  }
  ::setlocale(LC_ALL, before.c_str());
}

TEST_F(PackTarGzTest, LeavesTheOldArchiveWhenItCannotPack) {
  PutFile(directory_ / "a.tar.gz", "old");
  EXPECT_EQ(PackTarGz(directory_ / "gone", directory_ / "a.tar.gz").error().code,
            ErrorCode::kNoInput);
  EXPECT_EQ(PackTarGz(directory_ / "a.tar.gz", directory_ / "b.tar.gz").error().code,
            ErrorCode::kNoInput);
  Make(tree_, {{"caf\xe9", "1"}});
  const auto status = PackTarGz(tree_, directory_ / "a.tar.gz");
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidComposition);
  EXPECT_THAT(status.error().message, HasSubstr("caf?"));
  EXPECT_EQ(FileContent(directory_ / "a.tar.gz"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), {}), 2);
}

TEST_F(PackTarGzTest, NamesAnArchiveThatCannotBeWritten) {
  Make(tree_, {{"sub/a", "1"}});
  fs::create_directory(directory_ / "taken");
  for (const char* name : {"taken", "no/a.tar.gz", "tree/a.tar.gz", "tree/sub/a.tar.gz"}) {
    const auto status = PackTarGz(tree_, directory_ / name);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code, ErrorCode::kCannotWrite) << status.error().message;
    EXPECT_THAT(status.error().message, HasSubstr((directory_ / name).string()));
  }
  EXPECT_EQ(ListingOf(directory_.path()), (TreeListing{{"taken", "directory"},
                                                       {"tree", "directory"},
                                                       {"tree/sub", "directory"},
                                                       {"tree/sub/a", "file 1"}}));
}

TEST_F(PackTarGzTest, ReplacesAnArchiveAndLeavesNothingBeside) {
  Make(tree_, {{"a", "1"}});
  PutFile(directory_ / "a.tar.gz", "old");
  PutFile(AsideOf(directory_ / "a.tar.gz"), std::string(1000, 'x'));  // of a crash
  ASSERT_TRUE(PackTarGz(tree_, directory_ / "a.tar.gz"));
  EXPECT_EQ(FileContent(directory_ / "a.tar.gz"), Pack(tree_, "b.tar.gz"));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory_.path()), {}), 3);
}

TEST_F(PackTarGzTest, AnArchiveMayLieBesideATreeOfSimilarName) {
  Make(tree_, {{"a", "1"}});
  fs::create_directory(directory_ / "tree2");
  EXPECT_FALSE(Pack(tree_, "tree2/a.tar.gz").empty());
}

}  // namespace
}  // namespace hyperlocal
