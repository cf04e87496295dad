#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "adapters/gcp/auth/google_credentials.h"
#include "tests/support/http_server_support.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::testing {

// An RSA key made for the test, as the console would give it.
class TestKey {
 public:
  TestKey() : key_(::EVP_RSA_gen(2048)) {}
  ~TestKey() { ::EVP_PKEY_free(key_); }
  TestKey(const TestKey&) = delete;
  TestKey& operator=(const TestKey&) = delete;

  std::string Pem() const {
    BIO* const out = ::BIO_new(::BIO_s_mem());
    ::PEM_write_bio_PKCS8PrivateKey(out, key_, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = ::BIO_get_mem_data(out, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    ::BIO_free(out);
    return pem;
  }
  bool Verifies(const std::string& text, const std::string& signature) const {
    EVP_MD_CTX* const context = ::EVP_MD_CTX_new();
    ::EVP_DigestVerifyInit(context, nullptr, ::EVP_sha256(), nullptr, key_);
    const int good = ::EVP_DigestVerify(
        context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
        reinterpret_cast<const unsigned char*>(text.data()), text.size());
    ::EVP_MD_CTX_free(context);
    return good == 1;
  }

 private:
  EVP_PKEY* const key_;
};

// Answers requests for tokens as it is told to, and keeps them. Any thread.
class ScriptedIssuer {
 public:
  struct Asked {
    std::string method, target, body, flavor;
  };
  struct Answer {
    int status = 200;
    std::string body;
    HttpHeaders headers = {};
  };

  ScriptedIssuer()
      : server_(StartHttpServer(
            [this](HttpRequest& request, HttpResponse& response) { Take(request, response); })) {}

  // The answers, in order; the last one for all that follow.
  void Script(std::vector<Answer> answers) {
    const std::lock_guard lock(mutex_);
    answers_ = {answers.begin(), answers.end()};
  }
  std::vector<Asked> asked() {
    const std::lock_guard lock(mutex_);
    return asked_;
  }
  // "127.0.0.1:PORT"
  std::string authority() const { return server_->base_url().substr(7); }
  std::string address() const { return server_->base_url() + "/token"; }

 private:
  void Take(HttpRequest& request, HttpResponse& response) {
    auto body = request.ReadSmallBody(1 << 16);
    const std::lock_guard lock(mutex_);
    asked_.push_back({request.method, request.target, body ? *body : "",
                      std::string(request.headers.Get("Metadata-Flavor"))});
    if (answers_.empty()) {
      response.status = 404;
      return;
    }
    const Answer answer = answers_.front();
    if (answers_.size() > 1) answers_.pop_front();
    response.status = answer.status;
    response.headers = answer.headers;
    response.body = answer.body;
  }

  std::mutex mutex_;  // guards what follows
  std::deque<Answer> answers_;
  std::vector<Asked> asked_;
  std::unique_ptr<HttpServer> server_;  // last: it uses the others
};

// Does not sleep, and tells how long it would have.
class RecordingRetryClock : public RetryClock {
 public:
  TimePoint Now() override { return TimePoint(); }
  void Sleep(std::chrono::milliseconds duration, const CancellationToken&) override {
    const std::lock_guard lock(mutex_);
    slept_.push_back(duration);
  }
  std::vector<std::chrono::milliseconds> slept() {
    const std::lock_guard lock(mutex_);
    return slept_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::chrono::milliseconds> slept_;
};

}  // namespace hyperlocal::testing
