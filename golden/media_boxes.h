#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hyperlocal::golden {

// The path of the mp4 or mov box that holds the byte at `offset`: "moov/trak/mdia/minf/stbl/stsz".
// "end" beyond the last box; "" for bytes that are no boxes.
std::string BoxAt(std::string_view file, std::uint64_t offset);

}  // namespace hyperlocal::golden
