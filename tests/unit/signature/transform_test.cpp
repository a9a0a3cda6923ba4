#include "sdk/signature/transform.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "sdk/signature/fragment.hpp"
#include "sdk/signature/profile.hpp"

#include "tests/unit/signature/shared_samples.hpp"

namespace smev::signature {
namespace {

using testing_support::slurp;

Result<std::string> transformed(const std::string& text) {
  auto document = xml::Document::parse(text);
  if (!document) {
    return fail(document.error());
  }
  return transform(document->root());
}

std::string octets(const std::string& text) {
  const auto result = transformed(text);
  return result ? *result : "error: " + result.error().detail;
}

TEST(Transform, equals_every_vector_octet_for_octet) {
  SMEV_NEED_VECTORS("transform");
  int count = 0;
  for (const auto& input : testing_support::vectors("transform")) {
    const std::string name = input.filename();
    const std::size_t stem = name.rfind(".in.xml");
    if (stem == std::string::npos) continue;
    const auto expected = input.parent_path() / (name.substr(0, stem) + ".expected");
    const auto result = transformed(slurp(input));
    if (std::filesystem::exists(expected)) {
      ASSERT_TRUE(result) << name << ": " << result.error().detail;
      EXPECT_EQ(*result, slurp(expected)) << name;
    } else {
      ASSERT_TRUE(std::filesystem::exists(input.parent_path() / (name.substr(0, stem) + ".err")));
      ASSERT_FALSE(result) << name;
      EXPECT_EQ(result.error().code, ErrorCode::not_signable) << name;
      EXPECT_FALSE(result.error().detail.empty());
    }
    ++count;
  }
  EXPECT_GE(count, 38);
}

TEST(Transform, equals_the_rule_vectors) {
  SMEV_NEED_VECTORS("signature");
  int count = 0;
  for (const char* prefix : {"tr-", "esc-"}) {
    for (const auto& folder : testing_support::vectors("signature", prefix)) {
      EXPECT_EQ(octets(slurp(folder / "input.xml")), slurp(folder / "expected.xml")) << folder;
      ++count;
    }
  }
  EXPECT_EQ(count, 8);
}

TEST(Transform, refuses_what_it_cannot_express) {
  for (const char* text :
       {"<a/>", "<a xmlns='u:1'><b xmlns=''/></a>", "<a xmlns='u:1' xml:lang='ru'/>",
        "<a xmlns='u:1' xml:space='default'/>", "<a xmlns='u:1'><xml:b/></a>",
        "<a xmlns='relative'/>", "<a xmlns='u:1' xmlns:p='relative'/>"}) {
    const auto result = transformed(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, ErrorCode::not_signable);
  }
  EXPECT_EQ(transformed("<a xmlns='u:1'><b xmlns=''/></a>").error().detail,
            "element b is in no namespace");
  EXPECT_EQ(transformed("<a xmlns='u:1' xml:lang='ru'/>").error().detail,
            "attribute xml:lang of element a");
  EXPECT_FALSE(transform(xml::Element()));
}

TEST(Transform, gives_a_later_sibling_a_new_number) {
  EXPECT_EQ(octets("<a xmlns='u:1'><b xmlns='u:2'/><c xmlns='u:2' xmlns:p='u:1' p:q='1'/></a>"),
            "<ns1:a xmlns:ns1=\"u:1\"><ns2:b xmlns:ns2=\"u:2\"></ns2:b>"
            "<ns3:c xmlns:ns3=\"u:2\" ns1:q=\"1\"></ns3:c></ns1:a>");
}

TEST(Transform, takes_a_part_of_a_document_as_it_is_in_scope) {
  auto document = xml::Document::parse(
      "<w xmlns='u:w' xmlns:p='u:p'><p:a t='p:x'>1<!--c-->2<![CDATA[3<]]> <p:b/>\n</p:a>4</w>");
  ASSERT_TRUE(document);
  const auto result = transform(document->root().first_child());
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "<ns1:a xmlns:ns1=\"u:p\" t=\"p:x\">123&lt; <ns1:b></ns1:b></ns1:a>");
}

TEST(Transform, drops_blank_runs_and_judges_them_around_instructions) {
  EXPECT_EQ(octets("<a xmlns='u:1'> <?p?>\n<b/>\t<!--x-->\r\n</a>"),
            "<ns1:a xmlns:ns1=\"u:1\"><ns1:b></ns1:b></ns1:a>");
  EXPECT_EQ(octets("<a xmlns='u:1'> x <?p?> &gt;<!--c--><![CDATA[ ]]></a>"),
            "<ns1:a xmlns:ns1=\"u:1\"> x  > </ns1:a>");
}

TEST(Transform, goes_as_deep_as_the_reader_lets_it) {
  xml::Limits limits;
  limits.depth_max = 100'000;
  std::string text = "<a xmlns='u:1'>";
  for (int i = 1; i < limits.depth_max; ++i) text += "<a>";
  for (int i = 0; i < limits.depth_max; ++i) text += "</a>";
  const auto document = xml::Document::parse(text, limits);
  ASSERT_TRUE(document);
  const auto result = transform(document->root());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->size(), std::string("<ns1:a></ns1:a>").size() * limits.depth_max +
                                std::string(" xmlns:ns1=\"u:1\"").size());
}

TEST(ExclusiveC14n, renders_what_is_visibly_used) {
  auto document =
      xml::Document::parse("<w xmlns='u:w' xmlns:p='u:p'><p:a z='1' b=\"2\"><c/>&#13;</p:a>x</w>");
  ASSERT_TRUE(document);
  const auto result = exclusive_c14n(document->root().first_child());
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, "<p:a xmlns:p=\"u:p\" b=\"2\" z=\"1\"><c xmlns=\"u:w\"></c>&#xD;</p:a>");
}

// What is written straight away and what goes through libxml2 must be the same octets.
TEST(ExclusiveC14n, says_what_libxml2_says) {
  const std::vector<std::string> names = {"p:e", "e", "q:e", "p:f", "xml:e"};
  const std::string ds = std::string("'") + kDsigNamespace + "'";
  const std::vector<std::string> declarations = {"",
                                                 " xmlns:p='u:2'",
                                                 " xmlns=" + ds,
                                                 " xmlns:q=" + ds + " xmlns:p='u:q'",
                                                 " xmlns:p=" + ds,
                                                 " xmlns='u:&#9;'"};
  const std::vector<std::string> attributes = {"",
                                               " a='1'",
                                               " a=''",
                                               " b='2' a='1'",
                                               " q:a='1'",
                                               " xml:lang='ru'",
                                               " a='&#10;&quot;&lt;'",
                                               " a=\"'>\"",
                                               " a='знак'"};
  const std::vector<std::string> texts = {"",      "text",          "\n  ",       "&amp;",   "&gt;",
                                          "&#13;", "<![CDATA[x]]>", "<!-- c -->", "<?p i?>", "я"};
  std::mt19937 random(20261127);
  const auto pick = [&random](const std::vector<std::string>& from) {
    return from[random() % from.size()];
  };
  // The first of each list is the usual: taken mostly, so that both ways are gone.
  const auto rare = [&](const std::vector<std::string>& from) {
    return random() % 8 == 0 ? pick(from) : from.front();
  };
  const std::function<std::string(int)> element = [&](int depth) {
    const std::string name = rare(names);
    std::string text = "<" + name + rare(declarations) + rare(attributes) + ">" + rare(texts);
    for (unsigned i = random() % 3; depth > 0 && i > 0; --i) {
      text += element(depth - 1) + rare(texts);
    }
    return text + "</" + name + ">";
  };
  int compared = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text =
        "<w xmlns='u:w' xmlns:p=" + ds + " xmlns:q='u:q'>" + element(2) + "</w>";
    const auto document = xml::Document::parse(text);
    if (!document) continue;  // an attribute that is there twice
    const xml::Element top = document->root().first_child();
    const auto expected = exclusive_c14n(Fragment(top));
    const auto written = exclusive_c14n(top);
    ASSERT_EQ(written.has_value(), expected.has_value()) << text;
    if (!expected) continue;
    ASSERT_EQ(*written, *expected) << text;
    ++compared;
  }
  EXPECT_GT(compared, 15'000);
}

}  // namespace
}  // namespace smev::signature
