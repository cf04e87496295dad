#include "engine/browser/page_layers.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace hyperlocal {
namespace {

using nlohmann::json;

// Of a layer's own plane onto the screen, by columns; as Chrome tells it, or none for "as it is".
using Matrix = std::array<double, 16>;

Matrix MatrixOf(const json& layer) {
  Matrix matrix{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  const auto told = layer.find("transform");
  if (told == layer.end() || !told->is_array() || told->size() != matrix.size()) return matrix;
  std::transform(told->begin(), told->end(), matrix.begin(),
                 [](const json& number) { return number.is_number() ? number.get<double>() : 0; });
  return matrix;
}

void Place(const json& layer, PageLayer& placed) {
  const Matrix m = MatrixOf(layer);
  const double x = layer.value("offsetX", 0.0), y = layer.value("offsetY", 0.0);
  const double width = layer.value("width", 0.0), height = layer.value("height", 0.0);
  bool first = true;
  for (const double at_x : {x, x + width}) {
    for (const double at_y : {y, y + height}) {
      const double w = m[3] * at_x + m[7] * at_y + m[15];
      if (!(w > 0)) return;
      const double screen_x = (m[0] * at_x + m[4] * at_y + m[12]) / w;
      const double screen_y = (m[1] * at_x + m[5] * at_y + m[13]) / w;
      placed.left = first ? screen_x : std::min(placed.left, screen_x);
      placed.right = first ? screen_x : std::max(placed.right, screen_x);
      placed.top = first ? screen_y : std::min(placed.top, screen_y);
      placed.bottom = first ? screen_y : std::max(placed.bottom, screen_y);
      first = false;
    }
  }
  placed.has_place = true;
}

PageLayer LayerOf(const json& told) {
  PageLayer layer;
  layer.id = told.value("layerId", "");
  layer.owner = told.value("backendNodeId", 0);
  layer.has_content = told.value("drawsContent", false) && told.value("width", 0.0) != 0 &&
                      told.value("height", 0.0) != 0;
  layer.paintings = told.value("paintCount", std::int64_t{0});
  Place(told, layer);
  return layer;
}

}  // namespace

void PageLayers::Note(const std::string& method, const json& params) {
  if (method == "LayerTree.layerPainted") ++paintings_;
  if (method != "LayerTree.layerTreeDidChange") return;
  ++paintings_;
  const auto layers = params.find("layers");
  if (layers == params.end() || !layers->is_array()) return;
  all_.clear();
  count_ = 0;
  owners_.clear();
  for (const json& told : *layers) {
    all_.push_back(LayerOf(told));
    if (!all_.back().has_content) continue;
    ++count_;
    owners_.insert(all_.back().owner);
  }
}

}  // namespace hyperlocal
