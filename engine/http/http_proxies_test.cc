#include "engine/http/http_proxies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

namespace hyperlocal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

bool Goes(const HttpProxies& proxies, const std::string& url) {
  const auto proxy = proxies.For(*ParseHttpUrl(url));
  EXPECT_TRUE(proxy) << proxy.error().message;
  return proxy && proxy->has_value();
}

TEST(HttpProxies, AreChosenByScheme) {
  const HttpProxies proxies{.for_http = "http://one:1", .for_https = "two:2", .exceptions = ""};
  EXPECT_EQ((*proxies.For(*ParseHttpUrl("http://a/")))->host, "one");
  EXPECT_EQ((*proxies.For(*ParseHttpUrl("https://a/")))->host, "two");
  EXPECT_FALSE(Goes(HttpProxies{}, "http://a/"));
}

TEST(HttpProxies, AreNotForThisMachine) {
  const HttpProxies proxies{.for_http = "p:1", .for_https = "", .exceptions = ""};
  for (const char* const url : {"http://localhost/", "http://127.0.0.1:90/", "http://127.9.9.9/",
                                "http://[::1]/", "http://x.localhost/"}) {
    EXPECT_FALSE(Goes(proxies, url)) << url;
  }
  EXPECT_TRUE(Goes(proxies, "http://128.0.0.1/"));
  EXPECT_TRUE(Goes(proxies, "http://notlocalhost/"));
}

struct ExceptionCase {
  const char* name;
  const char* exceptions;
  const char* url;
  bool goes;
};
class Exceptions : public ::testing::TestWithParam<ExceptionCase> {};
TEST_P(Exceptions, Decide) {
  const HttpProxies proxies{
      .for_http = "p:1", .for_https = "", .exceptions = GetParam().exceptions};
  EXPECT_EQ(Goes(proxies, GetParam().url), GetParam().goes);
}
INSTANTIATE_TEST_SUITE_P(
    All, Exceptions,
    ::testing::Values(ExceptionCase{"All", "*", "http://a.example/", false},
                      ExceptionCase{"Name", "x, A.Example ,y", "http://a.example/", false},
                      ExceptionCase{"Subdomain", "example", "http://a.example/", false},
                      ExceptionCase{"NotASuffixOfAWord", "ample", "http://a.example/", true},
                      ExceptionCase{"LeadingDot", ".example", "http://a.example/", false},
                      ExceptionCase{"LeadingDotItself", ".example", "http://example/", false},
                      ExceptionCase{"Star", "*.example", "http://a.example/", false},
                      ExceptionCase{"Port", "a.example:81", "http://a.example:81/", false},
                      ExceptionCase{"OtherPort", "a.example:82", "http://a.example:81/", true},
                      ExceptionCase{"Address", "10.1.2.3", "http://10.1.2.3/", false},
                      ExceptionCase{"Network", "10.0.0.0/8", "http://10.9.2.3/", false},
                      ExceptionCase{"OddNetwork", "10.1.128.0/17", "http://10.1.127.1/", true},
                      ExceptionCase{"Ipv6", "[fd00::1]:81", "http://[fd00::1]:81/", false},
                      ExceptionCase{"Ipv6Network", "fd00::/8", "http://[fd12::1]/", false},
                      ExceptionCase{"NetworkIsNotForNames", "0.0.0.0/0", "http://a.example/", true},
                      ExceptionCase{"Nonsense", ":,/,[,]:x,10.0.0.0/99", "http://a.example/",
                                    true}),
    [](const auto& test) { return test.param.name; });

TEST(HttpProxies, OfOtherKindsAreRefusedWithoutTheirPassword) {
  for (const char* const proxy : {"socks5://me:hunter2@p:1", "https://me:hunter2@p:1"}) {
    const auto refused = HttpProxies{.for_http = proxy, .for_https = "", .exceptions = ""}.For(
        *ParseHttpUrl("http://a/"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidConfig);
    EXPECT_THAT(refused.error().message, HasSubstr("http_proxy"));
    EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
  }
}

class ProxyEnvironment : public ::testing::Test {
 protected:
  ProxyEnvironment() { Clear(); }
  ~ProxyEnvironment() override { Clear(); }
  static void Clear() {
    for (const char* const name :
         {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
          "no_proxy", "NO_PROXY", "REQUEST_METHOD"}) {
      ::unsetenv(name);
    }
  }
};

TEST_F(ProxyEnvironment, LowerCaseComesFirst) {
  ::setenv("HTTPS_PROXY", "upper:1", 1);
  ::setenv("https_proxy", "lower:1", 1);
  ::setenv("HTTP_PROXY", "plain:1", 1);
  ::setenv("NO_PROXY", "x", 1);
  const HttpProxies proxies = HttpProxies::FromEnvironment();
  EXPECT_EQ(proxies.for_https, "lower:1");
  EXPECT_EQ(proxies.for_http, "plain:1");
  EXPECT_EQ(proxies.exceptions, "x");
}

TEST_F(ProxyEnvironment, HttpProxyDoesNotCountInACgiProgram) {
  ::setenv("HTTP_PROXY", "attacker:1", 1);
  ::setenv("REQUEST_METHOD", "GET", 1);
  EXPECT_EQ(HttpProxies::FromEnvironment().for_http, "");
}

TEST_F(ProxyEnvironment, AllProxyFillsTheGaps) {
  ::setenv("ALL_PROXY", "all:1", 1);
  ::setenv("https_proxy", "lower:1", 1);
  EXPECT_EQ(HttpProxies::FromEnvironment().for_http, "all:1");
  EXPECT_EQ(HttpProxies::FromEnvironment().for_https, "lower:1");
}

}  // namespace
}  // namespace hyperlocal
