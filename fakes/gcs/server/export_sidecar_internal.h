#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/store/bucket_record.h"
#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

// What an export keeps beside the bytes: `.hyperlocal/<bucket>.jsonl`, a JSON object a line; the
// first is the bucket, the others its objects. The directory's name begins with a dot, which no
// bucket's does.
inline constexpr std::string_view kSidecarDirectory = ".hyperlocal";

struct SidecarObject {
  std::string file;  // relative to the bucket's directory
  std::string name;
  ObjectFields fields;
  bool operator==(const SidecarObject&) const = default;
};

struct Sidecar {
  BucketRecord bucket;  // name, policy and settings
  std::vector<SidecarObject> objects;
};

// A line, with its end.
std::string SidecarLine(const BucketRecord& bucket);
std::string SidecarLine(const SidecarObject& object);

// `where` names the file in errors: kInvalidJson and kBadRequest, with the line.
Result<Sidecar> ReadSidecar(std::string_view text, std::string_view where);

}  // namespace hyperlocal::gcs
