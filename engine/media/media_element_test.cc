#include "engine/media/media_element.h"

#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

MediaElement Video() {
  MediaElement element;
  element.name = element.id = "clip";
  element.source = "a b.mp4";
  element.is_video = true;
  element.timed = true;
  element.start_seconds = 1;
  return element;
}

TEST(MediaElement, IsNamedAsItsAuthorWroteIt) {
  MediaElement element = Video();
  EXPECT_EQ(element.Label(), "<video id=\"clip\"> (a b.mp4)");
  element.id = "";
  element.name = "hf-audio-2";
  element.is_video = false;
  EXPECT_EQ(element.Label(), "<audio> hf-audio-2 (a b.mp4)");
}

TEST(MediaElement, EndsWithItsDurationItsSourceOrWhatIsAroundIt) {
  MediaElement element = Video();
  EXPECT_EQ(EndOf(element, 3, 10), 4);  // the source's
  element.loop = true;
  EXPECT_EQ(EndOf(element, 3, 10), 4);  // as the page hides it
  element.duration_seconds = 5;
  EXPECT_EQ(EndOf(element, 3, 10), 6);
  element.host_end_seconds = 2;
  EXPECT_EQ(EndOf(element, 3, 10), 2);
  EXPECT_EQ(EndOf(element, 3, 1.5), 1.5);  // the film's
}

TEST(MediaElement, GoesOnWhereNothingEndsIt) {
  MediaElement untimed = Video();
  untimed.timed = false;
  EXPECT_EQ(EndOf(untimed, 3, 10), 10);  // it stays, and holds its last picture
  MediaElement sound = Video();
  sound.is_video = false;
  EXPECT_EQ(EndOf(sound, 3, 10), 4);
  sound.loop = true;
  EXPECT_EQ(EndOf(sound, 3, 10), 10);
}

}  // namespace
}  // namespace hyperlocal
