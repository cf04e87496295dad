#include "fakes/gcs/server/signed_request_internal.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/hash/sha256.h"
#include "fakes/gcs/server/signed_keys_internal.h"
#include "tests/support/signed_url_vectors.h"

namespace hyperlocal::gcs {
namespace {

std::string_view PathOf(std::string_view target) {
  return target.substr(0, target.find('?'));
}
std::string_view QueryOf(std::string_view target) {
  return target.substr(target.find('?') + 1);
}

class PublishedSignature : public ::testing::TestWithParam<PublishedUrl> {};

TEST_P(PublishedSignature, IsOfTheCanonicalRequestThatWeMake) {
  const PublishedUrl& url = GetParam();
  const auto signature = ReadV4Signature(QueryOf(url.target));
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(signature->account, kPublishedAccount);
  const SignedRequest request{url.method, PathOf(url.target), QueryOf(url.target), url.headers};
  const std::string host = url.host.substr(0, url.host.find(':'));
  const std::string canonical = CanonicalRequest(request, *signature, request.path, host);
  EXPECT_EQ(Sha256Hex(canonical), url.canonical_sha256) << canonical;
  SignerKeys keys;
  ASSERT_TRUE(keys.AddPublicKey(kPublishedAccount, kPublishedKey));
  const std::string text = StringToSign(*signature, canonical);
  EXPECT_TRUE(keys.VerifiesRsa(kPublishedAccount, text, signature->signature));
  EXPECT_FALSE(keys.VerifiesRsa(kPublishedAccount, text + " ", signature->signature));
  EXPECT_FALSE(keys.VerifiesRsa("somebody@else", text, signature->signature));
}

INSTANTIATE_TEST_SUITE_P(ConformanceTests, PublishedSignature, ::testing::ValuesIn(PublishedUrls()),
                         [](const auto& test) { return test.param.name; });

constexpr std::string_view kGood =
    "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a%40b%2F20190201%2Fauto%2Fstorage%2F"
    "goog4_request&X-Goog-Date=20190201T090000Z&X-Goog-Expires=10&X-Goog-SignedHeaders=host&"
    "X-Goog-Signature=00ff";

std::string With(std::string_view from, std::string_view to) {
  std::string query(kGood);
  query.replace(query.find(from), from.size(), to);
  return query;
}

TEST(V4Query, IsReadWithoutRegardToTheCaseOfNames) {
  std::string lower(kGood);
  for (const char* const name : {"X-Goog-Algorithm", "X-Goog-Date", "X-Goog-Signature"}) {
    std::string small(name);
    for (char& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    lower.replace(lower.find(name), small.size(), small);
  }
  const auto signature = ReadV4Signature(lower);
  ASSERT_TRUE(signature) << signature.error().message;
  EXPECT_EQ(signature->scope, "20190201/auto/storage/goog4_request");
  EXPECT_EQ(signature->signature, std::string("\0\xff", 2));
}

TEST(V4Query, WhatIsMissingOrWrongIsNamed) {
  struct Row {
    std::string query, expectation;
  };
  for (const Row& row : {
           Row{With("X-Goog-Algorithm=GOOG4-RSA-SHA256&", ""), "X-Goog-Algorithm"},
           Row{With("GOOG4-RSA-SHA256", "AWS4-HMAC-SHA256"), "GOOG4-HMAC-SHA256"},
           Row{With("X-Goog-Date=20190201T090000Z&", ""), "no X-Goog-Date"},
           Row{With("20190201T090000Z", "20190231T090000Z"), "YYYYMMDDTHHMMSSZ"},
           Row{With("20190201T090000Z", "2019-02-01T09"), "YYYYMMDDTHHMMSSZ"},
           Row{With("20190201%2Fauto", "20190202%2Fauto"), "X-Goog-Credential"},
           Row{With("%2Fgoog4_request", "%2Faws4_request"), "X-Goog-Credential"},
           Row{With("a%40b%2F", "%2F"), "X-Goog-Credential"},
           Row{With("X-Goog-Expires=10", "X-Goog-Expires=604801"), "604800"},
           Row{With("X-Goog-Expires=10", "X-Goog-Expires=-1"), "604800"},
           Row{With("X-Goog-Expires=10", "X-Goog-Expires=1.5"), "604800"},
           Row{With("X-Goog-Expires=10&", ""), "no X-Goog-Expires"},
           Row{With("SignedHeaders=host", "SignedHeaders=content-type"), "host"},
           Row{With("SignedHeaders=host", "SignedHeaders=Host"), "lower case"},
           Row{With("SignedHeaders=host", "SignedHeaders=host%3Ba"), "sorted"},
           Row{With("X-Goog-Signature=00ff", "X-Goog-Signature=zz"), "hex"},
           Row{With("&X-Goog-Signature=00ff", ""), "no X-Goog-Signature"},
       }) {
    const auto signature = ReadV4Signature(row.query);
    ASSERT_FALSE(signature) << row.query;
    EXPECT_EQ(signature.error().code, ErrorCode::kBadRequest);
    EXPECT_NE(signature.error().message.find(row.expectation), std::string::npos)
        << signature.error().message;
  }
}

TEST(CanonicalHeaders, AreTrimmedFoldedAndJoined) {
  const HttpHeaders headers{{"Host", "h"}, {"X-Two", " a   b "}, {"x-two", "c"}};
  V4Signature signature;
  signature.signed_headers = {"host", "x-two"};
  const SignedRequest request{"GET", "/b/o", "", headers};
  EXPECT_EQ(CanonicalRequest(request, signature, "/b/o", "h"),
            "GET\n/b/o\n\nhost:h\nx-two:a b,c\n\nhost;x-two\nUNSIGNED-PAYLOAD");
}

TEST(V2StringToSign, HasTheExtensionHeadersAndNotTheEncryptionKey) {
  const HttpHeaders headers{{"Content-MD5", "m=="},
                            {"Content-Type", "text/plain"},
                            {"x-goog-meta-b", "2"},
                            {"X-Goog-Acl", "private"},
                            {"x-goog-encryption-key", "secret"}};
  const SignedRequest request{"PUT", "/b/o", "", headers};
  EXPECT_EQ(V2StringToSign(request, "/b/o", "123"),
            "PUT\nm==\ntext/plain\n123\nx-goog-acl:private\nx-goog-meta-b:2\n/b/o");
}

TEST(SignerKeys, BadKeysAreRefusedWithoutShowingThem) {
  SignerKeys keys;
  EXPECT_EQ(keys.AddServiceAccount("{").error().code, ErrorCode::kInvalidJson);
  const auto refused = keys.AddServiceAccount(
      R"({"client_email": "a@b", "private_key": "-----BEGIN PRIVATE KEY-----\nSECRET\n"})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("SECRET"), std::string::npos);
  EXPECT_NE(refused.error().message.find("a@b"), std::string::npos);
  EXPECT_FALSE(keys.AddServiceAccount(R"({"client_email": "a@b"})"));
  EXPECT_FALSE(keys.AddPublicKey("a@b", "nothing"));
  EXPECT_FALSE(keys.AddHmac({"", "x"}));
  EXPECT_FALSE(keys.Knows("a@b"));
}

TEST(HexDecode, OnlyHexIsHex) {
  EXPECT_EQ(HexDecode("00Ff"), std::string("\0\xff", 2));
  EXPECT_EQ(HexDecode("0"), "");
  EXPECT_EQ(HexDecode("0g"), "");
  EXPECT_EQ(HexEncode(std::string("\0\xff", 2)), "00ff");
}

}  // namespace
}  // namespace hyperlocal::gcs
