// A test card, the engine's own bytes of it, and the cloud to render it through.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/cloud_render.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/hash/crc32c.h"
#include "engine/hash/sha256.h"
#include "fakes/gcs/store/store.h"

namespace hyperlocal::cli {

inline constexpr char kTestCard[] =
    R"({"width": 160, "height": 96, "fps": 30, "frames": 40, "pattern": "bars"})";

// What a render says, counted.
class Listener : public RenderObserver {
 public:
  void OnStage(RenderStage stage) override { stages_.push_back(stage); }
  void OnPlan(const std::vector<ChunkSlice>& slices, FrameRate, int, int) override {
    planned_ = static_cast<int>(slices.size());
  }
  void OnChunkStart(int chunk, int attempt) override { attempts_[chunk] = attempt; }
  void OnChunkDone(int chunk) override { ++done_[chunk]; }

  std::vector<RenderStage> stages_;
  int planned_ = 0;
  std::map<int, int> attempts_;
  std::map<int, int> done_;
};

class CloudRenderTest : public testing::Test {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::Create("cloud-test");
    ASSERT_TRUE(scratch) << scratch.error().message;
    scratch_ = std::move(*scratch);
    ASSERT_TRUE(std::filesystem::create_directory(project()));
    ASSERT_TRUE(WriteWholeFile(project() / "testcard.json", kTestCard));
  }

  std::filesystem::path project() const { return scratch_->path() / "project"; }

  LocalRenderOptions Options(const char* output) const {
    LocalRenderOptions options;
    options.project = project();
    options.output = scratch_->path() / output;
    options.chunk_size = 8;
    return options;
  }

  static LocalCloudOptions Cloud() {
    LocalCloudOptions cloud;
    cloud.instances = 2;
    return cloud;
  }

  std::string BytesOf(const std::filesystem::path& file) const {
    auto bytes = ReadWholeFile(file);
    EXPECT_TRUE(bytes) << bytes.error().message;
    return bytes ? Sha256Hex(*bytes) : "";
  }

  // What the engine makes without a cloud.
  std::string DirectBytes() {
    const LocalRenderOptions options = Options("direct.mp4");
    RenderObserver nobody;
    const auto rendered = RenderLocally(options, nobody, CancellationToken());
    EXPECT_TRUE(rendered) << rendered.error().message;
    return BytesOf(options.output);
  }

  std::unique_ptr<ScratchDirectory> scratch_;
};

inline testing::AssertionResult IsWhole(gcs::Store& store, const gcs::ObjectRecord& object) {
  const auto content = store.OpenContent(object);
  if (!content) return testing::AssertionFailure() << content.error().message;
  std::string bytes(object.size + 1, '\0');
  const auto got = (*content)->ReadAt(0, bytes.data(), bytes.size());
  if (!got) return testing::AssertionFailure() << got.error().message;
  if (*got != object.size) return testing::AssertionFailure() << "has " << *got << " bytes";
  bytes.resize(*got);
  if (Crc32cOf(bytes) == object.checksums.crc32c) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "has another CRC-32C";
}

// Every object of a store, read to its end, against what the store says of it.
inline void ExpectWholeObjects(const std::filesystem::path& directory) {
  auto store = gcs::Store::Open(directory);
  ASSERT_TRUE(store) << store.error().message;
  const auto page = (*store)->ListObjects("hyperlocal-renders", {});
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_FALSE(page->objects.empty());
  for (const gcs::ObjectRecord& object : page->objects) {
    EXPECT_TRUE(IsWhole(**store, object)) << object.key.name;
  }
}

}  // namespace hyperlocal::cli
