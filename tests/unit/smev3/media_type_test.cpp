#include "sdk/smev3/media_type.hpp"

#include <gtest/gtest.h>

namespace smev::smev3 {
namespace {

TEST(MediaType, reads_name_and_parameters_in_any_case) {
  const MediaType type = parse_media_type("Text/XML; CharSet=UTF-8");
  EXPECT_EQ(type.name, "text/xml");
  EXPECT_EQ(type.parameter("charset"), "UTF-8");
  EXPECT_TRUE(type.is_xml());
  EXPECT_FALSE(type.is_multipart());
}

TEST(MediaType, keeps_a_semicolon_inside_quotes) {
  const MediaType type =
      parse_media_type("multipart/related; boundary=\"a;b\\\"c\" ; start=\"<x>\"");
  EXPECT_EQ(type.parameter("boundary"), "a;b\"c");
  EXPECT_EQ(type.parameter("start"), "<x>");
  EXPECT_TRUE(type.is_multipart());
}

TEST(MediaType, takes_values_without_quotes_up_to_the_semicolon) {
  const MediaType type = parse_media_type("multipart/related;boundary = uuid:1-2 ;type=text/xml");
  EXPECT_EQ(type.parameter("boundary"), "uuid:1-2");
  EXPECT_EQ(type.parameter("type"), "text/xml");
}

TEST(MediaType, the_first_parameter_of_a_name_counts) {
  EXPECT_EQ(parse_media_type("a/b; x=1; X=2").parameter("x"), "1");
}

TEST(MediaType, survives_what_is_no_media_type) {
  for (const char* odd : {"", ";", ";;;", "=", "a/b;=", "a/b;x=\"", "a/b;x=\"\\", "a/b; x; y=1"}) {
    EXPECT_NO_FATAL_FAILURE(parse_media_type(odd)) << odd;
  }
  EXPECT_EQ(parse_media_type("a/b; x; y=1").parameter("y"), "1");
  EXPECT_EQ(parse_media_type("").parameter("boundary"), "");
}

TEST(MediaType, knows_the_kinds_of_xml) {
  EXPECT_TRUE(parse_media_type("application/xop+xml; type=\"text/xml\"").is_xml());
  EXPECT_TRUE(parse_media_type("application/soap+xml").is_xml());
  EXPECT_FALSE(parse_media_type("text/html").is_xml());
  EXPECT_FALSE(parse_media_type("application/xml-dtd").is_xml());
}

}  // namespace
}  // namespace smev::smev3
