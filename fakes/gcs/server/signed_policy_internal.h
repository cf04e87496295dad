#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// The fields of a form by their names in lower case.
using FormFields = std::map<std::string, std::string, std::less<>>;

// A policy document: what a form may upload, and until when.
// https://cloud.google.com/storage/docs/authentication/signatures#policy-document
//   {"expiration": "2020-01-23T04:35:40Z",
//    "conditions": [{"bucket": "b"}, ["eq", "$key", "k"], ["starts-with", "$Content-Type",
//    "image/"],
//                   ["content-length-range", 0, 1000000]]}
class PostPolicy {
 public:
  // `json`: decoded. Errors: kInvalidJson with line and column; kBadRequest with the condition.
  static Result<PostPolicy> Parse(std::string_view json);

  std::chrono::system_clock::time_point expiration() const { return expiration_; }

  // The bucket that a condition names exactly; or "".
  std::string_view bucket() const;

  // The conditions that need no more than the fields; `bucket` is the bucket that the form goes to.
  // Every field but the signature's own, `file` and x-ignore-… must be named by a condition. Error:
  // kPermission with the condition or the field.
  Status CheckFields(const FormFields& fields, std::string_view bucket) const;

  // The narrowest of the content-length-range conditions.
  struct SizeRange {
    std::uint64_t least = 0, most = ~std::uint64_t{0};
  };
  const SizeRange& size_range() const { return size_range_; }

 private:
  struct Condition {
    std::string field;  // lower case
    std::string value;
    bool prefix = false;  // starts-with
  };

  std::chrono::system_clock::time_point expiration_;
  std::vector<Condition> conditions_;
  SizeRange size_range_;
};

}  // namespace hyperlocal::gcs
