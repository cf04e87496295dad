#include "fakes/workflows/server/list_page_internal.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

namespace hyperlocal::workflows {
namespace {

struct Order {
  ListField field;
  bool descending = false;
};

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

Result<std::vector<Order>> ParseOrder(std::string_view text, std::span<const ListField> fields) {
  std::vector<Order> orders;
  while (!Trimmed(text).empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view part = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t blank = std::min(part.find_first_of(" \t"), part.size());
    const std::string_view name = part.substr(0, blank);
    const std::string_view direction = Trimmed(part.substr(blank));
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const ListField& one) {
      return one.name == name && one.kind != ListField::Kind::kLabels;
    });
    if (field == fields.end() ||
        (!direction.empty() && direction != "asc" && direction != "desc")) {
      return Error{ErrorCode::kBadRequest,
                   "invalid orderBy: \"" + std::string(part.substr(0, 100)) +
                       "\" is no field of this list with \"asc\" or \"desc\" behind it"};
    }
    orders.push_back({.field = *field, .descending = direction == "desc"});
  }
  return orders;
}

// A token belongs to one filter and one order.
std::uint64_t Fingerprint(const ListRequest& request) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  for (const char c : request.filter + '\n' + request.order_by) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x0000'0100'0000'01B3;
  }
  return hash & 0xFFFF'FFFF;
}

Result<std::int64_t> KeyOfToken(const ListRequest& request) {
  const std::string_view token = request.page_token;
  const std::size_t dot = std::min(token.find('.'), token.size());
  std::uint64_t fingerprint = 0;
  std::int64_t key = 0;
  const char* const end = token.data() + token.size();
  const auto first = std::from_chars(token.data(), token.data() + dot, fingerprint);
  const auto second = std::from_chars(std::min(token.data() + dot + 1, end), end, key);
  if (first.ec != std::errc() || second.ec != std::errc() || second.ptr != end ||
      fingerprint != Fingerprint(request)) {
    return Error{ErrorCode::kBadRequest,
                 "invalid pageToken: it is none that this list gave for the same filter and "
                 "orderBy"};
  }
  return key;
}

}  // namespace

Result<ListPage> SelectPage(const ListRequest& request, std::span<const ListField> fields,
                            std::string_view default_order, const ListItems& items) {
  HYPERLOCAL_TRY(const ListFilter filter, ListFilter::Parse(request.filter, fields));
  HYPERLOCAL_TRY(const std::vector<Order> orders,
                 ParseOrder(request.order_by.empty() ? default_order : request.order_by, fields));
  std::vector<std::size_t> sorted(items.count);
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  // Of items that are equal the newer first where the first order is a descending one.
  const bool newest_first = !orders.empty() && orders[0].descending;
  std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    for (const Order& order : orders) {
      const int compared = CompareFields(order.field.kind, items.field(a, order.field.name, ""),
                                         items.field(b, order.field.name, ""));
      if (compared != 0) return order.descending ? compared > 0 : compared < 0;
    }
    return newest_first ? items.key(a) > items.key(b) : items.key(a) < items.key(b);
  });
  std::size_t begin = 0;
  std::size_t to_skip = request.skip;
  if (!request.page_token.empty()) {
    HYPERLOCAL_TRY(const std::int64_t last, KeyOfToken(request));
    const auto found = std::find_if(sorted.begin(), sorted.end(),
                                    [&](std::size_t item) { return items.key(item) == last; });
    if (found == sorted.end()) {
      return Error{ErrorCode::kBadRequest,
                   "the pageToken is too old: what it follows was deleted; list from the start"};
    }
    begin = static_cast<std::size_t>(found - sorted.begin()) + 1;
    to_skip = 0;
  }
  ListPage page;
  bool full = false;
  for (std::size_t place = 0; place < sorted.size(); ++place) {
    const std::size_t item = sorted[place];
    const bool matches = filter.Matches([&](std::string_view field, std::string_view label) {
      return items.field(item, field, label);
    });
    if (!matches) continue;
    ++page.total;
    if (place < begin || full) continue;
    if (to_skip > 0) {
      --to_skip;
      continue;
    }
    if (page.items.size() == request.page_size) {
      full = true;
      page.next_page_token =
          std::to_string(Fingerprint(request)) + "." + std::to_string(items.key(page.items.back()));
      continue;
    }
    page.items.push_back(item);
  }
  return page;
}

}  // namespace hyperlocal::workflows
