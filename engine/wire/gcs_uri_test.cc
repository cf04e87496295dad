#include "engine/wire/gcs_uri.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "tests/support/wire_generators.h"

namespace hyperlocal {
namespace {

TEST(GcsUri, TheBucketEndsAtTheFirstSlash) {
  EXPECT_EQ(ParseGcsUri("gs://b/k").value(), (GcsUri{"b", "k"}));
  EXPECT_EQ(ParseGcsUri("gs://b/a/b.tar.gz").value(), (GcsUri{"b", "a/b.tar.gz"}));
  EXPECT_EQ(ParseGcsUri("gs://b/renders/1/").value(), (GcsUri{"b", "renders/1/"}));
  EXPECT_EQ(ParseGcsUri("gs://b//k").value(), (GcsUri{"b", "/k"}));
  EXPECT_EQ(ParseGcsUri("gs://b//").value(), (GcsUri{"b", "/"}));
}

struct Refusal {
  std::string text;
  std::string problem;
};

TEST(GcsUri, SaysWhatIsMissingAndShowsWhatItGot) {
  for (const auto& [text, problem] : {Refusal{"", "does not begin with gs://"},
                                      {"b/k", "does not begin with gs://"},
                                      {"s3://b/k", "does not begin with gs://"},
                                      {"GS://b/k", "does not begin with gs://"},
                                      {" gs://b/k", "does not begin with gs://"},
                                      {"gs:/b/k", "does not begin with gs://"},
                                      {"gs://", "names no bucket"},
                                      {"gs:///k", "names no bucket"},
                                      {"gs://b", "names nothing within the bucket"},
                                      {"gs://b/", "names nothing within the bucket"}}) {
    const auto uri = ParseGcsUri(text);
    ASSERT_FALSE(uri) << text;
    EXPECT_EQ(uri.error().code, ErrorCode::kBadRequest);
    EXPECT_EQ(uri.error().message,
              "must be a URI like gs://bucket/key, and " + problem + "; got \"" + text + "\"");
  }
}

RC_GTEST_PROP(GcsUri, ReadsBackWhatWasWritten, ()) {
  const GcsUri uri = testing::AnyUri();
  RC_ASSERT(ParseGcsUri(FormatGcsUri(uri)).value() == uri);
}

RC_GTEST_PROP(GcsUri, WritesBackWhatWasRead, (const std::string& rest)) {
  const std::string text = "gs://" + rest;
  const auto uri = ParseGcsUri(text);
  if (uri) RC_ASSERT(FormatGcsUri(*uri) == text);
}

}  // namespace
}  // namespace hyperlocal
