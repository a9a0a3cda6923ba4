#include <gtest/gtest.h>

#include "sdk/elk/request.hpp"
#include "sdk/xml/schema.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/elk/fixtures.hpp"

namespace smev::elk {
namespace {

constexpr std::string_view kCreate =
    "<x:ElkOrderRequest xmlns:x='http://epgu.gosuslugi.ru/elk/status/1.0.2' env='SVCDEV'>"
    "<x:CreateOrdersRequest><x:orders><x:order>"
    "<x:user><x:ErnId>123456789012</x:ErnId></x:user><x:senderInn>9901000010</x:senderInn>"
    "<x:serviceTargetCode>-60012726</x:serviceTargetCode>"
    "<x:userSelectedRegion>00000000</x:userSelectedRegion><x:orderNumber>1</x:orderNumber>"
    "<x:requestDate>2026-04-15T00:00:00</x:requestDate>"
    "<x:OfficeInfo><x:ApplicationAcceptance>4</x:ApplicationAcceptance></x:OfficeInfo>"
    "<x:statusHistoryList><x:statusHistory><x:status>6</x:status>"
    "<x:statusDate>2026-04-15T00:00:00</x:statusDate></x:statusHistory></x:statusHistoryList>"
    "</x:order></x:orders></x:CreateOrdersRequest></x:ElkOrderRequest>";

Result<Request> read(std::string_view text) {
  const auto document = xml::Document::parse(text);
  if (!document) return fail(document.error());
  return read_request(document->root());
}

std::string with(std::string_view what, std::string_view by) {
  std::string text(kCreate);
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

void expect_fault(const std::string& text, const std::string& path, const std::string& code) {
  const auto request = read(text);
  ASSERT_FALSE(request) << path;
  EXPECT_EQ(request.error().code, ErrorCode::schema_violation);
  ASSERT_EQ(request.error().fields.size(), 1U);
  EXPECT_EQ(request.error().fields[0].field, path);
  EXPECT_EQ(request.error().fields[0].code, code);
  EXPECT_FALSE(request.error().fields[0].text.empty());
}

TEST(ReadRequest, knows_elements_by_namespace_and_not_by_prefix) {
  const auto request = read(kCreate);
  ASSERT_TRUE(request) << request.error().describe();
  EXPECT_EQ(request->env, "SVCDEV");
  EXPECT_EQ(request->kind, RequestKind::create);
  EXPECT_EQ(request->orders[0].service, "-60012726");
  EXPECT_TRUE(request->orders[0].applicant == Applicant(PersonByErn{.ern = "123456789012"}));
  EXPECT_FALSE(read(with("http://epgu", "http://epgu2")));
}

TEST(ReadRequest, takes_the_lexical_forms_that_the_schema_allows) {
  const auto request = read(with("<x:status>6</x:status>",
                                 "<x:status> +006\n</x:status><x:IsInformed> 1 </x:IsInformed>"));
  ASSERT_TRUE(request) << request.error().describe();
  EXPECT_EQ(request->orders[0].statuses[0].code, 6);
  EXPECT_EQ(request->orders[0].statuses[0].informed, true);
  EXPECT_EQ(read(with("<x:orderNumber>1<", "<x:orderNumber>1\n2<"))->orders[0].order_number, "1 2");
  EXPECT_EQ(read(with("2026-04-15T00:00:00<", " 2026-04-15T00:00:00.1234567890Z\n<"))
                ->orders[0]
                .filed_at.text(),
            "2026-04-15T00:00:00.1234567890Z");
}

TEST(ReadRequest, names_the_element_that_is_missing_misplaced_or_unreadable) {
  const std::string order = "ElkOrderRequest/CreateOrdersRequest/orders/order[1]";
  const std::string status = order + "/statusHistoryList/statusHistory[1]";
  expect_fault("<a/>", "ElkOrderRequest", "missing");
  expect_fault(with(" env='SVCDEV'", ""), "ElkOrderRequest/@env", "missing");
  expect_fault(with("<x:senderInn>9901000010</x:senderInn>", ""), order + "/senderInn", "missing");
  expect_fault(with("<x:user><x:ErnId>123456789012</x:ErnId></x:user>", ""), order + "/user",
               "missing");
  expect_fault(with("<x:ErnId>123456789012</x:ErnId>", ""), order + "/user/ErnId", "missing");
  expect_fault(with("</x:order>", "<x:more/></x:order>"), order + "/more", "unexpected_element");
  expect_fault(with("<x:status>6<", "<x:status>5949=0<"), status + "/status", "integer");
  expect_fault(with("<x:status>6<", "<x:status>32768<"), status + "/status", "integer");
  expect_fault(with("<x:status>6<", "<x:status>+-6<"), status + "/status", "integer");
  expect_fault(with("<x:status>6<", "<x:status><x:a/>6<"), status + "/status",
               "unexpected_element");
  expect_fault(with("<x:statusDate>2026-04-15T00:00:00<", "<x:statusDate>2026-04-15<"),
               status + "/statusDate", "date_time");
  expect_fault(with("<x:statusDate>", "<x:IsInformed>да</x:IsInformed><x:statusDate>"),
               status + "/IsInformed", "boolean");
  expect_fault(with("</x:statusHistory>", "<x:attachments/></x:statusHistory>"),
               status + "/attachments/attachment", "missing");
  expect_fault(with("</x:order>", "</x:order><x:order/>"),
               "ElkOrderRequest/CreateOrdersRequest/orders/order[2]/user", "missing");
}

TEST(ReadRequest, ends_at_the_first_of_many_broken_orders) {
  std::string orders;
  for (int i = 0; i < 50'000; ++i) orders += "<x:order/>";
  expect_fault(with("<x:order>", orders + "<x:order>"),
               "ElkOrderRequest/CreateOrdersRequest/orders/order[1]/user", "missing");
}

TEST(ReadRequest, without_any_of_its_elements_or_with_one_twice_is_never_taken_for_whole) {
  const std::string text(kCreate);
  int damaged = 0;
  for (std::size_t open = text.find('<', 1); open != std::string::npos;
       open = text.find('<', open + 1)) {
    if (text[open + 1] == '/') continue;
    const std::size_t name_end = text.find('>', open);
    const std::string closing = "</" + text.substr(open + 1, name_end - open - 1) + ">";
    const std::size_t end = text.find(closing, name_end) + closing.size();
    std::string without = text;
    without.erase(open, end - open);
    EXPECT_FALSE(read(without)) << without;
    std::string twice = text;
    twice.insert(end, text.substr(open, end - open));
    const bool may_stand_twice = closing == "</x:order>" || closing == "</x:statusHistory>";
    EXPECT_EQ(static_cast<bool>(read(twice)), may_stand_twice) << twice;
    ++damaged;
  }
  EXPECT_EQ(damaged, 16);
}

TEST(ReadRequest, reads_every_sample_writes_it_valid_and_reads_it_again_the_same) {
  SMEV_NEEDS_SHARED("samples/requests");
  const auto shared = ::smev::testing::shared_folder();
  const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  for (const auto& path : testing::files_in(shared / "samples" / "requests")) {
    SCOPED_TRACE(path.filename().string());
    const std::string text = ::smev::testing::octets_of(path);
    const auto request = read(text);
    ASSERT_TRUE(request) << request.error().describe();
    ASSERT_FALSE(request->orders.empty());
    const std::string written = to_xml(*request);
    const auto document = xml::Document::parse(written);
    ASSERT_TRUE(document);
    for (const auto& fault : (*schema)->check(*document)) ADD_FAILURE() << fault.text;
    const auto again = read(written);
    ASSERT_TRUE(again) << again.error().describe();
    EXPECT_TRUE(*again == *request);
    EXPECT_EQ(to_xml(*again), written);
    for (const RequestOrder& order : request->orders) {
      if (!order.filed_at.empty()) {
        EXPECT_NE(text.find(">" + order.filed_at.text() + "<"), std::string::npos);
      }
      for (const RequestStatus& status : order.statuses) {
        EXPECT_NE(text.find(">" + status.at.text() + "<"), std::string::npos);
        EXPECT_NE(written.find(">" + status.at.text() + "<"), std::string::npos);
      }
    }
  }
}

TEST(ReadRequest, meets_every_refused_sample_without_harm) {
  SMEV_NEEDS_SHARED("samples/negative");
  const auto shared = ::smev::testing::shared_folder();
  const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  for (const auto& path : testing::files_in(shared / "samples" / "negative")) {
    SCOPED_TRACE(path.filename().string());
    const auto document = xml::Document::parse(::smev::testing::octets_of(path));
    ASSERT_TRUE(document);
    EXPECT_FALSE((*schema)->check(*document).empty());
    const auto request = read_request(document->root());
    if (request) continue;  // lengths and patterns are the schema's business
    ASSERT_EQ(request.error().fields.size(), 1U);
    EXPECT_EQ(request.error().fields[0].field.rfind("ElkOrderRequest", 0), 0U);
  }
}

}  // namespace
}  // namespace smev::elk
