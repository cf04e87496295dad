#include "adapters/gcp/auth/google_credentials.h"

#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "adapters/gcp/auth/base64_url_internal.h"
#include "adapters/gcp/auth/token_issuer_test_support.h"
#include "engine/http/http_message.h"
#include "tests/support/file_content.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;
using testing::RecordingRetryClock;
using testing::ScriptedIssuer;
using ::testing::SizeIs;
using testing::TestKey;

constexpr const char* kRefreshToken = "1//the-refresh-token-of-the-test";

const TestKey& Key() {
  static const TestKey key;
  return key;
}

std::string TokenAnswer(const std::string& token, int lifetime = 3600) {
  return json{{"access_token", token}, {"expires_in", lifetime}, {"token_type", "Bearer"}}.dump();
}

std::string IdentityToken(std::int64_t expires) {
  return "e30." + Base64Url(json{{"exp", expires}}.dump()) + ".c2ln";
}

std::map<std::string, std::string> Form(const std::string& body) {
  std::map<std::string, std::string> fields;
  std::size_t at = 0;
  while (at < body.size()) {
    const std::size_t end = std::min(body.find('&', at), body.size());
    const std::size_t equals = body.find('=', at);
    fields[body.substr(at, equals - at)] =
        PercentDecode(body.substr(equals + 1, end - equals - 1)).value_or("?");
    at = end + 1;
  }
  return fields;
}

class GoogleCredentialsTest : public ::testing::Test {
 protected:
  GoogleCredentialOptions Options() {
    GoogleCredentialOptions options;
    options.environment = [this](const char* name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    options.now = [this] { return std::chrono::system_clock::time_point(now_.load()); };
    options.clock = clock_;
    options.retry.seed = 7;
    options.http = {};
    return options;
  }
  std::string KeyFile() {
    return Write("key.json", json{{"type", "service_account"},
                                  {"client_email", "render@p.iam.gserviceaccount.com"},
                                  {"private_key_id", "key-1"},
                                  {"private_key", Key().Pem()},
                                  {"token_uri", issuer_.address()}});
  }
  std::string UserFile(const std::string& name = "user.json") {
    return Write(name, json{{"type", "authorized_user"},
                            {"client_id", "the-client"},
                            {"client_secret", "the-client-secret"},
                            {"refresh_token", kRefreshToken},
                            {"token_uri", issuer_.address()}});
  }
  std::string Write(const std::string& name, const json& document) {
    testing::PutFile(directory_ / name, document.dump());
    return (directory_ / name).string();
  }
  std::shared_ptr<GoogleCredentials> Read(const std::string& file) {
    auto read = ReadGoogleCredentials(file, Options());
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : nullptr;
  }

  testing::TemporaryDirectory directory_{"credentials"};
  ScriptedIssuer issuer_;
  std::map<std::string, std::string> environment_;
  std::atomic<std::chrono::system_clock::duration> now_{seconds(1'800'000'000)};
  std::shared_ptr<RecordingRetryClock> clock_ = std::make_shared<RecordingRetryClock>();
};

TEST_F(GoogleCredentialsTest, SignForAServiceAccount) {
  issuer_.Script({{200, TokenAnswer("ya29.a")}});
  const auto credentials = Read(KeyFile());
  const auto header = credentials->AuthorizationHeader();
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(*header, "Bearer ya29.a");

  ASSERT_THAT(issuer_.asked(), SizeIs(1));
  auto form = Form(issuer_.asked()[0].body);
  EXPECT_EQ(form["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
  const std::string assertion = form["assertion"];
  const std::size_t first = assertion.find('.'), last = assertion.rfind('.');
  const json head = json::parse(*ParseBase64Url(assertion.substr(0, first)));
  EXPECT_EQ(head, (json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "key-1"}}));
  const json claims = json::parse(*ParseBase64Url(assertion.substr(first + 1, last - first - 1)));
  EXPECT_EQ(claims["iss"], "render@p.iam.gserviceaccount.com");
  EXPECT_EQ(claims["aud"], issuer_.address());
  EXPECT_EQ(claims["scope"], "https://www.googleapis.com/auth/cloud-platform");
  EXPECT_EQ(claims["iat"], 1'800'000'000);
  EXPECT_EQ(claims["exp"], 1'800'003'600);
  EXPECT_TRUE(
      Key().Verifies(assertion.substr(0, last), *ParseBase64Url(assertion.substr(last + 1))));
}

TEST_F(GoogleCredentialsTest, GiveAServiceAccountIdentityTokens) {
  const std::string token = IdentityToken(1'800'003'600);
  issuer_.Script({{200, json{{"id_token", token}}.dump()}});
  const auto credentials = Read(KeyFile());
  EXPECT_EQ(*credentials->IdentityHeader("https://render.run.app"), "Bearer " + token);
  EXPECT_EQ(*credentials->IdentityHeader("https://render.run.app"), "Bearer " + token);
  EXPECT_THAT(issuer_.asked(), SizeIs(1));
  EXPECT_TRUE(credentials->IdentityHeader("https://other.run.app"));  // another audience
  ASSERT_THAT(issuer_.asked(), SizeIs(2));
  const std::string assertion = Form(issuer_.asked()[1].body)["assertion"];
  const std::size_t first = assertion.find('.'), last = assertion.rfind('.');
  const json claims = json::parse(*ParseBase64Url(assertion.substr(first + 1, last - first - 1)));
  EXPECT_EQ(claims["target_audience"], "https://other.run.app");
  EXPECT_FALSE(claims.contains("scope"));
}

TEST_F(GoogleCredentialsTest, RefreshForAUser) {
  issuer_.Script({{200, TokenAnswer("ya29.user")}});
  const auto credentials = Read(UserFile());
  EXPECT_EQ(*credentials->AuthorizationHeader(), "Bearer ya29.user");
  auto form = Form(issuer_.asked()[0].body);
  EXPECT_EQ(form["grant_type"], "refresh_token");
  EXPECT_EQ(form["refresh_token"], kRefreshToken);
  EXPECT_EQ(form["client_secret"], "the-client-secret");
  const auto identity = credentials->IdentityHeader("https://render.run.app");
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, ErrorCode::kPermission);
  EXPECT_THAT(identity.error().message, HasSubstr("GOOGLE_APPLICATION_CREDENTIALS"));
}

TEST_F(GoogleCredentialsTest, AskTheMetadataServer) {
  environment_["GCE_METADATA_HOST"] = issuer_.authority();
  const std::string identity = IdentityToken(1'800'003'600);
  const HttpHeaders flavor{{"Metadata-Flavor", "Google"}};
  issuer_.Script({{200, TokenAnswer("ya29.meta"), flavor}, {200, identity, flavor}});
  const auto found = FindGoogleCredentials(Options());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*(*found)->AuthorizationHeader(), "Bearer ya29.meta");
  EXPECT_EQ(*(*found)->IdentityHeader("https://a.run.app"), "Bearer " + identity);
  ASSERT_THAT(issuer_.asked(), SizeIs(2));
  EXPECT_EQ(issuer_.asked()[0].flavor, "Google");
  EXPECT_THAT(issuer_.asked()[0].target,
              HasSubstr("/computeMetadata/v1/instance/service-accounts/default/token?scopes="));
  EXPECT_THAT(issuer_.asked()[1].target,
              HasSubstr("identity?audience=https%3A%2F%2Fa.run.app&format=full"));
}

TEST_F(GoogleCredentialsTest, BelieveNoMetadataServerThatDoesNotSaySo) {
  environment_["GCE_METADATA_HOST"] = issuer_.authority();
  issuer_.Script({{200, TokenAnswer("ya29.portal")}});
  const auto header = (*FindGoogleCredentials(Options()))->AuthorizationHeader();
  ASSERT_FALSE(header);
  EXPECT_THAT(header.error().message, HasSubstr("Metadata-Flavor"));
}

TEST_F(GoogleCredentialsTest, AreLookedForInOrder) {
  environment_["NO_GCE_CHECK"] = "true";
  environment_["HOME"] = (directory_ / "home").string();
  auto none = FindGoogleCredentials(Options());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kPermission);
  EXPECT_THAT(none.error().message, HasSubstr("gcloud auth application-default login"));

  UserFile("home/.config/gcloud/application_default_credentials.json");
  EXPECT_THAT((*FindGoogleCredentials(Options()))->description(), HasSubstr("/home/.config/"));
  UserFile("config/application_default_credentials.json");
  environment_["CLOUDSDK_CONFIG"] = (directory_ / "config").string();
  EXPECT_THAT((*FindGoogleCredentials(Options()))->description(), HasSubstr("/config/"));
  environment_["GOOGLE_APPLICATION_CREDENTIALS"] = KeyFile();
  EXPECT_THAT((*FindGoogleCredentials(Options()))->description(),
              AllOf(HasSubstr("key.json"), HasSubstr("render@p.iam")));
  environment_["GOOGLE_APPLICATION_CREDENTIALS"] = (directory_ / "gone.json").string();
  none = FindGoogleCredentials(Options());
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNoInput);
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr("gone.json"), HasSubstr("GOOGLE_APPLICATION_CREDENTIALS")));
}

TEST_F(GoogleCredentialsTest, AreRenewedBeforeTheyExpire) {
  issuer_.Script({{200, TokenAnswer("one", 3600)}, {200, TokenAnswer("two", 3600)}});
  const auto credentials = Read(KeyFile());
  EXPECT_EQ(*credentials->AuthorizationHeader(), "Bearer one");
  now_ = now_.load() + seconds(3600 - 226);
  EXPECT_EQ(*credentials->AuthorizationHeader(), "Bearer one");
  now_ = now_.load() + seconds(2);
  EXPECT_EQ(*credentials->AuthorizationHeader(), "Bearer two");
}

TEST_F(GoogleCredentialsTest, OutliveAnIssuerThatIsAway) {
  issuer_.Script({{200, TokenAnswer("one", 3600)}, {503, "away"}});
  const auto credentials = Read(KeyFile());
  EXPECT_EQ(*credentials->AuthorizationHeader(), "Bearer one");
  now_ = now_.load() + seconds(3500);
  EXPECT_EQ(*credentials->AuthorizationHeader(), "Bearer one");
  now_ = now_.load() + seconds(200);
  const auto gone = credentials->AuthorizationHeader();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, ErrorCode::kRetriesExhausted);
}

TEST_F(GoogleCredentialsTest, MakeOneRequestForManyCallers) {
  issuer_.Script({{200, TokenAnswer("shared")}});
  const auto credentials = Read(UserFile());
  std::atomic<int> good{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 16; ++i) {
    callers.emplace_back([&] {
      const auto header = credentials->AuthorizationHeader();
      if (header && *header == "Bearer shared") ++good;
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(good, 16);
  EXPECT_THAT(issuer_.asked(), SizeIs(1));
}

TEST_F(GoogleCredentialsTest, TryAgainWithPauses) {
  issuer_.Script({{503, ""}, {429, "", {{"Retry-After", "9"}}}, {200, TokenAnswer("third")}});
  EXPECT_EQ(*Read(KeyFile())->AuthorizationHeader(), "Bearer third");
  const auto slept = clock_->slept();
  ASSERT_THAT(slept, SizeIs(2));
  EXPECT_THAT(slept[0], Le(milliseconds(1000)));
  EXPECT_EQ(slept[1], milliseconds(9000));
}

TEST_F(GoogleCredentialsTest, SayWhyTheyAreRefusedButNoSecret) {
  const json refusal{{"error", "invalid_grant"}, {"error_description", "Token has been revoked."}};
  issuer_.Script({{400, refusal.dump()}});
  const auto refused = Read(UserFile())->AuthorizationHeader();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermission);
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("user.json"), HasSubstr("invalid_grant: Token has been revoked."),
                    HasSubstr("gcloud auth application-default login")));
  EXPECT_THAT(clock_->slept(), SizeIs(0));

  const json echo{{"error", std::string("you sent ") + kRefreshToken},
                  {"error_description", "and the-client-secret"}};
  issuer_.Script({{400, echo.dump()}});
  const auto echoed = Read(UserFile())->AuthorizationHeader();
  ASSERT_FALSE(echoed);
  EXPECT_THAT(echoed.error().message,
              AllOf(Not(HasSubstr(kRefreshToken)), Not(HasSubstr("the-client-secret"))));
  const json token{{"error", "ya29." + std::string(60, 'x')}};
  issuer_.Script({{401, token.dump()}});
  EXPECT_THAT(Read(KeyFile())->AuthorizationHeader().error().message,
              Not(HasSubstr(std::string(40, 'x'))));
}

TEST_F(GoogleCredentialsTest, NameWhatIsWrongWithAFile) {
  const auto problem = [this](const json& document) {
    const auto read = ReadGoogleCredentials(Write("bad.json", document), Options());
    EXPECT_FALSE(read) << document;
    if (read) return std::string();
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidConfig);
    EXPECT_THAT(read.error().message, HasSubstr("bad.json"));
    return read.error().message;
  };
  EXPECT_THAT(problem(json::array()), HasSubstr("object"));
  EXPECT_THAT(problem({{"type", "external_account"}}), HasSubstr("external_account"));
  EXPECT_THAT(problem({{"type", "authorized_user"}, {"client_id", "a"}}),
              HasSubstr("client_secret"));
  json key{{"type", "service_account"}, {"client_email", "a@b"}, {"private_key", "MII-secret"}};
  EXPECT_THAT(problem(key), AllOf(HasSubstr("private_key"), Not(HasSubstr("MII-secret"))));
  key["private_key"] = Key().Pem();
  key["token_uri"] = "http://example.com/token";
  EXPECT_THAT(problem(key), HasSubstr("https://"));
  testing::PutFile(directory_ / "bad.json", "{\"private_key\": \"-----BEGIN secret");
  const auto read = ReadGoogleCredentials(directory_ / "bad.json", Options());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, AllOf(HasSubstr("not JSON"), Not(HasSubstr("secret"))));
}

RC_GTEST_PROP(Base64UrlText, IsReadBack, (const std::string& bytes)) {
  const std::string text = Base64Url(bytes);
  RC_ASSERT(text.find_first_of("+/=") == std::string::npos);
  RC_ASSERT(ParseBase64Url(text) == std::optional(bytes));
}

}  // namespace
}  // namespace hyperlocal
