#include "fakes/gcs/server/gcs_error_internal.h"

#include <gtest/gtest.h>

#include <string>

#include "fakes/gcs/server/json_service_test_support.h"

// How refusals look.
namespace hyperlocal::gcs {
namespace {

TEST(GcsErrors, TheBodyHasTheServicesShape) {
  EXPECT_EQ(ErrorBody({404, "notFound", "a \"b\""}),
            R"({"error":{"code":404,"message":"a \"b\"","errors":[)"
            R"({"message":"a \"b\"","domain":"global","reason":"notFound"}]}})");
  EXPECT_EQ(ErrorBody({400, "invalid", "m", "parameter", "alt"}),
            R"({"error":{"code":400,"message":"m","errors":[{"message":"m","domain":"global",)"
            R"("reason":"invalid","locationType":"parameter","location":"alt"}]}})");
}

TEST(GcsErrors, EveryCodeOfTheStoreHasItsStatusAndReason) {
  struct Row {
    ErrorCode code;
    int status;
    const char* reason;
  };
  for (const Row& row :
       {Row{ErrorCode::kNotFound, 404, "notFound"}, Row{ErrorCode::kConflict, 409, "conflict"},
        Row{ErrorCode::kPreconditionFailed, 412, "conditionNotMet"},
        Row{ErrorCode::kBadRequest, 400, "invalid"},
        Row{ErrorCode::kInvalidJson, 400, "parseError"},
        Row{ErrorCode::kPermission, 403, "forbidden"}, Row{ErrorCode::kIo, 500, "backendError"},
        Row{ErrorCode::kInternal, 500, "backendError"}}) {
    const GcsError error = ToGcsError(Error{row.code, "what happened"});
    EXPECT_EQ(error.status, row.status) << row.reason;
    EXPECT_EQ(error.reason, row.reason);
  }
}

TEST(GcsErrors, AMissingObjectAndAMissingBucketAreNamed) {
  JsonService service;
  const JsonReply object = service.Json("GET", "/b/bucket/o/a%2Fb");
  EXPECT_EQ(object.status, 404);
  EXPECT_EQ(object.Header("Content-Type"), "application/json; charset=UTF-8");
  EXPECT_EQ(object.Reason(), "notFound");
  EXPECT_EQ(object.Message(), "No such object: bucket/a/b");
  EXPECT_EQ(object.At("/error/errors/0/domain"), "global");
  for (const char* path : {"/b/absent-bucket", "/b/absent-bucket/o", "/b/absent-bucket/o/o"}) {
    const JsonReply bucket = service.Json("GET", path);
    EXPECT_EQ(bucket.status, 404);
    EXPECT_EQ(bucket.Message(), "The specified bucket does not exist.");
  }
}

TEST(GcsErrors, AConditionThatDoesNotHoldSaysSo) {
  JsonService service;
  service.Put("o", "x");
  const JsonReply reply = service.Json("PATCH", "/b/bucket/o/o?ifMetagenerationMatch=9", "{}");
  EXPECT_EQ(reply.status, 412);
  EXPECT_EQ(reply.Reason(), "conditionNotMet");
  EXPECT_EQ(reply.Message(), "At least one of the pre-conditions you specified did not hold.");
  EXPECT_EQ(reply.At("/error/errors/0/locationType"), "header");
  EXPECT_EQ(reply.At("/error/errors/0/location"), "If-Match");
}

TEST(GcsErrors, ABucketThatExistsOrIsNotEmptyIsAConflict) {
  JsonService service;
  const JsonReply exists = service.Json("POST", "/b?project=p", R"({"name":"bucket"})");
  EXPECT_EQ(exists.status, 409);
  EXPECT_EQ(exists.Reason(), "conflict");
  service.Put("o", "x");
  const JsonReply full = service.Json("DELETE", "/b/bucket");
  EXPECT_EQ(full.status, 409);
  EXPECT_EQ(full.Reason(), "conflict");
  EXPECT_EQ(full.Message(), "The bucket you tried to delete is not empty.");
  service.Ask("DELETE", "/b/bucket/o/o");
  const HttpResponse deleted = service.Ask("DELETE", "/b/bucket");
  EXPECT_EQ(deleted.status, 204);
  EXPECT_TRUE(deleted.body.empty());
}

TEST(GcsErrors, WhatIsMissingIsRequiredAndWhatIsNoJsonIsAParseError) {
  JsonService service;
  const JsonReply required = service.Json("POST", "/b", "{}");
  EXPECT_EQ(required.status, 400);
  EXPECT_EQ(required.Reason(), "required");
  EXPECT_EQ(required.At("/error/errors/0/location"), "name");
  const JsonReply parse = service.Json("POST", "/b", "{\n\"name\":}");
  EXPECT_EQ(parse.status, 400);
  EXPECT_EQ(parse.Reason(), "parseError");
  EXPECT_NE(parse.Message().find("line 2"), std::string::npos) << parse.Message();
  EXPECT_EQ(service.Json("POST", "/b", "[]").status, 400);
  EXPECT_EQ(service.Json("POST", "/b", std::string(3 << 20, ' ')).status, 400);
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "[";
  EXPECT_EQ(service.Json("POST", "/b", deep).Reason(), "parseError");
}

}  // namespace
}  // namespace hyperlocal::gcs
