#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "fakes/gcs/server/json_service_test_support.h"
#include "fakes/gcs/server/rfc3339_internal.h"

// Buckets, and what is kept with them.
namespace hyperlocal::gcs {
namespace {

TEST(GcsBucket, TheResourceIsAsClientsReadIt) {
  JsonService service;
  const JsonReply made =
      service.Json("POST", "/b?project=p&projection=full",
                   R"({"name":"made-bucket","location":"europe-west1","storageClass":"NEARLINE",)"
                   R"("labels":{"k":"v"},"versioning":{"enabled":true}})");
  ASSERT_EQ(made.status, 200) << made.Message();
  EXPECT_EQ(made.At("/kind"), "storage#bucket");
  EXPECT_EQ(made.At("/id"), "made-bucket");
  EXPECT_EQ(made.At("/name"), "made-bucket");
  EXPECT_EQ(made.At("/metageneration"), "1");
  EXPECT_EQ(made.At("/location"), "EUROPE-WEST1");
  EXPECT_EQ(made.At("/locationType"), "region");
  EXPECT_EQ(made.At("/storageClass"), "NEARLINE");
  EXPECT_EQ(made.At("/labels/k"), "v");
  EXPECT_EQ(made.body["versioning"]["enabled"], true);
  EXPECT_EQ(made.body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"], false);
  EXPECT_EQ(made.At("/selfLink"), "http://storage.test/storage/v1/b/made-bucket");
  EXPECT_TRUE(made.body["acl"].is_array());
  EXPECT_FALSE(made.At("/timeCreated").empty());
  const JsonReply plain = service.Json("GET", "/b/made-bucket");
  EXPECT_FALSE(plain.body.contains("acl"));
  EXPECT_EQ(plain.At("/etag"), made.At("/etag"));
}

TEST(GcsBucket, ListsByPrefixAndInPages) {
  JsonService service;
  for (const char* name : {"list-a", "list-b", "list-c"}) {
    service.Json("POST", "/b", R"({"name":")" + std::string(name) + "\"}");
  }
  std::string names, token;
  int pages = 0;
  do {
    const JsonReply page = service.Json(
        "GET", "/b?project=p&prefix=list-&maxResults=2&pageToken=" + PercentEncode(token));
    for (const auto& item : page.body["items"]) names += item["name"].get<std::string>() + " ";
    token = page.At("/nextPageToken");
    ++pages;
  } while (!token.empty() && pages < 9);
  EXPECT_EQ(names, "list-a list-b list-c ");
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(service.Json("GET", "/b?prefix=none&project=p").body,
            (nlohmann::json{{"kind", "storage#buckets"}}));
}

TEST(GcsBucket, PatchMergesAndNullRemoves) {
  JsonService service;
  JsonReply reply = service.Json(
      "PATCH", "/b/bucket",
      R"({"labels":{"a":"1","b":"2"},"cors":[{"origin":["*"]}],"lifecycle":{"rule":[]},)"
      R"("website":{"mainPageSuffix":"i"},"defaultEventBasedHold":true,"rpo":"DEFAULT",)"
      R"("autoclass":{"enabled":true}})");
  ASSERT_EQ(reply.status, 200) << reply.Message();
  EXPECT_EQ(reply.At("/metageneration"), "2");
  EXPECT_EQ(reply.body["autoclass"]["enabled"], true);
  EXPECT_EQ(reply.At("/rpo"), "DEFAULT");
  reply = service.Json("PATCH", "/b/bucket", R"({"labels":{"a":null,"c":"3"},"cors":null})");
  EXPECT_EQ(reply.body["labels"], (nlohmann::json{{"b", "2"}, {"c", "3"}}));
  EXPECT_FALSE(reply.body.contains("cors"));
  EXPECT_EQ(reply.At("/website/mainPageSuffix"), "i");
  EXPECT_EQ(reply.body["defaultEventBasedHold"], true);
  reply = service.Json("PUT", "/b/bucket", R"({"labels":{"z":"9"}})");
  EXPECT_EQ(reply.body["labels"], (nlohmann::json{{"z", "9"}}));
  EXPECT_FALSE(reply.body.contains("website"));
  EXPECT_FALSE(reply.body.contains("defaultEventBasedHold"));
  EXPECT_EQ(reply.At("/location"), "US");
}

TEST(GcsBucket, IsJudgedByItsMetageneration) {
  JsonService service;
  EXPECT_EQ(service.Json("PATCH", "/b/bucket?ifMetagenerationMatch=2", "{}").status, 412);
  EXPECT_EQ(service.Json("GET", "/b/bucket?ifMetagenerationMatch=2").status, 412);
  EXPECT_EQ(service.Json("GET", "/b/bucket?ifMetagenerationNotMatch=1").status, 304);
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket?ifMetagenerationMatch=2").status, 412);
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket?ifMetagenerationMatch=1").status, 204);
}

TEST(GcsBucket, TheOlderNameOfUniformAccessCounts) {
  JsonService service;
  const JsonReply made = service.Json(
      "POST", "/b",
      R"({"name":"old-rclone","iamConfiguration":{"bucketPolicyOnly":{"enabled":true}}})");
  EXPECT_EQ(made.body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"], true);
  EXPECT_EQ(made.body["iamConfiguration"]["bucketPolicyOnly"]["enabled"], true);
  EXPECT_EQ(service.Json("GET", "/b/old-rclone/acl").status, 400);
  const JsonReply changed = service.Json(
      "PATCH", "/b/old-rclone", R"({"iamConfiguration":{"bucketPolicyOnly":{"enabled":false}}})");
  EXPECT_EQ(changed.body["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"], false);
  EXPECT_EQ(service.Json("GET", "/b/old-rclone/acl").status, 200);
}

TEST(GcsBucket, ARetentionPolicyProtectsAndIsLockedForGood) {
  JsonService service;
  const JsonReply set =
      service.Json("PATCH", "/b/bucket", R"({"retentionPolicy":{"retentionPeriod":"3600"}})");
  EXPECT_EQ(set.At("/retentionPolicy/retentionPeriod"), "3600");
  EXPECT_FALSE(set.At("/retentionPolicy/effectiveTime").empty());
  service.Put("o", "x");
  const JsonReply kept = service.Json("DELETE", "/b/bucket/o/o");
  EXPECT_EQ(kept.status, 403);
  EXPECT_EQ(kept.Reason(), "retentionPolicyNotMet") << kept.Message();
  const JsonReply object = service.Resource("o");
  const auto made = ParseRfc3339(object.At("/timeCreated"));
  ASSERT_TRUE(made);
  const std::string until = Rfc3339(*made + std::chrono::hours(1));
  EXPECT_EQ(object.At("/retentionExpirationTime"), until);
  EXPECT_EQ(service.Json("GET", "/b/bucket/o").At("/items/0/retentionExpirationTime"), until);
  EXPECT_EQ(service.Json("POST", "/b/bucket/lockRetentionPolicy").Reason(), "required");
  EXPECT_EQ(service.Json("POST", "/b/bucket/lockRetentionPolicy?ifMetagenerationMatch=9").status,
            412);
  const JsonReply locked =
      service.Json("POST", "/b/bucket/lockRetentionPolicy?ifMetagenerationMatch=2");
  EXPECT_EQ(locked.body["retentionPolicy"]["isLocked"], true);
  EXPECT_EQ(service.Json("PATCH", "/b/bucket", R"({"retentionPolicy":null})").status, 403);
  EXPECT_EQ(
      service.Json("PATCH", "/b/bucket", R"({"retentionPolicy":{"retentionPeriod":60}})").status,
      403);
  EXPECT_EQ(
      service.Json("PATCH", "/b/bucket", R"({"retentionPolicy":{"retentionPeriod":7200}})").status,
      200);
  EXPECT_EQ(service.Json("PATCH", "/b/bucket", R"({"labels":{"a":"b"}})")
                .body["retentionPolicy"]["isLocked"],
            true);
}

TEST(GcsBucket, WhatCannotBeIsRefusedByName) {
  JsonService service;
  for (const auto& [body, field] :
       {std::pair{R"({"labels":{"a":1}})", "labels.a"}, std::pair{R"({"labels":[]})", "labels"},
        std::pair{R"({"cors":{}})", "cors"}, std::pair{R"({"versioning":true})", "versioning"},
        std::pair{R"({"versioning":{"enabled":"yes"}})", "versioning.enabled"},
        std::pair{R"({"storageClass":"GOLD"})", "storageClass"},
        std::pair{R"({"retentionPolicy":{"retentionPeriod":"x"}})", "retentionPeriod"},
        std::pair{R"({"softDeletePolicy":{"retentionDurationSeconds":-1}})", "softDeletePolicy"},
        std::pair{R"({"acl":[{"entity":"x"}]})", "role"}}) {
    const JsonReply reply = service.Json("PATCH", "/b/bucket", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_NE(reply.Message().find(field), std::string::npos) << reply.Message();
  }
  for (const char* name : {"ab", "UPPER", "a_", "-a-", "goog-bucket", "a..b"}) {
    EXPECT_EQ(service.Json("POST", "/b", R"({"name":")" + std::string(name) + "\"}").status, 400)
        << name;
  }
}

TEST(GcsBucket, IamPoliciesAreKeptAndAnswered) {
  JsonService service;
  const JsonReply first = service.Json("GET", "/b/bucket/iam");
  EXPECT_EQ(first.At("/kind"), "storage#policy");
  EXPECT_TRUE(first.body["bindings"].is_array());
  const std::string binding =
      R"("bindings":[{"role":"roles/storage.objectViewer","members":["allUsers"]}])";
  const JsonReply set = service.Json("PUT", "/b/bucket/iam",
                                     "{" + binding + R"(,"etag":")" + first.At("/etag") + "\"}");
  ASSERT_EQ(set.status, 200) << set.Message();
  EXPECT_EQ(service.Json("GET", "/b/bucket/iam").At("/bindings/0/role"),
            "roles/storage.objectViewer");
  EXPECT_EQ(
      service
          .Json("PUT", "/b/bucket/iam", "{" + binding + R"(,"etag":")" + first.At("/etag") + "\"}")
          .status,
      412)
      << "it was changed since";
  EXPECT_EQ(service.Json("PUT", "/b/bucket/iam", R"({"bindings":{}})").status, 400);
  EXPECT_EQ(service
                .Json("GET",
                      "/b/bucket/iam/testPermissions?permissions=storage.buckets.get&"
                      "permissions=storage.objects.list")
                .body["permissions"],
            (nlohmann::json{"storage.buckets.get", "storage.objects.list"}));
}

TEST(GcsBucket, NotificationsAreAcceptedAndStored) {
  JsonService service;
  EXPECT_EQ(service.Json("GET", "/b/bucket/notificationConfigs").body,
            (nlohmann::json{{"kind", "storage#notifications"}}));
  const JsonReply made = service.Json(
      "POST", "/b/bucket/notificationConfigs",
      R"({"topic":"//pubsub.googleapis.com/projects/p/topics/t","event_types":["OBJECT_FINALIZE"]})");
  ASSERT_EQ(made.status, 200);
  EXPECT_EQ(made.At("/id"), "1");
  EXPECT_EQ(made.At("/payload_format"), "JSON_API_V1");
  EXPECT_EQ(service.Json("GET", "/b/bucket/notificationConfigs/1").At("/event_types/0"),
            "OBJECT_FINALIZE");
  EXPECT_EQ(service.Json("GET", "/b/bucket/notificationConfigs").body["items"].size(), 1u);
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/notificationConfigs/1").status, 204);
  EXPECT_EQ(service.Ask("DELETE", "/b/bucket/notificationConfigs/1").status, 404);
  EXPECT_EQ(service.Json("POST", "/b/bucket/notificationConfigs", "{}").Reason(), "required");
  EXPECT_FALSE(service.Json("GET", "/b/bucket").body.contains("_notifications"));
}

TEST(GcsBucket, NewObjectsGetTheDefaultAccessControls) {
  JsonService service;
  EXPECT_EQ(
      service.Json("POST", "/b/bucket/defaultObjectAcl", R"({"entity":"allUsers","role":"READER"})")
          .status,
      200);
  EXPECT_EQ(
      service.Json("POST", "/b/bucket/acl", R"({"entity":"group-g","role":"WRITER"})").At("/kind"),
      "storage#bucketAccessControl");
  service.Put("o", "x");
  EXPECT_EQ(service.Json("GET", "/b/bucket/o/o/acl/allUsers").At("/role"), "READER");
  EXPECT_EQ(service.Json("GET", "/b/bucket/acl/allUsers").status, 404);
}

TEST(GcsBucket, AnUpdateOfAnAccessControlMakesItAndAPatchDoesNot) {
  JsonService service;
  service.Put("o", "content");
  for (const std::string list :
       {"/b/bucket/acl", "/b/bucket/defaultObjectAcl", "/b/bucket/o/o/acl"}) {
    const std::string entry = list + "/allUsers";
    EXPECT_EQ(service.Json("PATCH", entry, R"({"role":"READER"})").status, 404) << list;
    EXPECT_EQ(service.Json("PUT", entry, R"({"role":"READER"})").status, 200) << list;
    EXPECT_EQ(service.Json("GET", entry).At("/role"), "READER") << list;
  }
}

TEST(GcsBucket, TheProjectsServiceAccountIsAnswered) {
  JsonService service;
  for (const char* path : {"/storage/v1/projects/p/serviceAccount", "/projects/p/serviceAccount"}) {
    EXPECT_EQ(service.Json("GET", path).At("/kind"), "storage#serviceAccount") << path;
  }
  // Other paths below it are a bucket's.
  EXPECT_EQ(service.Ask("PUT", "/projects").status, 200);
  EXPECT_EQ(service.Ask("PUT", "/projects/p/object", "content").status, 200);
  EXPECT_EQ(BodyOf(service.Ask("GET", "/projects/p/object")), "content");
}

TEST(GcsCors, TheJsonApiAllowsEveryOrigin) {
  JsonService service;
  const HttpResponse preflight =
      service.Ask("OPTIONS", "/upload/storage/v1/b/bucket/o?uploadType=resumable", "",
                  {{"Origin", "https://page.example"},
                   {"Access-Control-Request-Method", "POST"},
                   {"Access-Control-Request-Headers", "content-type,x-upload-content-type"}});
  EXPECT_EQ(preflight.status, 200);
  EXPECT_EQ(preflight.headers.Get("Access-Control-Allow-Origin"), "https://page.example");
  EXPECT_NE(preflight.headers.Get("Access-Control-Allow-Methods").find("POST"), std::string::npos);
  EXPECT_EQ(preflight.headers.Get("Access-Control-Allow-Headers"),
            "content-type,x-upload-content-type");
  const HttpResponse answer =
      service.Ask("GET", "/b/bucket", "", {{"Origin", "https://page.example"}});
  EXPECT_EQ(answer.headers.Get("Access-Control-Allow-Origin"), "https://page.example");
  EXPECT_NE(answer.headers.Get("Access-Control-Expose-Headers").find("Location"),
            std::string::npos);
  EXPECT_FALSE(service.Ask("GET", "/b/bucket").headers.Has("Access-Control-Allow-Origin"));
}

TEST(GcsCors, TheXmlApiAllowsWhatTheBucketSaysAndThisMachine) {
  JsonService service;
  service.Json("PATCH", "/b/bucket",
               R"({"cors":[{"origin":["https://*.example.com"],"method":["GET"],)"
               R"("responseHeader":["X-Own"],"maxAgeSeconds":60}]})");
  const auto ask = [&service](const char* origin, const char* method) {
    return service.Ask("OPTIONS", "/bucket/o", "",
                       {{"Origin", origin}, {"Access-Control-Request-Method", method}});
  };
  const HttpResponse allowed = ask("https://a.example.com", "GET");
  EXPECT_EQ(allowed.headers.Get("Access-Control-Allow-Origin"), "https://a.example.com");
  EXPECT_EQ(allowed.headers.Get("Access-Control-Allow-Methods"), "GET");
  EXPECT_EQ(allowed.headers.Get("Access-Control-Max-Age"), "60");
  EXPECT_FALSE(ask("https://a.example.com", "PUT").headers.Has("Access-Control-Allow-Origin"));
  EXPECT_FALSE(ask("https://example.org", "GET").headers.Has("Access-Control-Allow-Origin"));
  for (const char* local : {"http://localhost:3000", "http://127.0.0.1", "https://[::1]:8"}) {
    EXPECT_EQ(ask(local, "PUT").headers.Get("Access-Control-Allow-Origin"), local);
  }
  EXPECT_FALSE(
      ask("https://localhost.example.org", "PUT").headers.Has("Access-Control-Allow-Origin"));
}

}  // namespace
}  // namespace hyperlocal::gcs
