#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "fakes/gcs/server/xml_complete_internal.h"
#include "fakes/gcs/server/xml_reader_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace {

using hyperlocal::gcs::XmlElement;
using hyperlocal::gcs::XmlWriter;

void Write(XmlWriter& xml, const XmlElement& element) {
  xml.Begin(element.name);
  xml.Text(element.text);
  for (const XmlElement& child : element.children) Write(xml, child);
  xml.End();
}

// XML has no control characters: the writer replaces them.
bool HoldsControls(const XmlElement& element) {
  for (const char c : element.text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\t' && c != '\r') return true;
  }
  for (const XmlElement& child : element.children) {
    if (HoldsControls(child)) return true;
  }
  return false;
}

bool HasNames(const XmlElement& element) {
  if (element.name.empty()) return false;  // "prefix:" is a name to us
  for (const XmlElement& child : element.children) {
    if (!HasNames(child)) return false;
  }
  return true;
}

}  // namespace

// What is read as a document is written and read again as the same; what is a list of parts holds
// parts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal;
  using namespace hyperlocal::gcs;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto root = ReadXml(text);
  if (!root) {
    if (root.error().code != ErrorCode::kBadRequest) std::abort();
    if (root.error().message.find("line ") == std::string::npos) std::abort();
  } else if (HasNames(*root) && !HoldsControls(*root)) {
    XmlWriter xml;
    Write(xml, *root);
    const auto again = ReadXml(std::move(xml).Take());
    if (!again || *again != *root) std::abort();
  }
  const auto parts = ReadCompletedParts(text);
  if (!parts) {
    if (parts.error().code != ErrorCode::kBadRequest) std::abort();
    return 0;
  }
  if (!root || parts->empty()) std::abort();
  for (const CompletedPart& part : *parts) {
    if (part.number < 1 || part.number > kMostParts) std::abort();
  }
  return 0;
}
