#include "cli/render_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "engine/config/render_config.h"
#include "engine/file/whole_file.h"
#include "engine/json/canonical_json.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMostWorkers = 256;

Error Usage(std::string message) {
  return Error{ErrorCode::kUsage, std::move(message)};
}

// What ValidateRenderConfig calls a field, and the flag that sets it.
struct FieldFlag {
  std::string_view field;
  std::string_view flag;
};
constexpr std::array kFieldFlags{
    FieldFlag{"config.fps", "--fps"},
    FieldFlag{"config.width", "--width"},
    FieldFlag{"config.height", "--height"},
    FieldFlag{"config.format", "--format"},
    FieldFlag{"config.codec", "--codec"},
    FieldFlag{"config.quality", "--quality"},
    FieldFlag{"config.crf", "--crf"},
    FieldFlag{"config.bitrate", "--bitrate"},
    FieldFlag{"config.chunkSize", "--chunk-size"},
    FieldFlag{"config.maxParallelChunks", "--max-parallel-chunks"},
    FieldFlag{"config.targetChunkFrames", "--target-chunk-frames"},
    FieldFlag{"config.outputResolution", "--output-resolution"},
    FieldFlag{"config.variables", "--variables"},
    FieldFlag{"config.entryFile", "--entry"},
};

// "[validateConfig] config.crf: must be …" as somebody reads it who wrote --crf.
std::string InFlags(std::string message) {
  constexpr std::string_view kPrefix = "[validateConfig] ";
  if (message.starts_with(kPrefix)) message.erase(0, kPrefix.size());
  for (const FieldFlag& row : kFieldFlags) {
    for (std::size_t at = 0; (at = message.find(row.field, at)) != std::string::npos;) {
      message.replace(at, row.field.size(), row.flag);
      at += row.flag.size();
      // "--crf: must be" reads better without the colon.
      if (message.compare(at, 2, ": ") == 0) message.erase(at, 1);
    }
  }
  return message;
}

// The variables as the user wrote them, parsed once to see that they are an object.
Result<std::optional<std::string>> Variables(const CommandLine& line) {
  const std::optional<std::string> inline_text = line.Value("variables");
  const std::optional<std::string> file = line.Value("variables-file");
  if (!inline_text && !file) return std::optional<std::string>();
  if (inline_text && file) return Usage("--variables and --variables-file exclude each other");
  std::string text;
  if (file) {
    HYPERLOCAL_TRY(text, ReadWholeFile(*file));
  } else {
    text = *inline_text;
  }
  const std::string what = file ? *file : "--variables";
  auto parsed = ParseJson(text, what);
  if (!parsed && !file) return Usage(parsed.error().message);
  if (!parsed) return std::move(parsed).error();
  if (!parsed->is_object()) {
    const std::string message = what + ": must be a JSON object, such as {\"title\": \"Hello\"}";
    return file ? Error{ErrorCode::kInvalidJson, message} : Usage(message);
  }
  return std::optional<std::string>(std::move(text));
}

// What a name says of the format; nothing when it says nothing. Error: kUsage for a name that ends
// like a video of another kind.
Result<std::optional<OutputFormat>> FormatOfFile(const std::string& name) {
  if (name.ends_with('/')) return std::optional(OutputFormat::kPngSequence);
  const std::string extension = fs::path(name).extension().string();
  if (extension.empty()) return std::optional<OutputFormat>();
  for (const OutputFormat format : {OutputFormat::kMp4, OutputFormat::kMov, OutputFormat::kWebm}) {
    if (extension == FileExtension(format)) return std::optional(format);
  }
  constexpr std::array<std::string_view, 10> kOthers{".mkv", ".avi", ".gif",  ".m4v", ".wmv",
                                                     ".ogv", ".flv", ".apng", ".mpg", ".mpeg"};
  if (std::find(kOthers.begin(), kOthers.end(), extension) != kOthers.end()) {
    return Usage(fmt::format("--output {} ends like no format that is rendered; those are .mp4, "
                             ".mov and .webm, and a directory of PNGs (--format png-sequence)",
                             name));
  }
  return std::optional<OutputFormat>();
}

// The format that was named, else the one that the output's name ends in, else mp4.
Result<OutputFormat> Format(const CommandLine& line) {
  std::optional<OutputFormat> by_name;
  const std::optional<std::string> output = line.Value("output");
  if (output) {
    HYPERLOCAL_TRY(by_name, FormatOfFile(*output));
  }
  const std::optional<std::string> named = line.Value("format");
  if (!named) return by_name.value_or(OutputFormat::kMp4);
  const std::optional<OutputFormat> format = ParseOutputFormat(*named);
  if (!format) return Usage("--format does not know '" + *named + "'");
  if (by_name && *by_name != *format) {
    const std::string_view extension = FileExtension(*format);
    return Usage(fmt::format("--format {} does not fit --output {}: {}", *named, *output,
                             extension.empty()
                                 ? std::string("frames go into a directory")
                                 : fmt::format("such a file ends in {}", extension)));
  }
  return *format;
}

Result<std::optional<ResolutionWish>> Resolution(const CommandLine& line) {
  const std::optional<std::string> named = line.Value("output-resolution");
  if (!named) return std::optional<ResolutionWish>();
  if (line.Has("width") || line.Has("height")) {
    return Usage("--output-resolution excludes --width and --height");
  }
  const std::optional<ResolutionWish> wish = ParseResolutionWish(*named);
  if (!wish) {
    return Usage(fmt::format("--output-resolution does not know '{}'; it is one of {}", *named,
                             ResolutionNames()));
  }
  return wish;
}

fs::path DefaultOutput(const fs::path& project, OutputFormat format,
                       const fs::path& working_directory) {
  fs::path name = (working_directory / project).lexically_normal();
  if (!name.has_filename()) name = name.parent_path();  // "film/" is "film"
  std::string stem = name.filename().string();
  if (stem.empty() || stem == "/") stem = "output";
  return stem + std::string(FileExtension(format)) +
         (format == OutputFormat::kPngSequence ? "-frames" : "");
}

Result<LogLevel> Level(const CommandLine& line) {
  const std::optional<std::string> named = line.Value("log-level");
  if (line.Has("quiet")) {
    if (named && *named != "error") return Usage("--quiet and --log-level " + *named + " disagree");
    return LogLevel::kError;
  }
  if (named == "error") return LogLevel::kError;
  if (named == "warning") return LogLevel::kWarning;
  if (named == "debug") return LogLevel::kDebug;
  return LogLevel::kInfo;
}

// What the composition decides is filled with something valid; the rest must pass as it stands.
Status CheckConfig(const LocalRenderOptions& options) {
  RenderConfig config;
  config.fps = options.fps.value_or(30);
  config.width = options.width.value_or(1920);
  config.height = options.height.value_or(1080);
  config.format = options.format;
  config.codec = options.codec;
  config.quality = options.quality;
  config.crf = options.crf;
  config.bitrate = options.bitrate;
  config.chunk_size = options.chunk_size;
  config.max_parallel_chunks = options.max_parallel_chunks;
  config.target_chunk_frames = options.target_chunk_frames;
  config.output_resolution = options.output_resolution;
  config.variables_json = options.variables_json;
  config.entry_file = options.entry_file;
  const auto valid = ValidateRenderConfig(RenderConfigToJson(config));
  if (!valid) return Usage(InFlags(valid.error().message));
  return Ok();
}

}  // namespace

Result<RenderRequest> ReadRenderRequest(const CommandLine& line,
                                        const fs::path& working_directory) {
  RenderRequest request;
  LocalRenderOptions& options = request.options;
  options.project = line.arguments.at(0);
  HYPERLOCAL_TRY(options.fps, line.WholeNumber("fps"));
  HYPERLOCAL_TRY(options.width, line.WholeNumber("width"));
  HYPERLOCAL_TRY(options.height, line.WholeNumber("height"));
  HYPERLOCAL_TRY(options.format, Format(line));
  if (const auto codec = line.Value("codec")) options.codec = ParseVideoCodec(*codec);
  if (const auto quality = line.Value("quality")) {
    options.quality = ParseQuality(*quality).value_or(options.quality);
  }
  HYPERLOCAL_TRY(options.crf, line.WholeNumber("crf"));
  options.bitrate = line.Value("bitrate");
  HYPERLOCAL_TRY(options.chunk_size, line.WholeNumber("chunk-size"));
  HYPERLOCAL_TRY(options.max_parallel_chunks, line.WholeNumber("max-parallel-chunks"));
  HYPERLOCAL_TRY(options.target_chunk_frames, line.WholeNumber("target-chunk-frames"));
  HYPERLOCAL_TRY(const std::optional<int> workers, line.WholeNumber("workers"));
  if (workers && (*workers < 1 || *workers > kMostWorkers)) {
    return Usage(fmt::format("--workers must be from 1 to {}; got {}", kMostWorkers, *workers));
  }
  options.workers = workers.value_or(0);
  HYPERLOCAL_TRY(options.output_resolution, Resolution(line));
  HYPERLOCAL_TRY(options.variables_json, Variables(line));
  options.strict_variables = line.Has("strict-variables");
  options.fetch = line.Has("fetch");
  options.allow_system_fonts = line.Has("allow-system-fonts");
  options.strict = line.Has("strict");
  options.video_frame_format = line.Value("video-frame-format");
  options.entry_file = line.Value("entry").value_or(options.entry_file);
  options.frame_hashes = line.Value("frame-hashes").value_or("");
  options.keep_work = line.Has("keep-work");
  const std::optional<std::string> output = line.Value("output");
  options.output = output ? fs::path(*output)
                          : DefaultOutput(options.project, options.format, working_directory);
  request.json = line.Has("json");
  request.profile = line.Value("profile").value_or("");
  HYPERLOCAL_TRY(request.log_level, Level(line));
  HYPERLOCAL_TRY_STATUS(CheckConfig(options));
  return request;
}

}  // namespace hyperlocal::cli
