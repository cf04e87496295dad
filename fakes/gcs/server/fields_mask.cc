#include <algorithm>
#include <utility>

#include "fakes/gcs/server/fields_mask_internal.h"

namespace hyperlocal::gcs {
namespace {

constexpr int kDepthLimit = 32;  // deeper than any resource of the service

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '*';
}

}  // namespace

class FieldsParser {
 public:
  explicit FieldsParser(std::string_view text) : text_(text) {}

  Result<FieldsMask> Parse() {
    FieldsMask mask;
    HYPERLOCAL_TRY_STATUS(ParseList(mask, 0));
    if (at_ != text_.size()) return Bad("a comma or the end");
    return mask;
  }

 private:
  Status ParseList(FieldsMask& mask, int depth) {
    if (depth > kDepthLimit) return Bad("less nesting");
    do {
      HYPERLOCAL_TRY_STATUS(ParseMember(mask, depth));
    } while (Skip(','));
    return Ok();
  }

  Status ParseMember(FieldsMask& mask, int depth) {
    if (depth > kDepthLimit) return Bad("less nesting");
    const std::size_t start = at_;
    while (at_ < text_.size() && IsNameCharacter(text_[at_])) ++at_;
    if (at_ == start) return Bad("a field name");
    std::string name(text_.substr(start, at_ - start));
    const bool path = Skip('/');
    const bool list = !path && Skip('(');
    if (!path && !list) {
      mask.members_.insert_or_assign(std::move(name), nullptr);
      return Ok();
    }
    // A member that is wanted whole stays so, whatever else is said of it.
    FieldsMask unused;
    const auto [member, is_new] = mask.members_.try_emplace(std::move(name), nullptr);
    if (is_new) member->second = std::make_unique<FieldsMask>();
    FieldsMask& inner = member->second ? *member->second : unused;
    if (path) return ParseMember(inner, depth + 1);
    HYPERLOCAL_TRY_STATUS(ParseList(inner, depth + 1));
    if (!Skip(')')) return Bad("a comma or )");
    return Ok();
  }

  bool Skip(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Error Bad(std::string_view expected) const {
    return Error{ErrorCode::kBadRequest,
                 "Invalid field selection \"" + std::string(text_.substr(0, 200)) +
                     "\": expected " + std::string(expected) + " at character " +
                     std::to_string(at_ + 1),
                 "fields"};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<FieldsMask> FieldsMask::Parse(std::string_view text) {
  return FieldsParser(text).Parse();
}

bool FieldsMask::Wants(std::string_view name, const FieldsMask** inner) const {
  const auto named = members_.find(name);
  const auto any = members_.find("*");
  if (named == members_.end() && any == members_.end()) return false;
  const bool whole =
      (named != members_.end() && !named->second) || (any != members_.end() && !any->second);
  *inner = whole ? nullptr : (named != members_.end() ? named : any)->second.get();
  return true;
}

}  // namespace hyperlocal::gcs
