#include "adapters/gcp/service/render_actions_internal.h"
#include "engine/archive/archive_writer.h"

namespace hyperlocal {

namespace fs = std::filesystem;

bool WorthAnotherBrowser(ErrorCode code) {
  return code == ErrorCode::kBrowserCrashed || code == ErrorCode::kBrowserTimeout ||
         code == ErrorCode::kBrowserProtocol || code == ErrorCode::kPageNotReady;
}

const char* ContentTypeOf(OutputFormat format) {
  switch (format) {
    case OutputFormat::kMp4:
      return "video/mp4";
    case OutputFormat::kMov:
      return "video/quicktime";
    case OutputFormat::kWebm:
      return "video/webm";
    case OutputFormat::kPngSequence:
      return "application/gzip";
  }
  return "application/octet-stream";
}

Status UploadOutput(const fs::path& output, const GcsUri& uri, OutputFormat format,
                    const ActionContext& context) {
  fs::path file = output;
  if (format == OutputFormat::kPngSequence) {
    file += ".tar.gz";
    HYPERLOCAL_TRY_STATUS(PackTarGz(output, file, Durability::kUnsynced));
  }
  ObjectWrite write;
  write.content_type = ContentTypeOf(format);
  HYPERLOCAL_TRY_STATUS(context.store.Upload(file, uri, write, context.browser.token()));
  return Ok();
}

}  // namespace hyperlocal
