#include "engine/composition/npm_address.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace hyperlocal {
namespace {

// Libraries that cdnjs names otherwise than npm does.
struct CdnjsName {
  std::string_view cdnjs;
  std::string_view npm;
};
constexpr std::array kCdnjsNames{
    CdnjsName{"three.js", "three"},
    CdnjsName{"lodash.js", "lodash"},
    CdnjsName{"underscore.js", "underscore"},
    CdnjsName{"bodymovin", "lottie-web"},
    CdnjsName{"Chart.js", "chart.js"},
    CdnjsName{"moment.js", "moment"},
    CdnjsName{"snap.svg", "snapsvg"},
    CdnjsName{"svg.js", "@svgdotjs/svg.js"},
    CdnjsName{"paper.js", "paper"},
    CdnjsName{"fabric.js", "fabric"},
    CdnjsName{"tween.js", "@tweenjs/tween.js"},
    CdnjsName{"mo-js", "@mojs/core"},
    CdnjsName{"font-awesome", "@fortawesome/fontawesome-free"},
    CdnjsName{"highlight.js", "@highlightjs/cdn-assets"},
    CdnjsName{"KaTeX", "katex"},
    CdnjsName{"babel-standalone", "@babel/standalone"},
};

bool Skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// "name@version/path" or "@scope/name@version/path".
NpmAddress SplitPackage(std::string_view text) {
  const std::size_t name_from = text.starts_with('@') ? text.find('/') + 1 : 0;
  const std::size_t slash = text.find('/', name_from);
  const std::string_view full = text.substr(0, slash);
  const std::size_t at = full.find('@', 1);
  NpmAddress address;
  address.package = full.substr(0, at);
  if (at != std::string_view::npos) address.version = full.substr(at + 1);
  if (slash != std::string_view::npos) address.path = text.substr(slash + 1);
  return address;
}

std::array<int, 3> Parts(std::string_view version, int& count) {
  std::array<int, 3> parts{};
  count = 0;
  while (count < 3 && !version.empty()) {
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(),
                                              parts[static_cast<std::size_t>(count)]);
    if (error != std::errc{}) break;
    ++count;
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (!version.starts_with('.')) break;
    version.remove_prefix(1);
  }
  return parts;
}

// Both become parts of a path: neither may leave its directory.
bool IsSafe(const NpmAddress& address) {
  return !address.package.empty() && !address.package.starts_with('.') &&
         address.package.find("..") == std::string::npos && !address.path.starts_with('/') &&
         address.path.find("..") == std::string::npos;
}

std::optional<NpmAddress> Checked(NpmAddress address) {
  return IsSafe(address) ? std::optional(std::move(address)) : std::nullopt;
}

// jsdelivr's "PACKAGE/+esm" and "PACKAGE/PATH/+esm".
NpmAddress JsdelivrFile(std::string_view rest) {
  constexpr std::string_view kAsModule = "/+esm";
  const bool module = rest.ends_with(kAsModule);
  if (module) rest.remove_suffix(kAsModule.size());
  NpmAddress address = SplitPackage(rest);
  address.module = module;
  return address;
}

// "LIBRARY/VERSION/PATH"
std::optional<NpmAddress> CdnjsFile(std::string_view rest) {
  const std::size_t name_end = rest.find('/');
  if (name_end == std::string_view::npos) return std::nullopt;
  const std::size_t version_end = rest.find('/', name_end + 1);
  if (version_end == std::string_view::npos) return std::nullopt;
  NpmAddress address;
  address.package = rest.substr(0, name_end);
  for (const CdnjsName& row : kCdnjsNames) {
    if (address.package == row.cdnjs) address.package = row.npm;
  }
  address.version = rest.substr(name_end + 1, version_end - name_end - 1);
  address.path = rest.substr(version_end + 1);
  address.flat_path = true;
  // three's release r128 is 0.128 at npm.
  if (address.package == "three" && address.version.starts_with('r')) {
    address.version.replace(0, 1, "0.");
  }
  return Checked(std::move(address));
}

// esm.sh puts marks before a package ("stable/", "v135/", "*", "gh/" for other sources) and the
// build that it made behind it ("es2022/three.mjs").
std::optional<NpmAddress> EsmShFile(std::string_view rest) {
  if (rest.starts_with("gh/") || rest.starts_with("jsr/")) return std::nullopt;
  Skip(rest, "stable/");
  if (rest.size() > 1 && rest[0] == 'v' && rest[1] >= '0' && rest[1] <= '9') {
    const std::size_t slash = rest.find('/');
    if (slash != std::string_view::npos &&
        rest.substr(1, slash - 1).find_first_not_of("0123456789") == std::string_view::npos) {
      rest.remove_prefix(slash + 1);
    }
  }
  Skip(rest, "*");
  NpmAddress address = SplitPackage(rest);
  address.module = true;
  // Queries of esm.sh may stand in the version: three@0.147.0&dev.
  address.version = address.version.substr(0, address.version.find('&'));
  if (address.path.starts_with("es20") || address.path.starts_with("esnext/") ||
      address.path.starts_with("denonext/")) {
    address.path.clear();
  }
  return Checked(std::move(address));
}

// "jquery-3.7.1.slim.min.js"
std::optional<NpmAddress> JqueryFile(std::string_view rest) {
  if (!Skip(rest, "jquery-")) return std::nullopt;
  const std::size_t end = rest.find_first_not_of("0123456789.");
  if (end == std::string_view::npos || end < 2) return std::nullopt;
  NpmAddress address;
  address.package = "jquery";
  address.version = rest.substr(0, end - 1);
  address.path = "dist/jquery." + std::string(rest.substr(end));
  return Checked(std::move(address));
}

// "d3.v7.min.js"
std::optional<NpmAddress> D3File(std::string_view rest) {
  if (!Skip(rest, "d3.v")) return std::nullopt;
  const std::size_t end = rest.find_first_not_of("0123456789");
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  NpmAddress address;
  address.package = "d3";
  address.version = rest.substr(0, end);
  address.path = "dist/d3" + std::string(rest.substr(end));
  return Checked(std::move(address));
}

// The address without scheme, query and fragment; empty when it is none of the web.
std::string_view HostAndPath(std::string_view url) {
  std::string_view rest = url.substr(0, url.find_first_of("?#"));
  if (!Skip(rest, "https://") && !Skip(rest, "http://")) return {};
  return rest;
}

}  // namespace

std::optional<NpmAddress> ParseNpmAddress(std::string_view url) {
  std::string_view rest = HostAndPath(url);
  if (Skip(rest, "cdn.jsdelivr.net/npm/") || Skip(rest, "fastly.jsdelivr.net/npm/")) {
    return Checked(JsdelivrFile(rest));
  }
  if (Skip(rest, "unpkg.com/") || Skip(rest, "www.unpkg.com/") || Skip(rest, "ga.jspm.io/npm:")) {
    return Checked(SplitPackage(rest));
  }
  if (Skip(rest, "cdnjs.cloudflare.com/ajax/libs/")) return CdnjsFile(rest);
  if (Skip(rest, "esm.sh/")) return EsmShFile(rest);
  if (Skip(rest, "cdn.skypack.dev/") || Skip(rest, "esm.run/")) {
    NpmAddress address = SplitPackage(rest);
    address.module = true;
    return Checked(std::move(address));
  }
  if (Skip(rest, "code.jquery.com/")) return JqueryFile(rest);
  if (Skip(rest, "d3js.org/")) return D3File(rest);
  return std::nullopt;
}

std::vector<NpmAddress> ParseCombinedNpmAddress(std::string_view url) {
  std::string_view rest = HostAndPath(url);
  if (!Skip(rest, "cdn.jsdelivr.net/combine/")) return {};
  std::vector<NpmAddress> files;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    std::string_view part = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    if (!Skip(part, "npm/")) return {};
    auto file = Checked(JsdelivrFile(part));
    if (!file || file->module) return {};
    files.push_back(std::move(*file));
  }
  return files;
}

std::string NpmFileAddress(std::string_view package, std::string_view version,
                           std::string_view path) {
  return fmt::format("https://cdn.jsdelivr.net/npm/{}@{}/{}", package, version, path);
}

bool VersionSatisfies(std::string_view installed, std::string_view wanted) {
  if (wanted.empty() || wanted == "latest" || wanted == "*" || wanted == installed) return true;
  const bool caret = wanted.starts_with('^');
  const bool tilde = wanted.starts_with('~');
  if (caret || tilde) wanted.remove_prefix(1);
  int have_count = 0, want_count = 0;
  const auto have = Parts(installed, have_count);
  const auto want = Parts(wanted, want_count);
  if (want_count == 0 || have_count < 3) return false;
  // How many leading numbers a range keeps: a caret up to the first that is not 0, a tilde up to
  // the minor version, if it names one.
  int kept = want_count;
  if (caret) {
    kept = 1;
    while (kept < want_count && want[static_cast<std::size_t>(kept) - 1] == 0) ++kept;
  } else if (tilde) {
    kept = std::min(want_count, 2);
  }
  if ((caret || tilde) && have < want) return false;
  if (kept == 3 && !caret) return false;  // exact, and not equal
  for (int i = 0; i < kept; ++i) {
    if (have[static_cast<std::size_t>(i)] != want[static_cast<std::size_t>(i)]) return false;
  }
  return true;
}

}  // namespace hyperlocal
