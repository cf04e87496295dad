#include <system_error>
#include <utility>

#include "adapters/gcp/service/bucket_plan_publisher_internal.h"
#include "adapters/gcp/service/render_actions_internal.h"
#include "engine/archive/archive_writer.h"
#include "engine/plan/publish_plan.h"
#include "engine/plan_project.h"
#include "engine/wire/bucket_layout.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

Result<fs::path> FetchProject(const GcsUri& uri, const ActionContext& context) {
  const fs::path archive = context.work / "project.tar.gz";
  fs::path project = context.work / "project";
  HYPERLOCAL_TRY_STATUS(context.store.Download(uri, archive, context.browser.token()));
  if (Status extracted = ExtractTarGz(archive, project, context.options.archive_limits);
      !extracted) {
    return std::move(extracted).error().WithContext(FormatGcsUri(uri));
  }
  std::error_code ignored;
  fs::remove(archive, ignored);
  return project;
}

Result<PlanDirectory> MakePlan(const fs::path& project, const RenderConfig& config,
                               const ActionContext& context) {
  PlanRequest request;
  request.project = project;
  request.plan_directory = context.work / "plan";
  request.entry_file = config.entry_file;
  request.variables_json = config.variables_json;
  request.assets = context.options.assets;
  request.config_for = [&config](const CompositionFacts&) { return Result<RenderConfig>(config); };
  if (ServiceObserver* const observer = context.options.observer) {
    request.on_message = [observer](std::string_view line) { observer->OnPageMessage(line); };
  }
  BrowserPool::Lease& browser = context.browser;
  Result<PlanDirectory> plan = PlanProject(request, browser.slot());
  if (plan || !WorthAnotherBrowser(plan.error().code)) return plan;
  const bool may_have_died_before = browser.used();
  browser.Discard();
  if (!may_have_died_before || browser.token().cancelled()) return plan;
  std::error_code ignored;
  fs::remove_all(request.plan_directory, ignored);
  return PlanProject(request, browser.slot());
}

PlanResult ResultOf(const PlanDirectory& plan) {
  PlanResult result;
  result.plan_hash = plan.plan_hash;
  result.chunk_count = static_cast<int>(plan.chunks.size());
  result.total_frames = plan.total_frames;
  result.fps = plan.fps.num;
  result.width = plan.width;
  result.height = plan.height;
  result.format = plan.format;
  result.has_audio = plan.has_audio;
  result.ffmpeg_version = plan.ffmpeg_version;
  result.producer_version = plan.producer_version;
  return result;
}

Result<V1Locator> SendArchive(const PlanDirectory& plan, const GcsUri& prefix,
                              const ActionContext& context) {
  V1Locator place = V1PlanUnder(prefix);
  const fs::path archive = context.work / "plan.tar.gz";
  HYPERLOCAL_TRY_STATUS(PackTarGz(plan.root, archive, Durability::kUnsynced));
  ObjectWrite write;
  write.content_type = "application/gzip";
  HYPERLOCAL_TRY_STATUS(
      context.store.Upload(archive, place.archive, write, context.browser.token()));
  return place;
}

}  // namespace

Result<PlanResult> PerformPlan(const PlanEvent& event, const ActionContext& context) {
  HYPERLOCAL_TRY(const fs::path project, FetchProject(event.project, context));
  HYPERLOCAL_TRY(const PlanDirectory plan, MakePlan(project, event.config.typed(), context));
  if (context.browser.token().cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
  if (context.options.observer != nullptr) context.options.observer->OnPlan(plan);
  PlanResult result = ResultOf(plan);
  if (event.protocol == PlanProtocol::kV1) {
    HYPERLOCAL_TRY(result.plan, SendArchive(plan, event.output_prefix, context));
    return result;
  }
  const V2Locator place = V2PlanUnder(event.output_prefix);
  const auto publisher =
      PublishPlanToBucket(context.store, place, context.work, context.browser.token());
  HYPERLOCAL_TRY(const PlanManifest manifest, PublishPlan(plan.root, *publisher));
  result.plan_hash = manifest.plan_hash;
  result.plan = place;
  return result;
}

}  // namespace hyperlocal
