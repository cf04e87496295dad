#include "engine/composition/npm_address.h"

#include <gtest/gtest.h>

namespace hyperlocal {
namespace {

TEST(ParseNpmAddress, ReadsTheNetworksAddresses) {
  struct Case {
    const char* url;
    const char *package, *version, *path;
    bool flat = false;
    bool module = false;
  };
  for (const Case& row : {
           Case{"https://cdn.jsdelivr.net/npm/gsap@3.14.2/dist/gsap.min.js", "gsap", "3.14.2",
                "dist/gsap.min.js"},
           Case{"http://fastly.jsdelivr.net/npm/gsap", "gsap", "", ""},
           Case{"https://unpkg.com/gsap@^3.1?module#x", "gsap", "^3.1", ""},
           Case{"https://unpkg.com/@lottiefiles/dotlottie-web@0.9/dist/i.js",
                "@lottiefiles/dotlottie-web", "0.9", "dist/i.js"},
           Case{"https://www.unpkg.com/@scope/name", "@scope/name", "", ""},
           Case{"https://cdn.jsdelivr.net/npm/@scope/name/a@b.js", "@scope/name", "", "a@b.js"},
           Case{"https://cdnjs.cloudflare.com/ajax/libs/gsap/3.12.5/gsap.min.js", "gsap", "3.12.5",
                "gsap.min.js", true},
           Case{"https://cdnjs.cloudflare.com/ajax/libs/three.js/r128/three.min.js", "three",
                "0.128", "three.min.js", true},
           Case{"https://cdnjs.cloudflare.com/ajax/libs/bodymovin/5.12.2/lottie.min.js",
                "lottie-web", "5.12.2", "lottie.min.js", true},
           Case{"https://cdn.jsdelivr.net/npm/three@0.147.0/+esm", "three", "0.147.0", "", false,
                true},
           Case{"https://cdn.jsdelivr.net/npm/three@0.147/build/three.module.js/+esm", "three",
                "0.147", "build/three.module.js", false, true},
           Case{"https://esm.run/animejs@4", "animejs", "4", "", false, true},
           Case{"https://esm.sh/animejs@4.0.2?bundle", "animejs", "4.0.2", "", false, true},
           Case{"https://esm.sh/v135/three@0.147.0/es2022/three.mjs", "three", "0.147.0", "", false,
                true},
           Case{"https://esm.sh/*@scope/name@1/sub/x.js", "@scope/name", "1", "sub/x.js", false,
                true},
           Case{"https://esm.sh/vue", "vue", "", "", false, true},
           Case{"https://cdn.skypack.dev/canvas-confetti", "canvas-confetti", "", "", false, true},
           Case{"https://ga.jspm.io/npm:three@0.147.0/build/three.module.js", "three", "0.147.0",
                "build/three.module.js"},
           Case{"https://code.jquery.com/jquery-3.7.1.slim.min.js", "jquery", "3.7.1",
                "dist/jquery.slim.min.js"},
           Case{"https://d3js.org/d3.v7.min.js", "d3", "7", "dist/d3.min.js"},
       }) {
    const auto address = ParseNpmAddress(row.url);
    ASSERT_TRUE(address) << row.url;
    EXPECT_EQ(address->package, row.package) << row.url;
    EXPECT_EQ(address->version, row.version) << row.url;
    EXPECT_EQ(address->path, row.path) << row.url;
    EXPECT_EQ(address->flat_path, row.flat) << row.url;
    EXPECT_EQ(address->module, row.module) << row.url;
  }
}

TEST(ParseNpmAddress, KnowsNoOtherAddress) {
  for (const char* url :
       {"", "gsap", "file:///npm/gsap", "https://example.com/npm/gsap@3/x.js",
        "https://cdn.jsdelivr.net/gh/user/repo/x.js", "https://unpkg.com/", "https://unpkg.com",
        "https://unpkg.com.example.com/gsap", "https://cdnjs.cloudflare.com/ajax/libs/gsap",
        "https://cdnjs.cloudflare.com/ajax/libs/gsap/3.1", "https://cdnjs.cloudflare.com/x",
        "https://esm.sh/gh/user/repo", "https://code.jquery.com/ui/1.13/jquery-ui.js",
        "https://d3js.org/topojson.v1.js", "https://code.jquery.com/jquery-"}) {
    EXPECT_FALSE(ParseNpmAddress(url)) << url;
  }
}

TEST(ParseNpmAddress, RefusesWhatWouldLeaveThePackage) {
  for (const char* url :
       {"https://unpkg.com/gsap@3/../../secret", "https://unpkg.com/../gsap/x",
        "https://unpkg.com/gsap@3//etc/passwd", "https://unpkg.com/@a/b//etc/passwd",
        "https://unpkg.com//etc/passwd", "https://unpkg.com/./package.json",
        "https://cdnjs.cloudflare.com/ajax/libs/gsap/3//etc/passwd",
        "https://cdnjs.cloudflare.com/ajax/libs/../3/x", "https://unpkg.com/.bin/x",
        "https://esm.sh/../x", "https://esm.sh/a//etc/passwd",
        "https://cdn.jsdelivr.net/npm/a/../../x/+esm"}) {
    EXPECT_FALSE(ParseNpmAddress(url)) << url;
  }
}

TEST(ParseCombinedNpmAddress, ReadsTheFilesInTheirOrder) {
  const auto files = ParseCombinedNpmAddress(
      "https://cdn.jsdelivr.net/combine/npm/gsap@3.14.2/dist/gsap.min.js,npm/@a/b@1/x.js");
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].path, "dist/gsap.min.js");
  EXPECT_EQ(files[1].package, "@a/b");
  for (const char* url : {"https://cdn.jsdelivr.net/combine/gh/a/b/x.js", "https://unpkg.com/gsap",
                          "https://cdn.jsdelivr.net/combine/npm/gsap,npm/..",
                          "https://cdn.jsdelivr.net/combine/npm/gsap,gh/a/b/x.js"}) {
    EXPECT_TRUE(ParseCombinedNpmAddress(url).empty()) << url;
  }
}

TEST(NpmFileAddress, IsReadBack) {
  const auto address = ParseNpmAddress(NpmFileAddress("@a/b", "1.2.3", "files/x.woff2"));
  ASSERT_TRUE(address);
  EXPECT_EQ(address->package + " " + address->version + " " + address->path,
            "@a/b 1.2.3 files/x.woff2");
}

TEST(VersionSatisfies, ReadsVersionsAsNpmDoes) {
  struct Case {
    const char *installed, *wanted;
    bool satisfied;
  };
  for (const Case& row : {
           Case{"3.14.2", "3.14.2", true},
           Case{"3.14.2", "", true},
           Case{"3.14.2", "latest", true},
           Case{"3.14.2", "3", true},
           Case{"3.14.2", "3.14", true},
           Case{"3.14.2", "3.x", true},
           Case{"3.14.2", "3.14.1", false},
           Case{"3.14.2", "3.1", false},
           Case{"3.14.2", "2", false},
           Case{"13.1.0", "3", false},
           Case{"3.14.2", "^3.1.0", true},
           Case{"3.14.2", "^3.15", false},
           Case{"3.14.2", "^2.0.0", false},
           Case{"4.0.0", "^3.9", false},
           Case{"0.2.5", "^0.2.3", true},
           Case{"0.3.0", "^0.2.3", false},
           Case{"0.0.3", "^0.0.3", true},
           Case{"0.0.4", "^0.0.3", false},
           Case{"0.9.0", "^0", true},
           Case{"0.1.0", "^0.0", false},
           Case{"3.14.2", "~3.14.0", true},
           Case{"3.14.2", "~3.13.0", false},
           Case{"3.14.2", "~3", true},
           Case{"3.14.2", "~3.14.3", false},
           Case{"3.14.2", "next", false},
           Case{"3.14.2", ">=3.0.0", false},
           Case{"", "3", false},
           Case{"3", "3.0", false},
       }) {
    EXPECT_EQ(VersionSatisfies(row.installed, row.wanted), row.satisfied)
        << row.installed << " for " << row.wanted;
  }
}

}  // namespace
}  // namespace hyperlocal
