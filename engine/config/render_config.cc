#include "engine/config/render_config.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "engine/config/engine_config_snapshot.h"
#include "engine/json/canonical_json.h"
#include "engine/json/javascript_string.h"

namespace hyperlocal {
namespace {

using nlohmann::json;

constexpr int kMinimumDimension = 16;
constexpr int kMaximumDimension = 7680;
constexpr int kMaximumCrf = 51;
constexpr int kMaximumChunkFrames = 3600;
constexpr int kMaximumParallelChunks = 256;

constexpr std::array kFormats{
    std::pair{OutputFormat::kMp4, "mp4"}, std::pair{OutputFormat::kMov, "mov"},
    std::pair{OutputFormat::kPngSequence, "png-sequence"}, std::pair{OutputFormat::kWebm, "webm"}};
constexpr std::array kCodecs{std::pair{VideoCodec::kH264, "h264"},
                             std::pair{VideoCodec::kH265, "h265"}};
constexpr std::array kQualities{std::pair{Quality::kDraft, "draft"},
                                std::pair{Quality::kStandard, "standard"},
                                std::pair{Quality::kHigh, "high"}};

template <typename Enum, std::size_t kSize>
std::string_view NameIn(const std::array<std::pair<Enum, const char*>, kSize>& table, Enum value) {
  for (const auto& [row, name] : table) {
    if (row == value) return name;
  }
  return {};
}

template <typename Enum, std::size_t kSize>
std::optional<Enum> ValueIn(const std::array<std::pair<Enum, const char*>, kSize>& table,
                            std::string_view name) {
  for (const auto& [value, row] : table) {
    if (row == name) return value;
  }
  return std::nullopt;
}

template <typename Enum, std::size_t kSize>
std::string NamesIn(const std::array<std::pair<Enum, const char*>, kSize>& table) {
  std::string list;
  for (const auto& row : table) list += (list.empty() ? "" : ", ") + std::string(row.second);
  return list;
}

Error Invalid(std::string_view field, std::string_view problem) {
  return Error{ErrorCode::kInvalidConfig,
               "[validateConfig] " + std::string(field) + ": " + std::string(problem),
               std::string(field)};
}

// The fields of the wire, looked at one by one. A field that is null is there; JavaScript tells the
// two apart and so do we.
class Fields {
 public:
  // `config` must outlive this.
  explicit Fields(const json& config) : config_(config) {}

  const json* Find(std::string_view name) const {
    if (!config_.is_object()) return nullptr;
    const auto it = config_.find(name);
    return it == config_.end() ? nullptr : &*it;
  }

  Error Bad(std::string_view name, const std::string& problem) const {
    const json* value = Find(name);
    return Invalid("config." + std::string(name),
                   problem + "; got " + (value ? JavaScriptString(*value) : "undefined"));
  }

  // The field as a whole number within [minimum, maximum]; 30.0 is one, "30" is not.
  Result<std::optional<int>> Integer(std::string_view name, int minimum, int maximum) const {
    const json* value = Find(name);
    if (!value) return std::optional<int>();
    const double number = value->is_number() ? value->get<double>() : NAN;
    if (std::trunc(number) != number || number < minimum || number > maximum) {
      return Bad(name, "must be an integer from " + std::to_string(minimum) + " to " +
                           std::to_string(maximum));
    }
    return std::optional<int>(static_cast<int>(number));
  }

  template <typename Enum, std::size_t kSize>
  Result<std::optional<Enum>> OneOf(
      std::string_view name, const std::array<std::pair<Enum, const char*>, kSize>& table) const {
    const json* value = Find(name);
    if (!value) return std::optional<Enum>();
    std::optional<Enum> found;
    if (value->is_string()) found = ValueIn(table, value->get_ref<const std::string&>());
    if (!found) return Bad(name, "must be one of " + NamesIn(table));
    return found;
  }

  // For fields that this implementation only checks.
  Status NameOneOf(std::string_view name, std::initializer_list<const char*> names) const {
    const json* value = Find(name);
    if (!value) return Ok();
    std::string list;
    for (const char* allowed : names) {
      if (*value == allowed) return Ok();
      list += (list.empty() ? "" : ", ") + std::string(allowed);
    }
    return Bad(name, "must be one of " + list);
  }

 private:
  const json& config_;
};

Result<int> Fps(const Fields& fields) {
  const json* fps = fields.Find("fps");
  for (const int allowed : {24, 30, 60}) {
    if (fps && fps->is_number() && fps->get<double>() == allowed) return allowed;
  }
  return fields.Bad("fps", "must be one of 24, 30, 60");
}

Result<int> Dimension(const Fields& fields, std::string_view name) {
  HYPERLOCAL_TRY(const std::optional<int> pixels,
                 fields.Integer(name, kMinimumDimension, kMaximumDimension));
  if (!pixels) return fields.Bad(name, "must be an integer");
  if (*pixels % 2 != 0) {
    return fields.Bad(name, "must be even, because video stores colour for two by two pixels");
  }
  return *pixels;
}

// Digits, maybe a point and digits, maybe k or M.
bool LooksLikeBitrate(std::string_view text) {
  const auto eat_digits = [&text] {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(digits);
    return digits > 0;
  };
  if (!eat_digits()) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!eat_digits()) return false;
  }
  return text.empty() ||
         (text.size() == 1 && std::string_view("kKmM").find(text[0]) != std::string_view::npos);
}

// JavaScript matches the pattern against String(value): the number 4000 passes for "4000".
Result<std::optional<std::string>> Bitrate(const Fields& fields) {
  const json* value = fields.Find("bitrate");
  if (!value) return std::optional<std::string>();
  std::string text = JavaScriptString(*value);
  if (!LooksLikeBitrate(text)) return fields.Bad("bitrate", "must look like 10M or 5000k");
  return std::optional<std::string>(std::move(text));
}

// Whether JavaScript takes the key for the index of an array, and walks it before other keys.
bool IsArrayIndex(const std::string& key) {
  constexpr std::uint64_t kMost = 4294967294;
  if (key.empty() || key.size() > 10 || (key[0] == '0' && key.size() > 1)) return false;
  if (key.find_first_not_of("0123456789") != std::string::npos) return false;
  return std::stoull(key) <= kMost;
}

// The members of an object in the order in which JavaScript walks them.
template <typename Json>
auto InJavaScriptOrder(const Json& object) {
  std::vector<typename Json::const_iterator> members;
  for (auto it = object.begin(); it != object.end(); ++it) members.push_back(it);
  std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    const bool a_first = IsArrayIndex(a.key()), b_first = IsArrayIndex(b.key());
    return a_first && (!b_first || std::stoull(a.key()) < std::stoull(b.key()));
  });
  return members;
}

// JSON can say few things that JSON cannot: only a number beyond the range of doubles.
template <typename Json>
Status CheckJsonSafe(const Json& value, const std::string& path) {
  if (value.is_number() && !std::isfinite(value.template get<double>())) {
    return Invalid(
        path, "must be a finite number; got " + JavaScriptNumber(value.template get<double>()));
  }
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      HYPERLOCAL_TRY_STATUS(CheckJsonSafe(value[i], path + "[" + std::to_string(i) + "]"));
    }
  }
  if (value.is_object()) {
    for (const auto& member : InJavaScriptOrder(value)) {
      HYPERLOCAL_TRY_STATUS(CheckJsonSafe(member.value(), path + "." + member.key()));
    }
  }
  return Ok();
}

Result<std::optional<std::string>> Variables(const Fields& fields) {
  const json* variables = fields.Find("variables");
  if (!variables) return std::optional<std::string>();
  if (!variables->is_object()) {
    const std::string got = variables->is_array()    ? "array"
                            : variables->is_null()   ? "null"
                            : variables->is_number() ? "number"
                                                     : variables->type_name();
    return Invalid("config.variables", "must be a plain JSON object (got " + got + ")");
  }
  HYPERLOCAL_TRY_STATUS(CheckJsonSafe(*variables, "config.variables"));
  auto text = CanonicalJson(*variables);
  if (!text) return Invalid("config.variables", text.error().message);
  return std::optional<std::string>(*std::move(text));
}

// JSON.stringify writes a number beyond the range of doubles as null.
json WithoutInfinities(json value) {
  if (value.is_number_float() && !std::isfinite(value.get<double>())) return nullptr;
  if (value.is_structured()) {
    for (json& member : value) member = WithoutInfinities(std::move(member));
  }
  return value;
}

// The fields that the published validator does not look at and we need typed. Null is absent to
// them.
Status ReadUncheckedFields(const Fields& fields, RenderConfig& out) {
  const auto find = [&fields](std::string_view name) {
    const json* value = fields.Find(name);
    return value && value->is_null() ? nullptr : value;
  };
  if (const json* resolution = find("outputResolution")) {
    if (resolution->is_string()) {
      out.output_resolution = ParseResolutionWish(resolution->get_ref<const std::string&>());
    }
    if (!out.output_resolution) {
      return fields.Bad("outputResolution", "must be one of " + ResolutionNames());
    }
  }
  if (const json* agnostic = find("outputResolutionAspectAgnostic")) {
    if (!agnostic->is_boolean()) {
      return fields.Bad("outputResolutionAspectAgnostic", "must be true or false");
    }
    if (out.output_resolution && agnostic->get<bool>()) {
      out.output_resolution->follows_orientation = true;
    }
  }
  if (const json* entry = find("entryFile")) {
    if (!entry->is_string() || entry->get_ref<const std::string&>().empty()) {
      return fields.Bad("entryFile", "must be a path within the project");
    }
    out.entry_file = entry->get<std::string>();
  }
  if (const json* limit = find("planDirSizeLimitBytes")) {
    constexpr double kLargest = 9007199254740991;  // the last integer that a double is sure of
    const double bytes = limit->is_number() ? limit->get<double>() : NAN;
    if (std::trunc(bytes) != bytes || bytes < 0 || bytes > kLargest) {
      return fields.Bad("planDirSizeLimitBytes", "must be a number of bytes");
    }
    out.plan_dir_size_limit_bytes = static_cast<std::int64_t>(bytes);
  }
  if (const json* cfr = find("cfr")) {
    if (!cfr->is_boolean()) return fields.Bad("cfr", "must be true or false");
    out.cfr = cfr->get<bool>();
  }
  if (const json* strictness = find("strictness")) out.strict = *strictness == "strict";
  if (const json* reject = find("rejectOnSystemFonts")) {
    if (!reject->is_boolean()) return fields.Bad("rejectOnSystemFonts", "must be true or false");
    out.reject_on_system_fonts = reject->get<bool>();
  }
  // As published, anything but `false` is true.
  if (const json* fail = find("failClosedFontFetch"); fail != nullptr && fail->is_boolean()) {
    out.fail_closed_font_fetch = fail->get<bool>();
  }
  return Ok();
}

}  // namespace

std::string_view WireName(OutputFormat format) {
  return NameIn(kFormats, format);
}
std::string_view WireName(VideoCodec codec) {
  return NameIn(kCodecs, codec);
}
std::string_view WireName(Quality quality) {
  return NameIn(kQualities, quality);
}

std::optional<OutputFormat> ParseOutputFormat(std::string_view wire_name) {
  return ValueIn(kFormats, wire_name);
}
std::optional<VideoCodec> ParseVideoCodec(std::string_view wire_name) {
  return ValueIn(kCodecs, wire_name);
}
std::optional<Quality> ParseQuality(std::string_view wire_name) {
  return ValueIn(kQualities, wire_name);
}

std::string_view FileExtension(OutputFormat format) {
  switch (format) {
    case OutputFormat::kMp4:
      return ".mp4";
    case OutputFormat::kMov:
      return ".mov";
    case OutputFormat::kWebm:
      return ".webm";
    case OutputFormat::kPngSequence:
      break;
  }
  return "";
}

Result<RenderConfig> ValidateRenderConfig(const json& config) {
  // An array is an object to JavaScript: it fails as one without fps.
  if (!config.is_structured()) return Invalid("config", "must be an object");
  const Fields fields(config);
  RenderConfig out;
  HYPERLOCAL_TRY(out.fps, Fps(fields));
  HYPERLOCAL_TRY(out.width, Dimension(fields, "width"));
  HYPERLOCAL_TRY(out.height, Dimension(fields, "height"));
  HYPERLOCAL_TRY(const std::optional<OutputFormat> format, fields.OneOf("format", kFormats));
  if (!format) return fields.Bad("format", "must be one of " + NamesIn(kFormats));
  out.format = *format;
  if (fields.Find("codec") && out.format != OutputFormat::kMp4) {
    return Invalid("config.codec", "is only for the format mp4; got the format " +
                                       std::string(WireName(out.format)));
  }
  HYPERLOCAL_TRY(out.codec, fields.OneOf("codec", kCodecs));
  HYPERLOCAL_TRY(const std::optional<Quality> quality, fields.OneOf("quality", kQualities));
  out.quality = quality.value_or(Quality::kStandard);
  HYPERLOCAL_TRY_STATUS(fields.NameOneOf("videoFrameFormat", {"auto", "jpg", "png"}));
  if (const json* frames = fields.Find("videoFrameFormat")) {
    out.video_frame_format = frames->get<std::string>();
  }
  if (fields.Find("crf") && fields.Find("bitrate")) {
    return Invalid("config.crf", "excludes config.bitrate; give one of them");
  }
  HYPERLOCAL_TRY(out.crf, fields.Integer("crf", 0, kMaximumCrf));
  HYPERLOCAL_TRY(out.bitrate, Bitrate(fields));
  HYPERLOCAL_TRY(out.chunk_size, fields.Integer("chunkSize", 1, kMaximumChunkFrames));
  HYPERLOCAL_TRY(out.max_parallel_chunks,
                 fields.Integer("maxParallelChunks", 1, kMaximumParallelChunks));
  HYPERLOCAL_TRY(out.target_chunk_frames,
                 fields.Integer("targetChunkFrames", 1, kMaximumChunkFrames));
  HYPERLOCAL_TRY_STATUS(
      fields.NameOneOf("runtimeCap", {"lambda", "temporal", "cloud-run-job", "k8s-job", "none"}));
  HYPERLOCAL_TRY_STATUS(fields.NameOneOf("hdrMode", {"auto", "force-sdr"}));
  HYPERLOCAL_TRY(out.variables_json, Variables(fields));
  if (const json* snapshot = fields.Find("engineConfig")) {
    if (const auto problem = EngineConfigProblem(*snapshot)) {
      return Invalid("config.engineConfig", *problem);
    }
    HYPERLOCAL_TRY(out.engine_config_json, CanonicalJson(*snapshot));
  }
  HYPERLOCAL_TRY_STATUS(ReadUncheckedFields(fields, out));
  return out;
}

Result<RenderConfig> ParseRenderConfig(std::string_view text, std::string_view what) {
  HYPERLOCAL_TRY(const json config, ParseJson(text, what));
  auto valid = ValidateRenderConfig(config);
  if (valid || !valid.error().field.starts_with("config.variables")) return valid;
  // Which of several bad values is the first hangs on the order of the keys in the text.
  HYPERLOCAL_TRY(const nlohmann::ordered_json ordered, ParseOrderedJson(text, what));
  const auto variables = ordered.find("variables");
  if (variables != ordered.end() && variables->is_object()) {
    HYPERLOCAL_TRY_STATUS(CheckJsonSafe(*variables, "config.variables"));
  }
  return valid;
}

json RenderConfigToJson(const RenderConfig& config) {
  json out = json::object();
  const auto set_if = [&out](const char* name, const auto& value) {
    if (value) out[name] = *value;
  };
  out["fps"] = config.fps;
  out["width"] = config.width;
  out["height"] = config.height;
  out["format"] = WireName(config.format);
  if (config.codec) out["codec"] = WireName(*config.codec);
  out["quality"] = WireName(config.quality);
  set_if("videoFrameFormat", config.video_frame_format);
  set_if("crf", config.crf);
  set_if("bitrate", config.bitrate);
  set_if("chunkSize", config.chunk_size);
  set_if("maxParallelChunks", config.max_parallel_chunks);
  set_if("targetChunkFrames", config.target_chunk_frames);
  if (config.output_resolution) {
    out["outputResolution"] = WireName(config.output_resolution->resolution);
    if (config.output_resolution->follows_orientation) {
      out["outputResolutionAspectAgnostic"] = true;
    }
  }
  if (config.variables_json) {
    // Text that is no JSON goes out as text, so that whoever validates the result refuses it.
    auto variables = ParseJson(*config.variables_json, "variables");
    out["variables"] = variables ? *std::move(variables) : json(*config.variables_json);
  }
  if (config.entry_file != RenderConfig().entry_file) out["entryFile"] = config.entry_file;
  set_if("planDirSizeLimitBytes", config.plan_dir_size_limit_bytes);
  if (config.cfr) out["cfr"] = true;
  if (config.strict) out["strictness"] = "strict";
  set_if("rejectOnSystemFonts", config.reject_on_system_fonts);
  set_if("failClosedFontFetch", config.fail_closed_font_fetch);
  if (config.engine_config_json) {
    auto snapshot = ParseJson(*config.engine_config_json, "engineConfig");
    out["engineConfig"] = snapshot ? *std::move(snapshot) : json(*config.engine_config_json);
  }
  return out;
}

Status CheckExecutionArgument(const json& argument) {
  HYPERLOCAL_TRY(const std::string text, CanonicalJson(WithoutInfinities(argument)));
  if (text.size() <= kExecutionArgumentLimitBytes) return Ok();
  return Invalid("config", "the execution argument has " + std::to_string(text.size()) +
                               " bytes of JSON; a workflow takes " +
                               std::to_string(kExecutionArgumentLimitBytes) +
                               ". Give media in the variables as addresses, not as their bytes");
}

}  // namespace hyperlocal
