#include "adapters/gcp/storage/gcs_object_store.h"

#include <utility>

#include <fmt/format.h>

#include "adapters/gcp/storage/object_download_internal.h"
#include "adapters/gcp/storage/object_requests_internal.h"
#include "adapters/gcp/storage/object_upload_internal.h"
#include "adapters/gcp/storage/storage_operation_internal.h"
#include "adapters/gcp/storage/storage_service_internal.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kChunkUnit = std::size_t{256} << 10;
constexpr std::size_t kMaxSources = 32;

// What the service would take for something else: an object's address without a name is a list.
Status CheckName(const GcsUri& uri) {
  if (!uri.bucket.empty() && !uri.key.empty()) return Ok();
  return Error{
      ErrorCode::kBadRequest,
      fmt::format("{} names no object: a bucket and a name are needed", FormatGcsUri(uri))};
}

Status CheckOptions(const GcsClientOptions& options) {
  if (options.upload_chunk_bytes == 0 || options.upload_chunk_bytes % kChunkUnit != 0) {
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("chunks of an upload must be a multiple of {} bytes, not {}",
                             kChunkUnit, options.upload_chunk_bytes)};
  }
  if (options.download_part_bytes == 0) {
    return Error{ErrorCode::kInvalidConfig, "parts of a download cannot have 0 bytes"};
  }
  if (options.retry.max_attempts < 1) {
    return Error{ErrorCode::kInvalidConfig, "at least one attempt at a request is needed"};
  }
  return Ok();
}

}  // namespace

struct GcsObjectStore::Service : StorageService {
  using StorageService::StorageService;
};

GcsObjectStore::GcsObjectStore(std::unique_ptr<Service> service) : service_(std::move(service)) {}
GcsObjectStore::~GcsObjectStore() = default;

Result<std::unique_ptr<GcsObjectStore>> GcsObjectStore::Create(GcsClientOptions options) {
  HYPERLOCAL_TRY_STATUS(CheckOptions(options));
  HYPERLOCAL_TRY(StorageEndpoint endpoint, StorageEndpoint::Resolve(options.endpoint));
  if (options.credentials == nullptr) {
    options.credentials = std::make_shared<AnonymousCredentials>();
  }
  if (options.clock == nullptr) options.clock = std::make_shared<SteadyRetryClock>();
  return std::unique_ptr<GcsObjectStore>(
      new GcsObjectStore(std::make_unique<Service>(std::move(options), std::move(endpoint))));
}

Result<ObjectInfo> GcsObjectStore::Stat(const GcsUri& uri) {
  HYPERLOCAL_TRY_STATUS(CheckName(uri));
  const WorkSpan span(WorkKind::kStorage, "stat", uri.key);
  StorageOperation operation(*service_, "cannot look at " + FormatGcsUri(uri),
                             service_->options().request_timeout, {});
  Tried<StoredObject> found = StatObject(operation, uri);
  if (auto* const failure = std::get_if<StorageFailure>(&found)) return std::move(failure->error);
  return std::move(std::get<StoredObject>(found).info);
}

Result<ObjectInfo> GcsObjectStore::Download(const GcsUri& uri, const std::filesystem::path& file,
                                            CancellationToken cancelled) {
  HYPERLOCAL_TRY_STATUS(CheckName(uri));
  const WorkSpan span(WorkKind::kStorage, "download", uri.key);
  StorageOperation operation(
      *service_, fmt::format("cannot download {} to {}", FormatGcsUri(uri), file.string()),
      service_->options().transfer_timeout, cancelled);
  return DownloadObject(operation, uri, file, cancelled);
}

Result<ObjectInfo> GcsObjectStore::Upload(const std::filesystem::path& file, const GcsUri& uri,
                                          const ObjectWrite& write, CancellationToken cancelled) {
  HYPERLOCAL_TRY_STATUS(CheckName(uri));
  const WorkSpan span(WorkKind::kStorage, "upload", uri.key);
  HYPERLOCAL_TRY(const UploadFile content, UploadFile::Open(file));
  StorageOperation operation(
      *service_, fmt::format("cannot upload {} to {}", file.string(), FormatGcsUri(uri)),
      service_->options().transfer_timeout, std::move(cancelled));
  return UploadObject(operation, content, uri, write);
}

Result<ObjectList> GcsObjectStore::List(std::string_view bucket, const ObjectListing& listing) {
  StorageOperation operation(*service_,
                             fmt::format("cannot list gs://{}/{}", bucket, listing.prefix),
                             service_->options().request_timeout, {});
  if (bucket.empty()) return operation.Fail(ErrorCode::kBadRequest, "a bucket is needed");
  ObjectList list;
  for (std::string token;;) {
    StorageQuery query;
    query.Add("projection", "noAcl");
    if (!listing.prefix.empty()) query.Add("prefix", listing.prefix);
    if (!listing.delimiter.empty()) query.Add("delimiter", listing.delimiter);
    if (!token.empty()) query.Add("pageToken", token);
    Tried<HttpReply> tried = operation.TryRepeatedly(
        StorageRequest("GET", service_->endpoint().Bucket(bucket) + "/o" + query.text()));
    if (auto* const failure = std::get_if<StorageFailure>(&tried)) return std::move(failure->error);
    Result<ObjectListPage> page = ParseObjectListPage(std::get<HttpReply>(tried).body);
    if (!page) {
      HYPERLOCAL_TRY_STATUS(operation.Pause(operation.Damaged(page.error().message)));
      continue;
    }
    operation.Progressed();
    std::move(page->list.objects.begin(), page->list.objects.end(),
              std::back_inserter(list.objects));
    std::move(page->list.prefixes.begin(), page->list.prefixes.end(),
              std::back_inserter(list.prefixes));
    if (page->next_page_token.empty()) return list;
    if (page->next_page_token == token) {
      return operation.Fail(ErrorCode::kIo, "the service's pages do not go on");
    }
    token = std::move(page->next_page_token);
  }
}

Status GcsObjectStore::Delete(const GcsUri& uri, const ObjectPreconditions& preconditions) {
  HYPERLOCAL_TRY_STATUS(CheckName(uri));
  StorageOperation operation(*service_, "cannot delete " + FormatGcsUri(uri),
                             service_->options().request_timeout, {});
  // Whether an attempt whose answer was lost may have deleted the generation that is meant.
  bool is_unsure = false;
  ObjectPreconditions current = preconditions;
  for (;;) {
    if (!preconditions.if_generation_match) {
      Tried<StoredObject> found = StatObject(operation, uri);
      if (auto* const failure = std::get_if<StorageFailure>(&found)) {
        if (failure->status == 404 && is_unsure) return Ok();
        return std::move(failure->error);
      }
      const std::int64_t generation = std::get<StoredObject>(found).info.generation;
      // What was meant is gone, and what is there now came after it.
      if (is_unsure && current.if_generation_match != generation) return Ok();
      current.if_generation_match = generation;
    }
    Tried<HttpReply> tried =
        operation.Try(StorageRequest("DELETE", service_->endpoint().Object(uri.bucket, uri.key) +
                                                   StorageQuery().Add(current).text()));
    auto* const failure = std::get_if<StorageFailure>(&tried);
    if (failure == nullptr) return Ok();
    if (failure->status == 404 && is_unsure) return Ok();
    is_unsure = is_unsure || failure->may_have_worked;
    if (failure->status == 412 && !preconditions.if_generation_match) {
      // Ours alone, if somebody has written meanwhile; then the new one is meant too.
      Tried<StoredObject> found = StatObject(operation, uri);
      const auto* const object = std::get_if<StoredObject>(&found);
      failure->may_pass =
          object == nullptr || object->info.generation != current.if_generation_match;
    }
    HYPERLOCAL_TRY_STATUS(operation.Pause(*failure));
  }
}

Result<ObjectInfo> GcsObjectStore::Compose(const std::vector<GcsUri>& sources, const GcsUri& target,
                                           const ObjectWrite& write) {
  HYPERLOCAL_TRY_STATUS(CheckName(target));
  StorageOperation operation(*service_, "cannot compose " + FormatGcsUri(target),
                             service_->options().request_timeout, {});
  if (sources.empty() || sources.size() > kMaxSources) {
    return operation.Fail(ErrorCode::kBadRequest,
                          fmt::format("it needs 1 to {} sources, not {}; compose in several steps",
                                      kMaxSources, sources.size()));
  }
  for (const GcsUri& source : sources) {
    HYPERLOCAL_TRY_STATUS(CheckName(source));
    if (source.bucket != target.bucket) {
      return operation.Fail(
          ErrorCode::kBadRequest,
          fmt::format("{} is in another bucket; copy it first", FormatGcsUri(source)));
    }
  }
  const std::string json = ComposeJson(sources, write, operation.id());
  const auto attempt = [&](const ObjectPreconditions& preconditions) -> Tried<StoredObject> {
    Tried<HttpReply> tried =
        operation.Try(StorageJsonRequest(service_->endpoint().Object(target.bucket, target.key) +
                                             "/compose" + StorageQuery().Add(preconditions).text(),
                                         json));
    if (auto* const failure = std::get_if<StorageFailure>(&tried)) return std::move(*failure);
    return ReadObject(operation, std::get<HttpReply>(tried));
  };
  HYPERLOCAL_TRY(StoredObject object, WriteObject(operation, target, write.preconditions, attempt));
  return std::move(object.info);
}

Result<ObjectInfo> GcsObjectStore::Copy(const GcsUri& source, const GcsUri& target,
                                        const ObjectPreconditions& preconditions) {
  HYPERLOCAL_TRY_STATUS(CheckName(source));
  HYPERLOCAL_TRY_STATUS(CheckName(target));
  StorageOperation operation(
      *service_, fmt::format("cannot copy {} to {}", FormatGcsUri(source), FormatGcsUri(target)),
      service_->options().request_timeout, {});
  // One generation of it, whatever happens meanwhile; and its description, to which our id is put.
  std::string description;
  Tried<StoredObject> found = StatObject(operation, source, &description);
  if (auto* const failure = std::get_if<StorageFailure>(&found)) return std::move(failure->error);
  const ObjectInfo& original = std::get<StoredObject>(found).info;
  HYPERLOCAL_TRY(const std::string json, CopyJson(description, operation.id()));

  const auto attempt = [&](const ObjectPreconditions& current) -> Tried<StoredObject> {
    std::string token;
    for (std::uint64_t rewritten = 0;;) {
      StorageQuery query;
      query.Add("projection", "noAcl").Add("sourceGeneration", original.generation).Add(current);
      if (!token.empty()) query.Add("rewriteToken", token);
      Tried<HttpReply> tried = operation.Try(StorageJsonRequest(
          service_->endpoint().Object(source.bucket, source.key) + "/rewriteTo/b/" +
              PercentEncode(target.bucket) + "/o/" + PercentEncode(target.key) + query.text(),
          json));
      if (auto* const failure = std::get_if<StorageFailure>(&tried)) return std::move(*failure);
      Result<RewriteStep> step = ParseRewriteStep(std::get<HttpReply>(tried).body);
      if (!step) return operation.Damaged(step.error().message);
      if (step->object) return std::move(*step->object);
      token = std::move(step->token);
      if (step->rewritten_bytes > rewritten) {
        rewritten = step->rewritten_bytes;
        operation.Progressed();
        continue;
      }
      const StorageFailure stuck = operation.Damaged("the service does not go on with it");
      if (Status paused = operation.Pause(stuck); !paused) {
        return StorageOperation::Final(std::move(paused).error());
      }
    }
  };
  HYPERLOCAL_TRY(StoredObject object, WriteObject(operation, target, preconditions, attempt));
  if (object.info.size != original.size || object.info.crc32c != original.crc32c) {
    return operation.Fail(ErrorCode::kIo, "the copy has another content than its source");
  }
  return std::move(object.info);
}

}  // namespace hyperlocal
