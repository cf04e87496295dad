#include "fakes/gcs/server/xml_form_internal.h"

#include <algorithm>
#include <utility>

namespace hyperlocal::gcs {
namespace {

constexpr std::size_t kMostFields = std::size_t{1} << 20;

char LowerCase(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool SameWord(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return LowerCase(x) == LowerCase(y); });
}

bool IsBlank(char c) {
  return c == ' ' || c == '\t';
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

Error Bad(std::string_view what) {
  return Error{ErrorCode::kBadRequest, "the form is malformed: " + std::string(what)};
}

}  // namespace

std::optional<std::string> HeaderParameter(std::string_view value, std::string_view name) {
  std::size_t at = std::min(value.find(';'), value.size());
  while (at < value.size()) {
    ++at;  // ;
    const std::size_t equals = value.find_first_of("=;", at);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view key = Trimmed(value.substr(at, equals - at));
    at = equals;
    if (value[equals] == ';') continue;
    ++at;
    while (at < value.size() && IsBlank(value[at])) ++at;
    std::string text;
    if (at < value.size() && value[at] == '"') {
      bool closed = false;
      for (++at; at < value.size() && !closed; ++at) {
        if (value[at] == '"') {
          closed = true;
        } else {
          // Browsers send C:\dir\file as it is: only quotes and backslashes are escaped.
          if (value[at] == '\\' && at + 1 < value.size() &&
              (value[at + 1] == '"' || value[at + 1] == '\\')) {
            ++at;
          }
          text += value[at];
        }
      }
      if (!closed) return std::nullopt;
      at = std::min(value.find(';', at), value.size());
    } else {
      const std::size_t end = std::min(value.find(';', at), value.size());
      text = Trimmed(value.substr(at, end - at));
      at = end;
    }
    if (SameWord(key, name)) return text;
  }
  return std::nullopt;
}

Result<std::unique_ptr<FormReader>> FormReader::Create(std::string_view content_type, Sink sink) {
  const std::string_view type = Trimmed(content_type.substr(0, content_type.find(';')));
  if (!SameWord(type, "multipart/form-data")) {
    return Error{ErrorCode::kBadRequest, "a form is sent as multipart/form-data, not as \"" +
                                             std::string(type.substr(0, 100)) + "\""};
  }
  HYPERLOCAL_TRY(const std::string boundary, MultipartReader::BoundaryOf(content_type));
  return std::unique_ptr<FormReader>(new FormReader(boundary, std::move(sink)));
}

FormReader::FormReader(std::string_view boundary, Sink sink)
    : sink_(std::move(sink)),
      parts_(boundary, {[this](const HttpHeaders& headers) { return BeginPart(headers); },
                        [this](std::string_view bytes) { return AddContent(bytes); },
                        [this] { return EndPart(); }}) {}

Status FormReader::BeginPart(const HttpHeaders& headers) {
  const std::string_view disposition = headers.Get("Content-Disposition");
  const auto field = HeaderParameter(disposition, "name");
  if (!SameWord(Trimmed(disposition.substr(0, disposition.find(';'))), "form-data") || !field) {
    return Bad("a part has no Content-Disposition: form-data; name=\"…\"");
  }
  if (file_seen_) return Bad("the file must be the last field, and there is another behind it");
  const auto filename = HeaderParameter(disposition, "filename");
  // Scripts send the content of the object as a plain field, too.
  in_file_ = filename || SameWord(*field, "file");
  if (!in_file_) {
    field_name_ = *field;
    field_value_.clear();
    return Ok();
  }
  file_seen_ = true;
  std::string name = filename.value_or("");
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  return sink_.file(File{*field, std::move(name), std::string(headers.Get("Content-Type"))});
}

Status FormReader::AddContent(std::string_view bytes) {
  if (in_file_) return sink_.bytes(bytes);
  field_bytes_ += bytes.size();
  if (field_bytes_ > kMostFields) return Bad("its fields are larger than a MiB");
  field_value_ += bytes;
  return Ok();
}

Status FormReader::EndPart() {
  return in_file_ ? Ok() : sink_.field(field_name_, std::move(field_value_));
}

}  // namespace hyperlocal::gcs
