#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/browser/devtools.h"
#include "engine/browser/page_layers.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "engine/frame/pixel_rectangle.h"

namespace hyperlocal {

// Something the page said that its author should hear: an uncaught error, console.error or
// console.warn, a file that is not there.
struct PageMessage {
  bool is_error = false;     // else a warning
  bool is_uncaught = false;  // a script stopped with it; not so for a promise that nobody waits for
  std::string text;
  std::string where;  // "file.html:12:5", as a path within the project where it is one
  std::string Line() const { return (where.empty() ? "" : where + ": ") + text; }
};

// What answers a request that the page makes to anywhere but its own server.
struct OutsideAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
};

// A font that Chrome drew glyphs of an element with.
struct DrawnFont {
  std::string family;
  bool is_web_font = false;  // from an address, not one of this machine
};

struct PageOptions {
  int width = 0;  // of the viewport, in CSS pixels
  int height = 0;
  std::string own_origin;            // "http://127.0.0.1:PORT": requests there go to the server
  std::vector<std::string> scripts;  // run in every document before any script of the page
  // Every other http(s) request is answered by this, on the thread that uses the page; the page has
  // no network.
  std::function<OutsideAnswer(const std::string& url)> answer_outside;
};

struct PngOrJpeg {
  bool png = false;
  int quality = 100;  // of JPEG
};

// One page under frame control: nothing is drawn except when asked. Made by Browser::OpenPage; must
// not outlive its browser.
class Page {
 public:
  ~Page();
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;

  // Errors: kPageNotReady when the load event does not come in time.
  Status Navigate(const std::string& url, std::chrono::milliseconds timeout);
  // The value of a JavaScript expression; promises are awaited. Errors: kInvalidComposition with
  // the exception's text, file and line; kBrowserTimeout.
  Result<nlohmann::json> Evaluate(const std::string& expression, std::chrono::milliseconds timeout);
  // What the glyphs of each element were drawn with; `expression` comes to an array of elements,
  // and the answer has their order. An element that is gone, or has no glyphs, has no fonts.
  Result<std::vector<std::vector<DrawnFont>>> DrawnFonts(const std::string& expression,
                                                         std::chrono::milliseconds timeout);
  // What is drawn from now on: a part of the viewport, with the same pixels as in the whole, or all
  // of it (nothing). The page does not hear of it. Its layers are told by their places in what is
  // drawn, from the next frame on.
  Status LookAt(const std::optional<PixelRectangle>& part);
  const std::optional<PixelRectangle>& looks_at() const { return looks_at_; }
  // Draws one frame and returns its picture. Frame time only grows, whatever frame of the
  // composition is shown.
  Result<std::vector<std::uint8_t>> DrawFrame(std::chrono::duration<double, std::milli> interval,
                                              PngOrJpeg encoding,
                                              std::chrono::milliseconds timeout);
  // Draws one frame without a picture of it.
  Status DrawUnseen(std::chrono::duration<double, std::milli> interval,
                    std::chrono::milliseconds timeout);
  // Requests of the page's documents that have begun so far, as far as their process has told: all
  // of them up to the last Evaluate. Streams (media, sockets, events) do not count, they may go on
  // for ever, nor do workers, of whose requests Chrome tells no end.
  std::uint64_t requests_begun() const { return requests_begun_; }
  // Waits until every one of them is over. One that is not in time is named among the messages and
  // not waited for again.
  Status WaitForRequests(std::chrono::milliseconds timeout);
  const PageLayers& layers() const { return layers_; }
  // The value of a JavaScript function with a node as its `this`. Errors: those of Evaluate;
  // kBrowserProtocol for a node that is gone, or that scripts cannot see.
  Result<nlohmann::json> CallOnNode(int backend_node, const std::string& function,
                                    std::chrono::milliseconds timeout);
  // For outputs with alpha: what the page does not paint stays transparent.
  Status MakeBackgroundTransparent();

  std::vector<PageMessage> TakeMessages() { return std::exchange(messages_, {}); }

 private:
  friend class Browser;
  Page(class Browser& browser, PageOptions options)
      : browser_(browser), options_(std::move(options)) {}
  Status SendMetrics();
  bool IsOfWhatIsLookedAt(const std::vector<std::uint8_t>& picture) const;
  void OnEvent(const std::string& method, nlohmann::json& params);
  void AnswerPausedRequest(const nlohmann::json& params);
  void NoteRequest(const nlohmann::json& params);
  std::string Place(const nlohmann::json& location) const;
  Result<nlohmann::json> ValueOf(nlohmann::json answer) const;

  class Browser& browser_;
  PageOptions options_;
  std::string context_id_, target_id_, session_;
  std::vector<PageMessage> messages_;
  PageLayers layers_;
  std::uint64_t requests_begun_ = 0;
  std::map<std::string, std::string> requests_under_way_;  // id → address
  std::optional<PixelRectangle> looks_at_;
  bool loaded_ = false;
  bool crashed_ = false;
  double frame_time_ms_ = 0;
};

// A headless Chrome in software rendering under frame control. One page at a time: two controlled
// tabs crash it.
class Browser {
 public:
  // Finds and starts Chrome. Errors: kChromeUnavailable, kDependencyUnavailable (it does not start;
  // with its last lines), kCancelled.
  // `device_scale_factor` is how many pixels of a picture stand for a CSS pixel; Chrome takes it at
  // its start only.
  static Result<std::unique_ptr<Browser>> Launch(CancellationToken cancel,
                                                 double device_scale_factor = 1);

  // A page in a fresh browser context: no cookies, storage or caches of an earlier one. Errors:
  // kBrowserCrashed, kBrowserTimeout, kBrowserProtocol.
  Result<std::unique_ptr<Page>> OpenPage(PageOptions options);

  // Its end begins, and its page needs not be closed; the destructor waits for it.
  void Kill();

  double device_scale_factor() const { return device_scale_factor_; }
  const std::string& version() const { return version_; }  // "HeadlessChrome/156.0.8078.79"
  pid_t pid() { return devtools_->process().pid(); }
  // For a display, from any thread: what Chrome said last on its stderr.
  std::string LastLogLine() const { return devtools_->LastLogLine(); }

 private:
  friend class Page;
  explicit Browser(std::unique_ptr<DevTools> devtools) : devtools_(std::move(devtools)) {}
  static Result<std::unique_ptr<Browser>> LaunchSpeaking(DevToolsEncoding encoding,
                                                         CancellationToken cancel,
                                                         double device_scale_factor);

  std::unique_ptr<DevTools> devtools_;
  std::string version_;
  double device_scale_factor_ = 1;
  Page* page_ = nullptr;  // the one that is open
};

}  // namespace hyperlocal
