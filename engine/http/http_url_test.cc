#include "engine/http/http_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HttpUrl, IsTakenApart) {
  const auto url = ParseHttpUrl("HTTP://Storage.Example:4443/b/x%2Fy?a=b&c#there");
  ASSERT_TRUE(url) << url.error().message;
  EXPECT_EQ(url->secure, false);
  EXPECT_EQ(url->host, "storage.example");
  EXPECT_EQ(url->port, 4443);
  EXPECT_EQ(url->target, "/b/x%2Fy?a=b&c");
  EXPECT_EQ(url->authority(), "storage.example:4443");
  EXPECT_EQ(url->origin(), "http://storage.example:4443");
}

TEST(HttpUrl, KnowsThePortOfItsScheme) {
  EXPECT_EQ(ParseHttpUrl("http://a")->port, 80);
  EXPECT_EQ(ParseHttpUrl("https://a")->port, 443);
  EXPECT_EQ(ParseHttpUrl("https://a:443/")->origin(), "https://a");
  EXPECT_EQ(ParseHttpUrl("https://a:80/")->origin(), "https://a:80");
  EXPECT_EQ(ParseHttpUrl("http://a:")->port, 80);
}

TEST(HttpUrl, PutsASlashBeforeALoneQuery) {
  EXPECT_EQ(ParseHttpUrl("http://a?x=1")->target, "/?x=1");
  EXPECT_EQ(ParseHttpUrl("http://a")->target, "/");
}

TEST(HttpUrl, HasIpv6AddressesInBrackets) {
  const auto url = ParseHttpUrl("http://[::1]:8080/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->authority(), "[::1]:8080");
}

TEST(HttpUrl, KeepsTheUserinfoApart) {
  const auto url = ParseHttpUrl("http://name:se%40cret@proxy:3128");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->userinfo, "name:se%40cret");
  EXPECT_EQ(url->origin(), "http://proxy:3128");
}

class BadUrl : public ::testing::TestWithParam<const char*> {};
TEST_P(BadUrl, IsRefused) {
  const auto url = ParseHttpUrl(GetParam());
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().code, ErrorCode::kBadRequest);
}
INSTANTIATE_TEST_SUITE_P(All, BadUrl,
                         ::testing::Values("", "a", "localhost:80", "ftp://a/", "http://",
                                           "http://:80", "http://a:0", "http://a:65536",
                                           "http://a:8o", "http://a b/", "http://a/\r\nX: y",
                                           "http://[::1", "http://[1.2.3.4]/", "http://[::1]x",
                                           "http://a\\b", "http://a\"b/", "http://@/"));

TEST(HttpUrl, ShowsNoSecretWhenItIsRefused) {
  const auto url = ParseHttpUrl("ftp://me:hunter2@host/path?token=abc");
  ASSERT_FALSE(url);
  EXPECT_THAT(url.error().message, HasSubstr("host/path"));
  EXPECT_THAT(url.error().message, Not(HasSubstr("hunter2")));
  EXPECT_THAT(url.error().message, Not(HasSubstr("abc")));
}

}  // namespace
}  // namespace hyperlocal
