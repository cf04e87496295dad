#include "engine/browser/page_layers.h"

#include <nlohmann/json.hpp>

namespace hyperlocal {
namespace {

bool HasContent(const nlohmann::json& layer) {
  return layer.value("drawsContent", false) && layer.value("width", 0.0) != 0 &&
         layer.value("height", 0.0) != 0;
}

}  // namespace

void PageLayers::Note(const std::string& method, const nlohmann::json& params) {
  if (method == "LayerTree.layerPainted") ++paintings_;
  if (method != "LayerTree.layerTreeDidChange") return;
  ++paintings_;
  const auto layers = params.find("layers");
  if (layers == params.end() || !layers->is_array()) return;
  count_ = 0;
  owners_.clear();
  for (const nlohmann::json& layer : *layers) {
    if (!HasContent(layer)) continue;
    ++count_;
    owners_.insert(layer.value("backendNodeId", 0));
  }
}

}  // namespace hyperlocal
