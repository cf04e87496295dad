#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fakes/gcs/server/gcs_call_internal.h"

namespace hyperlocal::gcs {

// What the XML API says of objects in headers, both ways.
// https://cloud.google.com/storage/docs/xml-api/reference-headers

// The request's `x-goog-<name>`, or the `x-amz-<name>` of clients of the other service that speaks
// this API; or "".
std::string_view XmlHeader(const GcsCall& call, std::string_view name);

// The JSON API's name of a predefined ACL: publicRead for public-read.
std::string JsonAclName(std::string_view name);

// ETag with its quotes: the MD5 in hex, or, of objects that have none, something that differs with
// every change.
std::string XmlEtag(const ObjectRecord& object);

// Content-Type and its like, x-goog-meta-…, x-goog-storage-class, x-goog-custom-time, x-goog-acl
// (else the bucket's default). Errors: kBadRequest; kNotFound (the bucket).
Result<ObjectFields> ReadObjectHeaders(GcsCall& call);

// x-goog-if-generation-match and x-goog-if-metageneration-match, or ifGenerationMatch and its like
// in the query, as the Go client has it. Error: kBadRequest.
Result<Preconditions> XmlPreconditions(const GcsCall& call);

// A whole number in a header; nothing when it is absent. Error: kBadRequest naming the header.
Result<std::optional<std::int64_t>> IntegerHeader(const GcsCall& call, const std::string& name);

// x-goog-hash, once for each checksum: the Go client looks for the CRC32C in a field of its own
// (the JSON API has both in one, and the Node client reads it so).
void SetHashHeaders(HttpHeaders& headers, const ContentChecksums& checksums);

// The answer to a request that has made `object`: no body, and its headers.
void DescribeWritten(GcsCall& call, const ObjectRecord& object);

// "/bucket/a/b%20c", as the client knows it: with the server's address.
std::string XmlUrl(const GcsCall& call, std::string_view object);

// 200 with the document.
void AnswerXml(GcsCall& call, std::string document);

}  // namespace hyperlocal::gcs
