#include <cstddef>
#include <iterator>

#include <fmt/format.h>

#include "golden/comparison_report.h"

namespace hyperlocal::golden {
namespace {

// Text as it may stand in an attribute; control characters, which XML 1.0 cannot hold, become '?'.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      case '\t':
        out += ' ';
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

}  // namespace

std::string JUnitXml(const std::vector<JUnitSuite>& suites) {
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  const auto out = std::back_inserter(xml);
  for (const JUnitSuite& suite : suites) {
    std::size_t failures = 0;
    std::size_t errors = 0;
    std::size_t skipped = 0;
    for (const JUnitCase& one : suite.cases) {
      if (one.is_error) {
        ++errors;
      } else if (one.outcome == Outcome::kFail) {
        ++failures;
      } else if (one.outcome == Outcome::kUndecided) {
        ++skipped;
      }
    }
    fmt::format_to(out,
                   "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
                   "skipped=\"{}\" time=\"{:.3f}\">\n",
                   Escaped(suite.name), suite.cases.size(), failures, errors, skipped,
                   suite.seconds);
    if (!suite.properties.empty()) {
      xml += "    <properties>\n";
      for (const auto& [name, value] : suite.properties) {
        fmt::format_to(out, "      <property name=\"{}\" value=\"{}\"/>\n", Escaped(name),
                       Escaped(value));
      }
      xml += "    </properties>\n";
    }
    for (const JUnitCase& one : suite.cases) {
      fmt::format_to(out, "    <testcase classname=\"{}\" name=\"{}\"", Escaped(suite.name),
                     Escaped(one.name));
      const char* tag = one.is_error                         ? "error"
                        : one.outcome == Outcome::kFail      ? "failure"
                        : one.outcome == Outcome::kUndecided ? "skipped"
                                                             : nullptr;
      if (tag == nullptr) {
        xml += "/>\n";
      } else {
        fmt::format_to(out, "><{} message=\"{}\"/></testcase>\n", tag, Escaped(one.message));
      }
    }
    xml += "  </testsuite>\n";
  }
  return xml + "</testsuites>\n";
}

JUnitSuite JUnitSuiteOf(std::string name, const VideoComparison& comparison,
                        const Verdict& verdict) {
  JUnitSuite suite;
  suite.name = std::move(name);
  for (const Check& check : verdict.checks) {
    JUnitCase one{.name = check.name, .outcome = check.outcome, .message = check.message};
    suite.cases.push_back(std::move(one));
  }
  const VideoFigures& figures = comparison.figures;
  if (!comparison.frames.empty()) {
    suite.properties = {
        {"psnr", DbText(JudgedPsnrDb(comparison))},
        {"rgb-psnr", DbText(figures.rgb_psnr_db)},
        {"ssim", fmt::format("{:.6f}", figures.ssim)},
        {"mean-colour-error", fmt::format("{:.4f}", figures.mean_colour_error)},
        {"equal-frames", fmt::format("{}/{}", figures.identical_frames, comparison.frames.size())}};
  }
  for (const Finding& finding : verdict.findings) {
    suite.properties.emplace_back(std::string("finding.") + std::string(FindingName(finding.kind)),
                                  finding.message);
  }
  return suite;
}

}  // namespace hyperlocal::golden
