#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "engine/http_caller.h"

namespace hyperlocal {

// Passes calls to one service on in the order in which they were started, no more than so many at
// once; the others wait here, and their time runs meanwhile. Calls to anywhere else pass by.
//
// Who answers calls that arrive together takes them in any order. One whose next work is cheaper
// for what it has done just now (a browser that has drawn the frames before) is given them in turn.
class OrderedHttpCaller : public HttpCaller {
 public:
  // `service`: where its addresses begin ("http://127.0.0.1:8080"). `caller` must outlive this.
  OrderedHttpCaller(HttpCaller& caller, std::string service, std::size_t at_once);
  // What waits is told that it is cancelled. What is under way tells its end later, when this may
  // be gone.
  ~OrderedHttpCaller() override;

  void Start(HttpCall call, std::function<void(HttpOutcome)> done) override;

 private:
  struct Line;
  std::shared_ptr<Line> line_;
};

}  // namespace hyperlocal
