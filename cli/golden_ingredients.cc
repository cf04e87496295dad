#include "cli/golden_ingredients.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "engine/composition/font_set.h"
#include "engine/composition/recorded_assets.h"
#include "engine/config/render_config.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"
#include "engine/plan/chunk_plan.h"
#include "engine/plan/locked_config.h"
#include "engine/plan_project.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kCompiled = "compiled/";
constexpr std::string_view kOutside = "compiled/__hyperlocal/";
constexpr std::string_view kMeta = "meta/";
constexpr const char* kVideos = "meta/videos.json";
constexpr const char* kVideoFrames = "video-frames";

// What of the locked config decides how frames are encoded, and not what they show.
const std::set<std::string>& EncoderMembers() {
  static const std::set<std::string> members{
      "bitrate", "chunkCount", "chunkSize",   "closedGop", "crf",     "encoder",   "forceKeyframes",
      "format",  "gopSize",    "pixelFormat", "preset",    "quality", "vp9CpuUsed"};
  return members;
}

// The locked config as JSON, with what plan.json says beside it; the version of FFmpeg apart, which
// cannot be put back.
Result<json> SettingsOf(const PlanDirectory& plan) {
  HYPERLOCAL_TRY(const std::string text, LockedConfigJson(plan.locked));
  HYPERLOCAL_TRY(json settings, ParseJson(text, "the locked config"));
  settings.erase("ffmpegVersion");
  settings["format"] = WireName(plan.format);
  settings["fps"] = plan.fps.num;
  return settings;
}

Result<std::string> Told(const json& settings, const std::string& member) {
  const auto found = settings.find(member);
  if (found == settings.end()) return std::string("not given");
  return CanonicalJson(*found);
}

bool IsFont(const std::string& url, const std::string& content_type) {
  const std::string path = url.substr(0, url.find_first_of("?#"));
  for (const char* ending : {".woff2", ".woff", ".ttf", ".otf"}) {
    if (path.ends_with(ending)) return true;
  }
  return content_type.starts_with("font/") || url.starts_with("https://fonts.googleapis.com/");
}

struct Recorded {
  std::string content_type;
  std::string sha256;
};
struct Index {
  std::map<std::string, Recorded> entries;  // by address
  bool replay_from_start = false;
};

// The index of a plan's recording: the contents need not be there.
Result<Index> ReadIndex(const PlanDirectory& plan) {
  Index index;
  const fs::path file = plan.compiled() / RecordedAssets::kDirectory / RecordedAssets::kIndex;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return index;
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  HYPERLOCAL_TRY(const json parsed, ParseJson(text, file.string()));
  const auto assets = parsed.find("assets");
  if (assets == parsed.end() || !assets->is_array()) {
    return Error{ErrorCode::kInvalidJson, file.string() + ": assets must be a list"};
  }
  index.replay_from_start = parsed.value("replayFromStart", false);
  for (const json& entry : *assets) {
    index.entries[entry.value("url", "")] = {entry.value("contentType", ""),
                                             entry.value("sha256", "")};
  }
  return index;
}

// The addresses of one kind.
std::map<std::string, Recorded> OfKind(const Index& index, bool fonts) {
  std::map<std::string, Recorded> kind;
  for (const auto& [url, recorded] : index.entries) {
    if (IsFont(url, recorded.content_type) == fonts) kind.emplace(url, recorded);
  }
  return kind;
}

std::string SourceOf(const KnownPlan& known, const std::string& sha256) {
  for (const RecordedFile& file : known.files) {
    if (file.sha256 == sha256 && !file.from.empty()) {
      return fmt::format("{} ({})", sha256.substr(0, 12), file.from);
    }
  }
  return sha256.substr(0, 12);
}

void CompareRecordings(const KnownPlan& was, const KnownPlan& is,
                       const std::map<std::string, Recorded>& old_ones,
                       const std::map<std::string, Recorded>& new_ones, IngredientChange& change) {
  for (const auto& [url, recorded] : old_ones) {
    const auto found = new_ones.find(url);
    if (found == new_ones.end()) {
      change.what.push_back(url + " is not asked for any more");
    } else if (found->second.sha256 != recorded.sha256) {
      change.what.push_back(fmt::format("{} was {}, is {}", url, SourceOf(was, recorded.sha256),
                                        SourceOf(is, found->second.sha256)));
    }
  }
  for (const auto& [url, recorded] : new_ones) {
    if (!old_ones.contains(url)) change.what.push_back(url + " was not asked for");
  }
}

// Digests of the files that `belongs` picks, by path.
std::map<std::string, std::string> Digests(const KnownPlan& known,
                                           bool (*belongs)(const std::string&)) {
  std::map<std::string, std::string> digests;
  for (const RecordedFile& file : known.files) {
    if (belongs(file.path)) digests.emplace(file.path, file.sha256);
  }
  return digests;
}

bool IsOfProject(const std::string& path) {
  return path.starts_with(kCompiled) && !path.starts_with(kOutside);
}
bool IsMedia(const std::string& path) {
  return path == kVideos ||
         (!path.starts_with(kCompiled) && !path.starts_with(kMeta) && path != "plan.json");
}
bool IsFontSheet(const std::string& path) {
  return path == std::string("compiled/") + kFontSetSheet;
}

void CompareFiles(const std::map<std::string, std::string>& old_ones,
                  const std::map<std::string, std::string>& new_ones, std::string_view prefix,
                  IngredientChange& change) {
  const auto shown = [prefix](const std::string& path) {
    return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
  };
  for (const auto& [path, digest] : old_ones) {
    const auto found = new_ones.find(path);
    if (found == new_ones.end()) {
      change.what.push_back(shown(path) + " is gone");
    } else if (found->second != digest) {
      change.what.push_back(shown(path) + " is another");
    }
  }
  for (const auto& [path, digest] : new_ones) {
    if (!old_ones.contains(path)) change.what.push_back(shown(path) + " is new");
  }
}

// Which ingredient a file of a plan is of.
std::optional<Ingredient> IngredientOf(const std::string& path, const Index& index) {
  if (IsFontSheet(path)) return Ingredient::kFonts;
  if (path.starts_with(kOutside)) {
    const std::string digest = path.substr(kOutside.size());
    bool known = false;
    for (const auto& [url, recorded] : index.entries) {
      if (recorded.sha256 != digest) continue;
      if (IsFont(url, recorded.content_type)) return Ingredient::kFonts;
      known = true;
    }
    if (known) return Ingredient::kAssets;
    return std::nullopt;
  }
  if (IsOfProject(path)) return Ingredient::kProject;
  if (IsMedia(path)) return Ingredient::kMedia;
  return std::nullopt;
}

Status CopyTree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return Ok();
  fs::create_directories(to.parent_path(), error);
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  if (!error) return Ok();
  return Error{ErrorCode::kIo, fmt::format("cannot copy {} to {}: {}", from.string(), to.string(),
                                           error.message())};
}

Status TakeRecording(const KnownPlan& from, const Index& index, bool fonts, RecordedAssets& into) {
  for (const auto& [url, recorded] : OfKind(index, fonts)) {
    const fs::path file = from.plan.compiled() / RecordedAssets::kDirectory / recorded.sha256;
    HYPERLOCAL_TRY(std::string body, ReadWholeFile(file));
    into.Add(url, {recorded.content_type, std::move(body)});
  }
  return Ok();
}

Status TakeMedia(const PlanDirectory& from, const fs::path& root) {
  if (const fs::path sound = from.audio_file(); !sound.empty()) {
    HYPERLOCAL_TRY_STATUS(CopyTree(sound, root / sound.filename()));
  }
  HYPERLOCAL_TRY_STATUS(CopyTree(from.root / kVideoFrames, root / kVideoFrames));
  return CopyTree(from.root / kVideos, root / kVideos);
}

void TakeConfig(const LockedRenderConfig& from, LockedRenderConfig& into) {
  into.capture_mode = from.capture_mode;
  into.force_screenshot = from.force_screenshot;
  into.device_scale_factor = from.device_scale_factor;
  into.browser_gpu_mode = from.browser_gpu_mode;
  into.warmup_ticks = from.warmup_ticks;
  into.runtime_env = from.runtime_env;
  into.variables_json = from.variables_json;
}

void TakeEncoder(const LockedRenderConfig& from, LockedRenderConfig& into) {
  into.encoder = from.encoder;
  into.quality = from.quality;
  into.preset = from.preset;
  into.crf = from.crf;
  into.bitrate = from.bitrate;
  into.vp9_cpu_used = from.vp9_cpu_used;
  into.closed_gop = from.closed_gop;
  into.force_keyframes = from.force_keyframes;
  into.pixel_format = from.pixel_format;
  into.chunk_size = from.chunk_size;
}

// Pictures and sound that were prepared are of the project's or of outside sources, and cut to the
// rate: they follow these.
bool MediaFollows(const std::set<Ingredient>& ingredients) {
  for (const Ingredient each :
       {Ingredient::kMedia, Ingredient::kProject, Ingredient::kAssets, Ingredient::kConfig}) {
    if (ingredients.contains(each)) return true;
  }
  return false;
}

}  // namespace

std::string_view TitleOf(Ingredient ingredient) {
  switch (ingredient) {
    case Ingredient::kEncoder:
      return "the encoder settings";
    case Ingredient::kConfig:
      return "the render config";
    case Ingredient::kProject:
      return "the project";
    case Ingredient::kAssets:
      return "the outside assets";
    case Ingredient::kFonts:
      return "the fonts from outside";
    case Ingredient::kMedia:
      break;
  }
  return "the prepared pictures and sound";
}

std::string_view NameOf(Ingredient ingredient) {
  switch (ingredient) {
    case Ingredient::kEncoder:
      return "encoder";
    case Ingredient::kConfig:
      return "config";
    case Ingredient::kProject:
      return "project";
    case Ingredient::kAssets:
      return "assets";
    case Ingredient::kFonts:
      return "fonts";
    case Ingredient::kMedia:
      break;
  }
  return "media";
}

Result<std::vector<IngredientChange>> ChangesBetween(const KnownPlan& was, const KnownPlan& is,
                                                     const std::vector<RecordedFile>& lost) {
  IngredientChange encoder{.ingredient = Ingredient::kEncoder, .what = {}, .lost = {}};
  IngredientChange config{.ingredient = Ingredient::kConfig, .what = {}, .lost = {}};
  IngredientChange project{.ingredient = Ingredient::kProject, .what = {}, .lost = {}};
  IngredientChange assets{.ingredient = Ingredient::kAssets, .what = {}, .lost = {}};
  IngredientChange fonts{.ingredient = Ingredient::kFonts, .what = {}, .lost = {}};
  IngredientChange media{.ingredient = Ingredient::kMedia, .what = {}, .lost = {}};

  CompareFiles(Digests(was, IsOfProject), Digests(is, IsOfProject), kCompiled, project);
  HYPERLOCAL_TRY(const json old_settings, SettingsOf(was.plan));
  HYPERLOCAL_TRY(const json new_settings, SettingsOf(is.plan));
  std::set<std::string> members;
  for (const auto& [name, value] : old_settings.items()) members.insert(name);
  for (const auto& [name, value] : new_settings.items()) members.insert(name);
  for (const std::string& member : members) {
    HYPERLOCAL_TRY(const std::string before, Told(old_settings, member));
    HYPERLOCAL_TRY(const std::string now, Told(new_settings, member));
    if (before == now) continue;
    // How many chunks there are follows from the length and the size of one; that from the
    // encoder's group.
    if (member == "chunkCount" || member == "gopSize") continue;
    (EncoderMembers().contains(member) ? encoder : config)
        .what.push_back(fmt::format("{} was {}, is {}", member, before, now));
  }
  HYPERLOCAL_TRY(const Index old_index, ReadIndex(was.plan));
  HYPERLOCAL_TRY(const Index new_index, ReadIndex(is.plan));
  CompareRecordings(was, is, OfKind(old_index, true), OfKind(new_index, true), fonts);
  CompareRecordings(was, is, OfKind(old_index, false), OfKind(new_index, false), assets);
  CompareFiles(Digests(was, IsFontSheet), Digests(is, IsFontSheet), kOutside, fonts);
  if (project.what.empty() && assets.what.empty() && config.what.empty()) {
    CompareFiles(Digests(was, IsMedia), Digests(is, IsMedia), "", media);
  }

  for (const RecordedFile& file : lost) {
    const auto of = IngredientOf(file.path, old_index);
    if (!of) continue;
    for (IngredientChange* change : {&project, &assets, &fonts, &media}) {
      const bool follows = *of == Ingredient::kMedia && MediaFollows({change->ingredient});
      if (change->ingredient == *of || follows) change->lost.push_back(file);
    }
  }
  std::vector<IngredientChange> changes;
  for (IngredientChange* change : {&encoder, &config, &project, &assets, &fonts, &media}) {
    if (!change->what.empty()) changes.push_back(std::move(*change));
  }
  return changes;
}

Result<PlanDirectory> PlanWith(const std::set<Ingredient>& ingredients, const KnownPlan& was,
                               const KnownPlan& is, const fs::path& root) {
  const auto from = [&](Ingredient ingredient) -> const KnownPlan& {
    return ingredients.contains(ingredient) ? was : is;
  };
  const PlanDirectory& of_project = from(Ingredient::kProject).plan;
  HYPERLOCAL_TRY_STATUS(CopyTree(of_project.compiled(), root / "compiled"));
  std::error_code error;
  fs::remove_all(root / "compiled" / RecordedAssets::kDirectory, error);

  RecordedAssets recorded;
  HYPERLOCAL_TRY(const Index of_page, ReadIndex(of_project));
  recorded.replay_from_start = of_page.replay_from_start;
  for (const bool fonts : {false, true}) {
    const KnownPlan& source = from(fonts ? Ingredient::kFonts : Ingredient::kAssets);
    HYPERLOCAL_TRY(const Index index, ReadIndex(source.plan));
    HYPERLOCAL_TRY_STATUS(TakeRecording(source, index, fonts, recorded));
  }
  HYPERLOCAL_TRY_STATUS(recorded.Save(root / "compiled"));
  HYPERLOCAL_TRY_STATUS(CopyTree(from(Ingredient::kFonts).plan.compiled() / kFontSetSheet,
                                 root / "compiled" / kFontSetSheet));
  HYPERLOCAL_TRY_STATUS(TakeMedia(MediaFollows(ingredients) ? was.plan : is.plan, root));

  PlanDirectory plan = is.plan;
  plan.root = root;
  plan.composition = of_project.composition;
  plan.width = of_project.width;
  plan.height = of_project.height;
  plan.duration_seconds = of_project.duration_seconds;
  plan.fps = from(Ingredient::kConfig).plan.fps;
  plan.composition.fps = plan.fps;
  TakeConfig(from(Ingredient::kConfig).plan.locked, plan.locked);
  const PlanDirectory& of_encoder = from(Ingredient::kEncoder).plan;
  TakeEncoder(of_encoder.locked, plan.locked);
  plan.format = of_encoder.format;
  plan.total_frames = FramesOf(plan.duration_seconds, plan.fps);
  // The size of a chunk is what came out of all wishes: no limit on their number applies again.
  const std::int64_t size = of_encoder.locked.chunk_size;
  HYPERLOCAL_TRY(ChunkPlan chunks,
                 PlanChunks({.total_frames = plan.total_frames,
                             .chunk_size = size,
                             .max_parallel_chunks = (plan.total_frames + size - 1) / size}));
  plan.chunks = std::move(chunks.slices);
  plan.locked.chunk_size = plan.locked.gop_size = chunks.chunk_size;
  plan.locked.chunk_count = static_cast<int>(plan.chunks.size());
  plan.has_audio = !plan.audio_file().empty();
  HYPERLOCAL_TRY_STATUS(FreezePlanDirectory(plan, kDefaultPlanSizeLimitBytes));
  return plan;
}

}  // namespace hyperlocal::cli
