#include "cli/golden_fixture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "engine/av/libav_version.h"
#include "engine/browser/browser.h"
#include "engine/composition/font_snapshot.h"
#include "engine/file/whole_file.h"
#include "engine/hash/project_hash.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Members of an object that nobody reads are mistakes.
Status OnlyKnown(const json& object, const std::string& where, const std::set<std::string>& known) {
  for (const auto& [name, value] : object.items()) {
    if (!known.contains(name)) {
      return Error{ErrorCode::kInvalidJson, fmt::format("{}: there is no member {}; there are {}",
                                                        where, name, fmt::join(known, ", "))};
    }
  }
  return Ok();
}

Status ReadRender(const JsonObject& meta, const std::string& where, LocalRenderOptions& render) {
  const json* given = meta.Find("render");
  if (given == nullptr) return Ok();
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(*given, where + ": render"));
  HYPERLOCAL_TRY_STATUS(OnlyKnown(*given, where + ": render",
                                  {"fps", "width", "height", "format", "codec", "quality", "crf",
                                   "bitrate", "chunkSize", "variables", "entry"}));
  const auto whole = [&object](const char* name, std::optional<int>& to) -> Status {
    if (object.Find(name) == nullptr) return Ok();
    HYPERLOCAL_TRY(to, object.Int(name, 0));
    return Ok();
  };
  HYPERLOCAL_TRY_STATUS(whole("fps", render.fps));
  HYPERLOCAL_TRY_STATUS(whole("width", render.width));
  HYPERLOCAL_TRY_STATUS(whole("height", render.height));
  HYPERLOCAL_TRY_STATUS(whole("crf", render.crf));
  HYPERLOCAL_TRY_STATUS(whole("chunkSize", render.chunk_size));
  if (object.Find("bitrate") != nullptr) {
    HYPERLOCAL_TRY(render.bitrate, object.Text("bitrate"));
  }
  if (object.Find("entry") != nullptr) {
    HYPERLOCAL_TRY(render.entry_file, object.Text("entry"));
  }
  if (object.Find("format") != nullptr) {
    HYPERLOCAL_TRY(const std::string name, object.Text("format"));
    const auto format = ParseOutputFormat(name);
    if (!format) return object.Bad("format", "be mp4, mov, webm or png-sequence");
    render.format = *format;
  }
  if (object.Find("codec") != nullptr) {
    HYPERLOCAL_TRY(const std::string name, object.Text("codec"));
    render.codec = ParseVideoCodec(name);
    if (!render.codec) return object.Bad("codec", "be h264 or h265");
  }
  if (object.Find("quality") != nullptr) {
    HYPERLOCAL_TRY(const std::string name, object.Text("quality"));
    const auto quality = ParseQuality(name);
    if (!quality) return object.Bad("quality", "be draft, standard or high");
    render.quality = *quality;
  }
  if (const json* variables = object.Find("variables"); variables != nullptr) {
    HYPERLOCAL_TRY(render.variables_json, CanonicalJson(*variables));
  }
  return Ok();
}

Status ReadThresholds(const JsonObject& meta, const std::string& where,
                      golden::Thresholds& thresholds) {
  const json* given = meta.Find("thresholds");
  if (given == nullptr) return Ok();
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(*given, where + ": thresholds"));
  HYPERLOCAL_TRY_STATUS(OnlyKnown(*given, where + ": thresholds",
                                  {"minPsnr", "minFramePsnr", "maxFrameFailures", "minSsim",
                                   "minAudioCorrelation", "maxAudioLagMs", "maxSpotError"}));
  const auto number = [&object](const char* name, auto set) -> Status {
    if (object.Find(name) == nullptr) return Ok();
    HYPERLOCAL_TRY(const double value, object.Number(name));
    set(value);
    return Ok();
  };
  HYPERLOCAL_TRY_STATUS(number(
      "minPsnr", [&](double v) { thresholds.min_psnr_db = thresholds.min_frame_psnr_db = v; }));
  HYPERLOCAL_TRY_STATUS(
      number("minFramePsnr", [&](double v) { thresholds.min_frame_psnr_db = v; }));
  HYPERLOCAL_TRY_STATUS(number("maxFrameFailures", [&](double v) {
    thresholds.max_frame_failures = static_cast<std::int64_t>(v);
  }));
  HYPERLOCAL_TRY_STATUS(number("minSsim", [&](double v) { thresholds.min_ssim = v; }));
  HYPERLOCAL_TRY_STATUS(
      number("minAudioCorrelation", [&](double v) { thresholds.min_audio_correlation = v; }));
  HYPERLOCAL_TRY_STATUS(number("maxAudioLagMs", [&](double v) {
    thresholds.max_audio_lag = std::chrono::microseconds(static_cast<std::int64_t>(v * 1000));
  }));
  HYPERLOCAL_TRY_STATUS(
      number("maxSpotError", [&](double v) { thresholds.max_spot_error = static_cast<int>(v); }));
  return Ok();
}

Status ReadBaseline(const JsonObject& meta, const std::string& where, GoldenFixture& fixture) {
  const json* given = meta.Find("baseline");
  if (given == nullptr) return Ok();
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(*given, where + ": baseline"));
  GoldenFixture::Baseline baseline;
  HYPERLOCAL_TRY(baseline.sha256, object.Text("sha256"));
  HYPERLOCAL_TRY(baseline.pictures, object.Text("pictures"));
  HYPERLOCAL_TRY(baseline.frames, object.Integer("frames", 1));
  HYPERLOCAL_TRY(baseline.made_with.chrome, object.Text("chrome"));
  HYPERLOCAL_TRY(baseline.made_with.ffmpeg, object.Text("ffmpeg"));
  HYPERLOCAL_TRY(baseline.made_with.fonts, object.Text("fonts"));
  HYPERLOCAL_TRY(baseline.made_with.project, object.Text("project"));
  fixture.baseline = std::move(baseline);
  return Ok();
}

Result<std::vector<std::string>> NamesIn(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (fs::is_regular_file(entry->path() / "meta.json", ignored)) {
      names.push_back(entry->path().filename().string());
    }
  }
  if (error) {
    return Error{
        ErrorCode::kNoInput,
        fmt::format("cannot read the fixtures in {}: {}; --fixtures names another directory",
                    directory.string(), error.message())};
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

fs::path GoldenFixture::video() const {
  const std::string_view extension = FileExtension(render.format);
  return directory / ("baseline" + std::string(extension));
}

GoldenIngredients IngredientsHere(const CancellationToken& cancel) {
  GoldenIngredients here;
  if (const auto browser = Browser::Launch(cancel)) here.chrome = (*browser)->version();
  here.ffmpeg = FfmpegVersion();
  here.fonts = FontSnapshotSha();
  return here;
}

std::vector<std::string> Differences(const GoldenIngredients& recorded,
                                     const GoldenIngredients& here) {
  std::vector<std::string> lines;
  const auto add = [&lines](const char* what, const std::string& was, const std::string& is) {
    if (was == is) return;
    const auto named = [](const std::string& text) { return text.empty() ? "not there" : text; };
    lines.push_back(fmt::format("{} was {}, is {}", what, named(was), named(is)));
  };
  add("Chrome", recorded.chrome, here.chrome);
  add("FFmpeg", recorded.ffmpeg, here.ffmpeg);
  if (recorded.fonts != here.fonts) lines.emplace_back("the installed fonts are others");
  return lines;
}

Result<GoldenFixture> ReadFixture(const fs::path& directory) {
  const fs::path file = directory / "meta.json";
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  HYPERLOCAL_TRY(const json parsed, ParseJson(text, file.string()));
  HYPERLOCAL_TRY(const JsonObject meta, JsonObject::Of(parsed, file.string()));
  HYPERLOCAL_TRY_STATUS(OnlyKnown(
      parsed, file.string(), {"name", "guards", "project", "render", "thresholds", "baseline"}));
  GoldenFixture fixture;
  fixture.directory = directory;
  fixture.name = directory.filename().string();
  HYPERLOCAL_TRY(const std::string name, meta.Text("name"));
  if (name != fixture.name) return meta.Bad("name", "be the directory's, " + fixture.name);
  HYPERLOCAL_TRY(fixture.guards, meta.Text("guards"));
  fixture.render.project = directory / "project";
  if (meta.Find("project") != nullptr) {
    HYPERLOCAL_TRY(const std::string project, meta.Text("project"));
    fixture.render.project = (directory / project).lexically_normal();
  }
  HYPERLOCAL_TRY_STATUS(ReadRender(meta, file.string(), fixture.render));
  HYPERLOCAL_TRY_STATUS(ReadThresholds(meta, file.string(), fixture.thresholds));
  HYPERLOCAL_TRY_STATUS(ReadBaseline(meta, file.string(), fixture));
  return fixture;
}

Result<std::vector<GoldenFixture>> ReadFixtures(const fs::path& directory,
                                                const std::vector<std::string>& names) {
  HYPERLOCAL_TRY(const std::vector<std::string> all, NamesIn(directory));
  if (all.empty()) {
    return Error{ErrorCode::kNoInput,
                 fmt::format("there is no fixture in {} (a directory with a meta.json)",
                             directory.string())};
  }
  std::vector<GoldenFixture> fixtures;
  for (const std::string& name : names.empty() ? all : names) {
    if (std::find(all.begin(), all.end(), name) == all.end()) {
      return Error{ErrorCode::kNoInput,
                   fmt::format("there is no fixture {} in {}; there are {}", name,
                               directory.string(), fmt::join(all, ", "))};
    }
    HYPERLOCAL_TRY(GoldenFixture fixture, ReadFixture(directory / name));
    fixtures.push_back(std::move(fixture));
  }
  return fixtures;
}

Status RecordBaseline(const GoldenFixture& fixture, const GoldenFixture::Baseline& baseline) {
  const fs::path file = fixture.directory / "meta.json";
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  HYPERLOCAL_TRY(nlohmann::ordered_json meta, ParseOrderedJson(text, file.string()));
  meta["baseline"] = {{"sha256", baseline.sha256},
                      {"pictures", baseline.pictures},
                      {"frames", baseline.frames},
                      {"chrome", baseline.made_with.chrome},
                      {"ffmpeg", baseline.made_with.ffmpeg},
                      {"fonts", baseline.made_with.fonts},
                      {"project", baseline.made_with.project}};
  HYPERLOCAL_TRY(const std::string pretty, PrettyJson(meta));
  return WriteWholeFile(file, pretty + "\n");
}

}  // namespace hyperlocal::cli
