#include "golden/media_boxes.h"

#include <string>

#include <gtest/gtest.h>

namespace hyperlocal::golden {
namespace {

std::string Box(const std::string& type, const std::string& content) {
  std::string box;
  const auto size = static_cast<unsigned>(8 + content.size());
  for (int shift = 24; shift >= 0; shift -= 8) box += static_cast<char>(size >> shift & 255);
  return box + type + content;
}

TEST(MediaBoxes, ThePathOfTheBoxThatHoldsAByte) {
  const std::string stsz = Box("stsz", "12345678");
  const std::string moov =
      Box("moov", Box("mvhd", "head") +
                      Box("trak", Box("mdia", Box("minf", Box("stbl", Box("stts", "ab") + stsz)))));
  const std::string file = Box("ftyp", "isom") + moov + Box("mdat", "samples");
  EXPECT_EQ(BoxAt(file, 9), "ftyp");
  EXPECT_EQ(BoxAt(file, file.find("head")), "moov/mvhd");
  EXPECT_EQ(BoxAt(file, file.find("12345678") + 3), "moov/trak/mdia/minf/stbl/stsz");
  EXPECT_EQ(BoxAt(file, file.find("samples")), "mdat");
  EXPECT_EQ(BoxAt(file, file.find("moov")), "moov");
  EXPECT_EQ(BoxAt(file, file.size()), "end");
}

TEST(MediaBoxes, OtherBytesHaveNoBox) {
  EXPECT_EQ(BoxAt("no boxes in here at all", 5), "");
  EXPECT_EQ(BoxAt("", 0), "end");
  EXPECT_EQ(BoxAt(std::string(40, '\0'), 20), "");
}

}  // namespace
}  // namespace hyperlocal::golden
