#include "cli/assets_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "cli/command_answer_internal.h"
#include "cli/human_text.h"
#include "engine/browser/browser_slot.h"
#include "engine/composition/asset_cache.h"
#include "engine/composition/asset_lock.h"
#include "engine/file/scratch_directory.h"
#include "engine/plan_project.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

using Answers = std::map<std::string, AssetAnswer>;  // by address

// What planning the project asked for, and why it went no further, if it did not.
struct Survey {
  Answers answers;
  std::optional<Error> error;
};

// Plans the project as far as the page goes, and keeps nothing of it.
Result<Survey> Look(const CommandLine& line, CommandContext& context, AssetSources sources) {
  Survey survey;
  HYPERLOCAL_TRY(const std::unique_ptr<ScratchDirectory> scratch,
                 ScratchDirectory::Create("assets"));
  BrowserSlot slot(context.cancel);
  PlanRequest request;
  request.project = line.arguments.at(0);
  request.plan_directory = scratch->path() / "plan";
  request.entry_file = line.Value("entry").value_or(request.entry_file);
  request.assets = std::move(sources);
  request.assets.on_answer = [&](const AssetAnswer& answer) {
    survey.answers.insert_or_assign(answer.url, answer);
  };
  std::set<std::string> said;
  request.on_message = [&](std::string_view text) {
    if (said.emplace(text).second) {
      context.console.WriteErr(fmt::format("warning: {}\n", WithoutControls(std::string(text))));
    }
  };
  bool complete = false;
  request.config_for = [&complete](const CompositionFacts&) -> Result<RenderConfig> {
    complete = true;
    return Error{ErrorCode::kCancelled, "the addresses are all that is wanted"};
  };
  const auto planned = PlanProject(request, slot);
  if (planned || complete) return survey;
  const ErrorCode code = planned.error().code;
  const bool of_assets = code == ErrorCode::kAssetUnavailable ||
                         code == ErrorCode::kFontFetchFailed ||
                         code == ErrorCode::kFontFetchUnavailable;
  if (!of_assets) return planned.error();
  survey.error = planned.error();
  return survey;
}

ordered_json MembersOf(const AssetAnswer& answer) {
  ordered_json members{{"url", answer.url}, {"from", NameOf(answer.origin)}};
  if (!answer.detail.empty()) members["detail"] = answer.detail;
  if (!answer.sha256.empty()) {
    members["sha256"] = answer.sha256;
    members["contentType"] = answer.content_type;
    members["size"] = answer.size;
  }
  return members;
}

std::string LineOf(const AssetAnswer& answer, std::string_view mark) {
  return fmt::format("{:<8}  {}{}\n", mark, WithoutControls(answer.url),
                     answer.detail.empty() ? "" : "  (" + WithoutControls(answer.detail) + ")");
}

// Ours is whatever we bring along: it is not the project's to lock.
bool IsLockable(const AssetAnswer& answer) {
  return answer.origin != AssetOrigin::kNowhere && answer.origin != AssetOrigin::kRuntime;
}

AssetLock LockOf(const Answers& answers) {
  AssetLock lock;
  for (const auto& [url, answer] : answers) {
    if (IsLockable(answer)) lock.assets[url] = {answer.sha256, answer.content_type, answer.size};
  }
  return lock;
}

Result<CommandAnswer> List(const CommandLine& line, CommandContext& context,
                           const OpenAssetSources& open) {
  HYPERLOCAL_TRY(const Survey survey, Look(line, context, open(false, context.cancel)));
  CommandAnswer answer;
  ordered_json list = ordered_json::array();
  for (const auto& [url, asset] : survey.answers) {
    answer.text += LineOf(asset, NameOf(asset.origin));
    list.push_back(MembersOf(asset));
  }
  if (survey.error) {
    answer.exit_status = 1;
    answer.text += "A page that lacks something may ask for more once it has it.\n";
  }
  answer.members = {{"assets", list}, {"complete", !survey.error}};
  return answer;
}

// Copies what came from elsewhere into the project, for machines that have only the project.
Status KeepInProject(const fs::path& project, const Answers& answers, const AssetSources& sources) {
  const AssetCache from(sources.cache_directory);
  const AssetCache into(project / kProjectAssets);
  for (const auto& [url, answer] : answers) {
    if (answer.origin != AssetOrigin::kCache && answer.origin != AssetOrigin::kNetwork) continue;
    if (const auto asset = from.Find(url)) HYPERLOCAL_TRY_STATUS(into.Keep(url, *asset));
  }
  return Ok();
}

Result<CommandAnswer> Fetch(const CommandLine& line, CommandContext& context,
                            const OpenAssetSources& open) {
  const fs::path project = line.arguments.at(0);
  AssetSources sources = open(true, context.cancel);
  sources.locked = false;  // the lock is what this writes
  const auto fetch = sources.fetch;
  sources.fetch = [&context, fetch](const std::string& url) {
    context.console.WriteErr("fetching " + WithoutControls(url) + "\n");
    return fetch(url);
  };
  HYPERLOCAL_TRY(const Survey survey, Look(line, context, sources));
  if (survey.error) return *survey.error;
  if (line.Has("into-project")) {
    HYPERLOCAL_TRY_STATUS(KeepInProject(project, survey.answers, sources));
  }
  const AssetLock lock = LockOf(survey.answers);
  HYPERLOCAL_TRY(const std::optional<AssetLock> before, AssetLock::Load(project));
  const bool changed = before ? !(*before == lock) : !lock.assets.empty();
  if (changed) HYPERLOCAL_TRY_STATUS(lock.Save(project));
  CommandAnswer answer;
  ordered_json list = ordered_json::array();
  for (const auto& [url, asset] : survey.answers) {
    answer.text += LineOf(asset, NameOf(asset.origin));
    list.push_back(MembersOf(asset));
  }
  answer.members = {
      {"assets", list}, {"lock", (project / AssetLock::kFile).string()}, {"lockChanged", changed}};
  return answer;
}

// How an address stands to the lock, in a word.
std::string_view Verdict(const AssetAnswer& answer, const AssetLock& lock) {
  if (answer.origin == AssetOrigin::kNowhere) return "missing";
  if (!IsLockable(answer)) return "ok";
  const auto locked = lock.assets.find(answer.url);
  if (locked == lock.assets.end()) return "unlocked";
  return locked->second.sha256 == answer.sha256 ? "ok" : "changed";
}

Result<CommandAnswer> Verify(const CommandLine& line, CommandContext& context,
                             const OpenAssetSources& open) {
  const fs::path project = line.arguments.at(0);
  HYPERLOCAL_TRY(const std::optional<AssetLock> lock, AssetLock::Load(project));
  if (!lock) {
    return Error{ErrorCode::kNoInput, fmt::format("{} has no {}; write it with hyperlocal assets "
                                                  "fetch",
                                                  project.string(), AssetLock::kFile)};
  }
  AssetSources sources = open(false, context.cancel);
  sources.locked = false;  // differences are told, all of them
  HYPERLOCAL_TRY(const Survey survey, Look(line, context, std::move(sources)));
  CommandAnswer answer;
  ordered_json list = ordered_json::array();
  const auto add = [&](const AssetAnswer& asset, std::string_view verdict) {
    answer.text += LineOf(asset, verdict);
    ordered_json members = MembersOf(asset);
    members["verdict"] = verdict;
    list.push_back(std::move(members));
    if (verdict != "ok" && verdict != "unused") answer.exit_status = 1;
  };
  for (const auto& [url, asset] : survey.answers) add(asset, Verdict(asset, *lock));
  for (const auto& [url, locked] : lock->assets) {
    if (survey.answers.contains(url)) continue;
    AssetAnswer unused;
    unused.url = url;
    add(unused, "unused");
  }
  answer.members = {{"assets", list}, {"verified", answer.exit_status == 0}};
  return answer;
}

}  // namespace

int RunAssets(const CommandLine& line, CommandContext& context, const OpenAssetSources& open) {
  const auto command = [&]() -> Result<CommandAnswer> {
    if (line.command->name == "assets list") return List(line, context, open);
    if (line.command->name == "assets fetch") return Fetch(line, context, open);
    return Verify(line, context, open);
  };
  return TellAnswer(line, context, command,
                    {.next_command = [](const Error&) { return "hyperlocal help assets"; }});
}

}  // namespace hyperlocal::cli
