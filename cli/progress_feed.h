#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "adapters/gcp/sdk/progress.h"
#include "cli/local_render.h"

namespace hyperlocal::cli {

// Turns what the cloud says of a render, each time it is asked, into what an observer of a local
// render hears. The cloud tells of chunks and not of their frames: a chunk's come all at once. One
// thread.
class ProgressFeed {
 public:
  explicit ProgressFeed(RenderObserver& observer) : observer_(observer) {}

  void Take(const CloudRenderProgress& progress);
  bool planned() const { return !attempts_.empty(); }

 private:
  void Stage(RenderStage stage);
  bool Plan(const LiveStanding& live);
  void Chunk(const ChunkStanding& chunk);
  void Finish(int chunk);

  RenderObserver& observer_;
  std::optional<RenderStage> stage_;
  std::vector<int> attempts_;  // told, of every chunk
  std::vector<std::int64_t> frames_;
  std::set<int> done_;
};

}  // namespace hyperlocal::cli
