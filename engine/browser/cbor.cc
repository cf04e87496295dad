#include "engine/browser/cbor.h"

#include <cmath>
#include <cstring>
#include <string>

#include <nlohmann/json.hpp>

namespace hyperlocal {
namespace {

using nlohmann::json;

// Initial bytes, RFC 8949 section 3 (major type in the high three bits).
constexpr std::uint8_t kTag1Byte = 0xd8;
constexpr std::uint8_t kTagEnvelope = 24;
constexpr std::uint8_t kBytes32 = 0x5a;
constexpr std::uint8_t kTagBase64 = 0xd6;  // tag 22: expected conversion to base64
constexpr std::uint8_t kArrayIndefinite = 0x9f;
constexpr std::uint8_t kMapIndefinite = 0xbf;
constexpr std::uint8_t kDouble = 0xfb;
constexpr std::uint8_t kFalse = 0xf4, kTrue = 0xf5, kNull = 0xf6, kUndefined = 0xf7, kBreak = 0xff;
constexpr int kDepthLimit = 300;

class Encoder {
 public:
  std::vector<std::uint8_t> Take() { return std::move(out_); }

  void Value(const json& value) {
    switch (value.type()) {
      case json::value_t::object:
        Map(value);
        break;
      case json::value_t::array:
        out_.push_back(kArrayIndefinite);
        for (const json& item : value) Value(item);
        out_.push_back(kBreak);
        break;
      case json::value_t::string:
        Text(value.get_ref<const std::string&>());
        break;
      case json::value_t::boolean:
        out_.push_back(value.get<bool>() ? kTrue : kFalse);
        break;
      case json::value_t::number_integer:
        Integer(value.get<std::int64_t>());
        break;
      case json::value_t::number_unsigned:
        if (value.get<std::uint64_t>() > INT32_MAX) {
          Double(value.get<double>());
        } else {
          Integer(value.get<std::int64_t>());
        }
        break;
      case json::value_t::number_float:
        Double(value.get<double>());
        break;
      case json::value_t::binary: {
        const auto& bytes = value.get_binary();
        out_.push_back(kTagBase64);
        Head(2, bytes.size());
        out_.insert(out_.end(), bytes.begin(), bytes.end());
        break;
      }
      default:
        out_.push_back(kNull);
    }
  }

 private:
  void Head(unsigned major, std::uint64_t argument) {
    const auto high = static_cast<std::uint8_t>(major << 5);
    int width = 0;
    if (argument < 24) {
      out_.push_back(static_cast<std::uint8_t>(high | argument));
    } else if (argument <= 0xff) {
      out_.push_back(high | 24);
      width = 1;
    } else if (argument <= 0xffff) {
      out_.push_back(high | 25);
      width = 2;
    } else if (argument <= 0xffffffff) {
      out_.push_back(high | 26);
      width = 4;
    } else {
      out_.push_back(high | 27);
      width = 8;
    }
    for (int i = width - 1; i >= 0; --i)
      out_.push_back(static_cast<std::uint8_t>(argument >> (8 * i)));
  }

  void Map(const json& object) {
    out_.insert(out_.end(), {kTag1Byte, kTagEnvelope, kBytes32, 0, 0, 0, 0});
    const std::size_t start = out_.size();
    out_.push_back(kMapIndefinite);
    for (const auto& [key, value] : object.items()) {
      Text(key);
      Value(value);
    }
    out_.push_back(kBreak);
    const std::size_t length = out_.size() - start;
    for (std::size_t i = 0; i < 4; ++i) {
      out_[start - 4 + i] = static_cast<std::uint8_t>(length >> (8 * (3 - i)));
    }
  }

  void Text(const std::string& text) {
    Head(3, text.size());
    out_.insert(out_.end(), text.begin(), text.end());
  }

  // The dialect knows 32-bit integers only; what is wider travels as a double, as it does in
  // JavaScript.
  void Integer(std::int64_t value) {
    if (value < INT32_MIN || value > INT32_MAX) return Double(static_cast<double>(value));
    if (value >= 0) return Head(0, static_cast<std::uint64_t>(value));
    Head(1, static_cast<std::uint64_t>(-1 - value));
  }

  void Double(double value) {
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    out_.push_back(kDouble);
    for (int i = 7; i >= 0; --i) out_.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
  }

  std::vector<std::uint8_t> out_;
};

// Recursive descent; a failure is remembered and ends everything at the next step.
class Decoder {
 public:
  // `offset` is where `bytes` begin in the whole message, for the error's text.
  explicit Decoder(std::span<const std::uint8_t> bytes, std::size_t offset = 0)
      : bytes_(bytes), offset_(offset) {}

  json Value(int depth = 0) {
    if (depth > kDepthLimit) return Fail("nested too deeply");
    if (at_ >= bytes_.size()) return Fail("ends too early");
    const std::uint8_t initial = bytes_[at_++];
    const unsigned major = initial >> 5;
    switch (initial) {
      case kArrayIndefinite:
        return Array(kUntilBreak, depth);
      case kMapIndefinite:
        return Map(kUntilBreak, depth);
      case kFalse:
        return false;
      case kTrue:
        return true;
      case kNull:
      case kUndefined:
        return nullptr;
      case kDouble: {
        const std::uint64_t bits = BigEndian(8);
        double value;
        std::memcpy(&value, &bits, sizeof value);
        return value;
      }
      default:
        break;
    }
    if (initial == kTag1Byte && at_ < bytes_.size() && bytes_[at_] == kBytes32)
      return Tagged(kTagEnvelope, depth);  // the older envelope, without its number
    const std::uint64_t argument = Argument(initial);
    if (failed()) return nullptr;
    if (major < 2 && argument > INT64_MAX) return Fail("a number of more than 64 bits");
    switch (major) {
      case 0:
        return static_cast<std::int64_t>(argument);
      case 1:
        return -1 - static_cast<std::int64_t>(argument);
      case 2:
        return Utf16Text(argument);
      case 3: {
        const auto text = Take(argument);
        return std::string(text.begin(), text.end());
      }
      case 4:
        return Array(argument, depth);
      case 5:
        return Map(argument, depth);
      case 6:
        return Tagged(argument, depth);
      default:
        return Fail("unknown initial byte");
    }
  }

  bool failed() const { return !error_.empty(); }
  std::string error() const { return error_; }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  static constexpr std::uint64_t kUntilBreak = ~std::uint64_t{0};

  json Fail(const char* what) {
    if (error_.empty()) error_ = std::string(what) + " at byte " + std::to_string(offset_ + at_);
    return nullptr;
  }

  std::uint64_t BigEndian(std::size_t width) {
    if (bytes_.size() - at_ < width) {
      Fail("ends too early");
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes_[at_++];
    return value;
  }

  std::uint64_t Argument(std::uint8_t initial) {
    const unsigned low = initial & 0x1f;
    if (low < 24) return low;
    if (low > 27) {
      Fail("unknown initial byte");
      return 0;
    }
    return BigEndian(std::size_t{1} << (low - 24));
  }

  std::span<const std::uint8_t> Take(std::uint64_t length) {
    if (bytes_.size() - at_ < length) {
      Fail("ends too early");
      return {};
    }
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(length));
    at_ += static_cast<std::size_t>(length);
    return taken;
  }

  bool AtBreak() {
    if (at_ < bytes_.size() && bytes_[at_] == kBreak) {
      ++at_;
      return true;
    }
    return false;
  }

  json Array(std::uint64_t count, int depth) {
    json array = json::array();
    for (std::uint64_t i = 0; !failed() && i != count; ++i) {
      if (count == kUntilBreak && AtBreak()) break;
      array.push_back(Value(depth + 1));
    }
    return array;
  }

  json Map(std::uint64_t count, int depth) {
    json object = json::object();
    for (std::uint64_t i = 0; !failed() && i != count; ++i) {
      if (count == kUntilBreak && AtBreak()) break;
      const json key = Value(depth + 1);
      if (!key.is_string()) return Fail("a map key is no text");
      object[key.get_ref<const std::string&>()] = Value(depth + 1);
    }
    return object;
  }

  json Tagged(std::uint64_t tag, int depth) {
    if (at_ >= bytes_.size() || bytes_[at_] >> 5 != 2) return Fail("a tag without a byte string");
    const std::uint64_t length = Argument(bytes_[at_++]);
    const auto content = Take(length);
    if (failed()) return nullptr;
    if (tag == kTagEnvelope) {
      Decoder inner(content, offset_ + at_ - content.size());
      json value = inner.Value(depth + 1);
      if (!inner.failed() && !inner.at_end()) inner.Fail("an envelope with more than one value");
      if (!failed()) error_ = inner.error();
      return value;
    }
    return json::binary(std::vector<std::uint8_t>(content.begin(), content.end()));
  }

  // UTF-16, little-endian; a lone surrogate becomes U+FFFD, since JSON text of ours is UTF-8.
  json Utf16Text(std::uint64_t length) {
    const auto content = Take(length);
    if (failed() || content.size() % 2 != 0) return Fail("odd UTF-16 length");
    std::string text;
    const auto unit = [&](std::size_t i) {
      return static_cast<std::uint32_t>(content[i] | content[i + 1] << 8);
    };
    for (std::size_t i = 0; i < content.size(); i += 2) {
      std::uint32_t point = unit(i);
      if (point >= 0xd800 && point < 0xdc00 && i + 2 < content.size() && unit(i + 2) >= 0xdc00 &&
          unit(i + 2) < 0xe000) {
        point = 0x10000 + ((point - 0xd800) << 10) + (unit(i + 2) - 0xdc00);
        i += 2;
      } else if (point >= 0xd800 && point < 0xe000) {
        point = 0xfffd;
      }
      AppendUtf8(point, text);
    }
    return text;
  }

  static void AppendUtf8(std::uint32_t point, std::string& out) {
    const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
      put(point);
    } else if (point < 0x800) {
      put(0xc0 | point >> 6);
      put(0x80 | (point & 0x3f));
    } else if (point < 0x10000) {
      put(0xe0 | point >> 12);
      put(0x80 | (point >> 6 & 0x3f));
      put(0x80 | (point & 0x3f));
    } else {
      put(0xf0 | point >> 18);
      put(0x80 | (point >> 12 & 0x3f));
      put(0x80 | (point >> 6 & 0x3f));
      put(0x80 | (point & 0x3f));
    }
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t offset_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace

std::vector<std::uint8_t> EncodeDevToolsCbor(const json& message) {
  Encoder encoder;
  encoder.Value(message);
  return encoder.Take();
}

Result<json> DecodeDevToolsCbor(std::span<const std::uint8_t> bytes) {
  Decoder decoder(bytes);
  json value = decoder.Value();
  if (decoder.failed())
    return Error{ErrorCode::kBrowserProtocol, "DevTools message " + decoder.error()};
  if (!decoder.at_end()) {
    return Error{ErrorCode::kBrowserProtocol, "DevTools message with bytes after its end"};
  }
  return value;
}

Result<std::size_t> DevToolsEnvelopeLength(std::span<const std::uint8_t> bytes) {
  // d8 18 5a <u32>, or the older form d8 5a <u32> without the tag number.
  if (bytes.size() < 7) return std::size_t{0};
  std::size_t header = 7;
  if (bytes[0] == kTag1Byte && bytes[1] == kBytes32) {
    header = 6;
  } else if (bytes[0] != kTag1Byte || bytes[1] != kTagEnvelope || bytes[2] != kBytes32) {
    return Error{ErrorCode::kBrowserProtocol, "Chrome's DevTools pipe does not speak CBOR"};
  }
  std::size_t length = 0;
  for (std::size_t i = header - 4; i < header; ++i) length = length << 8 | bytes[i];
  return header + length;
}

}  // namespace hyperlocal
