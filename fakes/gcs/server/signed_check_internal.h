#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "engine/error/result.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/server/signed_keys_internal.h"
#include "fakes/gcs/server/signed_request_internal.h"
#include "fakes/gcs/server/xml_error_internal.h"

namespace hyperlocal::gcs {

// Checks the signatures that come with requests. A signature of an account whose key is not known
// is checked in form and expiry, then taken, with one warning an account, unless known signers are
// required. Any number of threads.
class SignatureChecker {
 public:
  // Error: kBadRequest or kInvalidJson for a key that makes no sense.
  static Result<std::unique_ptr<SignatureChecker>> Create(const GcsServerOptions& options);

  // The signature in the query of a URL, V4 or V2. Nothing: it is good, or there is none.
  std::optional<XmlError> CheckUrl(const SignedRequest& request);

  // The signature of a form: over the policy document as it came (base64), hex or base64.
  struct Form {
    std::string algorithm, credential, date, signature, policy;  // x-goog-…
    std::string access_id;  // of V2 (GoogleAccessId); empty for V4
  };
  std::optional<XmlError> CheckForm(const Form& form);

  std::chrono::system_clock::time_point Now() const { return now_(); }

 private:
  explicit SignatureChecker(const GcsServerOptions& options);

  std::optional<XmlError> CheckV4(const SignedRequest& request);
  std::optional<XmlError> CheckV2(const SignedRequest& request);
  // Whether there is a key to check with; warns, or fills `refusal`, if there is not.
  bool HasKey(std::string_view account, std::optional<XmlError>& refusal);

  SignerKeys keys_;
  const bool require_known_;
  std::function<std::chrono::system_clock::time_point()> now_;
  std::function<void(std::string_view)> warn_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> warned_;  // guarded by mutex_
};

}  // namespace hyperlocal::gcs
