#include "engine/composition/asset_recorder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/composition/google_fonts.h"
#include "engine/composition/page_scripts.h"
#include "engine/composition/page_server.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"

namespace hyperlocal {
namespace {

constexpr const char* kScript = "text/javascript; charset=utf-8";
constexpr const char* kStyle = "text/css; charset=utf-8";

// A project may load the page runtime by itself, as previews need it; a render has its own.
bool IsPageRuntime(std::string_view url) {
  const std::string_view path = url.substr(0, url.find_first_of("?#"));
  return path.substr(path.rfind('/') + 1).starts_with("hyperframe.runtime");
}

std::string OtherVersion(const std::string& url, const NpmFile& found, const NpmAddress& address) {
  if (!found.other_version) return "";
  return fmt::format(
      "{}: answered with the installed {} {}; install {} {} to render with what the page names",
      url, found.package, found.installed_version, found.package, address.version);
}

OutsideAnswer None() {
  return {404, "text/plain", ""};
}

// A module that hands on the one at `address`, so that its relative imports lead where they should.
std::string HandedOn(std::string_view module, const std::string& address) {
  std::string text = fmt::format("export * from \"{}\";\n", address);
  const bool has_default = module.find("export default") != std::string_view::npos ||
                           module.find("export{default") != std::string_view::npos ||
                           module.find("as default") != std::string_view::npos;
  if (has_default) text += fmt::format("export {{ default }} from \"{}\";\n", address);
  return text;
}

}  // namespace

std::string_view NameOf(AssetOrigin origin) {
  switch (origin) {
    case AssetOrigin::kProject:
      return "project";
    case AssetOrigin::kCache:
      return "cache";
    case AssetOrigin::kPackage:
      return "package";
    case AssetOrigin::kRuntime:
      return "runtime";
    case AssetOrigin::kNetwork:
      return "network";
    case AssetOrigin::kNowhere:
      break;
  }
  return "missing";
}

AssetRecorder::AssetRecorder(const std::filesystem::path& project, AssetSources sources)
    : sources_(std::move(sources)),
      project_assets_(project / kProjectAssets),
      cache_(sources_.cache_directory),
      packages_(project, sources_.package_directories) {
  if (!sources_.locked) return;
  auto lock = AssetLock::Load(project);
  if (lock) {
    lock_ = std::move(*lock);
  } else {
    lock_error_ = lock.error();
  }
}

OutsideAnswer AssetRecorder::Answer(const std::string& url) {
  if (const RecordedAsset* known = recorded_.Find(url)) {
    return {200, known->content_type, known->body};
  }
  if (unavailable_.contains(url) || stopped_) return None();
  const LockedAsset* locked = nullptr;
  if (lock_) {
    const auto found = lock_->assets.find(url);
    if (found != lock_->assets.end()) locked = &found->second;
  }
  std::string differing;
  for (const Source source :
       {&AssetRecorder::FromRuntime, &AssetRecorder::FromProject, &AssetRecorder::FromCache,
        &AssetRecorder::FromPackages, &AssetRecorder::FromNetwork}) {
    std::optional<Candidate> candidate = (this->*source)(url);
    if (!candidate) continue;
    // The runtime is our own, whatever version the page names.
    if (locked != nullptr && candidate->origin != AssetOrigin::kRuntime &&
        Sha256Hex(candidate->asset.body) != locked->sha256) {
      differing += fmt::format(
          "{}{} has {}", differing.empty() ? "" : ", ",
          candidate->detail.empty() ? std::string(NameOf(candidate->origin)) : candidate->detail,
          Sha256Hex(candidate->asset.body).substr(0, 12));
      continue;
    }
    if (candidate->origin == AssetOrigin::kNetwork) {
      if (const Status kept = cache_.Keep(url, candidate->asset); !kept) {
        notes_.push_back(url + ": fetched, but not kept: " + kept.error().message);
      }
    }
    if (!candidate->note.empty()) notes_.push_back(candidate->note);
    Tell(url, *candidate);
    OutsideAnswer answer{200, candidate->asset.content_type, candidate->asset.body};
    recorded_.Add(url, std::move(candidate->asset));
    return answer;
  }
  std::string& why = unavailable_[url];
  if (!differing.empty()) {
    why = fmt::format("{} names the content {}, but {}", AssetLock::kFile,
                      locked->sha256.substr(0, 12), differing);
  }
  Tell(url, {{}, AssetOrigin::kNowhere, why});
  return None();
}

void AssetRecorder::Tell(const std::string& url, const Candidate& candidate) const {
  if (!sources_.on_answer) return;
  AssetAnswer answer;
  answer.url = url;
  answer.origin = candidate.origin;
  answer.detail = candidate.detail;
  if (candidate.origin != AssetOrigin::kNowhere) {
    answer.sha256 = Sha256Hex(candidate.asset.body);
    answer.content_type = candidate.asset.content_type;
    answer.size = static_cast<std::int64_t>(candidate.asset.body.size());
  }
  sources_.on_answer(answer);
}

std::optional<AssetRecorder::Candidate> AssetRecorder::FromRuntime(const std::string& url) {
  if (!IsPageRuntime(url)) return std::nullopt;
  return Candidate{{kScript, std::string(PageRuntimeScript())}, AssetOrigin::kRuntime};
}

std::optional<AssetRecorder::Candidate> AssetRecorder::FromProject(const std::string& url) {
  auto kept = project_assets_.Find(url);
  if (!kept) return std::nullopt;
  return Candidate{std::move(*kept), AssetOrigin::kProject};
}

std::optional<AssetRecorder::Candidate> AssetRecorder::FromCache(const std::string& url) {
  auto kept = cache_.Find(url);
  if (!kept) return std::nullopt;
  return Candidate{std::move(*kept), AssetOrigin::kCache};
}

std::optional<AssetRecorder::Candidate> AssetRecorder::FromPackages(const std::string& url) {
  if (const auto address = ParseNpmAddress(url)) return Package(*address, url);
  if (const auto sheet = ParseFontSheetAddress(url)) {
    auto css = fonts_.Sheet(*sheet);
    if (!css) return std::nullopt;
    return Candidate{{kStyle, std::move(*css)}, AssetOrigin::kPackage, "@fontsource"};
  }
  if (IsWebFontAddress(url)) return FontFile(url);
  // Several files in one: what the network joins, we join.
  std::optional<Candidate> joined;
  for (const NpmAddress& address : ParseCombinedNpmAddress(url)) {
    std::optional<Candidate> part = Package(address, url);
    if (!part) return std::nullopt;
    if (!joined) {
      joined = std::move(part);
      continue;
    }
    joined->asset.body += "\n" + part->asset.body;
    joined->detail += ", " + part->detail;
    if (joined->note.empty()) joined->note = part->note;
  }
  return joined;
}

std::optional<AssetRecorder::Candidate> AssetRecorder::Package(const NpmAddress& address,
                                                               const std::string& url) {
  const auto found = packages_.Find(address);
  if (!found) return std::nullopt;
  auto body = ReadWholeFile(found->file);
  if (!body) return std::nullopt;
  Candidate candidate{{std::string(ContentTypeOf(found->file)), std::move(*body)},
                      AssetOrigin::kPackage,
                      found->package + " " + found->installed_version,
                      OtherVersion(url, *found, address)};
  const std::string at = NpmFileAddress(found->package, found->installed_version, found->path);
  if (address.module && url != at) {
    candidate.asset = {kScript, HandedOn(candidate.asset.body, at)};
  }
  return candidate;
}

// The names of the font service's files tell the family and nothing else.
std::optional<AssetRecorder::Candidate> AssetRecorder::FontFile(const std::string& url) {
  const std::string family = FontFileFamily(url);
  if (family.empty() || !url.ends_with(".woff2")) return std::nullopt;
  for (const char* scope : {"@fontsource-variable/", "@fontsource/"}) {
    const std::string package = scope + family;
    for (const char* ending : {"-latin-wght-normal.woff2", "-latin-400-normal.woff2"}) {
      NpmAddress address;
      address.package = package;
      address.path = "files/" + family + ending;
      std::optional<Candidate> candidate = Package(address, url);
      if (!candidate) continue;
      candidate->note = fmt::format(
          "{}: answered with the upright Latin letters of {}, since the address does not say which "
          "style it means; name the family in a style sheet of fonts.googleapis.com instead, or "
          "fetch the file (hyperlocal assets fetch)",
          url, candidate->detail);
      return candidate;
    }
  }
  return std::nullopt;
}

std::optional<AssetRecorder::Candidate> AssetRecorder::FromNetwork(const std::string& url) {
  if (!sources_.fetch) return std::nullopt;
  auto fetched = sources_.fetch(url);
  if (fetched) return Candidate{std::move(*fetched), AssetOrigin::kNetwork};
  may_pass_ = may_pass_ || fetched.error().code == ErrorCode::kFontFetchUnavailable;
  stopped_ = stopped_ || fetched.error().code == ErrorCode::kCancelled;
  unavailable_[url] = fetched.error().message;
  return std::nullopt;
}

void AssetRecorder::RecordNothingForWhatIsLacking() {
  for (const auto& [url, why] : unavailable_) {
    recorded_.Add(url, {ParseFontSheetAddress(url) ? kStyle : std::string(ContentTypeOf(url)), ""});
  }
  unavailable_.clear();
}

Status AssetRecorder::CheckComplete() const {
  if (lock_error_) return *lock_error_;
  if (stopped_) return Error{ErrorCode::kCancelled, "stopped while assets were fetched"};
  if (unavailable_.empty()) return Ok();
  std::string list;
  bool fonts_only = true, differs = false;
  for (const auto& [url, why] : unavailable_) {
    list += "\n  " + (why.starts_with(url) ? why : url + (why.empty() ? "" : ": " + why));
    fonts_only = fonts_only && IsWebFontAddress(url);
    differs = differs || why.starts_with(AssetLock::kFile);
  }
  const std::string relock =
      differs ? fmt::format(
                    "\nIf the new content is wanted, lock it: hyperlocal assets fetch "
                    "PROJECT (writes {}).",
                    AssetLock::kFile)
              : "";
  if (fonts_only) {
    return Error{may_pass_ ? ErrorCode::kFontFetchUnavailable : ErrorCode::kFontFetchFailed,
                 "the page asks for web fonts that cannot be had here:" + list + relock +
                     "\nFetch them once (hyperlocal assets fetch PROJECT), install their npm "
                     "packages in the project (npm install @fontsource-variable/NAME), or put the "
                     "font files into the project and name them in @font-face."};
  }
  return Error{ErrorCode::kAssetUnavailable,
               "the page asks for addresses outside the project that cannot be had here:" + list +
                   relock +
                   "\nFetch them once (hyperlocal assets fetch PROJECT), put the files into the "
                   "project and refer to them there, or, for a file of an npm package, install the "
                   "package in the project (npm install NAME@VERSION)."};
}

}  // namespace hyperlocal
