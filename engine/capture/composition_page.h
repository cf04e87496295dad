#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/browser/browser.h"
#include "engine/capture/viewfinder.h"
#include "engine/composition/page_server.h"
#include "engine/composition/text_fonts.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/media/media_element.h"
#include "engine/plan/plan_videos.h"

namespace hyperlocal {

struct CompositionPageOptions {
  std::filesystem::path directory;  // holds index.html: a plan's compiled/
  int width = 0;                    // of the viewport, in CSS pixels
  int height = 0;
  // What its videos show, and the directory of the pictures; none while a page is planned.
  std::vector<PlanVideo> videos = {};
  std::filesystem::path video_frames = {};
  FrameRate fps;             // of what will be asked for; the page runtime rounds times down to it
  bool transparent = false;  // no background of document and compositions; keep the alpha
  std::string variables_json;  // for window.__hfVariables; empty: none
  std::chrono::milliseconds ready_timeout{30'000};
  // Of one seek or one drawing: software rendering of a heavy page takes its time.
  std::chrono::milliseconds frame_timeout{120'000};
  // Answers requests to anywhere outside the directory.
  std::function<OutsideAnswer(const std::string& url)> answer_outside;
};

// What a page says of the composition it shows.
struct PageFacts {
  bool has_root = false;          // an element with data-composition-id
  bool root_in_template = false;  // there is one in a <template>
  bool own_driver = false;        // the page defines window.__hf itself
  double duration_seconds = 0;
  std::string duration_from;  // the attribute, element or timeline that decides it, for people
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
  enum class Pictures { kNeeded, kIfThere };

 public:
  // Loads the page and waits until it is ready. Errors: kPageNotReady naming what was awaited;
  // kInvalidComposition when a script of the page throws while it loads, with file and line; those
  // of Browser.
  static Result<std::unique_ptr<CompositionPage>> Open(Browser& browser,
                                                       CompositionPageOptions options);

  // Goes on with another copy of the same plan.
  Status MoveTo(const std::filesystem::path& directory, const std::filesystem::path& video_frames);

  Result<PageFacts> ReadFacts();

  // Texts that it shows now, of kinds that were not told before.
  Result<std::vector<TextFonts>> ReadTextFonts();
  // Its video and sound, as they are timed by now.
  Result<std::vector<MediaElement>> ReadMedia();
  // How loud each of them is at `frames` frames from the first on, in the order of ReadMedia.
  // Drives the page through all of them: what it shows afterwards is not to be drawn.
  Result<std::vector<std::vector<double>>> ReadGains(std::int64_t frames, FrameRate rate);

  // Notes which clips are to be seen in the frame that the page was brought to.
  Status LookAtClips();
  // The clips that were in none of them.
  struct UnseenClip {
    std::string label;  // "<div id="title">"
    double start_seconds = 0;
    std::optional<double> duration_seconds;  // as declared
  };
  Result<std::vector<UnseenClip>> UnseenClips();
  // Where the page has set a timer that goes on and on: "js/clock.js:12:3".
  Result<std::vector<std::string>> RunningTimers();

  // Brings the page to a frame, and waits for what the frame turned out to need (fonts, images,
  // asynchronous seeks).
  Status Seek(std::int64_t frame, FrameRate rate) { return Seek(frame, rate, Pictures::kIfThere); }
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

  // The same, or if that will do, a part of it, outside of which it is like the picture that was
  // drawn last (decision 18).
  struct Picture {
    std::vector<std::uint8_t> bytes;
    std::optional<PixelRectangle> part;
    bool operator==(const Picture&) const = default;
  };
  Result<Picture> DrawChanges(std::int64_t frame, FrameRate rate, PngOrJpeg encoding,
                              bool a_part_will_do);

  // Brings the page to `frame`, to learn at less cost than a picture's whether it is sure to look
  // as in the frame that was drawn last.
  Result<bool> LooksAsBefore(std::int64_t frame, FrameRate rate);

  // What the page said, and which files of its project it did not find, since the last call.
  std::vector<PageMessage> TakeMessages();
  std::vector<std::string> TakeMissingFiles() { return server_->TakeMissing(); }

 private:
  CompositionPage() = default;
  // What the videos show in a frame, as JavaScript; "undefined" for a page without videos. A frame
  // that is not to be drawn may lack its pictures: a chunk gets those that it shows. Error:
  // kMissingPlanArtifact.
  Result<std::string> VideosAt(std::int64_t frame, FrameRate rate, Pictures pictures) const;
  Status Seek(std::int64_t frame, FrameRate rate, Pictures pictures);
  Status Seek(std::int64_t frame, FrameRate rate, Pictures pictures, const std::string& rebuild);
  // Whether the last picture left layers whose raster the next one might take over (decision 1).
  // The page's one layer is no such: it is always drawn at the scale and place of the viewport.
  bool HasOldLayers() const { return page_->layers().count() > 1; }
  // What a node is that owns a layer; asked once.
  enum class LayerOwner { kPage, kElement, kOther };
  Result<LayerOwner> OwnerOf(int node);
  // The elements that own layers now, as a list of JavaScript; nothing when one of the owners is
  // not to be had.
  Result<std::optional<std::string>> LayerOwners();
  // Which boxes the next seek is to build anew for that, as JavaScript: false for none, a list of
  // the elements that own such layers, true for all boxes where those elements are not to be had.
  Result<std::string> BoxesToRebuild();

  // Looks at no more than where the change is expected to be; nothing if that will not do.
  Result<std::optional<Picture>> DrawPart(std::int64_t frame, FrameRate rate, PngOrJpeg encoding);
  // The part of the page in which the frame that was drawn just now may differ from the one before,
  // if the owners of its layers stay inside; nothing when it may differ anywhere.
  std::optional<PixelRectangle> PartThatChanged() const;
  // Of the frame that was drawn last, with their places in the page.
  std::vector<PageLayer> LayersInPage() const;
  // Whether nothing that the owners of these layers show is seen beyond their places.
  Result<bool> OwnersStayInside();
  // Notes what was drawn. `changed` is PartThatChanged.
  void NoteDrawn(const std::optional<PixelRectangle>& changed);

  // The layers of the picture that was drawn last, if DrawChanges drew it.
  std::vector<PageLayer> drawn_layers_;
  bool part_may_do_ = false;  // as the next picture looks from that one
  Viewfinder viewfinder_;
  int width_ = 0, height_ = 0;  // of the viewport, in CSS pixels
  bool takes_parts_ = false;    // a CSS pixel is a pixel, and pictures have no alpha
  std::chrono::milliseconds frame_timeout_{0};
  bool draws_elements_ = false;  // page/drawn_elements.js
  std::vector<PlanVideo> videos_;
  std::filesystem::path video_frames_;
  std::unique_ptr<PageServer> server_;  // outlives page_
  std::unique_ptr<Page> page_;
  std::map<int, LayerOwner> owners_;         // that the page was asked about
  std::vector<PageMessage> early_messages_;  // said while the page was loading
};

}  // namespace hyperlocal
