#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "fakes/gcs/store/page_token_internal.h"
#include "fakes/gcs/store/store.h"
#include "fakes/gcs/store/store_test_support.h"

namespace hyperlocal::gcs {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeBucket;
using testing::Put;
using testing::StoreFixture;
using testing::StoreKind;
using Names = std::vector<std::string>;

// All pages of it: names, then prefixes marked with a "+".
Names All(Store& store, ObjectQuery query, std::string_view bucket = "bucket") {
  Names objects;
  Names prefixes;
  for (int pages = 0; pages < 10'000; ++pages) {
    const auto page = store.ListObjects(bucket, query);
    if (!page.has_value()) return {page.error().message};
    if (page->objects.size() + page->prefixes.size() >
        static_cast<std::size_t>(query.max_results)) {
      return {"a page is too long"};
    }
    for (const auto& object : page->objects) objects.push_back(object.key.name);
    for (const auto& prefix : page->prefixes) prefixes.push_back("+" + prefix);
    if (page->next_page_token.empty()) {
      objects.insert(objects.end(), prefixes.begin(), prefixes.end());
      return objects;
    }
    if (page->objects.empty() && page->prefixes.empty()) return {"an empty page has a successor"};
    query.page_token = page->next_page_token;
  }
  return {"it never ends"};
}

class ObjectListingTest : public ::testing::Test {
 protected:
  ObjectListingTest() { EXPECT_TRUE(MakeBucket(*store_, "bucket").has_value()); }

  void Have(const Names& names) {
    for (const std::string& name : names) {
      ASSERT_TRUE(Put(*store_, {"bucket", name}, "").has_value());
    }
  }

  StoreFixture store_{StoreKind::kMemory};
};

TEST_F(ObjectListingTest, ItIsInByteOrderWhateverTheLanguage) {
  Have({"b", "a", "B", "\xC3\xA9", "a/b", "a.b", "\xF0\x9F\x98\x80", "z", "aa"});
  EXPECT_THAT(All(*store_, {}),
              ElementsAre("B", "a", "a.b", "a/b", "aa", "b", "z", "\xC3\xA9", "\xF0\x9F\x98\x80"));
}

TEST_F(ObjectListingTest, NamesAreFoldedBehindThePrefixAtTheDelimiter) {
  Have({"a/b", "a/c", "d", "e", "e/f", "e/g/h", "e/g/i"});
  ObjectQuery query;
  query.delimiter = "/";
  for (query.max_results = 1; query.max_results < 6; ++query.max_results) {
    query.prefix = "";
    EXPECT_THAT(All(*store_, query), ElementsAre("d", "e", "+a/", "+e/"));
    query.prefix = "e/";
    EXPECT_THAT(All(*store_, query), ElementsAre("e/f", "+e/g/"));
    query.prefix = "e";
    EXPECT_THAT(All(*store_, query), ElementsAre("e", "+e/"));
    query.prefix = "x";
    EXPECT_THAT(All(*store_, query), IsEmpty());
  }
}

TEST_F(ObjectListingTest, ADelimiterMayBeLongOrAnyCharacter) {
  Have({"a--b--c", "a-b", "a--", "x"});
  ObjectQuery query;
  query.delimiter = "--";
  EXPECT_THAT(All(*store_, query), ElementsAre("a-b", "x", "+a--"));
}

TEST_F(ObjectListingTest, AFoldersOwnObjectIsListedOnDemandOnEveryPageSize) {
  Have({"a/", "a/b", "a/b/", "c", "d/e"});
  ObjectQuery query;
  query.delimiter = "/";
  EXPECT_THAT(All(*store_, query), ElementsAre("c", "+a/", "+d/"));
  query.include_trailing_delimiter = true;
  for (query.max_results = 1; query.max_results < 6; ++query.max_results) {
    EXPECT_THAT(All(*store_, query), ElementsAre("a/", "c", "+a/", "+d/"));
  }
}

TEST_F(ObjectListingTest, OffsetsAreFromAndBefore) {
  Have({"a", "b", "b/x", "c", "d"});
  ObjectQuery query;
  query.start_offset = "b";
  query.end_offset = "d";
  EXPECT_THAT(All(*store_, query), ElementsAre("b", "b/x", "c"));
  query.start_offset = "b/";
  query.delimiter = "/";
  EXPECT_THAT(All(*store_, query), ElementsAre("c", "+b/"));
  query.start_offset = "";
  query.end_offset = "b/x";
  EXPECT_THAT(All(*store_, query), ElementsAre("a", "b"));
}

TEST_F(ObjectListingTest, AGlobSiftsObjectsAndPrefixes) {
  Have({"a.txt", "b.png", "d/a.txt", "d/e/a.txt", "dd/x"});
  ObjectQuery query;
  query.match_glob = "*.txt";
  EXPECT_THAT(All(*store_, query), ElementsAre("a.txt"));
  query.match_glob = "**.txt";
  query.max_results = 1;
  EXPECT_THAT(All(*store_, query), ElementsAre("a.txt", "d/a.txt", "d/e/a.txt"));
  query.match_glob = "d/*.txt";
  EXPECT_THAT(All(*store_, query), ElementsAre("d/a.txt"));
  query.match_glob = "{a*,?/}";
  query.delimiter = "/";
  EXPECT_THAT(All(*store_, query), ElementsAre("a.txt", "+d/"));
  query.match_glob = "[";
  EXPECT_EQ(store_->ListObjects("bucket", query).error().code, ErrorCode::kBadRequest);
}

TEST_F(ObjectListingTest, VersionsComeByNameThenGenerationOverPages) {
  BucketPolicy policy;
  policy.versioning = true;
  ASSERT_TRUE(MakeBucket(*store_, "versioned", policy).has_value());
  std::vector<std::int64_t> generations;
  for (int round = 0; round < 3; ++round) {
    for (const char* name : {"a", "b", "d/e"}) {
      generations.push_back(Put(*store_, {"versioned", name}, "")->generation);
    }
  }
  ASSERT_TRUE(store_->DeleteObject({{"versioned", "b"}, {}}, {}).has_value());
  ObjectQuery query;
  query.versions = true;
  for (query.max_results = 1; query.max_results < 11; ++query.max_results) {
    EXPECT_THAT(All(*store_, query, "versioned"),
                ElementsAre("a", "a", "a", "b", "b", "b", "d/e", "d/e", "d/e"));
  }
  const auto page = store_->ListObjects("versioned", query);
  EXPECT_EQ(page->objects[0].generation, generations[0]);
  EXPECT_EQ(page->objects[2].generation, generations[6]);
  query.delimiter = "/";
  EXPECT_THAT(All(*store_, query, "versioned"), ElementsAre("a", "a", "a", "b", "b", "b", "+d/"));
  query.versions = false;
  EXPECT_THAT(All(*store_, query, "versioned"), ElementsAre("a", "+d/"));
}

TEST_F(ObjectListingTest, TokensOfNobodyAreRefused) {
  Have({"a", "b"});
  ObjectQuery query;
  query.max_results = 1;
  const std::string token = store_->ListObjects("bucket", query)->next_page_token;
  std::string damaged = token;
  damaged[3] = damaged[3] == 'A' ? 'B' : 'A';
  for (const std::string& garbage :
       {std::string("x"), std::string("!!!!"), std::string("AAAAAAAA"), damaged, token + "A"}) {
    query.page_token = garbage;
    EXPECT_EQ(store_->ListObjects("bucket", query).error().code, ErrorCode::kBadRequest);
  }
  query.page_token = token;
  EXPECT_THAT(All(*store_, query), ElementsAre("b"));
  const PagePosition position{std::string("n\0\xFF.", 4), 1'234'567'890'123'456, "folder/"};
  EXPECT_EQ(*DecodePageToken(EncodePageToken(position)), position);
}

TEST_F(ObjectListingTest, AnObjectThatComesOrGoesBetweenPagesDisturbsNoOther) {
  Have({"a", "c", "e", "g"});
  ObjectQuery query;
  query.max_results = 2;
  const auto first = store_->ListObjects("bucket", query);
  ASSERT_TRUE(store_->DeleteObject({{"bucket", "e"}, {}}, {}).has_value());
  Have({"b", "f"});
  query.page_token = first->next_page_token;
  EXPECT_THAT(All(*store_, query), ElementsAre("f", "g"));
}

// A folder costs a step, not a scan. Judged against the scan itself, in the same run: no clock of
// the machine decides.
TEST_F(ObjectListingTest, AFolderIsPassedOverWithoutReadingIt) {
  for (int i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(Put(*store_, {"bucket", "folder/" + std::to_string(i)}, "").has_value());
  }
  Have({"z"});
  const auto time_of = [&](const ObjectQuery& query) {
    const auto start = std::chrono::steady_clock::now();
    All(*store_, query);
    return std::chrono::steady_clock::now() - start;
  };
  ObjectQuery folded;
  folded.delimiter = "/";
  EXPECT_THAT(All(*store_, folded), ElementsAre("z", "+folder/"));
  const auto scan = time_of({});
  EXPECT_LT(time_of(folded), scan / 20);
}

}  // namespace
}  // namespace hyperlocal::gcs
