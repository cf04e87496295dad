#include "fakes/gcs/store/background_md5_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace hyperlocal::gcs {
namespace {

RC_GTEST_PROP(BackgroundMd5Test, IsTheMd5OfAllPiecesWhateverTheirSizeAndRests, ()) {
  // Lengths on both sides of what the thread is begun for, and of what is passed on in one.
  const auto lengths = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::element<std::size_t>(0, 1, 100, 32'767, 32'768, 100'000, 262'144, 700'001));
  std::string all;
  BackgroundMd5 md5;
  for (const std::size_t length : lengths) {
    const std::string piece(length, static_cast<char>('a' + all.size() % 26));
    md5.Update(piece);
    all += piece;
    if (*rc::gen::arbitrary<bool>()) md5.Rest();
  }
  RC_ASSERT(md5.Digest() == Md5Of(all));
}

TEST(BackgroundMd5Test, MayBeLeftInTheMiddle) {
  BackgroundMd5 md5;
  md5.Update(std::string(std::size_t{20} << 20, 'x'));
}

// More uploads than there are pieces for: each goes on with its own.
TEST(BackgroundMd5Test, ManyAtOnceShareTheMemory) {
  const std::string half(std::size_t{2} << 20, 'x');
  const Md5Digest expected = Md5Of(half + half);
  for (int round = 0; round < 2; ++round) {  // what the first ones had is there again
    std::vector<std::unique_ptr<BackgroundMd5>> uploads(24);
    for (auto& md5 : uploads) md5 = std::make_unique<BackgroundMd5>();
    for (auto& md5 : uploads) md5->Update(half);
    for (auto& md5 : uploads) md5->Rest();
    for (auto& md5 : uploads) md5->Update(half);
    for (auto& md5 : uploads) EXPECT_EQ(md5->Digest(), expected);
  }
}

}  // namespace
}  // namespace hyperlocal::gcs
