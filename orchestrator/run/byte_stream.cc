#include "orchestrator/run/byte_stream_internal.h"

#include <bit>
#include <utility>

namespace hyperlocal::workflow {
namespace {

// Values are built of checked parts that may be put together once more before they are checked.
constexpr std::size_t kDeepest = 4 * Value::kDepthLimit;

}  // namespace

void ByteWriter::AnyValue(const Value& value) {
  out_ += static_cast<char>(value.kind());
  switch (value.kind()) {
    case ValueKind::kNull:
      return;
    case ValueKind::kBoolean:
      return Flag(value.boolean());
    case ValueKind::kInteger:
      return Signed(value.integer());
    case ValueKind::kDouble:
      return Fixed(std::bit_cast<std::uint64_t>(value.dbl()));
    case ValueKind::kString:
      return Text(value.string());
    case ValueKind::kBytes:
      return Text(value.bytes());
    case ValueKind::kFunction:
      return Text(value.function());
    case ValueKind::kList:
      Number(value.list().size());
      for (const Value& item : value.list()) AnyValue(item);
      return;
    case ValueKind::kMap:
      Number(value.map().size());
      for (const ValueMap::Entry& entry : value.map().entries()) {
        Text(entry.key);
        AnyValue(entry.value);
      }
      return;
  }
}

Value ByteReader::AnyValue(std::size_t depth) {
  const std::uint64_t kind = Number();
  if (!ok_ || depth > kDeepest) {
    ok_ = false;
    return Value();
  }
  switch (static_cast<ValueKind>(kind)) {
    case ValueKind::kNull:
      return Value();
    case ValueKind::kBoolean:
      return Value(Flag());
    case ValueKind::kInteger:
      return Value(Signed());
    case ValueKind::kDouble:
      return Value(std::bit_cast<double>(Fixed()));
    case ValueKind::kString:
      return Value(Text());
    case ValueKind::kBytes:
      return Value::Bytes(Text());
    case ValueKind::kFunction:
      return Value::Function(Text());
    case ValueKind::kList: {
      ValueList list;
      for (std::uint64_t count = Count(); count > 0 && ok_; --count) {
        list.push_back(AnyValue(depth + 1));
      }
      return Value(std::move(list));
    }
    case ValueKind::kMap: {
      ValueMap map;
      for (std::uint64_t count = Count(); count > 0 && ok_; --count) {
        const std::string key = Text();
        map.Set(key, AnyValue(depth + 1));
      }
      return Value(std::move(map));
    }
  }
  ok_ = false;
  return Value();
}

}  // namespace hyperlocal::workflow
