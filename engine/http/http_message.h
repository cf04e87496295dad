#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal {

struct HttpHeader {
  std::string name;
  std::string value;
  bool operator==(const HttpHeader&) const = default;
};

// Whether two names of header fields, or other words of HTTP, are the same: case does not count.
bool SameHeaderName(std::string_view a, std::string_view b);

// Header fields in the order in which they came. Names compare without case; a name may occur more
// than once.
class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<HttpHeader> fields) : fields_(fields) {}

  // The first field of that name; nullopt when there is none.
  std::optional<std::string_view> Find(std::string_view name) const;
  // The same, with an absent field as "".
  std::string_view Get(std::string_view name) const { return Find(name).value_or(""); }
  bool Has(std::string_view name) const { return Find(name).has_value(); }

  void Add(std::string name, std::string value);
  // Replaces every field of that name by one.
  void Set(std::string name, std::string value);
  void Remove(std::string_view name);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }
  bool operator==(const HttpHeaders&) const = default;

 private:
  std::vector<HttpHeader> fields_;
};

// Percent-encoding (RFC 3986). Encode leaves the unreserved characters, and those of `also`, as
// they are. Decode answers nullopt for a `%` without two hex digits; `+` is itself.
std::string PercentEncode(std::string_view text, std::string_view also = "");
std::optional<std::string> PercentDecode(std::string_view text);

}  // namespace hyperlocal
