#include "engine/media/media_file.h"

#include <array>
#include <fstream>
#include <string_view>
#include <utility>

namespace hyperlocal {

bool IsTextDocument(const std::filesystem::path& file) {
  std::array<char, 512> bytes{};
  std::ifstream in(file, std::ios::binary);
  in.read(bytes.data(), bytes.size());
  std::string_view head(bytes.data(), static_cast<std::size_t>(in.gcount()));
  for (const std::string_view mark : {"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"}) {
    if (head.starts_with(mark)) {
      head.remove_prefix(mark.size());
      break;
    }
  }
  // NUL among them: UTF-16 has one beside every sign. No container that is played begins so.
  constexpr std::string_view kSpace("\0\t\n\v\f\r ", 7);
  const std::size_t first = head.find_first_not_of(kSpace);
  return first != head.npos && std::string_view("<{[").find(head[first]) != std::string_view::npos;
}

Error SourceError(const MediaElement& element, Error error) {
  ErrorCode code = ErrorCode::kVideoSourceUnrenderable;
  switch (error.code) {
    case ErrorCode::kIo:
    case ErrorCode::kCannotWrite:
    case ErrorCode::kPermission:
      code = ErrorCode::kVideoExtractionFailed;
      break;
    case ErrorCode::kInternal:
    case ErrorCode::kCancelled:
    case ErrorCode::kPlanTooLarge:
    case ErrorCode::kNotMediaPayload:
    case ErrorCode::kInvalidVideoMetadata:
      code = error.code;
      break;
    default:
      break;
  }
  return Error{code, element.Label() + ": " + std::move(error).message};
}

Result<MediaFacts> ProbeSource(const MediaElement& element, const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return SourceError(element, {ErrorCode::kNoInput,
                                 "the project does not have this file. Put it there, or take the "
                                 "element out"});
  }
  if (IsTextDocument(file)) {
    return SourceError(element, {ErrorCode::kNotMediaPayload,
                                 "the file is a text (HTML, XML or JSON), not media; a server that "
                                 "lacked it may have answered with a page"});
  }
  auto facts = ProbeMedia(file);
  if (!facts) return SourceError(element, std::move(facts).error());
  return facts;
}

}  // namespace hyperlocal
