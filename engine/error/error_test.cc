#include "engine/error/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "engine/error/result.h"
#include "tests/support/golden_file.h"

namespace hyperlocal {
namespace {

using ::testing::AnyOf;

TEST(ErrorTable, EveryWireNameIsUnique) {
  std::set<std::string_view> names;
  for (const ErrorSpec& row : kErrorTable) {
    EXPECT_FALSE(row.wire.empty());
    EXPECT_TRUE(names.insert(row.wire).second) << row.wire;
  }
}

TEST(ErrorTable, NoSecondSpellingIsTheWireNameOfAnotherRow) {
  std::set<std::string_view> names;
  for (const ErrorSpec& row : kErrorTable) names.insert(row.wire);
  for (const ErrorSpec& row : kErrorTable) EXPECT_FALSE(names.contains(row.alias)) << row.alias;
}

TEST(ErrorTable, RetryableIsWhatTheHttpStatusSays) {
  for (const ErrorSpec& row : kErrorTable) {
    EXPECT_THAT(row.http_status, AnyOf(400, 500)) << row.wire;
    EXPECT_EQ(row.retryable, row.http_status >= 500) << row.wire;
  }
}

TEST(ErrorTable, ExitStatusesAreTheDocumentedOnes) {
  for (const ErrorSpec& row : kErrorTable) {
    EXPECT_THAT(row.exit_status, AnyOf(64, 65, 66, 69, 70, 73, 74, 75, 77, AnyOf(78, 124, 130)))
        << row.wire;
  }
}

TEST(ErrorTable, TheNamesOnTheWireAreFrozen) {
  std::string text;
  for (const ErrorSpec& row : kErrorTable) {
    text += row.wire;
    if (!row.alias.empty()) text += " " + std::string(row.alias);
    text += '\n';
  }
  testing::ExpectGolden("error_codes.txt", text);
}

TEST(Error, ContextComesBeforeTheMessageAndKeepsTheCode) {
  const Error error = Error{ErrorCode::kIo, "disk full"}.WithContext("chunk 3");
  EXPECT_EQ(error.code, ErrorCode::kIo);
  EXPECT_EQ(error.message, "chunk 3: disk full");
}

Result<int> Half(int number) {
  if (number % 2 != 0) return Error{ErrorCode::kUsage, "odd"};
  return number / 2;
}

Result<int> Quarter(int number) {
  HYPERLOCAL_TRY(const int half, Half(number));
  return Half(half);
}

TEST(Result, TryHandsOnTheValueOrTheError) {
  EXPECT_EQ(*Quarter(12), 3);
  EXPECT_EQ(Quarter(6).error().message, "odd");
  EXPECT_EQ(Quarter(5).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace hyperlocal
