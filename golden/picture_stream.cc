#include "golden/picture_stream.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace hyperlocal::golden {
namespace {

namespace fs = std::filesystem;

constexpr std::array kImageExtensions{".png", ".jpg", ".jpeg", ".webp"};

bool IsImage(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(kImageExtensions.begin(), kImageExtensions.end(), extension) !=
         kImageExtensions.end();
}

Result<std::vector<fs::path>> ImagesIn(const fs::path& directory) {
  std::vector<fs::path> images;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && IsImage(entry->path())) images.push_back(entry->path());
  }
  if (error) {
    return Error{ErrorCode::kIo,
                 fmt::format("cannot read {}: {}", directory.string(), error.message())};
  }
  if (images.empty()) {
    return Error{
        ErrorCode::kNoInput,
        fmt::format("{} is a directory without images (png, jpg, jpeg, webp)", directory.string())};
  }
  std::sort(images.begin(), images.end());
  return images;
}

class FileStream final : public PictureStream {
 public:
  explicit FileStream(std::unique_ptr<PlaneReader> reader) : reader_(std::move(reader)) {}
  Result<std::optional<PlanePicture>> Next() override { return reader_->Next(); }

 private:
  std::unique_ptr<PlaneReader> reader_;
};

class DirectoryStream final : public PictureStream {
 public:
  explicit DirectoryStream(std::vector<fs::path> images) : images_(std::move(images)) {}

  Result<std::optional<PlanePicture>> Next() override {
    if (next_ == images_.size()) return std::optional<PlanePicture>();
    HYPERLOCAL_TRY(const auto reader, PlaneReader::Open(images_[next_], 1));
    HYPERLOCAL_TRY(std::optional<PlanePicture> picture, reader->Next());
    if (!picture) {
      return Error{ErrorCode::kMedia, images_[next_].string() + ": there is no picture in it"};
    }
    ++next_;
    return picture;
  }

 private:
  std::vector<fs::path> images_;
  std::size_t next_ = 0;
};

}  // namespace

Result<std::unique_ptr<PictureStream>> PictureStream::Open(const fs::path& source, int threads) {
  std::error_code ignored;
  if (fs::is_directory(source, ignored)) {
    HYPERLOCAL_TRY(std::vector<fs::path> images, ImagesIn(source));
    return std::unique_ptr<PictureStream>(std::make_unique<DirectoryStream>(std::move(images)));
  }
  HYPERLOCAL_TRY(std::unique_ptr<PlaneReader> reader, PlaneReader::Open(source, threads));
  return std::unique_ptr<PictureStream>(std::make_unique<FileStream>(std::move(reader)));
}

Result<SourceFacts> ProbeSource(const fs::path& source) {
  SourceFacts facts;
  facts.path = source;
  std::error_code ignored;
  if (fs::is_directory(source, ignored)) {
    HYPERLOCAL_TRY(const std::vector<fs::path> images, ImagesIn(source));
    HYPERLOCAL_TRY(facts.video, ProbeVideo(images.front()));
    facts.video.frame_count = static_cast<std::int64_t>(images.size());
    for (const fs::path& image : images) {
      facts.file_size += static_cast<std::int64_t>(fs::file_size(image, ignored));
    }
  } else {
    HYPERLOCAL_TRY(facts.video, ProbeVideo(source));
    facts.file_size = static_cast<std::int64_t>(fs::file_size(source, ignored));
    facts.has_rate = !IsImage(source);
  }
  if (!facts.has_rate) {
    facts.video.average_rate = facts.video.real_rate = FrameRate{.num = 0, .den = 1};
    facts.video.duration_seconds = 0;
  }
  return facts;
}

}  // namespace hyperlocal::golden
