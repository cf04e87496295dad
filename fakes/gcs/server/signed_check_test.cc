#include "fakes/gcs/server/signed_check_internal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/hash/sha256.h"
#include "fakes/gcs/server/fake_request_test_support.h"
#include "tests/support/signed_url_vectors.h"
#include "tests/support/storage_signer.h"

namespace hyperlocal::gcs {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::chrono::system_clock::time_point At(std::string_view time) {
  return *ParseBasicTime(time);
}

// A server that knows one signer, at a time that the test sets.
class SignedRequests : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { signer_ = new TestSigner; }  // a key takes a while to make
  static void TearDownTestSuite() {
    delete signer_;
    signer_ = nullptr;
  }

  SignedRequests() : service_(Options()) {
    BucketRecord bucket;
    bucket.name = "bkt";
    EXPECT_TRUE(service_.store().CreateBucket(bucket));
    EXPECT_EQ(service_.Ask("PUT", "/bkt/obj", "content").status, 200);
  }

  GcsServerOptions Options() {
    GcsServerOptions options;
    options.service_account_keys = {signer_->KeyFile()};
    options.hmac_keys = {{"GOOGHMAC", "c2VjcmV0"}};
    options.now = [this] { return now_; };
    options.warn = [this](std::string_view line) { warnings_.emplace_back(line); };
    return options;
  }

  std::string Signed(const std::string& method, const std::string& path,
                     const std::string& query = "", HttpHeaders headers = {}) {
    headers.Add("Host", "storage.test");
    return signer_->V4Target(method, path, query, headers);
  }

  static TestSigner* signer_;
  std::chrono::system_clock::time_point now_ = At("20260101T000010Z");
  std::vector<std::string> warnings_;
  ServiceWithoutSocket service_;
};

TestSigner* SignedRequests::signer_ = nullptr;

TEST_F(SignedRequests, AGoodSignatureIsTaken) {
  const HttpResponse response = service_.Ask("GET", Signed("GET", "/bkt/obj"));
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(BodyOf(response), "content");
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(SignedRequests, TheOrderOfTheQueryDoesNotMatterAndItsContentDoes) {
  const std::string target = Signed("GET", "/bkt/obj", "response-content-type=text%2Fplain");
  std::string moved = target.substr(target.find("X-Goog-Signature"));
  moved =
      target.substr(0, target.find('?') + 1) + moved + "&" +
      target.substr(target.find('?') + 1, target.find("&X-Goog-Signature") - target.find('?') - 1);
  const HttpResponse response = service_.Ask("GET", moved);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(response.headers.Get("Content-Type"), "text/plain");
  EXPECT_EQ(service_.Ask("GET", target + "&response-content-type=text%2Fhtml").status, 403);
}

TEST_F(SignedRequests, AWrongOneIs403WithWhatWasSigned) {
  std::string target = Signed("GET", "/bkt/obj");
  target.back() = target.back() == '0' ? '1' : '0';
  const HttpResponse response = service_.Ask("GET", target);
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(response.headers.Get("Content-Type"), "application/xml; charset=UTF-8");
  for (const char* const part :
       {"<Code>SignatureDoesNotMatch</Code>", "<StringToSign>GOOG4-RSA-SHA256\n20260101T000000Z\n",
        "<CanonicalRequest>GET\n/bkt/obj\nX-Goog-Algorithm=GOOG4-RSA-SHA256&amp;X-Goog-Credential=",
        "\nhost:storage.test\n\nhost\nUNSIGNED-PAYLOAD</CanonicalRequest>"}) {
    EXPECT_NE(response.body.find(part), std::string::npos) << part << "\n" << response.body;
  }
}

TEST_F(SignedRequests, AnotherMethodOrObjectIsWrong) {
  const std::string target = Signed("GET", "/bkt/obj");
  EXPECT_EQ(service_.Ask("DELETE", target).status, 403);
  std::string other = target;
  other.replace(other.find("obj"), 3, "oth");
  EXPECT_EQ(service_.Ask("GET", other).status, 403);
  EXPECT_TRUE(service_.store().GetObject({{"bkt", "obj"}, {}}));
}

TEST_F(SignedRequests, OneThatHasExpiredIs400) {
  const std::string target = Signed("GET", "/bkt/obj");
  now_ = At("20260101T001000Z");
  EXPECT_EQ(service_.Ask("GET", target).status, 200);
  now_ += seconds(1);
  const HttpResponse response = service_.Ask("GET", target);
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("<Code>ExpiredToken</Code>"), std::string::npos);
  EXPECT_NE(response.body.find("The provided token has expired."), std::string::npos);
}

TEST_F(SignedRequests, OneOfTheFutureIsRefusedBeyondTheSkewOfClocks) {
  const std::string target = Signed("GET", "/bkt/obj");
  now_ = At("20260101T000000Z") - std::chrono::minutes(15);
  EXPECT_EQ(service_.Ask("GET", target).status, 200);
  now_ -= seconds(1);
  EXPECT_EQ(service_.Ask("GET", target).status, 403);
}

TEST_F(SignedRequests, MoreThanSevenDaysAreRefused) {
  const HttpHeaders host{{"Host", "storage.test"}};
  EXPECT_EQ(
      service_
          .Ask("GET", signer_->V4Target("GET", "/bkt/obj", "", host, "20260101T000000Z", "604800"))
          .status,
      200);
  const HttpResponse response = service_.Ask(
      "GET", signer_->V4Target("GET", "/bkt/obj", "", host, "20260101T000000Z", "604801"));
  EXPECT_EQ(response.status, 400);
  EXPECT_NE(response.body.find("604800"), std::string::npos);
}

TEST_F(SignedRequests, SignedHeadersMustBeThereAndAsTheyWere) {
  const std::string target = Signed("PUT", "/bkt/new", "", {{"Content-Type", "text/plain"}});
  EXPECT_EQ(service_.Ask("PUT", target, "x", {{"Content-Type", "text/plain"}}).status, 200);
  EXPECT_EQ(service_.Ask("PUT", target, "x", {{"Content-Type", "text/html"}}).status, 403);
  const HttpResponse missing = service_.Ask("PUT", target, "x");
  EXPECT_EQ(missing.status, 400);
  EXPECT_NE(missing.body.find("content-type"), std::string::npos) << missing.body;
}

TEST_F(SignedRequests, AnotherHostIsWrongAndAPortIsNot) {
  const std::string target = Signed("GET", "/bkt/obj");
  EXPECT_EQ(service_.Ask("GET", target, "", {{"Host", "other.test"}}).status, 403);
  // The Node client signs the host without the port of an emulator.
  EXPECT_EQ(service_.Ask("GET", target, "", {{"Host", "storage.test:4443"}}).status, 200);
  // Behind a proxy it is the client's name of it that was signed.
  EXPECT_EQ(
      service_.Ask("GET", target, "", {{"Host", "inner:80"}, {"X-Forwarded-Host", "storage.test"}})
          .status,
      200);
}

TEST_F(SignedRequests, WithTheBucketInTheHostThePathIsTheObjectAlone) {
  const HttpHeaders host{{"Host", "bkt.storage.googleapis.com"}};
  EXPECT_EQ(service_.Ask("GET", signer_->V4Target("GET", "/obj", "", host), "", host).status, 200);
  std::string with_bucket = signer_->V4Target("GET", "/bkt/obj", "", host);
  with_bucket.erase(0, 4);
  EXPECT_EQ(service_.Ask("GET", with_bucket, "", host).status, 403);
}

TEST_F(SignedRequests, AnUnknownSignerIsTakenWithOneWarning) {
  const TestSigner stranger("stranger@test");
  const HttpHeaders host{{"Host", "storage.test"}};
  std::string target = stranger.V4Target("GET", "/bkt/obj", "", host);
  target.back() = target.back() == '0' ? '1' : '0';
  EXPECT_EQ(service_.Ask("GET", target).status, 200);
  EXPECT_EQ(service_.Ask("GET", target).status, 200);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_NE(warnings_[0].find("stranger@test"), std::string::npos);
  // Its form and expiry are checked all the same.
  now_ += hours(1);
  EXPECT_EQ(service_.Ask("GET", target).status, 400);
}

TEST_F(SignedRequests, AnUnknownSignerIsRefusedWhereKnownOnesAreRequired) {
  GcsServerOptions options = Options();
  options.require_known_signers = true;
  ServiceWithoutSocket strict(options);
  const TestSigner stranger("stranger@test");
  const HttpResponse response =
      strict.Ask("GET", stranger.V4Target("GET", "/bkt/obj", "", {{"Host", "storage.test"}}));
  EXPECT_EQ(response.status, 403);
  EXPECT_NE(response.body.find("stranger@test"), std::string::npos);
}

TEST_F(SignedRequests, HmacSignaturesAreChecked) {
  // By hand, from the description of the V4 signing process.
  const auto hmac = [](std::string_view key, std::string_view text) {
    unsigned char mac[32];
    unsigned length = 0;
    ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &length);
    return std::string(reinterpret_cast<char*>(mac), length);
  };
  const std::string query =
      "X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential=GOOGHMAC%2F20260101%2Fauto%2Fstorage"
      "%2Fgoog4_request&X-Goog-Date=20260101T000000Z&X-Goog-Expires=600&X-Goog-SignedHeaders=host";
  const std::string canonical =
      "GET\n/bkt/obj\n" + query + "\nhost:storage.test\n\nhost\nUNSIGNED-PAYLOAD";
  const std::string key =
      hmac(hmac(hmac(hmac("GOOG4c2VjcmV0", "20260101"), "auto"), "storage"), "goog4_request");
  const std::string signature = HexEncode(
      hmac(key, "GOOG4-HMAC-SHA256\n20260101T000000Z\n20260101/auto/storage/goog4_request\n" +
                    Sha256Hex(canonical)));
  EXPECT_EQ(service_.Ask("GET", "/bkt/obj?" + query + "&X-Goog-Signature=" + signature).status,
            200);
  EXPECT_EQ(
      service_.Ask("GET", "/bkt/obj?" + query + "&X-Goog-Signature=" + signature + "00").status,
      403);
}

TEST_F(SignedRequests, V2SignaturesAreCheckedAndExpire) {
  const std::string expires = "1767225700";  // 2026-01-01T00:01:40Z
  const std::string target = signer_->V2Target("GET", "/bkt/obj", expires);
  EXPECT_EQ(service_.Ask("GET", target).status, 200);
  EXPECT_EQ(service_.Ask("DELETE", target).status, 403);
  now_ = At("20260101T000141Z");
  const HttpResponse expired = service_.Ask("GET", target);
  EXPECT_EQ(expired.status, 400);
  EXPECT_NE(expired.body.find("ExpiredToken"), std::string::npos);
  const HttpResponse bad = service_.Ask("GET", "/bkt/obj?GoogleAccessId=a&Signature=b&Expires=NaN");
  EXPECT_EQ(bad.status, 400);
  EXPECT_NE(bad.body.find("Expires parameter is not a valid long value: NaN"), std::string::npos);
}

TEST_F(SignedRequests, AResumableUploadBeginsWithASignedUrl) {
  const HttpHeaders start{{"x-goog-resumable", "start"}};
  const std::string target = Signed("POST", "/bkt/up", "", start);
  EXPECT_EQ(service_.Ask("POST", target, "", {{"x-goog-resumable", "other"}}).status, 403);
  const HttpResponse begun = service_.Ask("POST", target, "", start);
  ASSERT_EQ(begun.status, 201) << begun.body;
  const std::string location(begun.headers.Get("Location"));
  ASSERT_TRUE(location.starts_with("http://storage.test/bkt/up?upload_id=")) << location;
  const HttpResponse done = service_.Ask("PUT", location.substr(location.find("/bkt")), "content");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(service_.store().GetObject({{"bkt", "up"}, {}})->size, 7u);
}

TEST_F(SignedRequests, APublishedPolicySignatureIsGood) {
  SignerKeys keys;
  ASSERT_TRUE(keys.AddPublicKey(kPublishedAccount, kPublishedKey));
  EXPECT_TRUE(
      keys.VerifiesRsa(kPublishedAccount, kPublishedPolicy, HexDecode(kPublishedPolicySignature)));
}

}  // namespace
}  // namespace hyperlocal::gcs
