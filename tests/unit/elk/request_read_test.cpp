#include <gtest/gtest.h>

#include <map>

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

/// "order/user/EsiaId=1000299654" of every element and attribute that holds text, in their order:
/// what a document says, whatever its prefixes and its blanks between elements.
void flatten(const xml::Element& element, const std::string& path, std::vector<std::string>& said) {
  if (const auto env = element.attribute("env")) said.push_back(path + "/@env=" + *env);
  if (!element.first_child()) said.push_back(path + "=" + element.text());
  for (xml::Element child = element.first_child(); child; child = child.next_sibling()) {
    flatten(child, path + "/" + std::string(child.name()), said);
  }
}

std::vector<std::string> content_of(const xml::Document& document) {
  std::vector<std::string> said;
  flatten(document.root(), "", said);
  return said;
}

TEST(ReadRequest, writes_every_sample_again_with_the_same_content_and_by_the_schema) {
  SMEV_NEEDS_SHARED("samples/requests");
  const auto shared = ::smev::testing::shared_folder();
  const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  int samples = 0;
  for (const auto& path : testing::files_in(shared / "samples" / "requests")) {
    SCOPED_TRACE(path.filename().string());
    const auto given = xml::Document::parse(::smev::testing::octets_of(path));
    ASSERT_TRUE(given);
    for (const auto& fault : (*schema)->check(*given)) ADD_FAILURE() << fault.text;
    const auto request = read_request(given->root());
    ASSERT_TRUE(request) << request.error().describe();
    const auto written = xml::Document::parse(to_xml(*request));
    ASSERT_TRUE(written);
    for (const auto& fault : (*schema)->check(*written)) ADD_FAILURE() << fault.text;
    EXPECT_EQ(content_of(*written), content_of(*given));
    ++samples;
  }
  EXPECT_GE(samples, 16);
}

/// Whether the path ends in the element or attribute that is to blame.
bool names(const std::string& path, const std::string& field) {
  return path.size() >= field.size() &&
         path.compare(path.size() - field.size(), field.size(), field) == 0;
}

TEST(ReadRequest, refuses_every_negative_sample_by_the_field_that_is_to_blame) {
  SMEV_NEEDS_SHARED("samples/negative");
  const auto shared = ::smev::testing::shared_folder();
  // What stands where another element was expected is named itself; what lacks one is named as the
  // parent.
  const std::map<std::string, std::string> to_blame = {
      {"attachment_without_doc_type.xml", "/attachments/attachment"},
      {"attachments_at_order_level.xml", "/order/attachments"},
      {"child_without_namespace.xml", "/order/senderInn"},
      {"date_before_status.xml", "/statusHistory/statusDate"},
      {"env_11_chars.xml", "/@env"},
      {"env_missing.xml", "ElkOrderRequest"},
      {"message_type_empty.xml", "/statusHistory/MessageType"},
      {"office_without_acceptance.xml", "/order/OfficeInfo"},
      {"ogrn_ul_starts_with_3.xml", "/ogrn_inn_UL/ogrn"},
      {"order_number_37.xml", "/order/orderNumber"},
      {"order_number_empty.xml", "/order/orderNumber"},
      {"region_11_digits_okato.xml", "/order/userSelectedRegion"},
      {"response_message_257.xml", "CreateOrdersResponse/message"},
      {"sender_inn_12.xml", "/order/senderInn"},
      {"sender_kpp_8.xml", "/order/senderKpp"},
      {"snils_15_chars.xml", "/userDocSnils/snils"},
      {"status_date_is_date_only.xml", "/statusHistory/statusDate"},
      {"status_not_integer.xml", "/statusHistory/status"},
      {"status_out_of_short.xml", "/statusHistory/status"},
      {"tku_21.xml", "/order/serviceTargetCode"},
      {"update_response_without_elk_number.xml", "/order/orderNumber"},
      {"update_with_both_numbers.xml", "/order/orderNumber"},
  };
  const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  ASSERT_TRUE(schema) << schema.error().describe();
  for (const auto& path : testing::files_in(shared / "samples" / "negative")) {
    const std::string name = path.filename().string();
    SCOPED_TRACE(name);
    const auto blamed = to_blame.find(name);
    ASSERT_NE(blamed, to_blame.end()) << "a sample that nobody has judged";
    const auto document = xml::Document::parse(::smev::testing::octets_of(path));
    ASSERT_TRUE(document);
    const auto faults = (*schema)->check(*document);
    ASSERT_FALSE(faults.empty());
    EXPECT_TRUE(names(faults.front().path, blamed->second)) << faults.front().path;
    // Lengths and patterns are the schema's business; what the reader refuses, it names too.
    const auto request = read_request(document->root());
    if (request || document->root().is(kNamespace, kResponseRoot)) continue;
    ASSERT_EQ(request.error().fields.size(), 1U);
    EXPECT_EQ(request.error().fields[0].field.rfind("ElkOrderRequest/", 0), 0U);
  }
}

}  // namespace
}  // namespace smev::elk
