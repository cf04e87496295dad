// A process that writes with several threads is killed at random moments (SIGKILL), again and
// again, over the same directory. After every kill: what was acknowledged is there whole, what was
// not is there whole or not at all, uploads go on from what was synced, and no file lies around
// that nothing refers to.
//
// 20 kills by default; HYPERLOCAL_STORE_KILLS=300 for more, HYPERLOCAL_STORE_SEED=N for the same
// moments again (as far as the machine allows).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/store.h"
#include "fakes/gcs/store/store_test_support.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/tree_listing.h"

namespace hyperlocal::gcs {
namespace {

namespace fs = std::filesystem;
using testing::Letters;
using testing::Put;

constexpr int kThreads = 4;
constexpr int kKeysOfAThread = 5;
constexpr std::uint64_t kGone = ~std::uint64_t{0};

enum class Phase : std::uint32_t {
  kIntent,        // about to make `thread/key` that content, or to delete it
  kDone,          // the store has said so
  kUploadBegun,   // an upload was started; the content it will have
  kUploadSynced,  // so many bytes of it were acknowledged
  kUploadEnding,  // FinishUpload is being called
};

// What a thread of the writer tells, in one write() to a file: it is the kernel's before the next
// step begins.
struct Note {
  Phase phase = Phase::kIntent;
  std::uint32_t thread = 0;
  std::uint32_t key = 0;
  std::uint32_t seed = 0;  // of the content, where it is Letters(size, seed)
  std::uint32_t crc32c = 0;
  std::uint32_t padding = 0;
  std::uint64_t size = 0;  // kGone: deleted
  char upload[48] = {};
};

struct Content {
  std::uint64_t size = kGone;
  std::uint32_t crc32c = 0;
  bool operator==(const Content&) const = default;
};

struct Upload {
  std::uint32_t key = 0;
  std::uint32_t seed = 0;
  std::uint64_t size = 0;
  std::uint64_t synced = 0;
  bool ending = false;
};

struct Expectation {
  std::map<std::string, Content> acknowledged;
  std::map<std::string, Content> intended;  // by a call that had not returned
  std::map<std::string, Upload> uploads;    // by id, that had not been finished
};

std::string NameOf(std::uint32_t thread, std::uint32_t key) {
  return std::to_string(thread) + "/" + std::to_string(key);
}

// One thread of the process that will be killed.
class Writer {
 public:
  Writer(Store& store, int notes, std::uint32_t thread, std::uint32_t seed,
         const Expectation& before)
      : store_(store), notes_(notes), thread_(thread), random_(seed) {
    for (std::uint32_t key = 0; key < kKeysOfAThread; ++key) {
      const auto there = before.acknowledged.find(NameOf(thread, key));
      if (there == before.acknowledged.end() || there->second.size == kGone) continue;
      contents_[key] = there->second;
    }
  }

  [[noreturn]] void Run() {
    for (;;) {
      const auto key = static_cast<std::uint32_t>(random_() % kKeysOfAThread);
      switch (random_() % 8) {
        case 0:
          Delete(key);
          break;
        case 1:
          Compose(key);
          break;
        case 2:
        case 3:
          UploadInParts(key);
          break;
        default:
          Insert(key);
      }
    }
  }

 private:
  void Tell(const Note& note) {
    if (::write(notes_, &note, sizeof note) != static_cast<ssize_t>(sizeof note)) ::_exit(3);
  }
  Note NoteOf(Phase phase, std::uint32_t key) const {
    Note note;
    note.phase = phase;
    note.thread = thread_;
    note.key = key;
    return note;
  }
  // A failure of the store is a failure of the test: the parent sees the status.
  template <typename Answer>
  void Require(const Answer& answer) {
    if (answer.has_value()) return;
    std::cerr << "the writer failed: " << answer.error().message << "\n";
    ::_exit(4);
  }
  std::size_t AnySize() {
    constexpr std::array<std::size_t, 6> kSizes = {0, 100, 4096, 65'536, 70'000, 300'000};
    return kSizes[random_() % kSizes.size()];
  }
  ObjectKey KeyOf(std::uint32_t key) const { return {"bucket", NameOf(thread_, key)}; }

  void Insert(std::uint32_t key) {
    const std::string bytes = Letters(AnySize(), static_cast<std::uint32_t>(random_()));
    Make(key, Content{bytes.size(), Crc32cOf(bytes)},
         [&] { Require(Put(store_, KeyOf(key), bytes)); });
  }

  void Delete(std::uint32_t key) {
    if (!contents_.contains(key)) return;
    Make(key, Content{}, [&] { Require(store_.DeleteObject({KeyOf(key), {}}, {})); });
  }

  void Compose(std::uint32_t key) {
    if (contents_.size() < 2) return;
    const auto [first, a] = *contents_.begin();
    const auto [second, b] = *contents_.rbegin();
    if (a.size + b.size > 1'000'000) return;
    const Content content{a.size + b.size, CombineCrc32c(a.crc32c, b.crc32c, b.size)};
    Make(key, content, [&, first = first, second = second] {
      Require(store_.ComposeObject(
          KeyOf(key), {{NameOf(thread_, first), {}, {}}, {NameOf(thread_, second), {}, {}}}, {},
          {}));
    });
  }

  void UploadInParts(std::uint32_t key) {
    Note note = NoteOf(Phase::kUploadBegun, key);
    note.size = AnySize();
    note.seed = static_cast<std::uint32_t>(random_());
    const std::string bytes = Letters(note.size, note.seed);
    UploadSession session;
    session.key = KeyOf(key);
    const auto started = store_.StartUpload(session);
    Require(started);
    std::memcpy(note.upload, started->id.data(), sizeof note.upload);
    Tell(note);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t step = std::min<std::size_t>(bytes.size() - at, 1 + random_() % 100'000);
      const auto writer = store_.ContinueUpload(started->id);
      Require(writer);
      Require((*writer)->Append(std::string_view(bytes).substr(at, step)));
      at += step;
      if (random_() % 2 == 0) continue;
      Require((*writer)->Sync());
      note.phase = Phase::kUploadSynced;
      note.size = at;
      Tell(note);
    }
    note.phase = Phase::kUploadEnding;
    Tell(note);
    Make(key, Content{bytes.size(), Crc32cOf(bytes)},
         [&] { Require(store_.FinishUpload(started->id, {})); });
  }

  template <typename Change>
  void Make(std::uint32_t key, const Content& content, const Change& change) {
    Note note = NoteOf(Phase::kIntent, key);
    note.size = content.size;
    note.crc32c = content.crc32c;
    Tell(note);
    change();
    note.phase = Phase::kDone;
    Tell(note);
    if (content.size == kGone) {
      contents_.erase(key);
    } else {
      contents_[key] = content;
    }
  }

  Store& store_;
  const int notes_;
  const std::uint32_t thread_;
  std::mt19937 random_;
  std::map<std::uint32_t, Content> contents_;
};

StoreOptions OptionsOf(Durability durability) {
  StoreOptions options;
  options.durability = durability;
  options.log = [](std::string_view line) { ADD_FAILURE() << line; };
  return options;
}

class StoreKillTest : public ::testing::TestWithParam<Durability> {
 protected:
  // Returns when the writer has been killed.
  void WriteAndKill(std::uint32_t seed, std::chrono::microseconds life, const Expectation& before) {
    std::error_code ignored;
    fs::remove(notes_file(), ignored);
    const int notes = ::open(notes_file().c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ASSERT_GE(notes, 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = Store::Open(directory_.path() / "store", OptionsOf(GetParam()));
      if (!store.has_value()) ::_exit(5);
      std::vector<std::thread> threads;
      for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back(
            [&, thread] { Writer(**store, notes, thread, seed * 31 + thread, before).Run(); });
      }
      for (std::thread& thread : threads) thread.join();
      ::_exit(6);
    }
    ::close(notes);
    // Its life begins with its first note, however slow the machine is.
    for (int tries = 0; tries < 20'000 && fs::file_size(notes_file(), ignored) == 0; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(life);
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself, status " << status;
  }

  void ReadNotes(Expectation& expectation) {
    std::FILE* const file = std::fopen(notes_file().c_str(), "rb");
    ASSERT_NE(file, nullptr);
    Note note;
    while (std::fread(&note, sizeof note, 1, file) == 1) {
      ++notes_;
      const std::string name = NameOf(note.thread, note.key);
      const std::string upload(note.upload, sizeof note.upload);
      const Content content{note.size, note.crc32c};
      switch (note.phase) {
        case Phase::kIntent:
          expectation.intended[name] = content;
          break;
        case Phase::kDone:
          expectation.intended.erase(name);
          expectation.acknowledged[name] = content;
          // Its upload, if it was one, is that object now.
          std::erase_if(expectation.uploads, [&](const auto& entry) {
            return entry.second.ending && entry.second.key == note.key &&
                   thread_of_[entry.first] == note.thread;
          });
          break;
        case Phase::kUploadBegun:
          expectation.uploads[upload] = Upload{note.key, note.seed, note.size, 0, false};
          thread_of_[upload] = note.thread;
          break;
        case Phase::kUploadSynced:
          expectation.uploads[upload].synced = note.size;
          break;
        case Phase::kUploadEnding:
          expectation.uploads[upload].ending = true;
          break;
      }
    }
    std::fclose(file);
  }

  // Every object, with its bytes checked; contents_ has the files they lie in.
  std::map<std::string, Content> ReadAllObjects(Store& store) {
    std::map<std::string, Content> there;
    contents_.clear();
    const auto page = store.ListObjects("bucket", {});
    if (!page.has_value()) {
      ADD_FAILURE() << page.error().message;
      return there;
    }
    for (const ObjectRecord& object : page->objects) {
      const auto content = store.OpenContent(object);
      const std::string bytes =
          content.has_value() ? testing::ReadAll(**content) : content.error().message;
      EXPECT_EQ(bytes.size(), object.size) << object.key.name;
      EXPECT_EQ(Crc32cOf(bytes), object.checksums.crc32c) << object.key.name;
      there[object.key.name] = Content{object.size, object.checksums.crc32c};
      if (!object.content.starts_with('#')) contents_.insert(object.content);
    }
    return there;
  }

  static std::size_t CountOf(const std::map<std::string, Content>& acknowledged) {
    std::size_t count = 0;
    for (const auto& [name, content] : acknowledged) count += content.size != kGone ? 1U : 0U;
    return count;
  }

  // Afterwards the expectation says what is there.
  void Check(Store& store, Expectation& expectation) {
    std::map<std::string, Content> there = ReadAllObjects(store);
    for (std::uint32_t thread = 0; thread < kThreads; ++thread) {
      for (std::uint32_t key = 0; key < kKeysOfAThread; ++key) {
        const std::string name = NameOf(thread, key);
        const Content is = there.contains(name) ? there[name] : Content{};
        const Content acknowledged =
            expectation.acknowledged.contains(name) ? expectation.acknowledged[name] : Content{};
        const bool intended =
            expectation.intended.contains(name) && expectation.intended[name] == is;
        EXPECT_TRUE(is == acknowledged || intended)
            << name << " has " << is.size << " bytes, acknowledged were " << acknowledged.size;
        expectation.acknowledged[name] = is;
      }
    }
    CheckUploads(store, expectation);
    EXPECT_EQ(ReadAllObjects(store).size(), CountOf(expectation.acknowledged));
    CheckFiles();
    expectation.intended.clear();
    expectation.uploads.clear();
  }

  void CheckUploads(Store& store, Expectation& expectation) {
    for (const auto& [id, upload] : expectation.uploads) {
      const auto session = store.GetUpload(id);
      ASSERT_TRUE(session.has_value()) << session.error().message;
      if (session->finished) {
        EXPECT_TRUE(upload.ending);
        continue;
      }
      EXPECT_GE(session->received, upload.synced);
      // The client goes on where the store says it is.
      const std::string bytes = Letters(upload.size, upload.seed);
      ASSERT_LE(session->received, bytes.size());
      const auto claims = ContentClaims{Crc32cOf(bytes), {}, bytes.size()};
      {
        const auto writer = store.ContinueUpload(id);
        ASSERT_TRUE(writer.has_value()) << writer.error().message;
        ASSERT_TRUE(
            (*writer)->Append(std::string_view(bytes).substr(session->received)).has_value());
      }
      const auto object = store.FinishUpload(id, claims);
      ASSERT_TRUE(object.has_value()) << object.error().message;
      expectation.acknowledged[object->key.name] = Content{object->size, object->checksums.crc32c};
      ++resumed_;
    }
  }

  // Only after everything that was left is dealt with: no upload is active.
  void CheckFiles() {
    std::set<std::string> files;
    for (const auto& [name, what] : hyperlocal::testing::ListingOf(directory_ / "store/contents")) {
      if (what.starts_with("file")) files.insert(fs::path(name).filename());
    }
    EXPECT_EQ(files, contents_);
    EXPECT_TRUE(fs::is_empty(directory_ / "store/incoming"));
    EXPECT_TRUE(fs::is_empty(directory_ / "store/uploads"));
  }

  fs::path notes_file() const { return directory_ / "notes"; }

  hyperlocal::testing::TemporaryDirectory directory_{"kill"};
  std::map<std::string, std::uint32_t> thread_of_;
  std::set<std::string> contents_;
  int notes_ = 0;
  int resumed_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, StoreKillTest,
                         ::testing::Values(Durability::kSynced, Durability::kUnsynced),
                         [](const auto& durability) {
                           return durability.param == Durability::kSynced ? "Synced" : "Unsynced";
                         });

std::uint32_t NumberOf(const char* variable, std::uint32_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

TEST_P(StoreKillTest, NothingAcknowledgedIsLostAndNothingIsThereByHalf) {
  const std::uint32_t kills = NumberOf("HYPERLOCAL_STORE_KILLS", 20);
  const std::uint32_t seed = NumberOf("HYPERLOCAL_STORE_SEED", std::random_device()());
  std::cout << "HYPERLOCAL_STORE_SEED=" << seed << " HYPERLOCAL_STORE_KILLS=" << kills << "\n";
  std::mt19937 random(seed);
  {
    const auto store = Store::Open(directory_ / "store", OptionsOf(GetParam()));
    ASSERT_TRUE(store.has_value());
    ASSERT_TRUE(testing::MakeBucket(**store, "bucket").has_value());
  }
  Expectation expectation;
  for (std::uint32_t kill = 0; kill < kills && !HasFailure(); ++kill) {
    WriteAndKill(static_cast<std::uint32_t>(random()),
                 std::chrono::microseconds(random() % 100'000), expectation);
    if (HasFatalFailure()) return;
    ReadNotes(expectation);
    const auto store = Store::Open(directory_ / "store", OptionsOf(GetParam()));
    ASSERT_TRUE(store.has_value()) << store.error().message;
    Check(**store, expectation);
  }
  std::cout << notes_ << " notes of the writers, " << resumed_ << " uploads were gone on with\n";
  EXPECT_GT(notes_, static_cast<int>(kills));
}

}  // namespace
}  // namespace hyperlocal::gcs
