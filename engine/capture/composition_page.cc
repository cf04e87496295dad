#include "engine/capture/composition_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/capture/changed_part.h"
#include "engine/composition/font_set.h"
#include "engine/composition/page_scripts.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kGrace{10'000};  // for a page that keeps its own time limit to say so
constexpr milliseconds kRequestTimeout{10'000};  // files come from this machine
// Frames of a replay at once: between batches a cancellation is noticed and the time limit starts
// anew. There are more in the next batch while one takes less than the time here.
constexpr std::int64_t kLargestReplayBatch = 100;
constexpr milliseconds kReplayBatchTime{500};
constexpr int kRedraws = 5;
constexpr std::size_t kMostRebuilt = 64;  // elements; more take longer than the whole page

// The time of a frame in seconds, as the quotient that JavaScript computes: no rounding on the way.
std::string FrameTime(std::int64_t frame, FrameRate rate) {
  return fmt::format("{}*{}/{}", frame, rate.den, rate.num);
}

std::chrono::duration<double, std::milli> IntervalOf(FrameRate rate) {
  return std::chrono::duration<double, std::milli>(1000.0 * rate.den / rate.num);
}

std::string TextOfErrors(const std::vector<PageMessage>& messages) {
  std::string text;
  for (const PageMessage& message : messages) {
    if (message.is_error) text += "\n  " + message.Line();
  }
  return text.empty() ? "" : "\nThe page said:" + text;
}

double NumberIn(const json& facts, const char* name) {
  const auto found = facts.find(name);
  return found != facts.end() && found->is_number() ? found->get<double>() : 0;
}
int IntIn(const json& facts, const char* name) {
  return static_cast<int>(std::clamp(NumberIn(facts, name), 0.0, 1e6));
}

}  // namespace

Result<std::unique_ptr<CompositionPage>> CompositionPage::Open(Browser& browser,
                                                               CompositionPageOptions options) {
  std::unique_ptr<CompositionPage> opened(new CompositionPage);
  opened->frame_timeout_ = options.frame_timeout;
  opened->videos_ = std::move(options.videos);
  opened->video_frames_ = options.video_frames;
  opened->width_ = options.width;
  opened->height_ = options.height;
  opened->viewfinder_ = Viewfinder(options.width, options.height);
  opened->takes_parts_ = !options.transparent && browser.device_scale_factor() == 1;
  HYPERLOCAL_TRY(opened->server_, PageServer::Start(options.directory, options.video_frames));
  PageOptions page_options;
  page_options.width = options.width;
  page_options.height = options.height;
  page_options.own_origin = opened->server_->origin();
  page_options.scripts = ScriptsBeforeThePage(options.variables_json, options.fps);
  if (options.transparent) page_options.scripts.emplace_back(TransparentBackgroundScript());
  // The fonts of the set that this page names (font_set.h).
  if (const auto sheet = ReadWholeFile(options.directory / kFontSetSheet)) {
    page_options.scripts.push_back(StyleSheetScript(*sheet));
  }
  page_options.answer_outside = std::move(options.answer_outside);
  HYPERLOCAL_TRY(opened->page_, browser.OpenPage(std::move(page_options)));
  Page& page = *opened->page_;
  if (options.transparent) HYPERLOCAL_TRY_STATUS(page.MakeBackgroundTransparent());
  HYPERLOCAL_TRY_STATUS(page.Navigate(opened->server_->origin() + "/", options.ready_timeout));
  // The first painting of a page that draws its own elements; see page/drawn_elements.js.
  HYPERLOCAL_TRY(const json wants_painting,
                 page.Evaluate("__hyperlocalDrawnElements.wantsPainting()", options.ready_timeout));
  if (wants_painting == true) {
    HYPERLOCAL_TRY_STATUS(page.DrawUnseen(IntervalOf(options.fps), options.ready_timeout));
    HYPERLOCAL_TRY_STATUS(
        page.Evaluate("__hyperlocalDrawnElements.painted()", options.ready_timeout));
  }
  auto awaited = page.Evaluate(fmt::format("__hyperlocal.ready({})", options.ready_timeout.count()),
                               options.ready_timeout + kGrace);
  std::vector<PageMessage> messages = page.TakeMessages();
  if (!awaited) {
    awaited.error().message += TextOfErrors(messages);
    return std::move(awaited).error();
  }
  if (awaited->is_string() && !awaited->get_ref<const std::string&>().empty()) {
    return Error{ErrorCode::kPageNotReady,
                 fmt::format("the page did not become ready within {} s: still waiting for {}{}",
                             options.ready_timeout.count() / 1000, awaited->get<std::string>(),
                             TextOfErrors(messages))};
  }
  // A script that stops halfway leaves a page that renders, but not what its author wrote. (A
  // rejected promise nobody waits for is a message, no more.)
  for (const PageMessage& message : messages) {
    if (message.is_uncaught) {
      return Error{ErrorCode::kInvalidComposition,
                   "a script of the page failed: " + message.Line()};
    }
  }
  opened->early_messages_ = std::move(messages);
  return opened;
}

Status CompositionPage::MoveTo(const std::filesystem::path& directory,
                               const std::filesystem::path& video_frames) {
  HYPERLOCAL_TRY_STATUS(server_->Serve(directory, video_frames));
  video_frames_ = video_frames;
  return Ok();
}

Result<PageFacts> CompositionPage::ReadFacts() {
  HYPERLOCAL_TRY(const json facts, page_->Evaluate("__hyperlocal.facts()", frame_timeout_));
  PageFacts read;
  read.has_root = facts.value("hasRoot", false);
  read.root_in_template = facts.value("rootInTemplate", false);
  read.own_driver = facts.value("ownDriver", false);
  read.duration_seconds = NumberIn(facts, "duration");
  read.duration_from = facts.value("durationFrom", "");
  read.width = IntIn(facts, "width");
  read.height = IntIn(facts, "height");
  read.fps = NumberIn(facts, "fps");
  read.video_count = IntIn(facts, "videos");
  read.audio_count = IntIn(facts, "audios");
  read.image_count = IntIn(facts, "images");
  if (const auto boundaries = facts.find("boundaries");
      boundaries != facts.end() && boundaries->is_array()) {
    for (const json& boundary : *boundaries) {
      if (boundary.is_number()) read.boundaries_seconds.push_back(boundary.get<double>());
    }
  }
  return read;
}

Result<std::vector<TextFonts>> CompositionPage::ReadTextFonts() {
  HYPERLOCAL_TRY(const json found, page_->Evaluate("__hyperlocalFonts.collect()", frame_timeout_));
  std::vector<TextFonts> texts;
  if (!found.is_array() || found.empty()) return texts;
  HYPERLOCAL_TRY(const auto drawn,
                 page_->DrawnFonts("__hyperlocalFonts.elements()", frame_timeout_));
  for (const json& one : found) {
    TextFonts text;
    text.element = one.value("element", "");
    text.has_face = one.value("face", false);
    for (const json& family : one.value("families", json::array())) {
      if (family.is_string()) text.families.push_back(family.get<std::string>());
    }
    if (texts.size() < drawn.size()) {
      for (const DrawnFont& font : drawn[texts.size()]) {
        text.used.push_back({font.family, font.is_web_font});
      }
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<MediaElement>> CompositionPage::ReadMedia() {
  HYPERLOCAL_TRY(const json facts, page_->Evaluate("__hyperlocalMedia.facts()", frame_timeout_));
  std::vector<MediaElement> elements;
  if (!facts.is_array()) return elements;
  for (const json& found : facts) {
    const auto optional = [&found](const char* name) -> std::optional<double> {
      const auto value = found.find(name);
      if (value == found.end() || !value->is_number()) return std::nullopt;
      return value->get<double>();
    };
    MediaElement element;
    element.name = found.value("name", "");
    element.id = found.value("id", "");
    element.is_video = found.value("video", false);
    element.source = found.value("source", "");
    element.start_seconds = NumberIn(found, "start");
    element.duration_seconds = optional("duration");
    element.host_end_seconds = optional("hostEnd");
    element.timed = found.value("timed", false);
    element.media_start_seconds = NumberIn(found, "mediaStart");
    element.playback_rate = optional("rate").value_or(1);
    element.loop = found.value("loop", false);
    element.silent = found.value("silent", false);
    element.effects = found.value("effects", false);
    elements.push_back(std::move(element));
  }
  return elements;
}

Result<std::vector<std::vector<double>>> CompositionPage::ReadGains(std::int64_t frames,
                                                                    FrameRate rate) {
  constexpr std::int64_t kBatch = 600;  // frames; between batches a cancellation is noticed
  std::vector<std::vector<double>> gains;
  for (std::int64_t first = 0; first < frames; first += kBatch) {
    const std::int64_t count = std::min(kBatch, frames - first);
    HYPERLOCAL_TRY(const json lists, page_->Evaluate(fmt::format("__hyperlocal.gains({},{},{},{})",
                                                                 first, count, rate.num, rate.den),
                                                     frame_timeout_));
    if (!lists.is_array()) continue;
    gains.resize(std::max(gains.size(), lists.size()));
    for (std::size_t i = 0; i < lists.size(); ++i) {
      // An element that came into the page only now was silent until now.
      gains[i].resize(static_cast<std::size_t>(first), 0);
      for (const json& gain : lists[i]) {
        gains[i].push_back(gain.is_number() ? gain.get<double>() : 0);
      }
    }
  }
  return gains;
}

Status CompositionPage::LookAtClips() {
  HYPERLOCAL_TRY_STATUS(page_->Evaluate("__hyperlocalClips.look()", frame_timeout_));
  return Ok();
}

Result<std::vector<CompositionPage::UnseenClip>> CompositionPage::UnseenClips() {
  HYPERLOCAL_TRY(const json found, page_->Evaluate("__hyperlocalClips.unseen()", frame_timeout_));
  std::vector<UnseenClip> clips;
  for (const json& clip : found) {
    UnseenClip unseen{clip.value("label", ""), NumberIn(clip, "start"), std::nullopt};
    if (const auto duration = clip.find("duration");
        duration != clip.end() && duration->is_number()) {
      unseen.duration_seconds = duration->get<double>();
    }
    clips.push_back(std::move(unseen));
  }
  return clips;
}

Result<std::vector<std::string>> CompositionPage::RunningTimers() {
  HYPERLOCAL_TRY(const json found, page_->Evaluate("__hyperlocalClips.timers()", frame_timeout_));
  std::vector<std::string> places;
  for (const json& place : found) {
    if (place.is_string()) places.push_back(place.get<std::string>());
  }
  return places;
}

Result<std::string> CompositionPage::VideosAt(std::int64_t frame, FrameRate rate,
                                              Pictures pictures) const {
  if (videos_.empty()) return std::string("undefined");
  const double seconds = static_cast<double>(frame * rate.den) / rate.num;
  json list = json::array();
  for (const PlanVideo& video : videos_) {
    const std::optional<std::int64_t> shown = video.FrameAt(seconds);
    std::string file = shown ? video.FrameName(*shown) : "";
    std::error_code ignored;
    if (!file.empty() && !std::filesystem::exists(video_frames_ / video.id / file, ignored)) {
      if (pictures == Pictures::kNeeded) {
        return Error{ErrorCode::kMissingPlanArtifact,
                     "the plan lacks " + file + " of the video " + video.id};
      }
      file.clear();
    }
    list.push_back(
        {{"name", video.id},
         {"file", std::move(file)},
         {"time", std::max(0.0, seconds - video.start_seconds) + video.media_start_seconds},
         {"width", video.width},
         {"height", video.height}});
  }
  return CanonicalJson(list);
}

Result<CompositionPage::LayerOwner> CompositionPage::OwnerOf(int node) {
  if (const auto known = owners_.find(node); known != owners_.end()) return known->second;
  const auto told = page_->CallOnNode(
      node, fmt::format("function(){{return window.__hyperlocal?.ownsLayer({},this)}}", node),
      frame_timeout_);
  // A pseudo-element is no object of scripts, and a child frame's node is not ours.
  if (!told && told.error().code != ErrorCode::kBrowserProtocol) return told.error();
  LayerOwner owner = LayerOwner::kOther;
  if (told && *told == "page") owner = LayerOwner::kPage;
  if (told && *told == "element") owner = LayerOwner::kElement;
  owners_.emplace(node, owner);
  return owner;
}

Result<std::optional<std::string>> CompositionPage::LayerOwners() {
  std::string list;
  for (const int node : page_->layers().owners()) {
    const auto out_of_reach = std::optional<std::string>();
    if (node == 0) return out_of_reach;
    HYPERLOCAL_TRY(const LayerOwner owner, OwnerOf(node));
    if (owner == LayerOwner::kOther) return out_of_reach;
    if (owner == LayerOwner::kElement) list += (list.empty() ? "" : ",") + std::to_string(node);
  }
  return std::optional("[" + list + "]");
}

Result<std::string> CompositionPage::BoxesToRebuild() {
  if (!HasOldLayers()) return std::string("false");
  if (page_->layers().owners().size() > kMostRebuilt) return std::string("true");
  HYPERLOCAL_TRY(const std::optional<std::string> owners, LayerOwners());
  return owners.value_or("true");
}

Status CompositionPage::Seek(std::int64_t frame, FrameRate rate, Pictures pictures) {
  HYPERLOCAL_TRY(const std::string rebuild, BoxesToRebuild());
  return Seek(frame, rate, pictures, rebuild);
}

Status CompositionPage::Seek(std::int64_t frame, FrameRate rate, Pictures pictures,
                             const std::string& rebuild) {
  HYPERLOCAL_TRY(const std::string videos, VideosAt(frame, rate, pictures));
  auto done = page_->Evaluate(
      fmt::format("__hyperlocal.seek({},{},{})", FrameTime(frame, rate), rebuild, videos),
      frame_timeout_);
  if (!done) return std::move(done).error().WithContext("frame " + std::to_string(frame));
  draws_elements_ = done->is_boolean() && done->get<bool>();
  return Ok();
}

Status CompositionPage::Replay(std::int64_t first, std::int64_t last, FrameRate rate) {
  std::int64_t batch = 1;  // a single frame of a page that draws much in WebGL may take seconds
  for (std::int64_t from = first, to = 0; from < last; from = to) {
    to = std::min(last, from + batch);
    std::string videos;  // by frame
    for (std::int64_t frame = from; frame < to && !videos_.empty(); ++frame) {
      HYPERLOCAL_TRY(const std::string shown, VideosAt(frame, rate, Pictures::kIfThere));
      videos += shown + ",";
    }
    HYPERLOCAL_TRY(const std::string rebuild, BoxesToRebuild());
    const auto begun = std::chrono::steady_clock::now();
    auto done = page_->Evaluate(
        fmt::format(
            "(async()=>{{const v=[{6}];for(let f={0};f<{1};++f)"
            "await __hyperlocal.seek(f*{2}/{3},{4},v[f-{5}]);__hyperlocal.finishDrawing()}})()",
            from, to, rate.den, rate.num, rebuild, from, videos),
        frame_timeout_);
    if (!done)
      return std::move(done).error().WithContext(fmt::format("frames {} to {}", from, to - 1));
    if (std::chrono::steady_clock::now() - begun < kReplayBatchTime) {
      batch = std::min(2 * batch, kLargestReplayBatch);
    }
  }
  return Ok();
}

Result<bool> CompositionPage::CarriesState() {
  HYPERLOCAL_TRY(const json state, page_->Evaluate("__hyperlocal.carriesState()", frame_timeout_));
  return state.is_boolean() && state.get<bool>();
}

Result<std::vector<std::uint8_t>> CompositionPage::Draw(std::int64_t frame, FrameRate rate,
                                                        PngOrJpeg encoding) {
  const auto interval = IntervalOf(rate);
  const auto at_frame = [frame](Error error) {
    return std::move(error).WithContext("frame " + std::to_string(frame));
  };
  HYPERLOCAL_TRY_STATUS(page_->LookAt(std::nullopt));
  for (int redraw = 0;; ++redraw) {
    HYPERLOCAL_TRY_STATUS(Seek(frame, rate, Pictures::kNeeded));
    // What the frame's layout asked for, backgrounds and masks among it.
    if (Status arrived = page_->WaitForRequests(kRequestTimeout); !arrived)
      return at_frame(std::move(arrived).error());
    if (draws_elements_) {
      HYPERLOCAL_TRY_STATUS(page_->DrawUnseen(interval, frame_timeout_));
      HYPERLOCAL_TRY_STATUS(Seek(frame, rate, Pictures::kNeeded, "false"));
    }
    const std::uint64_t requests_before = page_->requests_begun();
    auto image = page_->DrawFrame(interval, encoding, frame_timeout_);
    if (!image) return at_frame(std::move(image).error());
    // What the page asked for while it was drawn, and which layers it had, is told before the
    // answer to this; and the picture without what it asked for is not the picture.
    HYPERLOCAL_TRY_STATUS(page_->Evaluate("0", frame_timeout_));
    if (page_->requests_begun() == requests_before || redraw == kRedraws) return image;
  }
}

std::vector<PageLayer> CompositionPage::LayersInPage() const {
  std::vector<PageLayer> layers = page_->layers().all();
  if (const std::optional<PixelRectangle>& view = page_->looks_at()) {
    for (PageLayer& layer : layers) {
      layer.left += view->left;
      layer.right += view->left;
      layer.top += view->top;
      layer.bottom += view->top;
    }
  }
  return layers;
}

Result<bool> CompositionPage::OwnersStayInside() {
  for (;;) {
    const std::set<int> nodes = page_->layers().owners();
    HYPERLOCAL_TRY(const std::optional<std::string> owners, LayerOwners());
    HYPERLOCAL_TRY(
        const json inside,
        page_->Evaluate("__hyperlocal.staysInside(" + owners.value_or("[]") + ")", frame_timeout_));
    // What the frame's layers are has been told before this answer; mostly the same ones.
    if (page_->layers().owners() == nodes) return owners && inside == true;
  }
}

std::optional<PixelRectangle> CompositionPage::PartThatChanged() const {
  return ChangedPart(drawn_layers_, LayersInPage(), width_, height_);
}

void CompositionPage::NoteDrawn(const std::optional<PixelRectangle>& changed) {
  drawn_layers_ = LayersInPage();
  part_may_do_ = changed.has_value();
  if (changed) viewfinder_.Follow(*changed);
}

Result<std::optional<CompositionPage::Picture>> CompositionPage::DrawPart(std::int64_t frame,
                                                                          FrameRate rate,
                                                                          PngOrJpeg encoding) {
  HYPERLOCAL_TRY_STATUS(page_->LookAt(viewfinder_.view()));
  HYPERLOCAL_TRY_STATUS(Seek(frame, rate, Pictures::kNeeded));
  HYPERLOCAL_TRY_STATUS(page_->WaitForRequests(kRequestTimeout));
  const std::uint64_t requests_before = page_->requests_begun();
  for (int look = 0; look < 2 && !draws_elements_; ++look) {
    const std::uint64_t told_before = page_->layers().paintings();
    HYPERLOCAL_TRY(std::vector<std::uint8_t> bytes,
                   page_->DrawFrame(IntervalOf(rate), encoding, frame_timeout_));
    // Which layers the frame had, and what the page asked for, is told before the answer to this.
    HYPERLOCAL_TRY(const bool inside, OwnersStayInside());
    // A layer that is moved and no more is not told anew. All of them were made anew for this frame
    // (BoxesToRebuild), which is.
    if (page_->layers().paintings() == told_before) break;
    const std::optional<PixelRectangle> changed = PartThatChanged();
    if (!inside || !changed || page_->requests_begun() != requests_before) break;
    const std::optional<PixelRectangle> looked_at = page_->looks_at();
    if (looked_at->contains(*changed)) {
      NoteDrawn(changed);
      return std::optional<Picture>(Picture{std::move(bytes), looked_at});
    }
    viewfinder_.Follow(*changed);  // it was elsewhere
    HYPERLOCAL_TRY_STATUS(page_->LookAt(viewfinder_.view()));
  }
  return std::optional<Picture>();
}

Result<CompositionPage::Picture> CompositionPage::DrawChanges(std::int64_t frame, FrameRate rate,
                                                              PngOrJpeg encoding,
                                                              bool a_part_will_do) {
  if (a_part_will_do && part_may_do_ && !draws_elements_) {
    HYPERLOCAL_TRY(std::optional<Picture> part, DrawPart(frame, rate, encoding));
    if (part) return std::move(*part);
  }
  Picture picture;
  HYPERLOCAL_TRY(picture.bytes, Draw(frame, rate, encoding));
  if (takes_parts_) {
    std::optional<PixelRectangle> changed = PartThatChanged();
    if (changed) {
      HYPERLOCAL_TRY(const bool inside, OwnersStayInside());
      if (!inside) changed.reset();
    }
    NoteDrawn(changed);
  }
  return picture;
}

Result<bool> CompositionPage::LooksAsBefore(std::int64_t frame, FrameRate rate) {
  // A layer of its own may be moved without being painted.
  if (HasOldLayers() || draws_elements_) return false;
  const std::uint64_t paintings_before = page_->layers().paintings();
  HYPERLOCAL_TRY_STATUS(Seek(frame, rate, Pictures::kNeeded));
  HYPERLOCAL_TRY_STATUS(page_->WaitForRequests(kRequestTimeout));
  const std::uint64_t requests_before = page_->requests_begun();
  HYPERLOCAL_TRY_STATUS(page_->DrawUnseen(IntervalOf(rate), frame_timeout_));
  // What was painted and asked for meanwhile is told before the answer to this.
  HYPERLOCAL_TRY_STATUS(page_->Evaluate("0", frame_timeout_));
  return page_->layers().paintings() == paintings_before &&
         page_->requests_begun() == requests_before;
}

std::vector<PageMessage> CompositionPage::TakeMessages() {
  std::vector<PageMessage> messages = std::exchange(early_messages_, {});
  for (PageMessage& message : page_->TakeMessages()) messages.push_back(std::move(message));
  return messages;
}

}  // namespace hyperlocal
