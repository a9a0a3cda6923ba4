#include "sdk/smev3/xop.hpp"

#include <gtest/gtest.h>

#include "sdk/base/bytes.hpp"

namespace smev::smev3 {
namespace {

const std::string kInclude =
    "<xop:Include xmlns:xop=\"http://www.w3.org/2004/08/xop/include\" href=\"";

std::string root_with(const std::string& href) {
  return "<r xmlns=\"urn:r\"><c>" + kInclude + href + "\"/></c><d>text</d></r>";
}

Part part(const std::string& id, const std::string& body) { return {"application/x", id, body}; }

TEST(Xop, puts_the_part_in_place_as_base64_without_line_breaks) {
  const std::string octets(300, '\x01');
  const auto root = inline_xop_parts(root_with("cid:p1"), {part("p1", octets)});
  ASSERT_TRUE(root) << root.error().describe();
  EXPECT_EQ(*root, "<r xmlns=\"urn:r\"><c>" + base64_encode(octets) + "</c><d>text</d></r>");
}

TEST(Xop, understands_escapes_in_the_reference) {
  const auto root =
      inline_xop_parts(root_with("CID:a%40b%3Cc%3e"), {part("other", "no"), part("a@b<c>", "yes")});
  ASSERT_TRUE(root) << root.error().describe();
  EXPECT_NE(root->find("<c>" + base64_encode("yes") + "</c>"), std::string::npos);
}

TEST(Xop, takes_an_identifier_that_holds_a_percent_sign_as_it_is) {
  EXPECT_TRUE(inline_xop_parts(root_with("cid:100%"), {part("100%", "x")}));
  EXPECT_TRUE(inline_xop_parts(root_with("cid:a%20b"), {part("a%20b", "x")}));
}

TEST(Xop, leaves_a_root_without_includes_untouched) {
  const std::string root = "<r  a='1' ><b/></r >\n";
  EXPECT_EQ(*inline_xop_parts(root, {}), root);
}

TEST(Xop, replaces_all_includes_and_keeps_empty_parts_empty) {
  const std::string root = "<r>" + kInclude + "cid:a\"/>" + kInclude + "cid:b\"/></r>";
  EXPECT_EQ(*inline_xop_parts(root, {part("a", ""), part("b", "1")}), "<r>MQ==</r>");
}

TEST(Xop, refuses_missing_parts_and_other_schemes) {
  for (const char* href : {"cid:none", "http://host/p1", "", "cid:", "p1"}) {
    const auto root = inline_xop_parts(root_with(href), {part("p1", "x"), part("", "anonymous")});
    ASSERT_FALSE(root) << href;
    EXPECT_EQ(root.error().code, ErrorCode::bad_answer);
  }
  EXPECT_FALSE(inline_xop_parts(kInclude + "cid:p1\"/>", {part("p1", "x")}));
  EXPECT_FALSE(inline_xop_parts("<r xmlns:x=\"http://www.w3.org/2004/08/xop/include\">", {}));
}

TEST(Xop, the_texts_together_may_reach_the_limit_and_no_more) {
  const std::string root = "<r>" + kInclude + "cid:p\"/>" + kInclude + "cid:p\"/></r>";
  const std::vector<Part> parts = {part("p", "123")};  // twice four characters
  EXPECT_TRUE(inline_xop_parts(root, parts, 8));
  const auto more = inline_xop_parts(root, parts, 7);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::bad_answer);
}

TEST(Xop, angle_brackets_go_only_in_pairs) {
  EXPECT_EQ(without_angle_brackets(" <a> "), "a");
  EXPECT_EQ(without_angle_brackets("a"), "a");
  EXPECT_EQ(without_angle_brackets("<a"), "<a");
  EXPECT_EQ(without_angle_brackets("<>"), "");
}

}  // namespace
}  // namespace smev::smev3
