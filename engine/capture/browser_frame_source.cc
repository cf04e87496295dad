#include "engine/capture/browser_frame_source.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/capture/composition_page.h"
#include "engine/composition/asset_recording.h"
#include "engine/plan/encoder_ladder.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

std::filesystem::path VideoFramesOf(const PlanDirectory& plan) {
  return plan.root / "video-frames";
}

// Outside requests of a chunk are answered from the recording alone; what it lacks is remembered.
struct Recording {
  AssetRecording assets;
  std::set<std::string> lacking;
  std::optional<Error> damage;

  OutsideAnswer Answer(const std::string& url) {
    auto asset = assets.Read(url);
    if (asset && *asset) return {200, (*asset)->content_type, std::move((*asset)->body)};
    if (asset) {
      lacking.insert(url);
    } else {
      damage = std::move(asset).error();
    }
    return {404, "text/plain", ""};
  }

  Status CheckComplete() const {
    if (damage) return *damage;
    if (lacking.empty()) return Ok();
    std::string list;
    for (const std::string& url : lacking) list += "\n  " + url;
    return Error{
        ErrorCode::kAssetUnavailable,
        "the page asked for addresses that were not asked for when it was planned:" + list +
            "\nPut them into the project, or make the page ask for them while it loads."};
  }
};

// The page of a plan, and where in the film it is. Stays in the browser from chunk to chunk: to
// open it takes as long as a good many frames.
struct OpenComposition : BrowserGuest {
  std::string plan_hash;
  std::shared_ptr<Recording> recording;
  std::unique_ptr<CompositionPage> page;
  bool replayed = false;  // it has visited every frame before `next`
  std::int64_t next = 0;  // the first frame that it has not been beyond
};

class BrowserFrameSource : public FrameSource {
 public:
  BrowserFrameSource(std::unique_ptr<OpenComposition> composition, const PlanDirectory& plan,
                     BrowserSlot& slot)
      : composition_(std::move(composition)),
        slot_(slot),
        rate_(plan.fps),
        alpha_(HasAlpha(plan.format)),
        width_(plan.output_width()),
        height_(plan.output_height()) {}

  ~BrowserFrameSource() override {
    if (!failed_) slot_.LeaveGuest(std::move(composition_));
  }

  Result<CapturedImage> Capture(std::int64_t frame) override {
    const WorkSpan span(WorkKind::kBrowser, "frame");
    failed_ = true;  // until it turns out well
    HYPERLOCAL_TRY(CapturedImage image, Draw(frame));
    HYPERLOCAL_TRY_STATUS(composition_->recording->CheckComplete());
    composition_->next = frame + 1;
    failed_ = false;
    return image;
  }

  std::vector<std::string> TakeMessages() override {
    std::vector<std::string> lines;
    CompositionPage& page = *composition_->page;
    for (const PageMessage& message : page.TakeMessages()) lines.push_back(message.Line());
    for (const std::string& path : page.TakeMissingFiles()) {
      lines.push_back(path + ": the page asks for this file, but the project does not have it");
    }
    return lines;
  }

 private:
  // While the film stands still, only whether it does is asked.
  Result<CapturedImage> Draw(std::int64_t frame) {
    CompositionPage& page = *composition_->page;
    CapturedImage image{alpha_ ? ImageFormat::kPng : ImageFormat::kJpeg, width_, height_, {}};
    if (still_) {
      const WorkSpan span(WorkKind::kBrowser, "look for a change");
      HYPERLOCAL_TRY(image.again, page.LooksAsBefore(frame, rate_));
      if (image.again) return image;
    }
    const WorkSpan span(WorkKind::kBrowser, "picture");
    HYPERLOCAL_TRY(
        CompositionPage::Picture picture,
        page.DrawChanges(frame, rate_, {alpha_, kCaptureJpegQuality}, given_.has_value()));
    still_ = given_ && *given_ == picture;
    image.again = still_;
    if (still_) return image;
    image.part = picture.part;
    if (image.part) {
      image.width = image.part->width();
      image.height = image.part->height();
    }
    image.bytes = picture.bytes;
    given_ = std::move(picture);
    return image;
  }

  std::unique_ptr<OpenComposition> composition_;
  BrowserSlot& slot_;
  bool failed_ = false;
  std::optional<CompositionPage::Picture> given_;  // last
  bool still_ = false;                             // the same picture was given more than once
  FrameRate rate_;
  bool alpha_;
  int width_, height_;
};

Result<std::unique_ptr<OpenComposition>> Open(const PlanDirectory& plan, BrowserSlot& slot) {
  const WorkSpan span(WorkKind::kBrowser, "open the composition");
  auto opened = std::make_unique<OpenComposition>();
  opened->plan_hash = plan.plan_hash;
  opened->recording = std::make_shared<Recording>();
  HYPERLOCAL_TRY(opened->recording->assets, AssetRecording::Open(plan.compiled()));
  HYPERLOCAL_TRY(Browser* const browser, slot.Get(plan.locked.device_scale_factor));
  CompositionPageOptions options;
  options.directory = plan.compiled();
  options.width = plan.width;
  options.height = plan.height;
  HYPERLOCAL_TRY(options.videos, ReadPlanVideos(plan.root));
  options.video_frames = VideoFramesOf(plan);
  options.fps = plan.fps;
  options.transparent = HasAlpha(plan.format);
  options.variables_json = plan.locked.variables_json.value_or("");
  options.answer_outside = [recording = opened->recording](const std::string& url) {
    return recording->Answer(url);
  };
  HYPERLOCAL_TRY(opened->page, CompositionPage::Open(*browser, options));
  HYPERLOCAL_TRY_STATUS(opened->recording->CheckComplete());
  return opened;
}

// Brings a page that has just been opened to the frame before which a chunk begins, whether the
// page carries state from frame to frame or not. False when it turns out to carry state after a
// jump: it has to be opened anew and replayed.
Result<bool> Reach(OpenComposition& composition, std::int64_t first, FrameRate rate) {
  CompositionPage& page = *composition.page;
  if (composition.recording->assets.replay_from_start()) {
    HYPERLOCAL_TRY_STATUS(page.Replay(0, first, rate));
    composition.replayed = true;
  } else if (first > 0) {
    // The page's own animation loop shows itself on the second frame it is asked for, a transition
    // on the frame that is jumped to.
    HYPERLOCAL_TRY_STATUS(page.Replay(0, std::min<std::int64_t>(2, first), rate));
    HYPERLOCAL_TRY_STATUS(page.Seek(first, rate));
    HYPERLOCAL_TRY(const bool carries_state, page.CarriesState());
    if (carries_state) return false;
  } else {
    composition.replayed = true;
  }
  HYPERLOCAL_TRY_STATUS(composition.recording->CheckComplete());
  return true;
}

// The same for a page that an earlier chunk of the plan has left; false when it cannot go there.
Result<bool> GoOn(OpenComposition& composition, const PlanDirectory& plan, std::int64_t first) {
  if (first < composition.next) return false;
  CompositionPage& page = *composition.page;
  HYPERLOCAL_TRY_STATUS(page.MoveTo(plan.compiled(), VideoFramesOf(plan)));
  composition.recording->assets.MoveTo(plan.compiled());
  HYPERLOCAL_TRY(const bool carries_state, page.CarriesState());
  if (carries_state) {
    if (!composition.replayed) return false;
    HYPERLOCAL_TRY_STATUS(page.Replay(composition.next, first, plan.fps));
  } else if (first > composition.next) {
    HYPERLOCAL_TRY_STATUS(page.Seek(first, plan.fps));
    HYPERLOCAL_TRY(const bool carries_it_now, page.CarriesState());
    if (carries_it_now) return false;
    composition.replayed = false;
  }
  HYPERLOCAL_TRY_STATUS(composition.recording->CheckComplete());
  return true;
}

// What an earlier chunk of the plan has left in the browser, at `first`; null when it is no use.
std::unique_ptr<OpenComposition> TakeOver(const PlanDirectory& plan, std::int64_t first,
                                          BrowserSlot& slot) {
  const WorkSpan span(WorkKind::kBrowser, "go on with the composition");
  const std::unique_ptr<BrowserGuest> guest = slot.TakeGuest();
  auto* const left = dynamic_cast<OpenComposition*>(guest.get());
  if (left == nullptr || left->plan_hash != plan.plan_hash || plan.plan_hash.empty()) {
    return nullptr;
  }
  const auto reached = GoOn(*left, plan, first);
  if (!reached || !*reached) return nullptr;
  return std::make_unique<OpenComposition>(std::move(*left));
}

}  // namespace

Result<std::unique_ptr<FrameSource>> OpenBrowserFrameSource(const PlanDirectory& plan,
                                                            const ChunkSlice& slice,
                                                            BrowserSlot& slot) {
  const std::int64_t first = slice.start_frame;
  std::unique_ptr<OpenComposition> composition = TakeOver(plan, first, slot);
  if (composition == nullptr) {
    HYPERLOCAL_TRY(composition, Open(plan, slot));
    HYPERLOCAL_TRY(const bool reached, Reach(*composition, first, plan.fps));
    if (!reached) {
      composition.reset();  // a browser has one page at a time
      HYPERLOCAL_TRY(composition, Open(plan, slot));
      HYPERLOCAL_TRY_STATUS(composition->page->Replay(0, first, plan.fps));
      composition->replayed = true;
      HYPERLOCAL_TRY_STATUS(composition->recording->CheckComplete());
    }
  }
  return std::unique_ptr<FrameSource>(
      std::make_unique<BrowserFrameSource>(std::move(composition), plan, slot));
}

}  // namespace hyperlocal
