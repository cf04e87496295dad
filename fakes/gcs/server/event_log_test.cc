#include "fakes/gcs/server/event_log_internal.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>

namespace hyperlocal::gcs {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kNoPatience{0};

GcsEvent EventOf(const std::string& bucket, const std::string& name,
                 GcsEventKind kind = GcsEventKind::kFinalize) {
  GcsEvent event;
  event.kind = kind;
  event.object.key = {bucket, name};
  event.object.generation = 7;
  event.object.metageneration = 2;
  event.object.size = 5;
  return event;
}

void Publish(EventLog& log, const GcsEvent& event) {
  log.Publish(event, "storage.objects.insert", std::chrono::system_clock::time_point());
}

TEST(EventLog, ASubscriberHearsWhatHappensAfterItCame) {
  EventLog log(4);
  Publish(log, EventOf("b", "before"));
  const auto subscription = log.Subscribe({});
  ASSERT_TRUE(subscription);
  Publish(log, EventOf("b", "o", GcsEventKind::kArchive));
  const auto item = subscription->Next(kNoPatience);
  ASSERT_TRUE(item);
  EXPECT_EQ(item->kind, "OBJECT_ARCHIVE");
  const auto json = nlohmann::json::parse(item->json);
  EXPECT_EQ(json["kind"], "OBJECT_ARCHIVE");
  EXPECT_EQ(json["bucket"], "b");
  EXPECT_EQ(json["object"], "o");
  EXPECT_EQ(json["generation"], "7");
  EXPECT_EQ(json["metageneration"], "2");
  EXPECT_EQ(json["size"], "5");
  EXPECT_EQ(json["method"], "storage.objects.insert");
  EXPECT_EQ(json["time"].get<std::string>().substr(0, 19), "1970-01-01T00:00:00");
  EXPECT_EQ(subscription->Next(kNoPatience)->kind, "HEARTBEAT");
}

TEST(EventLog, OnlyWhatTheFilterNames) {
  EventLog log(4);
  const auto subscription = log.Subscribe({"b", "in/", false});
  Publish(log, EventOf("c", "in/x"));
  Publish(log, EventOf("b", "out/x"));
  Publish(log, EventOf("b", "in/x"));
  const auto item = subscription->Next(kNoPatience);
  ASSERT_TRUE(item);
  EXPECT_NE(item->json.find("in/x"), std::string::npos);
  EXPECT_EQ(subscription->Next(kNoPatience)->kind, "HEARTBEAT");
}

TEST(EventLog, RequestsAreForThoseWhoWantThem) {
  EventLog log(4);
  const auto objects = log.Subscribe({});
  EXPECT_FALSE(log.WantsRequests());
  auto requests = log.Subscribe({"", "", true});
  EXPECT_TRUE(log.WantsRequests());
  RequestNote note;
  note.method = "storage.objects.get";
  note.http_method = "GET";
  note.path = "/b/o";
  note.status = 200;
  note.bytes = 12;
  log.Publish(note, std::chrono::system_clock::now());
  const auto item = requests->Next(kNoPatience);
  ASSERT_TRUE(item);
  const auto json = nlohmann::json::parse(item->json);
  EXPECT_EQ(json["kind"], "REQUEST");
  EXPECT_EQ(json["status"], 200);
  EXPECT_EQ(json["bytes"], 12);
  EXPECT_EQ(json["method"], "storage.objects.get");
  EXPECT_EQ(objects->Next(kNoPatience)->kind, "HEARTBEAT");
  requests.reset();
  EXPECT_FALSE(log.WantsRequests());
}

TEST(EventLog, WhatDoesNotFitIsDroppedAndCounted) {
  EventLog log(4);
  const auto slow = log.Subscribe({});
  for (int i = 0; i < 1005; ++i) Publish(log, EventOf("b", std::to_string(i)));
  for (int i = 0; i < 1000; ++i) {
    const auto item = slow->Next(kNoPatience);
    ASSERT_TRUE(item);
    ASSERT_NE(item->json.find("\"object\":\"" + std::to_string(i) + "\""), std::string::npos);
    if (i == 10) Publish(log, EventOf("b", "in between"));  // still behind what was dropped
  }
  const auto told = slow->Next(kNoPatience);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->kind, "DROPPED");
  EXPECT_EQ(nlohmann::json::parse(told->json)["count"], 6);
  Publish(log, EventOf("b", "after"));
  EXPECT_NE(slow->Next(kNoPatience)->json.find("after"), std::string::npos);
}

TEST(EventLog, ThereIsALimitOfSubscribers) {
  EventLog log(2);
  auto first = log.Subscribe({});
  const auto second = log.Subscribe({});
  EXPECT_TRUE(first && second);
  EXPECT_FALSE(log.Subscribe({}));
  first.reset();
  EXPECT_TRUE(log.Subscribe({}));
}

TEST(EventLog, StopEndsThoseWhoWait) {
  EventLog log(2);
  const auto subscription = log.Subscribe({});
  std::thread waits([&subscription] { EXPECT_FALSE(subscription->Next(seconds(100))); });
  log.Stop();
  waits.join();
  EXPECT_FALSE(log.Subscribe({})->Next(seconds(100)));
}

TEST(EventLog, AWaitingSubscriberIsWokenByAnEvent) {
  EventLog log(2);
  const auto subscription = log.Subscribe({});
  std::thread publishes([&log] { Publish(log, EventOf("b", "o")); });
  const auto item = subscription->Next(seconds(100));
  publishes.join();
  ASSERT_TRUE(item);
  EXPECT_EQ(item->kind, "OBJECT_FINALIZE");
}

}  // namespace
}  // namespace hyperlocal::gcs
