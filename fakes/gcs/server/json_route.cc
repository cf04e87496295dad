#include <array>
#include <string>
#include <utility>

#include "fakes/gcs/server/gcs_error_internal.h"
#include "fakes/gcs/server/gcs_route_internal.h"
#include "fakes/gcs/server/json_handlers_internal.h"
#include "fakes/gcs/server/path_segments_internal.h"

namespace hyperlocal::gcs {
namespace {

// Errors are answers.
template <Status (*method)(GcsCall&)>
void Answering(GcsCall& call) {
  if (const Status done = method(call); !done) Refuse(call, done.error());
}

struct Method {
  std::string_view verb;  // "GET"; HEAD counts as GET
  std::string_view name;
  GcsHandler handler;
};

// What a path can be asked for. An empty name ends it.
using Methods = std::array<Method, 4>;

void BrokenPath(GcsCall& call) {
  Refuse(call, GcsError{400, "invalid",
                        "the path holds a broken percent-encoding: " +
                            std::string(call.request->path().substr(0, 200))});
}

void WrongMethod(GcsCall& call) {
  Refuse(call, GcsError{405, "methodNotAllowed",
                        call.request->method + " is no method of " +
                            std::string(call.request->path().substr(0, 200))});
}

void NoSuchPath(GcsCall& call) {
  Refuse(call,
         GcsError{404, "notFound",
                  "the JSON API has no path " + std::string(call.request->path().substr(0, 200)) +
                      " (an object's name is one segment of it: write / as %2F)"});
}

// `patch` may be a POST that says so: some proxies know no PATCH.
std::string_view VerbOf(const HttpRequest& request) {
  if (request.method == "HEAD") return "GET";
  if (request.method == "POST") {
    const std::string_view wanted = request.headers.Get("X-HTTP-Method-Override");
    if (wanted == "PATCH" || wanted == "PUT" || wanted == "DELETE") return wanted;
  }
  return request.method;
}

GcsHandler Choose(GcsCall& call, const Methods& methods) {
  const std::string_view verb = VerbOf(*call.request);
  for (const Method& method : methods) {
    if (method.name.empty() || method.verb != verb) continue;
    call.method = method.name;
    return method.handler;
  }
  return WrongMethod;
}

constexpr Methods kBuckets{{{"GET", "storage.buckets.list", Answering<ListBuckets>},
                            {"POST", "storage.buckets.insert", Answering<InsertBucket>}}};
constexpr Methods kBucket{{{"GET", "storage.buckets.get", Answering<GetBucket>},
                           {"PATCH", "storage.buckets.patch", Answering<PatchBucket>},
                           {"PUT", "storage.buckets.update", Answering<UpdateBucket>},
                           {"DELETE", "storage.buckets.delete", Answering<DeleteBucket>}}};
constexpr Methods kLock{
    {{"POST", "storage.buckets.lockRetentionPolicy", Answering<LockRetentionPolicy>}}};
constexpr Methods kLayout{
    {{"GET", "storage.buckets.getStorageLayout", Answering<GetStorageLayout>}}};
constexpr Methods kIam{{{"GET", "storage.buckets.getIamPolicy", Answering<GetBucketIamPolicy>},
                        {"PUT", "storage.buckets.setIamPolicy", Answering<SetBucketIamPolicy>}}};
constexpr Methods kTestIam{
    {{"GET", "storage.buckets.testIamPermissions", Answering<TestBucketIamPermissions>}}};
constexpr Methods kNotifications{
    {{"GET", "storage.notifications.list", Answering<ListNotifications>},
     {"POST", "storage.notifications.insert", Answering<InsertNotification>}}};
constexpr Methods kNotification{
    {{"GET", "storage.notifications.get", Answering<GetNotification>},
     {"DELETE", "storage.notifications.delete", Answering<DeleteNotification>}}};
constexpr Methods kBucketAcls{{{"GET", "storage.bucket_acl.list", Answering<ListAcl>},
                               {"POST", "storage.bucket_acl.insert", Answering<InsertAcl>}}};
constexpr Methods kBucketAcl{{{"GET", "storage.bucket_acl.get", Answering<GetAcl>},
                              {"PUT", "storage.bucket_acl.update", Answering<UpdateAcl>},
                              {"PATCH", "storage.bucket_acl.patch", Answering<UpdateAcl>},
                              {"DELETE", "storage.bucket_acl.delete", Answering<DeleteAcl>}}};
constexpr Methods kDefaultAcls{
    {{"GET", "storage.default_object_acl.list", Answering<ListAcl>},
     {"POST", "storage.default_object_acl.insert", Answering<InsertAcl>}}};
constexpr Methods kDefaultAcl{
    {{"GET", "storage.default_object_acl.get", Answering<GetAcl>},
     {"PUT", "storage.default_object_acl.update", Answering<UpdateAcl>},
     {"PATCH", "storage.default_object_acl.patch", Answering<UpdateAcl>},
     {"DELETE", "storage.default_object_acl.delete", Answering<DeleteAcl>}}};
constexpr Methods kObjectAcls{{{"GET", "storage.object_acl.list", Answering<ListAcl>},
                               {"POST", "storage.object_acl.insert", Answering<InsertAcl>}}};
constexpr Methods kObjectAcl{{{"GET", "storage.object_acl.get", Answering<GetAcl>},
                              {"PUT", "storage.object_acl.update", Answering<UpdateAcl>},
                              {"PATCH", "storage.object_acl.patch", Answering<UpdateAcl>},
                              {"DELETE", "storage.object_acl.delete", Answering<DeleteAcl>}}};
// POST here is no address of the service's, but clients that were given one host for everything
// send their uploads to it.
constexpr Methods kObjects{{{"GET", "storage.objects.list", Answering<ListObjects>},
                            {"POST", "storage.objects.insert", Answering<InsertObject>}}};
constexpr Methods kObject{{{"GET", "storage.objects.get", Answering<GetObject>},
                           {"PATCH", "storage.objects.patch", Answering<PatchObject>},
                           {"PUT", "storage.objects.update", Answering<UpdateObject>},
                           {"DELETE", "storage.objects.delete", Answering<DeleteObject>}}};
constexpr Methods kDownload{{{"GET", "storage.objects.get", Answering<GetObject>}}};
constexpr Methods kCompose{{{"POST", "storage.objects.compose", Answering<ComposeObject>}}};
constexpr Methods kCopy{{{"POST", "storage.objects.copy", Answering<CopyObject>}}};
constexpr Methods kRewrite{{{"POST", "storage.objects.rewrite", Answering<RewriteObject>}}};
constexpr Methods kMove{{{"POST", "storage.objects.move", Answering<MoveObject>}}};
constexpr Methods kRestore{{{"POST", "storage.objects.restore", Answering<RestoreObject>}}};
constexpr Methods kBulkRestore{
    {{"POST", "storage.objects.bulkRestore", Answering<BulkRestoreObjects>}}};
constexpr Methods kOperations{{{"GET", "storage.operations.list", Answering<ListOperations>}}};
constexpr Methods kOperation{{{"GET", "storage.operations.get", Answering<GetOperation>}}};
constexpr Methods kServiceAccount{
    {{"GET", "storage.serviceaccount.get", Answering<GetServiceAccount>}}};
constexpr Methods kUploads{{{"POST", "storage.objects.insert", Answering<InsertObject>}}};
// The test bench, whose names for faults these are, counts the end of an upload as a delete.
constexpr Methods kUpload{{{"PUT", "storage.objects.insert", Answering<ContinueResumableUpload>},
                           {"POST", "storage.objects.insert", Answering<ContinueResumableUpload>},
                           {"DELETE", "storage.objects.delete", Answering<CancelResumableUpload>}}};
constexpr Methods kBatch{{{"POST", "storage.batch", Answering<RunBatch>}}};

// Which segment goes where.
struct Names {
  std::string* into;
  std::size_t segment;
};

GcsHandler Take(GcsCall& call, const PathSegments& segments, std::initializer_list<Names> names,
                const Methods& methods) {
  for (const Names& name : names) {
    auto text = PercentDecode(segments[name.segment]);
    if (!text) return BrokenPath;
    *name.into = std::move(*text);
  }
  return Choose(call, methods);
}

GcsHandler RouteBucketPath(GcsCall& call, const PathSegments& path) {
  const Names bucket{&call.bucket, 1};
  const Names item{&call.item, 3};
  if (path.Match({"b"})) return Take(call, path, {}, kBuckets);
  if (path.Match({"b", "{}"})) return Take(call, path, {bucket}, kBucket);
  if (path.Match({"b", "{}", "iam"})) return Take(call, path, {bucket}, kIam);
  if (path.Match({"b", "{}", "iam", "testPermissions"})) {
    return Take(call, path, {bucket}, kTestIam);
  }
  if (path.Match({"b", "{}", "lockRetentionPolicy"})) return Take(call, path, {bucket}, kLock);
  if (path.Match({"b", "{}", "storageLayout"})) return Take(call, path, {bucket}, kLayout);
  if (path.Match({"b", "{}", "acl"})) return Take(call, path, {bucket}, kBucketAcls);
  if (path.Match({"b", "{}", "acl", "{}"})) return Take(call, path, {bucket, item}, kBucketAcl);
  if (path.Match({"b", "{}", "defaultObjectAcl"})) return Take(call, path, {bucket}, kDefaultAcls);
  if (path.Match({"b", "{}", "defaultObjectAcl", "{}"})) {
    return Take(call, path, {bucket, item}, kDefaultAcl);
  }
  if (path.Match({"b", "{}", "notificationConfigs"})) {
    return Take(call, path, {bucket}, kNotifications);
  }
  if (path.Match({"b", "{}", "notificationConfigs", "{}"})) {
    return Take(call, path, {bucket, item}, kNotification);
  }
  if (path.Match({"b", "{}", "operations"})) return Take(call, path, {bucket}, kOperations);
  if (path.Match({"b", "{}", "operations", "{}"})) {
    return Take(call, path, {bucket, item}, kOperation);
  }
  return NoSuchPath;
}

GcsHandler RouteObjectPath(GcsCall& call, const PathSegments& path) {
  const Names bucket{&call.bucket, 1};
  const Names object{&call.object, 3};
  if (path.Match({"b", "{}", "o", "{}"})) {
    if (path[3] == "bulkRestore" && call.request->method == "POST") {
      return Take(call, path, {bucket}, kBulkRestore);
    }
    return Take(call, path, {bucket, object}, kObject);
  }
  if (path.Match({"b", "{}", "o"})) {
    return Take(call, path, {bucket}, call.query.Find("upload_id") ? kUpload : kObjects);
  }
  if (path.Match({"b", "{}", "o", "{}", "acl"})) {
    return Take(call, path, {bucket, object}, kObjectAcls);
  }
  if (path.Match({"b", "{}", "o", "{}", "acl", "{}"})) {
    return Take(call, path, {bucket, object, {&call.item, 5}}, kObjectAcl);
  }
  if (path.Match({"b", "{}", "o", "{}", "compose"})) {
    return Take(call, path, {bucket, object}, kCompose);
  }
  if (path.Match({"b", "{}", "o", "{}", "restore"})) {
    return Take(call, path, {bucket, object}, kRestore);
  }
  const Names target_bucket{&call.target_bucket, 6};
  const Names target_object{&call.target_object, 8};
  if (path.Match({"b", "{}", "o", "{}", "copyTo", "b", "{}", "o", "{}"})) {
    return Take(call, path, {bucket, object, target_bucket, target_object}, kCopy);
  }
  if (path.Match({"b", "{}", "o", "{}", "rewriteTo", "b", "{}", "o", "{}"})) {
    return Take(call, path, {bucket, object, target_bucket, target_object}, kRewrite);
  }
  if (path.Match({"b", "{}", "o", "{}", "moveTo", "o", "{}"})) {
    return Take(call, path, {bucket, object, {&call.target_object, 6}}, kMove);
  }
  return NoSuchPath;
}

GcsHandler RouteUpload(GcsCall& call, const PathSegments& path) {
  if (!path.Match({"b", "{}", "o"})) return NoSuchPath;
  return Take(call, path, {{&call.bucket, 1}}, call.query.Find("upload_id") ? kUpload : kUploads);
}

constexpr std::string_view kRoot = "/storage/v1";
constexpr std::string_view kUploadRoot = "/upload/storage/v1";
constexpr std::string_view kResumableRoot = "/resumable/upload/storage/v1";
constexpr std::string_view kDownloadRoot = "/download/storage/v1";
constexpr std::string_view kBatchPath = "/batch/storage/v1";

bool IsBelow(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// Keys of a customer's own would have to encrypt: to take them and not to do so would be a lie.
void RefuseCustomerKeys(GcsCall& call) {
  Refuse(call, GcsError{400, "invalid",
                        "customer-supplied encryption keys (x-goog-encryption-…) are not "
                        "supported here; leave them out"});
}

bool HasCustomerKeys(const HttpHeaders& headers) {
  return headers.Has("x-goog-encryption-algorithm") || headers.Has("x-goog-encryption-key") ||
         headers.Has("x-goog-copy-source-encryption-algorithm");
}

GcsHandler RouteBelowRoot(GcsCall& call, std::string_view path) {
  const PathSegments segments(path);
  if (segments.size() >= 3 && segments[2] == "o" && segments[0] == "b") {
    return RouteObjectPath(call, segments);
  }
  if (segments.Match({"projects", "{}", "serviceAccount"})) {
    return Take(call, segments, {{&call.item, 1}}, kServiceAccount);
  }
  return RouteBucketPath(call, segments);
}

// As clients that were given STORAGE_EMULATOR_HOST ask: without /storage/v1. A bucket may be called
// `projects`; of its objects these few are out of the XML API's reach.
bool IsProjectPath(std::string_view path) {
  if (!IsBelow(path, "/projects")) return false;
  return PathSegments(path).Match({"projects", "{}", "serviceAccount"});
}

}  // namespace

bool IsJsonApiPath(std::string_view path) {
  return IsBelow(path, "/b") || IsProjectPath(path) || IsBelow(path, kRoot) ||
         IsBelow(path, kUploadRoot) || IsBelow(path, kResumableRoot) ||
         IsBelow(path, kDownloadRoot) || IsBelow(path, kBatchPath);
}

GcsHandler RouteJson(GcsCall& call) {
  std::string_view path = call.request->path();
  if (HasCustomerKeys(call.request->headers)) return RefuseCustomerKeys;
  if (IsBelow(path, "/b") || IsProjectPath(path)) return RouteBelowRoot(call, path);
  if (IsBelow(path, kRoot)) return RouteBelowRoot(call, path.substr(kRoot.size()));
  if (path == kBatchPath) return Choose(call, kBatch);
  if (IsBelow(path, kUploadRoot)) {
    return RouteUpload(call, PathSegments(path.substr(kUploadRoot.size())));
  }
  if (IsBelow(path, kResumableRoot)) {
    return RouteUpload(call, PathSegments(path.substr(kResumableRoot.size())));
  }
  if (IsBelow(path, kDownloadRoot)) {
    const PathSegments segments(path.substr(kDownloadRoot.size()));
    if (segments.Match({"b", "{}", "o", "{}"})) {
      return Take(call, segments, {{&call.bucket, 1}, {&call.object, 3}}, kDownload);
    }
  }
  return NoSuchPath;
}

}  // namespace hyperlocal::gcs
