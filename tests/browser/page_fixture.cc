#include "tests/browser/page_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <span>
#include <utility>

#include "engine/av/image_codec.h"
#include "engine/capture/browser_frame_source.h"
#include "engine/capture/open_frame_source.h"
#include "engine/composition/asset_recording.h"
#include "engine/file/whole_file.h"
#include "engine/frame/paste.h"
#include "engine/hash/sha256.h"
#include "engine/plan_project.h"
#include "tests/browser/page_media.h"

namespace hyperlocal::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFont = "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf";

// What the pages need and the repository does not hold: a font, and a picture whose decoding takes
// a while.
Status AddGeneratedFiles(const std::string& name, const fs::path& project) {
  if (name == "late-font") {
    std::error_code ec;
    fs::copy_file(kFont, project / "late.ttf", ec);
    if (ec)
      return Error{ErrorCode::kDependencyUnavailable,
                   std::string(kFont) + ": " + ec.message() + "; install fonts-liberation"};
  }
  if (name == "late-images") {
    Frame picture{1500, 1500, PixelLayout::kRgb24, {}};
    picture.pixels.resize(picture.row_bytes() * 1500);
    for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
      picture.pixels[i] = 0xff;
      picture.pixels[i + 1] = 0xe0;
      picture.pixels[i + 2] = 0x20;
    }
    HYPERLOCAL_TRY(const std::vector<std::uint8_t> png, EncodePng(picture));
    HYPERLOCAL_TRY_STATUS(
        WriteWholeFile(project / "large.png", std::string(png.begin(), png.end())));
  }
  return AddMediaFiles(name, project);
}

Result<Frame> Decode(Result<std::vector<std::uint8_t>> jpeg, int width, int height) {
  if (!jpeg) return std::move(jpeg).error();
  return DecodeImage({ImageFormat::kJpeg, width, height, std::move(*jpeg)});
}

}  // namespace

Result<std::unique_ptr<PageFixture>> PageFixture::Plan(const std::string& name, int fps,
                                                       BrowserSlot& slot) {
  std::unique_ptr<PageFixture> fixture(new PageFixture(name));
  const fs::path project = fixture->directory_.path() / "project";
  std::error_code ec;
  fs::copy(fs::path(HYPERLOCAL_PAGES_DIR) / name, project, fs::copy_options::recursive, ec);
  if (ec) return Error{ErrorCode::kIo, "tests/pages/" + name + ": " + ec.message()};
  HYPERLOCAL_TRY_STATUS(AddGeneratedFiles(name, project));
  PlanRequest request;
  request.project = project;
  request.plan_directory = fixture->directory_.path() / "plan";
  request.config_for = [fps, &name](const CompositionFacts& facts) -> Result<RenderConfig> {
    RenderConfig config;
    if (name == "video-look") config.video_frame_format = "png";
    config.fps = fps;
    config.width = facts.width;
    config.height = facts.height;
    return config;
  };
  request.on_message = [&](std::string_view line) { fixture->messages_.emplace_back(line); };
  HYPERLOCAL_TRY(fixture->plan_, PlanProject(request, slot));
  return fixture;
}

Result<std::vector<Frame>> PageFixture::Draw(const std::vector<std::int64_t>& order,
                                             BrowserSlot& slot) const {
  HYPERLOCAL_TRY(const AssetRecording recording, AssetRecording::Open(plan_.compiled()));
  HYPERLOCAL_TRY(Browser* const browser, slot.Get());
  CompositionPageOptions options;
  options.directory = plan_.compiled();
  options.width = plan_.width;
  options.height = plan_.height;
  options.fps = plan_.fps;
  HYPERLOCAL_TRY(options.videos, ReadPlanVideos(plan_.root));
  options.video_frames = plan_.root / "video-frames";
  options.answer_outside = [&](const std::string& url) -> OutsideAnswer {
    auto asset = recording.Read(url);
    if (!asset || !*asset) return {404, "text/plain", ""};
    return {200, (*asset)->content_type, std::move((*asset)->body)};
  };
  HYPERLOCAL_TRY(const std::unique_ptr<CompositionPage> page,
                 CompositionPage::Open(*browser, std::move(options)));
  std::vector<Frame> frames;
  for (const std::int64_t index : order) {
    HYPERLOCAL_TRY(Frame frame, Decode(page->Draw(index, plan_.fps, {false, kCaptureJpegQuality}),
                                       plan_.width, plan_.height));
    frames.push_back(std::move(frame));
  }
  return frames;
}

Result<std::vector<Frame>> PageFixture::DrawAsChunks(std::int64_t length, BrowserSlot& slot) const {
  std::vector<Frame> frames(static_cast<std::size_t>(plan_.total_frames));
  std::vector<std::int64_t> starts;
  for (const std::int64_t worker : {0, 1}) {
    for (std::int64_t first = worker * length; first < plan_.total_frames; first += 2 * length)
      starts.push_back(first);
  }
  for (const std::int64_t first : starts) {
    const ChunkSlice slice{static_cast<int>(first / length), first,
                           std::min(plan_.total_frames, first + length)};
    HYPERLOCAL_TRY(const std::unique_ptr<FrameSource> source, OpenFrameSource(plan_, slice, slot));
    for (std::int64_t index = slice.start_frame; index < slice.end_frame; ++index) {
      HYPERLOCAL_TRY(CapturedImage image, source->Capture(index));
      const auto at = static_cast<std::size_t>(index);
      if (image.again || image.part) frames[at] = frames[at - 1];
      if (image.again) continue;
      const std::optional<PixelRectangle> part = image.part;
      HYPERLOCAL_TRY(Frame frame, DecodeImage(std::move(image)));
      if (part) {
        HYPERLOCAL_TRY_STATUS(Paste(frame, *part, frames[at]));
      } else {
        frames[at] = std::move(frame);
      }
    }
  }
  return frames;
}

std::uint32_t ColourAt(const Frame& frame, int x, int y) {
  const std::size_t at = static_cast<std::size_t>(y) * frame.row_bytes() +
                         static_cast<std::size_t>(x) * BytesPerPixel(frame.layout);
  return static_cast<std::uint32_t>(frame.pixels[at] << 16 | frame.pixels[at + 1] << 8 |
                                    frame.pixels[at + 2]);
}

bool AlmostEqual(std::uint32_t colour, std::uint32_t other) {
  constexpr int kTolerance = 24;  // of 255: chroma is stored at half the resolution
  for (const int shift : {0, 8, 16}) {
    const int a = static_cast<int>(colour >> shift & 0xff);
    const int b = static_cast<int>(other >> shift & 0xff);
    if (std::abs(a - b) > kTolerance) return false;
  }
  return true;
}

std::string Difference(const Frame& a, const Frame& b) {
  if (a.width != b.width || a.height != b.height) return "other size";
  if (a.pixels == b.pixels) return "";
  int pixels = 0, largest = 0;
  for (std::size_t i = 0; i < a.pixels.size(); i += 3) {
    int here = 0;
    for (std::size_t c = i; c < i + 3; ++c)
      here = std::max(here, std::abs(a.pixels[c] - b.pixels[c]));
    pixels += here > 0 ? 1 : 0;
    largest = std::max(largest, here);
  }
  return std::to_string(pixels) + " pixels differ, by up to " + std::to_string(largest);
}

std::size_t CountDistinct(const std::vector<Frame>& frames) {
  std::set<std::string> hashes;
  for (const Frame& frame : frames) {
    hashes.insert(Sha256().Update(std::span(frame.pixels)).HexDigest());
  }
  return hashes.size();
}

}  // namespace hyperlocal::testing
