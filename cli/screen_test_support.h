#pragma once

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal::cli {

// As much of a terminal as the live view uses: it wraps at the right edge, scrolls at the bottom,
// and knows carriage return, line feed, cursor up and the two clearing sequences. For tests.
class Screen {
 public:
  Screen(std::size_t columns, std::size_t rows) : columns_(columns), rows_(rows) {}

  void Write(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size();) {
      const char c = bytes[i];
      if (c == '\x1b') {
        i = Escape(bytes, i + 2);
      } else if (c == '\r') {
        column_ = 0;
        ++i;
      } else if (c == '\n') {
        ++row_;
        ++i;
      } else {
        std::size_t length = 1;
        while (i + length < bytes.size() && (bytes[i + length] & 0xC0) == 0x80) ++length;
        Put(std::string(bytes.substr(i, length)));
        i += length;
      }
    }
  }

  // Everything that was ever shown and not overwritten: what scrolled off the top, and the screen;
  // without blank ends.
  std::string Text() const {
    std::string text;
    std::size_t last = lines_.size();
    while (last > 0 && LineText(last - 1).empty()) --last;
    for (std::size_t i = 0; i < last; ++i) text += LineText(i) + '\n';
    return text;
  }

 private:
  std::size_t Escape(std::string_view bytes, std::size_t at) {
    std::size_t number = 0;
    while (at < bytes.size() && std::isalpha(static_cast<unsigned char>(bytes[at])) == 0) {
      if (std::isdigit(static_cast<unsigned char>(bytes[at])) != 0) {
        number = number * 10 + static_cast<std::size_t>(bytes[at] - '0');
      }
      ++at;
    }
    const char command = at < bytes.size() ? bytes[at] : 'm';
    if (command == 'A') {
      const std::size_t top = row_ + 1 > rows_ ? std::max(Top(), std::size_t{0}) : 0;
      row_ = row_ >= top + number ? row_ - number : top;
    } else if (command == 'K') {
      Line(row_).resize(std::min(Line(row_).size(), column_));
    } else if (command == 'J') {
      Line(row_).resize(std::min(Line(row_).size(), column_));
      lines_.resize(row_ + 1);
    }
    return at + 1;
  }
  // The first row that is still on the screen: the cursor cannot go above it.
  std::size_t Top() const { return lines_.size() > rows_ ? lines_.size() - rows_ : 0; }

  void Put(std::string character) {
    if (column_ == columns_) {
      column_ = 0;
      ++row_;
    }
    std::vector<std::string>& line = Line(row_);
    if (line.size() <= column_) line.resize(column_ + 1, " ");
    line[column_++] = std::move(character);
  }
  std::vector<std::string>& Line(std::size_t row) {
    if (lines_.size() <= row) lines_.resize(row + 1);
    return lines_[row];
  }
  std::string LineText(std::size_t row) const {
    std::string text;
    for (const std::string& character : lines_[row]) text += character;
    while (text.ends_with(' ')) text.pop_back();
    return text;
  }

  std::size_t columns_, rows_;
  std::size_t row_ = 0, column_ = 0;
  std::vector<std::vector<std::string>> lines_;
};

}  // namespace hyperlocal::cli
