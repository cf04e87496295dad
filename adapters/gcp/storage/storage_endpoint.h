#pragma once

#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal {

// Where the JSON API of Cloud Storage is spoken, and the addresses of things there.
class StorageEndpoint {
 public:
  // `text`: "http://localhost:4443", "localhost:4443" (http), perhaps with a path before the API's
  // own, or with the API's own ("…/storage/v1/"). Empty: STORAGE_EMULATOR_HOST, or without it the
  // service itself. Error: kInvalidConfig, naming where the text came from.
  static Result<StorageEndpoint> Resolve(std::string_view text);

  // ".../storage/v1/b/BUCKET"
  std::string Bucket(std::string_view bucket) const;
  // ".../storage/v1/b/BUCKET/o/NAME"; any name, "../x" and "a?b" among them.
  std::string Object(std::string_view bucket, std::string_view name) const;
  // ".../upload/storage/v1/b/BUCKET/o"
  std::string Upload(std::string_view bucket) const;

  const std::string& base() const { return base_; }
  // "http://localhost:4443": to whom credentials may be shown.
  const std::string& origin() const { return origin_; }

 private:
  StorageEndpoint(std::string base, std::string origin)
      : base_(std::move(base)), origin_(std::move(origin)) {}

  std::string base_;  // without a slash at its end
  std::string origin_;
};

}  // namespace hyperlocal
