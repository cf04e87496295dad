#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fakes/gcs/server/signed_policy_internal.h"
#include "fakes/gcs/server/xml_form_internal.h"

namespace {

using hyperlocal::ErrorCode;
using hyperlocal::Ok;
using hyperlocal::Result;
using hyperlocal::gcs::FormReader;

// Everything that came out of a form, read in pieces of that size.
Result<std::string> ReadForm(std::string_view body, std::size_t piece) {
  std::string all;
  FormReader::Sink sink;
  sink.field = [&all](std::string_view name, std::string value) {
    all += "field " + std::string(name) + "=" + value + "\n";
    return Ok();
  };
  sink.file = [&all](const FormReader::File& file) {
    if (file.name.find('/') != std::string::npos) std::abort();
    all += "file " + file.field + " " + file.name + " " + file.content_type + "\n";
    return Ok();
  };
  sink.bytes = [&all](std::string_view bytes) {
    all += bytes;
    return Ok();
  };
  auto reader = FormReader::Create("multipart/form-data; boundary=b", std::move(sink));
  if (!reader) std::abort();
  for (std::size_t at = 0; at < body.size(); at += piece) {
    if (auto pushed = (*reader)->Push(body.substr(at, piece)); !pushed) return pushed.error();
  }
  if (auto finished = (*reader)->Finish(); !finished) return finished.error();
  return all;
}

}  // namespace

// A policy document is one or an error; a form comes out the same in whatever pieces it comes in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hyperlocal::gcs;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto policy = PostPolicy::Parse(text);
  if (policy) {
    const auto allowed = policy->CheckFields({{"key", "k"}, {"content-type", "image/png"}}, "bkt");
    if (!allowed && allowed.error().code != ErrorCode::kPermission) std::abort();
  } else if (policy.error().code != ErrorCode::kBadRequest &&
             policy.error().code != ErrorCode::kInvalidJson) {
    std::abort();
  }
  const auto whole = ReadForm(text, size + 1);
  const auto in_pieces = ReadForm(text, 3);
  if (whole.has_value() != in_pieces.has_value()) std::abort();
  if (whole && *whole != *in_pieces) std::abort();
  if (!whole && whole.error().code != ErrorCode::kBadRequest) std::abort();
  return 0;
}
