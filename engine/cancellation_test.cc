#include "engine/cancellation.h"

#include <gtest/gtest.h>

#include <thread>

namespace hyperlocal {
namespace {

TEST(CancellationToken, IsCancelledForAllItsCopies) {
  const CancellationToken token;
  const CancellationToken copy = token;
  EXPECT_FALSE(copy.cancelled());
  std::thread([token] { token.Cancel(); }).join();
  EXPECT_TRUE(copy.cancelled());
  EXPECT_TRUE(token.cancelled());
}

TEST(CancellationToken, IsNotCancelledWithAnother) {
  const CancellationToken one, other;
  one.Cancel();
  EXPECT_FALSE(other.cancelled());
}

TEST(CancellationToken, AChildIsCancelledWithItsParentButNotTheOtherWayRound) {
  const CancellationToken parent;
  const CancellationToken early = parent.Child(), sibling = parent.Child();
  early.Cancel();
  EXPECT_TRUE(early.cancelled());
  EXPECT_FALSE(parent.cancelled());
  EXPECT_FALSE(sibling.cancelled());
  parent.Cancel();
  EXPECT_TRUE(sibling.cancelled());
  EXPECT_TRUE(parent.Child().cancelled());
}

TEST(CancellationToken, AChildOutlivesItsParent) {
  CancellationToken child;
  {
    const CancellationToken parent;
    child = parent.Child();
    parent.Cancel();
  }
  EXPECT_TRUE(child.cancelled());
}

}  // namespace
}  // namespace hyperlocal
