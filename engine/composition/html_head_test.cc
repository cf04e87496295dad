#include <gtest/gtest.h>

#include <string>

#include "engine/composition/page_server.h"

namespace hyperlocal {
namespace {

// Where the tag is to stand is marked by ^.
TEST(InjectIntoHead, PutsTheTagWhereABrowserBeginsTheHead) {
  for (const std::string marked : {
           // The head as it is written.
           "<!doctype html><html><head>^<title>x</title></head></html>",
           "<!DOCTYPE HTML>\n<HTML lang=en>\n<HEAD>^\n<title>",
           "<head>^",
           "<html><head\n profile='x>y' data-a=\"1>0\">^<script>",
           "<html data-json='{\"a\":\"<head>\"}'><head>^",
           "<html data-x=it's><head>^<p title=\"it's\">",
           "<!-- <head> --><html><!-- > --><head>^<title>",
           "<?xml version=\"1.0\"?><!doctype html><html><head>^",
           "\xef\xbb\xbf<!doctype html><head>^",
           // None is written: behind what comes before it.
           "<!doctype html><html>^<body><p>x",
           "<!doctype html>^<p>x",
           "<!doctype html>^<header>x</header>",
           "<html>^<body><header>x</header>",
           "<html/>^<p>",
           "\xef\xbb\xbf^<p>",
           "^<p>x",
           "^",
           "^plain text",
           // A <head> that is none.
           "<!doctype html>^<script>const t = '<head><p>';</script>",
           "<html>^<body><template><head></head></template>",
           "^text <head>",
           // What never ends.
           "<!doctype html>^<!-- <head>",
           "<!doctype html><html>^<head data-x=\"",
           "<!doctype html>^<html ",
           "^<",
           "^<!",
       }) {
    const std::size_t at = marked.find('^');
    const std::string html = marked.substr(0, at) + marked.substr(at + 1);
    std::string expected = marked;
    expected.replace(at, 1, "<script></script>");
    EXPECT_EQ(InjectIntoHead(html, "<script></script>"), expected);
  }
}

}  // namespace
}  // namespace hyperlocal
