#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/browser/browser.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"

namespace hyperlocal {

// A place for one browser that is started when first needed and kept warm from chunk to chunk. One
// thread uses the browser; any thread may ask for its last log line.
class BrowserSlot {
 public:
  explicit BrowserSlot(CancellationToken cancel) : cancel_(std::move(cancel)) {}

  // The browser of that scale, started if there is none; one of another scale is ended first.
  // Errors: those of Browser::Launch.
  Result<Browser*> Get(double device_scale_factor = 1);
  // Ends the browser; the next Get starts another. For one that crashed or hangs.
  void Discard();

  std::string LastLogLine() const;

 private:
  CancellationToken cancel_;
  mutable std::mutex mutex_;  // guards the pointer, not the browser
  std::unique_ptr<Browser> browser_;
};

}  // namespace hyperlocal
