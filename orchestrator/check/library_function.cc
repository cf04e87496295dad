#include "orchestrator/check/library_function.h"

#include <algorithm>
#include <array>

namespace hyperlocal::workflow {
namespace {

using Parameter = LibraryParameter;

// Names and order as the reference pages of the standard library give them: arguments may be named
// or positional.
constexpr Parameter kOfData[] = {{"data"}};
constexpr Parameter kOfX[] = {{"x"}};
constexpr Parameter kOfXy[] = {{"x"}, {"y"}};
constexpr Parameter kOfSource[] = {{"source"}};
constexpr Parameter kOfSourceSubstring[] = {{"source"}, {"substr"}};
constexpr Parameter kOfSourceRegexp[] = {{"source"}, {"regexp"}};
constexpr Parameter kOfError[] = {{"exception"}};
constexpr Parameter kBase64[] = {{"data"}, {"padding", false}};
constexpr Parameter kDefault[] = {{"val"}, {"defaultVal"}};
constexpr Parameter kAwaitCallback[] = {{"callback"}, {"timeout", false}};
constexpr Parameter kCreateCallback[] = {{"http_callback_method", false}};
constexpr Parameter kExecutionsMap[] = {
    {"workflow_id"}, {"arguments"}, {"location", false}, {"project_id", false}};
constexpr Parameter kExecutionsRun[] = {
    {"workflow_id"}, {"location", false}, {"project_id", false}, {"argument", false}};
constexpr Parameter kGetType[] = {{"value"}};
constexpr Parameter kChecksum[] = {{"data"}, {"algorithm"}};
constexpr Parameter kHmac[] = {{"key"}, {"data"}, {"algorithm"}};
constexpr Parameter kHttpMethod[] = {{"url"},
                                     {"timeout", false},
                                     {"body", false},
                                     {"headers", false},
                                     {"query", false},
                                     {"auth", false},
                                     {"private_service_name", false},
                                     {"ca_certificate", false}};
constexpr Parameter kHttpRequest[] = {{"method"},
                                      {"url"},
                                      {"timeout", false},
                                      {"body", false},
                                      {"headers", false},
                                      {"query", false},
                                      {"auth", false},
                                      {"private_service_name", false},
                                      {"ca_certificate", false}};
constexpr Parameter kIf[] = {{"condition"}, {"ifTrue"}, {"ifFalse"}};
constexpr Parameter kJsonEncode[] = {{"data"}, {"indent", false}};
constexpr Parameter kKeys[] = {{"map"}};
constexpr Parameter kLen[] = {{"value"}};
constexpr Parameter kListAdd[] = {{"objs"}, {"val"}};
constexpr Parameter kMapDelete[] = {{"map"}, {"key"}};
constexpr Parameter kMapGet[] = {{"map"}, {"keys"}};
constexpr Parameter kMapMerge[] = {{"first"}, {"second"}};
constexpr Parameter kGetEnv[] = {{"name"}, {"default", false}};
constexpr Parameter kLog[] = {
    {"data", false}, {"severity", false}, {"text", false}, {"json", false}, {"timeout", false}};
constexpr Parameter kSleep[] = {{"seconds"}};
constexpr Parameter kSleepUntil[] = {{"time"}};
constexpr Parameter kTextDecode[] = {{"data"}, {"charset", false}};
constexpr Parameter kTextEncode[] = {{"text"}, {"charset", false}};
constexpr Parameter kReplaceAll[] = {{"source"}, {"substr"}, {"repl"}};
constexpr Parameter kReplaceAllRegex[] = {{"source"}, {"regexp"}, {"repl"}};
constexpr Parameter kSplit[] = {{"source"}, {"separator"}};
constexpr Parameter kSubstring[] = {{"source"}, {"start"}, {"end"}};
constexpr Parameter kTimeFormat[] = {{"seconds"}, {"timezone", false}};
constexpr Parameter kTimeParse[] = {{"value"}};

constexpr bool kBlocking = true;

constexpr std::array kTable{
    LibraryFunction{"base64.decode", kBase64},
    LibraryFunction{"base64.encode", kBase64},
    LibraryFunction{"default", kDefault},
    LibraryFunction{"double", kOfX},
    LibraryFunction{"events.await_callback", kAwaitCallback, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"events.create_callback_endpoint", kCreateCallback},
    LibraryFunction{"experimental.executions.map", kExecutionsMap, LibraryKind::kFunction,
                    kBlocking},
    LibraryFunction{"experimental.executions.run", kExecutionsRun, LibraryKind::kFunction,
                    kBlocking},
    LibraryFunction{"get_type", kGetType},
    LibraryFunction{"hash.compute_checksum", kChecksum},
    LibraryFunction{"hash.compute_hmac", kHmac},
    LibraryFunction{"http.default_retry", {}, LibraryKind::kPolicy},
    LibraryFunction{"http.default_retry_non_idempotent", {}, LibraryKind::kPolicy},
    LibraryFunction{"http.default_retry_predicate", kOfError, LibraryKind::kPredicate},
    LibraryFunction{"http.default_retry_predicate_non_idempotent", kOfError,
                    LibraryKind::kPredicate},
    LibraryFunction{"http.delete", kHttpMethod, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"http.get", kHttpMethod, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"http.patch", kHttpMethod, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"http.post", kHttpMethod, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"http.put", kHttpMethod, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"http.request", kHttpRequest, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"if", kIf},
    LibraryFunction{"int", kOfX},
    LibraryFunction{"json.decode", kOfData},
    LibraryFunction{"json.encode", kJsonEncode},
    LibraryFunction{"json.encode_to_string", kJsonEncode},
    LibraryFunction{"keys", kKeys},
    LibraryFunction{"len", kLen},
    LibraryFunction{"list.concat", kListAdd},
    LibraryFunction{"list.prepend", kListAdd},
    LibraryFunction{"map.delete", kMapDelete},
    LibraryFunction{"map.get", kMapGet},
    LibraryFunction{"map.merge", kMapMerge},
    LibraryFunction{"map.merge_nested", kMapMerge},
    LibraryFunction{"math.abs", kOfX},
    LibraryFunction{"math.floor", kOfX},
    LibraryFunction{"math.max", kOfXy},
    LibraryFunction{"math.min", kOfXy},
    LibraryFunction{"retry.always", kOfError, LibraryKind::kPredicate},
    LibraryFunction{"retry.default_backoff", {}, LibraryKind::kPolicy},
    LibraryFunction{"retry.never", kOfError, LibraryKind::kPredicate},
    LibraryFunction{"string", kOfX},
    LibraryFunction{"sys.get_env", kGetEnv},
    LibraryFunction{"sys.log", kLog, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"sys.now", {}},
    LibraryFunction{"sys.sleep", kSleep, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"sys.sleep_until", kSleepUntil, LibraryKind::kFunction, kBlocking},
    LibraryFunction{"text.decode", kTextDecode},
    LibraryFunction{"text.encode", kTextEncode},
    LibraryFunction{"text.find_all", kOfSourceSubstring},
    LibraryFunction{"text.find_all_regex", kOfSourceRegexp},
    LibraryFunction{"text.match_regex", kOfSourceRegexp},
    LibraryFunction{"text.replace_all", kReplaceAll},
    LibraryFunction{"text.replace_all_regex", kReplaceAllRegex},
    LibraryFunction{"text.split", kSplit},
    LibraryFunction{"text.substring", kSubstring},
    LibraryFunction{"text.to_lower", kOfSource},
    LibraryFunction{"text.to_upper", kOfSource},
    LibraryFunction{"text.url_decode", kOfSource},
    LibraryFunction{"text.url_encode", kOfSource},
    LibraryFunction{"text.url_encode_plus", kOfSource},
    LibraryFunction{"time.format", kTimeFormat},
    LibraryFunction{"time.parse", kTimeParse},
    LibraryFunction{"uuid.generate", {}},
};

static_assert(std::is_sorted(kTable.begin(), kTable.end(),
                             [](const LibraryFunction& a, const LibraryFunction& b) {
                               return a.name < b.name;
                             }),
              "FindLibraryFunction searches by halves");

}  // namespace

std::span<const LibraryFunction> LibraryFunctions() {
  return kTable;
}

std::optional<std::uint32_t> FindLibraryFunction(std::string_view name) {
  const auto found = std::lower_bound(
      kTable.begin(), kTable.end(), name,
      [](const LibraryFunction& function, std::string_view key) { return function.name < key; });
  if (found == kTable.end() || found->name != name) return std::nullopt;
  return static_cast<std::uint32_t>(found - kTable.begin());
}

}  // namespace hyperlocal::workflow
