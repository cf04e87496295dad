#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/error/result.h"

namespace hyperlocal::gcs {

// The `fields` parameter: which members of a JSON answer are shown.
//
//   mask   = member *( "," member )
//   member = path [ "(" mask ")" ]
//   path   = name *( "/" name )
//   name   = "*" | letters, digits, `_`, `-`, `.`
//
// A name takes the whole member unless something follows it; arrays are looked through.
// https://cloud.google.com/storage/docs/json_api#partial-response
class FieldsMask {
 public:
  // Error: kBadRequest with the place.
  static Result<FieldsMask> Parse(std::string_view text);

  // Nothing: the member is left out. Else `*inner` says which of its members are shown, null all.
  bool Wants(std::string_view name, const FieldsMask** inner) const;

 private:
  friend class FieldsParser;
  // A null mask: the whole member.
  std::map<std::string, std::unique_ptr<FieldsMask>, std::less<>> members_;
};

}  // namespace hyperlocal::gcs
