#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "engine/file/whole_file.h"
#include "fakes/cloud_run/base64_url_internal.h"
#include "fakes/cloud_run/identity_server.h"
#include "fakes/cloud_run/json_web_token_internal.h"
#include "fakes/cloud_run/rsa_key_internal.h"
#include "fakes/cloud_run/token_issuer.h"
#include "fakes/cloud_run/token_verifier.h"
#include "tests/support/raw_connection.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::cloud_run {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;
using ::testing::Test;

constexpr std::string_view kAudience = "https://service.example.run.app";

std::unique_ptr<TokenIssuer> NewIssuer(TokenIssuerOptions options = {}) {
  auto issuer = TokenIssuer::Create(std::move(options));
  EXPECT_TRUE(issuer.has_value());
  return std::move(*issuer);
}

std::string PartOf(const std::string& token, int part) {
  std::size_t begin = 0;
  for (; part > 0; --part) begin = token.find('.', begin) + 1;
  return token.substr(begin, token.find('.', begin) - begin);
}

// Keys take a while to make: one for all.
class IdentityTest : public Test {
 protected:
  static void SetUpTestSuite() { issuer_ = NewIssuer(WithClock()).release(); }
  static void TearDownTestSuite() {
    delete issuer_;
    issuer_ = nullptr;
  }
  static TokenIssuerOptions WithClock() {
    TokenIssuerOptions options;
    options.now = [] { return std::chrono::system_clock::time_point(seconds(now_)); };
    return options;
  }
  void SetUp() override { now_ = 1'767'225'600; }

  static std::unique_ptr<TokenVerifier> NewVerifier(std::vector<std::string> invokers = {
                                                        "allAuthenticatedUsers"}) {
    TokenVerifierOptions options;
    options.key_set = [] { return Result<std::string>(issuer_->key_set()); };
    options.invokers = std::move(invokers);
    options.now = [] { return std::chrono::system_clock::time_point(seconds(now_)); };
    auto verifier = TokenVerifier::Create(std::move(options));
    EXPECT_TRUE(verifier.has_value());
    return std::move(*verifier);
  }
  // 0: it is let in.
  static int StatusOf(TokenVerifier& verifier, std::string_view token) {
    const auto verdict = verifier.Verify(token, {std::string(kAudience)});
    const auto* const refusal = std::get_if<TokenRefusal>(&verdict);
    return refusal == nullptr ? 0 : refusal->status;
  }
  static std::string WhyNot(TokenVerifier& verifier, std::string_view token) {
    const auto verdict = verifier.Verify(token, {std::string(kAudience)});
    const auto* const refusal = std::get_if<TokenRefusal>(&verdict);
    return refusal == nullptr ? "" : refusal->why;
  }
  // A token with this header and these claims, signed as it should be.
  static std::string Signed(const RsaSigningKey& key, const Json& header, const Json& claims) {
    const std::string text = Base64Url(header.dump()) + "." + Base64Url(claims.dump());
    return text + "." + Base64Url(*key.Sign(text));
  }

  static TokenIssuer* issuer_;
  static std::atomic<std::int64_t> now_;
};
TokenIssuer* IdentityTest::issuer_ = nullptr;
std::atomic<std::int64_t> IdentityTest::now_ = 0;

TEST_F(IdentityTest, ATokenSaysWhatTokensOfServiceAccountsSay) {
  const auto token = issuer_->Token(kAudience);
  ASSERT_TRUE(token.has_value());
  const Json header = Json::parse(*ParseBase64Url(PartOf(*token, 0)));
  const Json claims = Json::parse(*ParseBase64Url(PartOf(*token, 1)));
  EXPECT_EQ(header.at("alg"), "RS256");
  EXPECT_EQ(header.at("kid"), issuer_->key_id());
  EXPECT_EQ(issuer_->key_id().size(), 40U);
  EXPECT_EQ(claims.at("aud"), kAudience);
  EXPECT_EQ(claims.at("iss"), "https://accounts.google.com");
  EXPECT_EQ(claims.at("email"), issuer_->options().email);
  EXPECT_EQ(claims.at("email_verified"), true);
  EXPECT_EQ(claims.at("iat"), now_.load());
  EXPECT_EQ(claims.at("exp"), now_ + 3600);
}

TEST_F(IdentityTest, AGoodTokenLetsInAndTellsWhoItIs) {
  auto verifier = NewVerifier();
  const auto verdict = verifier->Verify(*issuer_->Token(kAudience), {std::string(kAudience)});
  ASSERT_TRUE(std::holds_alternative<Identity>(verdict));
  EXPECT_EQ(std::get<Identity>(verdict).email, issuer_->options().email);
}

TEST_F(IdentityTest, ATokenForAnAddressBelowTheServiceLetsIn) {
  auto verifier = NewVerifier();
  EXPECT_EQ(StatusOf(*verifier, *issuer_->Token(std::string(kAudience) + "/render")), 0);
  EXPECT_EQ(StatusOf(*verifier, *issuer_->Token(std::string(kAudience) + "/")), 0);
  EXPECT_EQ(StatusOf(*verifier, *issuer_->Token(std::string(kAudience) + ".evil.test")), 401);
}

TEST_F(IdentityTest, ATokenExpiresAfterAnHourAndTheLeeway) {
  auto verifier = NewVerifier();
  const std::string token = *issuer_->Token(kAudience);
  now_ += 3600 + 29;
  EXPECT_EQ(StatusOf(*verifier, token), 0);
  now_ += 1;
  EXPECT_EQ(StatusOf(*verifier, token), 401);
  EXPECT_EQ(WhyNot(*verifier, token), "the token has expired");
}

TEST_F(IdentityTest, ATokenOfTheFutureIsRefused) {
  auto verifier = NewVerifier();
  now_ += 31;
  const std::string token = *issuer_->Token(kAudience);
  now_ -= 31;
  EXPECT_EQ(WhyNot(*verifier, token), "the token is not valid yet");
}

TEST_F(IdentityTest, AnotherKeyIsRefusedEvenUnderOurKeysName) {
  auto verifier = NewVerifier();
  const auto other = RsaSigningKey::Generate();
  ASSERT_TRUE(other.has_value());
  const Json claims = Json::parse(*ParseBase64Url(PartOf(*issuer_->Token(kAudience), 1)));
  EXPECT_EQ(WhyNot(*verifier, Signed(*other, {{"alg", "RS256"}, {"kid", other->id()}}, claims)),
            "the token is signed by a key that nobody knows");
  EXPECT_EQ(
      WhyNot(*verifier, Signed(*other, {{"alg", "RS256"}, {"kid", issuer_->key_id()}}, claims)),
      "the token's signature is wrong");
}

TEST_F(IdentityTest, OtherAlgorithmsAreRefusedWhateverTheSignatureIs) {
  auto verifier = NewVerifier();
  const std::string good = *issuer_->Token(kAudience);
  for (const std::string algorithm : {"none", "HS256", "RS384", "PS256", "rs256", ""}) {
    const std::string header =
        Base64Url(Json{{"alg", algorithm}, {"kid", issuer_->key_id()}}.dump());
    // With no signature, and with that of the good token.
    EXPECT_EQ(StatusOf(*verifier, header + "." + PartOf(good, 1) + "."), 401) << algorithm;
    EXPECT_EQ(WhyNot(*verifier, header + "." + PartOf(good, 1) + "." + PartOf(good, 2)),
              "the token is not signed with RS256")
        << algorithm;
  }
}

TEST_F(IdentityTest, AudienceIssuerAndSignatureAreLookedAt) {
  auto verifier = NewVerifier();
  EXPECT_EQ(WhyNot(*verifier, *issuer_->Token("https://other.example")),
            "the token is for another audience");
  TokenIssuerOptions options = WithClock();
  options.issuer = "https://issuer.example";
  const auto other = NewIssuer(options);
  TokenVerifierOptions trusting;
  trusting.key_set = [&] { return Result<std::string>(other->key_set()); };
  trusting.now = options.now;
  auto wrong_issuer = TokenVerifier::Create(std::move(trusting));
  ASSERT_TRUE(wrong_issuer.has_value());
  EXPECT_EQ(WhyNot(**wrong_issuer, *other->Token(kAudience)), "the token is of another issuer");
}

TEST_F(IdentityTest, WhoIsNoInvokerGets403) {
  auto verifier = NewVerifier({"serviceAccount:renderer@p.iam.gserviceaccount.com"});
  EXPECT_EQ(StatusOf(*verifier, *issuer_->Token(kAudience)), 403);
  EXPECT_EQ(StatusOf(*verifier, *issuer_->TokenOf("renderer@p.iam.gserviceaccount.com", kAudience)),
            0);
  auto nobody = NewVerifier({});
  EXPECT_EQ(StatusOf(*nobody, *issuer_->Token(kAudience)), 403);
}

TEST_F(IdentityTest, GarbageGets401) {
  auto verifier = NewVerifier();
  const std::string good = *issuer_->Token(kAudience);
  for (const std::string& token :
       std::vector<std::string>{"", ".", "..", "a.b", "a.b.c", "a.b.c.d", good + ".", good + "A",
                                "ey", std::string(100000, 'a'), good.substr(0, good.size() - 2),
                                " " + good, Base64Url("[]") + "." + PartOf(good, 1) + ".x",
                                PartOf(good, 0) + "." + Base64Url("{}") + "." + PartOf(good, 2)}) {
    EXPECT_EQ(StatusOf(*verifier, token), 401) << token.substr(0, 80);
  }
}

TEST_F(IdentityTest, ANewKeyOfTheIssuerIsLookedFor) {
  const auto first = NewIssuer(WithClock());
  const auto second = NewIssuer(WithClock());
  std::atomic<int> looks = 0;
  TokenVerifierOptions options;
  options.key_set = [&] {
    return Result<std::string>(looks++ == 0 ? first->key_set() : second->key_set());
  };
  options.now = WithClock().now;
  auto verifier = TokenVerifier::Create(std::move(options));
  ASSERT_TRUE(verifier.has_value());
  EXPECT_EQ(StatusOf(**verifier, *first->Token(kAudience)), 0);
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(StatusOf(**verifier, *second->Token(kAudience)), 0);
  EXPECT_EQ(looks, 2);
  // Tokens of unknown keys do not make it ask again and again.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(StatusOf(**verifier, *first->Token(kAudience)), 401);
  EXPECT_EQ(looks, 2);
}

TEST_F(IdentityTest, OptionsThatMakeNoSenseAreRefused) {
  TokenVerifierOptions options;
  options.key_set = [] { return Result<std::string>(issuer_->key_set()); };
  options.invokers = {"everybody"};
  EXPECT_EQ(TokenVerifier::Create(options).error().code, ErrorCode::kUsage);
  options.invokers = {};
  options.key_set = [] {
    return Result<std::string>(std::string("{\"keys\":[{\"kty\":\"RSA\"}]}"));
  };
  EXPECT_EQ(TokenVerifier::Create(options).error().code, ErrorCode::kBadRequest);
  TokenIssuerOptions issuer;
  issuer.lifetime = seconds(0);
  EXPECT_EQ(TokenIssuer::Create(issuer).error().code, ErrorCode::kUsage);
  EXPECT_EQ(issuer_->Token("").error().code, ErrorCode::kBadRequest);
}

TEST_F(IdentityTest, AKeyInADirectoryOutlivesTheIssuerAndIsItsOwnersAlone) {
  const testing::TemporaryDirectory directory("keys");
  TokenIssuerOptions options;
  options.key_directory = directory.path();
  const std::string id = NewIssuer(options)->key_id();
  EXPECT_EQ(NewIssuer(options)->key_id(), id);
  struct stat facts {};
  ASSERT_EQ(::stat((directory / "identity-key.pem").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  ASSERT_TRUE(WriteWholeFile(directory / "identity-key.pem", "no key").has_value());
  const auto damaged = TokenIssuer::Create(options);
  ASSERT_FALSE(damaged.has_value());
  EXPECT_NE(damaged.error().message.find("identity-key.pem"), std::string::npos);
}

TEST_F(IdentityTest, TheServiceGetsTheTokenWithoutItsSignature) {
  const std::string token = *issuer_->Token(kAudience);
  const std::string bare = WithoutSignature(token);
  EXPECT_EQ(PartOf(bare, 1), PartOf(token, 1));
  EXPECT_EQ(PartOf(bare, 2), "SIGNATURE_REMOVED_BY_GOOGLE");
}

RC_GTEST_PROP(Base64UrlTest, ReadsBackWhatItWrote, (const std::string& bytes)) {
  const std::string text = Base64Url(bytes);
  RC_ASSERT(text.find_first_of("+/=") == std::string::npos);
  RC_ASSERT(ParseBase64Url(text) == bytes);
}

TEST_F(IdentityTest, ADamagedTokenNeverLetsIn) {
  const auto verifier = NewVerifier();
  const std::string good = *issuer_->Token(kAudience);
  EXPECT_TRUE(rc::check("one character is another", [&] {
    std::string token = good;
    const auto at = *rc::gen::inRange<std::size_t>(0, token.size());
    token[at] = *rc::gen::arbitrary<char>();
    RC_PRE(token != good);
    RC_ASSERT(StatusOf(*verifier, token) == 401);
  }));
}

class IdentityServerTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    auto server = IdentityServer::Start({}, *issuer_);
    ASSERT_TRUE(server.has_value());
    server_ = std::move(*server);
  }
  testing::RawConnection::Answer Get(const std::string& target,
                                     const std::string& headers = "Metadata-Flavor: Google\r\n") {
    testing::RawConnection connection(server_->port());
    connection.Send("GET " + target + " HTTP/1.1\r\nHost: " + server_->authority() + "\r\n" +
                    headers + "\r\n");
    return connection.ReadAnswer();
  }
  static constexpr const char* kIdentity =
      "/computeMetadata/v1/instance/service-accounts/default/identity";
  std::unique_ptr<IdentityServer> server_;
};

TEST_F(IdentityServerTest, GivesTokensInTheMetadataServersShape) {
  const auto answer =
      Get(std::string(kIdentity) + "?audience=https%3A%2F%2Fservice.example.run.app&format=full");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.Header("Metadata-Flavor"), "Google");
  auto verifier = NewVerifier();
  EXPECT_EQ(StatusOf(*verifier, answer.body), 0);
}

TEST_F(IdentityServerTest, AsksForTheFlavourAndNoProxy) {
  const std::string target = std::string(kIdentity) + "?audience=a";
  EXPECT_EQ(Get(target, "").status, 403);
  EXPECT_EQ(Get(target, "Metadata-Flavor: google\r\n").status, 403);
  EXPECT_EQ(Get(target, "Metadata-Flavor: Google\r\nX-Forwarded-For: 1.2.3.4\r\n").status, 403);
  const auto none = Get(kIdentity);
  EXPECT_EQ(none.status, 400);
  EXPECT_EQ(none.body, "non-empty audience parameter required\n");
  EXPECT_EQ(Get("/computeMetadata/v1/instance/service-accounts/other@x/identity?audience=a").status,
            404);
}

TEST_F(IdentityServerTest, ServesWhatClientLibrariesAskFor) {
  EXPECT_EQ(Get("/").status, 200);
  EXPECT_EQ(Get("/computeMetadata/v1/instance").status, 200);
  EXPECT_EQ(Get("/computeMetadata/v1/project/project-id").body, "local-project");
  EXPECT_EQ(Get("/computeMetadata/v1/instance/service-accounts/default/email").body,
            issuer_->options().email);
  EXPECT_EQ(Json::parse(Get("/computeMetadata/v1/instance/service-accounts/default/token").body)
                .at("token_type"),
            "Bearer");
}

TEST_F(IdentityServerTest, DiscoveryLeadsToAKeySetThatVerifies) {
  const Json facts = Json::parse(Get("/.well-known/openid-configuration", "").body);
  EXPECT_EQ(facts.at("issuer"), "https://accounts.google.com");
  EXPECT_EQ(facts.at("jwks_uri"), server_->base_url() + "/oauth2/v3/certs");
  const auto keys = ParseKeySet(Get("/oauth2/v3/certs", "").body);
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 1U);
  const std::string token = *issuer_->Token(kAudience);
  EXPECT_TRUE((*keys)[0].Verifies(PartOf(token, 0) + "." + PartOf(token, 1),
                                  *ParseBase64Url(PartOf(token, 2))));
}

}  // namespace
}  // namespace hyperlocal::cloud_run
