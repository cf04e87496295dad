#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "adapters/gcp/storage/gcs_object_store.h"
#include "engine/http/http_client.h"
#include "fakes/gcs/server/gcs_server.h"
#include "fakes/gcs/store/store.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

// Every fault of the emulator's vocabulary on every call of the client's: the effect takes place
// once and whole, or the call fails with an error that says what the caller can do.

namespace hyperlocal {
namespace {

using namespace std::chrono_literals;
using testing::FileContent;
using testing::PutFile;
using testing::TemporaryDirectory;
using Json = nlohmann::json;

constexpr const char* kBucket = "fault-bucket";
constexpr std::size_t kSmall = std::size_t{100} << 10;
constexpr std::size_t kLarge = std::size_t{1500} << 10;

std::string Noise(std::size_t size, std::uint32_t state = 3) {
  std::string bytes(size, '\0');
  for (char& c : bytes) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return bytes;
}

// Pauses pass at once.
class NoPauses : public RetryClock {
 public:
  TimePoint Now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void Sleep(std::chrono::milliseconds duration, const CancellationToken&) override {
    const std::lock_guard lock(mutex_);
    now_ += duration;
  }

 private:
  std::mutex mutex_;
  TimePoint now_ = std::chrono::steady_clock::now();
};

GcsUri Object(const std::string& name) {
  return {.bucket = kBucket, .key = name};
}

// The emulator with some objects, one for all cases.
class Emulator {
 public:
  static Emulator& Get() {
    static Emulator emulator;
    return emulator;
  }

  std::unique_ptr<GcsObjectStore> Client(HttpHeaders headers, int max_attempts = 8) const {
    GcsClientOptions options;
    options.endpoint = server_->base_url();
    options.headers = std::move(headers);
    options.retry.seed = 1;
    options.retry.max_attempts = max_attempts;
    options.clock = std::make_shared<NoPauses>();
    options.small_upload_bytes = std::size_t{128} << 10;
    options.upload_chunk_bytes = std::size_t{512} << 10;
    options.download_part_bytes = std::size_t{600} << 10;
    options.http = {};
    options.http.stall_timeout = 250ms;
    auto store = GcsObjectStore::Create(std::move(options));
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }

  Json Ask(const std::string& method, const std::string& path, const std::string& body = "") {
    HttpExchange exchange;
    exchange.method = method;
    exchange.url = server_->base_url() + path;
    exchange.headers = {{"Content-Type", "application/json"}};
    exchange.body = body;
    const HttpResult result = http_.Exchange(exchange);
    const auto* const reply = std::get_if<HttpReply>(&result);
    EXPECT_NE(reply, nullptr);
    if (reply == nullptr) return {};
    EXPECT_EQ(reply->status / 100, 2) << path << " " << body << " " << reply->body;
    return Json::parse(reply->body, nullptr, false);
  }

  // The content of the live object as it is in the store; nullopt without one.
  std::optional<std::string> Content(const std::string& name) {
    const auto object = store_->GetObject({{kBucket, name}, std::nullopt});
    if (!object) return std::nullopt;
    const auto reader = store_->OpenContent(*object);
    EXPECT_TRUE(reader) << reader.error().message;
    std::string bytes(static_cast<std::size_t>(object->size), '\0');
    for (std::size_t at = 0; at < bytes.size();) {
      const auto got = (*reader)->ReadAt(at, bytes.data() + at, bytes.size() - at);
      EXPECT_TRUE(got && *got > 0);
      if (!got || *got == 0) break;
      at += *got;
    }
    return bytes;
  }
  // How many generations of it there have been: the bucket keeps them all.
  std::size_t Generations(const std::string& name) {
    gcs::ObjectQuery query;
    query.prefix = name;
    query.versions = true;
    const auto page = store_->ListObjects(kBucket, query);
    EXPECT_TRUE(page) << page.error().message;
    return page ? page->objects.size() : 0;
  }
  gcs::Store& store() { return *store_; }

 private:
  Emulator() : http_({}) {
    auto store = gcs::Store::InMemory();
    EXPECT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    gcs::BucketRecord bucket;
    bucket.name = kBucket;
    bucket.policy.versioning = true;
    EXPECT_TRUE(store_->CreateBucket(bucket));
    auto server = gcs::GcsServer::Start({}, *store_);
    EXPECT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  std::unique_ptr<gcs::Store> store_;
  std::unique_ptr<gcs::GcsServer> server_;
  HttpClient http_;
};

// A call of the client's, and whether what it was to do is done.
struct Call {
  const char* name;
  const char* method;  // in the fault vocabulary
  // Uses names that begin with `name`.
  std::function<Status(ObjectStore&, const std::string& name, const std::filesystem::path&)> make;
  // "" when its effect is there once and whole, else what is wrong.
  std::function<std::string(const std::string& name, const std::filesystem::path&)> whole;
  // "" when nothing half is there.
  std::function<std::string(const std::string& name, const std::filesystem::path&)> absent;
};

void PrintTo(const Call& call, std::ostream* out) {
  *out << call.name;
}

Status Drop(Result<ObjectInfo> info) {
  return info ? Ok() : Status(std::move(info).error());
}

void Plant(const std::string& name, const std::string& content) {
  const TemporaryDirectory directory("plant");
  PutFile(directory / "f", content);
  const auto put = Emulator::Get().Client({})->Upload(directory / "f", Object(name), {}, {});
  ASSERT_TRUE(put) << put.error().message;
}

Call UploadOf(const char* label, std::size_t size, bool conditional) {
  const auto is_it = [size](const std::string& name) -> std::string {
    if (Emulator::Get().Content(name + "up") != Noise(size)) return "another content";
    return "";
  };
  return {.name = label,
          .method = "storage.objects.insert",
          .make =
              [=](ObjectStore& store, const std::string& name, const auto& directory) {
                PutFile(directory / "up", Noise(size));
                ObjectWrite write;
                if (conditional) write.preconditions.if_generation_match = kNoLiveObject;
                return Drop(store.Upload(directory / "up", Object(name + "up"), write, {}));
              },
          .whole = [=](const std::string& name, const auto&) -> std::string {
            if (conditional && Emulator::Get().Generations(name + "up") != 1) {
              return "written more than once";
            }
            return is_it(name);
          },
          .absent = [=](const std::string& name, const auto&) -> std::string {
            // An answer that was lost for ever may have been to a write that took place.
            return Emulator::Get().Content(name + "up") ? is_it(name) : "";
          }};
}

Call DownloadOf(const char* label, std::size_t size) {
  return {.name = label,
          .method = "storage.objects.get",
          .make =
              [=](ObjectStore& store, const std::string& name, const auto& directory) {
                Plant(name + "down", Noise(size));
                return Drop(store.Download(Object(name + "down"), directory / "down", {}));
              },
          .whole = [=](const std::string&, const auto& directory) -> std::string {
            return FileContent(directory / "down") == Noise(size) ? "" : "another content";
          },
          .absent = [](const std::string&, const auto& directory) -> std::string {
            return std::filesystem::is_empty(directory) ? "" : "something is left";
          }};
}

std::vector<Call> Calls() {
  const auto nothing = [](const std::string&, const auto&) { return std::string(); };
  return {
      UploadOf("SmallUpload", kSmall, false),
      UploadOf("SmallConditionalUpload", kSmall, true),
      UploadOf("LargeUpload", kLarge, false),
      UploadOf("LargeConditionalUpload", kLarge, true),
      DownloadOf("SmallDownload", kSmall),
      DownloadOf("OneStreamDownload", std::size_t{590} << 10),
      DownloadOf("RangedDownload", kLarge),
      {.name = "Stat",
       .method = "storage.objects.get",
       .make = [](ObjectStore& store, const std::string& name, const auto&) -> Status {
         Plant(name + "stat", "x");
         HYPERLOCAL_TRY(const ObjectInfo info, store.Stat(Object(name + "stat")));
         EXPECT_EQ(info.size, 1u);
         return Ok();
       },
       .whole = nothing,
       .absent = nothing},
      {.name = "List",
       .method = "storage.objects.list",
       .make = [](ObjectStore& store, const std::string& name, const auto&) -> Status {
         Plant(name + "list/1", "x");
         Plant(name + "list/2", "x");
         HYPERLOCAL_TRY(const ObjectList list,
                        store.List(kBucket, {.prefix = name + "list/", .delimiter = ""}));
         EXPECT_EQ(list.objects.size(), 2u);
         return Ok();
       },
       .whole = nothing,
       .absent = nothing},
      {.name = "Delete",
       .method = "storage.objects.delete",
       .make =
           [](ObjectStore& store, const std::string& name, const auto&) {
             Plant(name + "del", "x");
             return store.Delete(Object(name + "del"), {});
           },
       .whole = [](const std::string& name, const auto&) -> std::string {
         return Emulator::Get().Content(name + "del") ? "still there" : "";
       },
       .absent = nothing},
      {.name = "Compose",
       .method = "storage.objects.compose",
       .make =
           [](ObjectStore& store, const std::string& name, const auto&) {
             Plant(name + "part", "ab");
             ObjectWrite write;
             write.preconditions.if_generation_match = kNoLiveObject;
             return Drop(store.Compose({Object(name + "part"), Object(name + "part")},
                                       Object(name + "sum"), write));
           },
       .whole = [](const std::string& name, const auto&) -> std::string {
         if (Emulator::Get().Generations(name + "sum") != 1) return "composed more than once";
         return Emulator::Get().Content(name + "sum") == "abab" ? "" : "another content";
       },
       .absent = [](const std::string& name, const auto&) -> std::string {
         return Emulator::Get().Content(name + "sum").value_or("abab") == "abab" ? "" : "half";
       }},
      {.name = "Copy",
       .method = "storage.objects.rewrite",
       .make =
           [](ObjectStore& store, const std::string& name, const auto&) {
             Plant(name + "from", Noise(kSmall));
             ObjectPreconditions preconditions;
             preconditions.if_generation_match = kNoLiveObject;
             return Drop(store.Copy(Object(name + "from"), Object(name + "to"), preconditions));
           },
       .whole = [](const std::string& name, const auto&) -> std::string {
         if (Emulator::Get().Generations(name + "to") != 1) return "copied more than once";
         return Emulator::Get().Content(name + "to") == Noise(kSmall) ? "" : "another content";
       },
       .absent = [](const std::string& name, const auto&) -> std::string {
         const auto content = Emulator::Get().Content(name + "to");
         return !content || *content == Noise(kSmall) ? "" : "half";
       }},
  };
}

// What an instruction may do to a call.
struct Fault {
  std::string name;
  std::vector<std::string> instructions;  // one a request
  // Without it the call must succeed: faults pass, and are few.
  std::optional<ErrorCode> final_code = std::nullopt;
  bool ends = false;  // more of it than attempts
};

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

// Whether there is an occasion for it: some need an answer with a body, or a last chunk, or more
// bytes than go over the wire here.
bool MustFire(const Fault& fault, const Call& call) {
  const std::string_view name = call.name;
  if (fault.name == "BrokenFinalChunk") return name.starts_with("Large");
  if (fault.name == "BrokenStream" || fault.name == "StallAtOnce") return name != "Delete";
  return fault.name.find("After") == std::string::npos;
}

std::vector<Fault> Faults() {
  std::vector<Fault> faults;
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    const std::string text = fmt::format("return-{}", status);
    faults.push_back({fmt::format("Return{}", status), {text, text}});
  }
  for (const auto& [status, code] :
       std::vector<std::pair<int, ErrorCode>>{{400, ErrorCode::kBadRequest},
                                              {401, ErrorCode::kPermission},
                                              {403, ErrorCode::kPermission},
                                              {412, ErrorCode::kPreconditionFailed}}) {
    const std::string text = fmt::format("return-{}", status);
    faults.push_back({fmt::format("Return{}", status), {text}, code});
  }
  for (const char* const after : {"1K", "256K", "512K"}) {
    faults.push_back(
        {fmt::format("Return503After{}", after),
         {fmt::format("return-503-after-{}", after), fmt::format("return-503-after-{}", after)}});
    faults.push_back({fmt::format("BrokenStreamAfter{}", after),
                      {fmt::format("return-broken-stream-after-{}", after),
                       fmt::format("return-broken-stream-after-{}", after)}});
  }
  faults.push_back({"StallAfter256K", {"stall-for-1s-after-256K"}});
  faults.push_back({"StallAtOnce", {"stall-for-1s-after-0K"}});
  faults.push_back({"BrokenStream", {"return-broken-stream", "return-broken-stream"}});
  faults.push_back({"BrokenFinalChunk",
                    {"return-broken-stream-final-chunk-after-100B",
                     "return-broken-stream-final-chunk-after-1B"}});
  faults.push_back({"Reset", {"return-reset-connection", "return-reset-connection"}});
  faults.push_back({"Mixture",
                    {"return-503", "return-reset-connection", "return-broken-stream",
                     "return-503-after-256K", "return-429"}});
  Fault always{"Always503", std::vector<std::string>(40, "return-503")};
  always.ends = true;
  faults.push_back(always);
  return faults;
}

class FaultMatrix : public ::testing::TestWithParam<std::tuple<Fault, Call>> {};

TEST_P(FaultMatrix, EndsWholeOrTyped) {
  const auto& [fault, call] = GetParam();
  Emulator& emulator = Emulator::Get();
  const Json made = emulator.Ask(
      "POST", "/retry_test",
      Json{{"instructions", {{call.method, fault.instructions}}}, {"transport", "HTTP"}}.dump());
  const std::string id = made.value("id", "");
  ASSERT_NE(id, "");
  const std::string name = fault.name + "/" + call.name + "/";
  const TemporaryDirectory directory("faults");
  const auto store = emulator.Client({{"x-retry-test-id", id}});
  const Status status = call.make(*store, name, directory.path());

  const Json after = emulator.Ask("GET", "/retry_test/" + id);
  const std::size_t left = after["instructions"].empty()
                               ? 0
                               : after["instructions"].value(call.method, Json::array()).size();
  if (status) {
    EXPECT_EQ(call.whole(name, directory.path()), "");
  } else {
    EXPECT_EQ(call.absent(name, directory.path()), "");
  }
  // A fault behind more bytes than go over the wire does not fire, and then nothing may fail.
  const bool fired = left < fault.instructions.size();
  if (fault.ends) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kRetriesExhausted) << status.error().message;
  } else if (fault.final_code && fired) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, *fault.final_code) << status.error().message;
  } else {
    EXPECT_TRUE(status) << status.error().message;
  }
  if (MustFire(fault, call)) {
    EXPECT_TRUE(fired) << after.dump();
  }
  if (!status) {
    EXPECT_NE(status.error().message.find("gs://"), std::string::npos);
  }
  emulator.Ask("DELETE", "/retry_test/" + id);
}

INSTANTIATE_TEST_SUITE_P(All, FaultMatrix,
                         ::testing::Combine(::testing::ValuesIn(Faults()),
                                            ::testing::ValuesIn(Calls())),
                         [](const auto& test) {
                           return std::get<0>(test.param).name + std::get<1>(test.param).name;
                         });

// Instructions of a header, without a state: every request meets them, so nothing can help but
// saying so.
struct HeaderFault {
  const char* name;
  const char* instruction;
  std::vector<ErrorCode> codes;  // that the call may end with; empty: it succeeds
};
void PrintTo(const HeaderFault& fault, std::ostream* out) {
  *out << fault.name;
}
class HeaderFaults : public ::testing::TestWithParam<std::tuple<HeaderFault, Call>> {};

TEST_P(HeaderFaults, EndWholeOrTyped) {
  const auto& [fault, call] = GetParam();
  const std::string name = std::string("header/") + fault.name + "/" + call.name + "/";
  const TemporaryDirectory directory("faults");
  const auto store =
      Emulator::Get().Client({{"x-goog-emulator-instructions", fault.instruction}}, 3);
  const Status status = call.make(*store, name, directory.path());
  if (status) {
    EXPECT_EQ(call.whole(name, directory.path()), "");
  } else {
    EXPECT_EQ(call.absent(name, directory.path()), "");
    EXPECT_THAT(fault.codes, ::testing::Contains(status.error().code)) << status.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, HeaderFaults,
    ::testing::Combine(
        ::testing::Values(
            HeaderFault{"BrokenStream", "return-broken-stream", {ErrorCode::kRetriesExhausted}},
            HeaderFault{"CorruptedData", "return-corrupted-data", {ErrorCode::kIo}},
            HeaderFault{"StallAt256K", "stall-at-256KiB", {ErrorCode::kRetriesExhausted}},
            HeaderFault{"Return503", "return-503-after-256K", {ErrorCode::kRetriesExhausted}},
            HeaderFault{
                "Return503Retry1", "return-503-after-256K/retry-1", {ErrorCode::kRetriesExhausted}},
            HeaderFault{"DamagedUpload",
                        "inject-upload-data-error",
                        {ErrorCode::kIo, ErrorCode::kRetriesExhausted}}),
        ::testing::Values(Calls()[0], Calls()[1], Calls()[2], Calls()[3], Calls()[4], Calls()[5],
                          Calls()[6])),
    [](const auto& test) {
      return std::string(std::get<0>(test.param).name) + std::get<1>(test.param).name;
    });

TEST(HeaderFault, CorruptedDataIsNeverTakenForTheObject) {
  Plant("corrupt", Noise(kSmall));
  const TemporaryDirectory directory("faults");
  const auto store =
      Emulator::Get().Client({{"x-goog-emulator-instructions", "return-corrupted-data"}});
  const auto info = store->Download(Object("corrupt"), directory / "down", {});
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kIo);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(HeaderFault, AStallEndsWithTheStallTimeOut) {
  Plant("stall", Noise(kSmall));
  const TemporaryDirectory directory("faults");
  const auto store = Emulator::Get().Client({{"x-goog-emulator-instructions", "stall-always"}}, 2);
  const auto info = store->Download(Object("stall"), directory / "down", {});
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, ErrorCode::kRetriesExhausted);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

}  // namespace
}  // namespace hyperlocal
