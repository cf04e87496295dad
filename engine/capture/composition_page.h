#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/browser/browser.h"
#include "engine/composition/page_server.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"

namespace hyperlocal {

struct CompositionPageOptions {
  std::filesystem::path directory;  // holds index.html: a plan's compiled/
  int width = 0;                    // of the viewport, in CSS pixels
  int height = 0;
  FrameRate fps;             // of what will be asked for; the page runtime rounds times down to it
  bool transparent = false;  // keep the alpha of what is not painted
  std::string variables_json;  // for window.__hfVariables; empty: none
  std::chrono::milliseconds ready_timeout{30'000};
  // Of one seek or one drawing: software rendering of a heavy page takes its time.
  std::chrono::milliseconds frame_timeout{120'000};
  // Answers requests to anywhere outside the directory.
  std::function<OutsideAnswer(const std::string& url)> answer_outside;
};

// What a page says of the composition it shows.
struct PageFacts {
  bool has_root = false;    // an element with data-composition-id
  bool own_driver = false;  // the page defines window.__hf itself
  double duration_seconds = 0;
  int width = 0;
  int height = 0;
  double fps = 0;  // data-fps, or 0
  int video_count = 0;
  int audio_count = 0;
  int image_count = 0;
  std::vector<double> boundaries_seconds;  // starts and ends of clips, rising
};

// One composition, open in a browser and ready to be seeked: the page server, the page and what
// they need together. Must not outlive its browser. One thread at a time.
class CompositionPage {
 public:
  // Loads the page and waits until it is ready. Errors: kPageNotReady naming what was awaited;
  // kInvalidComposition when a script of the page throws while it loads, with file and line; those
  // of Browser.
  static Result<std::unique_ptr<CompositionPage>> Open(Browser& browser,
                                                       CompositionPageOptions options);

  Result<PageFacts> ReadFacts();

  // Brings the page to a frame, and waits for what the frame turned out to need (fonts, images,
  // asynchronous seeks).
  Status Seek(std::int64_t frame, FrameRate rate);
  // Seeks every frame of [first, last) without drawing, for pages that carry state from frame to
  // frame.
  Status Replay(std::int64_t first, std::int64_t last, FrameRate rate);
  // Whether a frame of the page may depend on the frames before it: it asks for animation frames by
  // itself, again and again (known after a seek beyond frame 0), or a seek set off a CSS
  // transition.
  Result<bool> CarriesState();
  // The picture of `frame`: seeks, draws, and draws again when drawing made the page ask for
  // something new.
  Result<std::vector<std::uint8_t>> Draw(std::int64_t frame, FrameRate rate, PngOrJpeg encoding);

  // What the page said, and which files of its project it did not find, since the last call.
  std::vector<PageMessage> TakeMessages();
  std::vector<std::string> TakeMissingFiles() { return server_->TakeMissing(); }

 private:
  CompositionPage() = default;
  // Whether the last picture left layers whose raster the next one might take over (decision 1).
  // The page's one layer is no such: it is always drawn at the scale and place of the viewport.
  bool HasOldLayers() const { return page_->layers() > 1; }

  std::chrono::milliseconds frame_timeout_{0};
  std::unique_ptr<PageServer> server_;  // outlives page_
  std::unique_ptr<Page> page_;
  std::vector<PageMessage> early_messages_;  // said while the page was loading
};

}  // namespace hyperlocal
