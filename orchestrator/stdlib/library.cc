#include "orchestrator/stdlib/library.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "orchestrator/check/library_function.h"
#include "orchestrator/stdlib/library_internal.h"

namespace hyperlocal::workflow {
namespace {

struct Entry {
  std::string_view name;
  library::Implementation implementation;
};

constexpr std::array kImplementations{
    Entry{"base64.decode", library::Base64Decode},
    Entry{"base64.encode", library::Base64Encode},
    Entry{"default", library::Default},
    Entry{"double", library::Double},
    Entry{"get_type", library::GetType},
    Entry{"hash.compute_checksum", library::HashComputeChecksum},
    Entry{"hash.compute_hmac", library::HashComputeHmac},
    Entry{"if", library::If},
    Entry{"int", library::Int},
    Entry{"json.decode", library::JsonDecode},
    Entry{"json.encode", library::JsonEncode},
    Entry{"json.encode_to_string", library::JsonEncodeToString},
    Entry{"keys", library::Keys},
    Entry{"len", library::Len},
    Entry{"list.concat", library::ListConcat},
    Entry{"list.prepend", library::ListPrepend},
    Entry{"map.delete", library::MapDelete},
    Entry{"map.get", library::MapGet},
    Entry{"map.merge", library::MapMerge},
    Entry{"map.merge_nested", library::MapMergeNested},
    Entry{"math.abs", library::MathAbs},
    Entry{"math.floor", library::MathFloor},
    Entry{"math.max", library::MathMax},
    Entry{"math.min", library::MathMin},
    Entry{"string", library::String},
    Entry{"sys.get_env", library::SysGetEnv},
    Entry{"sys.now", library::SysNow},
    Entry{"text.decode", library::TextDecode},
    Entry{"text.encode", library::TextEncode},
    Entry{"text.find_all", library::TextFindAll},
    Entry{"text.find_all_regex", library::TextFindAllRegex},
    Entry{"text.match_regex", library::TextMatchRegex},
    Entry{"text.replace_all", library::TextReplaceAll},
    Entry{"text.replace_all_regex", library::TextReplaceAllRegex},
    Entry{"text.split", library::TextSplit},
    Entry{"text.substring", library::TextSubstring},
    Entry{"text.to_lower", library::TextToLower},
    Entry{"text.to_upper", library::TextToUpper},
    Entry{"text.url_decode", library::TextUrlDecode},
    Entry{"text.url_encode", library::TextUrlEncode},
    Entry{"text.url_encode_plus", library::TextUrlEncodePlus},
    Entry{"time.format", library::TimeFormat},
    Entry{"time.parse", library::TimeParse},
    Entry{"uuid.generate", library::UuidGenerate},
};

Raising<Value> CallPredicate(const Arguments& arguments, LibraryContext&) {
  return Value(PredicateHolds(arguments.function_name(), arguments[0]));
}

// By the index of LibraryFunctions(); null where the interpreter does it.
const std::vector<library::Implementation>& Implementations() {
  static const std::vector<library::Implementation> table = [] {
    std::vector<library::Implementation> found;
    for (const LibraryFunction& function : LibraryFunctions()) {
      const auto* const entry =
          std::find_if(kImplementations.begin(), kImplementations.end(),
                       [&](const Entry& candidate) { return candidate.name == function.name; });
      found.push_back(function.kind == LibraryKind::kPredicate ? CallPredicate
                      : entry == kImplementations.end()        ? nullptr
                                                               : entry->implementation);
    }
    return found;
  }();
  return table;
}

}  // namespace

bool IsComputed(std::uint32_t index) {
  return index < Implementations().size() && Implementations()[index] != nullptr;
}

Raising<Value> CallLibrary(std::uint32_t index, const Arguments& arguments,
                           LibraryContext& context) {
  return Implementations()[index](arguments, context);
}

}  // namespace hyperlocal::workflow
