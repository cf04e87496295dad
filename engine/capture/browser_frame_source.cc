#include "engine/capture/browser_frame_source.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "engine/capture/composition_page.h"
#include "engine/composition/recorded_assets.h"

namespace hyperlocal {
namespace {

// Measured on examples/orbit at crf 18 against lossless captures: 42.3 dB in the final video, 42.8
// from lossless pictures, 41.8 at 90; a higher quality costs Chrome and the pipe more than it
// brings.
constexpr int kJpegQuality = 95;

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

  // Visits what has to be visited before `first` so that its picture is that of an unbroken run.
  Status Approach(std::int64_t first) {
    if (first == 0) return Ok();
    // A page's own animation loop shows itself on the second frame it is asked for.
    HYPERLOCAL_TRY_STATUS(page_->Replay(0, std::min<std::int64_t>(2, first), rate_));
    HYPERLOCAL_TRY(const bool loops, page_->LoopsByItself());
    if (loops || recording_->assets.replay_from_start) {
      HYPERLOCAL_TRY_STATUS(page_->Replay(std::min<std::int64_t>(2, first), first, rate_));
    }
    return recording_->CheckComplete();
  }

  Result<CapturedImage> Capture(std::int64_t frame) override {
    HYPERLOCAL_TRY(std::vector<std::uint8_t> bytes,
                   page_->Draw(frame, rate_, {alpha_, kJpegQuality}));
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
  options.fps = plan.fps;
  options.transparent = plan.format != OutputFormat::kMp4;
  options.variables_json = plan.locked.variables_json.value_or("");
  options.answer_outside = [recording](const std::string& url) { return recording->Answer(url); };
  const bool alpha = options.transparent;
  HYPERLOCAL_TRY(std::unique_ptr<CompositionPage> page,
                 CompositionPage::Open(*browser, std::move(options)));
  HYPERLOCAL_TRY_STATUS(recording->CheckComplete());
  auto source =
      std::make_unique<BrowserFrameSource>(std::move(recording), std::move(page), plan.fps, alpha,
                                           plan.output_width(), plan.output_height());
  HYPERLOCAL_TRY_STATUS(source->Approach(slice.start_frame));
  return std::unique_ptr<FrameSource>(std::move(source));
}

}  // namespace hyperlocal
