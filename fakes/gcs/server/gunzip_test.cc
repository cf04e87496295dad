#include "fakes/gcs/server/gunzip_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "fakes/gcs/server/gzip_test_support.h"

namespace hyperlocal::gcs {
namespace {

Result<std::string> Unpacked(std::string_view packed, std::size_t piece) {
  Gunzip gunzip;
  std::string plain;
  while (!packed.empty()) {
    HYPERLOCAL_TRY_STATUS(gunzip.Feed(packed.substr(0, piece), [&plain](std::string_view part) {
      plain += part;
      return Ok();
    }));
    packed.remove_prefix(std::min(piece, packed.size()));
  }
  HYPERLOCAL_TRY_STATUS(gunzip.Finish());
  return plain;
}

RC_GTEST_PROP(Gunzip, WhatWasPackedComesBack, ()) {
  const auto plain = *rc::gen::arbitrary<std::string>();
  const auto piece = *rc::gen::inRange<std::size_t>(1, 50);
  RC_ASSERT(Unpacked(GzipOf(plain), piece).value() == plain);
}

TEST(Gunzip, AContentThatUnpacksToMuchComesWhole) {
  const std::string plain(std::size_t{5} << 20, 'z');
  const std::string packed = GzipOf(plain);
  ASSERT_LT(packed.size(), plain.size() / 100);
  for (std::size_t piece : {std::size_t{1}, std::size_t{1000}, packed.size()}) {
    EXPECT_EQ(Unpacked(packed, piece).value(), plain);
  }
}

TEST(Gunzip, SeveralMembersAreOneContent) {
  EXPECT_EQ(Unpacked(GzipOf("one ") + GzipOf("two"), 3).value(), "one two");
}

TEST(Gunzip, DamageAndAnEarlyEndAreRefused) {
  std::string packed = GzipOf("some content");
  EXPECT_FALSE(Unpacked(packed.substr(0, packed.size() - 1), 100));
  packed[packed.size() - 6] ^= 1;
  EXPECT_FALSE(Unpacked(packed, 100));
  EXPECT_FALSE(Unpacked("plain text", 100));
  EXPECT_FALSE(Unpacked("", 100));
}

}  // namespace
}  // namespace hyperlocal::gcs
