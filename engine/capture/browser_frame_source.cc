#include "engine/capture/browser_frame_source.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "engine/capture/composition_page.h"
#include "engine/composition/recorded_assets.h"
#include "engine/plan/encoder_ladder.h"

namespace hyperlocal {
namespace {

// Outside requests of a chunk are answered from the recording alone; what it lacks is remembered.
struct Recording {
  RecordedAssets assets;
  std::set<std::string> lacking;

  OutsideAnswer Answer(const std::string& url) {
    if (const RecordedAsset* asset = assets.Find(url))
      return {200, asset->content_type, asset->body};
    lacking.insert(url);
    return {404, "text/plain", ""};
  }

  Status CheckComplete() const {
    if (lacking.empty()) return Ok();
    std::string list;
    for (const std::string& url : lacking) list += "\n  " + url;
    return Error{
        ErrorCode::kAssetUnavailable,
        "the page asked for addresses that were not asked for when it was planned:" + list +
            "\nPut them into the project, or make the page ask for them while it loads."};
  }
};

class BrowserFrameSource : public FrameSource {
 public:
  BrowserFrameSource(std::shared_ptr<Recording> recording, std::unique_ptr<CompositionPage> page,
                     FrameRate rate, bool alpha, int width, int height)
      : recording_(std::move(recording)),
        page_(std::move(page)),
        rate_(rate),
        alpha_(alpha),
        width_(width),
        height_(height) {}

  Result<CapturedImage> Capture(std::int64_t frame) override {
    HYPERLOCAL_TRY(std::vector<std::uint8_t> bytes,
                   page_->Draw(frame, rate_, {alpha_, kCaptureJpegQuality}));
    HYPERLOCAL_TRY_STATUS(recording_->CheckComplete());
    return CapturedImage{alpha_ ? ImageFormat::kPng : ImageFormat::kJpeg, width_, height_,
                         std::move(bytes)};
  }

  std::vector<std::string> TakeMessages() override {
    std::vector<std::string> lines;
    for (const PageMessage& message : page_->TakeMessages()) lines.push_back(message.Line());
    for (const std::string& path : page_->TakeMissingFiles()) {
      lines.push_back(path + ": the page asks for this file, but the project does not have it");
    }
    return lines;
  }

 private:
  std::shared_ptr<Recording> recording_;
  std::unique_ptr<CompositionPage> page_;
  FrameRate rate_;
  bool alpha_;
  int width_, height_;
};

// Goes to `first` without visiting the frames before it; false when the page shows thereby that it
// carries state from frame to frame, and has to be replayed. (Its own animation loop shows itself
// on the second frame it is asked for, a transition on the frame that is jumped to.)
Result<bool> Jump(CompositionPage& page, std::int64_t first, FrameRate rate) {
  HYPERLOCAL_TRY_STATUS(page.Replay(0, std::min<std::int64_t>(2, first), rate));
  HYPERLOCAL_TRY_STATUS(page.Seek(first, rate));
  HYPERLOCAL_TRY(const bool carries_state, page.CarriesState());
  return !carries_state;
}

}  // namespace

Result<std::unique_ptr<FrameSource>> OpenBrowserFrameSource(const PlanDirectory& plan,
                                                            const ChunkSlice& slice,
                                                            BrowserSlot& slot) {
  auto recording = std::make_shared<Recording>();
  HYPERLOCAL_TRY(recording->assets, RecordedAssets::Load(plan.compiled()));
  HYPERLOCAL_TRY(Browser* const browser, slot.Get(plan.locked.device_scale_factor));
  CompositionPageOptions options;
  options.directory = plan.compiled();
  options.width = plan.width;
  options.height = plan.height;
  HYPERLOCAL_TRY(options.videos, ReadPlanVideos(plan.root));
  options.video_frames = plan.root / "video-frames";
  options.fps = plan.fps;
  options.transparent = HasAlpha(plan.format);
  options.variables_json = plan.locked.variables_json.value_or("");
  options.answer_outside = [recording](const std::string& url) { return recording->Answer(url); };
  HYPERLOCAL_TRY(std::unique_ptr<CompositionPage> page, CompositionPage::Open(*browser, options));
  HYPERLOCAL_TRY_STATUS(recording->CheckComplete());

  const std::int64_t first = slice.start_frame;
  if (recording->assets.replay_from_start) {
    HYPERLOCAL_TRY_STATUS(page->Replay(0, first, plan.fps));
  } else if (first > 0) {
    HYPERLOCAL_TRY(const bool stateless, Jump(*page, first, plan.fps));
    if (!stateless) {
      page.reset();  // a browser has one page at a time
      HYPERLOCAL_TRY(page, CompositionPage::Open(*browser, options));
      HYPERLOCAL_TRY_STATUS(page->Replay(0, first, plan.fps));
    }
  }
  HYPERLOCAL_TRY_STATUS(recording->CheckComplete());
  return std::unique_ptr<FrameSource>(std::make_unique<BrowserFrameSource>(
      std::move(recording), std::move(page), plan.fps, options.transparent, plan.output_width(),
      plan.output_height()));
}

}  // namespace hyperlocal
