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
#include "engine/composition/declared_variables.h"
#include "engine/composition/font_set.h"
#include "engine/composition/font_snapshot.h"
#include "engine/composition/project.h"
#include "engine/composition/project_copy.h"
#include "engine/composition/test_card.h"
#include "engine/config/engine_config_snapshot.h"
#include "engine/file/whole_file.h"
#include "engine/media/plan_media.h"
#include "engine/plan/encoder_ladder.h"
#include "engine/profile/profile.h"

extern char** environ;

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kFetchTime{5};
constexpr double kFrameTolerance = 1e-3;       // as published
constexpr FrameRate kVisitRate{60, 1};         // of the frames that planning visits
constexpr double kLongestSeconds = 24 * 3600;  // what lasts longer was not meant to

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
  std::vector<MediaElement> media;
  std::vector<std::string> warnings;  // said already
  std::set<std::string> font_complaints;
  std::optional<Error> lacking_fonts;  // web fonts that could not be had
  std::vector<std::string> font_packages;
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
    if (page.root_in_template) {
      return Error{
          ErrorCode::kInvalidComposition,
          "the composition of " + entry +
              " is within a <template>, so it is a part of another page. Render that page, "
              "or one that shows it with data-composition-src"};
    }
    return Error{ErrorCode::kInvalidComposition,
                 entry +
                     " holds no composition: no element has data-composition-id, and the page does "
                     "not define window.__hf"};
  }
  if (!(page.duration_seconds > 0) || !std::isfinite(page.duration_seconds)) {
    const std::string said =
        page.duration_from.empty() ? "" : " (" + page.duration_from + " says none)";
    return Error{ErrorCode::kInvalidComposition,
                 entry + " has no duration" + said +
                     ": give its root element data-duration=\"SECONDS\", or register a timeline in "
                     "window.__timelines under its data-composition-id"};
  }
  if (page.duration_seconds > kLongestSeconds) {
    return Error{ErrorCode::kInvalidComposition,
                 fmt::format("{} lasts {:.4g} s by {}, which is more than a day: something that "
                             "repeats for ever, or milliseconds where seconds are meant? Give its "
                             "root element data-duration=\"SECONDS\"",
                             entry, page.duration_seconds, page.duration_from)};
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
        recorder_(request.project, request.assets) {}

  Result<Survey> Run() {
    const WorkSpan span(WorkKind::kPlan, "look at the composition");
    HYPERLOCAL_TRY(const std::string html, ReadWholeFile(compiled_ / "index.html"));
    HYPERLOCAL_TRY_STATUS(AddFontSet());
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
    HYPERLOCAL_TRY_STATUS(WarnOfClips(facts.duration_seconds));
    HYPERLOCAL_TRY(recorder_.recorded().replay_from_start, page_->CarriesState());
    PassMessagesOn();
    HYPERLOCAL_TRY_STATUS(CheckFiles());
    if (Status complete = recorder_.CheckComplete(); !complete) {
      const ErrorCode code = complete.error().code;
      const bool fonts_only =
          code == ErrorCode::kFontFetchFailed || code == ErrorCode::kFontFetchUnavailable;
      if (!fonts_only) return std::move(complete).error();
      survey.lacking_fonts = std::move(complete).error();
      recorder_.RecordNothingForWhatIsLacking();
    }
    for (const std::string& note : recorder_.notes()) Say(note);
    HYPERLOCAL_TRY(survey.media, page_->ReadMedia());
    survey.warnings = std::move(warnings_);
    survey.font_complaints = std::move(font_complaints_);
    survey.font_packages = FontSetPackages(recorder_.fonts());
    survey.recorded = std::move(recorder_.recorded());
    return survey;
  }

  // After Run, and the last thing that is asked of the page.
  Result<std::vector<std::vector<double>>> Gains(std::int64_t frames, FrameRate rate) {
    return page_->ReadGains(frames, rate);
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
    // The page waits while what it asks for is fetched.
    if (request_.assets.fetch) options.ready_timeout += kFetchTime;
    options.answer_outside = [this](const std::string& url) {
      // A font is asked for by the first text that is drawn in it, by no fault of the page.
      const bool is_new = recorder_.recorded().Find(url) == nullptr;
      if (visiting_ && is_new && url.find(".woff") == std::string::npos) late_.insert(url);
      return recorder_.Answer(url);
    };
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
    for (const std::int64_t frame : visits) {
      HYPERLOCAL_TRY_STATUS(page_->Seek(frame, kVisitRate));
      visiting_ = true;  // what the first frame needs, the page is loading
      HYPERLOCAL_TRY_STATUS(page_->LookAtClips());
      HYPERLOCAL_TRY(const std::vector<TextFonts> texts, page_->ReadTextFonts());
      for (const TextFonts& text : texts) {
        std::string complaint = FontComplaint(text);
        if (!complaint.empty()) font_complaints_.insert(std::move(complaint));
      }
    }
    return Ok();
  }

  // What a look at the clips, the timers and the requests shows; a clip that slides in is looked
  // for in the middle of its time too.
  Status WarnOfClips(double film_seconds) {
    constexpr std::size_t kMostVisits = 40;
    HYPERLOCAL_TRY(std::vector<CompositionPage::UnseenClip> unseen, page_->UnseenClips());
    std::set<std::int64_t> middles;
    for (const auto& clip : unseen) {
      const double left = film_seconds - clip.start_seconds;
      if (left <= 0 || middles.size() == kMostVisits) continue;
      const double middle =
          clip.start_seconds + std::min(left, clip.duration_seconds.value_or(left)) / 2;
      middles.insert(std::llround(middle * kVisitRate.num));
    }
    for (const std::int64_t frame : middles) {
      HYPERLOCAL_TRY_STATUS(page_->Seek(frame, kVisitRate));
      HYPERLOCAL_TRY_STATUS(page_->LookAtClips());
    }
    if (!middles.empty()) {
      HYPERLOCAL_TRY(unseen, page_->UnseenClips());
    }
    for (const auto& clip : unseen) {
      if (clip.start_seconds >= film_seconds) {
        Warn(
            fmt::format("{}: begins at {:.3g} s, but the film ends at {:.3g} s: it is never seen. "
                        "Mend its data-start, or the data-duration of the composition",
                        clip.label, clip.start_seconds, film_seconds));
      } else {
        Warn(clip.label +
             ": is never seen in its time: it has no size, lies outside of the picture, "
             "or its style hides it");
      }
    }
    HYPERLOCAL_TRY(const std::vector<std::string> timers, page_->RunningTimers());
    for (const std::string& place : timers) {
      Warn(place +
           ": setInterval goes by the clock and not by the timeline: what it draws is "
           "another picture in every render. Draw in a timeline, or in requestAnimationFrame");
    }
    for (const std::string& url : late_) {
      Warn(url +
           ": is asked for only when it is drawn. Ask for it while the page loads (an <img>, a "
           "<link rel=\"preload\">), so that nothing waits for it in the middle of the film");
    }
    return Ok();
  }

  // The families of the set that the project names, as a style sheet of the plan.
  Status AddFontSet() {
    HYPERLOCAL_TRY(const std::vector<NamedFamily> named, FindFamiliesOfProject(compiled_));
    const std::string sheet = FontSetSheet(named, recorder_.fonts());
    if (sheet.empty()) return Ok();
    std::error_code ec;
    fs::create_directories((compiled_ / kFontSetSheet).parent_path(), ec);
    return WriteWholeFile(compiled_ / kFontSetSheet, sheet);
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

  void PassMessagesOn() {
    for (const PageMessage& message : page_->TakeMessages()) Say(message.Line());
  }
  void Warn(std::string line) {
    Say(line);
    warnings_.push_back(std::move(line));
  }
  void Say(std::string_view line) {
    if (request_.on_message) request_.on_message(line);
  }

  const PlanRequest& request_;
  const ProjectCopy& copy_;
  const fs::path& compiled_;
  BrowserSlot& slot_;
  AssetRecorder recorder_;
  std::set<std::string> font_complaints_;
  std::unique_ptr<CompositionPage> page_;
  bool visiting_ = false;       // the first frame is over
  std::set<std::string> late_;  // asked for since then
  std::vector<std::string> warnings_;
};

// Video and sound of the composition; counts in its facts what of them is rendered.
Status PutMediaIntoPlan(const PlanRequest& request, const RenderConfig& config, Survey& survey,
                        Surveyor& surveyor) {
  const WorkSpan span(WorkKind::kPlan, "video and sound");
  PlanMediaRequest media;
  media.plan_root = request.plan_directory;
  media.elements = std::move(survey.media);
  media.fps = {config.fps, 1};
  media.total_frames = FramesOf(survey.facts.duration_seconds, media.fps);
  media.video_frame_format = config.video_frame_format.value_or("auto");
  media.size_limit_bytes = config.plan_dir_size_limit_bytes.value_or(kDefaultPlanSizeLimitBytes);
  media.recorded_path = [&survey](const std::string& url) { return survey.recorded.PathOf(url); };
  media.gains = [&] { return surveyor.Gains(media.total_frames + 1, media.fps); };
  media.warn = [&](std::string_view line) {
    if (request.on_message) request.on_message(line);
    survey.warnings.emplace_back(line);
  };
  HYPERLOCAL_TRY(const PlannedMedia planned, PlanMedia(media));
  survey.facts.video_count = planned.videos;
  survey.facts.audio_count = planned.sounds;
  return Ok();
}

// What is only said of a composition otherwise: a clip that is never seen, media that is shorter
// than its clip or outside of the film, something asked for only when it is drawn, a timer that
// draws by the clock.
Status CheckStrict(const RenderConfig& config, const Survey& survey) {
  if (!config.strict || survey.warnings.empty()) return Ok();
  std::string list;
  for (const std::string& warning : survey.warnings) list += "\n  " + warning;
  return Error{ErrorCode::kInvalidComposition, "strict: warnings are errors:" + list};
}

// Web fonts that could not be had, and text that another machine would draw otherwise: refused, or
// said.
Status CheckFonts(const PlanRequest& request, const RenderConfig& config, const Survey& survey) {
  if (survey.lacking_fonts) {
    if (config.fail_closed_font_fetch.value_or(true)) return *survey.lacking_fonts;
    if (request.on_message) request.on_message(survey.lacking_fonts->message);
  }
  if (survey.font_complaints.empty()) return Ok();
  std::string list;
  const bool refuse = config.reject_on_system_fonts.value_or(true);
  for (const std::string& complaint : survey.font_complaints) {
    list += "\n  " + complaint;
    if (!refuse && request.on_message) request.on_message(complaint);
  }
  if (!refuse) return Ok();
  return Error{ErrorCode::kFontFetchFailed,
               "the page shows text in fonts that would not look the same everywhere:" + list +
                   "\nPut the font file into the project and name it in @font-face, or install its "
                   "npm package there and name it in a style sheet of fonts.googleapis.com (npm "
                   "install @fontsource-variable/NAME), or take what this machine has "
                   "(--allow-system-fonts; in a config, \"rejectOnSystemFonts\": false)."};
}

// Variables that do not fit the declarations: said, or refused.
Status CheckVariables(const PlanRequest& request) {
  if (request.strict_variables) {
    return RequireDeclaredVariables(request.project, request.entry_file, request.variables_json);
  }
  HYPERLOCAL_TRY(const std::vector<std::string> issues,
                 ProjectVariableIssues(request.project, request.entry_file, request.variables_json,
                                       UndeclaredDocument::kTakesAnything));
  for (const std::string& issue : issues) {
    if (request.on_message) request.on_message(issue);
  }
  return Ok();
}

// A wish that the format cannot grant is said, not refused: the published renderer takes it too.
void SayWhatHasNoEffect(const PlanRequest& request, const RenderConfig& config) {
  const bool has_a_rate =
      config.format == OutputFormat::kMp4 || config.format == OutputFormat::kWebm;
  if (has_a_rate || (!config.crf && !config.bitrate) || !request.on_message) return;
  request.on_message(fmt::format(
      "{} has no effect on {}: {}", config.crf ? "crf" : "bitrate", WireName(config.format),
      config.format == OutputFormat::kMov ? "ProRes 4444 has a rate of its own"
                                          : "its pictures are lossless"));
}

// How much larger or smaller than the composition the video is; the layout stays.
Result<double> DeviceScale(const CompositionFacts& facts, const RenderConfig& config) {
  // As published, it leaves width and height to the composition.
  if (config.output_resolution) {
    return DeviceScaleOf(*config.output_resolution, {facts.width, facts.height});
  }
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

Result<ProjectCopy> Copy(const PlanRequest& request, const fs::path& compiled) {
  const WorkSpan span(WorkKind::kPlan, "copy the project");
  return CopyProject(request.project, request.entry_file, compiled);
}

Result<PlanDirectory> Freeze(const PlanRequest& request, const RenderConfig& config,
                             const CompositionFacts& found, ProjectKind kind,
                             const std::vector<std::string>& font_packages = {}) {
  const WorkSpan span(WorkKind::kPlan, "freeze the plan");
  PlanDirectory plan;
  plan.root = request.plan_directory;
  plan.producer_version = "hyperlocal-" HYPERLOCAL_VERSION;
  plan.ffmpeg_version = FfmpegVersionLine();
  plan.font_snapshot_sha = FontSnapshotSha(font_packages);
  plan.format = config.format;
  plan.fps = {config.fps, 1};
  plan.width = found.width;
  plan.height = found.height;
  plan.duration_seconds = found.duration_seconds;
  plan.total_frames = FramesOf(found.duration_seconds, plan.fps);
  plan.composition = found;
  plan.composition.fps = plan.fps;
  plan.has_audio = !plan.audio_file().empty();

  SayWhatHasNoEffect(request, config);
  LockedRenderConfig& locked = plan.locked;
  const LockedEncoder encoder =
      LockedEncoderOf(config.format, config.codec.value_or(VideoCodec::kH264), config.quality);
  locked.encoder = encoder.name;
  locked.pixel_format = encoder.pixel_format;
  locked.preset = encoder.preset;
  locked.vp9_cpu_used = encoder.vp9_cpu_used;
  if (locked.vp9_cpu_used && config.engine_config_json) {
    const std::optional<int> wanted = Vp9CpuUsedOf(*config.engine_config_json);
    if (wanted) locked.vp9_cpu_used = wanted;
  }
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
    HYPERLOCAL_TRY(const RenderConfig config, request.config_for(FactsOf(card)));
    return Freeze(request, config, FactsOf(card), kind);
  }
  HYPERLOCAL_TRY_STATUS(CheckVariables(request));
  HYPERLOCAL_TRY(const ProjectCopy copy, Copy(request, compiled));
  // Answers for the recorder, which keeps of them what the page asks for.
  std::error_code ignored;
  fs::remove_all(compiled / kProjectAssets, ignored);
  Surveyor surveyor(request, copy, compiled, slot);
  HYPERLOCAL_TRY(Survey survey, surveyor.Run());
  HYPERLOCAL_TRY(const RenderConfig config, request.config_for(survey.facts));
  HYPERLOCAL_TRY_STATUS(CheckFonts(request, config, survey));
  HYPERLOCAL_TRY_STATUS(survey.recorded.Save(compiled));
  HYPERLOCAL_TRY_STATUS(PutMediaIntoPlan(request, config, survey, surveyor));
  HYPERLOCAL_TRY_STATUS(CheckStrict(config, survey));
  return Freeze(request, config, survey.facts, kind, survey.font_packages);
}

}  // namespace hyperlocal
