#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace hyperlocal {

// What a caller can do about a failure decides the code; the message is for people.
// Adding a code: add it here and its row, at the same place, in kErrorTable below. Nothing else
// lists codes.
enum class ErrorCode {
  // Codes of the distributed-render contract (CONTRACT section 7), non-retryable ones first.
  kInvalidConfig,
  kGcsUriNotAllowed,
  kPlanHashMismatch,
  kPlanArtifactDigestMismatch,
  kPlanProtocolUnsupported,
  kPlanV2IntegrityUnrecoverable,
  kVideoSourceUnrenderable,
  kInvalidVideoMetadata,
  kNotMediaPayload,
  kFfmpegVersionMismatch,
  kFormatNotSupported,
  kPlanTooLarge,
  kBrowserGpuNotSoftware,
  kFontFetchFailed,
  kChromeUnavailable,
  kMissingPlanArtifact,
  kChunkIndexOutOfRange,
  kMissingRuntimeEnvSnapshot,
  kBadRequest,
  kFontFetchUnavailable,
  kVideoExtractionFailed,
  // Codes of our own.
  kInvalidComposition,  // the project's content cannot be rendered: no root, no duration, a script
                        // throws
  kPageNotReady,      // the page loaded but never became ready; the message names what was awaited
  kAssetUnavailable,  // an address the page asked for could not be had; the message lists all of
                      // them
  kNoInput,           // a file or directory that the caller named does not exist
  kNotFound,          // a bucket, an object or a resource of a service that does not exist
  kConflict,          // it exists already, or is in use
  kPreconditionFailed,  // it is not as the caller said it had to be
  kInvalidWorkflow,     // a workflow definition that a deployment would refuse
  kUsage,             // a command line that makes no sense
  kBrowserCrashed,    // Chrome died; the message carries its last lines
  kBrowserTimeout,    // Chrome answered too late
  kBrowserProtocol,   // Chrome answered something it should not
  kDependencyUnavailable,  // a library, a port or a package that this machine lacks
  kCannotWrite,            // an output path that cannot be created
  kIo,                     // reading or writing failed midway, a full disk among it
  kPermission,
  kMedia,  // libav refused something that should have worked
  kInvalidJson,
  kInvalidArchive,  // damaged, hostile, or larger than it may be
  kCancelled,       // somebody asked us to stop
  kTimeout,
  kRetriesExhausted,
  kInternal,  // our bug
};

struct ErrorSpec {
  ErrorCode code;
  std::string_view wire;   // the name that crosses the wire
  std::string_view alias;  // the published implementation's second spelling, or empty
  int http_status;         // of a service answer that fails with it
  bool retryable;          // whether the same request may succeed when repeated
  int exit_status;         // of the command line; sysexits.h numbers where they fit
};

inline constexpr std::array kErrorTable{
    ErrorSpec{ErrorCode::kInvalidConfig, "InvalidConfigError", "", 400, false, 65},
    ErrorSpec{ErrorCode::kGcsUriNotAllowed, "GCS_URI_NOT_ALLOWED", "", 400, false, 77},
    ErrorSpec{ErrorCode::kPlanHashMismatch, "PLAN_HASH_MISMATCH", "", 400, false, 65},
    ErrorSpec{ErrorCode::kPlanArtifactDigestMismatch, "PLAN_ARTIFACT_DIGEST_MISMATCH", "", 400,
              false, 65},
    ErrorSpec{ErrorCode::kPlanProtocolUnsupported, "PLAN_PROTOCOL_UNSUPPORTED",
              "PlanProtocolUnsupportedError", 400, false, 65},
    ErrorSpec{ErrorCode::kPlanV2IntegrityUnrecoverable, "PLAN_V2_INTEGRITY_UNRECOVERABLE",
              "PlanV2IntegrityError", 400, false, 65},
    ErrorSpec{ErrorCode::kVideoSourceUnrenderable, "VIDEO_SOURCE_UNRENDERABLE", "", 400, false, 65},
    ErrorSpec{ErrorCode::kInvalidVideoMetadata, "INVALID_VIDEO_METADATA", "", 400, false, 65},
    ErrorSpec{ErrorCode::kNotMediaPayload, "NOT_MEDIA_PAYLOAD", "NotMediaPayloadError", 400, false,
              65},
    ErrorSpec{ErrorCode::kFfmpegVersionMismatch, "FFMPEG_VERSION_MISMATCH", "", 400, false, 69},
    ErrorSpec{ErrorCode::kFormatNotSupported, "FORMAT_NOT_SUPPORTED_IN_DISTRIBUTED",
              "FormatNotSupportedInDistributedError", 400, false, 65},
    ErrorSpec{ErrorCode::kPlanTooLarge, "PLAN_TOO_LARGE", "PlanTooLargeError", 400, false, 65},
    ErrorSpec{ErrorCode::kBrowserGpuNotSoftware, "BROWSER_GPU_NOT_SOFTWARE", "", 400, false, 69},
    ErrorSpec{ErrorCode::kFontFetchFailed, "FONT_FETCH_FAILED", "", 400, false, 65},
    ErrorSpec{ErrorCode::kChromeUnavailable, "ChromeBinaryUnavailableError", "", 400, false, 69},
    ErrorSpec{ErrorCode::kMissingPlanArtifact, "MISSING_PLAN_ARTIFACT",
              "RenderChunkValidationError", 400, false, 65},
    ErrorSpec{ErrorCode::kChunkIndexOutOfRange, "CHUNK_INDEX_OUT_OF_RANGE",
              "RenderChunkValidationError", 400, false, 64},
    ErrorSpec{ErrorCode::kMissingRuntimeEnvSnapshot, "MISSING_RUNTIME_ENV_SNAPSHOT",
              "RenderChunkValidationError", 400, false, 65},
    ErrorSpec{ErrorCode::kBadRequest, "BAD_REQUEST", "", 400, false, 64},
    ErrorSpec{ErrorCode::kFontFetchUnavailable, "FONT_FETCH_UNAVAILABLE", "", 500, true, 75},
    ErrorSpec{ErrorCode::kVideoExtractionFailed, "VIDEO_EXTRACTION_FAILED", "", 500, true, 75},
    ErrorSpec{ErrorCode::kInvalidComposition, "INVALID_COMPOSITION", "", 400, false, 65},
    ErrorSpec{ErrorCode::kPageNotReady, "PAGE_NOT_READY", "", 500, true, 65},
    ErrorSpec{ErrorCode::kAssetUnavailable, "ASSET_UNAVAILABLE", "", 400, false, 65},
    ErrorSpec{ErrorCode::kNoInput, "NO_INPUT", "", 400, false, 66},
    ErrorSpec{ErrorCode::kNotFound, "NOT_FOUND", "", 400, false, 66},
    ErrorSpec{ErrorCode::kConflict, "CONFLICT", "", 400, false, 73},
    ErrorSpec{ErrorCode::kPreconditionFailed, "PRECONDITION_FAILED", "", 400, false, 73},
    ErrorSpec{ErrorCode::kInvalidWorkflow, "INVALID_WORKFLOW", "", 400, false, 65},
    ErrorSpec{ErrorCode::kUsage, "USAGE", "", 400, false, 64},
    ErrorSpec{ErrorCode::kBrowserCrashed, "BROWSER_CRASHED", "", 500, true, 75},
    ErrorSpec{ErrorCode::kBrowserTimeout, "BROWSER_TIMEOUT", "", 500, true, 124},
    ErrorSpec{ErrorCode::kBrowserProtocol, "BROWSER_PROTOCOL", "", 500, true, 70},
    ErrorSpec{ErrorCode::kDependencyUnavailable, "DEPENDENCY_UNAVAILABLE", "", 500, true, 69},
    ErrorSpec{ErrorCode::kCannotWrite, "CANNOT_WRITE", "", 500, true, 73},
    ErrorSpec{ErrorCode::kIo, "IO", "", 500, true, 74},
    ErrorSpec{ErrorCode::kPermission, "PERMISSION", "", 500, true, 77},
    ErrorSpec{ErrorCode::kMedia, "MEDIA", "", 500, true, 70},
    ErrorSpec{ErrorCode::kInvalidJson, "INVALID_JSON", "", 400, false, 65},
    ErrorSpec{ErrorCode::kInvalidArchive, "INVALID_ARCHIVE", "", 400, false, 65},
    ErrorSpec{ErrorCode::kCancelled, "CANCELLED", "", 500, true, 130},
    ErrorSpec{ErrorCode::kTimeout, "TIMEOUT", "", 500, true, 124},
    ErrorSpec{ErrorCode::kRetriesExhausted, "RETRIES_EXHAUSTED", "", 500, true, 75},
    ErrorSpec{ErrorCode::kInternal, "INTERNAL", "", 500, true, 70},
};

namespace error_table_check {
constexpr bool RowsAreInOrder() {
  for (std::size_t i = 0; i < kErrorTable.size(); ++i) {
    if (kErrorTable[i].code != static_cast<ErrorCode>(i)) return false;
  }
  return kErrorTable.size() == static_cast<std::size_t>(ErrorCode::kInternal) + 1;
}
static_assert(RowsAreInOrder(), "row i of kErrorTable must describe code i");
}  // namespace error_table_check

constexpr const ErrorSpec& SpecOf(ErrorCode code) {
  return kErrorTable[static_cast<std::size_t>(code)];
}

// A failure as a value: it crosses threads, HTTP and the workflow's own try/except.
struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  // The field of the input that is wrong, where the contract promises its name apart from the
  // message ("config.variables.a[2]"); else empty.
  std::string field = {};

  const ErrorSpec& spec() const { return SpecOf(code); }
  // "chunk 3: <message>": what was being done, put before what went wrong.
  Error WithContext(std::string_view context) && {
    return Error{code, std::string(context) + ": " + std::move(message), std::move(field)};
  }
};

}  // namespace hyperlocal
