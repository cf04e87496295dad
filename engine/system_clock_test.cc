#include "engine/system_clock.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <vector>

namespace hyperlocal {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

TEST(SystemClockTest, CallsInTheOrderOfTheTimes) {
  std::vector<int> order;  // written by the clock's one thread; the promise hands it over
  std::promise<void> last;
  SystemClock clock;
  const auto start = clock.Now();
  clock.WakeAt(start + milliseconds(20), [&] {
    order.push_back(3);
    last.set_value();
  });
  clock.WakeAt(start + milliseconds(10), [&] { order.push_back(2); });
  clock.WakeAt(start - hours(1), [&] { order.push_back(1); });
  last.get_future().wait();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_GE(clock.Now(), start + milliseconds(20));
}

TEST(SystemClockTest, WhatStillWaitsIsNotCalled) {
  bool called = false;
  {
    SystemClock clock;
    clock.WakeAt(clock.Now() + hours(1), [&] { called = true; });
  }
  EXPECT_FALSE(called);
}

TEST(SystemClockTest, ACallMayAskForTheNext) {
  std::promise<void> second;
  SystemClock clock;
  clock.WakeAt(clock.Now(), [&] { clock.WakeAt(clock.Now(), [&] { second.set_value(); }); });
  second.get_future().wait();
}

}  // namespace
}  // namespace hyperlocal
