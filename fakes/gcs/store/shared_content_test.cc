#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "engine/hash/crc32c.h"
#include "fakes/gcs/store/store.h"
#include "fakes/gcs/store/store_test_support.h"

namespace hyperlocal::gcs {
namespace {

using testing::Get;
using testing::Letters;
using testing::MakeBucket;
using testing::Put;
using testing::StoreFixture;
using testing::StoreKind;

// Other bytes of the same length and CRC-32C: the polynomial itself, which leaves no remainder, is
// added to the five bytes at `at`.
std::string Colliding(std::string bytes, std::size_t at) {
  constexpr std::uint64_t kPolynomial = 1 | std::uint64_t{0x82F63B78} << 1;
  for (std::size_t i = 0; i < 5; ++i) {
    bytes[at + i] = static_cast<char>(bytes[at + i] ^ static_cast<char>(kPolynomial >> (8 * i)));
  }
  return bytes;
}

class SharedContentTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  SharedContentTest() { EXPECT_TRUE(MakeBucket(*store_, "bucket").has_value()); }

  std::string PutAt(const std::string& name, const std::string& bytes) {
    const auto object = Put(*store_, {"bucket", name}, bytes);
    return object.has_value() ? object->content : object.error().message;
  }
  // An object that has no MD5.
  std::string ComposeAt(const std::string& name, const std::string& bytes) {
    const std::size_t half = bytes.size() / 2;
    PutAt("left", bytes.substr(0, half));
    PutAt("right", bytes.substr(half));
    const auto object =
        store_->ComposeObject({"bucket", name}, {{"left", {}, {}}, {"right", {}, {}}}, {}, {});
    return object.has_value() ? object->content : object.error().message;
  }
  // In one writer whose bytes are on the shelf, however few they are.
  std::string UploadAt(const std::string& name, const std::string& bytes) {
    const auto session =
        store_->StartUpload(UploadSession{"", {"bucket", name}, {}, {}, {}, 0, {}, false, ""});
    {
      const auto writer = store_->ContinueUpload(session->id);
      EXPECT_TRUE((*writer)->Append(bytes).has_value());
      EXPECT_TRUE((*writer)->Sync().has_value());
    }
    const auto object = store_->FinishUpload(session->id, {});
    return object.has_value() ? object->content : object.error().message;
  }

  StoreFixture store_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, SharedContentTest,
                         ::testing::Values(StoreKind::kMemory, StoreKind::kUnsyncedDisk),
                         testing::NameOfKind);

TEST_P(SharedContentTest, EqualBytesAreStoredOnceHoweverTheyCame) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1'000}, std::size_t{600'000}}) {
    const std::string bytes = Letters(size, 1);
    const std::string content = PutAt("put", bytes);
    EXPECT_EQ(PutAt("put again", bytes), content) << size;
    EXPECT_EQ(ComposeAt("composed", bytes), content) << size;
    EXPECT_EQ(UploadAt("uploaded", bytes), content) << size;
    const std::string other = Letters(size + 1, 2);
    const std::string composed = ComposeAt("composed first", other);
    EXPECT_EQ(PutAt("put second", other), composed) << size;
    EXPECT_NE(composed, content);
  }
}

TEST_P(SharedContentTest, EqualChecksumsAreNoReasonToShareBytes) {
  for (const std::size_t size : {std::size_t{1'000}, std::size_t{600'000}}) {
    // Only the last bytes differ, after all that is compared at once.
    const std::vector<std::string> alike = {Letters(size, 3), Colliding(Letters(size, 3), size - 5),
                                            Colliding(Letters(size, 3), size - 9)};
    ASSERT_NE(alike[1], alike[0]);
    ASSERT_EQ(Crc32cOf(alike[1]), Crc32cOf(alike[0]));
    ASSERT_EQ(Crc32cOf(alike[2]), Crc32cOf(alike[0]));
    const std::string first = ComposeAt("first", alike[0]);
    const std::string second = ComposeAt("second", alike[1]);
    const std::string third = PutAt("third", alike[2]);
    EXPECT_NE(second, first);
    EXPECT_NE(third, first);
    EXPECT_NE(third, second);
    // Each is found again, whichever it is compared with first.
    EXPECT_EQ(PutAt("first again", alike[0]), first);
    EXPECT_EQ(UploadAt("second again", alike[1]), second);
    EXPECT_EQ(ComposeAt("third again", alike[2]), third);
    EXPECT_EQ(Get(*store_, {"bucket", "first"}), alike[0]);
    EXPECT_EQ(Get(*store_, {"bucket", "second again"}), alike[1]);
    EXPECT_EQ(Get(*store_, {"bucket", "third"}), alike[2]);
    // One goes, and takes no other with it.
    for (const char* name : {"first", "first again"}) {
      ASSERT_TRUE(store_->DeleteObject({{"bucket", name}, {}}, {}).has_value());
    }
    EXPECT_EQ(Get(*store_, {"bucket", "second"}), alike[1]);
    EXPECT_EQ(Get(*store_, {"bucket", "third again"}), alike[2]);
    EXPECT_NE(PutAt("first", alike[0]), first) << "a name is never given out twice";
  }
}

TEST_P(SharedContentTest, BytesThatComeFromManyAtOnceAreStillStoredOnce) {
  const std::string bytes = Letters(200'000, 4);
  std::vector<std::string> contents(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    threads.emplace_back([&, i] { contents[i] = PutAt(std::to_string(i), bytes); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& content : contents) EXPECT_EQ(content, contents[0]);
}

TEST_P(SharedContentTest, AStoredContentThatGoesWhileItIsComparedIsStoredAnew) {
  const std::string bytes = Letters(200'000, 5);
  // One thread makes and removes it, the other one stores the same bytes all the while.
  std::thread other([&] {
    for (int i = 0; i < 40; ++i) {
      PutAt("other", bytes);
      EXPECT_TRUE(store_->DeleteObject({{"bucket", "other"}, {}}, {}).has_value());
    }
  });
  for (int i = 0; i < 40; ++i) {
    PutAt("kept", bytes);
    EXPECT_EQ(Get(*store_, {"bucket", "kept"}), bytes);
    EXPECT_TRUE(store_->DeleteObject({{"bucket", "kept"}, {}}, {}).has_value());
  }
  other.join();
}

}  // namespace
}  // namespace hyperlocal::gcs
