#pragma once

namespace hyperlocal {

// Who a plan is materialized for: everybody gets what they need and no more.
struct PlanTarget {
  int chunk = -1;  // the index of a chunk, or -1 for the assembler

  static PlanTarget Chunk(int index) { return PlanTarget{index}; }
  static PlanTarget Assembler() { return PlanTarget{}; }
  bool is_assembler() const { return chunk < 0; }
  bool operator==(const PlanTarget&) const = default;
};

}  // namespace hyperlocal
