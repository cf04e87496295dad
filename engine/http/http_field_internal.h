#pragma once

#include <string_view>

namespace hyperlocal {

// The grammar of header fields (RFC 9110 section 5), for both directions.

// A method or a field's name: letters, digits and some signs, at least one of them.
bool IsToken(std::string_view text);

// No control characters but the tab: no end of line and no NUL among them.
bool IsFieldValue(std::string_view text);

// Without the spaces and tabs around it.
std::string_view Trimmed(std::string_view text);

// Whether a list "a, b ,c" has that member, without regard to case.
bool ListHolds(std::string_view list, std::string_view member);

}  // namespace hyperlocal
