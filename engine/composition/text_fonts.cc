#include "engine/composition/text_fonts.h"

#include <fmt/format.h>

#include "engine/composition/font_set.h"

namespace hyperlocal {

std::string FontComplaint(const TextFonts& text) {
  if (text.families.empty()) return "";
  const std::string& first = text.families.front();
  std::string drawn_with;
  std::string foreign;  // installed here, but no part of the set
  for (const UsedFont& font : text.used) {
    drawn_with += (drawn_with.empty() ? "" : ", ") + font.family;
    if (!font.is_web_font && !IsInstalledFamilyOfSet(font.family)) foreign = font.family;
  }
  if (drawn_with.empty()) return "";  // nothing of it was drawn
  if (!foreign.empty()) {
    return fmt::format(
        "{} (font-family: {}) is drawn with {}, which is installed on this machine but neither the "
        "project's nor one of the fonts that every machine has",
        text.element, first, foreign);
  }
  const bool known = text.has_face || IsGenericFamily(first) || IsInstalledFamilyOfSet(first) ||
                     HasMetricTwinInSet(first);
  if (known) return "";
  return fmt::format(
      "{} asks for the font {}, which the project does not bring along and which is none of those "
      "that every machine has; it is drawn with {}",
      text.element, first, drawn_with);
}

}  // namespace hyperlocal
