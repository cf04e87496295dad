#include <system_error>
#include <utility>

#include "adapters/gcp/service/work_directory_internal.h"

namespace hyperlocal {

namespace fs = std::filesystem;

Result<std::unique_ptr<WorkDirectory>> WorkDirectory::Make(fs::path path) {
  std::error_code failure;
  fs::create_directory(path, failure);
  if (failure) {
    return Error{ErrorCode::kCannotWrite,
                 "cannot make " + path.string() + ": " + failure.message()};
  }
  return std::unique_ptr<WorkDirectory>(new WorkDirectory(std::move(path)));
}

WorkDirectory::~WorkDirectory() {
  std::error_code ignored;  // what is left goes with the root
  fs::remove_all(path_, ignored);
}

Result<std::unique_ptr<WorkRoot>> WorkRoot::Create(const fs::path& parent) {
  HYPERLOCAL_TRY(auto root, ScratchDirectory::Create("service", parent));
  return std::unique_ptr<WorkRoot>(new WorkRoot(std::move(root)));
}

Result<std::unique_ptr<WorkDirectory>> WorkRoot::MakeDirectory(const std::string& purpose) {
  return WorkDirectory::Make(root_->path() / (purpose + "-" + std::to_string(made_++)));
}

}  // namespace hyperlocal
