#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>

#include "fakes/gcs/store/content_shelf_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

// A content in blocks, so that it never has to be moved as a whole.
class Blocks {
 public:
  void Append(std::string_view bytes) {
    size_ += bytes.size();
    while (!bytes.empty()) {
      if (blocks_.empty() || blocks_.back().size() == kBlockBytes) blocks_.emplace_back();
      std::string& block = blocks_.back();
      const std::size_t step = std::min(bytes.size(), kBlockBytes - block.size());
      block.append(bytes.substr(0, step));
      bytes.remove_prefix(step);
    }
  }

  void Trim() {
    if (!blocks_.empty()) blocks_.back().shrink_to_fit();
  }

  std::size_t ReadAt(std::uint64_t offset, char* to, std::size_t room) const {
    if (offset >= size_) return 0;
    const std::size_t wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(room, size_ - offset));
    for (std::size_t done = 0; done < wanted;) {
      const auto at = static_cast<std::size_t>(offset) + done;
      const std::string& block = blocks_[at / kBlockBytes];
      const std::size_t inside = at % kBlockBytes;
      const std::size_t step = std::min(wanted - done, block.size() - inside);
      std::memcpy(to + done, block.data() + inside, step);
      done += step;
    }
    return wanted;
  }

  std::uint64_t size() const { return size_; }

 private:
  std::vector<std::string> blocks_;
  std::uint64_t size_ = 0;
};

class IncomingBlocks final : public IncomingContent {
 public:
  Status Append(std::string_view bytes) override {
    blocks_->Append(bytes);
    return Ok();
  }
  Status Sync() override { return Ok(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room) override {
    return blocks_->ReadAt(offset, to, room);
  }

  std::shared_ptr<const Blocks> Finished() {
    blocks_->Trim();
    return blocks_;
  }

 private:
  std::shared_ptr<Blocks> blocks_ = std::make_shared<Blocks>();
};

class BlocksReader final : public ContentReader {
 public:
  explicit BlocksReader(std::shared_ptr<const Blocks> blocks) : blocks_(std::move(blocks)) {}
  std::uint64_t size() const override { return blocks_->size(); }
  Result<std::size_t> ReadAt(std::uint64_t offset, char* to, std::size_t room) override {
    return blocks_->ReadAt(offset, to, room);
  }

 private:
  std::shared_ptr<const Blocks> blocks_;
};

class MemoryShelf final : public ContentShelf {
 public:
  Result<std::unique_ptr<IncomingContent>> NewIncoming(std::string_view) override {
    return std::unique_ptr<IncomingContent>(std::make_unique<IncomingBlocks>());
  }

  Result<std::unique_ptr<IncomingContent>> Reopen(std::string_view upload, std::uint64_t) override {
    return Error{ErrorCode::kNotFound, "the bytes of the upload " + std::string(upload) +
                                           " went with the process that had them"};
  }

  Result<std::shared_ptr<ContentReader>> Open(std::string_view name, std::uint64_t) override {
    const std::lock_guard lock(mutex_);
    const auto found = contents_.find(name);
    if (found == contents_.end()) {
      return Error{ErrorCode::kNotFound,
                   "the content " + std::string(name) + " is no longer there"};
    }
    return std::shared_ptr<ContentReader>(std::make_shared<BlocksReader>(found->second));
  }

  Status Keep(IncomingContent& content, std::string_view name) override {
    auto blocks = static_cast<IncomingBlocks&>(content).Finished();
    const std::lock_guard lock(mutex_);
    contents_.insert_or_assign(std::string(name), std::move(blocks));
    return Ok();
  }

  Status SyncNames() override { return Ok(); }

  void Remove(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    const auto found = contents_.find(name);
    if (found != contents_.end()) contents_.erase(found);
  }

  void DropUpload(std::string_view) override {}

  std::vector<std::string> Contents() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, blocks] : contents_) names.push_back(name);
    return names;
  }

  std::vector<std::string> Uploads() override { return {}; }

 private:
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Blocks>, std::less<>> contents_;
};

}  // namespace

std::unique_ptr<ContentShelf> NewMemoryShelf() {
  return std::make_unique<MemoryShelf>();
}

}  // namespace hyperlocal::gcs
