#pragma once

#include <cstdint>
#include <set>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal {

// What the compositor put a page's last frame together from, as far as the page's process has told:
// all of it up to the last Evaluate.
class PageLayers {
 public:
  // An event of the LayerTree domain.
  void Note(const std::string& method, const nlohmann::json& params);

  // Layers with content of their own.
  int count() const { return count_; }
  // The nodes that own them (backend node ids), each once; the document owns the page's own one. 0
  // stands for a layer whose owner Chrome does not tell.
  const std::set<int>& owners() const { return owners_; }
  // How often layers have changed or been painted anew. A page of one layer cannot change its looks
  // without.
  std::uint64_t paintings() const { return paintings_; }

 private:
  int count_ = 0;
  std::set<int> owners_;
  std::uint64_t paintings_ = 0;
};

}  // namespace hyperlocal
