#include "fakes/workflows/server/program_shelf_internal.h"
#include "orchestrator/check/check_definition.h"

namespace hyperlocal::workflows {
namespace {

constexpr std::size_t kMostPrograms = 256;  // some 100 KB each

}  // namespace

Result<std::shared_ptr<const workflow::Program>> ProgramShelf::Find(std::int64_t workflow,
                                                                    std::int64_t revision) {
  const auto key = std::pair(workflow, revision);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = programs_.find(key); found != programs_.end()) return found->second;
  }
  HYPERLOCAL_TRY(RevisionRecord record, store_.FindRevision(workflow, revision));
  HYPERLOCAL_TRY(auto definition,
                 workflow::LoadDefinition(std::move(record.source), "the workflow"));
  std::shared_ptr<const workflow::Program> program = workflow::Compile(std::move(definition));
  const std::lock_guard lock(mutex_);
  if (programs_.size() >= kMostPrograms) programs_.clear();
  programs_[key] = program;
  return program;
}

}  // namespace hyperlocal::workflows
