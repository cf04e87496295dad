#include "fakes/gcs/server/header_claims_internal.h"

#include <gtest/gtest.h>

#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"

namespace hyperlocal::gcs {
namespace {

TEST(HeaderClaims, GoogHashInOneFieldOrInTwo) {
  const std::string crc = Crc32cBase64(Crc32cOf("hello"));
  const std::string md5 = Md5Base64(Md5Of("hello"));
  ContentClaims one, two;
  ASSERT_TRUE(ReadHeaderClaims({{"X-Goog-Hash", "crc32c=" + crc + ", md5=" + md5}}, one));
  ASSERT_TRUE(
      ReadHeaderClaims({{"x-goog-hash", "md5=" + md5}, {"x-goog-hash", "crc32c=" + crc}}, two));
  EXPECT_EQ(one.crc32c, Crc32cOf("hello"));
  EXPECT_EQ(one.md5, Md5Of("hello"));
  EXPECT_EQ(one, two);
}

TEST(HeaderClaims, ContentMd5AndChecksumsToCome) {
  ContentClaims claims;
  ASSERT_TRUE(ReadHeaderClaims(
      {{"Content-MD5", Md5Base64(Md5Of("x"))}, {"x-goog-hash", "sha999=abc"}}, claims));
  EXPECT_EQ(claims.md5, Md5Of("x"));
  EXPECT_FALSE(claims.crc32c);
}

TEST(HeaderClaims, WhatIsNoChecksumIsRefusedAndNamed) {
  for (const HttpHeader& header :
       {HttpHeader{"x-goog-hash", "crc32c=????"}, HttpHeader{"x-goog-hash", "crc32c=AAAA"},
        HttpHeader{"x-goog-hash", "md5=AAAA"}, HttpHeader{"x-goog-hash", "nothing"},
        HttpHeader{"Content-MD5", "not base64"}}) {
    ContentClaims claims;
    const Status read = ReadHeaderClaims({header}, claims);
    ASSERT_FALSE(read) << header.value;
    EXPECT_EQ(read.error().code, ErrorCode::kBadRequest);
    EXPECT_NE(read.error().message.find(header.name), std::string::npos);
  }
}

TEST(HeaderClaims, TwoThatContradictEachOtherAreRefused) {
  ContentClaims claims;
  EXPECT_FALSE(ReadHeaderClaims(
      {{"Content-MD5", Md5Base64(Md5Of("a"))}, {"x-goog-hash", "md5=" + Md5Base64(Md5Of("b"))}},
      claims));
}

}  // namespace
}  // namespace hyperlocal::gcs
