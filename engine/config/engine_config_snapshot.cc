#include "engine/config/engine_config_snapshot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "engine/json/canonical_json.h"

namespace hyperlocal {
namespace {

using Problem = std::optional<std::string>;
using nlohmann::json;

enum class Kind {
  kBoolean,
  kNumber,          // finite, within [minimum, maximum]
  kInteger,         // the same, and whole
  kPositiveNumber,  // finite, above zero
  kName,            // one of `names`
  kFps,             // 24, 30 or 60
  kConcurrency,     // "auto" or a positive integer
  kHdr,             // false or {transfer: hlg|pq}
  kText,            // not empty
};

constexpr double kNoMaximum = std::numeric_limits<double>::infinity();

struct Field {
  std::string_view name;
  Kind kind;
  double minimum = 0;
  double maximum = kNoMaximum;
  std::array<std::string_view, 3> names{};
};

// In the order in which the published validator looks at the values.
constexpr std::array kRequired{
    Field{"fps", Kind::kFps},
    Field{"quality", Kind::kName, 0, 0, {"draft", "standard", "high"}},
    Field{"format", Kind::kName, 0, 0, {"jpeg", "png"}},
    Field{"browserGpuMode", Kind::kName, 0, 0, {"software", "hardware", "auto"}},
    Field{"jpegQuality", Kind::kNumber, 0, 100},
    Field{"concurrency", Kind::kConcurrency},
    Field{"coresPerWorker", Kind::kPositiveNumber},
    Field{"minParallelFrames", Kind::kInteger},
    Field{"largeRenderThreshold", Kind::kInteger},
    Field{"vp9CpuUsed", Kind::kInteger, -8, 8},
    Field{"disableGpu", Kind::kBoolean},
    Field{"enableBrowserPool", Kind::kBoolean},
    Field{"forceScreenshot", Kind::kBoolean},
    Field{"staticFrameDedup", Kind::kBoolean},
    Field{"useDrawElement", Kind::kBoolean},
    Field{"enableDrawElementWorkerEncode", Kind::kBoolean},
    Field{"lowMemoryMode", Kind::kBoolean},
    Field{"enablePageSideCompositing", Kind::kBoolean},
    Field{"enableChunkedEncode", Kind::kBoolean},
    Field{"enableStreamingEncode", Kind::kBoolean},
    Field{"hdrAutoDetect", Kind::kBoolean},
    Field{"verifyRuntime", Kind::kBoolean},
    Field{"debug", Kind::kBoolean},
    Field{"browserTimeout", Kind::kNumber, 1},
    Field{"protocolTimeout", Kind::kNumber, 1},
    Field{"chunkSizeFrames", Kind::kNumber, 1},
    Field{"ffmpegEncodeTimeout", Kind::kNumber, 1},
    Field{"ffmpegProcessTimeout", Kind::kNumber, 1},
    Field{"ffmpegStreamingTimeout", Kind::kNumber, 1},
    Field{"frameDataUriCacheLimit", Kind::kInteger, 1},
    Field{"frameDataUriCacheBytesLimitMb", Kind::kNumber, 1},
    Field{"playerReadyTimeout", Kind::kNumber, 1},
    Field{"renderReadyTimeout", Kind::kNumber, 1},
    Field{"pageNavigationTimeout", Kind::kNumber, 1},
    Field{"extractCacheMaxBytes", Kind::kNumber, 1},
    Field{"streamingEncodeMaxDurationSeconds", Kind::kNumber},
    Field{"audioGain", Kind::kNumber},
    Field{"hdr", Kind::kHdr},
};

constexpr std::array kOptional{
    Field{"chromePath", Kind::kText},
    Field{"runtimeManifestPath", Kind::kText},
    Field{"extractCacheDir", Kind::kText},
    Field{"expectedChromiumMajor", Kind::kInteger, 1},
    Field{"pageSideCompositingAutoDisabled", Kind::kBoolean},
    Field{"forceScreenshotExplicitlyOptedOut", Kind::kBoolean},
    Field{"streamingEncodeAutoDisabledOnWin32Compound", Kind::kBoolean},
};

bool IsNumberWithin(const json& value, double minimum, double maximum, bool whole) {
  if (!value.is_number()) return false;
  const double number = value.get<double>();
  return std::isfinite(number) && number >= minimum && number <= maximum &&
         (!whole || std::trunc(number) == number);
}

bool IsHdr(const json& value) {
  if (value.is_boolean()) return !value.get<bool>();
  if (!value.is_object() || value.size() != 1) return false;
  const auto transfer = value.find("transfer");
  return transfer != value.end() && (*transfer == "hlg" || *transfer == "pq");
}

std::string Range(const Field& field) {
  if (field.maximum == kNoMaximum) return "of at least " + JavaScriptNumber(field.minimum);
  return "from " + JavaScriptNumber(field.minimum) + " to " + JavaScriptNumber(field.maximum);
}

// What the value has to be, when it is not that.
Problem Expectation(const Field& field, const json& value) {
  switch (field.kind) {
    case Kind::kBoolean:
      if (value.is_boolean()) return {};
      return "true or false";
    case Kind::kNumber:
      if (IsNumberWithin(value, field.minimum, field.maximum, false)) return {};
      return "a finite number " + Range(field);
    case Kind::kInteger:
      if (IsNumberWithin(value, field.minimum, field.maximum, true)) return {};
      return "an integer " + Range(field);
    case Kind::kPositiveNumber:
      if (IsNumberWithin(value, 0, kNoMaximum, false) && value.get<double>() > 0) return {};
      return "a finite number above 0";
    case Kind::kName: {
      std::string list;
      for (const std::string_view name : field.names) {
        if (name.empty()) continue;
        if (value.is_string() && value.get_ref<const std::string&>() == name) return {};
        list += (list.empty() ? "" : ", ") + std::string(name);
      }
      return "one of " + list;
    }
    case Kind::kFps:
      if (value == 24 || value == 30 || value == 60) return {};
      return "one of 24, 30, 60";
    case Kind::kConcurrency:
      if (value == "auto" || IsNumberWithin(value, 1, kNoMaximum, true)) return {};
      return "a positive integer or auto";
    case Kind::kHdr:
      if (IsHdr(value)) return {};
      return "false or an object with the transfer hlg or pq";
    case Kind::kText:
      if (value.is_string() && !value.get_ref<const std::string&>().empty()) return {};
      return "a text that is not empty";
  }
  return {};
}

bool Lists(std::span<const Field> fields, std::string_view name) {
  return std::any_of(fields.begin(), fields.end(),
                     [name](const Field& field) { return field.name == name; });
}

Problem FirstBadValue(std::span<const Field> fields, const json& snapshot) {
  for (const Field& field : fields) {
    const auto value = snapshot.find(field.name);
    if (value == snapshot.end()) continue;
    if (Problem expected = Expectation(field, *value)) {
      return std::string(field.name) + " must be " + *expected;
    }
  }
  return {};
}

}  // namespace

std::optional<std::string> EngineConfigProblem(const json& snapshot) {
  if (!snapshot.is_object()) return "must be a plain JSON object";
  for (const Field& field : kRequired) {
    if (!snapshot.contains(field.name)) return "lacks the field " + std::string(field.name);
  }
  for (const auto& [name, value] : snapshot.items()) {
    if (!Lists(kRequired, name) && !Lists(kOptional, name)) return "has an unknown field " + name;
  }
  if (Problem problem = FirstBadValue(kRequired, snapshot)) return problem;
  return FirstBadValue(kOptional, snapshot);
}

std::optional<int> Vp9CpuUsedOf(const std::string& snapshot_json) {
  const auto snapshot = ParseJson(snapshot_json, "engineConfig");
  if (!snapshot || !snapshot->is_object()) return std::nullopt;
  const auto speed = snapshot->find("vp9CpuUsed");
  if (speed == snapshot->end() || !speed->is_number()) return std::nullopt;
  return static_cast<int>(speed->get<double>());
}

}  // namespace hyperlocal
