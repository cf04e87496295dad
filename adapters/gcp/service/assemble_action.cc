#include <fmt/format.h>

#include <cstddef>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/gcp/service/render_actions_internal.h"
#include "adapters/gcp/service/stored_plan_internal.h"
#include "adapters/gcp/service/task_crew_internal.h"
#include "engine/assemble.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kChunksAtOnce = 4;

Status FetchChunk(const GcsUri& uri, const fs::path& place, OutputFormat format,
                  const ActionContext& context) {
  if (format != OutputFormat::kPngSequence) {
    HYPERLOCAL_TRY_STATUS(context.store.Download(uri, place, context.browser.token()));
    return Ok();
  }
  fs::path archive = place;
  archive += ".tar.gz";
  HYPERLOCAL_TRY_STATUS(context.store.Download(uri, archive, context.browser.token()));
  if (Status extracted = ExtractTarGz(archive, place, context.options.archive_limits); !extracted) {
    return std::move(extracted).error().WithContext(FormatGcsUri(uri));
  }
  std::error_code ignored;
  fs::remove(archive, ignored);
  return Ok();
}

Result<std::vector<fs::path>> FetchChunks(const AssembleEvent& event,
                                          const ActionContext& context) {
  const fs::path directory = context.work / "chunks";
  std::error_code failure;
  fs::create_directory(directory, failure);
  std::vector<fs::path> places;
  for (std::size_t i = 0; i < event.chunks.size(); ++i) {
    places.push_back(directory / fmt::format("{:04}{}", i, FileExtension(event.format)));
  }
  TaskCrew crew(kChunksAtOnce);
  for (std::size_t i = 0; i < places.size(); ++i) {
    crew.Add([&event, &context, &places, i] {
      return FetchChunk(event.chunks[i], places[i], event.format, context);
    });
  }
  HYPERLOCAL_TRY_STATUS(crew.Finish());
  return places;
}

Result<StoredPlan> FetchPlan(const AssembleEvent& event, const ActionContext& context) {
  PlanFetcher fetcher({context.store, context.plans, context.work, context.options.archive_limits,
                       context.browser.token()});
  if (const auto* v1 = std::get_if<V1AssembleSource>(&event.source)) {
    return fetcher.FetchUnnamed(v1->plan, PlanTarget::Assembler());
  }
  const auto& v2 = std::get<V2AssembleSource>(event.source);
  return fetcher.Fetch(v2.plan, v2.plan_hash, PlanTarget::Assembler());
}

// The sound lies in the plan; beside it only where an old planner of v1 has put it there.
Result<fs::path> FetchAudio(const AssembleEvent& event, const PlanDirectory& plan,
                            const ActionContext& context) {
  fs::path audio = plan.audio_file();
  const auto* v1 = std::get_if<V1AssembleSource>(&event.source);
  if (!audio.empty() || !v1 || !v1->audio) return audio;
  audio = context.work / "audio.m4a";
  HYPERLOCAL_TRY_STATUS(context.store.Download(*v1->audio, audio, context.browser.token()));
  return audio;
}

}  // namespace

Result<AssembleResult> PerformAssemble(const AssembleEvent& event, const ActionContext& context) {
  HYPERLOCAL_TRY(const StoredPlan stored, FetchPlan(event, context));
  if (stored.plan.format != event.format) {
    return Error{ErrorCode::kBadRequest,
                 "AssembleEvent.Format is " + std::string(WireName(event.format)) +
                     ", and the plan is for " + std::string(WireName(stored.plan.format))};
  }
  // Before gigabytes are fetched in vain.
  if (event.chunks.size() != stored.plan.chunks.size()) {
    return Error{ErrorCode::kMissingPlanArtifact,
                 fmt::format("the plan has {} chunks, AssembleEvent.ChunkGcsUris names {}",
                             stored.plan.chunks.size(), event.chunks.size())};
  }
  AssembleOptions options;
  HYPERLOCAL_TRY(options.audio, FetchAudio(event, stored.plan, context));
  options.constant_rate = event.cfr;
  HYPERLOCAL_TRY(const std::vector<fs::path> chunks, FetchChunks(event, context));
  const fs::path output = context.work / ("output" + std::string(FileExtension(event.format)));
  HYPERLOCAL_TRY(const AssembledVideo video, Assemble(stored.plan, chunks, output, options));
  HYPERLOCAL_TRY_STATUS(UploadOutput(output, event.output, event.format, context));
  AssembleResult result;
  result.output = event.output;
  result.frames_encoded = video.frames;
  result.file_size = video.file_size;
  return result;
}

}  // namespace hyperlocal
