#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

void AppendEscaped(std::string& to, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      case '"':
        to += "&quot;";
        break;
      case '\r':
        to += "&#13;";  // a reader would make a newline of it
        break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 && c != '\n' && c != '\t') {
          to += "\xEF\xBF\xBD";  // U+FFFD
        } else {
          to += c;
        }
      }
    }
  }
}

}  // namespace

XmlWriter::XmlWriter() : text_("<?xml version='1.0' encoding='UTF-8'?>") {}

void XmlWriter::Begin(std::string_view name, std::string_view xml_namespace) {
  text_ += '<';
  text_ += name;
  if (!xml_namespace.empty()) {
    text_ += " xmlns='";
    text_ += xml_namespace;
    text_ += '\'';
  }
  text_ += '>';
  open_.emplace_back(name);
}

void XmlWriter::End() {
  text_ += "</";
  text_ += open_.back();
  text_ += '>';
  open_.pop_back();
}

void XmlWriter::Text(std::string_view text) {
  AppendEscaped(text_, text);
}

void XmlWriter::Element(std::string_view name, std::string_view text) {
  Begin(name);
  Text(text);
  End();
}

void XmlWriter::Element(std::string_view name, std::int64_t number) {
  Element(name, std::string_view(std::to_string(number)));
}

void XmlWriter::Element(std::string_view name, bool value) {
  Element(name, std::string_view(value ? "true" : "false"));
}

}  // namespace hyperlocal::gcs
