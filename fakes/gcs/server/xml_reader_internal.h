#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// An element of a small document that a client sends: its attributes are left out, and so is the
// text of one that holds elements. Names are without their namespace prefix.
struct XmlElement {
  std::string name;
  std::string text;
  std::vector<XmlElement> children;

  // The first child of that name; null if there is none.
  const XmlElement* Find(std::string_view child) const;
  bool operator==(const XmlElement&) const = default;
};

// Reads a document: declaration, comments, elements with attributes, texts with the five entities
// of XML and character references, CDATA. A strict subset: no document type (and so no entities of
// its own), no processing instructions, UTF-8 only, at most 16 elements deep. Error: kBadRequest
// with line and column.
Result<XmlElement> ReadXml(std::string_view text);

}  // namespace hyperlocal::gcs
