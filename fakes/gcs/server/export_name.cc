#include <algorithm>

#include "fakes/gcs/server/export_name_internal.h"

namespace hyperlocal::gcs {
namespace {

// File systems take 255 bytes, and a mark has to fit behind.
constexpr std::size_t kMostPiece = 200;
constexpr std::string_view kEmpty = "%_";
constexpr std::string_view kGoesOn = "%+";
constexpr std::string_view kFile = "%o";
constexpr std::string_view kHex = "0123456789ABCDEF";

void AppendEscape(std::string& to, char c) {
  const auto byte = static_cast<unsigned char>(c);
  to += '%';
  to += kHex[byte >> 4];
  to += kHex[byte & 15];
}

bool IsEscaped(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '%' || byte < 0x20 || byte == 0x7F;
}

bool ContinuesCharacter(char c) {
  return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u;
}

// A piece stands as a file name of its own: it must not be one that means a directory.
std::string WithoutDots(const std::string& piece) {
  if (piece != "." && piece != "..") return piece;
  std::string escaped;
  for (const char c : piece) AppendEscape(escaped, c);
  return escaped;
}

void AppendPart(std::string& path, std::string_view part) {
  if (part.empty()) {
    path += kEmpty;
    return;
  }
  std::string piece;
  for (std::size_t i = 0; i < part.size(); ++i) {
    // Room for the longest escape, or the longest character of UTF-8.
    if (piece.size() + 4 > kMostPiece && !ContinuesCharacter(part[i])) {
      path += WithoutDots(piece);
      path += kGoesOn;
      path += '/';
      piece.clear();
    }
    if (IsEscaped(part[i])) {
      AppendEscape(piece, part[i]);
    } else {
      piece += part[i];
    }
  }
  path += WithoutDots(piece);
}

int HexValue(char c) {
  const std::size_t at = kHex.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool AppendPiece(std::string& name, std::string_view piece) {
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] != '%') {
      name += piece[i];
      continue;
    }
    if (i + 2 >= piece.size()) return false;
    const int high = HexValue(piece[i + 1]), low = HexValue(piece[i + 2]);
    if (high < 0 || low < 0) return false;
    name += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

}  // namespace

std::string ExportPathOf(std::string_view name, bool beside_directory) {
  std::string path;
  for (;;) {
    const std::size_t slash = name.find('/');
    AppendPart(path, name.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path += '/';
    name.remove_prefix(slash + 1);
  }
  if (beside_directory) path += kFile;
  return path;
}

std::optional<std::string> NameOfExportPath(std::string_view path) {
  const bool marked = path.ends_with(kFile);
  std::string_view rest = marked ? path.substr(0, path.size() - kFile.size()) : path;
  std::string name;
  for (bool more = true; more;) {
    const std::size_t slash = rest.find('/');
    std::string_view piece = rest.substr(0, slash);
    more = slash != std::string_view::npos;
    rest.remove_prefix(more ? slash + 1 : rest.size());
    const bool goes_on = piece.ends_with(kGoesOn);
    if (goes_on) piece.remove_suffix(kGoesOn.size());
    if (piece != kEmpty && !AppendPiece(name, piece)) return std::nullopt;
    if (goes_on && !more) return std::nullopt;
    if (more && !goes_on) name += '/';
  }
  // What is written otherwise than ExportPathOf writes it is not one of its paths.
  if (ExportPathOf(name, marked) != path) return std::nullopt;
  return name;
}

}  // namespace hyperlocal::gcs
