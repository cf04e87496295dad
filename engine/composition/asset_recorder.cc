#include "engine/composition/asset_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/composition/page_scripts.h"
#include "engine/composition/page_server.h"
#include "engine/file/whole_file.h"

namespace hyperlocal {
namespace {

// A project may load the page runtime by itself, as previews need it; a render has its own.
bool IsPageRuntime(std::string_view url) {
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  return path.substr(path.rfind('/') + 1).starts_with("hyperframe.runtime");
}

// Addresses of the web font services that compositions use.
bool IsWebFont(std::string_view url) {
  return url.starts_with("https://fonts.googleapis.com/") ||
         url.starts_with("https://fonts.gstatic.com/");
}

}  // namespace

OutsideAnswer AssetRecorder::Answer(const std::string& url) {
  if (const RecordedAsset* known = recorded_.Find(url))
    return {200, known->content_type, known->body};
  RecordedAsset asset;
  if (IsPageRuntime(url)) {
    asset = {"text/javascript; charset=utf-8", std::string(PageRuntimeScript())};
  } else {
    const auto address = ParseNpmAddress(url);
    const auto found = address ? packages_.Find(*address) : std::nullopt;
    auto body = found ? ReadWholeFile(found->file) : Result<std::string>(Error{});
    if (!body) {
      unavailable_.insert(url);
      return {404, "text/plain", ""};
    }
    if (found->other_version) {
      notes_.push_back(fmt::format(
          "{}: answered with the installed {} {}; install {} {} to render with what the page names",
          url, found->package, found->installed_version, found->package, address->version));
    }
    asset = {std::string(ContentTypeOf(found->file)), std::move(*body)};
  }
  OutsideAnswer answer{200, asset.content_type, asset.body};
  recorded_.Add(url, std::move(asset));
  return answer;
}

Status AssetRecorder::CheckComplete() const {
  if (unavailable_.empty()) return Ok();
  std::string list;
  for (const std::string& url : unavailable_) list += "\n  " + url;
  if (std::all_of(unavailable_.begin(), unavailable_.end(), IsWebFont)) {
    return Error{ErrorCode::kFontFetchFailed,
                 "the page asks for web fonts that cannot be had here:" + list +
                     "\nPut the font files into the project and name them in @font-face."};
  }
  return Error{ErrorCode::kAssetUnavailable,
               "the page asks for addresses outside the project that cannot be had here:" + list +
                   "\nPut the files into the project and refer to them there, or, for a file of an "
                   "npm package, install "
                   "the package in the project (npm install NAME@VERSION)."};
}

}  // namespace hyperlocal
