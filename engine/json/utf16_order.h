#pragma once

#include <string_view>

namespace hyperlocal {

// Whether `a` comes before `b` as JavaScript compares strings: by UTF-16 code units, so U+10000 and
// above come before U+E000. For UTF-8 and WTF-8; bytes that are neither count as one unit each.
bool Utf16Less(std::string_view a, std::string_view b);

// Strict UTF-8: shortest forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view bytes);

}  // namespace hyperlocal
