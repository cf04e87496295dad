#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

// A key pair of the XML API's HMAC authentication.
struct HmacKey {
  std::string access_id;
  std::string secret;  // base64, as the service hands it out
};

struct GcsServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any that is free
  int threads = 64;
  std::size_t max_connections = 16384;

  // Whose signed URLs are checked to the last bit: service-account key files (their JSON text) and
  // HMAC pairs. A URL of another account is checked in form and expiry, then taken with one warning
  // an account; with `require_known_signers` it is refused.
  std::vector<std::string> service_account_keys;
  std::vector<HmacKey> hmac_keys;
  bool require_known_signers = false;

  std::string fault_plan;  // its JSON text; empty: no faults but those that requests ask for

  // The time of day by which signatures expire; the system clock when absent. Any thread.
  std::function<std::chrono::system_clock::time_point()> now;
  // What a person should know, a line each, without a newline. Any thread. Absent: nobody is told.
  std::function<void(std::string_view)> warn;
};

// A Cloud Storage service on this machine: the JSON and XML API over a store, with faults on
// request and a control API under /_hyperlocal/. README.md of this directory says what it is not.
class GcsServer {
 public:
  // `store` must outlive the server. Errors: kDependencyUnavailable (the port is taken, or there is
  // no such address), kBadRequest (a key or the fault plan makes no sense).
  static Result<std::unique_ptr<GcsServer>> Start(GcsServerOptions options, Store& store);
  ~GcsServer();

  int port() const;
  // "http://127.0.0.1:4443": what STORAGE_EMULATOR_HOST wants.
  std::string base_url() const;
  // Idempotent. Requests that still run after `grace` are cut.
  void Stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

 private:
  struct Running;
  explicit GcsServer(std::unique_ptr<Running> running);
  std::unique_ptr<Running> running_;
};

}  // namespace hyperlocal::gcs
