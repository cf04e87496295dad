#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"
#include "golden/verdict.h"
#include "golden/video_comparison.h"

namespace hyperlocal::golden {

// The comparison as a table for people, ending in a line feed.
std::string ComparisonText(const VideoComparison& comparison, const Verdict& verdict);

// The same for programs: facts of both, figures, checks, findings, and the series frame by frame.
// Infinite PSNR is null.
nlohmann::ordered_json ComparisonJson(const VideoComparison& comparison, const Verdict& verdict);

// "pass", "fail", "undecided".
std::string_view OutcomeName(Outcome outcome);

// JUnit XML: a suite for each of the videos that were compared, a case for each check.
struct JUnitCase {
  std::string name;
  Outcome outcome = Outcome::kPass;
  std::string message;
  bool is_error = false;  // it could not be checked: something failed
};
struct JUnitSuite {
  std::string name;
  double seconds = 0;
  std::vector<JUnitCase> cases;
  std::vector<std::pair<std::string, std::string>> properties;
};
std::string JUnitXml(const std::vector<JUnitSuite>& suites);
JUnitSuite JUnitSuiteOf(std::string name, const VideoComparison& comparison,
                        const Verdict& verdict);

// Writes index.html into the directory, which is made if it is not there: one page that needs
// nothing else, with the curves over time, the chunks, the worst frames of both, the sounds and the
// facts. Both videos are decoded once more for the pictures. Errors: kCannotWrite, kIo, and those
// of decoding.
struct ReportPage {
  std::string title;
  std::string version;            // of the program
  double min_frame_psnr_db = 30;  // drawn as a line
  int worst_frames = 4;
};
Status WriteReportPage(const std::filesystem::path& directory, const ReportPage& page,
                       const VideoComparison& comparison, const Verdict& verdict);

}  // namespace hyperlocal::golden
