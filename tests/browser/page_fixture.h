#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "engine/browser/browser_slot.h"
#include "engine/capture/composition_page.h"
#include "engine/error/result.h"
#include "engine/frame/frame.h"
#include "engine/plan/plan_directory.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::testing {

// A project of tests/pages, copied and planned at its own size: what the tests draw frames of.
class PageFixture {
 public:
  // `name` is a folder of tests/pages. Errors: those of PlanProject.
  static Result<std::unique_ptr<PageFixture>> Plan(const std::string& name, int fps,
                                                   BrowserSlot& slot);

  const PlanDirectory& plan() const { return plan_; }
  const std::vector<std::string>& messages() const { return messages_; }  // said while planned

  // Frames in the order asked for, all on one fresh page that visited nothing before.
  Result<std::vector<Frame>> Draw(const std::vector<std::int64_t>& order, BrowserSlot& slot) const;
  // All frames, as chunks of `length` frames through OpenFrameSource: every other chunk in one go, as
  // a worker takes them that is one of two, which goes on with its page from chunk to chunk; then
  // those between them.
  Result<std::vector<Frame>> DrawAsChunks(std::int64_t length, BrowserSlot& slot) const;

 private:
  explicit PageFixture(const std::string& name) : directory_("page-" + name) {}

  TemporaryDirectory directory_;
  PlanDirectory plan_;
  std::vector<std::string> messages_;
};

// 0xRRGGBB of a pixel.
std::uint32_t ColourAt(const Frame& frame, int x, int y);
// Whether the two colours are the same but for what a JPEG of the highest quality changes.
bool AlmostEqual(std::uint32_t colour, std::uint32_t other);

// "" when the pictures are equal, else how many pixels differ, and by how much at most.
std::string Difference(const Frame& a, const Frame& b);

// How many different pictures there are among the frames, by the SHA-256 of their pixels.
std::size_t CountDistinct(const std::vector<Frame>& frames);

}  // namespace hyperlocal::testing
