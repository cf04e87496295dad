#include <array>
#include <cstdarg>
#include <cstddef>
#include <mutex>

#include "engine/av/libav_handles_internal.h"

namespace hyperlocal {
namespace {

// The last error line that libav wrote on this thread. Encoders' own threads have their own, which
// nobody reads.
thread_local std::string last_message;

void KeepMessage(void* source, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_ERROR) return;
  std::array<char, 512> line{};
  int at_line_start = 1;
  av_log_format_line2(source, level, format, arguments, line.data(), static_cast<int>(line.size()),
                      &at_line_start);
  std::string_view text(line.data());
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  // "[mov,mp4 @ 0x55d0c0]": an address helps nobody and differs at every run.
  if (const std::size_t end = text.find("] "); text.starts_with('[') && end != text.npos) {
    text.remove_prefix(end + 2);
  }
  if (!text.empty()) last_message.assign(text);
}

}  // namespace

std::string LibavOptions::Unknown() const {
  const AVDictionaryEntry* entry = av_dict_get(dictionary_, "", nullptr, AV_DICT_IGNORE_SUFFIX);
  return entry == nullptr ? std::string() : std::string(entry->key) + "=" + entry->value;
}

void CaptureLibavMessages() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(KeepMessage); });
  last_message.clear();
}

Error LibavError(int code, std::string_view doing, ErrorCode otherwise) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  std::string message(doing);
  message += ": ";
  message += text.data();
  message += " (libav " + std::to_string(code) + ")";
  if (!last_message.empty()) message += "; libav said: " + last_message;
  last_message.clear();
  switch (code) {
    case AVERROR(ENOSPC):
    case AVERROR(EDQUOT):
    case AVERROR(EFBIG):
    case AVERROR(EIO):
      return Error{ErrorCode::kIo, std::move(message)};
    default:
      return Error{otherwise, std::move(message)};
  }
}

}  // namespace hyperlocal
