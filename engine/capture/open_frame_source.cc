#include "engine/capture/open_frame_source.h"

#include <string>
#include <system_error>

#include "engine/capture/browser_frame_source.h"
#include "engine/capture/test_card_source.h"
#include "engine/composition/project.h"
#include "engine/composition/test_card.h"

namespace hyperlocal {

Result<std::unique_ptr<FrameSource>> OpenFrameSource(const PlanDirectory& plan,
                                                     const ChunkSlice& slice, BrowserSlot& slot) {
  std::error_code ec;
  if (std::filesystem::is_regular_file(plan.compiled() / kTestCardEntry, ec)) {
    HYPERLOCAL_TRY(const TestCard card, ReadTestCard(plan.compiled(), std::string(kTestCardEntry)));
    return CreateTestCardSource(card);
  }
  return OpenBrowserFrameSource(plan, slice, slot);
}

}  // namespace hyperlocal
