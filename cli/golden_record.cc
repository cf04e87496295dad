#include "cli/golden_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>
#include <utility>

#include "cli/version.h"
#include "engine/archive/archive_reader.h"
#include "engine/archive/archive_writer.h"
#include "engine/file/file_tree.h"
#include "engine/file/scratch_directory.h"
#include "engine/file/whole_file.h"
#include "engine/hash/sha256.h"
#include "engine/json/canonical_json.h"
#include "engine/json/json_object.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using nlohmann::ordered_json;

constexpr const char* kList = "record.json";
constexpr const char* kContents = "record.tar.gz";

Status CopyInto(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) return Ok();
  return Error{ErrorCode::kIo, fmt::format("cannot copy {} to {}: {}", from.string(), to.string(),
                                           error.message())};
}

// The small files, the smallest first, as long as there is room.
void ChooseKept(std::vector<RecordedFile>& files) {
  std::vector<RecordedFile*> by_size;
  for (RecordedFile& file : files) by_size.push_back(&file);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [](const RecordedFile* a, const RecordedFile* b) { return a->size < b->size; });
  std::int64_t total = 0;
  for (RecordedFile* file : by_size) {
    if (file->size > GoldenRecord::kLargestKeptFile) return;
    total += file->size;
    if (total > GoldenRecord::kMostKept) return;
    file->kept = true;
  }
}

}  // namespace

const RecordedFile* GoldenRecord::Find(const std::string& path) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&path](const RecordedFile& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

Result<std::optional<GoldenRecord>> GoldenRecord::Read(const fs::path& fixture) {
  const fs::path file = fixture / kList;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::optional<GoldenRecord>();
  HYPERLOCAL_TRY(const std::string text, ReadWholeFile(file));
  HYPERLOCAL_TRY(const json parsed, ParseJson(text, file.string()));
  HYPERLOCAL_TRY(const JsonObject object, JsonObject::Of(parsed, file.string()));
  GoldenRecord record;
  HYPERLOCAL_TRY(record.plan_hash, object.Text("planHash"));
  HYPERLOCAL_TRY(record.hyperlocal, object.Text("hyperlocal"));
  const json* list = object.Find("files");
  if (list == nullptr || !list->is_array()) return object.Bad("files", "be a list");
  for (const json& element : *list) {
    const std::string where = fmt::format("{}: files[{}]", file.string(), record.files.size());
    HYPERLOCAL_TRY(const JsonObject fields, JsonObject::Of(element, where));
    RecordedFile one;
    HYPERLOCAL_TRY(one.path, fields.Text("path"));
    HYPERLOCAL_TRY(one.sha256, fields.Text("sha256"));
    HYPERLOCAL_TRY(one.size, fields.Integer("size", 0));
    HYPERLOCAL_TRY(one.kept, fields.Boolean("kept"));
    if (fields.Find("from") != nullptr) {
      HYPERLOCAL_TRY(one.from, fields.Text("from"));
    }
    const fs::path path(one.path);
    if (path.is_absolute() || path.lexically_normal() != path || one.path.starts_with("..")) {
      return fields.Bad("path", "lie inside of the plan");
    }
    record.files.push_back(std::move(one));
  }
  return std::optional<GoldenRecord>(std::move(record));
}

Result<std::vector<RecordedFile>> ListPlan(const PlannedComposition& planned) {
  std::map<std::string, std::string> sources;  // by digest
  for (const AssetAnswer& answer : planned.answers) {
    if (answer.origin == AssetOrigin::kNowhere) continue;
    std::string from(NameOf(answer.origin));
    if (!answer.detail.empty()) from += " " + answer.detail;
    sources.emplace(answer.sha256, std::move(from));
  }
  HYPERLOCAL_TRY(const std::vector<TreeFile> tree, ListFileTree(planned.plan.root));
  std::vector<RecordedFile> files;
  for (const TreeFile& file : tree) {
    RecordedFile one;
    one.path = file.path;
    one.size = file.size_bytes;
    HYPERLOCAL_TRY(one.sha256, Sha256HexOfFile(planned.plan.root / file.path));
    if (const auto source = sources.find(one.sha256); source != sources.end()) {
      one.from = source->second;
    }
    files.push_back(std::move(one));
  }
  return files;
}

Status WriteRecord(const fs::path& fixture, const PlannedComposition& planned) {
  HYPERLOCAL_TRY(std::vector<RecordedFile> files, ListPlan(planned));
  ChooseKept(files);
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("record"));
  ordered_json list = ordered_json::array();
  for (const RecordedFile& file : files) {
    ordered_json one{
        {"path", file.path}, {"sha256", file.sha256}, {"size", file.size}, {"kept", file.kept}};
    if (!file.from.empty()) one["from"] = file.from;
    list.push_back(std::move(one));
    if (file.kept) {
      HYPERLOCAL_TRY_STATUS(CopyInto(planned.plan.root / file.path, scratch->path() / file.path));
    }
  }
  HYPERLOCAL_TRY_STATUS(PackTarGz(scratch->path(), fixture / kContents));
  HYPERLOCAL_TRY(const std::string text,
                 PrettyJson(ordered_json{{"planHash", planned.plan.plan_hash},
                                         {"hyperlocal", Version()},
                                         {"files", std::move(list)}}));
  return WriteWholeFile(fixture / kList, text + "\n");
}

Result<std::vector<RecordedFile>> RestorePlan(const fs::path& fixture, const GoldenRecord& record,
                                              const std::vector<fs::path>& look_in,
                                              const fs::path& directory) {
  std::error_code error;
  if (fs::exists(fixture / kContents, error)) {
    HYPERLOCAL_TRY_STATUS(ExtractTarGz(fixture / kContents, directory, ArchiveLimits{}));
  } else {
    fs::create_directories(directory, error);
  }
  std::map<std::string, std::vector<const RecordedFile*>> wanted;  // by digest
  std::set<std::int64_t> sizes;
  for (const RecordedFile& file : record.files) {
    const auto digest = Sha256HexOfFile(directory / file.path);
    if (digest && *digest == file.sha256) continue;
    wanted[file.sha256].push_back(&file);
    sizes.insert(file.size);
  }
  for (const fs::path& place : look_in) {
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator entry(place, options, error), end;
         !error && entry != end && !wanted.empty(); entry.increment(error)) {
      std::error_code ignored;
      if (!entry->is_regular_file(ignored)) continue;
      if (!sizes.contains(static_cast<std::int64_t>(entry->file_size(ignored)))) continue;
      const auto digest = Sha256HexOfFile(entry->path());
      const auto found = digest ? wanted.find(*digest) : wanted.end();
      if (found == wanted.end()) continue;
      for (const RecordedFile* file : found->second) {
        HYPERLOCAL_TRY_STATUS(CopyInto(entry->path(), directory / file->path));
      }
      wanted.erase(found);
    }
  }
  std::vector<RecordedFile> missing;
  for (const auto& [digest, files] : wanted) {
    for (const RecordedFile* file : files) {
      fs::remove(directory / file->path, error);  // a content of its name that is not its
      missing.push_back(*file);
    }
  }
  return missing;
}

}  // namespace hyperlocal::cli
