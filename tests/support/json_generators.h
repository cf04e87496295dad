#pragma once

#include <rapidcheck.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "engine/json/canonical_json.h"
#include "engine/json/wtf8_internal.h"

// RapidCheck generators of what JSON can hold, in the way JavaScript holds it.
namespace hyperlocal::testing {

// Every finite double alike: all exponents, subnormals, both zeros.
inline rc::Gen<double> FiniteDoubles() {
  const auto from_bits = [](std::uint64_t bits) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  };
  return rc::gen::suchThat(rc::gen::map(rc::gen::inRange<std::uint64_t>(0, UINT64_MAX), from_bits),
                           [](double value) { return std::isfinite(value); });
}

// Strings of JavaScript as WTF-8: control characters, both sides of the surrogate range, surrogates
// without a partner. Two that would make a pair come as the code point they mean.
inline rc::Gen<std::string> JavaScriptStrings() {
  const auto code = rc::gen::oneOf(
      rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0x80, 0xD800),
      rc::gen::inRange<std::uint32_t>(0xD800, 0xE000),
      rc::gen::inRange<std::uint32_t>(0xE000, 0x10000),
      rc::gen::inRange<std::uint32_t>(0x10000, 0x110000),
      rc::gen::element<std::uint32_t>('"', '\\', '/', '\n', 0x2028, 0xFEFF, 0xFFFF, 0x10FFFF));
  return rc::gen::map(
      rc::gen::container<std::vector<std::uint32_t>>(code),
      [](const std::vector<std::uint32_t>& codes) {
        std::string text;
        for (std::size_t i = 0; i < codes.size(); ++i) {
          std::uint32_t next = codes[i];
          if (IsHighSurrogate(next) && i + 1 < codes.size() && IsLowSurrogate(codes[i + 1])) {
            next = JoinSurrogates(next, codes[++i]);
          }
          AppendWtf8(next, text);
        }
        return text;
      });
}

// A JSON value that RapidCheck can print: nlohmann's own printing throws on lone surrogates.
struct JsonSample {
  nlohmann::json value;
  bool operator==(const JsonSample&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const JsonSample& sample) {
  const auto text = CanonicalJson(sample.value);
  return out << (text ? *text : text.error().message);
}

// Values nested up to `depth` containers deep, every number finite.
inline rc::Gen<JsonSample> JsonSamples(int depth = 3) {
  using nlohmann::json;
  const auto as_sample = [](auto value) { return JsonSample{json(std::move(value))}; };
  const rc::Gen<JsonSample> leaf = rc::gen::oneOf(
      rc::gen::just(JsonSample{}), rc::gen::map(rc::gen::arbitrary<bool>(), as_sample),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), as_sample),
      rc::gen::map(FiniteDoubles(), as_sample), rc::gen::map(JavaScriptStrings(), as_sample));
  if (depth == 0) return leaf;
  const auto inner = rc::gen::scale(0.4, JsonSamples(depth - 1));
  const auto array = rc::gen::map(rc::gen::container<std::vector<JsonSample>>(inner),
                                  [](std::vector<JsonSample> elements) {
                                    JsonSample out{json::array()};
                                    for (auto& each : elements) {
                                      out.value.push_back(std::move(each.value));
                                    }
                                    return out;
                                  });
  const auto member = rc::gen::pair(rc::gen::scale(0.3, JavaScriptStrings()), inner);
  const auto object =
      rc::gen::map(rc::gen::container<std::vector<std::pair<std::string, JsonSample>>>(member),
                   [](std::vector<std::pair<std::string, JsonSample>> members) {
                     JsonSample out{json::object()};
                     for (auto& [name, each] : members) out.value[name] = std::move(each.value);
                     return out;
                   });
  return rc::gen::oneOf(leaf, array, object);
}

}  // namespace hyperlocal::testing
