#include "fakes/gcs/server/xml_reader_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "fakes/gcs/server/xml_complete_internal.h"
#include "fakes/gcs/server/xml_writer_internal.h"

namespace hyperlocal::gcs {
namespace {

TEST(XmlReader, ReadsElementsTextsAndReferences) {
  const auto root = ReadXml(
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- a -->\n"
      "<s3:A xmlns:s3='http://x/' b=\"&amp;\">\n <B>x&amp;&#x20AC;<!-- c -->&#65;"
      "<![CDATA[<&]]></B><C/><D></D >\n</s3:A>\n");
  ASSERT_TRUE(root) << root.error().message;
  EXPECT_EQ(*root, (XmlElement{"A",
                               "",
                               {{"B",
                                 "x&\xE2\x82\xAC"
                                 "A<&",
                                 {}},
                                {"C", "", {}},
                                {"D", "", {}}}}));
}

TEST(XmlReader, MalformedDocumentsAreRefusedWithLineAndColumn) {
  for (const std::string text : {"",
                                 "x",
                                 "<",
                                 "<a",
                                 "<a>",
                                 "<a></b>",
                                 "<a><b></a></b>",
                                 "<a/><b/>",
                                 "<a/>x",
                                 "<a b></a>",
                                 "<a b=c></a>",
                                 "<a b='<'></a>",
                                 "<a b='1'c='2'/>",
                                 "<a>&nbsp;</a>",
                                 "<a>&#0;</a>",
                                 "<a>&#xD800;</a>",
                                 "<a>&#x110000;</a>",
                                 "<a>&#x;</a>",
                                 "<a>&</a>",
                                 "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                                 "<a><!ENTITY b 'c'></a>",
                                 "<a><?php ?></a>",
                                 "<a><!-- </a>",
                                 "<a><![CDATA[</a>",
                                 "<?xml version='1.0' encoding='utf-16'?><a/>",
                                 "<?xml version='1.0'",
                                 "< a/>",
                                 "<1/>>"}) {
    const auto root = ReadXml(text);
    EXPECT_FALSE(root) << text;
    if (!root) {
      EXPECT_NE(root.error().message.find("line 1, column "), std::string::npos)
          << root.error().message;
    }
  }
  EXPECT_NE(ReadXml("<a>\n  <b></c>\n</a>").error().message.find("line 2, column 9"),
            std::string::npos)
      << ReadXml("<a>\n  <b></c>\n</a>").error().message;
}

TEST(XmlReader, DepthIsLimited) {
  const auto nested = [](int depth) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "<a>";
    for (int i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(ReadXml(nested(16)));
  EXPECT_FALSE(ReadXml(nested(17)));
  EXPECT_FALSE(ReadXml(nested(100'000)));
}

RC_GTEST_PROP(XmlWriterProperty, WhatIsWrittenReadsBack, (const std::string& text)) {
  // The writer replaces what XML cannot hold, and the reader takes any bytes above it.
  std::string printable;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 || c == '\n' || c == '\t' || c == '\r') printable += c;
  }
  XmlWriter xml;
  xml.Begin("A", kXmlNamespace);
  xml.Element("B", printable);
  xml.Element("C", std::int64_t{-5});
  xml.Element("D", true);
  xml.End();
  const auto root = ReadXml(std::move(xml).Take());
  RC_ASSERT(root.has_value());
  RC_ASSERT(root->Find("B")->text == printable);
  RC_ASSERT(root->Find("C")->text == "-5");
  RC_ASSERT(root->Find("D")->text == "true");
}

TEST(XmlWriter, CharactersThatXmlCannotHoldAreReplaced) {
  XmlWriter xml;
  xml.Element("A", std::string_view("a\x01"));
  EXPECT_EQ(std::move(xml).Take(), "<?xml version='1.0' encoding='UTF-8'?><A>a\xEF\xBF\xBD</A>");
}

TEST(CompletedParts, AreRead) {
  const auto parts = ReadCompletedParts(
      "<CompleteMultipartUpload xmlns='x'>\n<Part><PartNumber> 1 </PartNumber><ETag>\"ab\"</ETag>"
      "</Part><Part><ETag>cd</ETag><PartNumber>10000</PartNumber><ChecksumCRC32C>x"
      "</ChecksumCRC32C></Part><Part><PartNumber>2</PartNumber></Part></CompleteMultipartUpload>");
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_EQ(*parts, (std::vector<CompletedPart>{{1, "ab"}, {10000, "cd"}, {2, ""}}));
}

TEST(CompletedParts, WhatIsWrongIsNamed) {
  struct Row {
    std::string xml, expectation;
  };
  const auto of = [](const std::string& inner) {
    return "<CompleteMultipartUpload>" + inner + "</CompleteMultipartUpload>";
  };
  for (const Row& row : {
           Row{"<Delete/>", "Delete"},
           Row{of(""), "no Part"},
           Row{of("<Thing/>"), "Thing"},
           Row{of("<Part/>"), "Part 1"},
           Row{of("<Part><PartNumber>1</PartNumber></Part><Part><PartNumber>0</PartNumber></Part>"),
               "Part 2"},
           Row{of("<Part><PartNumber>10001</PartNumber></Part>"), "10000"},
           Row{of("<Part><PartNumber>1a</PartNumber></Part>"), "PartNumber"},
           Row{of("<Part>"), "line 1"},
       }) {
    const auto parts = ReadCompletedParts(row.xml);
    ASSERT_FALSE(parts) << row.xml;
    EXPECT_NE(parts.error().message.find(row.expectation), std::string::npos)
        << parts.error().message;
  }
}

}  // namespace
}  // namespace hyperlocal::gcs
