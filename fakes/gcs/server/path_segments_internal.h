#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace hyperlocal::gcs {

// The segments of a path, as they came: "/b/x/o/a%2Fb" has four. Split before anything is decoded.
// No address of the JSON API has more than twelve; a path that has matches nothing.
class PathSegments {
 public:
  explicit PathSegments(std::string_view path) {
    while (!path.empty()) {
      path.remove_prefix(1);  // the slash
      const std::size_t end = std::min(path.find('/'), path.size());
      if (count_ == views_.size()) {
        too_many_ = true;
        return;
      }
      views_[count_++] = path.substr(0, end);
      path.remove_prefix(end);
    }
  }

  // Whether the path has this shape; `{}` stands for any one segment that is not empty.
  bool Match(std::initializer_list<std::string_view> shape) const {
    return !too_many_ && shape.size() == count_ &&
           std::equal(shape.begin(), shape.end(), views_.begin(),
                      [](std::string_view wanted, std::string_view segment) {
                        return wanted == "{}" ? !segment.empty() : wanted == segment;
                      });
  }
  std::string_view operator[](std::size_t index) const { return views_[index]; }
  std::size_t size() const { return count_; }

 private:
  std::array<std::string_view, 12> views_;
  std::size_t count_ = 0;
  bool too_many_ = false;
};

}  // namespace hyperlocal::gcs
