#include "mock-smev/xerces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/base/runtime.hpp"
#include "tests/unit/mock/fixtures.hpp"

namespace smev::mock {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing_support::create_xml;
using testing_support::update_xml;

constexpr char kUri[] = "\"http://epgu.gosuslugi.ru/elk/status/1.0.2\":";

std::vector<std::string> texts(const std::string& xml) {
  static const auto runtime = Runtime::acquire();
  static const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  const auto document = xml::Document::parse(xml);
  EXPECT_TRUE(schema && document) << xml;
  return xerces_texts(document->root(), (*schema)->check(*document));
}

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  const auto at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return at == std::string::npos ? text : text.replace(at, part.size(), by);
}

TEST(Xerces, has_nothing_to_say_of_a_good_request) { EXPECT_TRUE(texts(create_xml("1")).empty()); }

TEST(Xerces, speaks_of_a_date_without_time_as_captured) {
  EXPECT_THAT(
      texts(create_xml("1", "6", "2026-04-15")),
      ElementsAre("cvc-datatype-valid.1.2.1: '2026-04-15' is not a valid value for 'dateTime'.",
                  "cvc-type.3.1.3: The value '2026-04-15' of element 'e:statusDate' is not "
                  "valid."));
}

TEST(Xerces, calls_every_integer_type_integer_as_captured) {
  EXPECT_THAT(
      texts(create_xml("1", "5949=0")),
      ElementsAre("cvc-datatype-valid.1.2.1: '5949=0' is not a valid value for 'integer'.",
                  "cvc-type.3.1.3: The value '5949=0' of element 'e:status' is not valid."));
}

TEST(Xerces, names_the_bound_of_a_short) {
  EXPECT_THAT(texts(create_xml("1", "40000")),
              ElementsAre("cvc-maxInclusive-valid: Value '40000' is not facet-valid with respect "
                          "to maxInclusive '32767' for type 'short'.",
                          "cvc-type.3.1.3: The value '40000' of element 'e:status' is not valid."));
  EXPECT_THAT(texts(create_xml("1", "-40000"))[0],
              HasSubstr("minInclusive '-32768' for type 'short'"));
}

TEST(Xerces, names_lengths_and_patterns) {
  const std::string number(37, '1');
  EXPECT_THAT(texts(create_xml(number)),
              ElementsAre("cvc-maxLength-valid: Value '" + number +
                              "' with length = '37' is not facet-valid with respect to maxLength "
                              "'36' for type '#AnonType_orderNumber'.",
                          "cvc-type.3.1.3: The value '" + number +
                              "' of element 'e:orderNumber' is not valid."));
  EXPECT_THAT(texts(create_xml("")),
              ElementsAre("cvc-minLength-valid: Value '' with length = '0' is not facet-valid with "
                          "respect to minLength '1' for type '#AnonType_orderNumber'.",
                          "cvc-type.3.1.3: The value '' of element 'e:orderNumber' is not valid."));
  EXPECT_THAT(
      texts(replaced(create_xml("1"), "9900123450", "990012345")),
      ElementsAre("cvc-pattern-valid: Value '990012345' is not facet-valid with respect to pattern "
                  "'\\d{10}' for type '#AnonType_senderInn'.",
                  "cvc-type.3.1.3: The value '990012345' of element 'e:senderInn' is not valid."));
}

TEST(Xerces, names_an_element_out_of_place) {
  const auto text = texts(replaced(update_xml("1"), "<e:status>3</e:status>", ""));
  EXPECT_THAT(text, ElementsAre("cvc-complex-type.2.4.a: Invalid content was found starting with "
                                "element '{" +
                                std::string(kUri) + "statusDate}'. One of '{" + kUri +
                                "status}' is expected."));
}

TEST(Xerces, lists_all_that_was_expected) {
  const auto text = texts(replaced(update_xml("1"), "<e:senderKpp>990001001</e:senderKpp>",
                                   "<e:elkOrderNumber>1</e:elkOrderNumber>"));
  EXPECT_THAT(text, ElementsAre(HasSubstr("One of '{" + std::string(kUri) + "senderKpp, " + kUri +
                                          "senderInn}' is expected.")));
}

TEST(Xerces, says_when_nothing_more_was_expected) {
  const auto text =
      texts(replaced(update_xml("1"), "</e:order>", "<e:attachments></e:attachments></e:order>"));
  EXPECT_THAT(text, ElementsAre("cvc-complex-type.2.4.d: Invalid content was found starting with "
                                "element '{" +
                                std::string(kUri) +
                                "attachments}'. No child element is expected at this point."));
}

TEST(Xerces, says_what_is_missing) {
  EXPECT_THAT(texts(replaced(create_xml("1"),
                             "<e:ApplicationAcceptance>4</e:ApplicationAcceptance>", ""))[0],
              HasSubstr("cvc-complex-type.2.4.b: The content of element 'e:OfficeInfo' is not "
                        "complete. One of '{"));
  EXPECT_THAT(texts(replaced(create_xml("1"), " env=\"SVCDEV\"", "")),
              ElementsAre("cvc-complex-type.4: Attribute 'env' must appear on element "
                          "'e:ElkOrderRequest'."));
}

TEST(Xerces, speaks_of_attributes) {
  EXPECT_THAT(
      texts(replaced(create_xml("1"), "SVCDEV", "ABCDEFGHIJK")),
      ElementsAre("cvc-maxLength-valid: Value 'ABCDEFGHIJK' with length = '11' is not facet-valid "
                  "with respect to maxLength '10' for type '#AnonType_env'.",
                  "cvc-attribute.3: The value 'ABCDEFGHIJK' of attribute 'env' on element "
                  "'e:ElkOrderRequest' is not valid with respect to its type, '#AnonType_env'."));
  EXPECT_THAT(texts(replaced(create_xml("1"), "<e:order>", "<e:order x=\"1\">")),
              ElementsAre("cvc-complex-type.3.2.2: Attribute 'x' is not allowed to appear in "
                          "element 'e:order'."));
}

TEST(Xerces, speaks_of_content_that_does_not_belong) {
  EXPECT_THAT(texts(replaced(create_xml("1"), "<e:order>", "<e:order>text")),
              ElementsAre(HasSubstr("cvc-complex-type.2.3: Element 'e:order' cannot have "
                                    "character [children]")));
  EXPECT_THAT(texts(replaced(create_xml("1"), "<e:status>6", "<e:status><e:a></e:a>6"))[0],
              HasSubstr("cvc-type.3.1.2: Element 'e:status' is a simple type"));
}

TEST(Xerces, finds_the_right_one_of_several_orders) {
  const auto whole = update_xml("1");
  const auto from = whole.find("<e:order>");
  const auto to = whole.find("</e:order>") + 10;
  const auto order = whole.substr(from, to - from);
  const auto bad = replaced(order, "<e:status>3<", "<e:status>x<");
  EXPECT_THAT(texts(whole.substr(0, to) + bad + whole.substr(to))[1],
              HasSubstr("The value 'x' of element 'e:status'"));
}

}  // namespace
}  // namespace smev::mock
