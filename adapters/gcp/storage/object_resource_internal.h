#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "engine/object_store.h"

namespace hyperlocal {

// The custom metadata by which an object tells which of our operations wrote it. Answers do not
// show it.
//
// Why it is needed: an answer may be lost after its write has taken place. The repetition then
// meets its own first attempt, and with a precondition is refused (412). Neither equal contents nor
// a newer generation would prove that it was ours: another writer may have written the same bytes
// just then, and both would believe to have been the first.
inline constexpr std::string_view kWriterKey = "hyperlocal-upload-id";

// An object as the service describes it.
struct StoredObject {
  ObjectInfo info;     // without kWriterKey
  std::string writer;  // its value; empty without it
};

// Errors of all that parse: kIo, saying what is wrong with the answer.
Result<StoredObject> ParseObject(std::string_view json);

struct ObjectListPage {
  ObjectList list;
  std::string next_page_token;  // empty: the last page
};
Result<ObjectListPage> ParseObjectListPage(std::string_view json);

struct RewriteStep {
  std::optional<StoredObject> object;  // when it is done
  std::string token;                   // else: with which it goes on
  std::uint64_t rewritten_bytes = 0;
};
Result<RewriteStep> ParseRewriteStep(std::string_view json);

// What the service says of a failure: "notFound: No such object: b/o"; empty when the body is not
// of its form.
std::string ParseServiceFailure(std::string_view body);

// Request bodies. `writer` becomes kWriterKey; without `crc32c` it is to be said later.
std::string UploadJson(std::string_view name, const ObjectWrite& write, std::string_view writer,
                       const std::optional<std::uint32_t>& crc32c);
std::string ComposeJson(const std::vector<GcsUri>& sources, const ObjectWrite& write,
                        std::string_view writer);
// The description of the source that `json` is, for its copy.
Result<std::string> CopyJson(std::string_view json, std::string_view writer);

}  // namespace hyperlocal
