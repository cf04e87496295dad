#include "engine/pipeline/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace hyperlocal {
namespace {

TEST(BoundedQueue, DeliversInOrderAcrossThreads) {
  BoundedQueue<std::unique_ptr<int>> queue(3);
  std::thread first([&] {
    for (int i = 0; i < 2000; ++i) EXPECT_TRUE(queue.Push(std::make_unique<int>(i)));
    queue.Close();
  });
  int expected = 0;
  while (auto item = queue.Pop()) EXPECT_EQ(**item, expected++);
  first.join();
  EXPECT_EQ(expected, 2000);
}

TEST(BoundedQueue, NeverHoldsMoreThanItsCapacity) {
  BoundedQueue<int> queue(2);
  std::atomic<int> on_the_way{0}, most{0};
  std::thread first([&] {
    for (int i = 0; i < 500; ++i) {
      EXPECT_TRUE(queue.Push(i));
      const int now = ++on_the_way;
      if (now > most) most = now;
    }
    queue.Close();
  });
  while (queue.Pop()) --on_the_way;
  first.join();
  EXPECT_LE(most, 3);  // the two, and one that was taken but not yet counted
}

TEST(BoundedQueue, ManyThreadsLoseNothing) {
  BoundedQueue<int> queue(4);
  std::atomic<long> sum{0};
  std::vector<std::thread> writers, readers;
  for (int w = 0; w < 3; ++w) {
    writers.emplace_back([&] {
      for (int i = 1; i <= 1000; ++i) queue.Push(i);
    });
    readers.emplace_back([&] {
      while (const auto item = queue.Pop()) sum += *item;
    });
  }
  for (std::thread& writer : writers) writer.join();
  queue.Close();
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(sum, 3 * 500'500);
}

TEST(BoundedQueue, DeliversWhatIsOnTheWayAfterItIsClosed) {
  BoundedQueue<int> queue(4);
  EXPECT_TRUE(queue.Push(1));
  EXPECT_TRUE(queue.Push(2));
  queue.Close();
  EXPECT_FALSE(queue.Push(3));
  EXPECT_EQ(queue.Pop(), 1);
  EXPECT_EQ(queue.Pop(), 2);
  EXPECT_EQ(queue.Pop(), std::nullopt);
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

TEST(BoundedQueue, DropsWhatIsOnTheWayWhenItIsAbandoned) {
  BoundedQueue<std::shared_ptr<int>> queue(4);
  const auto item = std::make_shared<int>(1);
  EXPECT_TRUE(queue.Push(item));
  queue.Abandon();
  EXPECT_EQ(item.use_count(), 1);
  EXPECT_FALSE(queue.Push(item));
  EXPECT_EQ(queue.Pop(), std::nullopt);
}

// Each of these hangs (and runs into the test's time-out) if a waiting side is not let go.
TEST(BoundedQueue, LetsAWaitingSideGoWhenItIsClosedOrAbandoned) {
  for (const bool abandon : {false, true}) {
    BoundedQueue<int> full(1), empty(1);
    ASSERT_TRUE(full.Push(1));
    bool pushed = true;
    std::optional<int> popped = 1;
    std::thread writer([&] { pushed = full.Push(2); });
    std::thread reader([&] { popped = empty.Pop(); });
    std::this_thread::yield();
    abandon ? full.Abandon() : full.Close();
    abandon ? empty.Abandon() : empty.Close();
    writer.join();
    reader.join();
    EXPECT_FALSE(pushed);
    EXPECT_EQ(popped, std::nullopt);
  }
}

}  // namespace
}  // namespace hyperlocal
