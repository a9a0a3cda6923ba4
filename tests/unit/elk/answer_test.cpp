#include "sdk/elk/answer.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sdk/xml/schema.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/elk/fixtures.hpp"

namespace smev::elk {
namespace {

Result<Answer> read(std::string_view text) {
  const auto document = xml::Document::parse(text);
  if (!document) return fail(document.error());
  return read_answer(document->root());
}

std::string answer_with(std::string_view body) {
  return "<a:ElkOrderResponse xmlns:a='http://epgu.gosuslugi.ru/elk/status/1.0.2' "
         "xmlns='http://epgu.gosuslugi.ru/elk/status/1.0.2'>" +
         std::string(body) + "</a:ElkOrderResponse>";
}

std::string answer_of_one(std::string_view order) {
  return answer_with("<CreateOrdersResponse><code>11</code><message>m</message><orders><order>" +
                     std::string(order) + "</order></orders></CreateOrdersResponse>");
}

TEST(Answer, reads_numbers_of_64_bits_and_takes_zero_for_absent) {
  EXPECT_EQ(read(answer_of_one("<elkOrderNumber>4654266659</elkOrderNumber><status>0</status>"))
                ->orders[0]
                .elk_number,
            4654266659);
  EXPECT_EQ(read(answer_of_one("<elkOrderNumber>0</elkOrderNumber><status>13</status>"))
                ->orders[0]
                .elk_number,
            std::nullopt);
  EXPECT_EQ(read(answer_of_one("<status>34</status>"))->orders[0].elk_number, std::nullopt);
  EXPECT_EQ(read(answer_of_one("<elkOrderNumber>9223372036854775808</elkOrderNumber>"
                               "<status>0</status>"))
                ->orders[0]
                .elk_number,
            std::nullopt);
}

TEST(Answer, takes_what_can_be_read_from_an_answer_that_breaks_the_schema) {
  const auto answer = read(
      answer_with("<UpdateOrdersResponse><news/><orders><order><message>" + std::string(5000, 'x') +
                  "</message><status> 77777 </status><orderNumber>A</orderNumber><x/></order>"
                  "<order><orderNumber>B</orderNumber><status>?</status></order>"
                  "<order><orderNumber>C</orderNumber><status>0</status></order></orders>"
                  "</UpdateOrdersResponse>"));
  ASSERT_TRUE(answer) << answer.error().describe();
  EXPECT_EQ(answer->kind, RequestKind::update);
  EXPECT_EQ(answer->code, result_code::kCompletedWithErrors);
  ASSERT_EQ(answer->orders.size(), 3U);
  EXPECT_EQ(answer->orders[0].order_number, "A");
  EXPECT_EQ(answer->orders[0].result, 77777);
  EXPECT_EQ(answer->orders[1].order_number, "B");
  EXPECT_EQ(answer->orders[1].result, std::nullopt);
  EXPECT_EQ(answer->orders[2].order_number, "C");
  EXPECT_EQ(read(answer_with("<CreateOrdersResponse><orders><order><status>0</status></order>"
                             "</orders></CreateOrdersResponse>"))
                ->code,
            result_code::kOk);
}

TEST(Answer, whose_orders_have_no_readable_result_at_all_is_no_answer) {
  EXPECT_FALSE(
      read(answer_with("<UpdateOrdersResponse><code>0</code><orders><order><orderNumber>1"
                       "</orderNumber><status>?</status></order><order><status>2147483648"
                       "</status></order></orders></UpdateOrdersResponse>")));
}

TEST(Answer, does_not_depend_on_prefixes_and_unused_declarations) {
  std::string declarations;
  for (int i = 0; i < 40; ++i) {
    declarations += " xmlns:u" + std::to_string(i) + "='urn:unused:" + std::to_string(i) + "'";
  }
  const std::string space = "='http://epgu.gosuslugi.ru/elk/status/1.0.2'";
  const auto noisy =
      read("<x:ElkOrderResponse xmlns:x" + space + " xmlns:y" + space + declarations +
           "><y:CreateOrdersResponse><x:code>11</x:code><z:message xmlns:z" + space +
           ">m</z:message><y:orders><x:order><y:status>38</y:status></x:order></y:orders>"
           "</y:CreateOrdersResponse></x:ElkOrderResponse>");
  ASSERT_TRUE(noisy) << noisy.error().describe();
  EXPECT_TRUE(*noisy == *read(answer_of_one("<status>38</status>")));
}

TEST(Answer, that_says_nothing_of_any_order_is_no_answer) {
  const std::string other = "<ElkOrderResponse xmlns='urn:other'/>";
  const std::string request =
      "<ElkOrderRequest xmlns='http://epgu.gosuslugi.ru/elk/status/1.0.2'/>";
  for (const std::string& text :
       {other, request, answer_with(""), answer_with("<CreateOrdersResponse/>"),
        answer_with("<CreateOrdersResponse xmlns='urn:other'><orders><order><status>0</status>"
                    "</order></orders></CreateOrdersResponse>"),
        answer_of_one("<orderNumber>1</orderNumber>"), answer_of_one("<status/>")}) {
    const auto answer = read(text);
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().code, ErrorCode::bad_answer);
  }
}

TEST(Answer, is_written_as_the_schema_wants_it_and_read_back) {
  const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  Answer answer{
      .kind = RequestKind::create,
      .code = 11,
      .message = "Completed with errors",
      .orders = {{.elk_number = 4654266659, .order_number = "1", .result = 0, .message = "OK"},
                 {.order_number = "<2>", .result = 34, .message = "Order already exists"}}};
  for (const RequestKind kind : {RequestKind::create, RequestKind::update}) {
    answer.kind = kind;
    const std::string text = to_xml(answer);
    const auto document = xml::Document::parse(text);
    ASSERT_TRUE(document);
    for (const auto& fault : (*schema)->check(*document)) ADD_FAILURE() << fault.text;
    const auto again = read_answer(document->root());
    ASSERT_TRUE(again);
    EXPECT_TRUE(*again == answer);
  }
}

TEST(Answer, of_every_sample_is_read_with_its_codes) {
  SMEV_NEEDS_SHARED("samples/responses");
  const auto shared = ::smev::testing::shared_folder();
  const std::map<std::string, int> results = {{"create_err04_status_not_found.xml", 4},
                                              {"create_err05_incorrect_parameters.xml", 5},
                                              {"create_err13_incorrect_service_code.xml", 13},
                                              {"create_err31_incorrect_status.xml", 31},
                                              {"create_err34_order_exists.xml", 34},
                                              {"create_err38_request_date_too_old.xml", 38},
                                              {"create_ok.xml", 0},
                                              {"update_err28_order_not_found.xml", 28}};
  for (const auto& path : testing::files_in(shared / "samples" / "responses")) {
    const std::string name = path.filename().string();
    SCOPED_TRACE(name);
    ASSERT_TRUE(results.count(name) == 1);
    const auto answer = read(::smev::testing::octets_of(path));
    ASSERT_TRUE(answer) << answer.error().describe();
    ASSERT_EQ(answer->orders.size(), 1U);
    EXPECT_EQ(answer->orders[0].result, results.at(name));
    EXPECT_EQ(answer->code, results.at(name) == 0 ? 0 : result_code::kCompletedWithErrors);
    EXPECT_EQ(answer->kind, name[0] == 'u' ? RequestKind::update : RequestKind::create);
    EXPECT_FALSE(answer->orders[0].order_number.empty());
    EXPECT_EQ(answer->orders[0].elk_number.has_value(), results.at(name) == 0);
  }
}

/// The business element of an envelope; nothing when there is none.
xml::Element content_of(const xml::Element& from) {
  if (from.name() == "MessagePrimaryContent") return from.first_child();
  for (const xml::Element& child : from.children()) {
    if (const xml::Element found = content_of(child)) return found;
  }
  return {};
}

TEST(Answer, is_read_where_it_stands_in_an_envelope) {
  SMEV_NEEDS_SHARED("samples/envelopes");
  const std::map<std::string, int> results = {{"response_create_ok.xml", 0},
                                              {"response_update_err28.xml", 28}};
  for (const auto& path :
       testing::files_in(::smev::testing::shared_folder() / "samples" / "envelopes")) {
    SCOPED_TRACE(path);
    const auto envelope = xml::Document::parse(::smev::testing::octets_of(path));
    ASSERT_TRUE(envelope);
    const auto expected = results.find(path.filename().string());
    const xml::Element content = content_of(envelope->root());
    ASSERT_EQ(static_cast<bool>(content), expected != results.end());
    if (!content) continue;
    const auto answer = read_answer(content);
    ASSERT_TRUE(answer) << answer.error().describe();
    EXPECT_EQ(answer->orders[0].result, expected->second);
    const auto alone = read(content.outer_xml());
    ASSERT_TRUE(alone);
    EXPECT_TRUE(*alone == *answer);
  }
}

}  // namespace
}  // namespace smev::elk
