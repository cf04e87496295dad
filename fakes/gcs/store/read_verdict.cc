#include "fakes/gcs/store/store.h"

namespace hyperlocal::gcs {

ReadVerdict JudgeRead(const ObjectRecord& object, const Preconditions& preconditions) {
  const auto differs = [](const std::optional<std::int64_t>& wanted, std::int64_t actual) {
    return wanted && *wanted != actual;
  };
  const auto equals = [](const std::optional<std::int64_t>& unwanted, std::int64_t actual) {
    return unwanted && *unwanted == actual;
  };
  if (differs(preconditions.if_generation_match, object.generation) ||
      differs(preconditions.if_metageneration_match, object.metageneration))
    return ReadVerdict::kPreconditionFailed;
  if (equals(preconditions.if_generation_not_match, object.generation) ||
      equals(preconditions.if_metageneration_not_match, object.metageneration))
    return ReadVerdict::kNotModified;
  return ReadVerdict::kRead;
}

}  // namespace hyperlocal::gcs
