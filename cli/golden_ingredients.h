#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/golden_record.h"
#include "engine/error/result.h"
#include "engine/plan/plan_directory.h"

namespace hyperlocal::cli {

// The parts of a plan that can be put back one at a time. Chrome, FFmpeg, the installed fonts and
// this program are ingredients of a picture too, but no part of a plan.
enum class Ingredient {
  kEncoder,  // of the locked config: how frames become files
  kConfig,   // the rest of it: rate, scale, variables, environment
  kProject,  // the files of the project, and its size and duration
  kAssets,   // what the page got from outside, fonts apart
  kFonts,    // font files and their style sheets from outside, those of the font set among them
  kMedia,    // pictures and sound that were prepared from the same sources
};
// "encoder settings", for people; "encoder", for programs.
std::string_view TitleOf(Ingredient ingredient);
std::string_view NameOf(Ingredient ingredient);

struct IngredientChange {
  Ingredient ingredient = Ingredient::kEncoder;
  std::vector<std::string> what;   // "crf was 16, is 28", one each
  std::vector<RecordedFile> lost;  // contents that cannot be had: it cannot be put back
};

// A plan, and the digests of all its files, whether or not their contents are there.
struct KnownPlan {
  PlanDirectory plan;
  std::vector<RecordedFile> files;
};

// What differs between two plans, by ingredient. `lost` are the contents that `was` lacks. Errors:
// kInvalidJson, kIo, for a plan that is damaged.
Result<std::vector<IngredientChange>> ChangesBetween(const KnownPlan& was, const KnownPlan& is,
                                                     const std::vector<RecordedFile>& lost);

// Makes the plan `is` with these ingredients of `was` in `root`, which must not exist. Errors:
// those of FreezePlanDirectory, kIo.
Result<PlanDirectory> PlanWith(const std::set<Ingredient>& ingredients, const KnownPlan& was,
                               const KnownPlan& is, const std::filesystem::path& root);

}  // namespace hyperlocal::cli
