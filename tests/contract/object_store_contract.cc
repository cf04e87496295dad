#include "tests/contract/object_store_contract.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "engine/hash/crc32c.h"
#include "tests/support/file_content.h"

namespace hyperlocal::testing {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace {

std::string Noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 7;
  for (char& c : bytes) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

ObjectWrite When(std::optional<std::int64_t> generation) {
  ObjectWrite write;
  write.preconditions.if_generation_match = generation;
  return write;
}

std::vector<std::string> NamesOf(const ObjectList& list, std::size_t skip) {
  std::vector<std::string> names;
  for (const ObjectInfo& object : list.objects) names.push_back(object.uri.key.substr(skip));
  return names;
}

}  // namespace

void ObjectStoreContract::SetUp() {
  std::string why;
  subject_ = GetParam().make(&why);
  if (subject_ == nullptr) GTEST_SKIP() << why;
}

GcsUri ObjectStoreContract::Object(const std::string& name) const {
  return {.bucket = subject_->bucket(), .key = subject_->prefix() + name};
}

std::filesystem::path ObjectStoreContract::NewFile() {
  return directory_ / ("file-" + std::to_string(++files_));
}

Result<ObjectInfo> ObjectStoreContract::TryPut(const std::string& name, const std::string& content,
                                               const ObjectWrite& write) {
  const std::filesystem::path file = NewFile();
  PutFile(file, content);
  return store().Upload(file, Object(name), write, {});
}

ObjectInfo ObjectStoreContract::Put(const std::string& name, const std::string& content,
                                    const ObjectWrite& write) {
  const auto info = TryPut(name, content, write);
  EXPECT_TRUE(info) << info.error().message;
  return info ? *info : ObjectInfo{};
}

std::string ObjectStoreContract::Get(const std::string& name) {
  const std::filesystem::path file = NewFile();
  const auto info = store().Download(Object(name), file, {});
  if (!info) return "error: " + info.error().message;
  const std::string content = FileContent(file);
  EXPECT_EQ(info->size, content.size());
  EXPECT_EQ(info->crc32c, Crc32cOf(content));
  return content;
}

TEST_P(ObjectStoreContract, ContentsOfEverySizeComeBack) {
  for (const std::size_t size : {0u, 1u, 1000u, 262143u, 262144u, 262145u, 1048576u, 3000001u}) {
    const std::string content = Noise(size);
    const ObjectInfo info = Put("o", content);
    EXPECT_EQ(info.size, size);
    EXPECT_EQ(info.crc32c, Crc32cOf(content));
    EXPECT_TRUE(Get("o") == content) << size;
  }
}

TEST_P(ObjectStoreContract, EveryAnswerDescribesTheObjectAlike) {
  ObjectWrite write;
  write.content_type = "video/mp4";
  write.cache_control = "no-store";
  write.metadata = {{"render", "r-1"}, {"ключ", "значение"}, {"empty", ""}};
  const ObjectInfo put = Put("a/o", "hello", write);
  EXPECT_EQ(put.uri, Object("a/o"));
  EXPECT_EQ(put.content_type, "video/mp4");
  EXPECT_EQ(put.metadata, write.metadata);
  EXPECT_EQ(put.metageneration, 1);
  EXPECT_GT(put.generation, 0);
  EXPECT_EQ(put.md5_hex, "5d41402abc4b2a76b9719d911017c592");
  const auto stat = store().Stat(Object("a/o"));
  ASSERT_TRUE(stat) << stat.error().message;
  EXPECT_EQ(*stat, put);
  const auto download = store().Download(Object("a/o"), NewFile(), {});
  ASSERT_TRUE(download) << download.error().message;
  EXPECT_EQ(*download, put);
  const auto list = store().List(Object("x").bucket, {.prefix = Object("a/").key, .delimiter = ""});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_THAT(list->objects, ElementsAre(put));
}

TEST_P(ObjectStoreContract, LargeUploadsAreDescribedToo) {
  ObjectWrite write;
  write.content_type = "video/mp4";
  write.metadata = {{"k", "v"}};
  const ObjectInfo put = Put("o", Noise(3000001), write);
  EXPECT_EQ(put.content_type, "video/mp4");
  EXPECT_EQ(put.metadata, write.metadata);
}

TEST_P(ObjectStoreContract, WhatIsNotThereIsNotFound) {
  const GcsUri missing = Object("none");
  EXPECT_EQ(store().Stat(missing).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store().Download(missing, NewFile(), {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store().Delete(missing, {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store().Copy(missing, Object("o"), {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store().Compose({missing}, Object("o"), {}).error().code, ErrorCode::kNotFound);
  EXPECT_THAT(store().Stat(missing).error().message, HasSubstr("none"));
}

TEST_P(ObjectStoreContract, ABucketThatIsNotThereIsNotFound) {
  const GcsUri nowhere{.bucket = Object("x").bucket + "-that-nobody-made", .key = "o"};
  const std::filesystem::path file = NewFile();
  for (const std::size_t size : {5u, 3000001u}) {
    PutFile(file, Noise(size));
    EXPECT_EQ(store().Upload(file, nowhere, {}, {}).error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(store().Stat(nowhere).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store().List(nowhere.bucket, {}).error().code, ErrorCode::kNotFound);
  Put("o", "x");
  EXPECT_EQ(store().Copy(Object("o"), nowhere, {}).error().code, ErrorCode::kNotFound);
}

TEST_P(ObjectStoreContract, AnOverwriteIsANewGeneration) {
  const ObjectInfo first = Put("o", "one");
  const ObjectInfo second = Put("o", "two and more");
  EXPECT_GT(second.generation, first.generation);
  EXPECT_EQ(Get("o"), "two and more");
}

TEST_P(ObjectStoreContract, UploadsKeepToTheirPreconditions) {
  for (const std::size_t size : {5u, 3000001u}) {
    const std::string name = "o" + std::to_string(size);
    const std::string content = Noise(size);
    EXPECT_EQ(TryPut(name, content, When(1)).error().code, ErrorCode::kPreconditionFailed);
    const ObjectInfo made = Put(name, content, When(kNoLiveObject));
    EXPECT_EQ(TryPut(name, "other", When(kNoLiveObject)).error().code,
              ErrorCode::kPreconditionFailed);
    EXPECT_EQ(TryPut(name, content + "x", When(made.generation + 1)).error().code,
              ErrorCode::kPreconditionFailed);
    ObjectWrite not_match;
    not_match.preconditions.if_generation_not_match = made.generation;
    EXPECT_EQ(TryPut(name, "other", not_match).error().code, ErrorCode::kPreconditionFailed);
    ObjectWrite metageneration;
    metageneration.preconditions.if_metageneration_match = 2;
    EXPECT_EQ(TryPut(name, "other", metageneration).error().code, ErrorCode::kPreconditionFailed);
    ObjectWrite metageneration_not;
    metageneration_not.preconditions.if_metageneration_not_match = 1;
    EXPECT_EQ(TryPut(name, "other", metageneration_not).error().code,
              ErrorCode::kPreconditionFailed);
    EXPECT_TRUE(Get(name) == content);
    ObjectWrite all = When(made.generation);
    all.preconditions.if_metageneration_match = 1;
    EXPECT_GT(Put(name, "new", all).generation, made.generation);
    EXPECT_EQ(Get(name), "new");
  }
}

TEST_P(ObjectStoreContract, OfManyWhoCreateAnObjectOneDoes) {
  std::atomic<int> made{0}, refused{0}, other{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      // All of them write the same bytes: nothing but the answer tells who was first.
      const auto info = TryPut("lock", "mine", When(kNoLiveObject));
      if (info) {
        ++made;
      } else if (info.error().code == ErrorCode::kPreconditionFailed) {
        ++refused;
      } else {
        ++other;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 7);
}

TEST_P(ObjectStoreContract, NamesMayBeOdd) {
  std::vector<std::string> names{"a//b",
                                 "dir/",
                                 "x/./y",
                                 "x/../y",
                                 "../../etc/passwd",
                                 "a?b#c",
                                 "100%",
                                 "a%2Fb",
                                 "n/o/b/acl",
                                 "x/compose",
                                 "o?alt=media",
                                 "é/😀 /＋+",
                                 "a\\b",
                                 "rewriteTo/b/c/o/d",
                                 "'\"&;=,",
                                 "a b",
                                 "con",
                                 std::string(1000 - subject_->prefix().size(), 'n')};
  if (subject_->prefix().empty()) names.push_back("/lead");
  for (const std::string& name : names) {
    EXPECT_EQ(Put(name, "content of " + name).uri, Object(name));
    EXPECT_EQ(Get(name), "content of " + name);
  }
  const auto list = store().List(Object("").bucket, {.prefix = Object("").key, .delimiter = ""});
  ASSERT_TRUE(list) << list.error().message;
  std::sort(names.begin(), names.end());
  EXPECT_EQ(NamesOf(*list, subject_->prefix().size()), names);
  for (const std::string& name : names) {
    const Status status = store().Delete(Object(name), {});
    EXPECT_TRUE(status) << name << ": " << status.error().message;
  }
}

TEST_P(ObjectStoreContract, ListsFoldWhatFollowsADelimiter) {
  for (const char* const name : {"a/1", "a/2", "a/b/3", "a/b/4", "a/c/5", "z"}) Put(name, name);
  const std::string bucket = Object("").bucket;
  const std::string prefix = subject_->prefix();
  const auto list = store().List(bucket, {.prefix = prefix + "a/", .delimiter = "/"});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_THAT(NamesOf(*list, prefix.size()), ElementsAre("a/1", "a/2"));
  EXPECT_THAT(list->prefixes, ElementsAre(prefix + "a/b/", prefix + "a/c/"));
  const auto all = store().List(bucket, {.prefix = prefix, .delimiter = ""});
  ASSERT_TRUE(all);
  EXPECT_THAT(NamesOf(*all, prefix.size()),
              ElementsAre("a/1", "a/2", "a/b/3", "a/b/4", "a/c/5", "z"));
  EXPECT_THAT(all->prefixes, IsEmpty());
  const auto none = store().List(bucket, {.prefix = prefix + "nothing", .delimiter = ""});
  ASSERT_TRUE(none);
  EXPECT_THAT(none->objects, IsEmpty());
}

TEST_P(ObjectStoreContract, ListsHaveAllPages) {
  if (GetParam().is_remote) GTEST_SKIP() << "a thousand uploads to a real service";
  constexpr int kObjects = 1010;  // a page has 1000
  std::vector<std::thread> threads;
  std::atomic<int> next{0};
  std::vector<std::string> expected;
  for (int i = 0; i < kObjects; ++i) expected.push_back(fmt::format("many/{:04}", i));
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = next++; i < kObjects; i = next++) {
        EXPECT_TRUE(TryPut(expected[static_cast<std::size_t>(i)], ""));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto list = store().List(Object("").bucket, {.prefix = "many/", .delimiter = ""});
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_EQ(NamesOf(*list, 0), expected);
}

TEST_P(ObjectStoreContract, DeletesKeepToTheirPreconditions) {
  const ObjectInfo made = Put("o", "x");
  ObjectPreconditions preconditions;
  preconditions.if_generation_match = made.generation + 1;
  EXPECT_EQ(store().Delete(Object("o"), preconditions).error().code,
            ErrorCode::kPreconditionFailed);
  ObjectPreconditions metageneration;
  metageneration.if_metageneration_match = 2;
  EXPECT_EQ(store().Delete(Object("o"), metageneration).error().code,
            ErrorCode::kPreconditionFailed);
  EXPECT_EQ(Get("o"), "x");
  preconditions.if_generation_match = made.generation;
  EXPECT_TRUE(store().Delete(Object("o"), preconditions));
  EXPECT_EQ(store().Stat(Object("o")).error().code, ErrorCode::kNotFound);
}

TEST_P(ObjectStoreContract, ADeletedNameMayBeWrittenAgain) {
  const ObjectInfo first = Put("o", "one");
  EXPECT_TRUE(store().Delete(Object("o"), {}));
  EXPECT_GT(Put("o", "two", When(kNoLiveObject)).generation, first.generation);
  EXPECT_EQ(Get("o"), "two");
}

TEST_P(ObjectStoreContract, ComposesInOrder) {
  std::vector<GcsUri> sources;
  std::string whole;
  for (int i = 0; i < 32; ++i) {
    const std::string part = "part " + std::to_string(i) + "\n";
    const std::string name = "p" + std::to_string(i % 5);  // some of them more than once
    if (i < 5) Put(name, part);
    whole += i < 5 ? part : Get(name);
    sources.push_back(Object(name));
  }
  ObjectWrite write;
  write.content_type = "text/plain";
  write.metadata = {{"k", "v"}};
  const auto info = store().Compose(sources, Object("whole"), write);
  ASSERT_TRUE(info) << info.error().message;
  EXPECT_EQ(info->content_type, "text/plain");
  EXPECT_EQ(info->metadata, write.metadata);
  EXPECT_EQ(info->md5_hex, std::nullopt);
  EXPECT_EQ(info->crc32c, Crc32cOf(whole));
  EXPECT_EQ(Get("whole"), whole);
  sources.push_back(sources[0]);
  EXPECT_EQ(store().Compose(sources, Object("whole"), {}).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(store().Compose({}, Object("whole"), {}).error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(Get("whole"), whole);
}

TEST_P(ObjectStoreContract, ComposesKeepToTheirPreconditions) {
  Put("p", "x");
  const auto made = store().Compose({Object("p")}, Object("whole"), When(kNoLiveObject));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(store()
                .Compose({Object("p"), Object("p")}, Object("whole"), When(kNoLiveObject))
                .error()
                .code,
            ErrorCode::kPreconditionFailed);
  // The target may be a source of its own: that is how an object grows.
  const auto grown =
      store().Compose({Object("whole"), Object("p")}, Object("whole"), When(made->generation));
  ASSERT_TRUE(grown) << grown.error().message;
  EXPECT_EQ(Get("whole"), "xx");
}

TEST_P(ObjectStoreContract, CopiesTakeTheDescriptionWithThem) {
  ObjectWrite write;
  write.content_type = "video/mp4";
  write.metadata = {{"k", "v"}};
  const std::string content = Noise(300000);
  const ObjectInfo source = Put("a", content, write);
  ObjectPreconditions preconditions;
  preconditions.if_generation_match = kNoLiveObject;
  const auto copy = store().Copy(Object("a"), Object("b"), preconditions);
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(copy->uri, Object("b"));
  EXPECT_EQ(copy->content_type, "video/mp4");
  EXPECT_EQ(copy->metadata, write.metadata);
  EXPECT_EQ(copy->md5_hex, source.md5_hex);
  EXPECT_EQ(copy->metageneration, 1);
  EXPECT_TRUE(Get("b") == content);
  EXPECT_EQ(store().Copy(Object("a"), Object("b"), preconditions).error().code,
            ErrorCode::kPreconditionFailed);
  const auto again = store().Copy(Object("a"), Object("b"), {});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_GT(again->generation, copy->generation);
}

TEST_P(ObjectStoreContract, WhatIsStoredAsGzipComesAsItIsStored) {
  // A gzip file of "hello\n": whoever decompressed it on the way would not find these bytes.
  const std::string gzip(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06"
      "\x00\x00\x00",
      26);
  ObjectWrite write;
  write.content_type = "text/plain";
  write.content_encoding = "gzip";
  EXPECT_EQ(Put("o", gzip, write).content_encoding, "gzip");
  EXPECT_EQ(Get("o"), gzip);
}

TEST_P(ObjectStoreContract, ADownloadThatFailsLeavesTheFile) {
  const std::filesystem::path file = NewFile();
  PutFile(file, "old");
  EXPECT_FALSE(store().Download(Object("none"), file, {}));
  EXPECT_EQ(FileContent(file), "old");
  Put("o", "new");
  EXPECT_TRUE(store().Download(Object("o"), file, {}));
  EXPECT_EQ(FileContent(file), "new");
  EXPECT_EQ(store().Download(Object("o"), directory_ / "no" / "file", {}).error().code,
            ErrorCode::kCannotWrite);
}

TEST_P(ObjectStoreContract, AFileThatIsNotThereIsNoInput) {
  const auto info = store().Upload(directory_ / "none", Object("o"), {}, {});
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kNoInput);
  EXPECT_EQ(store().Stat(Object("o")).error().code, ErrorCode::kNotFound);
}

TEST_P(ObjectStoreContract, WhatIsCancelledDoesNotHappen) {
  Put("o", Noise(2000000));
  CancellationToken cancelled;
  cancelled.Cancel();
  const std::filesystem::path up = NewFile(), down = NewFile();
  PutFile(up, Noise(2000000));
  EXPECT_EQ(store().Upload(up, Object("new"), {}, cancelled).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(store().Stat(Object("new")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store().Download(Object("o"), down, cancelled).error().code, ErrorCode::kCancelled);
  EXPECT_FALSE(std::filesystem::exists(down));
}

TEST_P(ObjectStoreContract, ReadersSeeOneGenerationWhole) {
  // A writer replaces an object by another size and content, again and again; whoever reads gets
  // one of them, never a mixture. (Get compares length and crc32c with the description.)
  const int rounds = GetParam().is_remote ? 3 : 12;
  const auto content = [](int i) {
    return std::string(1500000 + static_cast<std::size_t>(i) * 1000,
                       static_cast<char>('a' + i % 26));
  };
  Put("o", content(0));
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  std::atomic<int> wrong{0}, read{0};
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!done) {
        const std::string got = Get("o");
        ++read;
        if (got.empty() || got.find_first_not_of(got[0]) != std::string::npos) ++wrong;
      }
    });
  }
  for (int i = 1; i <= rounds; ++i) Put("o", content(i));
  done = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(read, 0);
}

}  // namespace hyperlocal::testing
