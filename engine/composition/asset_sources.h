#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/composition/recorded_assets.h"
#include "engine/error/result.h"

namespace hyperlocal {

// Where the answer to an address of outside came from.
enum class AssetOrigin { kProject, kCache, kPackage, kRuntime, kNetwork, kNowhere };
std::string_view NameOf(AssetOrigin origin);

// How one address was answered, for whoever wants to list them.
struct AssetAnswer {
  std::string url;
  AssetOrigin origin = AssetOrigin::kNowhere;
  std::string detail;  // the package and its version, or why it could not be had; may be empty
  std::string sha256;  // of the content; empty when there is none
  std::string content_type;
  std::int64_t size = 0;  // bytes
};

// Where a plan may take what a page asks for from outside of its project.
struct AssetSources {
  // Directories of npm packages (each a node_modules), before those that are always looked at.
  std::vector<std::filesystem::path> package_directories = {};
  // What was fetched before; empty: there is no such cache.
  std::filesystem::path cache_directory = {};
  // Fetches from the network, as the last resort; absent: there is no network. On the thread that
  // plans.
  std::function<Result<RecordedAsset>(const std::string& url)> fetch = {};
  // Whether the project's lock binds.
  bool locked = true;
  // Hears of every address once, on the thread that plans; may be absent.
  std::function<void(const AssetAnswer& answer)> on_answer = {};
};

// The directory of a project that is looked at as a cache of its own: what is committed or sent to
// a cloud with the project.
inline constexpr const char* kProjectAssets = "hyperlocal-assets";

}  // namespace hyperlocal
