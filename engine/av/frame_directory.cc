#include "engine/av/frame_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/av/image_codec.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

std::string FrameName(std::int64_t index) {
  return fmt::format("frame_{:06}.png", index + 1);
}

bool IsFrameName(std::string_view name) {
  constexpr std::string_view kPrefix = "frame_", kSuffix = ".png";
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return false;
  name.remove_prefix(kPrefix.size());
  name.remove_suffix(kSuffix.size());
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsSoundName(std::string_view name) {
  constexpr std::array<std::string_view, 7> kKinds{"m4a",  "aac", "mp3", "wav",
                                                   "flac", "ogg", "opus"};
  constexpr std::string_view kPrefix = "audio.";
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  return std::find(kKinds.begin(), kKinds.end(), name) != kKinds.end();
}

Error IoError(const fs::path& file, const std::string& what) {
  return Error{ErrorCode::kIo, "writing " + file.string() + ": " + what};
}

// Where a directory of frames is filled before it gets its name.
class FramesAside {
 public:
  static Result<FramesAside> Create(const fs::path& given) {
    // "frames/" is "frames".
    fs::path destination = given;
    if (!destination.has_filename()) destination = destination.parent_path();
    HYPERLOCAL_TRY_STATUS(CheckFrameDirectory(destination));
    fs::path aside = destination;
    aside.replace_filename("." + destination.filename().string() + "." +
                           std::to_string(::getpid()) + ".part");
    std::error_code ec;
    fs::remove_all(aside, ec);  // of an earlier process with our id
    if (!fs::create_directory(aside, ec)) {
      return Error{ErrorCode::kCannotWrite,
                   "cannot write " + destination.string() + ": " + ec.message()};
    }
    return FramesAside(std::move(destination), std::move(aside));
  }
  FramesAside(FramesAside&& other) noexcept
      : destination_(std::move(other.destination_)),
        aside_(std::exchange(other.aside_, fs::path())) {}
  FramesAside& operator=(FramesAside&&) = delete;
  ~FramesAside() {
    std::error_code ignored;
    if (!aside_.empty()) fs::remove_all(aside_, ignored);
  }

  const fs::path& path() const { return aside_; }
  const fs::path& destination() const { return destination_; }

  Status Commit(bool synced) {
    if (synced) HYPERLOCAL_TRY_STATUS(Sync());
    HYPERLOCAL_TRY_STATUS(CheckFrameDirectory(destination_));
    // With an earlier render in the place the two change places, and the destructor removes it.
    const bool replaces = ::access(destination_.c_str(), F_OK) == 0;
    if (::renameat2(AT_FDCWD, aside_.c_str(), AT_FDCWD, destination_.c_str(),
                    replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE) != 0) {
      return Error{ErrorCode::kCannotWrite,
                   "cannot write " + destination_.string() + ": " + std::strerror(errno)};
    }
    if (!replaces) aside_.clear();
    return Ok();
  }

 private:
  FramesAside(fs::path destination, fs::path aside)
      : destination_(std::move(destination)), aside_(std::move(aside)) {}

  // The whole file system at once: one call instead of one for each frame.
  Status Sync() const {
    const int descriptor = ::open(aside_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return IoError(destination_, std::strerror(errno));
    const bool failed = ::syncfs(descriptor) != 0;
    const int number = errno;
    ::close(descriptor);
    if (failed) return IoError(destination_, std::strerror(number));
    return Ok();
  }

  fs::path destination_;
  fs::path aside_;  // empty: nothing to remove
};

class FrameDirectoryWriter final : public VideoWriter {
 public:
  FrameDirectoryWriter(FramesAside aside, int width, int height)
      : aside_(std::move(aside)), width_(width), height_(height) {}

  Status Write(const Frame& frame) override {
    const std::string name = aside_.destination().string();
    if (frame.width != width_ || frame.height != height_) {
      return Error{ErrorCode::kMedia,
                   fmt::format("frame {} of {} is {}x{}; the pictures are {}x{}", frames_, name,
                               frame.width, frame.height, width_, height_)};
    }
    HYPERLOCAL_TRY(const std::vector<std::uint8_t> png,
                   EncodePng(frame.layout == PixelLayout::kRgba32 ? frame : WithAlpha(frame)));
    const fs::path file = aside_.path() / FrameName(frames_);
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
    out.close();
    if (!out) return IoError(aside_.destination() / FrameName(frames_), std::strerror(errno));
    ++frames_;
    return Ok();
  }

  Status WriteAgain() override {
    if (frames_ == 0) return Error{ErrorCode::kInternal, "there is no frame to be written again"};
    std::error_code ec;
    fs::copy_file(aside_.path() / FrameName(frames_ - 1), aside_.path() / FrameName(frames_), ec);
    if (ec) return IoError(aside_.destination() / FrameName(frames_), ec.message());
    ++frames_;
    return Ok();
  }

  Status WritePart(const Frame&, const PixelRectangle&) override {
    return Error{ErrorCode::kInternal, "pictures with alpha come whole"};
  }

  Result<std::int64_t> Finish() override {
    if (frames_ == 0) {
      return Error{ErrorCode::kMedia,
                   aside_.destination().string() + ": a video needs at least one frame"};
    }
    HYPERLOCAL_TRY_STATUS(aside_.Commit(false));
    return frames_;
  }

 private:
  FramesAside aside_;
  const int width_, height_;
  std::int64_t frames_ = 0;
};

// The frames of a chunk in their order. Names are padded with noughts, so that order is that of the
// names.
Result<std::vector<fs::path>> FramesOf(const fs::path& chunk, std::int64_t expected) {
  std::error_code ec;
  if (!fs::exists(chunk, ec)) {
    return Error{ErrorCode::kMissingPlanArtifact,
                 "there is no such directory; render the chunk again"};
  }
  if (!fs::is_directory(chunk, ec)) {
    return Error{ErrorCode::kMedia, "a chunk of a png-sequence is a directory of frames"};
  }
  std::vector<fs::path> frames;
  for (fs::directory_iterator entry(chunk, ec), end; !ec && entry != end; entry.increment(ec)) {
    if (IsFrameName(entry->path().filename().string())) frames.push_back(entry->path());
  }
  if (ec) return Error{ErrorCode::kIo, ec.message()};
  std::sort(frames.begin(), frames.end());
  if (static_cast<std::int64_t>(frames.size()) != expected) {
    return Error{ErrorCode::kMedia, fmt::format("it holds {} frames, the plan has {} for it",
                                                frames.size(), expected)};
  }
  return frames;
}

// By the head of the file: the signature, then the header chunk with width and height.
Status CheckPicture(const fs::path& file, int width, int height) {
  constexpr std::array<std::uint8_t, 16> kHead{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                               0,    0,   0,   13,  'I',  'H',  'D',  'R'};
  std::array<std::uint8_t, 24> head{};
  std::ifstream in(file, std::ios::binary);
  in.read(reinterpret_cast<char*>(head.data()), static_cast<std::streamsize>(head.size()));
  const auto number = [&head](std::size_t at) {
    int value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | head[at + i];
    return value;
  };
  if (!in || !std::equal(kHead.begin(), kHead.end(), head.begin())) {
    return Error{ErrorCode::kMedia, file.filename().string() + " is no PNG"};
  }
  if (number(16) != width || number(20) != height) {
    return Error{ErrorCode::kMedia,
                 fmt::format("{} is {}x{}, the video is {}x{}", file.filename().string(),
                             number(16), number(20), width, height)};
  }
  return Ok();
}

}  // namespace

Status CheckFrameDirectory(const fs::path& directory) {
  std::error_code ec;
  if (!fs::exists(directory, ec)) return Ok();
  const std::string cannot = "cannot write " + directory.string() + ": ";
  if (!fs::is_directory(directory, ec)) {
    return Error{ErrorCode::kCannotWrite, cannot +
                                              "a png-sequence is a directory, and a file of "
                                              "that name is in the way"};
  }
  for (fs::directory_iterator entry(directory, ec), end; !ec && entry != end; entry.increment(ec)) {
    const std::string name = entry->path().filename().string();
    if (IsFrameName(name) || IsSoundName(name)) continue;
    return Error{ErrorCode::kCannotWrite,
                 cannot + "it holds other things than frames (" + name +
                     "); name a directory that does not exist, or an empty one"};
  }
  if (ec) return Error{ErrorCode::kCannotWrite, cannot + ec.message()};
  return Ok();
}

Result<std::unique_ptr<VideoWriter>> CreateFrameDirectoryWriter(const fs::path& directory,
                                                                int width, int height) {
  HYPERLOCAL_TRY(FramesAside aside, FramesAside::Create(directory));
  return std::unique_ptr<VideoWriter>(
      std::make_unique<FrameDirectoryWriter>(std::move(aside), width, height));
}

Result<JoinedFrames> JoinFrameDirectories(std::span<const fs::path> chunks,
                                          std::span<const std::int64_t> expected, int width,
                                          int height, const fs::path& audio,
                                          const fs::path& output) {
  HYPERLOCAL_TRY(FramesAside aside, FramesAside::Create(output));
  JoinedFrames joined;
  const auto copy = [&](const fs::path& from, const std::string& name) -> Status {
    std::error_code ec;
    fs::copy_file(from, aside.path() / name, ec);
    if (!ec) joined.size += static_cast<std::int64_t>(fs::file_size(aside.path() / name, ec));
    if (ec) return IoError(aside.destination() / name, ec.message());
    return Ok();
  };
  const auto append = [&](const fs::path& chunk, std::int64_t count) -> Status {
    HYPERLOCAL_TRY(const std::vector<fs::path> frames, FramesOf(chunk, count));
    for (const fs::path& frame : frames) {
      HYPERLOCAL_TRY_STATUS(CheckPicture(frame, width, height));
      HYPERLOCAL_TRY_STATUS(copy(frame, FrameName(joined.frames)));
      ++joined.frames;
    }
    return Ok();
  };
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (Status done = append(chunks[i], expected[i]); !done) {
      return std::move(done).error().WithContext(
          fmt::format("chunk {} ({})", i, chunks[i].string()));
    }
  }
  if (!audio.empty()) {
    std::error_code ec;
    if (!fs::is_regular_file(audio, ec)) {
      return Error{ErrorCode::kMissingPlanArtifact,
                   "the sound " + audio.string() + ": there is no such file"};
    }
    HYPERLOCAL_TRY_STATUS(copy(audio, "audio" + audio.extension().string()));
  }
  HYPERLOCAL_TRY_STATUS(aside.Commit(true));
  return joined;
}

}  // namespace hyperlocal
