#include <charconv>
#include <utility>

#include "fakes/gcs/server/xml_complete_internal.h"
#include "fakes/gcs/server/xml_reader_internal.h"

namespace hyperlocal::gcs {
namespace {

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

Error Bad(std::size_t index, std::string_view what) {
  return Error{ErrorCode::kBadRequest, "CompleteMultipartUpload: Part " +
                                           std::to_string(index + 1) + " of the list " +
                                           std::string(what)};
}

}  // namespace

Result<std::vector<CompletedPart>> ReadCompletedParts(std::string_view xml) {
  HYPERLOCAL_TRY(const XmlElement root, ReadXml(xml));
  if (root.name != "CompleteMultipartUpload") {
    return Error{ErrorCode::kBadRequest, "the document is a " + root.name.substr(0, 60) +
                                             "; it must be a CompleteMultipartUpload"};
  }
  std::vector<CompletedPart> parts;
  for (const XmlElement& element : root.children) {
    if (element.name != "Part") {
      return Error{ErrorCode::kBadRequest, "CompleteMultipartUpload holds a " +
                                               element.name.substr(0, 60) +
                                               "; it must hold nothing but Part"};
    }
    const XmlElement* const number = element.Find("PartNumber");
    if (number == nullptr) return Bad(parts.size(), "has no PartNumber");
    CompletedPart part;
    const std::string_view digits = Trimmed(number->text);
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), part.number);
    if (error != std::errc() || stop != digits.data() + digits.size() || part.number < 1 ||
        part.number > kMostParts) {
      return Bad(parts.size(), "has a PartNumber that is no number from 1 to 10000");
    }
    if (const XmlElement* const etag = element.Find("ETag")) {
      std::string_view text = Trimmed(etag->text);
      if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"')) {
        text = text.substr(1, text.size() - 2);
      }
      part.etag = text;
    }
    parts.push_back(std::move(part));
    if (parts.size() > static_cast<std::size_t>(kMostParts)) {
      return Error{ErrorCode::kBadRequest, "CompleteMultipartUpload holds more than 10000 parts"};
    }
  }
  if (parts.empty()) {
    return Error{ErrorCode::kBadRequest, "CompleteMultipartUpload holds no Part"};
  }
  return parts;
}

}  // namespace hyperlocal::gcs
