#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/store.h"
#include "fakes/gcs/store/store_test_support.h"

namespace hyperlocal::gcs {
namespace {

using testing::Get;
using testing::IfGeneration;
using testing::Letters;
using testing::MakeBucket;
using testing::Put;
using testing::StoreFixture;
using testing::StoreKind;

constexpr int kThreads = 6;

class StoreConcurrencyTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  StoreConcurrencyTest() { EXPECT_TRUE(MakeBucket(*store_, "bucket").has_value()); }

  template <typename Work>
  static void InThreads(const Work& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back([&work, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
  }

  StoreFixture store_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Kinds, StoreConcurrencyTest,
                         ::testing::Values(StoreKind::kMemory, StoreKind::kDisk),
                         [](const auto& kind) { return testing::NameOfKind(kind); });

TEST_P(StoreConcurrencyTest, OfManyWhoCreateOneWins) {
  for (int round = 0; round < 20; ++round) {
    const ObjectKey key{"bucket", "contended-" + std::to_string(round)};
    std::atomic<int> won{0};
    std::atomic<int> lost{0};
    std::atomic<int> winner{-1};
    InThreads([&](int thread) {
      const auto object =
          Put(*store_, key, "by " + std::to_string(thread), IfGeneration(kNoLiveObject));
      if (object.has_value()) {
        ++won;
        winner = thread;
      } else if (object.error().code == ErrorCode::kPreconditionFailed) {
        ++lost;
      }
    });
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, kThreads - 1);
    EXPECT_EQ(Get(*store_, key), "by " + std::to_string(winner.load()));
  }
}

TEST_P(StoreConcurrencyTest, NoIncrementOfACounterIsLost) {
  const ObjectKey key{"bucket", "counter"};
  ASSERT_TRUE(Put(*store_, key, "0").has_value());
  std::atomic<int> failures{0};
  InThreads([&](int) {
    for (int done = 0; done < 15;) {
      const auto object = store_->OpenObject({key, {}});
      if (!object.has_value()) {
        ++failures;
        return;
      }
      const int value = std::stoi(testing::ReadAll(*object->content));
      const auto put =
          Put(*store_, key, std::to_string(value + 1), IfGeneration(object->record.generation));
      if (put.has_value()) ++done;
    }
  });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Get(*store_, key), std::to_string(kThreads * 15));
}

// Readers see a whole object at every moment, while it is overwritten and its contents go.
TEST_P(StoreConcurrencyTest, AReaderNeverSeesHalfAnObjectOrNone) {
  const ObjectKey key{"bucket", "overwritten"};
  ASSERT_TRUE(Put(*store_, key, "start").has_value());
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::vector<std::string> problems(kThreads);
  InThreads([&](int thread) {
    if (thread < 2) {
      for (std::uint32_t i = 0; i < 60; ++i) {
        const std::size_t size = i % 3 == 0 ? 80'000 : 700;
        if (!Put(*store_, key, Letters(size, i * 2 + static_cast<std::uint32_t>(thread)))
                 .has_value()) {
          problems[static_cast<std::size_t>(thread)] = "a write failed";
        }
      }
      stop = true;
      return;
    }
    std::string& problem = problems[static_cast<std::size_t>(thread)];
    do {
      const auto object = store_->OpenObject({key, {}});
      if (!object.has_value()) {
        problem = object.error().message;
      } else if (Crc32cOf(testing::ReadAll(*object->content)) != object->record.checksums.crc32c) {
        problem = "the bytes are not those of the record";
      }
      const auto page = store_->ListObjects("bucket", {});
      if (!page.has_value() || page->objects.size() != 1) problem = "the listing is wrong";
      ++reads;
    } while (!stop && problem.empty());
  });
  for (const std::string& problem : problems) EXPECT_EQ(problem, "");
  EXPECT_GE(reads, kThreads - 2);
}

TEST_P(StoreConcurrencyTest, DisjointWritersAllArriveAndGenerationsAreUnique) {
  constexpr int kObjects = 40;
  InThreads([&](int thread) {
    for (int i = 0; i < kObjects; ++i) {
      const ObjectKey key{"bucket", std::to_string(thread) + "/" + std::to_string(i)};
      // Equal contents on purpose: they share one, and let go of it at the same time.
      const auto put = Put(*store_, key, Letters(80'000, static_cast<std::uint32_t>(i % 3)));
      EXPECT_TRUE(put.has_value());
      if (i % 2 == 1) {
        EXPECT_TRUE(store_->DeleteObject({key, put->generation}, {}).has_value());
      }
    }
  });
  const auto page = store_->ListObjects("bucket", {});
  ASSERT_EQ(page->objects.size(), static_cast<std::size_t>(kThreads * kObjects / 2));
  std::vector<std::int64_t> generations;
  for (const ObjectRecord& object : page->objects) {
    generations.push_back(object.generation);
    EXPECT_EQ(Crc32cOf(*Get(*store_, object.key)), object.checksums.crc32c);
  }
  std::sort(generations.begin(), generations.end());
  EXPECT_EQ(std::unique(generations.begin(), generations.end()), generations.end());
}

TEST_P(StoreConcurrencyTest, SourcesThatChangeWhileTheyAreComposedAreComposedWhole) {
  ASSERT_TRUE(Put(*store_, {"bucket", "a"}, Letters(70'000, 0)).has_value());
  ASSERT_TRUE(Put(*store_, {"bucket", "b"}, Letters(70'000, 0)).has_value());
  InThreads([&](int thread) {
    for (std::uint32_t i = 0; i < 10; ++i) {
      if (thread == 0) {
        EXPECT_TRUE(Put(*store_, {"bucket", "a"}, Letters(70'000, i)).has_value());
        continue;
      }
      const auto composed = store_->ComposeObject({"bucket", "c" + std::to_string(thread)},
                                                  {{"a", {}, {}}, {"b", {}, {}}}, {}, {});
      // It is no failure to say that they would not hold still.
      EXPECT_TRUE(composed.has_value() || composed.error().code == ErrorCode::kConflict);
    }
  });
  for (int thread = 1; thread < kThreads; ++thread) {
    const auto object = store_->OpenObject({{"bucket", "c" + std::to_string(thread)}, {}});
    if (!object.has_value()) continue;
    EXPECT_EQ(object->record.size, 140'000u);
    EXPECT_EQ(Crc32cOf(testing::ReadAll(*object->content)), object->record.checksums.crc32c);
  }
}

}  // namespace
}  // namespace hyperlocal::gcs
