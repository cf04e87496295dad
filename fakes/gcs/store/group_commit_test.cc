#include "fakes/gcs/store/group_commit_internal.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "fakes/gcs/store/schema_internal.h"

namespace hyperlocal::gcs {
namespace {

class GroupCommitTest : public ::testing::Test {
 protected:
  GroupCommitTest() { EXPECT_TRUE(PrepareSchema(*database_).has_value()); }

  static Status Insert(WriteTransaction& transaction, const std::string& name) {
    return Query(transaction.database(), "INSERT INTO meta VALUES(?1, 1)").Bind(name).Run();
  }
  std::int64_t Count() { return *database_->Number("SELECT count(*) - 2 FROM meta"); }

  // The changes are made while another one holds the commit up, so that they are one batch after
  // it; their answers.
  std::vector<Status> InOneBatch(std::vector<GroupCommit::Change> changes) {
    std::promise<void> begun;
    std::promise<void> go_on;
    std::thread first([&] {
      EXPECT_TRUE(commits_
                      .Run([&](WriteTransaction& transaction) {
                        begun.set_value();
                        go_on.get_future().wait();
                        return Insert(transaction, "first");
                      })
                      .has_value());
    });
    begun.get_future().wait();
    std::vector<Status> answers(changes.size(), Ok());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      threads.emplace_back([&, i] { answers[i] = commits_.Run(changes[i]); });
    }
    while (commits_.waiting() < changes.size()) std::this_thread::yield();
    go_on.set_value();
    first.join();
    for (std::thread& thread : threads) thread.join();
    return answers;
  }

  std::unique_ptr<Database> database_ = std::move(*Database::InMemory());
  std::unique_ptr<ContentShelf> shelf_ = NewMemoryShelf();
  std::mutex connection_;
  GroupCommit commits_{GroupCommit::Parts{database_.get(),
                                          shelf_.get(),
                                          [] { return Timestamp(std::chrono::seconds(5)); },
                                          &connection_,
                                          {}},
                       7};
};

TEST_F(GroupCommitTest, AChangeThatFailsLeavesNothingAndTakesNoOtherWithIt) {
  std::vector<GroupCommit::Change> changes;
  for (int i = 0; i < 5; ++i) {
    changes.emplace_back([i](WriteTransaction& transaction) -> Status {
      HYPERLOCAL_TRY_STATUS(Insert(transaction, "change " + std::to_string(i)));
      if (i % 2 == 1) return Error{ErrorCode::kPreconditionFailed, "no " + std::to_string(i)};
      return Ok();
    });
  }
  const auto answers = InOneBatch(changes);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].has_value(), i % 2 == 0);
    if (answers[i].has_value()) continue;
    EXPECT_EQ(answers[i].error().message, "no " + std::to_string(i));
  }
  EXPECT_EQ(Count(), 4);
}

TEST_F(GroupCommitTest, WhenTheTransactionIsLostNobodyIsToldThatItWorked) {
  std::vector<GroupCommit::Change> changes(3, [](WriteTransaction& transaction) {
    return Insert(transaction, "x" + std::to_string(transaction.NextGeneration()));
  });
  // As SQLite does when the disk is full.
  changes.emplace_back([](WriteTransaction& transaction) -> Status {
    HYPERLOCAL_TRY_STATUS(transaction.database().Execute("ROLLBACK"));
    return Error{ErrorCode::kIo, "the disk is full"};
  });
  for (const Status& answer : InOneBatch(changes)) {
    EXPECT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::kIo);
  }
  EXPECT_EQ(Count(), 1);
  EXPECT_TRUE(
      commits_.Run([](WriteTransaction& transaction) { return Insert(transaction, "later"); })
          .has_value());
  EXPECT_EQ(Count(), 2);
}

TEST_F(GroupCommitTest, AloneAChangeThatFailsLeavesNothingEither) {
  EXPECT_FALSE(commits_
                   .Run([](WriteTransaction& transaction) -> Status {
                     HYPERLOCAL_TRY_STATUS(Insert(transaction, "x"));
                     return Error{ErrorCode::kBadRequest, "no"};
                   })
                   .has_value());
  EXPECT_EQ(Count(), 0);
}

TEST_F(GroupCommitTest, GenerationsGoOnFromTheLastAndAreKept) {
  std::int64_t first = 0;
  std::int64_t second = 0;
  ASSERT_TRUE(commits_
                  .Run([&](WriteTransaction& transaction) {
                    first = transaction.NextGeneration();
                    second = transaction.NextGeneration();
                    return Ok();
                  })
                  .has_value());
  EXPECT_EQ(first, 5'000'000);
  EXPECT_EQ(second, first + 1);
  EXPECT_EQ(*database_->Number("SELECT value FROM meta WHERE name = 'generation'"), second);
}

}  // namespace
}  // namespace hyperlocal::gcs
