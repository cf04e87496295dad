#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/error/result.h"

namespace hyperlocal {

// Serves a plan's compiled/ directory to one page, on a loopback port of the system's choice: files
// with ranges and types, `/` as index.html with the page runtime put into its head, and our own
// scripts and, if `video_frames` is a directory, the pictures in it under /__hyperlocal/. Nothing
// outside the directories is reachable, by dots or by links; directories are not listed.
//
// Thread-safe. The destructor closes the port and ends the connections, an answer under way among
// them.
class PageServer {
 public:
  // Errors: kMissingPlanArtifact when there is no such directory, kDependencyUnavailable when no
  // loopback port can be had.
  static Result<std::unique_ptr<PageServer>> Start(const std::filesystem::path& directory,
                                                   const std::filesystem::path& video_frames = {});
  ~PageServer();

  // Serves another copy of the same plan from now on. Errors: those of Start.
  Status Serve(const std::filesystem::path& directory, const std::filesystem::path& video_frames);

  std::string origin() const;  // "http://127.0.0.1:PORT"

  // Paths that were asked for and are not there, each once, since the last call.
  std::vector<std::string> TakeMissing();

 private:
  struct State;
  explicit PageServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The Content-Type of a file by its name's extension; application/octet-stream for others.
std::string_view ContentTypeOf(const std::filesystem::path& file);

// `html` with `tag` as the first thing inside its head, where scripts run before any of the page's;
// without a head element, where the browser will open one.
std::string InjectIntoHead(std::string_view html, std::string_view tag);

}  // namespace hyperlocal
