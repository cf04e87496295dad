#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hyperlocal::gcs {

// Writes an XML document without white space between elements. Texts are escaped; a character that
// XML 1.0 cannot hold at all (U+0001 and the like) becomes U+FFFD, which is why listings have
// encoding-type=url.
class XmlWriter {
 public:
  XmlWriter();

  void Begin(std::string_view name, std::string_view xml_namespace = "");
  void End();
  void Text(std::string_view text);
  void Element(std::string_view name, std::string_view text);
  void Element(std::string_view name, std::int64_t number);
  void Element(std::string_view name, bool value);
  void Element(std::string_view name, const char* text) { Element(name, std::string_view(text)); }

  std::string Take() && { return std::move(text_); }

 private:
  std::string text_;
  std::vector<std::string> open_;
};

// The namespace of the XML API's answers.
inline constexpr std::string_view kXmlNamespace = "http://doc.s3.amazonaws.com/2006-03-01";
inline constexpr std::string_view kXmlContentType = "application/xml; charset=UTF-8";

}  // namespace hyperlocal::gcs
