#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "engine/config/output_resolution.h"
#include "engine/error/result.h"

namespace hyperlocal {

enum class OutputFormat { kMp4, kMov, kPngSequence, kWebm };
enum class VideoCodec { kH264, kH265 };
enum class Quality { kDraft, kStandard, kHigh };

std::string_view WireName(OutputFormat format);       // mp4, mov, png-sequence, webm
std::string_view WireName(VideoCodec codec);          // h264, h265
std::string_view WireName(Quality quality);           // draft, standard, high
std::string_view FileExtension(OutputFormat format);  // ".mp4"; empty for png-sequence

// From the wire name; empty for any other text.
std::optional<OutputFormat> ParseOutputFormat(std::string_view wire_name);
std::optional<VideoCodec> ParseVideoCodec(std::string_view wire_name);
std::optional<Quality> ParseQuality(std::string_view wire_name);

// What a render is asked to be: the `Config` of the wire, typed. Fields that were absent stay
// empty, so that the locked config of the plan leaves them out too.
struct RenderConfig {
  int fps = 30;
  int width = 0;
  int height = 0;
  OutputFormat format = OutputFormat::kMp4;
  std::optional<VideoCodec> codec;
  Quality quality = Quality::kStandard;
  std::optional<std::string> video_frame_format;  // of extracted frames: auto, jpg, png
  std::optional<int> crf;
  std::optional<std::string> bitrate;  // as written: 4M, 800k
  std::optional<int> chunk_size;
  std::optional<int> max_parallel_chunks;
  std::optional<int> target_chunk_frames;
  std::optional<ResolutionWish> output_resolution;
  std::optional<std::string> variables_json;  // canonical JSON of a plain object
  std::string entry_file = "index.html";
  std::optional<std::int64_t> plan_dir_size_limit_bytes;
  bool cfr = false;
  // Whether text in a font that not every machine has fails the plan; absent: it does.
  std::optional<bool> reject_on_system_fonts;
  // Whether a web font that cannot be had fails the plan; absent: it does.
  std::optional<bool> fail_closed_font_fetch;
  std::optional<std::string> engine_config_json;  // canonical JSON of the whole `engineConfig`
  bool strict = false;  // `strictness` is "strict": warnings of planning are errors

  bool operator==(const RenderConfig&) const = default;
};

// The one place that says what a valid `Config` is (CONTRACT section 1): checks run in the order of
// that table and the first violation wins. Error: kInvalidConfig with `[validateConfig] <field>:
// <what is wrong>` and that field, which is `config` or `config.<name>`. Unknown fields are
// ignored. After the checks of that table come the types of outputResolution,
// outputResolutionAspectAgnostic, entryFile, planDirSizeLimitBytes, cfr and rejectOnSystemFonts, which the published implementation leaves to whoever uses them.
Result<RenderConfig> ValidateRenderConfig(const nlohmann::json& config);

// The same of a config as JSON text, which `what` names when it is not JSON (kInvalidJson).
Result<RenderConfig> ParseRenderConfig(std::string_view text, std::string_view what);

// The wire form of `config`; ValidateRenderConfig reads it back to an equal value.
nlohmann::json RenderConfigToJson(const RenderConfig& config);

// 512 KiB: what one workflow execution takes as its argument.
inline constexpr std::size_t kExecutionArgumentLimitBytes = 524'288;

// Whether the whole argument, as JSON in UTF-8, stays within that. Error: kInvalidConfig for the
// field `config`.
Status CheckExecutionArgument(const nlohmann::json& argument);

}  // namespace hyperlocal
