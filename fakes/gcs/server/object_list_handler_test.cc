#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "fakes/gcs/server/json_service_test_support.h"

// Listing.
namespace hyperlocal::gcs {
namespace {

class GcsListing : public ::testing::Test {
 protected:
  void Put(std::initializer_list<const char*> names) {
    for (const char* name : names) service_.Put(name, name);
  }

  JsonReply List(const std::string& query = "") {
    return service_.Json("GET", "/b/bucket/o" + (query.empty() ? "" : "?" + query));
  }

  // "a b c/" : names, then prefixes.
  static std::string Shown(const JsonReply& reply) {
    std::string shown;
    for (const char* member : {"items", "prefixes"}) {
      if (!reply.body.contains(member)) continue;
      for (const auto& entry : reply.body[member]) {
        if (!shown.empty()) shown += ' ';
        shown += entry.is_string() ? entry.get<std::string>() : entry["name"].get<std::string>();
      }
    }
    return shown;
  }

  JsonService service_;
};

TEST_F(GcsListing, IsInTheByteOrderOfUtf8) {
  // U+FFFD is below U+1F600, though its UTF-16 unit is above the other's first.
  Put({"b", "a", "B", "a/b", "a.b", "ä", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80", "aa"});
  EXPECT_EQ(Shown(List()), "B a a.b a/b aa b ä \xEF\xBF\xBD \xF0\x9F\x98\x80");
}

TEST_F(GcsListing, AnEmptyOneHasNeitherItemsNorPrefixesNorAToken) {
  EXPECT_EQ(List().body, (nlohmann::json{{"kind", "storage#objects"}}));
}

TEST_F(GcsListing, PrefixAndDelimiterFold) {
  Put({"a", "d/", "d/1", "d/e/2", "d/f/3", "x"});
  EXPECT_EQ(Shown(List("prefix=d%2F")), "d/ d/1 d/e/2 d/f/3");
  EXPECT_EQ(Shown(List("delimiter=/")), "a x d/");
  EXPECT_EQ(Shown(List("prefix=d%2F&delimiter=/")), "d/ d/1 d/e/ d/f/");
  EXPECT_EQ(Shown(List("delimiter=/&includeTrailingDelimiter=true")), "a d/ x d/");
}

TEST_F(GcsListing, OffsetsAreFromAndBefore) {
  Put({"a", "b", "c", "d"});
  EXPECT_EQ(Shown(List("startOffset=b&endOffset=d")), "b c");
  EXPECT_EQ(Shown(List("startOffset=bb")), "c d");
}

TEST_F(GcsListing, GlobsMatchWholeNames) {
  Put({"a.txt", "b.txt", "c.png", "d/a.txt", "d/e/a.txt"});
  EXPECT_EQ(Shown(List("matchGlob=*.txt")), "a.txt b.txt");
  EXPECT_EQ(Shown(List("matchGlob=**.txt")), "a.txt b.txt d/a.txt d/e/a.txt");
  EXPECT_EQ(Shown(List("matchGlob=%7Ba,c%7D.*")), "a.txt c.png");
  EXPECT_EQ(Shown(List("matchGlob=%5Bab%5D.txt")), "a.txt b.txt");
}

TEST_F(GcsListing, MaxResultsCountsItemsAndPrefixesAndNoPrefixComesTwice) {
  for (int i = 0; i < 5; ++i) {
    for (const char* folder : {"a/", "b/", "c/"}) {
      service_.Put(folder + std::to_string(i), "x");
    }
  }
  Put({"a", "b", "c", "z"});
  for (int page_size = 1; page_size <= 8; ++page_size) {
    std::multiset<std::string> seen;
    std::string token;
    int pages = 0;
    do {
      const JsonReply reply = List("delimiter=/&maxResults=" + std::to_string(page_size) +
                                   "&pageToken=" + PercentEncode(token));
      ASSERT_EQ(reply.status, 200) << reply.Message();
      const std::size_t count =
          (reply.body.contains("items") ? reply.body["items"].size() : 0) +
          (reply.body.contains("prefixes") ? reply.body["prefixes"].size() : 0);
      EXPECT_LE(count, static_cast<std::size_t>(page_size));
      for (const char* member : {"items", "prefixes"}) {
        if (!reply.body.contains(member)) continue;
        for (const auto& entry : reply.body[member]) {
          seen.insert(entry.is_string() ? entry.get<std::string>()
                                        : entry["name"].get<std::string>());
        }
      }
      token = reply.At("/nextPageToken");
      ASSERT_LT(++pages, 20);
    } while (!token.empty());
    EXPECT_EQ(seen, (std::multiset<std::string>{"a", "a/", "b", "b/", "c", "c/", "z"}))
        << "in pages of " << page_size;
  }
}

TEST_F(GcsListing, APageHas1000UnlessLessIsAskedFor) {
  for (int i = 0; i < 1001; ++i) service_.Put("o" + std::to_string(10000 + i), "");
  for (const char* query : {"", "maxResults=0", "maxResults=5000", "maxResults="}) {
    const JsonReply reply = List(query);
    EXPECT_EQ(reply.body["items"].size(), 1000u) << query;
    EXPECT_FALSE(reply.At("/nextPageToken").empty());
  }
  EXPECT_EQ(Shown(List("pageToken=" + PercentEncode(List().At("/nextPageToken")))), "o11000");
  EXPECT_EQ(List("maxResults=-1").status, 400);
  EXPECT_EQ(List("maxResults=many").status, 400);
}

TEST_F(GcsListing, ATokenThatIsNoneIsRefused) {
  Put({"a"});
  EXPECT_EQ(List("pageToken=nonsense!").status, 400);
}

TEST_F(GcsListing, VersionsShowsWhatWasReplaced) {
  service_.Json("PATCH", "/b/bucket", R"({"versioning":{"enabled":true}})");
  Put({"a", "a", "b"});
  EXPECT_EQ(Shown(List()), "a b");
  const JsonReply versions = List("versions=true");
  EXPECT_EQ(Shown(versions), "a a b");
  EXPECT_LT(std::stoll(versions.At("/items/0/generation")),
            std::stoll(versions.At("/items/1/generation")));
  EXPECT_TRUE(versions.body["items"][0].contains("timeDeleted"));
  EXPECT_EQ(List("versions=true&softDeleted=true").status, 400);
}

TEST_F(GcsListing, FieldsAndProjection) {
  Put({"a", "d/b"});
  EXPECT_EQ(List("fields=items(name,size),prefixes&delimiter=/").body,
            (nlohmann::json{{"items", {{{"name", "a"}, {"size", "1"}}}}, {"prefixes", {"d/"}}}));
  EXPECT_EQ(List("fields=items/name").body,
            (nlohmann::json{{"items", {{{"name", "a"}}, {{"name", "d/b"}}}}}));
  EXPECT_FALSE(List().body["items"][0].contains("acl"));
  EXPECT_TRUE(List("projection=noAcl").status == 200);
  EXPECT_TRUE(List("projection=full").body["items"][0].contains("acl"));
}

TEST_F(GcsListing, PrettyPrintIsForPeople) {
  Put({"a"});
  const HttpResponse response = service_.Ask("GET", "/b/bucket/o?prettyPrint=true&fields=kind");
  EXPECT_EQ(response.body, "{\n  \"kind\": \"storage#objects\"\n}");
}

}  // namespace
}  // namespace hyperlocal::gcs
