#include <fmt/core.h>

#include <string>

#include "engine/error/result.h"
#include "orchestrator/stdlib/library_internal.h"
#include "orchestrator/stdlib/time_text.h"

namespace hyperlocal::workflow {

std::uint64_t NextRandom(std::uint64_t& state) {
  // Steele, Lea, Flood: Fast splittable pseudorandom number generators (2014).
  state += 0x9E37'79B9'7F4A'7C15;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58'476D'1CE4'E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D0'49BB'1331'11EB;
  return mixed ^ (mixed >> 31);
}

std::string NextUuid(std::uint64_t& state) {
  const std::uint64_t high = (NextRandom(state) & ~0xF000ULL) | 0x4000ULL;
  const std::uint64_t low = (NextRandom(state) & ~(3ULL << 62)) | 2ULL << 62;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFF'FFFF'FFFF);
}

namespace library {

Raising<Value> SysGetEnv(const Arguments& arguments, LibraryContext& context) {
  HYPERLOCAL_TRY(const std::string* const name, arguments.String(0));
  if (arguments.Find(1) != nullptr && !arguments[1].is_string()) {
    return arguments.WrongType(1, "a string");
  }
  const auto found = context.environment->find(*name);
  if (found != context.environment->end()) return Value(found->second);
  if (const Value* const otherwise = arguments.Find(1)) return *otherwise;
  return RaiseKeyError(*name);
}

Raising<Value> SysNow(const Arguments&, LibraryContext& context) {
  return Value(EpochSeconds(context.now));
}

Raising<Value> UuidGenerate(const Arguments&, LibraryContext& context) {
  return Value(NextUuid(*context.random_state));
}

}  // namespace library
}  // namespace hyperlocal::workflow
