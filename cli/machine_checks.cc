#include "cli/machine_checks.h"

#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "cli/human_text.h"
#include "engine/av/libav_version.h"
#include "engine/av/video_writer.h"
#include "engine/browser/browser.h"
#include "engine/browser/chrome_locator.h"
#include "engine/browser/chrome_sandbox.h"
#include "engine/frame/frame.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;

CheckOutcome Missing(const Error& error, std::string fix) {
  return {false, std::string(error.spec().wire) + ": " + error.message, std::move(fix)};
}

CheckOutcome CheckChrome(const CancellationToken& cancel) {
  constexpr const char* kInstall = "apt-get install chromium-headless-shell";
  const auto binary = FindChrome();
  if (!binary) return Missing(binary.error(), kInstall);
  // What the sandbox lacks no new installation brings; the message tells both ways out.
  if (const auto sandbox = UseChromeSandbox(); !sandbox) {
    return Missing(
        sandbox.error(),
        sandbox.error().code == ErrorCode::kInvalidConfig
            ? "set HYPERLOCAL_CHROME_SANDBOX to on, auto or off, or unset it"
            : "export HYPERLOCAL_CHROME_SANDBOX=auto in a container or a virtual machine; "
              "sysctl kernel.unprivileged_userns_clone=1 elsewhere");
  }
  auto browser = Browser::Launch(cancel);
  if (!browser) {
    return Missing(browser.error(),
                   fmt::format("apt-get install --reinstall chromium-headless-shell, then try "
                               "{} --version",
                               ShellQuoted(binary->string())));
  }
  return {true, fmt::format("{}, {}", (*browser)->version(), binary->string()), ""};
}

CheckOutcome CheckLibav() {
  return {true, FfmpegVersion(), ""};
}

// A directory of our own in the temporary directory, gone with the object.
class ScratchDirectory {
 public:
  // Empty path: it could not be made; errno says why.
  explicit ScratchDirectory(const fs::path& parent) {
    std::string pattern = (parent / "hyperlocal-doctor-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// Where temporary files go: TMPDIR, or /tmp. Not std's function, which refuses a directory that
// does not exist; here that is an answer.
fs::path TemporaryDirectory() {
  const char* named = ::getenv("TMPDIR");
  return named != nullptr && *named != '\0' ? fs::path(named) : fs::path("/tmp");
}

CheckOutcome CheckTemporaryDirectory() {
  constexpr std::uintmax_t kLittleSpace = 1'000'000'000;
  const fs::path parent = TemporaryDirectory();
  const ScratchDirectory scratch(parent);
  if (scratch.path().empty()) {
    return {false, fmt::format("cannot write to {}: {}", parent.string(), std::strerror(errno)),
            "set TMPDIR to a directory that you can write to, such as /var/tmp"};
  }
  std::error_code error;
  const fs::space_info space = fs::space(parent, error);
  if (error) return {true, parent.string(), ""};
  const std::string free = FormatBytes(static_cast<std::int64_t>(space.available));
  if (space.available < kLittleSpace) {
    return {false, fmt::format("{} has only {} free", parent.string(), free),
            "free some space there, or set TMPDIR to a directory with more"};
  }
  return {true, fmt::format("{}, {} free", parent.string(), free), ""};
}

Result<std::int64_t> EncodeOneFrame(const fs::path& directory) {
  VideoSettings settings;
  settings.width = 64;
  settings.height = 64;
  settings.crf = 23;
  settings.gop_size = 1;
  Frame frame;
  frame.width = settings.width;
  frame.height = settings.height;
  frame.pixels.assign(frame.row_bytes() * static_cast<std::size_t>(frame.height), 128);
  HYPERLOCAL_TRY(const std::unique_ptr<VideoWriter> writer,
                 VideoWriter::Create(directory / "frame.mp4", settings));
  HYPERLOCAL_TRY_STATUS(writer->Write(frame));
  return writer->Finish();
}

CheckOutcome CheckEncoder() {
  const ScratchDirectory scratch(TemporaryDirectory());
  if (scratch.path().empty()) return {false, "not tried: no temporary directory", ""};
  const auto encoded = EncodeOneFrame(scratch.path());
  if (!encoded) {
    return Missing(encoded.error(),
                   "apt-get install libavcodec59 libx264-164 (a libavcodec built with libx264)");
  }
  return {true, "encodes H.264", ""};
}

}  // namespace

std::vector<MachineCheck> MachineChecks(const CancellationToken& cancel) {
  return {
      {"chrome", [cancel] { return CheckChrome(cancel); }},
      {"libav", CheckLibav},
      {"libx264", CheckEncoder},
      {"temporary directory", CheckTemporaryDirectory},
  };
}

}  // namespace hyperlocal::cli
