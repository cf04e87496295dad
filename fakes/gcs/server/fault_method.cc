#include <algorithm>
#include <array>

#include "fakes/gcs/server/fault_method_internal.h"

namespace hyperlocal::gcs {
namespace {

// The names of the official test bench's Retry Test API, and those that this server has beyond it.
// Sorted.
constexpr std::array<std::string_view, 52> kNames{
    "storage.bucket_acl.delete",
    "storage.bucket_acl.get",
    "storage.bucket_acl.insert",
    "storage.bucket_acl.list",
    "storage.bucket_acl.patch",
    "storage.bucket_acl.update",
    "storage.buckets.delete",
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "storage.buckets.insert",
    "storage.buckets.list",
    "storage.buckets.lockRetentionPolicy",
    "storage.buckets.patch",
    "storage.buckets.setIamPolicy",
    "storage.buckets.testIamPermissions",
    "storage.buckets.update",
    "storage.default_object_acl.delete",
    "storage.default_object_acl.get",
    "storage.default_object_acl.insert",
    "storage.default_object_acl.list",
    "storage.default_object_acl.patch",
    "storage.default_object_acl.update",
    "storage.hmacKey.create",
    "storage.hmacKey.delete",
    "storage.hmacKey.get",
    "storage.hmacKey.list",
    "storage.hmacKey.update",
    "storage.notifications.delete",
    "storage.notifications.get",
    "storage.notifications.insert",
    "storage.notifications.list",
    "storage.object_acl.delete",
    "storage.object_acl.get",
    "storage.object_acl.insert",
    "storage.object_acl.list",
    "storage.object_acl.patch",
    "storage.object_acl.update",
    "storage.objects.bulkRestore",
    "storage.objects.compose",
    "storage.objects.copy",
    "storage.objects.delete",
    "storage.objects.get",
    "storage.objects.insert",
    "storage.objects.list",
    "storage.objects.move",
    "storage.objects.patch",
    "storage.objects.restore",
    "storage.objects.rewrite",
    "storage.objects.setIamPolicy",
    "storage.objects.testIamPermissions",
    "storage.objects.update",
    "storage.serviceaccount.get",
};
static_assert(std::is_sorted(kNames.begin(), kNames.end()));

}  // namespace

bool IsFaultMethod(std::string_view name) {
  return std::binary_search(kNames.begin(), kNames.end(), name);
}

bool MatchesFaultMethod(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool IsFaultMethodPattern(std::string_view pattern) {
  return std::any_of(kNames.begin(), kNames.end(), [pattern](std::string_view name) {
    return MatchesFaultMethod(pattern, name);
  });
}

std::string FaultMethodNames() {
  std::string names;
  for (const std::string_view name : kNames) {
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

}  // namespace hyperlocal::gcs
