#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hyperlocal {

// A start tag as it is written in HTML text.
struct StartTag {
  std::string name;  // in lower case
  // Names in lower case, values without their character references.
  std::vector<std::pair<std::string, std::string>> attributes;
  int line = 1;

  // Null when the tag does not have the attribute.
  const std::string* Find(std::string_view attribute) const;
  // "<div id="card">", with the attribute that tells it from its like: for messages.
  std::string ForPeople() const;
};

// The start tags of a text, in order, those inside <template> among them; not what only looks like
// one in comments, scripts, styles and raw text. For what has to be known without a browser; a page
// that makes its elements by scripts is not seen through.
std::vector<StartTag> ReadStartTags(std::string_view html);

}  // namespace hyperlocal
