#include "engine/composition/project_copy.h"

#include <cctype>
#include <string_view>
#include <system_error>

#include "engine/composition/page_server.h"
#include "engine/file/whole_file.h"
#include "engine/hash/project_hash.h"

namespace hyperlocal {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIndex = "index.html";
constexpr const char* kReserved = "__hyperlocal/";

// A relative path as an address.
std::string Encoded(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF", kPlain = "-._~/";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte)) || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

Error CopyError(const fs::path& file, const std::error_code& ec) {
  const bool forbidden = ec == std::errc::permission_denied;
  return Error{forbidden ? ErrorCode::kPermission : ErrorCode::kIo,
               "cannot copy " + file.string() + " into the plan: " + ec.message()};
}

std::set<std::string> FindLinks(const fs::path& project) {
  std::set<std::string> links;
  std::error_code ec;
  fs::recursive_directory_iterator it(project, ec), end;
  for (; !ec && it != end; it.increment(ec)) {
    std::error_code ignored;
    if (it.depth() == 0 && it->path().filename() == "node_modules") it.disable_recursion_pending();
    if (it->is_symlink(ignored))
      links.insert(it->path().lexically_relative(project).generic_string());
  }
  return links;
}

}  // namespace

Result<ProjectCopy> CopyProject(const fs::path& project, const std::string& entry,
                                const fs::path& compiled) {
  HYPERLOCAL_TRY(const std::vector<std::string> files, ListProjectFiles(project));
  std::error_code ec;
  fs::create_directories(compiled, ec);
  if (ec)
    return Error{ErrorCode::kCannotWrite, "cannot make " + compiled.string() + ": " + ec.message()};
  const std::string entry_path = fs::path(entry).lexically_normal().generic_string();
  for (const std::string& file : files) {
    // Another entry takes the name of a stray index.html.
    if (file == kIndex && entry_path != kIndex) continue;
    // Ours in a plan; a project that was itself made from one would bring old recordings.
    if (file.starts_with(kReserved)) continue;
    const fs::path target = compiled / file;
    fs::create_directories(target.parent_path(), ec);
    if (!ec) fs::copy_file(project / file, target, ec);
    if (ec) return CopyError(project / file, ec);
  }
  if (entry_path != kIndex) {
    HYPERLOCAL_TRY(std::string html, ReadWholeFile(project / entry_path));
    const std::string folder = fs::path(entry_path).parent_path().generic_string();
    if (!folder.empty()) html = InjectIntoHead(html, "<base href=\"/" + Encoded(folder) + "/\">");
    HYPERLOCAL_TRY_STATUS(WriteWholeFile(compiled / kIndex, html));
  }
  return ProjectCopy{FindLinks(project)};
}

}  // namespace hyperlocal
