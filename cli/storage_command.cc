#include "cli/storage_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/command_answer_internal.h"
#include "cli/human_text.h"
#include "cli/report_failure.h"
#include "cli/storage_paths.h"
#include "engine/composition/page_server.h"
#include "engine/file/file_tree.h"
#include "engine/file/scratch_directory.h"

namespace hyperlocal::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// GCS calls it an ETag of the content: eight hex digits are easier on the eye than base64.
std::string Crc32cText(std::uint32_t crc32c) {
  return fmt::format("{:08x}", crc32c);
}

ordered_json Members(const ObjectInfo& object) {
  ordered_json members{{"url", FormatGcsUri(object.uri)},
                       {"bucket", object.uri.bucket},
                       {"name", object.uri.key},
                       {"size", object.size},
                       {"contentType", object.content_type},
                       {"contentEncoding", nullptr},
                       {"generation", std::to_string(object.generation)},
                       {"metageneration", std::to_string(object.metageneration)},
                       {"crc32c", Crc32cText(object.crc32c)},
                       {"md5", nullptr},
                       {"metadata", object.metadata}};
  if (!object.content_encoding.empty()) members["contentEncoding"] = object.content_encoding;
  if (object.md5_hex) members["md5"] = *object.md5_hex;
  return members;
}

ordered_json Members(const std::vector<ObjectInfo>& objects) {
  ordered_json list = ordered_json::array();
  for (const ObjectInfo& object : objects) list.push_back(Members(object));
  return list;
}

Result<CommandAnswer> List(const CommandLine& line, ObjectStore& store) {
  HYPERLOCAL_TRY(const StoragePrefix place, ParseStoragePrefix(line.arguments[0]));
  ObjectListing listing{.prefix = place.prefix, .delimiter = line.Has("recursive") ? "" : "/"};
  HYPERLOCAL_TRY(const ObjectList found, store.List(place.bucket, listing));
  CommandAnswer answer;
  std::size_t size_width = 0;
  for (const ObjectInfo& object : found.objects) {
    size_width = std::max(size_width, std::to_string(object.size).size());
  }
  const bool details = line.Has("long");
  for (const ObjectInfo& object : found.objects) {
    if (details) {
      answer.text += fmt::format("{:>{}}  {}  {:<24}  ", object.size, size_width, object.generation,
                                 WithoutControls(object.content_type));
    }
    answer.text += WithoutControls(FormatGcsUri(object.uri)) + '\n';
  }
  for (const std::string& prefix : found.prefixes) {
    const std::string url = FormatGcsUri({place.bucket, prefix});
    // Below the name column of the objects: 16 digits are a generation's.
    if (details) answer.text += std::string(size_width + 2 + 16 + 2 + 24 + 2, ' ');
    answer.text += WithoutControls(url) + '\n';
  }
  answer.members = {{"objects", Members(found.objects)}, {"prefixes", found.prefixes}};
  return answer;
}

Result<CommandAnswer> Stat(const CommandLine& line, ObjectStore& store) {
  HYPERLOCAL_TRY(const GcsUri uri, ParseStorageUrl(line.arguments[0]));
  HYPERLOCAL_TRY(const ObjectInfo object, store.Stat(uri));
  CommandAnswer answer;
  const auto add = [&answer](std::string_view name, std::string_view value) {
    answer.text += fmt::format("{:<17} {}\n", name, WithoutControls(std::string(value)));
  };
  add("url", FormatGcsUri(object.uri));
  add("size",
      fmt::format("{} ({})", object.size, FormatBytes(static_cast<std::int64_t>(object.size))));
  add("content type", object.content_type);
  if (!object.content_encoding.empty()) add("content encoding", object.content_encoding);
  add("crc32c", Crc32cText(object.crc32c));
  add("md5", object.md5_hex.value_or("none: a composed object"));
  add("generation", std::to_string(object.generation));
  add("metageneration", std::to_string(object.metageneration));
  for (const auto& [name, value] : object.metadata) add("metadata " + name, value);
  answer.members = Members(object);
  return answer;
}

Result<CommandAnswer> Cat(const CommandLine& line, CommandContext& context, ObjectStore& store) {
  HYPERLOCAL_TRY(const auto scratch, ScratchDirectory::Create("cat"));
  const fs::path file = scratch->path() / "content";
  for (const std::string& url : line.arguments) {
    HYPERLOCAL_TRY(const GcsUri uri, ParseStorageUrl(url));
    // Whole and checked before the first byte is shown: a reader of a pipe cannot give bytes back.
    HYPERLOCAL_TRY_STATUS(store.Download(uri, file, context.cancel));
    std::ifstream in(file, std::ios::binary);
    std::string part(std::size_t{256} << 10, '\0');
    while (in.read(part.data(), static_cast<std::streamsize>(part.size())) || in.gcount() > 0) {
      HYPERLOCAL_TRY_STATUS(context.console.WriteOut(
          std::string_view(part.data(), static_cast<std::size_t>(in.gcount()))));
    }
    if (in.bad()) return Error{ErrorCode::kIo, "cannot read " + file.string()};
  }
  return CommandAnswer{};
}

// A folder and every object in it.
struct Folder {
  StoragePrefix place;
  std::vector<GcsUri> uris;
};

Result<Folder> ListFolder(const std::string& url, ObjectStore& store) {
  HYPERLOCAL_TRY(StoragePrefix place, ParseStoragePrefix(url));
  place.prefix = AsFolder(place.prefix);
  HYPERLOCAL_TRY(const ObjectList found, store.List(place.bucket, {place.prefix, ""}));
  if (found.objects.empty()) {
    return Error{ErrorCode::kNotFound,
                 "there is no object under gs://" + place.bucket + "/" + place.prefix};
  }
  std::vector<GcsUri> uris;
  for (const ObjectInfo& object : found.objects) uris.push_back(object.uri);
  return Folder{std::move(place), std::move(uris)};
}

Result<CommandAnswer> Remove(const CommandLine& line, CommandContext& context, ObjectStore& store) {
  std::vector<GcsUri> uris;
  for (const std::string& url : line.arguments) {
    if (!line.Has("recursive")) {
      HYPERLOCAL_TRY(GcsUri uri, ParseStorageUrl(url));
      uris.push_back(std::move(uri));
      continue;
    }
    HYPERLOCAL_TRY(Folder folder, ListFolder(url, store));
    std::move(folder.uris.begin(), folder.uris.end(), std::back_inserter(uris));
  }
  CommandAnswer answer;
  answer.members = {{"deleted", ordered_json::array()}};
  for (const GcsUri& uri : uris) {
    if (context.cancel.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    HYPERLOCAL_TRY_STATUS(store.Delete(uri, {}));
    answer.text += "deleted " + WithoutControls(FormatGcsUri(uri)) + '\n';
    answer.members["deleted"].push_back(FormatGcsUri(uri));
  }
  return answer;
}

// Copies one thing after another and remembers what is done.
class Copier {
 public:
  Copier(const CommandLine& line, CommandContext& context, ObjectStore& store)
      : store_(store), cancel_(context.cancel) {
    if (line.Has("no-clobber")) write_.preconditions.if_generation_match = kNoLiveObject;
    content_type_ = line.Value("content-type");
  }

  Status Upload(const fs::path& from, const GcsUri& to) {
    if (cancel_.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    ObjectWrite write = write_;
    write.content_type = content_type_ ? *content_type_ : std::string(ContentTypeOf(from));
    HYPERLOCAL_TRY(ObjectInfo object, store_.Upload(from, to, write, cancel_));
    Note(from.string(), FormatGcsUri(to), object);
    return Ok();
  }

  Status Download(const GcsUri& from, const fs::path& to) {
    if (cancel_.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    std::error_code ignored;
    if (write_.preconditions.if_generation_match && fs::exists(to, ignored)) {
      return Error{ErrorCode::kPreconditionFailed, to.string() + " exists; --no-clobber keeps it"};
    }
    if (to.has_parent_path()) {
      std::error_code error;
      fs::create_directories(to.parent_path(), error);
      if (error) {
        return Error{ErrorCode::kCannotWrite,
                     fmt::format("cannot make the directory {}: {}", to.parent_path().string(),
                                 error.message())};
      }
    }
    HYPERLOCAL_TRY(ObjectInfo object, store_.Download(from, to, cancel_));
    Note(FormatGcsUri(from), to.string(), object);
    return Ok();
  }

  Status Copy(const GcsUri& from, const GcsUri& to) {
    if (cancel_.cancelled()) return Error{ErrorCode::kCancelled, "stopped"};
    HYPERLOCAL_TRY(ObjectInfo object, store_.Copy(from, to, write_.preconditions));
    Note(FormatGcsUri(from), FormatGcsUri(to), object);
    return Ok();
  }

  CommandAnswer TakeAnswer() { return std::move(answer_); }

 private:
  void Note(const std::string& from, const std::string& to, const ObjectInfo& object) {
    answer_.text += fmt::format("{} -> {} ({})\n", WithoutControls(from), WithoutControls(to),
                                FormatBytes(static_cast<std::int64_t>(object.size)));
    answer_.members["copied"].push_back(
        ordered_json{{"from", from}, {"to", to}, {"object", Members(object)}});
  }

  ObjectStore& store_;
  const CancellationToken cancel_;
  ObjectWrite write_;
  std::optional<std::string> content_type_;
  CommandAnswer answer_{"", {{"copied", ordered_json::array()}}};
};

Status CopyTree(const std::string& from, const std::string& to, Copier& copier,
                ObjectStore& store) {
  if (!IsStorageUrl(from)) {
    HYPERLOCAL_TRY(const StoragePrefix target, ParseStoragePrefix(to));
    HYPERLOCAL_TRY(const std::vector<TreeFile> files, ListFileTree(from));
    for (const TreeFile& file : files) {
      HYPERLOCAL_TRY_STATUS(copier.Upload(fs::path(from) / file.path,
                                          {target.bucket, JoinKey(target.prefix, file.path)}));
    }
    return Ok();
  }
  HYPERLOCAL_TRY(const Folder source, ListFolder(from, store));
  for (const GcsUri& uri : source.uris) {
    const std::string rest = uri.key.substr(source.place.prefix.size());
    if (IsStorageUrl(to)) {
      HYPERLOCAL_TRY(const StoragePrefix target, ParseStoragePrefix(to));
      HYPERLOCAL_TRY_STATUS(copier.Copy(uri, {target.bucket, JoinKey(target.prefix, rest)}));
    } else {
      HYPERLOCAL_TRY(const fs::path below, SafeRelativePath(rest));
      HYPERLOCAL_TRY_STATUS(copier.Download(uri, fs::path(to) / below));
    }
  }
  return Ok();
}

Status CopyOne(const std::string& from, const std::string& to, Copier& copier) {
  if (!IsStorageUrl(from)) {
    HYPERLOCAL_TRY(const GcsUri target, ParseStorageTarget(to, fs::path(from).filename().string()));
    return copier.Upload(from, target);
  }
  HYPERLOCAL_TRY(const GcsUri source, ParseStorageUrl(from));
  const std::string name = source.key.substr(source.key.rfind('/') + 1);
  if (IsStorageUrl(to)) {
    HYPERLOCAL_TRY(const GcsUri target, ParseStorageTarget(to, name));
    return copier.Copy(source, target);
  }
  std::error_code ignored;
  fs::path file = to;
  if (to.ends_with('/') || fs::is_directory(file, ignored)) {
    HYPERLOCAL_TRY(const fs::path below, SafeRelativePath(name));
    file /= below;
  }
  return copier.Download(source, file);
}

Result<CommandAnswer> Copy(const CommandLine& line, CommandContext& context, ObjectStore& store) {
  const std::string& from = line.arguments[0];
  const std::string& to = line.arguments[1];
  if (!IsStorageUrl(from) && !IsStorageUrl(to)) {
    return Error{ErrorCode::kUsage, "neither FROM nor TO is a gs:// URL; to copy files, use cp"};
  }
  Copier copier(line, context, store);
  HYPERLOCAL_TRY_STATUS(line.Has("recursive") ? CopyTree(from, to, copier, store)
                                              : CopyOne(from, to, copier));
  return copier.TakeAnswer();
}

Result<CommandAnswer> Run(const CommandLine& line, CommandContext& context,
                          const OpenObjectStore& open) {
  HYPERLOCAL_TRY(const auto store, open(line.Value("endpoint")));
  const std::string_view verb = line.command->name;
  if (verb == "storage ls") return List(line, *store);
  if (verb == "storage cp") return Copy(line, context, *store);
  if (verb == "storage cat") return Cat(line, context, *store);
  if (verb == "storage rm") return Remove(line, context, *store);
  return Stat(line, *store);
}

}  // namespace

int RunStorage(const CommandLine& line, CommandContext& context, const OpenObjectStore& open) {
  return TellAnswer(
      line, context, [&] { return Run(line, context, open); },
      {.next_command = [&line](const Error& error) { return HelpAfterUsage(line, error); }});
}

}  // namespace hyperlocal::cli
