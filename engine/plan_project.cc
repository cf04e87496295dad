#include "engine/plan_project.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <future>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/av/libav_version.h"
#include "engine/capture/composition_page.h"
#include "engine/composition/asset_recorder.h"
#include "engine/composition/declared_size.h"
#include "engine/composition/font_snapshot.h"
#include "engine/composition/project.h"
#include "engine/composition/project_copy.h"
#include "engine/composition/test_card.h"
#include "engine/file/whole_file.h"
#include "engine/plan/encoder_ladder.h"

extern char** environ;

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr double kFrameTolerance = 1e-3;  // as published
constexpr FrameRate kVisitRate{60, 1};    // of the frames that planning visits

std::map<std::string, std::string> RuntimeEnvironment() {
  std::map<std::string, std::string> kept;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    if (text.starts_with("PRODUCER_RUNTIME_") || text.starts_with("PRODUCER_RENDER_")) {
      kept.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return kept;
}

// What planning learns of a composition, and of the page that shows it.
struct Survey {
  CompositionFacts facts;
  RecordedAssets recorded;
};

CompositionFacts FactsOf(const TestCard& card) {
  CompositionFacts facts;
  facts.width = card.width;
  facts.height = card.height;
  facts.fps = {card.fps, 1};
  facts.duration_seconds = static_cast<double>(card.frames) / card.fps;
  return facts;
}

Result<CompositionFacts> FactsOf(const PageFacts& page, const std::string& entry) {
  if (!page.has_root && !page.own_driver) {
    return Error{ErrorCode::kInvalidComposition,
                 entry +
                     " holds no composition: no element has data-composition-id, and the page does "
                     "not define window.__hf"};
  }
  if (!(page.duration_seconds > 0) || !std::isfinite(page.duration_seconds)) {
    return Error{ErrorCode::kInvalidComposition,
                 entry +
                     " has no duration: give its root element data-duration=\"SECONDS\", or "
                     "register a timeline in "
                     "window.__timelines under its data-composition-id"};
  }
  if (page.width <= 0 || page.height <= 0) {
    return Error{ErrorCode::kInvalidComposition,
                 entry +
                     " has no size: give its root element data-width and data-height in pixels "
                     "(its body, when "
                     "the page defines window.__hf itself)"};
  }
  CompositionFacts facts;
  facts.width = page.width;
  facts.height = page.height;
  facts.duration_seconds = page.duration_seconds;
  facts.fps = {static_cast<int>(page.fps), 1};
  facts.video_count = page.video_count;
  facts.audio_count = page.audio_count;
  facts.image_count = page.image_count;
  return facts;
}

// Opens the page of a project and looks at all of it.
class Surveyor {
 public:
  Surveyor(const PlanRequest& request, const ProjectCopy& copy, const fs::path& compiled,
           BrowserSlot& slot)
      : request_(request),
        copy_(copy),
        compiled_(compiled),
        slot_(slot),
        recorder_(request.project) {}

  Result<Survey> Run() {
    HYPERLOCAL_TRY(const std::string html, ReadWholeFile(compiled_ / "index.html"));
    const DeclaredSize guess = FindDeclaredSize(html);
    HYPERLOCAL_TRY(PageFacts facts, OpenAt(guess.width, guess.height));
    if (facts.width > 0 && facts.height > 0 &&
        (facts.width != guess.width || facts.height != guess.height)) {
      // Layout may hang on the viewport: look again through one of the right size.
      page_.reset();
      HYPERLOCAL_TRY(facts, OpenAt(facts.width, facts.height));
    }
    Survey survey;
    HYPERLOCAL_TRY(survey.facts, FactsOf(facts, request_.entry_file));
    HYPERLOCAL_TRY_STATUS(VisitBoundaries(facts));
    HYPERLOCAL_TRY(recorder_.recorded().replay_from_start, page_->CarriesState());
    PassMessagesOn();
    HYPERLOCAL_TRY_STATUS(CheckFiles());
    HYPERLOCAL_TRY_STATUS(recorder_.CheckComplete());
    for (const std::string& note : recorder_.notes()) Say(note);
    SayWhatIsLeftOut(facts);
    survey.recorded = std::move(recorder_.recorded());
    return survey;
  }

 private:
  Result<PageFacts> OpenAt(int width, int height) {
    HYPERLOCAL_TRY(Browser* const browser, slot_.Get());
    CompositionPageOptions options;
    options.directory = compiled_;
    options.width = width;
    options.height = height;
    options.fps = kVisitRate;
    options.variables_json = request_.variables_json.value_or("");
    options.ready_timeout = request_.ready_timeout;
    options.answer_outside = [this](const std::string& url) { return recorder_.Answer(url); };
    auto page = CompositionPage::Open(*browser, std::move(options));
    // A script that was not there explains the failure better than what failed for want of it.
    if (!page && !recorder_.CheckComplete()) return recorder_.CheckComplete().error();
    if (!page) return std::move(page).error();
    page_ = std::move(*page);
    return page_->ReadFacts();
  }

  // At every start and end of a clip the page may want something new; so may the last frame.
  Status VisitBoundaries(const PageFacts& facts) {
    const std::int64_t frames = FramesOf(facts.duration_seconds, kVisitRate);
    std::set<std::int64_t> visits{0, std::min<std::int64_t>(1, frames - 1), frames - 1};
    for (const double seconds : facts.boundaries_seconds) {
      const auto frame = static_cast<std::int64_t>(std::llround(seconds * kVisitRate.num));
      if (frame >= 0 && frame < frames) visits.insert(frame);
    }
    for (const std::int64_t frame : visits) HYPERLOCAL_TRY_STATUS(page_->Seek(frame, kVisitRate));
    return Ok();
  }

  // Files of the project that are not there: a nested composition fails the plan, and so does a
  // link; anything else is said, as a browser would only say it.
  Status CheckFiles() {
    for (const std::string& path : page_->TakeMissingFiles()) {
      for (const std::string& link : copy_.links) {
        if (path == link || path.starts_with(link + "/")) {
          return Error{ErrorCode::kInvalidComposition,
                       fmt::format("the page asks for {}, but {} is a link. Links are no part of a "
                                   "project, since what they "
                                   "point to may be elsewhere: copy the file to its place.",
                                   path, link)};
        }
      }
      if (fs::path(path).extension() == ".html") {
        return Error{
            ErrorCode::kInvalidComposition,
            "the composition " + path + " is referred to, but the project does not have it"};
      }
      Say(path + ": the page asks for this file, but the project does not have it");
    }
    return Ok();
  }

  void SayWhatIsLeftOut(const PageFacts& facts) {
    if (facts.audio_count > 0) {
      Say(fmt::format("{} <audio> element(s): sound is not rendered yet, the video will be silent",
                      facts.audio_count));
    }
    if (facts.video_count > 0) {
      Say(
          fmt::format("{} <video> element(s): source videos are not rendered yet, their place "
                      "shows whatever Chrome "
                      "happens to have decoded",
                      facts.video_count));
    }
  }

  void PassMessagesOn() {
    for (const PageMessage& message : page_->TakeMessages()) Say(message.Line());
  }
  void Say(std::string_view line) {
    if (request_.on_message) request_.on_message(line);
  }

  const PlanRequest& request_;
  const ProjectCopy& copy_;
  const fs::path& compiled_;
  BrowserSlot& slot_;
  AssetRecorder recorder_;
  std::unique_ptr<CompositionPage> page_;
};

// How much larger or smaller than the composition the video is; the layout stays.
Result<double> DeviceScale(const CompositionFacts& facts, const RenderConfig& config) {
  const double scale = static_cast<double>(config.width) / facts.width;
  if (std::lround(facts.height * scale) != config.height) {
    return Error{ErrorCode::kInvalidConfig,
                 fmt::format("[validateConfig] config.height: {}x{} has another shape than the "
                             "composition's {}x{}; give "
                             "only one of width and height, or both in that proportion",
                             config.width, config.height, facts.width, facts.height)};
  }
  // Chrome draws nothing smaller.
  constexpr double kSmallestScale = 0.5;
  if (scale < kSmallestScale) {
    return Error{
        ErrorCode::kInvalidConfig,
        fmt::format("[validateConfig] config.width: {}x{} is less than half of the composition's "
                    "{}x{}, and "
                    "Chrome draws nothing smaller than half; make the composition smaller instead",
                    config.width, config.height, facts.width, facts.height)};
  }
  return scale;
}

Result<PlanDirectory> Freeze(const PlanRequest& request, const CompositionFacts& found,
                             ProjectKind kind) {
  HYPERLOCAL_TRY(const RenderConfig config, request.config_for(found));
  PlanDirectory plan;
  plan.root = request.plan_directory;
  plan.producer_version = "hyperlocal-" HYPERLOCAL_VERSION;
  plan.ffmpeg_version = FfmpegVersionLine();
  plan.font_snapshot_sha = FontSnapshotSha();
  plan.format = config.format;
  plan.fps = {config.fps, 1};
  plan.width = found.width;
  plan.height = found.height;
  plan.duration_seconds = found.duration_seconds;
  plan.total_frames = FramesOf(found.duration_seconds, plan.fps);
  plan.composition = found;
  plan.composition.fps = plan.fps;

  LockedRenderConfig& locked = plan.locked;
  HYPERLOCAL_TRY(const std::string_view encoder,
                 LockedEncoderName(config.format, config.codec.value_or(VideoCodec::kH264)));
  locked.encoder = encoder;
  HYPERLOCAL_TRY(locked.device_scale_factor, DeviceScale(found, config));
  if (kind == ProjectKind::kTestCard && locked.device_scale_factor != 1) {
    return Error{
        ErrorCode::kInvalidConfig,
        fmt::format(
            "[validateConfig] config.width: a test card has the size of its testcard.json, {}x{}",
            found.width, found.height)};
  }
  locked.quality = config.quality;
  locked.ffmpeg_version = plan.ffmpeg_version;
  locked.crf = config.crf;
  locked.bitrate = config.bitrate;
  locked.runtime_env = RuntimeEnvironment();
  locked.variables_json = config.variables_json;

  HYPERLOCAL_TRY(ChunkPlan chunks,
                 PlanChunks({plan.total_frames, config.chunk_size, config.max_parallel_chunks,
                             config.target_chunk_frames}));
  plan.chunks = std::move(chunks.slices);
  locked.chunk_size = locked.gop_size = chunks.chunk_size;
  locked.chunk_count = static_cast<int>(plan.chunks.size());
  HYPERLOCAL_TRY_STATUS(FreezePlanDirectory(
      plan, config.plan_dir_size_limit_bytes.value_or(kDefaultPlanSizeLimitBytes)));
  return plan;
}

}  // namespace

std::int64_t FramesOf(double duration_seconds, FrameRate rate) {
  const double exact = duration_seconds * rate.num / rate.den;
  const double nearest = std::round(exact);
  const double frames = std::abs(exact - nearest) <= kFrameTolerance ? nearest : std::ceil(exact);
  constexpr double kMost = 1e15;  // still a number: a timeline may repeat for ever
  return static_cast<std::int64_t>(std::min(frames, kMost));
}

Result<PlanDirectory> PlanProject(const PlanRequest& request, BrowserSlot& slot) {
  // Asked while the page is looked at; known by the time the plan is frozen.
  const auto version = std::async(std::launch::async, FfmpegVersionLine);
  HYPERLOCAL_TRY(const ProjectKind kind, DetectProjectKind(request.project, request.entry_file));
  const fs::path compiled = request.plan_directory / "compiled";
  if (kind == ProjectKind::kTestCard) {
    HYPERLOCAL_TRY(const TestCard card, ReadTestCard(request.project, request.entry_file));
    std::error_code ec;
    fs::create_directories(compiled, ec);
    if (ec)
      return Error{ErrorCode::kCannotWrite,
                   "cannot make " + compiled.string() + ": " + ec.message()};
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(compiled / kTestCardEntry, TestCardToJson(card)));
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(compiled / "index.html",
                                         "<!doctype html><title>Test card</title><p>Drawn without "
                                         "a browser from testcard.json.</p>\n"));
    return Freeze(request, FactsOf(card), kind);
  }
  HYPERLOCAL_TRY(const ProjectCopy copy,
                 CopyProject(request.project, request.entry_file, compiled));
  HYPERLOCAL_TRY(const Survey survey, Surveyor(request, copy, compiled, slot).Run());
  HYPERLOCAL_TRY_STATUS(survey.recorded.Save(compiled));
  return Freeze(request, survey.facts, kind);
}

}  // namespace hyperlocal
