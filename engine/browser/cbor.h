#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/error/result.h"

namespace hyperlocal {

// The CBOR dialect of Chrome's DevTools pipe (RFC 8949 as third_party/inspector_protocol uses it):
// every map is wrapped in an envelope, a byte string tagged 24 that tells its length; binary fields
// are byte strings tagged 22 (what JSON would carry as base64); byte strings without a tag are
// UTF-16 text; maps and arrays are of indefinite length. Decoding accepts definite lengths too.

// `message`, an object, as one envelope. Binary values are written with tag 22.
std::vector<std::uint8_t> EncodeDevToolsCbor(const nlohmann::json& message);

// Binary fields become json binary values. Error: kBrowserProtocol naming the offset.
Result<nlohmann::json> DecodeDevToolsCbor(std::span<const std::uint8_t> bytes);

// The whole length, header included, of the envelope that begins at `bytes`; 0 when more bytes are
// needed to tell. Error: kBrowserProtocol when this is no envelope.
Result<std::size_t> DevToolsEnvelopeLength(std::span<const std::uint8_t> bytes);

}  // namespace hyperlocal
