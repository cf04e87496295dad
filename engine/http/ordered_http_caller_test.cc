#include "engine/http/ordered_http_caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kService = "http://127.0.0.1:8080";

// Keeps what it is to call, for the test to end.
class CallsUnderWay : public HttpCaller {
 public:
  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override {
    calls.emplace_back(std::move(call), std::move(done));
  }
  std::vector<std::string> Urls() const {
    std::vector<std::string> urls;
    for (const auto& [call, done] : calls) urls.push_back(call.url);
    return urls;
  }
  void End(std::size_t index) {
    const auto done = calls.at(index).second;
    calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(index));
    done(HttpReply{});
  }
  std::vector<std::pair<HttpCall, std::function<void(HttpOutcome)>>> calls;
};

class OrderedHttpCallerTest : public ::testing::Test {
 protected:
  void Start(const std::string& url, std::chrono::milliseconds timeout = 1h) {
    HttpCall call;
    call.url = url;
    call.timeout = timeout;
    ordered_->Start(std::move(call), [this, url](const HttpOutcome& outcome) {
      const auto* const failure = std::get_if<HttpCallFailure>(&outcome);
      ended_.push_back(url + (failure == nullptr                                   ? ""
                              : failure->kind == HttpCallFailure::Kind::kCancelled ? " cancelled"
                                                                                   : " timed out"));
    });
  }

  std::vector<std::string> ended_;  // told by what follows, at its end too
  CallsUnderWay under_way_;
  std::unique_ptr<OrderedHttpCaller> ordered_ =
      std::make_unique<OrderedHttpCaller>(under_way_, kService, 2);
};

TEST_F(OrderedHttpCallerTest, MakesSoManyAtOnceInTheirOrder) {
  const std::string a = kService + std::string("/a"), b = kService + std::string("/b"),
                    c = kService + std::string("/c"), d = kService + std::string("/d");
  for (const std::string& url : {a, b, c, d}) Start(url);
  EXPECT_THAT(under_way_.Urls(), ElementsAre(a, b));
  under_way_.End(1);
  EXPECT_THAT(under_way_.Urls(), ElementsAre(a, c));
  under_way_.End(0);
  EXPECT_THAT(under_way_.Urls(), ElementsAre(c, d));
  under_way_.End(1);
  under_way_.End(0);
  EXPECT_THAT(ended_, ElementsAre(b, a, d, c));
  Start(a);  // the places are free again
  Start(b);
  EXPECT_THAT(under_way_.Urls(), ElementsAre(a, b));
}

TEST_F(OrderedHttpCallerTest, LetsCallsToAnywhereElsePass) {
  const std::vector<std::string> others{"http://127.0.0.1:80801/", "http://example.com/",
                                        "http://127.0.0.1:80/"};
  Start(kService);
  Start(std::string(kService) + "?x");
  Start(std::string(kService) + "/waits");
  for (const std::string& other : others) Start(other);
  EXPECT_THAT(under_way_.Urls(),
              ElementsAre(kService, std::string(kService) + "?x", others[0], others[1], others[2]));
}

TEST_F(OrderedHttpCallerTest, TimeRunsWhileACallWaits) {
  Start(std::string(kService) + "/1");
  Start(std::string(kService) + "/2");
  Start(std::string(kService) + "/late", 1ms);
  Start(std::string(kService) + "/3", 10s);
  std::this_thread::sleep_for(2ms);
  under_way_.End(0);
  EXPECT_THAT(ended_,
              ElementsAre(std::string(kService) + "/late timed out", std::string(kService) + "/1"));
  ASSERT_EQ(under_way_.calls.size(), 2U);
  EXPECT_LT(under_way_.calls[1].first.timeout, 10s);
}

TEST_F(OrderedHttpCallerTest, WhatWaitsIsCancelledWhenItIsClosed) {
  Start(std::string(kService) + "/1");
  Start(std::string(kService) + "/2");
  Start(std::string(kService) + "/3");
  ordered_.reset();
  EXPECT_THAT(ended_, ElementsAre(std::string(kService) + "/3 cancelled"));
  // The others end later, without it.
  under_way_.End(0);
  under_way_.End(0);
  EXPECT_EQ(ended_.size(), 3U);
  EXPECT_THAT(under_way_.calls, IsEmpty());
}

}  // namespace
}  // namespace hyperlocal
