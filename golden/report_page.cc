#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/av/image_codec.h"
#include "engine/file/whole_file.h"
#include "engine/hash/base64.h"
#include "engine/json/canonical_json.h"
#include "golden/comparison_report.h"
#include "golden/report_assets_internal.h"

namespace hyperlocal::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// The frames of `indexes` as PNG in data URIs, by index.
Result<std::map<std::int64_t, std::string>> Pictures(const fs::path& source,
                                                     const std::vector<std::int64_t>& indexes) {
  std::map<std::int64_t, std::string> pictures;
  if (indexes.empty()) return pictures;
  const std::int64_t last = *std::max_element(indexes.begin(), indexes.end());
  HYPERLOCAL_TRY(const auto stream, PictureStream::Open(source, 0));
  for (std::int64_t i = 0; i <= last; ++i) {
    HYPERLOCAL_TRY(const std::optional<PlanePicture> picture, stream->Next());
    if (!picture) break;
    if (std::find(indexes.begin(), indexes.end(), i) == indexes.end()) continue;
    HYPERLOCAL_TRY(const Frame frame, ToRgb(*picture));
    HYPERLOCAL_TRY(const std::vector<std::uint8_t> png, EncodePng(frame));
    pictures[i] = "data:image/png;base64," + Base64(png);
  }
  return pictures;
}

std::string HtmlText(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else {
      out += c;
    }
  }
  return out;
}

// JSON inside a script element: '<' may end it or begin a comment.
std::string ScriptText(std::string_view json) {
  std::string out;
  for (const char c : json) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Filled(std::string_view page,
                   const std::vector<std::pair<std::string_view, std::string>>& parts) {
  std::string out;
  while (!page.empty()) {
    const std::size_t at = page.find('@');
    out += page.substr(0, at);
    if (at == std::string_view::npos) break;
    page.remove_prefix(at);
    bool filled = false;
    for (const auto& [name, text] : parts) {
      if (!page.starts_with(name)) continue;
      out += text;
      page.remove_prefix(name.size());
      filled = true;
      break;
    }
    if (!filled) {
      out += '@';
      page.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

Status WriteReportPage(const fs::path& directory, const ReportPage& page,
                       const VideoComparison& comparison, const Verdict& verdict) {
  ordered_json data{{"title", page.title},
                    {"version", page.version},
                    {"minFramePsnrDb", page.min_frame_psnr_db},
                    {"judgedInPlanes", comparison.planes_compared && SameColourTags(comparison)},
                    {"comparison", ComparisonJson(comparison, verdict)},
                    {"pictures", ordered_json::array()},
                    {"waveforms", nullptr}};
  const std::vector<std::int64_t> worst =
      WorstFrames(comparison, static_cast<std::size_t>(std::max(0, page.worst_frames)));
  HYPERLOCAL_TRY(const auto pictures_a, Pictures(comparison.a.source.path, worst));
  HYPERLOCAL_TRY(const auto pictures_b, Pictures(comparison.b.source.path, worst));
  for (const std::int64_t frame : worst) {
    const auto a = pictures_a.find(frame);
    const auto b = pictures_b.find(frame);
    if (a == pictures_a.end() || b == pictures_b.end()) continue;
    data["pictures"].push_back({{"frame", frame}, {"a", a->second}, {"b", b->second}});
  }
  if (comparison.sound) {
    const auto rounded = [](const std::vector<float>& columns) {
      ordered_json list = ordered_json::array();
      for (const float value : columns) list.push_back(std::round(value * 1000) / 1000);
      return list;
    };
    data["waveforms"] = {{"a", rounded(comparison.sound->waveform_a)},
                         {"b", rounded(comparison.sound->waveform_b)},
                         {"difference", rounded(comparison.sound->waveform_difference)}};
  }
  HYPERLOCAL_TRY(const std::string json, CompactJson(data));
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    return Error{ErrorCode::kCannotWrite, fmt::format("cannot make the directory {}: {}",
                                                      directory.string(), error.message())};
  }
  return WriteWholeFile(directory / "index.html",
                        Filled(ReportHtml(), {{"@TITLE@", HtmlText(page.title)},
                                              {"@STYLE@", std::string(ReportStyle())},
                                              {"@DATA@", ScriptText(json)},
                                              {"@SCRIPT@", std::string(ReportScript())}}),
                        Durability::kUnsynced);
}

}  // namespace hyperlocal::golden
