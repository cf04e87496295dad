#include "cli/version.h"

namespace hyperlocal::cli {

std::string_view Version() {
  return HYPERLOCAL_VERSION;
}

}  // namespace hyperlocal::cli
