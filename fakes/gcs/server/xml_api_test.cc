#include "fakes/gcs/server/xml_api_internal.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/gcs/server/fake_request_test_support.h"
#include "fakes/gcs/server/xml_reader_internal.h"

namespace hyperlocal::gcs {
namespace {

class XmlApi : public ::testing::Test {
 protected:
  XmlApi() { EXPECT_EQ(service_.Ask("PUT", "/bkt").status, 200); }

  HttpResponse Put(const std::string& name, const std::string& content, HttpHeaders headers = {}) {
    return service_.Ask("PUT", "/bkt/" + name, content, std::move(headers));
  }
  HttpResponse Get(const std::string& target, HttpHeaders headers = {}) {
    return service_.Ask("GET", target, "", std::move(headers));
  }
  // The answer's document. Fails the test when it is none.
  static XmlElement Document(const HttpResponse& response) {
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/xml; charset=UTF-8");
    const auto root = ReadXml(response.body);
    EXPECT_TRUE(root) << response.body;
    return root ? *root : XmlElement{};
  }
  static std::string TextOf(const XmlElement& element, std::string_view child) {
    const XmlElement* const found = element.Find(child);
    return found == nullptr ? "(absent)" : found->text;
  }
  // The Code of an error.
  static std::string CodeOf(const HttpResponse& response) {
    return TextOf(Document(response), "Code");
  }
  // Every x-goog-hash, a space after each.
  static std::string HashesOf(const HttpResponse& response) {
    std::string hashes;
    for (const HttpHeader& header : response.headers) {
      if (header.name == "x-goog-hash") hashes += header.value + " ";
    }
    return hashes;
  }
  // "a b (dir/)": the keys and the prefixes of a listing.
  static std::string Names(const XmlElement& listing) {
    std::string names;
    for (const XmlElement& element : listing.children) {
      if (element.name == "Contents" || element.name == "Version") {
        names += TextOf(element, "Key") + " ";
      }
      if (element.name == "CommonPrefixes") names += "(" + TextOf(element, "Prefix") + ") ";
    }
    if (!names.empty()) names.pop_back();
    return names;
  }

  ServiceWithoutSocket service_;
};

TEST_F(XmlApi, ServiceAndBuckets) {
  EXPECT_EQ(service_
                .Ask("PUT", "/second-bucket",
                     "<CreateBucketConfiguration><LocationConstraint>eu</LocationConstraint>"
                     "<StorageClass>Nearline</StorageClass></CreateBucketConfiguration>")
                .status,
            200);
  EXPECT_EQ(service_.store().GetBucket("second-bucket")->policy.storage_class, "NEARLINE");
  EXPECT_EQ(Document(Get("/second-bucket?location")).text, "EU");
  const XmlElement list = Document(Get("/"));
  ASSERT_NE(list.Find("Buckets"), nullptr);
  EXPECT_EQ(list.Find("Buckets")->children.size(), 2u);
  EXPECT_EQ(TextOf(list.Find("Buckets")->children[0], "Name"), "bkt");

  EXPECT_EQ(service_.Ask("HEAD", "/bkt").status, 200);
  EXPECT_EQ(service_.Ask("HEAD", "/absent").status, 404);
  const HttpResponse again = service_.Ask("PUT", "/bkt");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(CodeOf(again), "BucketAlreadyOwnedByYou");
  ASSERT_EQ(Put("x", "y").status, 200);
  const HttpResponse not_empty = service_.Ask("DELETE", "/bkt");
  EXPECT_EQ(not_empty.status, 409);
  EXPECT_EQ(CodeOf(not_empty), "BucketNotEmpty");
  EXPECT_EQ(service_.Ask("DELETE", "/second-bucket").status, 204);
  EXPECT_EQ(service_.Ask("PUT", "/bkt2", "<Nonsense/>").status, 400);
  EXPECT_EQ(service_.Ask("PUT", "/UPPER").status, 400);
}

TEST_F(XmlApi, VersioningIsSwitched) {
  EXPECT_EQ(TextOf(Document(Get("/bkt?versioning")), "Status"), "Suspended");
  EXPECT_EQ(service_
                .Ask("PUT", "/bkt?versioning",
                     "<VersioningConfiguration><Status>Enabled</Status>"
                     "</VersioningConfiguration>")
                .status,
            200);
  EXPECT_EQ(TextOf(Document(Get("/bkt?versioning")), "Status"), "Enabled");
  EXPECT_EQ(service_.Ask("PUT", "/bkt?versioning", "<VersioningConfiguration/>").status, 400);
}

TEST_F(XmlApi, AnObjectComesBackWithItsHeaders) {
  const HttpResponse put = Put("dir/obj", "content",
                               {{"Content-Type", "text/plain"},
                                {"Cache-Control", "no-store"},
                                {"Content-Disposition", "inline"},
                                {"Content-Language", "de"},
                                {"x-goog-meta-Key", "value"},
                                {"x-goog-storage-class", "NEARLINE"},
                                {"x-goog-custom-time", "2026-01-02T03:04:05Z"},
                                {"x-goog-acl", "public-read"}});
  ASSERT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(put.body, "");
  EXPECT_EQ(put.headers.Get("ETag"), "\"9a0364b9e99bb480dd25e1f0284c8555\"");
  EXPECT_EQ(HashesOf(put), "crc32c=Ya91Mw== md5=mgNkuembtIDdJeHwKEyFVQ== ")
      << "crc32c and md5 of `content`, a header each";
  EXPECT_EQ(put.headers.Get("x-goog-metageneration"), "1");
  EXPECT_FALSE(put.headers.Get("x-goog-generation").empty());

  const HttpResponse get = Get("/bkt/dir/obj");
  EXPECT_EQ(get.status, 200);
  EXPECT_EQ(BodyOf(get), "content");
  EXPECT_EQ(HashesOf(get), HashesOf(put));
  for (const HttpHeader& expected : HttpHeaders{{"Content-Type", "text/plain"},
                                                {"Cache-Control", "no-store"},
                                                {"Content-Disposition", "inline"},
                                                {"Content-Language", "de"},
                                                {"x-goog-meta-key", "value"},
                                                {"x-goog-storage-class", "NEARLINE"},
                                                {"x-goog-stored-content-encoding", "identity"},
                                                {"x-goog-stored-content-length", "7"},
                                                {"ETag", "\"9a0364b9e99bb480dd25e1f0284c8555\""},
                                                {"Accept-Ranges", "bytes"}}) {
    EXPECT_EQ(get.headers.Get(expected.name), expected.value) << expected.name;
  }
  EXPECT_EQ(get.headers.Get("x-goog-custom-time").substr(0, 19), "2026-01-02T03:04:05");
  EXPECT_EQ(service_.Ask("HEAD", "/bkt/dir/obj").headers.Get("ETag"), get.headers.Get("ETag"));
  EXPECT_NE(service_.store().GetObject({{"bkt", "dir/obj"}, {}})->fields.acl.find("allUsers"),
            std::string::npos);
}

TEST_F(XmlApi, NamesAreTheRestOfThePath) {
  for (const std::string target : {"/bkt//lead", "/bkt/a//b", "/bkt/a%2Fc", "/bkt/..%2F..%2Fx",
                                   "/bkt/n%0Al", "/bkt/%3Fq", "/bkt/dir/"}) {
    ASSERT_EQ(service_.Ask("PUT", target, target).status, 200) << target;
    EXPECT_EQ(BodyOf(Get(target)), target);
  }
  for (const char* const name : {"/lead", "a//b", "a/c", "../../x", "n\nl", "?q", "dir/"}) {
    EXPECT_TRUE(service_.store().GetObject({{"bkt", name}, {}})) << name;
  }
  const HttpResponse broken = Get("/bkt/%zz");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(CodeOf(broken), "InvalidURI");
}

TEST_F(XmlApi, TheBucketMayBeInTheHost) {
  ASSERT_EQ(Put("obj", "content").status, 200);
  for (const char* const host : {"bkt.storage.googleapis.com", "bkt.storage.localhost:4443"}) {
    EXPECT_EQ(BodyOf(Get("/obj", {{"Host", host}})), "content") << host;
    EXPECT_EQ(Names(Document(Get("/", {{"Host", host}}))), "obj") << host;
  }
}

TEST_F(XmlApi, WhatIsMissingIsNamed) {
  const HttpResponse no_object = Get("/bkt/absent");
  EXPECT_EQ(no_object.status, 404);
  const XmlElement error = Document(no_object);
  EXPECT_EQ(error.name, "Error");
  EXPECT_EQ(TextOf(error, "Code"), "NoSuchKey");
  EXPECT_EQ(TextOf(error, "Message"), "The specified key does not exist.");
  EXPECT_EQ(TextOf(error, "Details"), "No such object: bkt/absent");
  const HttpResponse no_bucket = Get("/absent/obj");
  EXPECT_EQ(no_bucket.status, 404);
  EXPECT_EQ(CodeOf(no_bucket), "NoSuchBucket");
  EXPECT_EQ(CodeOf(service_.Ask("PUT", "/absent/obj", "x")), "NoSuchBucket");
  EXPECT_EQ(CodeOf(service_.Ask("PATCH", "/bkt/obj", "x")), "MethodNotAllowed");
  const HttpResponse acl = Get("/bkt/obj?acl");
  EXPECT_EQ(acl.status, 501);
  EXPECT_EQ(CodeOf(acl), "NotImplemented");
}

TEST_F(XmlApi, Ranges) {
  ASSERT_EQ(Put("obj", "0123456789").status, 200);
  const HttpResponse part = Get("/bkt/obj", {{"Range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(BodyOf(part), "234");
  EXPECT_EQ(part.headers.Get("Content-Range"), "bytes 2-4/10");
  EXPECT_EQ(BodyOf(Get("/bkt/obj", {{"Range", "bytes=-3"}})), "789");
  const HttpResponse beyond = Get("/bkt/obj", {{"Range", "bytes=10-"}});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.headers.Get("Content-Range"), "bytes */10");
  EXPECT_EQ(CodeOf(beyond), "InvalidRange");
}

TEST_F(XmlApi, PreconditionsInHeadersAndInTheQuery) {
  const std::string generation(Put("obj", "1").headers.Get("x-goog-generation"));
  EXPECT_EQ(Put("obj", "2", {{"x-goog-if-generation-match", "0"}}).status, 412);
  EXPECT_EQ(CodeOf(Put("obj", "2", {{"x-goog-if-generation-match", "0"}})), "PreconditionFailed");
  EXPECT_EQ(service_.Ask("PUT", "/bkt/obj?ifGenerationMatch=0", "2").status, 412);
  EXPECT_EQ(Put("obj", "2", {{"x-goog-if-metageneration-match", "2"}}).status, 412);
  EXPECT_EQ(Put("obj", "2", {{"x-goog-if-generation-match", "one"}}).status, 400);
  // As the Go client reads.
  EXPECT_EQ(Get("/bkt/obj?ifGenerationMatch=" + generation).status, 200);
  EXPECT_EQ(Get("/bkt/obj?ifGenerationMatch=1").status, 412);
  EXPECT_EQ(Get("/bkt/obj?ifGenerationNotMatch=" + generation).status, 304);
  EXPECT_EQ(Get("/bkt/obj?generation=" + generation).status, 200);
  EXPECT_EQ(Get("/bkt/obj?generation=1").status, 404);
  EXPECT_EQ(Put("obj", "2", {{"x-goog-if-generation-match", generation}}).status, 200);
  EXPECT_EQ(
      service_.Ask("DELETE", "/bkt/obj", "", {{"x-goog-if-generation-match", generation}}).status,
      412);
  EXPECT_EQ(service_.Ask("DELETE", "/bkt/obj").status, 204);
  EXPECT_EQ(service_.Ask("DELETE", "/bkt/obj").status, 404);
}

TEST_F(XmlApi, ConditionsOfHttp) {
  ASSERT_EQ(Put("obj", "content").status, 200);
  const std::string etag = "\"9a0364b9e99bb480dd25e1f0284c8555\"";
  const HttpResponse same = Get("/bkt/obj", {{"If-None-Match", "\"x\", " + etag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.headers.Get("ETag"), etag);
  EXPECT_EQ(Get("/bkt/obj", {{"If-None-Match", "\"x\""}}).status, 200);
  EXPECT_EQ(Get("/bkt/obj", {{"If-Match", etag}}).status, 200);
  EXPECT_EQ(Get("/bkt/obj", {{"If-Match", "\"x\""}}).status, 412);
  EXPECT_EQ(Get("/bkt/obj", {{"If-Match", "*"}}).status, 200);
  const std::string modified(Get("/bkt/obj").headers.Get("Last-Modified"));
  EXPECT_EQ(Get("/bkt/obj", {{"If-Modified-Since", modified}}).status, 304);
  EXPECT_EQ(Get("/bkt/obj", {{"If-Unmodified-Since", modified}}).status, 200);
  const std::string before = "Thu, 01 Jan 1970 00:00:00 GMT";
  EXPECT_EQ(Get("/bkt/obj", {{"If-Modified-Since", before}}).status, 200);
  EXPECT_EQ(Get("/bkt/obj", {{"If-Unmodified-Since", before}}).status, 412);
  EXPECT_EQ(Get("/bkt/obj", {{"If-Modified-Since", "yesterday"}}).status, 200);
}

TEST_F(XmlApi, ChecksumsThatDoNotMatchAreBadDigests) {
  const HttpHeaders good{{"Content-MD5", "mgNkuembtIDdJeHwKEyFVQ=="},
                         {"x-goog-hash", "crc32c=Ya91Mw=="}};
  EXPECT_EQ(Put("obj", "content", good).status, 200);
  const HttpResponse bad = Put("obj2", "Content", good);
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(CodeOf(bad), "BadDigest");
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "obj2"}, {}}));
}

TEST_F(XmlApi, ContentLengthRange) {
  const HttpHeaders range{{"x-goog-content-length-range", "2,4"}};
  EXPECT_EQ(CodeOf(Put("obj", "1", range)), "EntityTooSmall");
  EXPECT_EQ(CodeOf(Put("obj", "12345", range)), "EntityTooLarge");
  EXPECT_EQ(Put("obj", "12", range).status, 200);
  EXPECT_EQ(Put("obj", "1234", range).status, 200);
  EXPECT_EQ(Put("obj", "12", {{"x-goog-content-length-range", "4,2"}}).status, 400);
}

TEST_F(XmlApi, ATruncatedBodyIsNoObject) {
  FakeHttpRequest request("PUT", "/bkt/obj", "content");
  request.breaks_at = 3;
  service_.Answer(request);
  EXPECT_FALSE(service_.store().GetObject({{"bkt", "obj"}, {}}));
}

TEST_F(XmlApi, CopiesWithTheirDescriptionOrAnother) {
  ASSERT_EQ(Put("a/src", "content", {{"Content-Type", "text/x"}, {"x-goog-meta-k", "v"}}).status,
            200);
  const HttpResponse copied =
      service_.Ask("PUT", "/bkt/copy", "", {{"x-goog-copy-source", "/bkt/a%2Fsrc"}});
  ASSERT_EQ(copied.status, 200) << copied.body;
  EXPECT_EQ(TextOf(Document(copied), "ETag"), "\"9a0364b9e99bb480dd25e1f0284c8555\"");
  EXPECT_EQ(Get("/bkt/copy").headers.Get("Content-Type"), "text/x");
  EXPECT_EQ(Get("/bkt/copy").headers.Get("x-goog-meta-k"), "v");
  EXPECT_EQ(service_
                .Ask("PUT", "/bkt/replaced", "",
                     {{"x-goog-copy-source", "bkt/a/src"},
                      {"x-goog-metadata-directive", "REPLACE"},
                      {"Content-Type", "text/y"}})
                .status,
            200);
  EXPECT_EQ(Get("/bkt/replaced").headers.Get("Content-Type"), "text/y");
  EXPECT_FALSE(Get("/bkt/replaced").headers.Has("x-goog-meta-k"));

  const auto copy = [this](HttpHeaders headers) {
    headers.Add("x-goog-copy-source", "/bkt/a/src");
    return service_.Ask("PUT", "/bkt/c", "", std::move(headers));
  };
  EXPECT_EQ(copy({{"x-goog-copy-source-if-generation-match", "1"}}).status, 412);
  EXPECT_EQ(copy({{"x-goog-copy-source-if-match", "\"x\""}}).status, 412);
  EXPECT_EQ(copy({{"x-goog-metadata-directive", "MERGE"}}).status, 400);
  const HttpResponse missing =
      service_.Ask("PUT", "/bkt/c", "", {{"x-goog-copy-source", "/bkt/absent"}});
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(missing.body.find("bkt/absent"), std::string::npos) << missing.body;
  EXPECT_EQ(service_.Ask("PUT", "/bkt/c", "", {{"x-goog-copy-source", "nothing"}}).status, 400);
}

class XmlListing : public XmlApi {
 protected:
  XmlListing() {
    for (const char* const name : {"a", "dir/1", "dir/2", "dir2/x", "e%20f", "z"}) {
      EXPECT_EQ(Put(name, "x").status, 200);
    }
  }
};

TEST_F(XmlListing, OfTheFirstVersionGoesOnBehindAMarker) {
  const XmlElement first = Document(Get("/bkt?max-keys=2&delimiter=/"));
  EXPECT_EQ(first.name, "ListBucketResult");
  EXPECT_EQ(Names(first), "a (dir/)");
  EXPECT_EQ(TextOf(first, "IsTruncated"), "true");
  EXPECT_EQ(TextOf(first, "MaxKeys"), "2");
  EXPECT_EQ(TextOf(first, "NextMarker"), "dir/");
  const XmlElement second = Document(Get("/bkt?max-keys=2&delimiter=/&marker=dir/"));
  EXPECT_EQ(Names(second), "e f (dir2/)");
  EXPECT_EQ(TextOf(second, "NextMarker"), "e f");
  const XmlElement third = Document(Get("/bkt?max-keys=2&delimiter=/&marker=e%20f"));
  EXPECT_EQ(Names(third), "z");
  EXPECT_EQ(TextOf(third, "IsTruncated"), "false");
  EXPECT_EQ(TextOf(third, "NextMarker"), "(absent)");
}

TEST_F(XmlListing, ContentsHaveWhatIsKnownOfAnObject) {
  const XmlElement list = Document(Get("/bkt?prefix=z"));
  const XmlElement* const object = list.Find("Contents");
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(TextOf(*object, "Key"), "z");
  EXPECT_EQ(TextOf(*object, "Size"), "1");
  EXPECT_EQ(TextOf(*object, "ETag"), "\"9dd4e461268c8034f5c8564e155c67a6\"");
  EXPECT_EQ(TextOf(*object, "MetaGeneration"), "1");
  EXPECT_EQ(TextOf(*object, "Generation"),
            std::string(Get("/bkt/z").headers.Get("x-goog-generation")));
}

TEST_F(XmlListing, OfTheSecondVersionGoesOnWithAToken) {
  const XmlElement first = Document(Get("/bkt?list-type=2&max-keys=3&delimiter=/"));
  EXPECT_EQ(Names(first), "a (dir/) (dir2/)");
  EXPECT_EQ(TextOf(first, "KeyCount"), "3");
  const std::string token = TextOf(first, "NextContinuationToken");
  const XmlElement second = Document(
      Get("/bkt?list-type=2&max-keys=3&delimiter=/&continuation-token=" + PercentEncode(token)));
  EXPECT_EQ(Names(second), "e f z");
  EXPECT_EQ(TextOf(second, "IsTruncated"), "false");
  EXPECT_EQ(Names(Document(Get("/bkt?list-type=2&start-after=dir/2"))), "dir2/x e f z");
  EXPECT_EQ(Get("/bkt?list-type=2&continuation-token=garbage").status, 400);
}

TEST_F(XmlListing, NamesMayBeEncoded) {
  ASSERT_EQ(Put("n%0Al", "x").status, 200);
  EXPECT_EQ(Names(Document(Get("/bkt?encoding-type=url&prefix=e"))), "e%20f");
  EXPECT_EQ(Names(Document(Get("/bkt?encoding-type=url&prefix=n"))), "n%0Al");
  EXPECT_EQ(TextOf(Document(Get("/bkt?encoding-type=url&prefix=n")), "EncodingType"), "url");
  EXPECT_EQ(Names(Document(Get("/bkt?encoding-type=url&prefix=dir/"))), "dir/1 dir/2");
  EXPECT_EQ(Get("/bkt?encoding-type=base64").status, 400);
}

TEST_F(XmlListing, LimitsAreKept) {
  EXPECT_EQ(Names(Document(Get("/bkt?max-keys=0"))), "");
  EXPECT_EQ(TextOf(Document(Get("/bkt?max-keys=0")), "IsTruncated"), "false");
  EXPECT_EQ(TextOf(Document(Get("/bkt?max-keys=5000")), "MaxKeys"), "1000");
  EXPECT_EQ(Get("/bkt?max-keys=-1").status, 400);
  EXPECT_EQ(Get("/bkt?max-keys=x").status, 400);
  EXPECT_EQ(CodeOf(Get("/absent?max-keys=0")), "NoSuchBucket");
}

TEST_F(XmlListing, VersionsAreShownWithTheNewestMarked) {
  ASSERT_EQ(service_
                .Ask("PUT", "/bkt?versioning",
                     "<VersioningConfiguration><Status>Enabled</Status>"
                     "</VersioningConfiguration>")
                .status,
            200);
  ASSERT_EQ(Put("a", "newer").status, 200);
  const XmlElement list = Document(Get("/bkt?versions&prefix=a"));
  ASSERT_EQ(Names(list), "a a");
  std::string latest;
  for (const XmlElement& element : list.children) {
    if (element.name == "Version") latest += TextOf(element, "IsLatest") + " ";
  }
  EXPECT_EQ(latest, "false true ");
}

TEST_F(XmlListing, ManyObjectsAreDeletedAtOnce) {
  const HttpResponse response =
      service_.Ask("POST", "/bkt?delete",
                   "<Delete><Object><Key>a</Key></Object><Object><Key>dir/1</Key></Object>"
                   "<Object><Key>absent</Key></Object></Delete>");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(Document(response).children.size(), 3u);
  EXPECT_EQ(Names(Document(Get("/bkt"))), "dir/2 dir2/x e f z");
  const HttpResponse quiet = service_.Ask(
      "POST", "/bkt?delete", "<Delete><Quiet>true</Quiet><Object><Key>z</Key></Object></Delete>");
  EXPECT_TRUE(Document(quiet).children.empty());
  EXPECT_EQ(service_.Ask("POST", "/bkt?delete", "<Delete/>").status, 400);
}

class XmlResumable : public XmlApi {
 protected:
  std::string Start(HttpHeaders headers = {}) {
    headers.Add("x-goog-resumable", "start");
    const HttpResponse begun = service_.Ask("POST", "/bkt/dir/up", "", std::move(headers));
    EXPECT_EQ(begun.status, 201) << begun.body;
    const std::string location(begun.headers.Get("Location"));
    EXPECT_TRUE(location.starts_with("http://storage.test/bkt/dir/up?upload_id=")) << location;
    return location.substr(std::string("http://storage.test").size());
  }
};

TEST_F(XmlResumable, PartsAndQueries) {
  const std::string session = Start({{"Content-Type", "text/plain"}, {"x-goog-meta-k", "v"}});
  FakeHttpRequest first("PUT", session, std::string(262'144, 'x'),
                        {{"Content-Range", "bytes 0-262143/*"}});
  first.piece = 100'000;
  const HttpResponse incomplete = service_.Answer(first);
  EXPECT_EQ(incomplete.status, 308);
  EXPECT_EQ(incomplete.headers.Get("Range"), "bytes=0-262143");
  EXPECT_EQ(service_.Ask("PUT", session, "", {{"Content-Range", "bytes */*"}}).status, 308);
  const HttpResponse done =
      service_.Ask("PUT", session, "end", {{"Content-Range", "bytes 262144-262146/262147"}});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_FALSE(done.headers.Get("x-goog-generation").empty());
  const HttpResponse object = Get("/bkt/dir/up");
  EXPECT_EQ(object.headers.Get("x-goog-stored-content-length"), "262147");
  EXPECT_EQ(object.headers.Get("Content-Type"), "text/plain");
  EXPECT_EQ(object.headers.Get("x-goog-meta-k"), "v");
}

TEST_F(XmlResumable, PreconditionsAreJudgedAtTheEndAndInXml) {
  ASSERT_EQ(Put("dir/up", "there").status, 200);
  const std::string session = Start({{"x-goog-if-generation-match", "0"}});
  const HttpResponse refused = service_.Ask("PUT", session, "content");
  EXPECT_EQ(refused.status, 412);
  EXPECT_EQ(CodeOf(refused), "PreconditionFailed");
}

TEST_F(XmlResumable, CancelledAndUnknownOnes) {
  const std::string session = Start();
  EXPECT_EQ(service_.Ask("DELETE", session).status, 499);
  EXPECT_EQ(service_.Ask("PUT", session, "content").status, 404);
  EXPECT_EQ(CodeOf(service_.Ask("PUT", "/bkt/dir/up?upload_id=nonsense", "x")), "NoSuchUpload");
}

class XmlMultipart : public XmlApi {
 protected:
  std::string Initiate(const std::string& name, HttpHeaders headers = {}) {
    const HttpResponse begun =
        service_.Ask("POST", "/bkt/" + name + "?uploads", "", std::move(headers));
    EXPECT_EQ(begun.status, 200) << begun.body;
    const XmlElement result = Document(begun);
    EXPECT_EQ(TextOf(result, "Bucket"), "bkt");
    return TextOf(result, "UploadId");
  }
  HttpResponse PutPart(const std::string& name, const std::string& id, int number,
                       const std::string& content, HttpHeaders headers = {}) {
    FakeHttpRequest request(
        "PUT", "/bkt/" + name + "?partNumber=" + std::to_string(number) + "&uploadId=" + id,
        content, std::move(headers));
    request.piece = 1'000'000;
    return service_.Answer(request);
  }
  // `parts`: number and ETag.
  HttpResponse Complete(const std::string& name, const std::string& id,
                        const std::vector<std::pair<int, std::string>>& parts,
                        HttpHeaders headers = {}) {
    std::string body = "<CompleteMultipartUpload>";
    for (const auto& [number, etag] : parts) {
      body += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + etag +
              "</ETag></Part>";
    }
    return service_.Ask("POST", "/bkt/" + name + "?uploadId=" + id,
                        body + "</CompleteMultipartUpload>", std::move(headers));
  }
  static std::string EtagOf(const HttpResponse& part) {
    return std::string(part.headers.Get("ETag"));
  }
};

TEST_F(XmlMultipart, PartsBecomeOneObject) {
  const std::string id =
      Initiate("big%20obj", {{"Content-Type", "video/mp4"}, {"x-goog-meta-k", "v"}});
  const std::string large(5 << 20, 'L');
  const HttpResponse second = PutPart("big%20obj", id, 7, "end");
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(EtagOf(second), "\"7f021a1415b86f2d013b2618fb31ae53\"");  // md5 of `end`
  const HttpResponse first = PutPart("big%20obj", id, 2, large);
  // Nothing is there before it is completed.
  EXPECT_EQ(Get("/bkt/big%20obj").status, 404);
  EXPECT_EQ(Names(Document(Get("/bkt"))), "");

  const HttpResponse done = Complete("big%20obj", id, {{2, EtagOf(first)}, {7, EtagOf(second)}});
  ASSERT_EQ(done.status, 200) << done.body;
  const XmlElement result = Document(done);
  EXPECT_EQ(result.name, "CompleteMultipartUploadResult");
  EXPECT_EQ(TextOf(result, "Key"), "big obj");
  EXPECT_EQ(TextOf(result, "Location"), "http://storage.test/bkt/big%20obj");
  const HttpResponse object = Get("/bkt/big%20obj");
  EXPECT_EQ(BodyOf(object), large + "end");
  EXPECT_EQ(object.headers.Get("Content-Type"), "video/mp4");
  EXPECT_EQ(object.headers.Get("x-goog-meta-k"), "v");
  EXPECT_EQ(object.headers.Get("x-goog-component-count"), "2");
  EXPECT_EQ(HashesOf(object).find("md5"), std::string::npos);
  // It is over.
  EXPECT_EQ(Complete("big%20obj", id, {{2, ""}}).status, 404);
  EXPECT_EQ(PutPart("big%20obj", id, 1, "x").status, 404);
  EXPECT_EQ(Document(Get("/bkt?uploads")).Find("Upload"), nullptr);
}

TEST_F(XmlMultipart, APartThatIsSentAgainReplacesTheFirst) {
  const std::string id = Initiate("obj");
  const HttpResponse old = PutPart("obj", id, 1, "old");
  const HttpResponse newer = PutPart("obj", id, 1, "new");
  EXPECT_EQ(CodeOf(Complete("obj", id, {{1, EtagOf(old)}})), "InvalidPart");
  EXPECT_EQ(Complete("obj", id, {{1, EtagOf(newer)}}).status, 200);
  EXPECT_EQ(BodyOf(Get("/bkt/obj")), "new");
}

TEST_F(XmlMultipart, PartsAreListedInPages) {
  const std::string id = Initiate("obj");
  for (const int number : {3, 1, 2}) PutPart("obj", id, number, std::string(10, 'x'));
  const XmlElement list = Document(Get("/bkt/obj?uploadId=" + id + "&max-parts=2"));
  std::string numbers;
  for (const XmlElement& element : list.children) {
    if (element.name == "Part") {
      numbers += TextOf(element, "PartNumber") + ":" + TextOf(element, "Size") + " ";
    }
  }
  EXPECT_EQ(numbers, "1:10 2:10 ");
  EXPECT_EQ(TextOf(list, "IsTruncated"), "true");
  EXPECT_EQ(TextOf(list, "NextPartNumberMarker"), "2");
  const XmlElement rest =
      Document(Get("/bkt/obj?uploadId=" + id + "&max-parts=2&part-number-marker=2"));
  EXPECT_EQ(TextOf(*rest.Find("Part"), "PartNumber"), "3");
  EXPECT_EQ(TextOf(rest, "IsTruncated"), "false");
}

TEST_F(XmlMultipart, UploadsAreListedByKey) {
  const std::string b = Initiate("b");
  const std::string a = Initiate("a");
  Initiate("dir/x");
  Initiate("dir/y");
  const auto keys = [this](const std::string& query) {
    std::string names;
    for (const XmlElement& element : Document(Get("/bkt?uploads" + query)).children) {
      if (element.name == "Upload") names += TextOf(element, "Key") + " ";
      if (element.name == "CommonPrefixes") names += "(" + TextOf(element, "Prefix") + ") ";
    }
    return names;
  };
  EXPECT_EQ(keys(""), "a b dir/x dir/y ");
  EXPECT_EQ(keys("&prefix=dir/"), "dir/x dir/y ");
  EXPECT_EQ(keys("&delimiter=/"), "a b (dir/) ");
  EXPECT_EQ(keys("&max-uploads=1"), "a ");
  EXPECT_EQ(keys("&key-marker=a"), "b dir/x dir/y ");
  EXPECT_EQ(service_.Ask("DELETE", "/bkt/a?uploadId=" + a).status, 204);
  EXPECT_EQ(keys("&delimiter=/"), "b (dir/) ");
}

TEST_F(XmlMultipart, AnAbortedUploadIsGone) {
  const std::string id = Initiate("obj");
  PutPart("obj", id, 1, "x");
  EXPECT_EQ(service_.Ask("DELETE", "/bkt/obj?uploadId=" + id).status, 204);
  EXPECT_EQ(CodeOf(Complete("obj", id, {{1, ""}})), "NoSuchUpload");
  EXPECT_EQ(service_.Ask("DELETE", "/bkt/obj?uploadId=" + id).status, 404);
  const auto left = service_.store().ListUploads("bkt", "xml-");
  ASSERT_TRUE(left);
  EXPECT_TRUE(left->empty());
}

TEST_F(XmlMultipart, WhatDoesNotFitIsRefused) {
  const std::string id = Initiate("obj");
  EXPECT_EQ(PutPart("obj", id, 0, "x").status, 400);
  EXPECT_EQ(PutPart("obj", id, 10'001, "x").status, 400);
  EXPECT_EQ(PutPart("other", id, 1, "x").status, 404);  // it is of another object
  EXPECT_EQ(CodeOf(PutPart("obj", id, 1, "x", {{"Content-MD5", "mgNkuembtIDdJeHwKEyFVQ=="}})),
            "BadDigest");
  EXPECT_EQ(CodeOf(Complete("obj", id, {{1, ""}})), "InvalidPart");
  PutPart("obj", id, 1, "small");
  PutPart("obj", id, 2, "last");
  EXPECT_EQ(CodeOf(Complete("obj", id, {{2, ""}, {1, ""}})), "InvalidPartOrder");
  EXPECT_EQ(CodeOf(Complete("obj", id, {{1, ""}, {2, ""}})), "EntityTooSmall");
  EXPECT_EQ(CodeOf(service_.Ask("POST", "/bkt/obj?uploadId=" + id, "<nonsense")), "MalformedXML");
  EXPECT_EQ(Complete("obj", id, {{2, ""}}, {{"x-goog-if-generation-match", "5"}}).status, 412);
  EXPECT_EQ(Complete("obj", id, {{2, ""}}).status, 200);
  EXPECT_EQ(BodyOf(Get("/bkt/obj")), "last");
}

TEST_F(XmlMultipart, ABrokenPartIsNotThere) {
  const std::string id = Initiate("obj");
  FakeHttpRequest request("PUT", "/bkt/obj?partNumber=1&uploadId=" + id, "content");
  request.breaks_at = 3;
  service_.Answer(request);
  EXPECT_EQ(Document(Get("/bkt/obj?uploadId=" + id)).Find("Part"), nullptr);
  const auto left = service_.store().ListUploads("bkt", "xml-part");
  ASSERT_TRUE(left);
  EXPECT_TRUE(left->empty());
}

}  // namespace
}  // namespace hyperlocal::gcs
