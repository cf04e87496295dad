#include "engine/plan/plan_size.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/file/file_tree.h"

namespace hyperlocal {
namespace {

constexpr std::size_t kPartsNamed = 5;

std::string Bytes(std::int64_t bytes) {
  constexpr std::array kUnits{"bytes", "KiB", "MiB", "GiB"};
  double amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.2f %s", amount, kUnits[unit]);
  return text.data();
}

std::string PartOf(const std::string& path) {
  const std::size_t first = path.find('/');
  return first == std::string::npos ? path : path.substr(0, path.find('/', first + 1));
}

std::string LargestParts(const std::vector<TreeFile>& files) {
  std::map<std::string, std::int64_t> sizes;
  for (const TreeFile& file : files) sizes[PartOf(file.path)] += file.size_bytes;
  std::vector<std::pair<std::string, std::int64_t>> parts(sizes.begin(), sizes.end());
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  parts.resize(std::min(parts.size(), kPartsNamed));
  std::string list;
  for (const auto& [name, size] : parts) {
    list += (list.empty() ? "" : ", ") + name + " " + Bytes(size);
  }
  return list;
}

}  // namespace

Status CheckPlanSize(const std::filesystem::path& plan, std::int64_t bytes_to_come,
                     std::int64_t limit_bytes) {
  HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(plan));
  std::int64_t total = bytes_to_come;
  for (const TreeFile& file : files) total += file.size_bytes;
  if (total <= limit_bytes) return Ok();
  return Error{ErrorCode::kPlanTooLarge,
               "the plan in " + plan.string() + " has " + Bytes(total) + " (" +
                   std::to_string(total) + " bytes) and may have " + Bytes(limit_bytes) +
                   "; its largest parts: " + LargestParts(files) +
                   ". Use smaller media, shorten the composition, or raise planDirSizeLimitBytes"};
}

}  // namespace hyperlocal
