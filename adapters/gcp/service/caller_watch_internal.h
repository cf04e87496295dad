#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "engine/cancellation.h"
#include "engine/http/http_server.h"

namespace hyperlocal {

// Looks, a few times a second, whether the callers of the requests under way are still there, and
// cancels the work of those that are not: nobody would read its answer.
class CallerWatch {
 public:
  CallerWatch() = default;
  ~CallerWatch();  // no request may be watched any more

  // Watches from its making to its end; the request is not to be used meanwhile.
  class Guard {
   public:
    Guard(CallerWatch& watch, const HttpRequest& request, CancellationToken work);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // Looks now. Any thread.
    void Look() const;

   private:
    friend class CallerWatch;
    struct Watched {
      const HttpRequest* request;
      CancellationToken work;
    };
    CallerWatch& watch_;
    std::list<Watched>::iterator place_;
  };

  void CancelAll();

 private:
  void Run();

  std::mutex mutex_;  // guards what follows; held while callers are looked at
  std::condition_variable changed_;
  std::list<Guard::Watched> watched_;
  bool over_ = false;
  std::thread thread_;  // starts with the first request
};

}  // namespace hyperlocal
