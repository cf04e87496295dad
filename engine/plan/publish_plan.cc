#include "engine/plan/publish_plan.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "engine/composition/asset_recording.h"
#include "engine/file/file_tree.h"
#include "engine/hash/sha256.h"
#include "engine/plan/plan_directory.h"
#include "engine/plan/plan_files_internal.h"
#include "engine/plan/plan_videos.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

// The published engine's cache marks a directory of frames as complete with this empty file; it is
// no part of a plan.
constexpr const char* kExtractionMark = ".hf-complete";

Error Unpublishable(const std::string& what) {
  return Error{ErrorCode::kPlanV2IntegrityUnrecoverable, "cannot publish the plan: " + what};
}

// A link would be published as what it points to, or not at all.
Status CheckOnlyFiles(const fs::path& root) {
  std::error_code failure;
  for (fs::recursive_directory_iterator it(root, failure), end; !failure && it != end;
       it.increment(failure)) {
    const fs::file_status status = it->symlink_status(failure);
    if (failure || fs::is_directory(status) || fs::is_regular_file(status)) continue;
    return Unpublishable(it->path().string() + " is neither a file nor a directory");
  }
  if (!failure) return Ok();
  return Error{ErrorCode::kIo, "cannot list " + root.string() + ": " + failure.message()};
}

// "frame_00012.jpg" is frame 11: names count from 1.
std::optional<std::int64_t> FrameOfName(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos || dot + 1 == name.size()) return std::nullopt;
  std::size_t begin = dot;
  while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9') --begin;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(name.data() + begin, name.data() + dot, number);
  if (error != std::errc() || end != name.data() + dot || number < 1) return std::nullopt;
  return number - 1;
}

// Which chunks show which extracted frame, by the frame's path in the plan.
class VideoDependencies {
 public:
  static Result<VideoDependencies> Of(const PlanDirectory& plan, std::vector<PlanVideo> videos) {
    VideoDependencies dependencies;
    bool replayed = false;
    if (!videos.empty()) {
      HYPERLOCAL_TRY(const AssetRecording recording, AssetRecording::Open(plan.compiled()));
      replayed = recording.replay_from_start();
    }
    std::error_code ignored;
    dependencies.known_ = fs::exists(plan.root / plan_files::kVideos, ignored);
    for (const PlanVideo& video : videos) {
      HYPERLOCAL_TRY(const auto paths, FramePaths(plan.root, video));
      for (const ChunkSlice& slice : plan.chunks) {
        // A page that carries state is shown the frames before the chunk's first one too.
        const std::int64_t first = replayed ? 0 : slice.start_frame;
        for (std::int64_t frame = first; frame < slice.end_frame; ++frame) {
          const double seconds = static_cast<double>(frame * plan.fps.den) / plan.fps.num;
          const std::optional<std::int64_t> shown = video.FrameAt(seconds);
          const auto path = shown ? paths.find(*shown) : paths.end();
          if (path != paths.end()) dependencies.chunks_[path->second].insert(slice.index);
        }
      }
    }
    return dependencies;
  }

  // Whether the plan says which frames are shown when; else every chunk gets all of them.
  bool known() const { return known_; }
  std::vector<std::int64_t> ChunksThatShow(const std::string& path) const {
    const auto found = chunks_.find(path);
    if (found == chunks_.end()) return {};
    return {found->second.begin(), found->second.end()};
  }

 private:
  static Result<std::map<std::int64_t, std::string>> FramePaths(const fs::path& root,
                                                                const PlanVideo& video) {
    HYPERLOCAL_TRY(const fs::path directory, ExtractedFramesDirectory(root, video.id));
    std::map<std::int64_t, std::string> paths;
    std::error_code failure;
    if (!fs::is_directory(directory, failure)) {
      return Error{ErrorCode::kMissingPlanArtifact,
                   "the plan in " + root.string() + " lacks the frames of the video " + video.id};
    }
    HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(directory));
    for (const TreeFile& file : files) {
      if (file.path == kExtractionMark) continue;
      const std::string path =
          std::string(plan_files::kVideoFrames) + "/" + video.id + "/" + file.path;
      const std::optional<std::int64_t> frame = FrameOfName(file.path);
      if (!frame) return Unpublishable(path + " is not numbered as an extracted frame");
      if (!paths.emplace(*frame, path).second) {
        return Unpublishable(path + " has the number of another frame");
      }
    }
    return paths;
  }

  bool known_ = true;
  std::map<std::string, std::set<int>> chunks_;
};

bool IsVideoFrame(const std::string& path) {
  return path.starts_with(std::string(plan_files::kVideoFrames) + "/");
}

bool IsExtractionMark(const std::string& path) {
  return IsVideoFrame(path) && path.ends_with(std::string("/") + kExtractionMark);
}

// Who needs a file (CONTRACT section 5); whatever is not known is for everybody.
void Address(PlanArtifact& artifact, const VideoDependencies& videos) {
  const std::string& path = artifact.path;
  using namespace plan_files;
  if (path == kAudio || path == kOldAudio) {
    artifact.assembler = true;
  } else if (path == kComposition || path == kVideos || path.starts_with("compiled/")) {
    artifact.every_chunk = true;
  } else if (IsVideoFrame(path)) {
    if (videos.known()) artifact.chunks = videos.ChunksThatShow(path);
    artifact.every_chunk = !videos.known();
  } else {
    artifact.every_chunk = artifact.assembler = true;
  }
}

Result<PlanManifest> ManifestOf(const PlanDirectory& plan) {
  HYPERLOCAL_TRY_STATUS(CheckOnlyFiles(plan.root));
  HYPERLOCAL_TRY(std::vector<PlanVideo> videos, ReadPlanVideos(plan.root));
  HYPERLOCAL_TRY(const VideoDependencies dependencies,
                 VideoDependencies::Of(plan, std::move(videos)));
  PlanManifest manifest;
  manifest.source_plan_v1_hash = plan.plan_hash;
  manifest.chunk_count = static_cast<std::int64_t>(plan.chunks.size());
  manifest.total_frames = plan.total_frames;
  if (plan.fps.den != 1) return Unpublishable("its frame rate is not whole");
  manifest.fps = plan.fps.num;
  manifest.width = plan.width;
  manifest.height = plan.height;
  manifest.format = plan.format;
  manifest.ffmpeg_version = plan.ffmpeg_version;
  manifest.producer_version = plan.producer_version;
  HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(plan.root));
  for (const TreeFile& file : files) {
    if (IsExtractionMark(file.path)) {
      if (file.size_bytes != 0) return Unpublishable(file.path + " is not empty");
      continue;
    }
    PlanArtifact artifact;
    artifact.path = file.path;
    artifact.size_bytes = file.size_bytes;
    Address(artifact, dependencies);
    if (!artifact.every_chunk && !artifact.assembler && artifact.chunks.empty()) continue;
    if (IsVideoFrame(file.path) && !dependencies.known()) {
      manifest.video_dependency_mode = VideoDependencyMode::kFullSourcePack;
    }
    HYPERLOCAL_TRY(artifact.sha256, Sha256HexOfFile(plan.root / file.path));
    manifest.artifacts.push_back(std::move(artifact));
  }
  HYPERLOCAL_TRY(manifest.plan_hash, PlanManifestHash(manifest));
  return manifest;
}

}  // namespace

Result<PlanManifest> PublishPlan(const fs::path& plan_root, PlanPublisher& publisher) {
  HYPERLOCAL_TRY(const PlanDirectory plan, ReadPlanDirectory(plan_root));
  HYPERLOCAL_TRY_STATUS(VerifyPlanHash(plan));
  HYPERLOCAL_TRY(PlanManifest manifest, ManifestOf(plan));
  HYPERLOCAL_TRY(const std::string json, PlanManifestJson(manifest));
  for (const PlanArtifact& artifact : manifest.artifacts) {
    HYPERLOCAL_TRY_STATUS(
        publisher.PutBlob(plan_root / artifact.path, artifact.sha256, artifact.size_bytes));
  }
  HYPERLOCAL_TRY_STATUS(publisher.CommitManifest(json));
  return manifest;
}

}  // namespace hyperlocal
