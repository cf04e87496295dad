#include "fakes/gcs/server/media_answer_internal.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/composition/byte_range_internal.h"
#include "engine/hash/crc32c.h"
#include "engine/hash/md5.h"
#include "fakes/gcs/server/gunzip_internal.h"
#include "fakes/gcs/server/object_resource_internal.h"
#include "fakes/gcs/server/rfc3339_internal.h"

namespace hyperlocal::gcs {
namespace {

// Up to here an answer is built whole: head and body leave in one packet or two.
constexpr std::uint64_t kWholeBody = std::uint64_t{64} << 10;
constexpr std::size_t kPackedPart = std::size_t{64} << 10;

void AddText(HttpHeaders& headers, const char* name, const std::string& value) {
  if (!value.empty()) headers.Add(name, value);
}

// Whether a list as in Accept-Encoding names gzip, or everything, without refusing it by `q=0`
// (RFC 9110 section 12.5.3).
bool AcceptsGzip(std::string_view accept) {
  while (!accept.empty()) {
    const std::size_t end = std::min(accept.find(','), accept.size());
    std::string_view coding = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    while (coding.starts_with(' ')) coding.remove_prefix(1);
    const std::string_view name = coding.substr(0, coding.find_first_of("; "));
    if (name != "gzip" && name != "x-gzip" && name != "*") continue;
    const std::size_t quality = coding.find("q=");
    if (quality == std::string_view::npos) return true;
    return coding.substr(quality + 2).find_first_not_of("0. ") != std::string_view::npos;
  }
  return false;
}

bool IsUnpackedFor(const GcsCall& call, const ObjectFields& fields) {
  return fields.content_encoding == "gzip" && !AcceptsGzip(call.Header("Accept-Encoding")) &&
         fields.cache_control.find("no-transform") == std::string::npos;
}

// The unpacked bytes of a stored gzip, one after the other.
HttpResponse::BodySource Unpacked(std::shared_ptr<ContentReader> content) {
  struct State {
    std::shared_ptr<ContentReader> content;
    Gunzip gunzip;
    std::vector<char> packed = std::vector<char>(kPackedPart);
    std::string_view rest;
    std::uint64_t at = 0;
  };
  auto state = std::make_shared<State>();
  state->content = std::move(content);
  return [state](std::uint64_t, char* to, std::size_t room) -> Result<std::size_t> {
    for (;;) {
      HYPERLOCAL_TRY(const std::size_t got, state->gunzip.Take(state->rest, to, room));
      if (got > 0) return got;
      if (state->at == state->content->size()) {
        HYPERLOCAL_TRY_STATUS(state->gunzip.Finish());
        return std::size_t{0};
      }
      HYPERLOCAL_TRY(const std::size_t read,
                     state->content->ReadAt(state->at, state->packed.data(), kPackedPart));
      if (read == 0) return Error{ErrorCode::kIo, "the content ends too early"};
      state->rest = std::string_view(state->packed.data(), read);
      state->at += read;
    }
  };
}

Status AnswerPart(HttpResponse& response, std::shared_ptr<ContentReader> content, ByteRange part) {
  if (part.length > kWholeBody) {
    response.source_length = part.length;
    response.source = [content = std::move(content), part](std::uint64_t offset, char* to,
                                                           std::size_t room) {
      const std::uint64_t left = part.length - std::min(offset, part.length);
      return content->ReadAt(part.offset + offset, to,
                             static_cast<std::size_t>(std::min<std::uint64_t>(room, left)));
    };
    return Ok();
  }
  response.body.resize(static_cast<std::size_t>(part.length));
  HYPERLOCAL_TRY(const std::size_t got,
                 content->ReadAt(part.offset, response.body.data(), response.body.size()));
  if (got != response.body.size()) {
    return Error{ErrorCode::kIo, "the content is shorter than the object says"};
  }
  return Ok();
}

}  // namespace

void DescribeMedia(HttpHeaders& headers, const ObjectRecord& object) {
  const ObjectFields& fields = object.fields;
  headers.Add("Content-Type",
              fields.content_type.empty() ? "application/octet-stream" : fields.content_type);
  AddText(headers, "Content-Encoding", fields.content_encoding);
  AddText(headers, "Content-Disposition", fields.content_disposition);
  AddText(headers, "Content-Language", fields.content_language);
  AddText(headers, "Cache-Control", fields.cache_control);
  headers.Add("ETag", EtagOf(object.generation, object.metageneration));
  headers.Add("Last-Modified", HttpDate(object.updated));
  headers.Add("x-goog-generation", std::to_string(object.generation));
  headers.Add("x-goog-metageneration", std::to_string(object.metageneration));
  std::string hash = "crc32c=" + Crc32cBase64(object.checksums.crc32c);
  if (object.checksums.md5) hash += ",md5=" + Md5Base64(*object.checksums.md5);
  headers.Add("x-goog-hash", std::move(hash));
  AddText(headers, "x-goog-storage-class", fields.storage_class);
  headers.Add("x-goog-stored-content-encoding",
              fields.content_encoding.empty() ? "identity" : fields.content_encoding);
  headers.Add("x-goog-stored-content-length", std::to_string(object.size));
  if (object.component_count) {
    headers.Add("x-goog-component-count", std::to_string(*object.component_count));
  }
}

Status AnswerMedia(GcsCall& call, OpenedObject opened) {
  const ObjectRecord& object = opened.record;
  std::shared_ptr<ContentReader> content = std::move(opened.content);
  HttpResponse& response = call.response;
  DescribeMedia(response.headers, object);
  if (object.fields.content_encoding == "gzip") response.headers.Add("Vary", "Accept-Encoding");
  if (IsUnpackedFor(call, object.fields)) {
    response.headers.Remove("Content-Encoding");
    response.headers.Add("Warning", "214 hyperlocal gunzipped");
    response.source = Unpacked(std::move(content));
    return Ok();
  }
  ByteRange part{0, object.size};
  if (const auto header = call.request->headers.Find("Range")) {
    if (const auto range = ParseByteRange(*header, object.size)) {
      const std::string size = std::to_string(object.size);
      if (range->length == 0) {
        response.headers = {{"Content-Type", "text/plain; charset=UTF-8"},
                            {"Content-Range", "bytes */" + size}};
        response.status = 416;
        response.body = "Requested range not satisfiable";
        return Ok();
      }
      part = *range;
      response.status = 206;
      response.headers.Add("Content-Range", "bytes " + std::to_string(part.offset) + "-" +
                                                std::to_string(part.offset + part.length - 1) +
                                                "/" + size);
    }
  }
  return AnswerPart(response, std::move(content), part);
}

}  // namespace hyperlocal::gcs
