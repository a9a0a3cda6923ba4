#include "sdk/elk/update_from_xml.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "sdk/elk/rules.hpp"
#include "tests/unit/elk/fixtures.hpp"
#include "tests/unit/elk/random_update.hpp"

namespace smev::elk {
namespace {

using Names = std::vector<std::string>;
using testing::kNow;
using testing::test_profile;
using testing::valid_update;

const xml::Schema& schema() {
  static const auto loaded = xml::Schema::load(xml::schema_directory() + "/" + kSchemaFile);
  return **loaded;
}

class UpdateFromXml : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "files-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void put(const std::string& name) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << "octets";
  }
  [[nodiscard]] Result<XmlOrders> read(const std::string& xml) const {
    return updates_from_xml(xml, schema(), test_profile(), folder_.string());
  }
  [[nodiscard]] Result<Update> only(const std::string& xml) const {
    auto orders = read(xml);
    if (!orders) return fail(orders.error());
    EXPECT_EQ(orders->orders.size(), 1U);
    return std::move(orders->orders.at(0).read.update);
  }
  [[nodiscard]] Names faults_of(const std::string& xml) const {
    const auto update = only(xml);
    if (update) return {};
    Names names;
    for (const FieldFault& fault : update.error().fields) {
      names.push_back(fault.field + ": " + fault.code);
    }
    return names;
  }

  std::filesystem::path folder_;
};

std::string xml_of(const std::vector<RequestOrder>& orders, RequestKind kind) {
  return to_xml({.env = test_profile().env, .kind = kind, .orders = orders});
}

RequestOrder composed(const Update& update, const std::vector<std::string>& ids = {}) {
  return compose(update, test_profile(), ids);
}

RequestOrder with_attachment(const std::string& uuid) {
  RequestOrder order = composed(valid_update());
  order.statuses[0].attachments = {{.uuid = uuid, .document_type = "ELK_RESULT"}};
  return order;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST_F(UpdateFromXml, random_requests_say_again_what_was_sent) {
  const unsigned seed = testing::test_seed();
  SCOPED_TRACE(seed);
  testing::RandomUpdates random(seed);
  for (int i = 0; i < 90; ++i) {
    const Update update = random.next(i % testing::RandomUpdates::kKinds);
    std::vector<std::string> ids;
    for (std::size_t j = 0; j < all_results(update).size(); ++j) {
      ids.push_back("uuid-" + std::to_string(i) + "-" + std::to_string(j));
      put(ids.back());
    }
    const RequestOrder sent = composed(update, ids);
    const auto read_again = only(xml_of({sent}, RequestKind::create));
    ASSERT_TRUE(read_again) << read_again.error().describe();
    EXPECT_EQ(composed(*read_again, ids), sent);
    const auto faults = check(*read_again, test_profile(), {}, kNow).faults;
    EXPECT_TRUE(faults.empty()) << validation_error(faults).describe();
  }
}

TEST_F(UpdateFromXml, create_keeps_its_facts_and_the_letters_of_its_dates) {
  RequestOrder order = composed(valid_update());
  order.filed_at = *DateTime::parse("2026-04-16T08:00:00.1200+05:00");
  order.statuses[0].at = *DateTime::parse("2026-04-16T09:00:00");
  const auto update = only(xml_of({order}, RequestKind::create));
  ASSERT_TRUE(update) << update.error().describe();
  EXPECT_TRUE(update->order.has_facts());
  EXPECT_FALSE(update->order.created_elsewhere);
  EXPECT_EQ(update->order.filed_at.text(), "2026-04-16T08:00:00.1200+05:00");
  EXPECT_EQ(update->status.at.text(), "2026-04-16T09:00:00");
  EXPECT_EQ(update->order.sender_inn, test_profile().inn);
}

TEST_F(UpdateFromXml, update_is_of_an_order_that_another_system_has_created) {
  const auto by_number = only(xml_of({composed(valid_update())}, RequestKind::update));
  ASSERT_TRUE(by_number);
  EXPECT_TRUE(by_number->order.created_elsewhere);
  EXPECT_EQ(by_number->order.number, "1999290001");
  EXPECT_FALSE(by_number->order.has_facts());
  RequestOrder order = composed(valid_update());
  order.elk_number = 4654266659;
  const auto by_elk_number = only(xml_of({order}, RequestKind::update));
  ASSERT_TRUE(by_elk_number);
  EXPECT_EQ(by_elk_number->order.elk_number, 4654266659);
  EXPECT_TRUE(by_elk_number->order.number.empty());
}

TEST_F(UpdateFromXml, statuses_after_the_first_are_further_ones) {
  RequestOrder order = composed(valid_update());
  order.statuses.push_back(order.statuses[0]);
  order.statuses[1].code = 7;
  const auto update = only(xml_of({order}, RequestKind::create));
  ASSERT_EQ(update->more_statuses.size(), 1U);
  EXPECT_EQ(update->more_statuses[0].code, 7);
}

TEST_F(UpdateFromXml, order_without_statuses_has_nothing_to_say) {
  const std::string xml = xml_of({composed(valid_update())}, RequestKind::update);
  const std::size_t from = xml.find("<ns1:statusHistoryList>");
  const std::string end = "</ns1:statusHistoryList>";
  ASSERT_NE(from, std::string::npos);
  std::string without = xml;
  without.erase(from, xml.find(end) + end.size() - from);
  EXPECT_EQ(faults_of(without), Names{"status: missing"});
}

TEST_F(UpdateFromXml, fault_of_one_order_is_its_own) {
  RequestOrder bad = composed(valid_update());
  bad.order_number = std::string(37, '1');
  RequestOrder good = composed(valid_update());
  const auto orders = read(xml_of({good, bad, good}, RequestKind::create));
  ASSERT_TRUE(orders) << orders.error().describe();
  ASSERT_EQ(orders->orders.size(), 3U);
  EXPECT_TRUE(orders->orders[0].read.update && orders->orders[2].read.update);
  const Error& error = orders->orders[1].read.update.error();
  EXPECT_EQ(error.code, ErrorCode::schema_violation);
  EXPECT_EQ(error.fields.at(0).field,
            "ElkOrderRequest/CreateOrdersRequest/orders/order[2]/orderNumber");
  EXPECT_EQ(error.describe().find(std::string(37, '1')), std::string::npos);

  const std::string corrected = request_opening(orders->kind, test_profile().env) +
                                orders->orders[0].text + request_closing(orders->kind);
  EXPECT_TRUE(only(corrected)) << corrected;
}

TEST_F(UpdateFromXml, file_lies_under_its_name_or_alone_in_a_folder_of_it) {
  const std::string uuid = "265bdb70-b991-11e7-ba7c-a4db30d23ddc";
  const std::string xml = xml_of({with_attachment(uuid)}, RequestKind::create);
  const Names fault = {"status.results[0].path: file"};
  EXPECT_EQ(faults_of(xml), fault);
  put(uuid + "/Решение.pdf");
  EXPECT_EQ(only(xml)->status.results.at(0).path, (folder_ / uuid / "Решение.pdf").string());
  put(uuid + "/second.pdf");
  EXPECT_EQ(faults_of(xml), fault);
  std::filesystem::remove_all(folder_ / uuid);
  put(uuid);
  EXPECT_EQ(only(xml)->status.results.at(0).path, (folder_ / uuid).string());
  const auto orders = updates_from_xml(xml, schema(), test_profile(), "");
  EXPECT_EQ(orders->orders.at(0).read.update.error().fields.at(0).code, "file");
}

TEST_F(UpdateFromXml, name_of_a_file_leads_out_of_no_folder) {
  put("secret");
  for (const char* uuid : {"../secret", "..", ".", "a/b", "/etc/passwd", "", "secret\\", "с"}) {
    EXPECT_EQ(faults_of(xml_of({with_attachment(uuid)}, RequestKind::create)),
              Names{"status.results[0].path: pattern"})
        << uuid;
  }
}

TEST_F(UpdateFromXml, document_of_a_data_mart_goes_through_as_it_is) {
  RequestOrder order = with_attachment("x");
  order.statuses[0].attachments[0].data_mart = true;
  const auto update = only(xml_of({order}, RequestKind::create));
  ASSERT_TRUE(update);
  EXPECT_EQ(update->status.data_mart_results.at(0).uuid, "x");
  EXPECT_TRUE(update->status.results.empty());
}

TEST_F(UpdateFromXml, another_contour_is_refused_as_a_whole) {
  const std::string xml = xml_of({composed(valid_update())}, RequestKind::create);
  const auto orders = read(replaced(xml, "env=\"SVCDEV\"", "env=\"EPGU\""));
  ASSERT_FALSE(orders);
  EXPECT_EQ(orders.error().fields.at(0).code, "not_in_profile");
}

TEST_F(UpdateFromXml, what_is_no_request_is_refused_as_a_whole) {
  const std::string xml = xml_of({composed(valid_update())}, RequestKind::create);
  const auto code_of = [this](const std::string& text) { return read(text).error().code; };
  EXPECT_EQ(code_of(replaced(xml, "elk/status/1.0.2", "elk/status/1.0.1")),
            ErrorCode::schema_violation);
  EXPECT_EQ(code_of("<a/>"), ErrorCode::schema_violation);
  EXPECT_EQ(code_of(xml.substr(0, xml.size() / 2)), ErrorCode::bad_xml);
  EXPECT_EQ(code_of("<!DOCTYPE a [<!ENTITY b 'c'>]>" + xml), ErrorCode::bad_xml);
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<a>";
  EXPECT_EQ(code_of(deep), ErrorCode::limit_exceeded);
  EXPECT_EQ(code_of(replaced(xml, "<ns1:orders>", "<ns1:orders><ns1:orderX/>")),
            ErrorCode::schema_violation);
  EXPECT_EQ(code_of("<ElkOrderResponse xmlns='" + std::string(kNamespace) +
                    "'><UpdateOrdersResponse><code>0</code><message>m</message><orders><order>"
                    "<elkOrderNumber>1</elkOrderNumber><status>0</status><message>m</message>"
                    "</order></orders></UpdateOrdersResponse></ElkOrderResponse>"),
            ErrorCode::schema_violation);
}

TEST_F(UpdateFromXml, tells_every_value_that_cannot_be_read_at_once) {
  RequestOrder order = composed(valid_update());
  const std::string xml = xml_of({order}, RequestKind::create);
  const std::string filed = "<ns1:requestDate>" + order.filed_at.text();
  const std::string at = "<ns1:statusDate>" + order.statuses[0].at.text();
  // The schema knows 24:00:00 and years of five digits, dates of messages do not.
  const std::string unread = replaced(replaced(xml, filed, "<ns1:requestDate>2026-04-15T24:00:00"),
                                      at, "<ns1:statusDate>12026-04-16T10:00:00");
  EXPECT_EQ(faults_of(unread),
            (Names{"order/requestDate: date_time",
                   "order/statusHistoryList/statusHistory[1]/statusDate: date_time"}));
  const std::string place = "ElkOrderRequest/CreateOrdersRequest/orders/order/";
  EXPECT_EQ(faults_of(replaced(unread, ">1999290001<", "><")),
            (Names{place + "orderNumber: missing", "order/requestDate: date_time",
                   "order/statusHistoryList/statusHistory[1]/statusDate: date_time"}));
  EXPECT_EQ(faults_of(replaced(xml, filed, "<ns1:requestDate>2026-04-15")),
            Names{place + "requestDate: date_time"})
      << "told by the schema and by the reader, once";
}

TEST_F(UpdateFromXml, more_faults_than_are_counted_refuse_the_whole) {
  RequestOrder bad = composed(valid_update());
  bad.order_number = std::string(37, '1');
  const auto orders_of = [&](std::size_t count) {
    return read(xml_of(std::vector<RequestOrder>(count, bad), RequestKind::update));
  };
  EXPECT_TRUE(orders_of(10));
  EXPECT_FALSE(orders_of(xml::kSchemaFaultsMax + 1));
}

}  // namespace
}  // namespace smev::elk
