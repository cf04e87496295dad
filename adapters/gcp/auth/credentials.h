#pragma once

#include <string>

#include "engine/error/result.h"

namespace hyperlocal {

// Who asks. Any number of threads.
class Credentials {
 public:
  virtual ~Credentials() = default;
  // The value of the Authorization header of a request that is sent now ("Bearer …"); empty for
  // none. Asked before every attempt: what expires is renewed here. Error: kPermission.
  virtual Result<std::string> AuthorizationHeader() = 0;
};

// Nobody in particular: for emulators, and for objects that everybody may read.
class AnonymousCredentials : public Credentials {
 public:
  Result<std::string> AuthorizationHeader() override { return std::string(); }
};

}  // namespace hyperlocal
