#include "fakes/gcs/server/xml_api_internal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "engine/http/http_message.h"
#include "fakes/gcs/server/xml_error_internal.h"
#include "fakes/gcs/server/xml_handlers_internal.h"
#include "fakes/gcs/server/xml_object_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::string_view kList = "storage.objects.list";
constexpr std::string_view kGet = "storage.objects.get";
constexpr std::string_view kInsert = "storage.objects.insert";
constexpr std::string_view kDelete = "storage.objects.delete";
constexpr std::string_view kCopy = "storage.objects.copy";

template <Status (*handler)(GcsCall&)>
void Answer(GcsCall& call) {
  if (const Status done = handler(call); !done) RefuseXml(call, done.error());
}

void RefusePath(GcsCall& call) {
  RefuseXml(call, XmlError{400, "InvalidURI", "Couldn't parse the specified URI.",
                           "the path holds a % without two hex digits behind it"});
}

void WrongMethod(GcsCall& call) {
  RefuseXml(call, XmlError{405, "MethodNotAllowed",
                           "The specified method is not allowed against this resource.",
                           "there is no " + call.request->method + " of it"});
}

void RefuseSubResource(GcsCall& call) {
  RefuseXml(call, NotImplemented("this server does not have ?" +
                                 std::string(call.request->query().substr(0, 100)) +
                                 " of the XML API; the JSON API may have what it is for"));
}

// The bucket that the Host header names.
std::string_view BucketOfHost(std::string_view host) {
  host = host.substr(0, host.find(':'));
  for (const std::string_view suffix : {".storage.googleapis.com", ".storage.localhost"}) {
    if (host.size() > suffix.size() && host.ends_with(suffix)) {
      return host.substr(0, host.size() - suffix.size());
    }
  }
  return {};
}

// Fills in bucket and object. False: the path cannot be decoded.
bool ReadPath(GcsCall& call) {
  std::string_view path = call.request->path();
  if (path.starts_with('/')) path.remove_prefix(1);
  call.bucket = BucketOfHost(call.Header("Host"));
  if (call.bucket.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    auto bucket = PercentDecode(path.substr(0, slash));
    if (!bucket) return false;
    call.bucket = std::move(*bucket);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  auto object = PercentDecode(path);
  if (!object) return false;
  call.object = std::move(*object);
  return true;
}

// Sub-resources that say something of buckets or objects, and that only the JSON API has here.
bool IsOtherSubResource(const GcsCall& call) {
  constexpr std::array<std::string_view, 18> kNames{"acl",
                                                    "billing",
                                                    "compose",
                                                    "cors",
                                                    "customPlacementConfig",
                                                    "defaultObjectAcl",
                                                    "encryption",
                                                    "encryptionConfig",
                                                    "lifecycle",
                                                    "logging",
                                                    "object-lock",
                                                    "policy",
                                                    "retention",
                                                    "storageClass",
                                                    "tagging",
                                                    "website",
                                                    "websiteConfig",
                                                    "notification"};
  for (const auto& [name, value] : call.query) {
    for (const std::string_view known : kNames) {
      if (name == known) return true;
    }
  }
  return false;
}

GcsHandler RouteBucket(GcsCall& call) {
  const std::string_view method = call.request->method;
  const GcsQuery& query = call.query;
  if (IsOtherSubResource(call)) return RefuseSubResource;
  if (method == "GET") {
    if (query.Has("location") || query.Has("versioning")) {
      call.method = "storage.buckets.get";
      return query.Has("location") ? Answer<GetBucketLocationXml> : Answer<GetBucketVersioningXml>;
    }
    call.method = kList;
    return query.Has("uploads") ? Answer<ListMultipartUploadsXml> : Answer<GetBucketXml>;
  }
  if (method == "HEAD") {
    call.method = "storage.buckets.get";
    return Answer<HeadBucketXml>;
  }
  if (method == "PUT") {
    call.method = query.Has("versioning") ? "storage.buckets.patch" : "storage.buckets.insert";
    return query.Has("versioning") ? Answer<PutBucketVersioningXml> : Answer<PutBucketXml>;
  }
  if (method == "DELETE") {
    call.method = "storage.buckets.delete";
    return Answer<DeleteBucketXml>;
  }
  if (method == "POST") {
    call.method = query.Has("delete") ? kDelete : kInsert;
    return query.Has("delete") ? Answer<DeleteObjectsXml> : Answer<PostObjectXml>;
  }
  return WrongMethod;
}

GcsHandler RouteObject(GcsCall& call) {
  const std::string_view method = call.request->method;
  const GcsQuery& query = call.query;
  if (IsOtherSubResource(call)) return RefuseSubResource;
  const bool in_parts = query.Has("uploadId");
  const bool resumable = query.Has("upload_id");
  const bool starts = call.Header("x-goog-resumable") == "start";
  if (method == "GET" || method == "HEAD") {
    call.method = in_parts ? kList : kGet;
    return in_parts ? Answer<ListPartsXml> : Answer<GetObjectXml>;
  }
  if (method == "DELETE") {
    call.method = kDelete;
    if (in_parts) return Answer<AbortMultipartXml>;
    return resumable ? Answer<CancelResumableXml> : Answer<DeleteObjectXml>;
  }
  if (method != "PUT" && method != "POST") return WrongMethod;
  call.method = kInsert;
  if (resumable) return Answer<ContinueResumableXml>;
  if (starts) return Answer<StartResumableXml>;
  if (method == "POST") {
    if (query.Has("uploads")) return Answer<InitiateMultipartXml>;
    return in_parts ? Answer<CompleteMultipartXml> : WrongMethod;
  }
  if (in_parts) return Answer<PutPartXml>;
  if (!XmlHeader(call, "copy-source").empty()) {
    call.method = kCopy;
    return Answer<CopyObjectXml>;
  }
  return Answer<PutObjectXml>;
}

}  // namespace

GcsHandler RouteXml(GcsCall& call) {
  if (!ReadPath(call)) return RefusePath;
  if (call.bucket.empty()) {
    if (!call.object.empty()) return WrongMethod;
    if (call.request->method == "POST") {
      call.method = kInsert;
      return Answer<PostObjectXml>;
    }
    if (call.request->method != "GET") return WrongMethod;
    call.method = "storage.buckets.list";
    return Answer<ListServiceXml>;
  }
  return call.object.empty() ? RouteBucket(call) : RouteObject(call);
}

}  // namespace hyperlocal::gcs
