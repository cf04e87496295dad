#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/browser/browser.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal {

// What the user of a browser leaves in it for the next one; it ends before its browser does.
class BrowserGuest {
 public:
  virtual ~BrowserGuest() = default;
};

// A place for one browser that is started when first needed and kept warm from chunk to chunk. One
// thread uses the browser; any thread may ask for its last log line.
class BrowserSlot {
 public:
  explicit BrowserSlot(CancellationToken cancel) : cancel_(std::move(cancel)) {}
  ~BrowserSlot() { Discard(); }
  BrowserSlot(const BrowserSlot&) = delete;
  BrowserSlot& operator=(const BrowserSlot&) = delete;

  // The browser of that scale without a guest, started if there is none; one of another scale is
  // ended first. Errors: those of Browser::Launch.
  Result<Browser*> Get(double device_scale_factor = 1);
  // Ends the browser; the next Get starts another. For one that crashed or hangs.
  void Discard();
  // Begins to end the browser, so that several can end at the same time. Discard is to follow.
  void Kill();

  // What was left in the browser, if anything was.
  std::unique_ptr<BrowserGuest> TakeGuest() { return std::move(guest_); }
  void LeaveGuest(std::unique_ptr<BrowserGuest> guest) { guest_ = std::move(guest); }

  std::string LastLogLine() const;

 private:
  CancellationToken cancel_;
  mutable std::mutex mutex_;  // guards the pointer, not the browser
  std::unique_ptr<Browser> browser_;
  std::unique_ptr<BrowserGuest> guest_;  // of the thread that uses the browser
};

}  // namespace hyperlocal
