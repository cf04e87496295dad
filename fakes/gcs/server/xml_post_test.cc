#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/hash/base64.h"
#include "fakes/gcs/server/fake_request_test_support.h"
#include "tests/support/storage_signer.h"

namespace hyperlocal::gcs {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string Base64Text(std::string_view text) {
  return Base64(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

class PostedForms : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { signer_ = new TestSigner; }
  static void TearDownTestSuite() {
    delete signer_;
    signer_ = nullptr;
  }

  PostedForms() : service_(Options()) { EXPECT_EQ(service_.Ask("PUT", "/bkt").status, 200); }

  GcsServerOptions Options() {
    GcsServerOptions options;
    options.service_account_keys = {signer_->KeyFile()};
    options.now = [this] { return now_; };
    return options;
  }

  HttpResponse Post(const Fields& fields, const std::string& content = "content",
                    const std::string& target = "/bkt") {
    std::string body;
    for (const auto& [name, value] : fields) {
      body +=
          "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    body +=
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"pic.png\"\r\n"
        "Content-Type: image/png\r\n\r\n" +
        content + "\r\n--b--\r\n";
    return service_.Ask("POST", target, body,
                        {{"Content-Type", "multipart/form-data; boundary=b"}});
  }

  // The fields of a policy with these conditions, signed.
  Fields Signed(Fields fields, const std::string& conditions,
                const std::string& expiration = "2026-01-01T01:00:00Z") {
    const std::string credential = signer_->account() + "/20260101/auto/storage/goog4_request";
    const std::string policy = Base64Text(
        R"({"expiration": ")" + expiration + R"(", "conditions": [)" + conditions +
        R"(, {"bucket": "bkt"}, {"x-goog-date": "20260101T000000Z"}, {"x-goog-credential": ")" +
        credential + R"("}, {"x-goog-algorithm": "GOOG4-RSA-SHA256"}]})");
    fields.emplace_back("x-goog-algorithm", "GOOG4-RSA-SHA256");
    fields.emplace_back("x-goog-credential", credential);
    fields.emplace_back("x-goog-date", "20260101T000000Z");
    fields.emplace_back("x-goog-signature", HexEncode(signer_->Sign(policy)));
    fields.emplace_back("policy", policy);
    return fields;
  }

  static TestSigner* signer_;
  std::chrono::system_clock::time_point now_ = *ParseBasicTime("20260101T000010Z");
  ServiceWithoutSocket service_;
};

TestSigner* PostedForms::signer_ = nullptr;

TEST_F(PostedForms, AFormWithoutAPolicyMakesAnObject) {
  const HttpResponse response =
      Post({{"key", "in/${filename}"}, {"Cache-Control", "no-store"}, {"x-goog-meta-k", "v"}});
  EXPECT_EQ(response.status, 204) << response.body;
  const auto object = service_.store().GetObject({{"bkt", "in/pic.png"}, {}});
  ASSERT_TRUE(object);
  EXPECT_EQ(object->fields.content_type, "image/png");
  EXPECT_EQ(object->fields.cache_control, "no-store");
  EXPECT_EQ(object->fields.metadata.at("k"), "v");
  EXPECT_EQ(BodyOf(service_.Ask("GET", "/bkt/in/pic.png")), "content");
}

TEST_F(PostedForms, SuccessIsAnsweredAsTheFormAsks) {
  EXPECT_EQ(Post({{"key", "a"}, {"success_action_status", "200"}}).status, 200);
  EXPECT_EQ(Post({{"key", "a"}, {"success_action_status", "404"}}).status, 204);
  const HttpResponse created = Post({{"key", "a b"}, {"success_action_status", "201"}});
  EXPECT_EQ(created.status, 201);
  EXPECT_NE(created.body.find("<PostResponse><Location>http://storage.test/bkt/a%20b</Location>"
                              "<Bucket>bkt</Bucket><Key>a b</Key>"),
            std::string::npos)
      << created.body;
  const HttpResponse redirected =
      Post({{"key", "a"}, {"success_action_redirect", "http://x.test/done?y=1"}});
  EXPECT_EQ(redirected.status, 303);
  EXPECT_TRUE(redirected.headers.Get("Location")
                  .starts_with("http://x.test/done?y=1&bucket=bkt&key=a&etag="));
}

TEST_F(PostedForms, ASignedPolicyThatHoldsIsTaken) {
  const HttpResponse response =
      Post(Signed({{"key", "in/a"}, {"content-type", "image/png"}},
                  R"(["starts-with", "$key", "in/"], ["starts-with", "$Content-Type", "image/"],
                     ["content-length-range", 1, 10])"));
  EXPECT_EQ(response.status, 204) << response.body;
}

TEST_F(PostedForms, WhatThePolicyDoesNotAllowIsRefused) {
  const HttpResponse key = Post(Signed({{"key", "out/a"}}, R"(["starts-with", "$key", "in/"])"));
  EXPECT_EQ(key.status, 400);
  EXPECT_NE(key.body.find("InvalidPolicyDocument"), std::string::npos) << key.body;
  EXPECT_EQ(Post(Signed({{"key", "a"}, {"x-goog-meta-k", "v"}}, R"({"key": "a"})")).status, 400);
  const HttpResponse large =
      Post(Signed({{"key", "a"}}, R"({"key": "a"}, ["content-length-range", 0, 6])"));
  EXPECT_EQ(large.status, 400);
  EXPECT_NE(large.body.find("EntityTooLarge"), std::string::npos) << large.body;
  const HttpResponse small =
      Post(Signed({{"key", "a"}}, R"({"key": "a"}, ["content-length-range", 8, 9])"));
  EXPECT_NE(small.body.find("EntityTooSmall"), std::string::npos) << small.body;
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "a"}, {}}));
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "out/a"}, {}}));
}

TEST_F(PostedForms, AWrongSignatureIs403AndAnExpiredPolicy400) {
  Fields fields = Signed({{"key", "a"}}, R"({"key": "a"})");
  for (auto& [name, value] : fields) {
    if (name == "x-goog-signature") value.back() = value.back() == '0' ? '1' : '0';
  }
  const HttpResponse wrong = Post(fields);
  EXPECT_EQ(wrong.status, 403);
  EXPECT_NE(wrong.body.find("SignatureDoesNotMatch"), std::string::npos) << wrong.body;
  const HttpResponse expired =
      Post(Signed({{"key", "a"}}, R"({"key": "a"})", "2026-01-01T00:00:09Z"));
  EXPECT_EQ(expired.status, 400);
  EXPECT_NE(expired.body.find("ExpiredToken"), std::string::npos) << expired.body;
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "a"}, {}}));
}

TEST_F(PostedForms, TheRootIsAnAddressWhenTheFormNamesTheBucket) {
  EXPECT_EQ(Post({{"key", "a"}, {"bucket", "bkt"}}, "content", "/").status, 204);
  EXPECT_EQ(Post(Signed({{"key", "b"}}, R"({"key": "b"})"), "content", "/").status, 204);
  EXPECT_TRUE(service_.store().GetObject({{"bkt", "b"}, {}}));
  EXPECT_EQ(Post({{"key", "c"}}, "content", "/").status, 400);
}

TEST_F(PostedForms, WhatIsNoFormIsRefused) {
  EXPECT_EQ(
      service_.Ask("POST", "/bkt", "key=a", {{"Content-Type", "application/x-www-form-urlencoded"}})
          .status,
      400);
  EXPECT_EQ(
      service_
          .Ask("POST", "/bkt", "--b--\r\n", {{"Content-Type", "multipart/form-data; boundary=b"}})
          .status,
      400);
  EXPECT_EQ(Post({{"nokey", "a"}}).status, 400);
  EXPECT_EQ(Post({{"key", "a"}, {"bucket", "other"}}).status, 400);
  EXPECT_EQ(Post({{"key", "a"}, {"policy", "!"}}).status, 400);
}

}  // namespace
}  // namespace hyperlocal::gcs
