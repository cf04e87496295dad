#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "adapters/gcp/storage/scripted_gcs_test_support.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::testing {

using Request = ScriptedConnection::Request;

inline const GcsUri kObject{.bucket = "bucket", .key = "o"};
inline constexpr std::size_t kChunk = std::size_t{256} << 10;

inline std::string Noise(std::size_t size, std::uint32_t seed = 1) {
  std::string bytes(size, '\0');
  for (char& c : bytes) {
    seed = seed * 1664525 + 1013904223;
    c = static_cast<char>(seed >> 24);
  }
  return bytes;
}

inline void SmallChunks(GcsClientOptions& options) {
  options.small_upload_bytes = 1000;
  options.upload_chunk_bytes = kChunk;
  options.download_part_bytes = 100000;
  options.download_threads = 3;
}

// A service that keeps one object and does what the real one does with it, where `fault` does not
// take the request over (by answering and returning true).
class OneObjectService {
 public:
  using Fault = std::function<bool(ScriptedConnection&, const Request&, OneObjectService&)>;

  explicit OneObjectService(Fault fault = {})
      : fault_(std::move(fault)),
        gcs_([this](ScriptedConnection& connection, const Request& request, int) {
          if (fault_ && fault_(connection, request, *this)) return;
          Serve(connection, request);
        }) {}

  void Serve(ScriptedConnection& connection, const Request& request) {
    const std::string target = request.target();
    if (request.method() == "GET") return Read(connection, request);
    if (request.method() == "DELETE" && target.find("upload_id") != std::string::npos) {
      ++abandoned;
      return connection.Answer("499 Client Closed Request", "", "");
    }
    if (request.method() == "DELETE") {
      ++deleted;
      content.reset();
      return connection.Answer("204 No Content", "", "");
    }
    if (target.find("uploadType=resumable") != std::string::npos) {
      ++sessions;
      stored.clear();
      return connection.Answer("200 OK", "Location: " + gcs_.url() + "/upload?upload_id=s3cret\r\n",
                               "");
    }
    if (target.find("uploadType=multipart") != std::string::npos) {
      return Commit(connection, request, MediaOf(request));
    }
    Continue(connection, request);
  }

  // The last part of a multipart/related body.
  static std::string MediaOf(const Request& request) {
    const std::string type = request.Header("content-type");
    const std::string boundary = "\r\n--" + type.substr(type.find("boundary=") + 9);
    const std::size_t end = request.body.rfind(boundary + "--\r\n");
    const std::size_t part = request.body.rfind(boundary, end - 1);
    const std::size_t begin = request.body.find("\r\n\r\n", part + boundary.size()) + 4;
    return request.body.substr(begin, end - begin);
  }

  void Commit(ScriptedConnection& connection, const Request& request, std::string bytes) {
    content = std::move(bytes);
    writer = OperationIdOf(request);
    ++generation;
    connection.Answer("200 OK", "", ObjectJson("o", *content, generation, writer));
  }

  void Continue(ScriptedConnection& connection, const Request& request) {
    const std::string range = request.Header("content-range");
    const std::size_t total =
        static_cast<std::size_t>(std::stoull(range.substr(range.find('/') + 1)));
    if (!range.starts_with("bytes */")) {
      const std::size_t begin = static_cast<std::size_t>(std::stoull(range.substr(6)));
      if (begin > stored.size()) return connection.Answer("503 A gap", "", "");
      EXPECT_TRUE(begin + request.body.size() == total || request.body.size() % kChunk == 0);
      stored.resize(begin);
      stored += request.body;
    }
    if (stored.size() == total) return Commit(connection, request, stored);
    Incomplete(connection);
  }
  void Incomplete(ScriptedConnection& connection) const {
    connection.Answer("308 Resume Incomplete",
                      stored.empty() ? "" : fmt::format("Range: bytes=0-{}\r\n", stored.size() - 1),
                      "");
  }

  void Read(ScriptedConnection& connection, const Request& request) {
    if (!content) return connection.Answer("404 No", "", FailureJson(404, "notFound", "none"));
    if (request.target().find("alt=media") == std::string::npos) {
      return connection.Answer("200 OK", "", ObjectJson("o", *content, generation, writer));
    }
    if (request.target().find(fmt::format("generation={}", generation)) == std::string::npos) {
      return connection.Answer("404 No", "", "");
    }
    const auto [begin, end] = RangeOf(request);
    if (request.Header("range").empty()) return connection.Answer("200 OK", "", *content);
    connection.Answer(
        "206 Partial Content",
        fmt::format("Content-Range: bytes {}-{}/{}\r\n", begin, end - 1, content->size()),
        content->substr(begin, end - begin));
  }
  std::pair<std::size_t, std::size_t> RangeOf(const Request& request) const {
    const std::string range = request.Header("range");
    if (range.empty()) return {0, content->size()};
    return {static_cast<std::size_t>(std::stoull(range.substr(6))),
            static_cast<std::size_t>(std::stoull(range.substr(range.find('-') + 1))) + 1};
  }

  const ScriptedGcs& gcs() const { return gcs_; }
  std::vector<std::string> Of(const std::string& method) const {
    std::vector<std::string> lines;
    for (const Request& request : gcs_.requests()) {
      if (request.method() == method) {
        lines.push_back(request.Header(method == "PUT" ? "content-range" : "range"));
      }
    }
    return lines;
  }

  std::optional<std::string> content;
  std::string stored;  // of the session
  std::string writer;
  std::int64_t generation = 0;
  int sessions = 0, deleted = 0, abandoned = 0;
  int puts = 0;  // for faults to count

 private:
  const Fault fault_;
  ScriptedGcs gcs_;
};

inline std::vector<std::string> LeftIn(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename() != "up") names.push_back(entry.path().filename().string());
  }
  return names;
}

// Uploads a file `up` and downloads to a file `down`, in a directory of its own.
class Transfer : public ::testing::Test {
 protected:
  Result<ObjectInfo> Upload(const OneObjectService& service, const std::string& content,
                            const ObjectWrite& write = {}) {
    PutFile(directory_ / "up", content);
    return StoreFor(service.gcs(), SmallChunks)
        .store->Upload(directory_ / "up", kObject, write, {});
  }
  Result<ObjectInfo> Download(const OneObjectService& service) {
    return StoreFor(service.gcs(), SmallChunks).store->Download(kObject, directory_ / "down", {});
  }
  // Everything but what is uploaded: also what was aside.
  std::vector<std::string> Left() const { return LeftIn(directory_.path()); }
  const TemporaryDirectory directory_;
};

}  // namespace hyperlocal::testing
