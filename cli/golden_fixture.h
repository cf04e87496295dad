#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/local_render.h"
#include "engine/cancellation.h"
#include "engine/error/result.h"
#include "golden/verdict.h"

namespace hyperlocal::cli {

// What a picture depends on besides our own code.
struct GoldenIngredients {
  std::string chrome;  // "HeadlessChrome/156.0.8078.79"; empty when there is none
  std::string ffmpeg;
  std::string fonts;    // digest of the installed fonts
  std::string project;  // digest of the fixture's project
};
// Of this machine, the project apart. Starts Chrome once.
GoldenIngredients IngredientsHere(const CancellationToken& cancel);
// "Chrome was …, is …", one each; the project apart.
std::vector<std::string> Differences(const GoldenIngredients& recorded,
                                     const GoldenIngredients& here);

// What golden/fixtures/<name>/meta.json says.
struct GoldenFixture {
  std::string name;
  std::string guards;  // a line for people: what would break unnoticed without it
  std::filesystem::path directory;
  LocalRenderOptions render;  // project and settings; no output
  golden::Thresholds thresholds;
  // Of the baseline; nothing before the first accept.
  struct Baseline {
    GoldenIngredients made_with;
    std::string sha256;    // of the video
    std::string pictures;  // digest of all pictures before they were encoded
    std::int64_t frames = 0;
  };
  std::optional<Baseline> baseline;

  std::filesystem::path video() const;  // the baseline's
};

// All fixtures of the directory, or those that are named, by name. Errors: kNoInput (no such
// directory or fixture; the names that there are), kInvalidJson (a meta.json, naming the member).
Result<std::vector<GoldenFixture>> ReadFixtures(const std::filesystem::path& directory,
                                                const std::vector<std::string>& names);
Result<GoldenFixture> ReadFixture(const std::filesystem::path& directory);

// Puts the baseline's record into meta.json; the rest of the file stays as it is.
Status RecordBaseline(const GoldenFixture& fixture, const GoldenFixture::Baseline& baseline);

}  // namespace hyperlocal::cli
