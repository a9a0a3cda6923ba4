#include "sdk/xml/tag_scan.hpp"

#include <gtest/gtest.h>

namespace smev::xml {
namespace {

TEST(TagScan, counts_attributes_of_the_fullest_tag) {
  EXPECT_EQ(most_attributes(""), 0u);
  EXPECT_EQ(most_attributes("<a>b=c=d</a>"), 0u);
  EXPECT_EQ(most_attributes("<a b='1'><c d='' e=\"\"/></a>"), 2u);
  EXPECT_EQ(most_attributes("<a b='c=d>' e='\"'/>"), 2u);
}

TEST(TagScan, leaves_comments_instructions_and_cdata_out) {
  EXPECT_EQ(most_attributes("<!-- <a b='' c=''> --><a b=''/>"), 1u);
  EXPECT_EQ(most_attributes("<?xml version='1.0' encoding='UTF-8'?><a/>"), 0u);
  EXPECT_EQ(most_attributes("<a><![CDATA[<b c='' d='']]><e f=''/></a>"), 1u);
}

TEST(TagScan, ends_on_broken_text) {
  EXPECT_EQ(most_attributes("<"), 0u);
  EXPECT_EQ(most_attributes("<a b='"), 1u);
  EXPECT_EQ(most_attributes("<!-- b='' c=''"), 0u);
  EXPECT_EQ(most_attributes("<![CDATA["), 0u);
}

}  // namespace
}  // namespace smev::xml
