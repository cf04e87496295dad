#include "engine/composition/asset_fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hyperlocal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A web of a few addresses; each is answered with its outcomes in turn, the last one again and
// again.
class SmallWeb : public HttpCaller {
 public:
  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    asked.push_back(call.url);
    std::vector<HttpOutcome>& outcomes = answers[call.url];
    if (outcomes.empty()) return done(HttpReply{404, {}, ""});
    HttpOutcome outcome = outcomes.front();
    if (outcomes.size() > 1) outcomes.erase(outcomes.begin());
    done(std::move(outcome));
  }
  std::map<std::string, std::vector<HttpOutcome>> answers;
  std::vector<std::string> asked;
};

HttpReply Page(std::string body) {
  return {200, {{"Content-Type", "text/css"}}, std::move(body)};
}
HttpReply Moved(std::string to) {
  return {302, {{"Location", std::move(to)}}, ""};
}

class AssetFetcherTest : public ::testing::Test {
 protected:
  SmallWeb web_;
  AssetFetcher fetcher_{web_};
};

TEST_F(AssetFetcherTest, FollowsRedirections) {
  web_.answers["https://a.test/x/y?q"] = {Moved("z")};
  web_.answers["https://a.test/x/z"] = {Moved("/root")};
  web_.answers["https://a.test/root"] = {Moved("//b.test/c")};
  web_.answers["https://b.test/c"] = {Page("at last")};
  const auto asset = fetcher_.Fetch("https://a.test/x/y?q#part");
  ASSERT_TRUE(asset) << asset.error().message;
  EXPECT_EQ(asset->body, "at last");
  EXPECT_EQ(asset->content_type, "text/css");
  web_.answers["https://a.test/loop"] = {Moved("/loop")};
  EXPECT_THAT(fetcher_.Fetch("https://a.test/loop").error().message, HasSubstr("redirected"));
}

TEST_F(AssetFetcherTest, AsksABusyServerAgain) {
  const std::string url = "https://a.test/x";
  web_.answers[url] = {HttpReply{503, {}, ""},
                       HttpCallFailure{HttpCallFailure::Kind::kBroken, "cut"}, Page("x")};
  EXPECT_TRUE(fetcher_.Fetch(url));
  EXPECT_THAT(web_.asked, ElementsAre(url, url, url));
}

TEST_F(AssetFetcherTest, TellsWhatWasNotThereFromWhatCouldNotBeReached) {
  const auto code = [this](const char* url, HttpOutcome outcome) {
    web_.answers[url] = {std::move(outcome)};
    const auto asset = fetcher_.Fetch(url);
    EXPECT_FALSE(asset);
    EXPECT_THAT(asset.error().message, HasSubstr(url));
    return asset.error().code;
  };
  const HttpCallFailure unreachable{HttpCallFailure::Kind::kNotConnected, "no such host"};
  EXPECT_EQ(code("https://a.test/x", HttpReply{404, {}, ""}), ErrorCode::kAssetUnavailable);
  EXPECT_EQ(code("https://a.test/x", unreachable), ErrorCode::kAssetUnavailable);
  const char* const font = "https://fonts.googleapis.com/css2?family=No";
  EXPECT_EQ(code(font, HttpReply{400, {}, ""}), ErrorCode::kFontFetchFailed);
  EXPECT_EQ(code(font, HttpReply{503, {}, ""}), ErrorCode::kFontFetchUnavailable);
  EXPECT_EQ(code(font, unreachable), ErrorCode::kFontFetchUnavailable);
}

}  // namespace
}  // namespace hyperlocal
