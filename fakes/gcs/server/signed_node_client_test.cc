#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/file/whole_file.h"
#include "fakes/gcs/server/fake_request_test_support.h"
#include "tests/support/storage_signer.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::gcs {
namespace {

using hyperlocal::testing::TemporaryDirectory;
using nlohmann::json;

constexpr char kEndpoint[] = "http://localhost:4443";

// What a command writes; empty if it fails.
std::string OutputOf(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"),
                                                   [](FILE*) { return 0; });
  if (!pipe) return "";
  std::string output;
  std::array<char, 4096> part;
  for (std::size_t got; (got = std::fread(part.data(), 1, part.size(), pipe.get())) > 0;) {
    output.append(part.data(), got);
  }
  return ::pclose(pipe.get()) == 0 ? output : "";
}

// Requests that the official Node client signed, against a server that knows its key.
class NodeClient : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!std::filesystem::exists(HYPERLOCAL_PEERS "/node_modules/@google-cloud/storage")) return;
    signer_ = new TestSigner;
    const TemporaryDirectory directory;
    const std::filesystem::path key = directory / "key.json";
    ASSERT_TRUE(WriteWholeFile(key, signer_->KeyFile()));
    const std::string output =
        OutputOf("cd '" HYPERLOCAL_PEERS "' && node '" HYPERLOCAL_SCRIPT "' '" + key.string() +
                 "' " + kEndpoint);
    ASSERT_FALSE(output.empty()) << "node could not sign";
    signed_ = new json(json::parse(output));
  }
  static void TearDownTestSuite() {
    delete signer_;
    delete signed_;
    signer_ = nullptr;
    signed_ = nullptr;
  }

  void SetUp() override {
    if (signer_ == nullptr) {
      GTEST_SKIP() << "npm ci in tests/peers installs the Node client that signs here";
    }
    GcsServerOptions options;
    options.service_account_keys = {signer_->KeyFile()};
    options.require_known_signers = true;
    service_ = std::make_unique<ServiceWithoutSocket>(options);
    ASSERT_EQ(service_->Ask("PUT", "/bkt").status, 200);
  }

  void Put(const std::string& content) {
    ASSERT_EQ(service_->Ask("PUT", "/bkt/dir/" + PercentEncode(kName), content).status, 200);
  }

  // Sends to an address that was signed, as a browser does: its headers are those that the caller
  // was told to send.
  HttpResponse Send(const std::string& method, const std::string& url, const std::string& body = "",
                    HttpHeaders headers = {}) {
    EXPECT_TRUE(url.starts_with(kEndpoint)) << url;
    headers.Add("Host", "localhost:4443");
    headers.Add("Accept", "*/*");
    return service_->Ask(method, url.substr(sizeof kEndpoint - 1), body, std::move(headers));
  }
  std::string Url(const char* name) { return signed_->value(name, ""); }

  static constexpr std::string_view kName = "a b+\xC3\xA9'(1)*!~.txt";
  static TestSigner* signer_;
  static json* signed_;
  std::unique_ptr<ServiceWithoutSocket> service_;
};

TestSigner* NodeClient::signer_ = nullptr;
json* NodeClient::signed_ = nullptr;

TEST_F(NodeClient, SignedReadsAreGood) {
  Put("content");
  const HttpResponse read = Send("GET", Url("read"));
  EXPECT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(BodyOf(read), "content");
  const HttpResponse as = Send("GET", Url("readAs"));
  EXPECT_EQ(as.status, 200) << as.body;
  EXPECT_EQ(as.headers.Get("Content-Type"), "text/x-own");
  EXPECT_EQ(as.headers.Get("Content-Disposition"), "attachment; filename=\"x y.txt\"");
  EXPECT_EQ(Send("GET", Url("readV2")).status, 200);
  EXPECT_EQ(Send("GET", Url("list")).status, 200);
}

TEST_F(NodeClient, ASignatureOfOneRequestIsNoneOfAnother) {
  Put("content");
  for (const char* const name : {"read", "readV2"}) {
    const HttpResponse response = Send("DELETE", Url(name));
    EXPECT_EQ(response.status, 403) << name;
    EXPECT_NE(response.body.find("SignatureDoesNotMatch"), std::string::npos) << name;
  }
  EXPECT_EQ(Send("GET", Url("read") + "&x=y").status, 403);
  EXPECT_EQ(Send("DELETE", Url("remove")).status, 204);
}

TEST_F(NodeClient, SignedWritesAreGoodWithTheirHeaders) {
  const HttpHeaders headers{{"Content-Type", "text/plain"},
                            {"x-goog-meta-k", "a b"},
                            {"x-goog-if-generation-match", "0"}};
  const HttpResponse written = Send("PUT", Url("write"), "content", headers);
  EXPECT_EQ(written.status, 200) << written.body;
  EXPECT_EQ(Send("PUT", Url("write"), "content", headers).status, 412);
  EXPECT_EQ(Send("PUT", Url("write"), "content", {{"Content-Type", "text/plain"}}).status, 400);
  EXPECT_EQ(Send("PUT", Url("writeV2"), "content", {{"Content-Type", "text/plain"}}).status, 200);
  EXPECT_EQ(Send("PUT", Url("writeV2"), "content", {{"Content-Type", "text/html"}}).status, 403);
}

TEST_F(NodeClient, AResumableUploadBegins) {
  const HttpResponse begun = Send("POST", Url("resumable"), "", {{"x-goog-resumable", "start"}});
  ASSERT_EQ(begun.status, 201) << begun.body;
  const HttpResponse done = Send("PUT", std::string(begun.headers.Get("Location")), "content");
  EXPECT_EQ(done.status, 200) << done.body;
}

TEST_F(NodeClient, ASignedFormIsTaken) {
  const json& form = (*signed_)["form"];
  const auto post = [&](const std::string& content) {
    std::string body;
    for (const auto& [name, value] : form["fields"].items()) {
      body += "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" +
              value.get<std::string>() + "\r\n";
    }
    body += "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n" +
            content + "\r\n--b--\r\n";
    return service_->Ask("POST", "/bkt", body,
                         {{"Content-Type", "multipart/form-data; boundary=b"}});
  };
  const HttpResponse response = post("content");
  EXPECT_EQ(response.status, 201) << response.body;
  const auto object = service_->store().GetObject({{"bkt", "dir/" + std::string(kName)}, {}});
  ASSERT_TRUE(object);
  EXPECT_EQ(object->fields.metadata.at("k"), "v");
  EXPECT_EQ(post(std::string(101, 'x')).status, 400);
}

}  // namespace
}  // namespace hyperlocal::gcs
