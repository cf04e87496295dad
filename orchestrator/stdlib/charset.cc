#include "orchestrator/stdlib/charset.h"

#include <iconv.h>

#include <array>
#include <cerrno>

#include "orchestrator/value/utf8.h"

namespace hyperlocal::workflow {
namespace {

// A conversion of iconv, closed when it goes.
class Conversion {
 public:
  Conversion(std::string_view to, std::string_view from) {
    // "//TRANSLIT" and the like are glibc's own and no part of a set's name; an empty name means
    // the locale's set.
    for (const std::string_view name : {to, from}) {
      if (name.empty() || name.find('/') != std::string_view::npos) return;
      if (name.find('\0') != std::string_view::npos) return;
    }
    handle_ = ::iconv_open(std::string(to).c_str(), std::string(from).c_str());
  }
  ~Conversion() {
    if (valid()) ::iconv_close(handle_);
  }
  Conversion(const Conversion&) = delete;
  Conversion& operator=(const Conversion&) = delete;

  bool valid() const { return handle_ != Invalid(); }

  // Converts from the front of `in`, which it shortens, up to its end or to what is not
  // convertible.
  void Run(std::string_view& in, std::string& out) {
    std::array<char, 1024> room;
    for (;;) {
      char* source = const_cast<char*>(in.data());  // iconv does not write to it
      std::size_t left = in.size();
      char* target = room.data();
      std::size_t free = room.size();
      const std::size_t done = ::iconv(handle_, &source, &left, &target, &free);
      const int error = errno;
      out.append(room.data(), room.size() - free);
      in.remove_prefix(in.size() - left);
      if (done != static_cast<std::size_t>(-1) || error != E2BIG) return;
    }
  }

 private:
  static iconv_t Invalid() {
    return reinterpret_cast<iconv_t>(-1);  // as iconv_open answers
  }
  iconv_t handle_ = Invalid();
};

}  // namespace

std::optional<std::string> DecodeCharset(std::string_view bytes, std::string_view charset) {
  Conversion conversion("UTF-8", charset);
  if (!conversion.valid()) return std::nullopt;
  std::string text;
  while (!bytes.empty()) {
    conversion.Run(bytes, text);
    if (bytes.empty()) break;
    AppendUtf8(kReplacementCharacter, text);
    bytes.remove_prefix(1);
  }
  return text;
}

std::optional<EncodedCharset> EncodeCharset(std::string_view text, std::string_view charset) {
  Conversion conversion(charset, "UTF-8");
  if (!conversion.valid()) return std::nullopt;
  EncodedCharset encoded;
  conversion.Run(text, encoded.bytes);
  encoded.complete = text.empty();
  return encoded;
}

}  // namespace hyperlocal::workflow
