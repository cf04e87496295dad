#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// Unpacks gzip (RFC 1952), fed piece by piece; several members one after the other are one content.
// One thread. Memory does not grow with the content.
class Gunzip {
 public:
  using Sink = std::function<Status(std::string_view part)>;

  Gunzip();
  ~Gunzip();
  Gunzip(Gunzip&&) noexcept;
  Gunzip& operator=(Gunzip&&) noexcept;

  // Errors: kBadRequest (not gzip, or damaged), or the sink's own.
  Status Feed(std::string_view packed, const Sink& sink);
  // Error: kBadRequest when the content ends too early.
  Status Finish();

  // The same for whoever asks for bytes instead of being given some: takes from `packed` what it
  // needs, fills `to`, and answers how much. 0: it needs more.
  Result<std::size_t> Take(std::string_view& packed, char* to, std::size_t room);

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
};

}  // namespace hyperlocal::gcs
