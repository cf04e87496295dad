#include "fakes/gcs/server/xml_form_internal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hyperlocal::gcs {
namespace {

struct Form {
  std::vector<std::pair<std::string, std::string>> fields;
  FormReader::File file;
  std::string content;
  bool has_file = false;
};

Result<Form> ReadForm(const std::string& body, const std::string& boundary, std::size_t piece) {
  Form form;
  FormReader::Sink sink;
  sink.field = [&form](std::string_view name, std::string value) {
    form.fields.emplace_back(name, std::move(value));
    return Ok();
  };
  sink.file = [&form](const FormReader::File& file) {
    form.file = file;
    form.has_file = true;
    return Ok();
  };
  sink.bytes = [&form](std::string_view bytes) {
    form.content += bytes;
    return Ok();
  };
  HYPERLOCAL_TRY(const auto reader,
                 FormReader::Create("multipart/form-data; boundary=" + boundary, std::move(sink)));
  for (std::size_t at = 0; at < body.size(); at += piece) {
    HYPERLOCAL_TRY_STATUS(reader->Push(std::string_view(body).substr(at, piece)));
  }
  HYPERLOCAL_TRY_STATUS(reader->Finish());
  return form;
}

std::string Field(const std::string& name, const std::string& value) {
  return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string File(const std::string& content) {
  return "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a "
         "\\\"b\\\".png\""
         "\r\nContent-Type: image/png\r\n\r\n" +
         content + "\r\n";
}

TEST(FormReader, ReadsFieldsAndTheFile) {
  const auto form =
      ReadForm(Field("key", "k") + Field("empty", "") + File("bytes") + "--b--\r\n", "b", 7);
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->fields,
            (std::vector<std::pair<std::string, std::string>>{{"key", "k"}, {"empty", ""}}));
  EXPECT_EQ(form->file.field, "file");
  EXPECT_EQ(form->file.name, "a \"b\".png");
  EXPECT_EQ(form->file.content_type, "image/png");
  EXPECT_EQ(form->content, "bytes");
}

TEST(FormReader, AFileMayBeEmptyAndABoundaryQuoted) {
  const auto form = ReadForm(File("") + "--b--", "\"b\"", 1000);
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_TRUE(form->has_file);
  EXPECT_EQ(form->content, "");
}

TEST(FormReader, AFieldNamedFileIsTheFileEvenWithoutAFilename) {
  const auto form = ReadForm(Field("file", "content") + "--b--\r\n", "b", 3);
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_TRUE(form->has_file);
  EXPECT_EQ(form->content, "content");
}

TEST(FormReader, WhatIsMalformedIsRefused) {
  for (const std::string& body :
       {File("x") + Field("key", "late") + "--b--\r\n", Field("key", "k"),
        std::string("--b\r\n\r\nno head\r\n--b--\r\n"),
        std::string("--b\r\nContent-Disposition: attachment; name=\"x\"\r\n\r\nx\r\n--b--\r\n"),
        std::string("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
        Field("key", std::string(2'000'000, 'x')) + "--b--\r\n"}) {
    const auto form = ReadForm(body, "b", 10'000);
    ASSERT_FALSE(form) << body.substr(0, 100);
    EXPECT_EQ(form.error().code, ErrorCode::kBadRequest);
  }
  EXPECT_FALSE(FormReader::Create("application/x-www-form-urlencoded", {}));
  EXPECT_FALSE(FormReader::Create("multipart/form-data", {}));
}

RC_GTEST_PROP(FormReaderProperty, AnyContentComesOutInAnyPieces, ()) {
  // Made of what boundaries are made of, so that some look much like one.
  const auto word = rc::gen::element<std::string>("\r\n", "--", "b", "-", "\r", "\n", "--b", "x",
                                                  "\r\n--", "\r\n--c");
  const auto words = *rc::gen::container<std::vector<std::string>>(word);
  std::string content;
  for (const std::string& part : words) content += part;
  RC_PRE(content.find("\r\n--b") == std::string::npos && !content.starts_with("--b"));
  // The line's end before the boundary is not the content's.
  RC_PRE(("\r\n" + content + "\r").find("\r\n--b") == std::string::npos);
  const auto piece = *rc::gen::inRange<std::size_t>(1, 20);
  const auto form = ReadForm(Field("key", "k") + File(content) + "--b--\r\n", "b", piece);
  RC_ASSERT(form.has_value());
  RC_ASSERT(form->content == content);
}

TEST(HeaderParameter, ReadsQuotedAndBareValues) {
  EXPECT_EQ(HeaderParameter("form-data; name=\"a\\\"b;c\"; x=y", "name"), "a\"b;c");
  EXPECT_EQ(HeaderParameter("form-data; NAME = a ; x=y", "name"), "a");
  EXPECT_EQ(HeaderParameter("form-data; flag; x=y", "x"), "y");
  EXPECT_EQ(HeaderParameter("form-data; xname=a", "name"), std::nullopt);
  EXPECT_EQ(HeaderParameter("form-data; name=\"a", "name"), std::nullopt);
  EXPECT_EQ(HeaderParameter("form-data", "name"), std::nullopt);
}

}  // namespace
}  // namespace hyperlocal::gcs
