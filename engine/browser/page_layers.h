#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace hyperlocal {

// One layer of a page's frame.
struct PageLayer {
  std::string id;  // of the layer, which may be another one in the next frame
  int owner = 0;   // the node that owns it (a backend node id), or 0
  bool has_content = false;
  std::int64_t paintings = 0;  // how often it has been painted
  // Where it is on the screen, in CSS pixels; without a place when a part of it is behind the
  // viewer.
  bool has_place = false;
  double left = 0, top = 0, right = 0, bottom = 0;
  bool operator==(const PageLayer&) const = default;
};

// What the compositor put a page's last frame together from, as far as the page's process has told:
// all of it up to the last Evaluate.
class PageLayers {
 public:
  // An event of the LayerTree domain.
  void Note(const std::string& method, const nlohmann::json& params);

  const std::vector<PageLayer>& all() const { return all_; }  // back to front
  // Layers with content of their own.
  int count() const { return count_; }
  // The nodes that own them (backend node ids), each once; the document owns the page's own one. 0
  // stands for a layer whose owner Chrome does not tell.
  const std::set<int>& owners() const { return owners_; }
  // How often layers have changed or been painted anew. A page of one layer cannot change its looks
  // without.
  std::uint64_t paintings() const { return paintings_; }

 private:
  std::vector<PageLayer> all_;
  int count_ = 0;
  std::set<int> owners_;
  std::uint64_t paintings_ = 0;
};

}  // namespace hyperlocal
