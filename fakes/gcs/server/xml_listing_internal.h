#pragma once

#include <string>
#include <string_view>

#include "fakes/gcs/server/gcs_query_internal.h"

namespace hyperlocal::gcs {

// What the listings of the XML API share.

inline constexpr int kMostListed = 1000;

// How names are shown: as they are, or percent-encoded (encoding-type=url), as names need that XML
// cannot hold.
class XmlNames {
 public:
  // Error: kBadRequest for another encoding.
  static Result<XmlNames> For(const GcsQuery& query);
  std::string Shown(std::string_view name) const;
  bool encoded() const { return encoded_; }

 private:
  explicit XmlNames(bool encoded) : encoded_(encoded) {}
  bool encoded_;
};

// max-keys and its like: at most 1000, whatever is asked for. Error: kBadRequest.
Result<int> ReadMost(const GcsQuery& query, std::string_view parameter);

// The first name behind a marker; behind all of a folded prefix, if the marker is one.
std::string AfterMarker(std::string_view marker, std::string_view prefix,
                        std::string_view delimiter);

}  // namespace hyperlocal::gcs
