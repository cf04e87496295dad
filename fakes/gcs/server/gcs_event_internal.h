#pragma once

#include <string_view>

#include "fakes/gcs/store/object_record.h"

namespace hyperlocal::gcs {

// What has happened to an object, named as Pub/Sub notifications name it.
enum class GcsEventKind { kFinalize, kDelete, kArchive, kMetadataUpdate };

struct GcsEvent {
  GcsEventKind kind = GcsEventKind::kFinalize;
  ObjectRecord object;
};

// "OBJECT_FINALIZE"
constexpr std::string_view NameOf(GcsEventKind kind) {
  switch (kind) {
    case GcsEventKind::kFinalize:
      return "OBJECT_FINALIZE";
    case GcsEventKind::kDelete:
      return "OBJECT_DELETE";
    case GcsEventKind::kArchive:
      return "OBJECT_ARCHIVE";
    case GcsEventKind::kMetadataUpdate:
      return "OBJECT_METADATA_UPDATE";
  }
  return "";
}

}  // namespace hyperlocal::gcs
