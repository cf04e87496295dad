#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/error/result.h"

namespace hyperlocal {

struct RecordedAsset {
  std::string content_type;
  std::string body;
};

// What a page gets from outside its project while it is planned, kept in the plan so that a chunk
// worker answers the page without a network (asset_recording.h):
// compiled/__hyperlocal/recorded.json and one file a content beside it, named by its SHA-256.
class RecordedAssets {
 public:
  inline static constexpr const char* kDirectory = "__hyperlocal";
  inline static constexpr const char* kIndex = "recorded.json";

  const RecordedAsset* Find(const std::string& url) const;
  // Where Save writes the body, below `compiled`; empty for an address that was not recorded.
  std::string PathOf(const std::string& url) const;
  void Add(const std::string& url, RecordedAsset asset) {
    assets_.insert_or_assign(url, std::move(asset));
  }
  std::size_t size() const { return assets_.size(); }

  // Writes it into `compiled`, the bodies first; nothing when there is nothing to keep. Errors:
  // kCannotWrite, kIo.
  Status Save(const std::filesystem::path& compiled) const;

  // A page that drives itself from animation frames and may carry state from frame to frame: a
  // chunk visits the frames before its first one too.
  bool replay_from_start = false;

 private:
  std::map<std::string, RecordedAsset> assets_;
};

}  // namespace hyperlocal
