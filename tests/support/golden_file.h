#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace hyperlocal::testing {

// Compares `text` with golden/<name>, whole. With HYPERLOCAL_ACCEPT=1 the file is rewritten instead
// and the test counts as skipped, so that no run can pass by accepting. The test's target defines
// HYPERLOCAL_SOURCE_DIR.
inline void ExpectGolden(std::string_view name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(HYPERLOCAL_SOURCE_DIR) / "golden" / name;
  const char* accept = std::getenv("HYPERLOCAL_ACCEPT");
  if (accept != nullptr && std::string_view(accept) == "1") {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
    GTEST_SKIP() << "wrote " << file;
  }
  std::ifstream in(file, std::ios::binary);
  ASSERT_TRUE(in) << file << " is missing; HYPERLOCAL_ACCEPT=1 writes it";
  std::ostringstream golden;
  golden << in.rdbuf();
  EXPECT_EQ(text, golden.str()) << "differs from " << file
                                << "; if it should, run the test once with HYPERLOCAL_ACCEPT=1";
}

}  // namespace hyperlocal::testing
