#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "cli/golden_commands_internal.h"
#include "cli/golden_fixture.h"
#include "cli/golden_ingredients.h"
#include "cli/golden_plan.h"
#include "cli/golden_record.h"
#include "cli/human_text.h"
#include "cli/version.h"
#include "engine/browser/browser_slot.h"
#include "engine/file/scratch_directory.h"
#include "golden/video_comparison.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// How near a render is to the baseline, the nearest last.
enum class Nearness { kOther, kWithinLimits, kSamePictures, kSameBytes };

constexpr std::string_view TextOf(Nearness nearness) {
  switch (nearness) {
    case Nearness::kOther:
      return "another picture";
    case Nearness::kWithinLimits:
      return "within the limits";
    case Nearness::kSamePictures:
      return "the same pictures, encoded to other bytes";
    case Nearness::kSameBytes:
      break;
  }
  return "the baseline, byte for byte";
}

struct Attempt {
  std::set<Ingredient> put_back;
  Nearness nearness = Nearness::kOther;
  std::string psnr;             // "31.20 dB"; "equal"
  std::optional<Error> failed;  // it could not be rendered
};

std::string TitlesOf(const std::set<Ingredient>& ingredients) {
  std::string text;
  std::size_t left = ingredients.size();
  for (const Ingredient each : ingredients) {
    text += TitleOf(each);
    if (--left > 0) text += left == 1 ? " and " : ", ";
  }
  return text;
}

// What came of one fixture.
struct Explanation {
  enum class Kind { kSame, kExplained, kUnexplained, kUndecided };
  Kind kind = Kind::kUndecided;
  std::string message;  // a line
  std::vector<IngredientChange> changes;
  std::vector<Attempt> attempts;  // what is rendered now, first
  std::set<Ingredient> causes;
  std::vector<std::string> fixed;  // differs, and cannot be put back
};

constexpr std::string_view NameOf(Explanation::Kind kind) {
  switch (kind) {
    case Explanation::Kind::kSame:
      return "same";
    case Explanation::Kind::kExplained:
      return "explained";
    case Explanation::Kind::kUnexplained:
      return "unexplained";
    case Explanation::Kind::kUndecided:
      break;
  }
  return "undecided";
}

class Explaining {
 public:
  Explaining(CommandContext& context, GoldenIngredients here, AssetSources assets,
             std::vector<fs::path> look_in)
      : context_(context),
        here_(std::move(here)),
        assets_(std::move(assets)),
        look_in_(std::move(look_in)),
        slot_(context.cancel) {}

  Result<Explanation> Explain(const GoldenFixture& fixture) {
    Explanation explanation;
    std::error_code ignored;
    HYPERLOCAL_TRY(const std::optional<GoldenRecord> record, GoldenRecord::Read(fixture.directory));
    if (!fixture.baseline || !fs::exists(fixture.video(), ignored)) {
      explanation.message = "there is no baseline; hyperlocal golden accept " + fixture.name;
      return explanation;
    }
    if (!record) {
      explanation.message =
          "its baseline was accepted without a record of what it was made of; hyperlocal golden "
          "accept " +
          fixture.name + " where it passes";
      return explanation;
    }
    fixture_ = &fixture;
    HYPERLOCAL_TRY(scratch_, ScratchDirectory::Create("explain"));
    HYPERLOCAL_TRY(const KnownPlan is, PlanNow());
    std::vector<fs::path> look_in{is.plan.root};
    look_in.insert(look_in.end(), look_in_.begin(), look_in_.end());
    const fs::path was_root = scratch_->path() / "was";
    HYPERLOCAL_TRY(const std::vector<RecordedFile> lost,
                   RestorePlan(fixture.directory, *record, look_in, was_root));
    HYPERLOCAL_TRY(PlanDirectory was_plan, ReadRestored(was_root));
    const KnownPlan was{std::move(was_plan), record->files};
    HYPERLOCAL_TRY(explanation.changes, ChangesBetween(was, is, lost));
    explanation.fixed = Differences(fixture.baseline->made_with, here_);
    if (record->hyperlocal != Version()) {
      explanation.fixed.push_back(
          fmt::format("hyperlocal was {}, is {}", record->hyperlocal, Version()));
    }
    HYPERLOCAL_TRY_STATUS(Search(was, is, explanation));
    Conclude(explanation);
    return explanation;
  }

 private:
  Result<KnownPlan> PlanNow() {
    Tell("planning");
    LocalRenderOptions options = fixture_->render;
    options.assets = assets_;
    HYPERLOCAL_TRY(PlannedComposition planned,
                   PlanComposition(options, scratch_->path() / "is", slot_));
    HYPERLOCAL_TRY(std::vector<RecordedFile> files, ListPlan(planned));
    return KnownPlan{std::move(planned.plan), std::move(files)};
  }

  // A page that is lost matters only to who puts the project back.
  static Result<PlanDirectory> ReadRestored(const fs::path& root) {
    auto whole = ReadPlanDirectory(root);
    if (whole) return std::move(whole).value();
    return ReadPlanForAssembly(root);
  }

  Status Search(const KnownPlan& was, const KnownPlan& is, Explanation& explanation) {
    HYPERLOCAL_TRY(const Attempt now, Try({}, was, is));
    explanation.attempts.push_back(now);
    if (now.failed) return *now.failed;
    if (now.nearness == Nearness::kSameBytes) return Ok();
    std::set<Ingredient> all;
    for (const IngredientChange& change : explanation.changes) {
      if (!change.lost.empty()) continue;
      all.insert(change.ingredient);
    }
    Nearness best = now.nearness;
    for (const Ingredient each : all) {
      HYPERLOCAL_TRY(Attempt attempt, Try({each}, was, is));
      best = std::max(best, attempt.nearness);
      explanation.attempts.push_back(std::move(attempt));
    }
    if (best < Nearness::kSameBytes && all.size() > 1) {
      HYPERLOCAL_TRY(Attempt attempt, Try(all, was, is));
      const Nearness together = attempt.nearness;
      explanation.attempts.push_back(std::move(attempt));
      if (together > best) {
        HYPERLOCAL_TRY(explanation.causes, Fewest(all, together, was, is, explanation));
        return Ok();
      }
    }
    if (best == now.nearness) return Ok();
    for (const Attempt& attempt : explanation.attempts) {
      if (attempt.nearness == best && attempt.put_back.size() == 1) {
        explanation.causes.insert(*attempt.put_back.begin());
      }
    }
    return Ok();
  }

  // Of ingredients that only together come that near: those that cannot be left out.
  Result<std::set<Ingredient>> Fewest(std::set<Ingredient> needed, Nearness nearness,
                                      const KnownPlan& was, const KnownPlan& is,
                                      Explanation& explanation) {
    for (const Ingredient each : std::set<Ingredient>(needed)) {
      if (needed.size() == 2) break;  // each of them alone was tried
      std::set<Ingredient> without = needed;
      without.erase(each);
      HYPERLOCAL_TRY(Attempt attempt, Try(without, was, is));
      if (attempt.nearness >= nearness) needed = without;
      explanation.attempts.push_back(std::move(attempt));
    }
    return needed;
  }

  Result<Attempt> Try(const std::set<Ingredient>& put_back, const KnownPlan& was,
                      const KnownPlan& is) {
    Tell(put_back.empty() ? "rendering as it is" : "putting back " + TitlesOf(put_back));
    HYPERLOCAL_TRY(const auto place, ScratchDirectory::Create("attempt", scratch_->path()));
    Attempt attempt;
    attempt.put_back = put_back;
    PlanDirectory plan = is.plan;
    if (!put_back.empty()) {
      HYPERLOCAL_TRY(plan, PlanWith(put_back, was, is, place->path() / "plan"));
    }
    const fs::path output = place->path() / ("video" + std::string(FileExtension(plan.format)));
    auto rendered = RenderPlan(plan, output, place->path(), slot_, context_.cancel);
    if (!rendered) {
      // A mixture may be one that nobody made: an old page with a new script.
      if (rendered.error().code == ErrorCode::kCancelled) return std::move(rendered).error();
      slot_.Discard();
      attempt.failed = std::move(rendered).error();
      return attempt;
    }
    HYPERLOCAL_TRY_STATUS(Measure(*rendered, attempt));
    return attempt;
  }

  Status Measure(const RenderedPlan& rendered, Attempt& attempt) const {
    const GoldenFixture::Baseline& baseline = *fixture_->baseline;
    if (rendered.sha256 == baseline.sha256) {
      attempt.nearness = Nearness::kSameBytes;
      attempt.psnr = "equal";
      return Ok();
    }
    golden::ComparisonOptions options;
    options.cancel = context_.cancel;
    HYPERLOCAL_TRY(const golden::VideoComparison comparison,
                   golden::CompareVideos(fixture_->video(), rendered.output, options));
    attempt.psnr = comparison.same_size ? golden::DbText(golden::JudgedPsnrDb(comparison))
                                        : std::string("another size");
    const bool passes =
        golden::Judge(comparison, fixture_->thresholds).outcome == golden::Outcome::kPass;
    attempt.nearness = !passes                                  ? Nearness::kOther
                       : rendered.pictures == baseline.pictures ? Nearness::kSamePictures
                                                                : Nearness::kWithinLimits;
    return Ok();
  }

  static void Conclude(Explanation& explanation) {
    const Attempt& now = explanation.attempts.front();
    if (now.nearness == Nearness::kSameBytes) {
      explanation.kind = Explanation::Kind::kSame;
      explanation.message = "nothing to explain: it renders to the baseline, byte for byte";
      return;
    }
    if (!explanation.causes.empty()) {
      explanation.kind = Explanation::Kind::kExplained;
      Nearness reached = Nearness::kOther;
      for (const Attempt& attempt : explanation.attempts) {
        reached = std::max(reached, attempt.nearness);
      }
      const bool together = std::none_of(
          explanation.attempts.begin(), explanation.attempts.end(), [&](const Attempt& attempt) {
            return attempt.put_back.size() == 1 && attempt.nearness == reached;
          });
      explanation.message =
          fmt::format("it was {}{}: put back, it is {}", TitlesOf(explanation.causes),
                      together ? " together" : "", TextOf(reached));
      return;
    }
    explanation.kind = Explanation::Kind::kUnexplained;
    explanation.message = "nothing that I could put back explains it";
    std::vector<std::string> suspects = explanation.fixed;
    for (const IngredientChange& change : explanation.changes) {
      if (change.lost.empty()) continue;
      suspects.push_back(
          fmt::format("{} differ, but could not be put back", TitleOf(change.ingredient)));
    }
    explanation.message +=
        suspects.empty()
            ? "; Chrome, FFmpeg, fonts and all of the plan are as recorded: what is left is this "
              "program's own code, or chance (hyperlocal golden determinism)"
            : fmt::format("; what remains: {}", fmt::join(suspects, "; "));
  }

  void Tell(const std::string& what) {
    context_.console.WriteErr(fmt::format("{}: {}\n", fixture_->name, what));
  }

  CommandContext& context_;
  const GoldenIngredients here_;
  const AssetSources assets_;
  const std::vector<fs::path> look_in_;
  BrowserSlot slot_;
  const GoldenFixture* fixture_ = nullptr;
  std::unique_ptr<ScratchDirectory> scratch_;
};

std::string TextOf(const GoldenFixture& fixture, const Explanation& explanation) {
  constexpr std::size_t kMostLines = 8;
  std::string text = fmt::format("{}: {}\n", fixture.name, explanation.message);
  if (explanation.attempts.empty()) return text;
  const Attempt& now = explanation.attempts.front();
  text += fmt::format("  now: {}, {}\n", TextOf(now.nearness), now.psnr);
  for (const IngredientChange& change : explanation.changes) {
    text += fmt::format("  {}:\n", TitleOf(change.ingredient));
    for (std::size_t i = 0; i < std::min(kMostLines, change.what.size()); ++i) {
      text += fmt::format("    {}\n", change.what[i]);
    }
    if (change.what.size() > kMostLines) {
      text += fmt::format("    and {} more\n", change.what.size() - kMostLines);
    }
    for (const RecordedFile& file : change.lost) {
      text += fmt::format("    cannot be put back: {} {}{}; --from DIR looks for it there\n",
                          FormatBytes(file.size), file.sha256.substr(0, 12),
                          file.from.empty() ? " (" + file.path + ")" : " (" + file.from + ")");
    }
  }
  for (std::size_t i = 1; i < explanation.attempts.size(); ++i) {
    const Attempt& attempt = explanation.attempts[i];
    text +=
        fmt::format("  {} put back: {}\n", TitlesOf(attempt.put_back),
                    attempt.failed ? "cannot be rendered: " + attempt.failed->message
                                   : fmt::format("{}, {}", TextOf(attempt.nearness), attempt.psnr));
  }
  for (const std::string& line : explanation.fixed) {
    text += fmt::format("  {} (cannot be put back)\n", line);
  }
  return WithoutControls(text);
}

ordered_json JsonOf(const GoldenFixture& fixture, const Explanation& explanation) {
  const auto names = [](const std::set<Ingredient>& ingredients) {
    ordered_json list = ordered_json::array();
    for (const Ingredient each : ingredients) list.push_back(NameOf(each));
    return list;
  };
  ordered_json changes = ordered_json::array();
  for (const IngredientChange& change : explanation.changes) {
    ordered_json lost = ordered_json::array();
    for (const RecordedFile& file : change.lost) {
      lost.push_back({{"path", file.path}, {"sha256", file.sha256}, {"from", file.from}});
    }
    changes.push_back({{"ingredient", NameOf(change.ingredient)},
                       {"what", change.what},
                       {"lost", std::move(lost)}});
  }
  ordered_json attempts = ordered_json::array();
  for (const Attempt& attempt : explanation.attempts) {
    ordered_json one{{"putBack", names(attempt.put_back)},
                     {"result", TextOf(attempt.nearness)},
                     {"psnr", attempt.psnr}};
    if (attempt.failed) one["error"] = attempt.failed->message;
    attempts.push_back(std::move(one));
  }
  return {{"name", fixture.name},
          {"outcome", NameOf(explanation.kind)},
          {"message", explanation.message},
          {"causes", names(explanation.causes)},
          {"changes", std::move(changes)},
          {"attempts", std::move(attempts)},
          {"cannotBePutBack", explanation.fixed}};
}

}  // namespace

Result<CommandAnswer> ExplainGolden(const CommandLine& line, CommandContext& context,
                                    const OpenAssetSources& open) {
  const fs::path directory = line.Value("fixtures").value_or(kDefaultFixtures);
  HYPERLOCAL_TRY(const auto fixtures, ReadFixtures(directory, line.arguments));
  std::vector<fs::path> look_in;
  if (const auto from = line.Value("from")) {
    std::error_code ignored;
    if (!fs::is_directory(*from, ignored)) {
      return Error{ErrorCode::kNoInput, "--from " + *from + ": there is no such directory"};
    }
    look_in.emplace_back(*from);
  }
  Explaining explaining(context, IngredientsHere(context.cancel), open(false, context.cancel),
                        std::move(look_in));
  CommandAnswer answer;
  ordered_json list = ordered_json::array();
  bool differs = false;
  bool open_question = false;
  for (const GoldenFixture& fixture : fixtures) {
    auto explanation = explaining.Explain(fixture);
    if (!explanation) return std::move(explanation).error().WithContext(fixture.name);
    differs = differs || explanation->kind == Explanation::Kind::kExplained;
    open_question = open_question || explanation->kind == Explanation::Kind::kUnexplained ||
                    explanation->kind == Explanation::Kind::kUndecided;
    answer.text += TextOf(fixture, *explanation);
    list.push_back(JsonOf(fixture, *explanation));
  }
  answer.members = {{"fixtures", std::move(list)}};
  answer.exit_status = open_question ? kUndecidedStatus : differs ? 1 : 0;
  return answer;
}

}  // namespace hyperlocal::cli
