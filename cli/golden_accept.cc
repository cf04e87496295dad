#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "cli/golden_commands_internal.h"
#include "cli/golden_fixture.h"
#include "cli/golden_plan.h"
#include "cli/golden_record.h"
#include "cli/human_text.h"
#include "engine/browser/browser_slot.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/hash/project_hash.h"
#include "engine/hash/sha256.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

// Puts a video, or a directory of pictures, in the baseline's place.
Status ReplaceBaseline(const fs::path& rendered, const fs::path& baseline) {
  std::error_code error;
  if (!fs::is_directory(rendered, error)) {
    HYPERLOCAL_TRY(const std::string video, ReadWholeFile(rendered));
    return WriteWholeFile(baseline, video);
  }
  const fs::path aside = AsideOf(baseline);
  fs::remove_all(aside, error);
  if (!error) fs::copy(rendered, aside, fs::copy_options::recursive, error);
  if (!error) fs::remove_all(baseline, error);
  if (!error) fs::rename(aside, baseline, error);
  if (!error) return Ok();
  std::error_code ignored;
  fs::remove_all(aside, ignored);
  return Error{ErrorCode::kCannotWrite,
               fmt::format("cannot write {}: {}", baseline.string(), error.message())};
}

// Plans once more beside the render, and keeps what explains a later change.
Status KeepRecord(const GoldenFixture& fixture, const OpenAssetSources& open, BrowserSlot& slot,
                  const CancellationToken& cancel) {
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("record"));
  LocalRenderOptions options = fixture.render;
  options.assets = open(false, cancel);
  HYPERLOCAL_TRY(const PlannedComposition planned,
                 PlanComposition(options, scratch->path() / "plan", slot));
  return WriteRecord(fixture.directory, planned);
}

}  // namespace

Result<RenderedFixture> RenderFixture(const GoldenFixture& fixture, const fs::path& directory,
                                      GoldenIngredients ingredients, const RenderFunction& render,
                                      const CancellationToken& cancel) {
  LocalRenderOptions options = fixture.render;
  const std::string_view extension = FileExtension(options.format);
  options.output = directory / (fixture.name + std::string(extension));
  options.frame_hashes = directory / (fixture.name + ".pictures.json");
  options.workers = 1;
  RenderObserver silent;
  HYPERLOCAL_TRY(ingredients.project, ProjectHash(options.project));
  HYPERLOCAL_TRY(const LocalRenderResult result, render(options, silent, cancel));
  RenderedFixture rendered;
  rendered.video = options.output;
  rendered.record.made_with = std::move(ingredients);
  rendered.record.frames = result.frames;
  HYPERLOCAL_TRY(rendered.record.sha256, DigestOfOutput(options.output));
  HYPERLOCAL_TRY(rendered.record.pictures, Sha256HexOfFile(options.frame_hashes));
  return rendered;
}

Result<CommandAnswer> AcceptGolden(const CommandLine& line, CommandContext& context,
                                   const RenderFunction& render, const OpenAssetSources& open) {
  if (context.environment.ci) {
    return Error{
        ErrorCode::kUsage,
        "golden accept does nothing where CI is set: a baseline is accepted by somebody who "
        "looked at it, and committed"};
  }
  const fs::path directory = line.Value("fixtures").value_or(kDefaultFixtures);
  HYPERLOCAL_TRY(const auto fixtures, ReadFixtures(directory, line.arguments));
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("golden"));
  const GoldenIngredients here = IngredientsHere(context.cancel);
  BrowserSlot slot(context.cancel);
  CommandAnswer answer;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const GoldenFixture& fixture : fixtures) {
    auto rendered = RenderFixture(fixture, scratch->path(), here, render, context.cancel);
    if (!rendered) return std::move(rendered).error().WithContext(fixture.name);
    const bool changed = !fixture.baseline || fixture.baseline->sha256 != rendered->record.sha256;
    if (changed) HYPERLOCAL_TRY_STATUS(ReplaceBaseline(rendered->video, fixture.video()));
    if (Status kept = KeepRecord(fixture, open, slot, context.cancel); !kept) {
      return std::move(kept).error().WithContext(fixture.name);
    }
    HYPERLOCAL_TRY_STATUS(RecordBaseline(fixture, rendered->record));
    const std::string what = changed ? fixture.baseline ? "changed" : "new" : "as before";
    context.console.WriteErr(fmt::format("{:<20} {}\n", fixture.name, what));
    list.push_back({{"name", fixture.name}, {"change", what}, {"sha256", rendered->record.sha256}});
  }
  answer.text = Counted(static_cast<std::int64_t>(fixtures.size()), "baseline") + " accepted\n";
  answer.members = {{"accepted", std::move(list)}};
  return answer;
}

}  // namespace hyperlocal::cli
