#include "golden/pixel_loops_internal.h"

namespace hyperlocal::golden {

const PixelKernels& PortableKernels() {
  return kKernels;
}

const PixelKernels& Kernels() {
  static const PixelKernels& chosen = Avx2Kernels() != nullptr ? *Avx2Kernels() : kKernels;
  return chosen;
}

}  // namespace hyperlocal::golden
