#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/browser/browser_slot.h"
#include "engine/cancellation.h"

namespace hyperlocal {

// Browsers that stay warm from request to request: one for each request that is worked on at once.
// The one that was used last is handed out first; who comes while one is starting waits for it,
// instead of starting another beside it.
class BrowserPool {
 public:
  explicit BrowserPool(std::size_t most_idle) : most_idle_(most_idle) {}
  ~BrowserPool();  // no lease may be out

  // A slot, and the token that stops whatever its browser does. Cancelling it spends the slot.
  struct Place {
    CancellationToken token;
    BrowserSlot slot{token};
    bool used = false;  // a request before this one has had it
  };

  // The place of one request. No browser starts before it is asked for.
  class Lease {
   public:
    explicit Lease(BrowserPool& pool) : pool_(pool), place_(pool.Take()) {}
    ~Lease() { pool_.Return(std::move(place_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    BrowserSlot& slot() { return place_->slot; }
    const CancellationToken& token() const { return place_->token; }
    // Whether its browser may have died before this request came.
    bool used() const { return place_->used; }
    void Discard() {
      place_->slot.Discard();
      place_->used = false;
    }

   private:
    BrowserPool& pool_;
    std::unique_ptr<Place> place_;
  };

  void WarmUp(int browsers);

 private:
  std::unique_ptr<Place> Take();
  void Return(std::unique_ptr<Place> place);

  const std::size_t most_idle_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  int starting_now_ = 0;  // browsers of WarmUp that are not there yet
  int awaited_ = 0;       // of those, how many somebody waits for
  bool over_ = false;
  std::vector<std::unique_ptr<Place>> idle_;
  std::vector<std::thread> starting_;
};

}  // namespace hyperlocal
