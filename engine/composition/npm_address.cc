#include "engine/composition/npm_address.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace hyperlocal {
namespace {

// cdnjs names some libraries otherwise than npm does.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kCdnjsNames{{
    {"three.js", "three"},
    {"lodash.js", "lodash"},
    {"bodymovin", "lottie-web"},
    {"Chart.js", "chart.js"},
    {"moment.js", "moment"},
    {"pixi.js", "pixi.js"},
}};

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

}  // namespace

std::optional<NpmAddress> ParseNpmAddress(std::string_view url) {
  std::string_view rest = url.substr(0, url.find_first_of("?#"));
  if (!Skip(rest, "https://") && !Skip(rest, "http://")) return std::nullopt;
  const bool is_cdnjs = rest.starts_with("cdnjs.cloudflare.com/");
  NpmAddress address;
  if (Skip(rest, "cdn.jsdelivr.net/npm/") || Skip(rest, "fastly.jsdelivr.net/npm/") ||
      Skip(rest, "unpkg.com/") || Skip(rest, "www.unpkg.com/")) {
    address = SplitPackage(rest);
  } else if (is_cdnjs && Skip(rest, "cdnjs.cloudflare.com/ajax/libs/")) {
    const std::size_t name_end = rest.find('/');
    if (name_end == std::string_view::npos) return std::nullopt;
    const std::size_t version_end = rest.find('/', name_end + 1);
    if (version_end == std::string_view::npos) return std::nullopt;
    address.package = rest.substr(0, name_end);
    for (const auto& [cdnjs, npm] : kCdnjsNames) {
      if (address.package == cdnjs) address.package = npm;
    }
    address.version = rest.substr(name_end + 1, version_end - name_end - 1);
    address.path = rest.substr(version_end + 1);
    address.flat_path = true;
  } else {
    return std::nullopt;
  }
  // Both become parts of a path: neither may leave its directory.
  if (address.package.empty() || address.package.starts_with('.') ||
      address.path.starts_with('/') || address.path.find("..") != std::string::npos ||
      address.package.find("..") != std::string::npos) {
    return std::nullopt;
  }
  return address;
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
