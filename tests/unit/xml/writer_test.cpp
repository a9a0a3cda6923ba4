#include "sdk/xml/writer.hpp"

#include <gtest/gtest.h>

#include "sdk/xml/document.hpp"

namespace smev::xml {
namespace {

TEST(Writer, escapes_text) {
  EXPECT_EQ(escape_text("a&b<c>d\r\n\t\"'Ж😀"), "a&amp;b&lt;c&gt;d&#13;\n\t\"'Ж😀");
}

TEST(Writer, escapes_attribute_values) {
  EXPECT_EQ(escape_attribute("a&b<c>d\r\n\t\"'"), "a&amp;b&lt;c>d&#13;&#10;&#9;&quot;'");
}

TEST(Writer, puts_the_replacement_character_for_what_xml_forbids) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(escape_text(std::string("a\x01z\0", 4)), "a" + r + "z" + r);
  EXPECT_EQ(escape_text("\xFFq\xC3"), r + "q" + r);
  EXPECT_EQ(escape_text("\xED\xA0\x80"), r + r + r);  // a surrogate
  EXPECT_EQ(escape_text("\xEF\xBF\xBE"), r + r + r);  // U+FFFE
  EXPECT_EQ(escape_text("\xC0\xAF"), r + r);          // overlong
  EXPECT_EQ(escape_text("\xF4\x90\x80\x80"), r + r + r + r);
  EXPECT_EQ(escape_text("\x7F\xC2\x80\xEF\xBF\xBD\xF4\x8F\xBF\xBF"),
            "\x7F\xC2\x80\xEF\xBF\xBD\xF4\x8F\xBF\xBF");
}

TEST(Writer, writes_start_and_end_tags_without_white_space) {
  Writer writer;
  writer.open("n:r").attribute("xmlns:n", "u:1&2").element("n:a", "1 < 2").open("b").close();
  EXPECT_EQ(writer.raw("<c/>").text("t").close().take(),
            "<n:r xmlns:n=\"u:1&amp;2\"><n:a>1 &lt; 2</n:a><b></b><c/>t</n:r>");
  EXPECT_EQ(writer.open("x").close().take(), "<x></x>");
}

TEST(Writer, what_it_writes_reads_back_alike) {
  const std::string text = "\t\n\r &<>\"']]>Ж😀";
  Writer writer;
  writer.open("a").attribute("b", text).text(text).close();
  const auto document = Document::parse(writer.take());
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().text(), text);
  EXPECT_EQ(document->root().attribute("b"), text);
}

TEST(WriterDeathTest, ends_the_program_on_wrong_use) {
  EXPECT_DEATH(Writer().attribute("a", "b"), "an attribute outside a start tag");
  EXPECT_DEATH(Writer().close(), "nothing is open");
  EXPECT_DEATH(Writer().open("a").take(), "an element is still open");
}

}  // namespace
}  // namespace smev::xml
