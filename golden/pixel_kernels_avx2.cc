// Compiled for AVX2 (CMakeLists.txt), entered only on a processor that has it.
#include "golden/pixel_loops_internal.h"

namespace hyperlocal::golden {

const PixelKernels* Avx2Kernels() {
#ifdef __AVX2__
  static const bool here = __builtin_cpu_supports("avx2") != 0;
  return here ? &kKernels : nullptr;
#else
  return nullptr;
#endif
}

}  // namespace hyperlocal::golden
