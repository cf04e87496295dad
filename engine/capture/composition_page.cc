#include "engine/capture/composition_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/composition/page_scripts.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kGrace{10'000};  // for a page that keeps its own time limit to say so
constexpr milliseconds kRequestTimeout{10'000};  // files come from this machine
constexpr std::int64_t kReplayBatch = 100;  // frames; between batches a cancellation is noticed
constexpr int kRedraws = 5;

// The time of a frame in seconds, as the quotient that JavaScript computes: no rounding on the way.
std::string FrameTime(std::int64_t frame, FrameRate rate) {
  return fmt::format("{}*{}/{}", frame, rate.den, rate.num);
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
  HYPERLOCAL_TRY(opened->server_, PageServer::Start(options.directory));
  PageOptions page_options;
  page_options.width = options.width;
  page_options.height = options.height;
  page_options.own_origin = opened->server_->origin();
  page_options.scripts = ScriptsBeforeThePage(options.variables_json, options.fps);
  page_options.answer_outside = std::move(options.answer_outside);
  HYPERLOCAL_TRY(opened->page_, browser.OpenPage(std::move(page_options)));
  Page& page = *opened->page_;
  if (options.transparent) HYPERLOCAL_TRY_STATUS(page.MakeBackgroundTransparent());
  HYPERLOCAL_TRY_STATUS(page.Navigate(opened->server_->origin() + "/", options.ready_timeout));
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

Result<PageFacts> CompositionPage::ReadFacts() {
  HYPERLOCAL_TRY(const json facts, page_->Evaluate("__hyperlocal.facts()", frame_timeout_));
  PageFacts read;
  read.has_root = facts.value("hasRoot", false);
  read.own_driver = facts.value("ownDriver", false);
  read.duration_seconds = NumberIn(facts, "duration");
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

Status CompositionPage::Seek(std::int64_t frame, FrameRate rate) {
  auto done = page_->Evaluate(
      fmt::format("__hyperlocal.seek({},{})", FrameTime(frame, rate), HasOldLayers()),
      frame_timeout_);
  if (!done) return std::move(done).error().WithContext("frame " + std::to_string(frame));
  return Ok();
}

Status CompositionPage::Replay(std::int64_t first, std::int64_t last, FrameRate rate) {
  for (std::int64_t from = first; from < last; from += kReplayBatch) {
    const std::int64_t to = std::min(last, from + kReplayBatch);
    auto done = page_->Evaluate(
        fmt::format("(async()=>{{for(let f={};f<{};++f)await __hyperlocal.seek(f*{}/{},{})}})()",
                    from, to, rate.den, rate.num, HasOldLayers()),
        frame_timeout_);
    if (!done)
      return std::move(done).error().WithContext(fmt::format("frames {} to {}", from, to - 1));
  }
  return Ok();
}

Result<bool> CompositionPage::CarriesState() {
  HYPERLOCAL_TRY(const json state, page_->Evaluate("__hyperlocal.carriesState()", frame_timeout_));
  return state.is_boolean() && state.get<bool>();
}

Result<std::vector<std::uint8_t>> CompositionPage::Draw(std::int64_t frame, FrameRate rate,
                                                        PngOrJpeg encoding) {
  const std::chrono::duration<double, std::milli> interval(1000.0 * rate.den / rate.num);
  const auto at_frame = [frame](Error error) {
    return std::move(error).WithContext("frame " + std::to_string(frame));
  };
  for (int redraw = 0;; ++redraw) {
    HYPERLOCAL_TRY_STATUS(Seek(frame, rate));
    // What the frame's layout asked for, backgrounds and masks among it.
    if (Status arrived = page_->WaitForRequests(kRequestTimeout); !arrived)
      return at_frame(std::move(arrived).error());
    const std::uint64_t requests_before = page_->requests_begun();
    auto image = page_->DrawFrame(interval, encoding, frame_timeout_);
    if (!image) return at_frame(std::move(image).error());
    // What the page asked for while it was drawn, and which layers it had, is told before the answer
    // to this; and the picture without what it asked for is not the picture.
    HYPERLOCAL_TRY_STATUS(page_->Evaluate("0", frame_timeout_));
    if (page_->requests_begun() == requests_before || redraw == kRedraws) return image;
  }
}

std::vector<PageMessage> CompositionPage::TakeMessages() {
  std::vector<PageMessage> messages = std::exchange(early_messages_, {});
  for (PageMessage& message : page_->TakeMessages()) messages.push_back(std::move(message));
  return messages;
}

}  // namespace hyperlocal
