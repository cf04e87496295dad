#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hyperlocal::cli {

// The candidate that `wrong` most likely meant: fewest insertions, deletions, changes and swaps of
// neighbours, at most a third of its length (but at least one); or a candidate that begins with it.
// None when nothing is near. The first of equals wins.
std::optional<std::string> NearestName(std::string_view wrong,
                                       std::span<const std::string> candidates);

}  // namespace hyperlocal::cli
