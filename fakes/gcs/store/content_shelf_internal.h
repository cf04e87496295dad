#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "engine/file/whole_file.h"
#include "fakes/gcs/store/content.h"

namespace hyperlocal::gcs {

// Bytes on their way onto a shelf. One thread. Thrown away with the object, unless they were kept
// or belong to an upload.
class IncomingContent {
 public:
  virtual ~IncomingContent() = default;
  virtual Status Append(std::string_view bytes) = 0;
  // Everything so far is on disk, its name in the directory too.
  virtual Status Sync() = 0;
  virtual Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room) = 0;
  // Gives back what it holds of the system until the next call: there may be thousands of uploads
  // that nobody goes on with.
  virtual void Rest() {}
};

// Where the contents lie that are too large for a row, by names of hex digits, two at least.
// NewIncoming, Reopen and Open from any thread; the rest from the thread that commits.
class ContentShelf {
 public:
  virtual ~ContentShelf() = default;

  // `upload` empty: of nobody, and gone with the object or the process. Else the bytes of that
  // upload, which stay until DropUpload.
  virtual Result<std::unique_ptr<IncomingContent>> NewIncoming(std::string_view upload) = 0;
  // The first `size` bytes of an upload of an earlier process; the rest is cut off. kNotFound when
  // there are not so many.
  virtual Result<std::unique_ptr<IncomingContent>> Reopen(std::string_view upload,
                                                          std::uint64_t size) = 0;
  // Errors: kNotFound, kIo.
  virtual Result<std::shared_ptr<ContentReader>> Open(std::string_view name,
                                                      std::uint64_t size) = 0;

  // Gives synced bytes their name. An upload's bytes stay what they were besides. Durable after
  // SyncNames.
  virtual Status Keep(IncomingContent& content, std::string_view name) = 0;
  virtual Status SyncNames() = 0;
  // Readers that are open go on.
  virtual void Remove(std::string_view name) = 0;
  virtual void DropUpload(std::string_view upload) = 0;

  // All contents there are, and all uploads: to find what a killed process left.
  virtual std::vector<std::string> Contents() = 0;
  virtual std::vector<std::string> Uploads() = 0;
};

// Files below `directory`: contents/xx/<name>, uploads/<id>, incoming/<number>. What lies in
// incoming/ is removed: nobody owns it. Errors: kCannotWrite, naming the directory.
Result<std::unique_ptr<ContentShelf>> OpenDirectoryShelf(const std::filesystem::path& directory,
                                                         Durability durability);
std::unique_ptr<ContentShelf> NewMemoryShelf();

}  // namespace hyperlocal::gcs
