#include "engine/browser/browser.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <time.h>

#include <cstdlib>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/browser/chrome_locator.h"
#include "engine/browser/picture_size.h"
#include "engine/profile/profile.h"

namespace hyperlocal {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds kCommandTimeout{30'000};
constexpr milliseconds kStartTimeout{30'000};
constexpr milliseconds kCloseTimeout{5'000};

// What a deterministic software-rendered Chrome needs, by what it is for.
const std::vector<std::string>& ChromeFlags() {
  static const std::vector<std::string> flags{
      // Frames are drawn when we say, completely, and on the main thread's clock.
      "--enable-begin-frame-control",
      "--run-all-compositor-stages-before-draw",
      "--deterministic-mode",
      "--disable-new-content-rendering-timeout",
      "--disable-threaded-animation",
      "--disable-threaded-scrolling",
      "--disable-checker-imaging",
      "--disable-image-animation-resync",
      // A tile is painted whole or taken over whole. One that is patched has other edges than one
      // that was painted at once.
      "--disable-partial-raster",
      // The same pixels on every machine: no GPU, no monitor profile, no font hinting, one
      // language.
      "--disable-gpu-compositing",
      "--use-angle=swiftshader",
      "--enable-unsafe-swiftshader",
      "--ignore-gpu-blocklist",
      "--force-color-profile=srgb",
      "--font-render-hinting=none",
      "--disable-lcd-text",
      // Experiments of Chrome that compositions may use, as published: pages drawn into canvases.
      "--enable-features=CanvasDrawElement",
      "--hide-scrollbars",
      "--lang=en-US",
      // Child frames in the page's process, so that one session sees them all.
      "--disable-site-isolation-trials",
      "--disable-features=IsolateOrigins,site-per-process,Translate,BackForwardCache,PaintHolding,"
      "MediaRouter,OptimizationHints,IntensiveWakeUpThrottling,LazyFrameLoading,LazyImageLoading",
      // No work that is not the page's, and no network (requests are answered through the pipe).
      "--no-first-run",
      "--no-default-browser-check",
      "--no-pings",
      "--mute-audio",
      "--disable-extensions",
      "--disable-sync",
      "--disable-default-apps",
      "--disable-component-update",
      "--disable-background-networking",
      "--disable-domain-reliability",
      "--disable-client-side-phishing-detection",
      "--disable-breakpad",
      "--disable-crash-reporter",
      "--disable-hang-monitor",
      "--disable-popup-blocking",
      "--disable-prompt-on-repost",
      "--disable-background-timer-throttling",
      "--disable-backgrounding-occluded-windows",
      "--disable-renderer-backgrounding",
      "--disable-ipc-flooding-protection",
      "--disable-dev-shm-usage",
      "--disable-quic",
      "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
      "--autoplay-policy=no-user-gesture-required",
      "--password-store=basic",
      "--use-mock-keychain",
      "--window-size=16,16",
  };
  return flags;
}

// What a window shows is put together for each frame, though nobody sees it; so it is as small as
// Chrome's windows are (--window-size). Scripts are told of one of the screen's size, which is that
// of the viewport.
constexpr const char* kWindowSizeScript = R"JS(
for (const side of ['Width', 'Height']) {
  Object.defineProperty(window, 'outer' + side,
    {configurable: true, enumerable: true, writable: true, value: screen[side.toLowerCase()]});
})JS";

// Frame times must lie above the machine's uptime: pages that animate from requestAnimationFrame go
// wrong near zero.
double UptimeMs() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::string DescribeException(const json& details) {
  if (const auto exception = details.find("exception"); exception != details.end()) {
    if (const auto text = exception->find("description");
        text != exception->end() && text->is_string()) {
      const auto& description = text->get_ref<const std::string&>();
      return description.substr(
          0, description.find("\n    at "));  // the stack is told by file and line
    }
    if (const auto value = exception->find("value"); value != exception->end()) {
      return "threw " + value->dump();
    }
  }
  return details.value("text", "uncaught error");
}

std::string DescribeArguments(const json& arguments) {
  std::string text;
  for (const json& argument : arguments) {
    if (!text.empty()) text += ' ';
    if (const auto value = argument.find("value"); value != argument.end()) {
      text += value->is_string() ? value->get<std::string>() : value->dump();
    } else {
      text += argument.value("description", argument.value("type", ""));
    }
  }
  return text;
}

std::vector<std::uint8_t> DecodeBase64(const std::string& text) {
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3);
  const int length =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  std::size_t size = length < 0 ? 0 : static_cast<std::size_t>(length);
  for (std::size_t i = text.size(); size > 0 && i > 0 && text[i - 1] == '='; --i) --size;
  bytes.resize(size);
  return bytes;
}

}  // namespace

Result<std::unique_ptr<Browser>> Browser::Launch(CancellationToken cancel,
                                                 double device_scale_factor) {
  const char* wish = std::getenv("HYPERLOCAL_DEVTOOLS");
  if (wish != nullptr && std::string_view(wish) == "json")
    return LaunchSpeaking(DevToolsEncoding::kJson, cancel, device_scale_factor);
  auto browser = LaunchSpeaking(DevToolsEncoding::kCbor, cancel, device_scale_factor);
  // A Chrome that does not know CBOR answers with JSON, or not at all.
  if (!browser && browser.error().code == ErrorCode::kBrowserProtocol) {
    return LaunchSpeaking(DevToolsEncoding::kJson, cancel, device_scale_factor);
  }
  return browser;
}

Result<std::unique_ptr<Browser>> Browser::LaunchSpeaking(DevToolsEncoding encoding,
                                                         CancellationToken cancel,
                                                         double device_scale_factor) {
  const WorkSpan span(WorkKind::kBrowser, "start Chrome");
  HYPERLOCAL_TRY(const std::filesystem::path binary, FindChrome());
  std::vector<std::string> arguments = ChromeFlags();
  if (device_scale_factor != 1) {
    arguments.push_back(fmt::format("--force-device-scale-factor={}", device_scale_factor));
  }
  arguments.emplace_back(encoding == DevToolsEncoding::kCbor ? "--remote-debugging-pipe=cbor"
                                                             : "--remote-debugging-pipe");
  HYPERLOCAL_TRY(std::unique_ptr<ChromeProcess> process, ChromeProcess::Start(binary, arguments));
  std::unique_ptr<Browser> browser(
      new Browser(std::make_unique<DevTools>(std::move(process), encoding, std::move(cancel))));
  auto version = browser->devtools_->Call("", "Browser.getVersion", json::object(), kStartTimeout);
  if (!version) {
    Error error = std::move(version).error();
    if (error.code == ErrorCode::kBrowserCrashed) {
      return Error{ErrorCode::kDependencyUnavailable,
                   "Chrome does not start (" + binary.string() + "): " + error.message +
                       "\nRun `hyperlocal doctor` to see what it lacks."};
    }
    return error;
  }
  browser->device_scale_factor_ = device_scale_factor;
  browser->version_ = version->value("product", "");
  Browser* const self = browser.get();
  browser->devtools_->SetEventHandler(
      [self](const std::string& session, const std::string& method, json& params) {
        if (self->page_ != nullptr && session == self->page_->session_)
          self->page_->OnEvent(method, params);
      });
  return browser;
}

Result<std::unique_ptr<Page>> Browser::OpenPage(PageOptions options) {
  if (page_ != nullptr) return Error{ErrorCode::kInternal, "a browser has one page at a time"};
  const WorkSpan span(WorkKind::kBrowser, "open a page");
  const auto call = [this](const std::string& session, const char* method, const json& params) {
    return devtools_->Call(session, method, params, kCommandTimeout);
  };
  std::unique_ptr<Page> page(new Page(*this, std::move(options)));
  HYPERLOCAL_TRY(json context, call("", "Target.createBrowserContext", json::object()));
  page->context_id_ = context.value("browserContextId", "");
  HYPERLOCAL_TRY(json target, call("", "Target.createTarget",
                                   {{"url", "about:blank"},
                                    {"browserContextId", page->context_id_},
                                    {"enableBeginFrameControl", true}}));
  page->target_id_ = target.value("targetId", "");
  HYPERLOCAL_TRY(json attached, call("", "Target.attachToTarget",
                                     {{"targetId", page->target_id_}, {"flatten", true}}));
  page->session_ = attached.value("sessionId", "");
  page_ = page.get();
  const std::string& session = page->session_;
  for (const char* domain :
       {"Page.enable", "Runtime.enable", "Inspector.enable", "Network.enable"}) {
    HYPERLOCAL_TRY_STATUS(devtools_->Post(session, domain, json::object()));
  }
  HYPERLOCAL_TRY_STATUS(devtools_->Post(
      session, "Fetch.enable",
      {{"patterns", json::array({{{"urlPattern", "http://*"}}, {{"urlPattern", "https://*"}}})}}));
  HYPERLOCAL_TRY_STATUS(page->SendMetrics());
  constexpr const char* kAddScript = "Page.addScriptToEvaluateOnNewDocument";
  for (const std::string& script : page->options_.scripts) {
    HYPERLOCAL_TRY_STATUS(devtools_->Post(session, kAddScript, {{"source", script}}));
  }
  // Awaited: the page's process learns of the scripts, the browser's starts the navigation, and the
  // two do not wait for each other.
  HYPERLOCAL_TRY([[maybe_unused]] const json added,
                 call(session, kAddScript, {{"source", kWindowSizeScript}}));
  page->frame_time_ms_ = UptimeMs() + 60'000;
  return page;
}

void Browser::Kill() {
  devtools_->process().Kill();
  if (page_ != nullptr) page_->crashed_ = true;
}

Page::~Page() {
  browser_.page_ = nullptr;
  // A Chrome that is gone or hangs is the browser's owner's concern; here it only means there is
  // nothing to close.
  if (!context_id_.empty() && !crashed_) {
    (void)browser_.devtools_->Call("", "Target.disposeBrowserContext",
                                   {{"browserContextId", context_id_}}, kCloseTimeout);
  }
}

Status Page::Navigate(const std::string& url, milliseconds timeout) {
  loaded_ = false;
  HYPERLOCAL_TRY(json answer,
                 browser_.devtools_->Call(session_, "Page.navigate", {{"url", url}}, timeout));
  if (const auto error = answer.find("errorText"); error != answer.end()) {
    return Error{ErrorCode::kPageNotReady, "cannot open " + url + ": " + error->get<std::string>()};
  }
  Status loaded = browser_.devtools_->WaitUntil([this] { return loaded_ || crashed_; },
                                                "the page's load event", timeout);
  if (!loaded && loaded.error().code == ErrorCode::kBrowserTimeout) {
    return Error{ErrorCode::kPageNotReady, "the page did not finish loading within " +
                                               std::to_string(timeout.count() / 1000) +
                                               " s: the load event did not come"};
  }
  if (crashed_)
    return Error{ErrorCode::kBrowserCrashed, "Chrome's page process crashed while loading " + url};
  HYPERLOCAL_TRY_STATUS(loaded);
  // Ends with every navigation.
  return browser_.devtools_->Post(session_, "LayerTree.enable", json::object());
}

Result<json> Page::Evaluate(const std::string& expression, milliseconds timeout) {
  HYPERLOCAL_TRY(
      json answer,
      browser_.devtools_->Call(
          session_, "Runtime.evaluate",
          {{"expression", expression}, {"awaitPromise", true}, {"returnByValue", true}}, timeout));
  return ValueOf(std::move(answer));
}

Result<json> Page::CallOnNode(int backend_node, const std::string& function, milliseconds timeout) {
  constexpr const char* kGroup = "nodes";
  DevTools& devtools = *browser_.devtools_;
  HYPERLOCAL_TRY(
      const json resolved,
      devtools.Call(session_, "DOM.resolveNode",
                    {{"backendNodeId", backend_node}, {"objectGroup", kGroup}}, timeout));
  const auto object = resolved.find("object");
  if (object == resolved.end() || !object->contains("objectId")) {
    return Error{ErrorCode::kBrowserProtocol, "scripts cannot see that node"};
  }
  HYPERLOCAL_TRY(json answer, devtools.Call(session_, "Runtime.callFunctionOn",
                                            {{"objectId", (*object)["objectId"]},
                                             {"functionDeclaration", function},
                                             {"returnByValue", true}},
                                            timeout));
  HYPERLOCAL_TRY_STATUS(
      devtools.Post(session_, "Runtime.releaseObjectGroup", {{"objectGroup", kGroup}}));
  return ValueOf(std::move(answer));
}

// What a call of scripts came to.
Result<json> Page::ValueOf(json answer) const {
  if (const auto details = answer.find("exceptionDetails"); details != answer.end()) {
    const std::string place = Place(*details);
    return Error{ErrorCode::kInvalidComposition,
                 (place.empty() ? "" : place + ": ") + DescribeException(*details)};
  }
  if (auto result = answer.find("result"); result != answer.end()) {
    if (auto value = result->find("value"); value != result->end()) return std::move(*value);
  }
  return json();
}

Result<std::vector<std::vector<DrawnFont>>> Page::DrawnFonts(const std::string& expression,
                                                             milliseconds timeout) {
  DevTools& devtools = *browser_.devtools_;
  constexpr const char* kGroup = "drawn-fonts";
  const auto call = [&](const char* method, const json& parameters) {
    return devtools.Call(session_, method, parameters, timeout);
  };
  HYPERLOCAL_TRY(const json evaluated,
                 call("Runtime.evaluate", {{"expression", expression}, {"objectGroup", kGroup}}));
  const auto array = evaluated.find("result");
  if (array == evaluated.end() || !array->contains("objectId")) {
    return Error{ErrorCode::kBrowserProtocol, expression + " is no array"};
  }
  HYPERLOCAL_TRY(
      const json members,
      call("Runtime.getProperties", {{"objectId", (*array)["objectId"]}, {"ownProperties", true}}));
  HYPERLOCAL_TRY_STATUS(call("DOM.enable", json::object()));
  HYPERLOCAL_TRY_STATUS(call("CSS.enable", json::object()));
  HYPERLOCAL_TRY_STATUS(call("DOM.getDocument", {{"depth", 0}}));
  std::vector<std::vector<DrawnFont>> all;
  for (const json& member : members.value("result", json::array())) {
    const std::string name = member.value("name", "");
    if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::vector<DrawnFont>& fonts = all.emplace_back();
    if (!member.contains("value") || !member["value"].contains("objectId")) continue;
    const auto node = call("DOM.requestNode", {{"objectId", member["value"]["objectId"]}});
    if (!node || node->value("nodeId", 0) == 0) continue;
    const auto drawn = call("CSS.getPlatformFontsForNode", {{"nodeId", (*node)["nodeId"]}});
    if (!drawn) continue;
    for (const json& font : drawn->value("fonts", json::array())) {
      fonts.push_back({font.value("familyName", ""), font.value("isCustomFont", false)});
    }
  }
  HYPERLOCAL_TRY_STATUS(call("CSS.disable", json::object()));
  HYPERLOCAL_TRY_STATUS(call("DOM.disable", json::object()));
  HYPERLOCAL_TRY_STATUS(call("Runtime.releaseObjectGroup", {{"objectGroup", kGroup}}));
  return all;
}

// A picture on its way while the page was made to look at something else is not the one wanted.
// (With a scale, Chrome rounds; and there are no parts.)
bool Page::IsOfWhatIsLookedAt(const std::vector<std::uint8_t>& picture) const {
  const std::optional<PictureSize> size = PictureSizeOf(picture);
  if (!size || browser_.device_scale_factor_ != 1) return size.has_value();
  return *size == (looks_at_ ? PictureSize{looks_at_->width(), looks_at_->height()}
                             : PictureSize{options_.width, options_.height});
}

Result<std::vector<std::uint8_t>> Page::DrawFrame(
    std::chrono::duration<double, std::milli> interval, PngOrJpeg encoding, milliseconds timeout) {
  // Chrome may have nothing to show yet on the first frames of a page, or after it was made to look
  // at a part of another size; it is asked again, with a limit.
  constexpr int kAttempts = 20;
  json screenshot{{"format", encoding.png ? "png" : "jpeg"}, {"optimizeForSpeed", true}};
  if (!encoding.png) screenshot["quality"] = encoding.quality;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    frame_time_ms_ += interval.count();
    HYPERLOCAL_TRY(json answer,
                   browser_.devtools_->Call(session_, "HeadlessExperimental.beginFrame",
                                            {{"frameTimeTicks", frame_time_ms_},
                                             {"interval", interval.count()},
                                             {"screenshot", screenshot}},
                                            timeout));
    if (crashed_) return Error{ErrorCode::kBrowserCrashed, "Chrome's page process crashed"};
    const auto data = answer.find("screenshotData");
    if (data == answer.end()) continue;
    std::vector<std::uint8_t> picture;
    if (data->is_binary()) {
      picture = std::move(static_cast<std::vector<std::uint8_t>&>(data->get_binary()));
    } else if (data->is_string()) {
      picture = DecodeBase64(data->get_ref<const std::string&>());  // JSON protocol
    }
    if (IsOfWhatIsLookedAt(picture)) return picture;
  }
  return Error{ErrorCode::kBrowserProtocol, "Chrome drew a frame " + std::to_string(kAttempts) +
                                                " times without giving its picture"};
}

Status Page::LookAt(const std::optional<PixelRectangle>& part) {
  if (part == looks_at_) return Ok();
  looks_at_ = part;
  return SendMetrics();
}

// Of the viewport, and of what is drawn of it.
Status Page::SendMetrics() {
  DevTools& devtools = *browser_.devtools_;
  json metrics{{"width", options_.width},
               {"height", options_.height},
               {"deviceScaleFactor", browser_.device_scale_factor_},
               {"mobile", false},
               {"screenWidth", options_.width},
               {"screenHeight", options_.height}};
  if (!looks_at_) return devtools.Post(session_, "Emulation.setDeviceMetricsOverride", metrics);
  // The page is moved under a viewport that keeps its size for the page; how much of it is drawn
  // is decided by the size that the window has.
  const PixelRectangle& part = *looks_at_;
  metrics["dontSetVisibleSize"] = true;
  metrics["viewport"] = {{"x", part.left},
                         {"y", part.top},
                         {"width", part.width()},
                         {"height", part.height()},
                         {"scale", 1}};
  HYPERLOCAL_TRY_STATUS(devtools.Post(session_, "Emulation.setDeviceMetricsOverride", metrics));
  return devtools.Post(session_, "Emulation.setVisibleSize",
                       {{"width", part.width()}, {"height", part.height()}});
}

Status Page::DrawUnseen(std::chrono::duration<double, std::milli> interval, milliseconds timeout) {
  frame_time_ms_ += interval.count();
  HYPERLOCAL_TRY_STATUS(browser_.devtools_->Call(
      session_, "HeadlessExperimental.beginFrame",
      {{"frameTimeTicks", frame_time_ms_}, {"interval", interval.count()}}, timeout));
  if (crashed_) return Error{ErrorCode::kBrowserCrashed, "Chrome's page process crashed"};
  return Ok();
}

Status Page::WaitForRequests(milliseconds timeout) {
  if (requests_under_way_.empty()) return Ok();
  Status over = browser_.devtools_->WaitUntil(
      [this] { return requests_under_way_.empty() || crashed_; }, "the page's requests", timeout);
  if (crashed_) return Error{ErrorCode::kBrowserCrashed, "Chrome's page process crashed"};
  if (!over && over.error().code == ErrorCode::kBrowserTimeout) {
    for (const auto& [id, url] : std::exchange(requests_under_way_, {})) {
      messages_.push_back({true, false,
                           fmt::format("did not arrive within {} s; frames are drawn without it",
                                       timeout.count() / 1000),
                           url});
    }
    return Ok();
  }
  return over;
}

Status Page::MakeBackgroundTransparent() {
  return browser_.devtools_->Post(session_, "Emulation.setDefaultBackgroundColorOverride",
                                  {{"color", {{"r", 0}, {"g", 0}, {"b", 0}, {"a", 0}}}});
}

// "compositions/card.html:12:5" for the page's own files, the whole address for others.
std::string Page::Place(const json& location) const {
  std::string url = location.value("url", "");
  if (url.empty()) {
    // Thrown below a call of ours: the first frame of the stack that is in a file.
    const auto stack = location.find("stackTrace");
    if (stack == location.end() || !stack->contains("callFrames")) return "";
    for (const json& frame : (*stack)["callFrames"]) {
      if (!frame.value("url", "").empty()) return Place(frame);
    }
    return "";
  }
  if (url.starts_with(options_.own_origin + "/")) url.erase(0, options_.own_origin.size() + 1);
  if (url.empty()) url = "index.html";
  return url + ":" + std::to_string(location.value("lineNumber", 0) + 1) + ":" +
         std::to_string(location.value("columnNumber", 0) + 1);
}

void Page::OnEvent(const std::string& method, json& params) {
  if (method == "Page.loadEventFired") {
    loaded_ = true;
  } else if (method == "Fetch.requestPaused") {
    AnswerPausedRequest(params);
  } else if (method == "Network.requestWillBeSent") {
    NoteRequest(params);
  } else if (method == "Network.loadingFinished" || method == "Network.loadingFailed") {
    requests_under_way_.erase(params.value("requestId", ""));
  } else if (method == "Network.responseReceived") {
    // The end of an answer is told when its body has been read, and that of a refusal hardly
    // anybody reads: the page runtime does not, where a project has no caption-overrides.json.
    constexpr int kFirstRefusal = 400;
    if (params["response"].value("status", 0) >= kFirstRefusal) {
      requests_under_way_.erase(params.value("requestId", ""));
    }
  } else if (method.starts_with("LayerTree.")) {
    layers_.Note(method, params);
  } else if (method == "Runtime.exceptionThrown") {
    const json& details = params["exceptionDetails"];
    const bool in_promise = details.value("text", "").find("in promise") != std::string::npos;
    messages_.push_back({true, !in_promise, DescribeException(details), Place(details)});
  } else if (method == "Runtime.consoleAPICalled") {
    const std::string type = params.value("type", "");
    if (type != "error" && type != "warning" && type != "assert") return;
    std::string where;
    if (const auto stack = params.find("stackTrace"); stack != params.end()) {
      const auto frames = stack->find("callFrames");
      if (frames != stack->end() && !frames->empty()) where = Place((*frames)[0]);
    }
    messages_.push_back({type != "warning", false, DescribeArguments(params["args"]), where});
  } else if (method == "Inspector.targetCrashed") {
    crashed_ = true;
    browser_.devtools_->MarkSessionLost(session_);
  }
}

void Page::NoteRequest(const json& params) {
  if (params.value("loaderId", "").empty()) return;  // a worker's
  const std::string type = params.value("type", "");
  for (const char* stream : {"Media", "WebSocket", "EventSource", "Ping", "Prefetch"}) {
    if (type == stream) return;
  }
  ++requests_begun_;
  requests_under_way_[params.value("requestId", "")] =
      params.contains("request") ? params["request"].value("url", "") : "";
}

void Page::AnswerPausedRequest(const json& params) {
  const std::string id = params.value("requestId", "");
  const std::string url = params.contains("request") ? params["request"].value("url", "") : "";
  DevTools& devtools = *browser_.devtools_;
  if (url.starts_with(options_.own_origin + "/")) {
    (void)devtools.Post(session_, "Fetch.continueRequest", {{"requestId", id}});
    return;
  }
  const OutsideAnswer answer =
      options_.answer_outside ? options_.answer_outside(url) : OutsideAnswer{404, "text/plain", ""};
  (void)devtools.Post(
      session_, "Fetch.fulfillRequest",
      {{"requestId", id},
       {"responseCode", answer.status},
       {"responseHeaders", json::array({{{"name", "Content-Type"}, {"value", answer.content_type}},
                                        {{"name", "Access-Control-Allow-Origin"}, {"value", "*"}},
                                        {{"name", "Cache-Control"}, {"value", "no-store"}}})},
       {"body", json::binary(std::vector<std::uint8_t>(answer.body.begin(), answer.body.end()))}});
}

}  // namespace hyperlocal
