#include "fakes/gcs/store/background_md5_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

}  // namespace
}  // namespace hyperlocal::gcs
