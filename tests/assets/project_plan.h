#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/browser/browser_slot.h"
#include "engine/composition/asset_sources.h"
#include "engine/config/render_config.h"
#include "engine/plan_project.h"
#include "tests/support/file_content.h"
#include "tests/support/temporary_directory.h"

namespace hyperlocal::testing {

// A project of one page, 320 by 180 and half a second long, and plans of it.
struct ProjectPlan {
  // `inside` is what the root element holds.
  void Put(const std::string& head, const std::string& inside) const {
    PutFile(project / "index.html",
            "<!doctype html><html><head><meta charset=utf-8>" + head +
                "</head><body style=\"margin:0;background:#101828\"><div id=root "
                "data-composition-id=main data-start=0 data-duration=0.5 data-width=320 "
                "data-height=180>" +
                inside + "</div></body></html>");
  }

  Result<PlanDirectory> Plan(BrowserSlot& slot, const AssetSources& assets = {},
                             bool system_fonts = false) {
    said.clear();
    std::filesystem::remove_all(directory / "plan");
    PlanRequest request;
    request.project = project;
    request.plan_directory = directory / "plan";
    request.assets = assets;
    request.config_for = [this,
                          system_fonts](const CompositionFacts& facts) -> Result<RenderConfig> {
      RenderConfig config = wanted;
      config.width = facts.width;
      config.height = facts.height;
      if (system_fonts) config.reject_on_system_fonts = false;
      return config;
    };
    request.on_message = [this](std::string_view line) { said.emplace(line); };
    return PlanProject(request, slot);
  }

  TemporaryDirectory directory{"assets"};
  std::filesystem::path project = directory / "project";
  RenderConfig wanted;         // but for the size, which is the composition's
  std::set<std::string> said;  // while it was planned last
};

}  // namespace hyperlocal::testing
