#include <gtest/gtest.h>

#include <iostream>

#include "sdk/elk/request.hpp"
#include "sdk/elk/rules.hpp"
#include "sdk/xml/schema.hpp"
#include "tests/support/shared_samples.hpp"
#include "tests/unit/elk/fixtures.hpp"
#include "tests/unit/elk/random_update.hpp"

namespace smev::elk {
namespace {

using testing::test_profile;
using testing::valid_update;

constexpr int kRandomUpdates = 2000;

std::shared_ptr<const xml::Schema> schema_at(const std::filesystem::path& path) {
  auto schema = xml::Schema::load(path.string());
  EXPECT_TRUE(schema) << schema.error().describe();
  return schema ? *schema : nullptr;
}

std::string faults_of(const xml::Schema& schema, const std::string& text) {
  const auto document = xml::Document::parse(text);
  if (!document) return document.error().describe();
  std::string faults;
  for (const auto& fault : schema.check(*document)) faults += fault.path + ": " + fault.text + "\n";
  return faults;
}

std::vector<std::string> uuids_for(const Update& update) {
  std::vector<std::string> uuids;
  for (std::size_t i = 0; i < all_results(update).size(); ++i) {
    uuids.push_back("8732c77a-3968-11f1-9205-b68311fca2e" + std::to_string(i % 10));
  }
  return uuids;
}

Request request_of(const Update& update, RequestKind kind) {
  const Profile profile = test_profile();
  return {
      .env = profile.env, .kind = kind, .orders = {compose(update, profile, uuids_for(update))}};
}

TEST(RequestXml, is_one_line_with_one_prefix_and_every_element_in_its_place) {
  Update update = valid_update();
  update.order.filed_at = *DateTime::parse("2026-04-16T08:00:00.000000");
  update.status.at = *DateTime::parse("2026-04-16T09:00:00+03:00");
  update.status.informed = true;
  EXPECT_EQ(
      to_xml(request_of(update, RequestKind::create)),
      "<ns1:ElkOrderRequest xmlns:ns1=\"http://epgu.gosuslugi.ru/elk/status/1.0.2\" env=\"SVCDEV\">"
      "<ns1:CreateOrdersRequest><ns1:orders><ns1:order><ns1:user><ns1:userDocSnils>"
      "<ns1:snils>112-233-445 95</ns1:snils><ns1:lastName>Петрова</ns1:lastName>"
      "<ns1:firstName>Анна</ns1:firstName><ns1:citizenship>643</ns1:citizenship>"
      "</ns1:userDocSnils></ns1:user><ns1:senderKpp>990101001</ns1:senderKpp>"
      "<ns1:senderInn>9901000010</ns1:senderInn>"
      "<ns1:serviceTargetCode>-60012726</ns1:serviceTargetCode>"
      "<ns1:userSelectedRegion>00000000</ns1:userSelectedRegion>"
      "<ns1:orderNumber>1999290001</ns1:orderNumber>"
      "<ns1:requestDate>2026-04-16T08:00:00.000000+03:00</ns1:requestDate><ns1:OfficeInfo>"
      "<ns1:ApplicationAcceptance>4</ns1:ApplicationAcceptance></ns1:OfficeInfo>"
      "<ns1:statusHistoryList><ns1:statusHistory><ns1:status>6</ns1:status>"
      "<ns1:IsInformed>true</ns1:IsInformed>"
      "<ns1:statusDate>2026-04-16T09:00:00+03:00</ns1:statusDate></ns1:statusHistory>"
      "</ns1:statusHistoryList></ns1:order></ns1:orders></ns1:CreateOrdersRequest>"
      "</ns1:ElkOrderRequest>");
}

TEST(RequestXml, of_an_update_names_the_order_by_one_number_only) {
  Request request = request_of(valid_update(), RequestKind::update);
  EXPECT_NE(to_xml(request).find("<ns1:orderNumber>1999290001</ns1:orderNumber>"),
            std::string::npos);
  EXPECT_EQ(to_xml(request).find("elkOrderNumber"), std::string::npos);
  EXPECT_EQ(to_xml(request).find("userDocSnils"), std::string::npos);

  request.orders[0].elk_number = 4654266659;
  EXPECT_NE(to_xml(request).find("<ns1:elkOrderNumber>4654266659</ns1:elkOrderNumber>"),
            std::string::npos);
  EXPECT_EQ(to_xml(request).find("ns1:orderNumber"), std::string::npos);
}

TEST(RequestXml, writes_snils_with_dashes_however_it_was_given) {
  Request request = request_of(valid_update(), RequestKind::create);
  request.orders[0].applicant = PersonBySnilsAndBirthDate{
      .snils = "11223344595", .birth_date = "1980-02-29", .citizenship = 643};
  EXPECT_NE(to_xml(request).find("<ns1:citizenship>643</ns1:citizenship><ns1:snils>112-233-445 95"
                                 "</ns1:snils><ns1:birthDate>1980-02-29</ns1:birthDate>"),
            std::string::npos);
}

TEST(RequestXml, holds_several_orders_in_one_message) {
  Request request = request_of(valid_update(), RequestKind::update);
  request.orders.push_back(request.orders[0]);
  request.orders[1].order_number = "1999290002";
  const auto schema = schema_at(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  ASSERT_TRUE(schema);
  EXPECT_EQ(faults_of(*schema, to_xml(request)), "");
  const auto document = xml::Document::parse(to_xml(request));
  EXPECT_EQ(read_request(document->root())->orders[1].order_number, "1999290002");
}

/// Every random update passes the rules, its XML passes the schema and says the same when read
/// again.
void random_updates_pass(const std::filesystem::path& schema_path) {
  const auto schema = schema_at(schema_path);
  ASSERT_TRUE(schema);
  const unsigned seed = testing::test_seed();
  std::cout << "seed " << seed << '\n';
  testing::RandomUpdates random(seed);
  for (int i = 0; i < kRandomUpdates; ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed) + " update " + std::to_string(i));
    const Update update = random.next(i % testing::RandomUpdates::kKinds);
    const auto faults = check(update, test_profile(), {}, testing::kNow).faults;
    ASSERT_TRUE(faults.empty()) << validation_error(faults).describe();
    for (const RequestKind kind : {RequestKind::create, RequestKind::update}) {
      const Request request = request_of(update, kind);
      const std::string text = to_xml(request);
      ASSERT_EQ(faults_of(*schema, text), "") << text;
      const auto document = xml::Document::parse(text);
      const auto read = read_request(document->root());
      ASSERT_TRUE(read) << read.error().describe();
      ASSERT_EQ(to_xml(*read), text);
      ASSERT_TRUE(kind == RequestKind::update || *read == request);
    }
  }
}

TEST(RequestXml, of_any_valid_update_follows_our_schema_and_is_read_back) {
  random_updates_pass(xml::schema_directory() + "/elk-status-1.0.2.xsd");
}

TEST(RequestXml, of_any_valid_update_follows_the_reference_schema) {
  SMEV_NEEDS_SHARED("reference/elk-status-1.0.2.draft.xsd");
  const auto shared = ::smev::testing::shared_folder();
  random_updates_pass(shared / "reference" / "elk-status-1.0.2.draft.xsd");
}

}  // namespace
}  // namespace smev::elk
