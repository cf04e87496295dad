// The store beside a model that is as simple as can be: a list of generations in memory. Random
// changes are made to both; every answer, and at the end everything there is, must be the same.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/store.h"
#include "fakes/gcs/store/store_test_support.h"

namespace hyperlocal::gcs {
namespace {

using std::chrono::seconds;
using testing::Letters;
using testing::StoreFixture;
using testing::StoreKind;

constexpr std::array<const char*, 3> kBuckets = {"plain", "versioned", "soft"};
constexpr std::array<const char*, 4> kNames = {"a", "a/b", "a/c", "b"};
constexpr seconds kSoftDelete{10};

enum class Where { kLive, kNoncurrent, kSoftDeleted };

struct Version {
  std::string bucket, name;
  std::int64_t generation = 0;
  std::int64_t metageneration = 1;
  std::string bytes, note;
  bool has_md5 = true;
  int components = 1;
  bool held = false;
  Where where = Where::kLive;
  Timestamp gone;  // of a soft-deleted one
};

// What happened: nothing on success.
using Outcome = std::optional<ErrorCode>;

class Model {
 public:
  explicit Model(testing::ManualTime& time) : time_(time) {}

  Version* Live(const std::string& bucket, const std::string& name) {
    return Find(bucket, name, [](const Version& v) { return v.where == Where::kLive; });
  }
  Version* Generation(const std::string& bucket, const std::string& name, std::int64_t generation) {
    return Find(bucket, name, [&](const Version& v) {
      return v.generation == generation && v.where != Where::kSoftDeleted;
    });
  }
  Version* SoftDeleted(const std::string& bucket, const std::string& name,
                       std::int64_t generation) {
    return Find(bucket, name, [&](const Version& v) {
      return v.generation == generation && v.where == Where::kSoftDeleted && time_.Now() < v.gone;
    });
  }

  static Outcome Judge(const Version* live, const Preconditions& preconditions) {
    if (preconditions.if_generation_match &&
        *preconditions.if_generation_match != (live != nullptr ? live->generation : 0)) {
      return ErrorCode::kPreconditionFailed;
    }
    if (preconditions.if_metageneration_match &&
        (live == nullptr || *preconditions.if_metageneration_match != live->metageneration)) {
      return ErrorCode::kPreconditionFailed;
    }
    return std::nullopt;
  }

  Outcome Write(Version version, const Preconditions& preconditions) {
    Version* const live = Live(version.bucket, version.name);
    if (const Outcome failed = Judge(live, preconditions)) return failed;
    if (live != nullptr) {
      if (const Outcome failed = Displace(*live)) return failed;
    }
    versions_.push_back(std::move(version));
    return std::nullopt;
  }

  Outcome Displace(Version& live) {
    if (live.bucket != "versioned") return Delete(live);
    live.where = Where::kNoncurrent;
    return std::nullopt;
  }

  Outcome Delete(Version& version) {
    if (version.held) return ErrorCode::kPermission;
    if (version.bucket == "soft") {
      version.where = Where::kSoftDeleted;
      version.gone = time_.Now() + kSoftDelete;
    } else {
      Erase(version);
    }
    return std::nullopt;
  }

  void Erase(Version& version) {
    const std::int64_t generation = version.generation;
    std::erase_if(versions_, [&](const Version& v) { return v.generation == generation; });
  }

  std::vector<Version> All(const std::string& bucket, bool soft_deleted) {
    std::vector<Version> all;
    for (const Version& version : versions_) {
      if (version.bucket != bucket) continue;
      if ((version.where == Where::kSoftDeleted) != soft_deleted) continue;
      if (soft_deleted && version.gone <= time_.Now()) continue;
      all.push_back(version);
    }
    std::sort(all.begin(), all.end(), [](const Version& a, const Version& b) {
      return std::tie(a.name, a.generation) < std::tie(b.name, b.generation);
    });
    return all;
  }

 private:
  template <typename Accept>
  Version* Find(const std::string& bucket, const std::string& name, const Accept& accept) {
    for (Version& version : versions_) {
      if (version.bucket == bucket && version.name == name && accept(version)) return &version;
    }
    return nullptr;
  }

  testing::ManualTime& time_;
  std::vector<Version> versions_;
};

// One random step: what to do, and numbers to choose with.
using Choice = std::tuple<int, int, int, int, int>;

class Walk {
 public:
  explicit Walk(StoreKind kind) : store_(kind), model_(store_.time()) {
    for (const char* const name : kBuckets) {
      BucketPolicy policy;
      policy.versioning = std::string(name) == "versioned";
      if (std::string(name) == "soft") policy.soft_delete_retention = kSoftDelete;
      RC_ASSERT(testing::MakeBucket(*store_, name, policy).has_value());
    }
  }

  void Step(const Choice& choice) {
    const auto [what, a, b, c, d] = choice;
    const std::string bucket = Of(kBuckets, a);
    const std::string name = Of(kNames, b);
    const ObjectKey key{bucket, name};
    store_.time().Advance(std::chrono::microseconds(c % 3));
    const Preconditions preconditions = PreconditionsOf(bucket, name, d);
    switch (what) {
      case 0:
      case 1:
        return Insert(key, c, preconditions);
      case 2:
        return Upload(key, c, preconditions);
      case 3:
        return Update(key, c, preconditions);
      case 4:
        return Delete(key, preconditions);
      case 5:
        return DeleteGeneration(key, c);
      case 6:
        return Compose(key, c, d);
      case 7:
        return Copy(key, ObjectKey{Of(kBuckets, c), Of(kNames, d)});
      case 8:
        return Move(key, ObjectKey{bucket, Of(kNames, c)});
      case 9:
        return Restore(key, c);
      default:
        store_.time().Advance(seconds(c % 4));
    }
  }

  void Reopen() { store_.Reopen(); }

  void CompareAll() {
    for (const char* const bucket : kBuckets) {
      ObjectQuery query;
      query.versions = true;
      Compare(store_->ListObjects(bucket, query)->objects, model_.All(bucket, false), true);
      query.soft_deleted = true;
      Compare(store_->ListObjects(bucket, query)->objects, model_.All(bucket, true), false);
    }
  }

 private:
  template <std::size_t kSize>
  static std::string Of(const std::array<const char*, kSize>& all, int number) {
    return all[static_cast<std::size_t>(number) % kSize];
  }

  static std::string BytesOf(int number) {
    constexpr std::array<std::size_t, 5> kSizes = {0, 5, 65'536, 65'537, 100'000};
    return Letters(kSizes[static_cast<std::size_t>(number) % kSizes.size()],
                   static_cast<std::uint32_t>(number % 7));
  }

  // Sometimes none, sometimes ones that hold, sometimes ones that do not.
  Preconditions PreconditionsOf(const std::string& bucket, const std::string& name, int number) {
    const Version* const live = model_.Live(bucket, name);
    const std::int64_t generation = live != nullptr ? live->generation : 0;
    Preconditions preconditions;
    if (number % 5 == 1) preconditions.if_generation_match = generation;
    if (number % 5 == 2) preconditions.if_generation_match = generation + number % 2;
    if (number % 5 == 3) preconditions.if_metageneration_match = 1 + number % 2;
    return preconditions;
  }

  // Both have the same outcome, and the generation is new and the greatest.
  template <typename Answer>
  void Agree(const Answer& answer, const Outcome& outcome) {
    if (outcome) {
      RC_ASSERT(!answer.has_value());
      RC_ASSERT(answer.error().code == *outcome);
    } else if (!answer.has_value()) {
      RC_FAIL(answer.error().message);
    }
  }
  void AgreeOnNew(const Result<ObjectRecord>& answer, Version version, const Outcome& before,
                  const Preconditions& preconditions) {
    version.generation = answer.has_value() ? answer->generation : 0;
    if (answer.has_value()) {
      RC_ASSERT(answer->generation > last_generation_);
      last_generation_ = answer->generation;
    }
    Agree(answer, before ? before : model_.Write(std::move(version), preconditions));
  }

  void Insert(const ObjectKey& key, int number, const Preconditions& preconditions) {
    const std::string bytes = BytesOf(number);
    AgreeOnNew(testing::Put(*store_, key, bytes, preconditions),
               Version{key.bucket, key.name, 0, 1, bytes, "", true, 1, false, Where::kLive, {}},
               std::nullopt, preconditions);
  }

  void Upload(const ObjectKey& key, int number, const Preconditions& preconditions) {
    const std::string bytes = BytesOf(number);
    UploadSession session;
    session.key = key;
    session.preconditions = preconditions;
    const auto started = store_->StartUpload(session);
    RC_ASSERT(started.has_value());
    const std::size_t half = bytes.size() / 2;
    for (const std::string& part : {bytes.substr(0, half), bytes.substr(half)}) {
      const auto writer = store_->ContinueUpload(started->id);
      RC_ASSERT(writer.has_value());
      RC_ASSERT((*writer)->Append(part).has_value());
      if (number % 2 == 0) RC_ASSERT((*writer)->Sync().has_value());
    }
    AgreeOnNew(store_->FinishUpload(started->id, {}),
               Version{key.bucket, key.name, 0, 1, bytes, "", true, 1, false, Where::kLive, {}},
               std::nullopt, preconditions);
  }

  void Update(const ObjectKey& key, int number, const Preconditions& preconditions) {
    const auto answer = store_->UpdateObject({key, {}}, preconditions, [&](ObjectFields& fields) {
      fields.metadata["note"] = std::to_string(number);
      fields.temporary_hold = number % 4 == 0;
      return Ok();
    });
    Version* const live = model_.Live(key.bucket, key.name);
    if (live == nullptr) return Agree(answer, ErrorCode::kNotFound);
    const Outcome failed = Model::Judge(live, preconditions);
    if (!failed) {
      live->note = std::to_string(number);
      live->held = number % 4 == 0;
      ++live->metageneration;
    }
    Agree(answer, failed);
  }

  void Delete(const ObjectKey& key, const Preconditions& preconditions) {
    const auto answer = store_->DeleteObject({key, {}}, preconditions);
    Version* const live = model_.Live(key.bucket, key.name);
    if (live == nullptr) return Agree(answer, ErrorCode::kNotFound);
    if (const Outcome failed = Model::Judge(live, preconditions)) return Agree(answer, failed);
    Agree(answer, model_.Displace(*live));
  }

  // Any generation there is of that name, or one that is not.
  std::int64_t AnyGeneration(const ObjectKey& key, bool soft_deleted, int number) {
    std::vector<std::int64_t> generations = {1};
    for (const Version& version : model_.All(key.bucket, soft_deleted)) {
      if (version.name == key.name) generations.push_back(version.generation);
    }
    return generations[static_cast<std::size_t>(number) % generations.size()];
  }

  void DeleteGeneration(const ObjectKey& key, int number) {
    const std::int64_t generation = AnyGeneration(key, false, number);
    const auto answer = store_->DeleteObject({key, generation}, {});
    Version* const version = model_.Generation(key.bucket, key.name, generation);
    if (version == nullptr) return Agree(answer, ErrorCode::kNotFound);
    Agree(answer, model_.Delete(*version));
  }

  void Compose(const ObjectKey& key, int c, int d) {
    const std::string first = Of(kNames, c);
    const std::string second = Of(kNames, d);
    std::vector<ComposeSource> sources = {{first, {}, {}}, {second, {}, {}}};
    if (c % 3 == 0) sources.pop_back();
    const auto answer = store_->ComposeObject(key, sources, {}, {});
    Version version{key.bucket, key.name, 0, 1, "", "", false, 0, false, Where::kLive, {}};
    Outcome before;
    for (const ComposeSource& source : sources) {
      const Version* const live = model_.Live(key.bucket, source.name);
      if (live == nullptr) {
        before = ErrorCode::kNotFound;
        break;
      }
      version.bytes += live->bytes;
      version.components += live->components;
    }
    AgreeOnNew(answer, std::move(version), before, {});
  }

  void Copy(const ObjectKey& source, const ObjectKey& target) {
    const auto answer = store_->CopyObject({source, {}}, {}, target, {}, {});
    const Version* const live = model_.Live(source.bucket, source.name);
    if (live == nullptr) return Agree(answer, ErrorCode::kNotFound);
    Version version = *live;
    version.bucket = target.bucket;
    version.name = target.name;
    version.metageneration = 1;
    version.held = false;
    AgreeOnNew(answer, std::move(version), std::nullopt, {});
  }

  void Move(const ObjectKey& source, const ObjectKey& target) {
    const auto answer = store_->MoveObject(source, {}, target, {});
    if (source == target) return Agree(answer, ErrorCode::kBadRequest);
    const Version* const live = model_.Live(source.bucket, source.name);
    if (live == nullptr) return Agree(answer, ErrorCode::kNotFound);
    const bool stays = live->held && source.bucket != "versioned";
    const Version* const displaced = model_.Live(target.bucket, target.name);
    const bool target_stays =
        displaced != nullptr && displaced->held && target.bucket != "versioned";
    if (stays || target_stays) return Agree(answer, ErrorCode::kPermission);
    Version version = *live;
    version.name = target.name;
    version.metageneration = 1;
    AgreeOnNew(answer, std::move(version), std::nullopt, {});
    model_.Displace(*model_.Live(source.bucket, source.name));
  }

  void Restore(const ObjectKey& key, int number) {
    const std::int64_t generation = AnyGeneration(key, true, number);
    const auto answer = store_->RestoreObject(key, generation, {});
    Version* const gone = model_.SoftDeleted(key.bucket, key.name, generation);
    if (gone == nullptr) return Agree(answer, ErrorCode::kNotFound);
    Version version = *gone;
    version.metageneration = 1;
    version.where = Where::kLive;
    const Version* const live = model_.Live(key.bucket, key.name);
    if (live != nullptr && live->held) return Agree(answer, ErrorCode::kPermission);
    AgreeOnNew(answer, std::move(version), std::nullopt, {});
    model_.Erase(*model_.SoftDeleted(key.bucket, key.name, generation));
  }

  void Compare(const std::vector<ObjectRecord>& there, const std::vector<Version>& wanted,
               bool read) {
    RC_ASSERT(there.size() == wanted.size());
    for (std::size_t i = 0; i < there.size(); ++i) {
      const ObjectRecord& record = there[i];
      const Version& version = wanted[i];
      RC_ASSERT(record.key.name == version.name);
      RC_ASSERT(record.generation == version.generation);
      RC_ASSERT(record.metageneration == version.metageneration);
      RC_ASSERT(record.size == version.bytes.size());
      RC_ASSERT(record.checksums.crc32c == Crc32cOf(version.bytes));
      RC_ASSERT(record.checksums.md5.has_value() == version.has_md5);
      RC_ASSERT(record.component_count.value_or(1) == version.components);
      RC_ASSERT(record.noncurrent.has_value() == (version.where != Where::kLive));
      const auto note = record.fields.metadata.find("note");
      RC_ASSERT((note == record.fields.metadata.end() ? "" : note->second) == version.note);
      RC_ASSERT(record.fields.temporary_hold == version.held);
      if (!read) continue;
      RC_ASSERT(testing::Get(*store_, record.key, record.generation) == version.bytes);
      RC_ASSERT(*store_->GetObject({record.key, record.generation}) == record);
      if (version.where == Where::kLive) RC_ASSERT(*store_->GetObject({record.key, {}}) == record);
    }
  }

  StoreFixture store_;
  Model model_;
  std::int64_t last_generation_ = 0;
};

rc::Gen<std::vector<Choice>> Choices() {
  const auto number = rc::gen::inRange(0, 60);
  return rc::gen::container<std::vector<Choice>>(
      rc::gen::tuple(rc::gen::inRange(0, 11), number, number, number, number));
}

RC_GTEST_PROP(StoreModel, InMemoryItDoesWhatTheModelDoes, ()) {
  const auto choices = *Choices();
  Walk walk(StoreKind::kMemory);
  for (const Choice& choice : choices) walk.Step(choice);
  walk.CompareAll();
}

RC_GTEST_PROP(StoreModel, OnDiskItDoesWhatTheModelDoesAcrossRestarts, ()) {
  const auto choices = *Choices();
  Walk walk(StoreKind::kUnsyncedDisk);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    walk.Step(choices[i]);
    if (i == choices.size() / 2) walk.Reopen();
  }
  walk.Reopen();
  walk.CompareAll();
}

}  // namespace
}  // namespace hyperlocal::gcs
