#include "sdk/xml/document.hpp"

#include <gtest/gtest.h>
#include <libxml/tree.h>
#include <libxml/valid.h>

#include <thread>

namespace smev::xml {
namespace {

Document parsed(const std::string& text) {
  auto document = Document::parse(text);
  EXPECT_TRUE(document) << (document ? "" : document.error().detail);
  return *std::move(document);
}

Error refused(const std::string& text, const Limits& limits = {}) {
  const auto document = Document::parse(text, limits);
  EXPECT_FALSE(document) << text.substr(0, 80);
  return document ? Error{} : document.error();
}

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += "<a>";
  for (int i = 0; i < depth; ++i) text += "</a>";
  return text;
}

std::string siblings(int count) {
  std::string text = "<r>";
  for (int i = 0; i < count; ++i) text += "<a/>";
  return text + "</r>";
}

TEST(Document, reads_names_namespaces_texts_and_attributes) {
  const Document document = parsed(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<p:r xmlns:p=\"u:1\" a='1' "
      "p:a='2'>x<![CDATA[<y>]]>"
      "<c>Привет</c><!-- no --><p:c>z</p:c><c/></p:r>");
  const Element root = document.root();
  EXPECT_TRUE(root.is("u:1", "r"));
  EXPECT_EQ(root.attribute("a"), "1");
  EXPECT_EQ(root.attribute("b"), std::nullopt);
  EXPECT_EQ(root.text(), "x<y>Приветz");
  EXPECT_EQ(root.children().size(), 3u);
  EXPECT_EQ(root.children("", "c").size(), 2u);
  EXPECT_EQ(root.child_text("", "c"), "Привет");
  EXPECT_EQ(root.child_text("u:1", "c"), "z");
  EXPECT_EQ(root.child_text("u:1", "d"), std::nullopt);
  EXPECT_EQ(root.first_child().parent(), root);
  EXPECT_FALSE(root.parent());
  EXPECT_FALSE(root.child("u:1", "d"));
}

TEST(Document, to_text_keeps_white_space_and_adds_none) {
  const std::string text =
      "<!--a--><r xmlns=\"u:1\">\n  <a b=\"&#13;&#10;&quot;\">&#13;Ж&amp;&lt;</a>\n</r>";
  EXPECT_EQ(parsed("<?xml version='1.0'?>" + text).to_text(), text);
}

TEST(Document, outer_xml_declares_what_is_in_scope) {
  const Document document = parsed(
      "<a xmlns='u:d' xmlns:p='u:p&amp;1' xmlns:q='u:q'><p:b xmlns:q='u:r' t='q:x'> "
      "<c/></p:b></a>");
  EXPECT_EQ(document.root().first_child().outer_xml(),
            "<p:b xmlns=\"u:d\" xmlns:p=\"u:p&amp;1\" xmlns:q=\"u:r\" t=\"q:x\"> <c/></p:b>");
  EXPECT_EQ(
      document.to_text(),
      "<a xmlns=\"u:d\" xmlns:p=\"u:p&amp;1\" xmlns:q=\"u:q\"><p:b xmlns:q=\"u:r\" t=\"q:x\"> "
      "<c/></p:b></a>");
}

TEST(Document, to_text_keeps_every_kind_of_node) {
  const std::string text =
      "<?p q?><a p:b=\"1\" xmlns:p=\"u:&lt;&amp;\" "
      "xmlns=\"\"><!--c--><![CDATA[<&]]>t<?x?><p:e/></a><!--z-->";
  const std::string again = parsed(text).to_text();
  EXPECT_EQ(again,
            "<?p q?><a xmlns:p=\"u:&lt;&amp;\" xmlns=\"\" "
            "p:b=\"1\"><!--c--><![CDATA[<&]]>t<?x?><p:e/></a>"
            "<!--z-->");
  EXPECT_EQ(parsed(again).to_text(), again);
}

TEST(Document, outer_xml_of_every_element_reads_back_alike) {
  const Document document = parsed("<a xmlns='u:d'><b xmlns=''><c x='1'/></b></a>");
  const Element c = document.root().first_child().first_child();
  const Document again = parsed(c.outer_xml());
  EXPECT_TRUE(again.root().is("", "c"));
  EXPECT_EQ(again.root().attribute("x"), "1");
}

TEST(Document, refuses_what_is_not_well_formed) {
  for (const char* text :
       {"", " ", "<a>", "<a></b>", "<a b='1' b='2'/>", "<a/><b/>", "text", "<a>&foo;</a>", "<p:a/>",
        "<a p:b='1'/>", "<a>\x01</a>", "<a>\xFF</a>", "<a xmlns:p='u' xmlns:q='u' p:x='' q:x=''/>",
        "<html><body>502", "<a>&#0;</a>", "<a b='<'/>"}) {
    EXPECT_EQ(refused(text).code, ErrorCode::bad_xml) << text;
  }
  EXPECT_EQ(refused("<a>\n</b>").detail.rfind("line 2: Opening and ending tag mismatch", 0), 0u);
  EXPECT_EQ(refused(std::string("<a>\0</a>", 8)).code, ErrorCode::bad_xml);
}

TEST(Document, refuses_a_doctype_and_loads_no_entity) {
  for (const char* text : {"<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
                           "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
                           "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
                           "<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/'> %p;]><a/>"}) {
    const Error error = refused(text);
    EXPECT_EQ(error.code, ErrorCode::bad_xml) << text;
    EXPECT_EQ(error.detail, "a DOCTYPE is not accepted") << text;
  }
}

TEST(Document, knows_the_five_entities) {
  EXPECT_EQ(parsed("<a>&lt;&gt;&amp;&quot;&apos;&#1046;</a>").root().text(), "<>&\"'Ж");
}

TEST(Document, depth_limit_holds_at_its_edge) {
  Limits limits;
  limits.depth_max = 5;
  EXPECT_TRUE(Document::parse(nested(5), limits));
  const Error error = refused(nested(6), limits);
  EXPECT_EQ(error.code, ErrorCode::limit_exceeded);
  EXPECT_EQ(error.detail, "XML limit depth_max=5");
  EXPECT_EQ(refused(nested(1'000'000)).detail, "XML limit depth_max=128");
  EXPECT_TRUE(Document::parse(nested(128)));
}

TEST(Document, node_limit_holds_at_its_edge) {
  Limits limits;
  limits.nodes_max = 10;
  EXPECT_TRUE(Document::parse(siblings(9), limits));
  EXPECT_EQ(refused(siblings(10), limits).detail, "XML limit nodes_max=10");
  EXPECT_TRUE(Document::parse("<r a='' xmlns:p='u'>t<b/><!--c--><?p?>t<![CDATA[x]]>x</r>", limits));
  EXPECT_EQ(refused("<r a='' xmlns:p='u'>t<b/><!--c--><?p?>t<![CDATA[x]]>x<a/></r>", limits).detail,
            "XML limit nodes_max=10");
}

TEST(Document, byte_limit_holds_at_its_edge) {
  Limits limits;
  limits.bytes_max = 8;
  EXPECT_TRUE(Document::parse("<a>x</a>", limits));
  EXPECT_EQ(refused("<a>xy</a>", limits).detail, "XML limit bytes_max=8");
}

TEST(Document, attribute_limit_holds_at_its_edge) {
  Limits limits;
  limits.attributes_max = 3;
  EXPECT_TRUE(Document::parse("<a b='=' xmlns:c='1=2' d=\"='=\">===<!-- a=b=c=d= --></a>", limits));
  EXPECT_EQ(refused("<a b='' xmlns:c='u' d='' e=''/>", limits).detail,
            "XML limit attributes_max=3");
  EXPECT_EQ(refused("<x><!-- <![CDATA[ --><?p ?><a b='>' c='' d='' e=''/></x>", limits).detail,
            "XML limit attributes_max=3");
}

TEST(Document, a_start_tag_with_a_million_attributes_is_refused_at_once) {
  std::string text = "<a";
  for (int i = 0; i < 1'000'000; ++i) text += " a" + std::to_string(i) + "=''";
  EXPECT_EQ(refused(text + "/>").detail, "XML limit attributes_max=512");
}

TEST(Document, namespaces_in_scope_are_limited) {
  Limits limits;
  limits.namespaces_max = 2;
  EXPECT_TRUE(Document::parse("<a xmlns='u'><b xmlns='v'/><c xmlns='w'/></a>", limits));
  EXPECT_EQ(refused("<a xmlns='u'><b xmlns='v'><c xmlns='w'/></b></a>", limits).detail,
            "XML limit namespaces_max=2");
}

TEST(Document, reads_a_text_of_more_than_ten_megabytes) {
  const std::string base64(11u << 20, 'A');
  EXPECT_EQ(parsed("<a>" + base64 + "</a>").root().text().size(), base64.size());
  EXPECT_EQ(parsed("<a b='" + base64 + "'/>").root().attribute("b")->size(), base64.size());
  Limits limits;
  limits.bytes_max = 10u << 20;
  EXPECT_EQ(refused("<a>" + base64 + "</a>", limits).code, ErrorCode::limit_exceeded);
}

TEST(Document, takes_utf8_only) {
  EXPECT_TRUE(Document::parse("\xEF\xBB\xBF<?xml version='1.0' encoding='utf-8'?><a>Ж</a>"));
  EXPECT_EQ(refused("<?xml version='1.0' encoding='windows-1251'?><a>\xC6</a>").detail,
            "encoding windows-1251 is not UTF-8");
  EXPECT_EQ(refused("<?xml version=\"1.0\" encoding=\"UTF-7\"?><a/>").code, ErrorCode::bad_xml);
  EXPECT_EQ(refused(std::string("\xFF\xFE<\0a\0/\0>\0", 10)).detail, "the document is not UTF-8");
  EXPECT_EQ(refused(std::string("<\0a\0/\0>\0", 8)).detail, "the document is not UTF-8");
}

TEST(Document, takes_a_namespace_name_that_is_no_uri) {
  EXPECT_EQ(parsed("<a xmlns='http://пример/ &lt;x'/>").root().namespace_uri(),
            "http://пример/ <x");
}

TEST(Document, xml_id_is_an_attribute_like_any_other) {
  const Document document = parsed("<a xml:id='x'><b xml:id='x' Id='x' id='x'/></a>");
  EXPECT_EQ(document.get()->ids, nullptr);
  EXPECT_EQ(xmlGetID(document.get(), BAD_CAST "x"), nullptr);
}

TEST(Document, prints_nothing_to_standard_error) {
  testing::internal::CaptureStderr();
  refused("<a><b></a>");
  refused("<p:a/>");
  refused("<?xml version='1.0' encoding='nonsense'?><a/>");
  refused("<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x'><a/>");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Document, many_threads_read_at_once) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 200; ++i) {
        EXPECT_TRUE(Document::parse(siblings(20)));
        EXPECT_EQ(Document::parse("<a>\n<b></a>").error().code, ErrorCode::bad_xml);
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace smev::xml
