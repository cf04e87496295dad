#include "cli/storage_command.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/recording_console_test_support.h"
#include "fakes/gcs/store/direct_object_store.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using hyperlocal::testing::FileContent;
using hyperlocal::testing::PutFile;

// The verbs on a real store, in this process.
class StorageCommandTest : public ::testing::Test {
 protected:
  StorageCommandTest() {
    gcs::BucketRecord bucket;
    bucket.name = "films";
    EXPECT_TRUE(store_->CreateBucket(bucket));
  }

  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "storage");
    console_ = std::make_unique<RecordingConsole>();
    CommandContext context{
        *console_,           Environment(),    [] { return std::chrono::steady_clock::now(); },
        CancellationToken(), [] { return 0; }, "/"};
    const auto invocation = ParseCommandLine(arguments);
    if (!invocation) {
      ADD_FAILURE() << invocation.error().message;
      return -1;
    }
    return RunStorage(
        std::get<CommandLine>(*invocation), context,
        [this](const std::optional<std::string>& endpoint) -> Result<std::unique_ptr<ObjectStore>> {
          endpoint_ = endpoint;
          return gcs::NewDirectObjectStore(store_);
        });
  }

  std::string Path(const fs::path& name) const { return (directory_ / name).string(); }
  std::string Put(const fs::path& name, std::string_view bytes) const {
    PutFile(directory_ / name, std::string(bytes));
    return Path(name);
  }
  std::string out() const { return console_->out(); }
  std::string err() const { return console_->err(); }

  std::shared_ptr<gcs::Store> store_ = gcs::Store::InMemory().value();
  std::optional<std::string> endpoint_;
  std::unique_ptr<RecordingConsole> console_;
  testing::TemporaryDirectory directory_{"storage-command"};
};

TEST_F(StorageCommandTest, AFileGoesUpAndComesDown) {
  EXPECT_EQ(Run({"cp", Put("a.txt", "hello"), "gs://films/d/"}), 0);
  EXPECT_EQ(out(), Path("a.txt") + " -> gs://films/d/a.txt (5 B)\n");
  EXPECT_EQ(Run({"cp", "gs://films/d/a.txt", Path("b.txt"), "--endpoint", "http://x:1"}), 0);
  EXPECT_EQ(FileContent(directory_ / "b.txt"), "hello");
  EXPECT_EQ(endpoint_, "http://x:1");
  EXPECT_EQ(Run({"cat", "gs://films/d/a.txt", "gs://films/d/a.txt"}), 0);
  EXPECT_EQ(out(), "hellohello");
  EXPECT_EQ(Run({"stat", "gs://films/d/a.txt", "--json"}), 0);
  const auto document = nlohmann::json::parse(out());
  EXPECT_EQ(document["schema"], "hyperlocal.storage.stat/1");
  EXPECT_EQ(document["size"], 5);
  EXPECT_EQ(document["contentType"], "text/plain; charset=utf-8");
  EXPECT_EQ(document["crc32c"], "9a71bb4c");  // of "hello": RFC 3720's polynomial
  EXPECT_EQ(document["md5"], "5d41402abc4b2a76b9719d911017c592");
}

TEST_F(StorageCommandTest, ADirectoryGoesUpAndComesDown) {
  Put("site/index.html", "<p>");
  Put("site/img/a.png", "png");
  EXPECT_EQ(Run({"cp", "-r", Path("site"), "gs://films/site"}), 0);
  EXPECT_EQ(Run({"ls", "gs://films/site/"}), 0);
  EXPECT_EQ(out(), "gs://films/site/index.html\ngs://films/site/img/\n");
  EXPECT_EQ(Run({"ls", "-r", "gs://films"}), 0);
  EXPECT_EQ(out(), "gs://films/site/img/a.png\ngs://films/site/index.html\n");
  EXPECT_EQ(Run({"cp", "-r", "gs://films/site", Path("back")}), 0);
  EXPECT_EQ(FileContent(directory_ / "back/img/a.png"), "png");
  EXPECT_EQ(Run({"cp", "-r", "gs://films/site/", "gs://films/copy"}), 0);
  EXPECT_EQ(Run({"cat", "gs://films/copy/index.html"}), 0);
  EXPECT_EQ(out(), "<p>");
}

TEST_F(StorageCommandTest, AFolderIsNotAPrefix) {
  const std::string file = Put("x", "1");
  EXPECT_EQ(Run({"cp", file, "gs://films/site/x"}), 0);
  EXPECT_EQ(Run({"cp", file, "gs://films/site2/x"}), 0);
  EXPECT_EQ(Run({"rm", "-r", "gs://films/site"}), 0);
  EXPECT_EQ(out(), "deleted gs://films/site/x\n");
  EXPECT_EQ(Run({"stat", "gs://films/site2/x"}), 0);
}

TEST_F(StorageCommandTest, NoClobberKeepsWhatIsThere) {
  const std::string one = Put("one", "1");
  const std::string two = Put("two", "2");
  EXPECT_EQ(Run({"cp", "-n", one, "gs://films/x"}), 0);
  EXPECT_EQ(Run({"cp", "-n", two, "gs://films/x"}), 73);
  EXPECT_NE(err().find("gs://films/x"), std::string::npos) << err();
  EXPECT_EQ(Run({"cp", "-n", "gs://films/x", two}), 73);
  EXPECT_EQ(FileContent(two), "2");
  EXPECT_EQ(Run({"cat", "gs://films/x"}), 0);
  EXPECT_EQ(out(), "1");
}

TEST_F(StorageCommandTest, ANameThatLeadsOutOfTheDirectoryIsRefused) {
  EXPECT_EQ(Run({"cp", Put("x", "1"), "gs://films/d/../../evil"}), 0);
  EXPECT_EQ(Run({"cp", "-r", "gs://films/d", Path("down")}), 64);
  EXPECT_NE(err().find("'../../evil'"), std::string::npos) << err();
  EXPECT_FALSE(fs::exists(directory_.path().parent_path() / "evil"));
}

TEST_F(StorageCommandTest, WhatIsNotThereIsStatus66) {
  EXPECT_EQ(Run({"stat", "gs://films/none"}), 66);
  EXPECT_NE(err().find("none"), std::string::npos) << err();
  EXPECT_EQ(Run({"ls", "gs://no-such-bucket"}), 66);
  EXPECT_EQ(Run({"rm", "-r", "gs://films/none"}), 66);
  EXPECT_EQ(Run({"cat", "gs://films/none"}), 66);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(Run({"cp", Path("none"), "gs://films/x"}), 66);
  EXPECT_EQ(Run({"cp", "a", "b"}), 64);
}

TEST_F(StorageCommandTest, AnEmptyBucketListsNothing) {
  EXPECT_EQ(Run({"ls", "gs://films", "--json"}), 0);
  const auto document = nlohmann::json::parse(out());
  EXPECT_EQ(document["objects"].size(), 0U);
  EXPECT_EQ(document["prefixes"].size(), 0U);
}

}  // namespace
}  // namespace hyperlocal::cli
