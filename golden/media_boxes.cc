#include "golden/media_boxes.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hyperlocal::golden {
namespace {

constexpr std::array<std::string_view, 9> kContainers{"moov", "trak", "mdia", "minf", "stbl",
                                                      "dinf", "edts", "udta", "mvex"};

std::uint64_t BigEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

bool IsBoxType(std::string_view type) {
  return std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ';
  });
}

}  // namespace

std::string BoxAt(std::string_view file, std::uint64_t offset) {
  std::string path;
  std::uint64_t start = 0;
  std::uint64_t end = file.size();
  if (offset >= end) return "end";
  while (start + 8 <= end) {
    std::uint64_t size = BigEndian(file.substr(start, 4));
    const std::string_view type = file.substr(start + 4, 4);
    std::uint64_t header = 8;
    if (size == 1 && start + 16 <= end) {
      size = BigEndian(file.substr(start + 8, 8));
      header = 16;
    }
    if (size == 0) size = end - start;
    if (size < header || size > end - start || !IsBoxType(type)) return path;
    if (offset >= start + size) {
      start += size;
      continue;
    }
    path += (path.empty() ? "" : "/") + std::string(type);
    const bool holds_boxes =
        std::find(kContainers.begin(), kContainers.end(), type) != kContainers.end();
    if (!holds_boxes || offset < start + header) return path;
    end = start + size;
    start += header;
  }
  return path;
}

}  // namespace hyperlocal::golden
