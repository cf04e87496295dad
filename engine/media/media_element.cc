#include "engine/media/media_element.h"

#include <algorithm>

namespace hyperlocal {

std::string MediaElement::Label() const {
  std::string label = is_video ? "<video" : "<audio";
  label += id.empty() ? "> " + name : " id=\"" + id + "\">";
  return source.empty() ? label : label + " (" + source + ")";
}

double EndOf(const MediaElement& element, double natural_seconds, double composition_end) {
  const double host_end =
      std::min(composition_end, element.host_end_seconds.value_or(composition_end));
  if (element.duration_seconds) {
    return std::min(host_end, element.start_seconds + *element.duration_seconds);
  }
  // What goes round has no end of its own. A timed video is hidden at the end of its source all the
  // same; one without a time stays where it is and holds its last picture.
  const bool ends_with_source = element.is_video ? element.timed : !element.loop;
  if (!ends_with_source) return host_end;
  return std::min(host_end, element.start_seconds + natural_seconds);
}

}  // namespace hyperlocal
