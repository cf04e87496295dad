#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"
#include "fakes/workflows/server/list_filter_internal.h"

namespace hyperlocal::workflows {

// The parameters of a list call, as they came.
struct ListRequest {
  std::string filter;
  std::string order_by;
  std::string page_token;
  std::size_t page_size = 100;
  std::size_t skip = 0;
};

// The items of a list: how many there are, what identifies one (and stays), and what its fields
// hold.
struct ListItems {
  std::size_t count = 0;
  std::function<std::int64_t(std::size_t item)> key;
  std::function<std::optional<FieldValue>(std::size_t item, std::string_view field,
                                          std::string_view label)>
      field;
};

struct ListPage {
  std::vector<std::size_t> items;
  std::string next_page_token;  // empty: these were the last ones
  std::size_t total = 0;        // how many the filter lets through
};

// `default_order` as order_by is written: "createTime desc". A page begins behind the item that the
// one before ended with, whether or not the filter still lets that through. Error: kBadRequest.
Result<ListPage> SelectPage(const ListRequest& request, std::span<const ListField> fields,
                            std::string_view default_order, const ListItems& items);

}  // namespace hyperlocal::workflows
