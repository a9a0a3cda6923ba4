#include "mock-smev/admin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/mock/fixtures.hpp"

namespace smev::mock {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing_support::attachment_xml;
using testing_support::create_xml;
using testing_support::SentFile;
using testing_support::slurp;
using testing_support::update_xml;

class AdminTest : public testing_support::ServiceTest {
 protected:
  HttpReply call(const std::string& target, const std::string& method = "GET") {
    return Admin(parts.account, parts.journal, service).route({method, target, {}, {}});
  }
  json get(const std::string& target) {
    const HttpReply reply = call(target);
    EXPECT_EQ(reply.status, 200) << target;
    EXPECT_THAT(reply.content_type, HasSubstr("application/json"));
    return json::parse(reply.body, nullptr, false);
  }
};

TEST_F(AdminTest, shows_the_account_in_the_order_of_arrival) {
  const std::string first = send(create_xml("1"));
  send(create_xml("2"));
  send(update_xml("1", "7"));
  const json all = get("/orders");
  ASSERT_EQ(all["orders"].size(), 2u);
  const json& order = all["orders"][0];
  EXPECT_EQ(order["number"], "1");
  EXPECT_EQ(order["elk_number"], kFirstElkNumber);
  EXPECT_EQ(order["sender"], "MOCK01");
  EXPECT_EQ(order["applicant"], "person_by_snils");
  ASSERT_EQ(order["statuses"].size(), 2u);
  EXPECT_EQ(order["statuses"][0]["code"], 6);
  EXPECT_EQ(order["statuses"][0]["message_id"], first);
  EXPECT_EQ(order["statuses"][0]["date"], "2026-04-16T09:00:00+03:00");
  EXPECT_EQ(order["statuses"][0]["received"], "2026-04-16T07:00:00.000000Z");
  EXPECT_EQ(order["statuses"][0]["signature"], "valid");
  EXPECT_EQ(order["statuses"][1]["code"], 7);
  EXPECT_EQ(get("/orders/1"), order);
}

TEST_F(AdminTest, shows_nothing_of_the_person_but_the_kind) {
  send(create_xml("1"));
  EXPECT_EQ(call("/orders").body.find("Петрова"), std::string::npos);
  EXPECT_EQ(call("/orders").body.find("112-233"), std::string::npos);
  EXPECT_EQ(call("/messages").body.find("Петрова"), std::string::npos);
}

TEST_F(AdminTest, finds_a_number_that_was_percent_encoded) {
  send(create_xml("А-1/2 %"));
  EXPECT_EQ(get("/orders/%D0%90-1%2F2%20%25")["number"], "А-1/2 %");
  EXPECT_EQ(call("/orders/%D0%90-1%2F2%20%").status, 404) << "a broken escape";
  EXPECT_EQ(call("/orders/%zz").status, 404);
}

TEST_F(AdminTest, gives_a_result_back_with_its_type) {
  const SentFile file = store("решение.pdf", "%PDF-1.4 result");
  send(create_xml("А-1"));
  send_with_file(update_xml("А-1", "3", attachment_xml(file.uuid)), file);
  const json result = get("/orders/%D0%90-1")["statuses"][1]["results"][0];
  EXPECT_EQ(result["id"], "1");
  EXPECT_EQ(result["name"], "решение.pdf");
  EXPECT_EQ(result["size"], 15);
  EXPECT_EQ(result["document_type"], "ELK_RESULT");
  EXPECT_EQ(result["uuid"], file.uuid);
  const HttpReply reply = call(result["url"].get<std::string>());
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.content_type, "application/pdf");
  EXPECT_EQ(slurp(reply.file_path), "%PDF-1.4 result");
  EXPECT_EQ(call("/orders/%D0%90-1/results/2").status, 404);
  EXPECT_EQ(call("/orders/%D0%90-1/other/1").status, 404);
  EXPECT_EQ(call("/orders/none/results/1").status, 404);
}

TEST_F(AdminTest, asks_whose_order_is_meant_when_two_senders_use_the_number) {
  send(create_xml("1"));
  std::string other = create_xml("1");
  other.replace(other.find("9900123450"), 10, "9900123467");
  send(other);
  EXPECT_EQ(call("/orders/1").status, 409);
  EXPECT_EQ(get("/orders/1?inn=9900123467")["inn"], "9900123467");
  EXPECT_EQ(call("/orders/1?inn=1").status, 404);
}

TEST_F(AdminTest, shows_the_journal_with_its_counters) {
  send(create_xml("1"));
  poll();
  const json messages = get("/messages");
  EXPECT_EQ(messages["counters"]["SendRequest.accepted"], 1);
  EXPECT_EQ(messages["counters"]["GetResponse.delivered"], 1);
  EXPECT_EQ(messages["queue"], 1);
  ASSERT_EQ(messages["messages"].size(), 2u);
  EXPECT_EQ(messages["messages"][0]["operation"], "SendRequest");
  EXPECT_EQ(messages["messages"][0]["outcome"], "accepted");
  EXPECT_EQ(messages["messages"][0]["duplicate"], false);
}

TEST_F(AdminTest, says_that_it_is_well) { EXPECT_EQ(get("/health")["status"], "ok"); }

TEST_F(AdminTest, knows_its_pages_and_their_methods) {
  EXPECT_EQ(call("/").status, 404);
  EXPECT_EQ(call("/smev/v1.1/ws", "POST").status, 404);
  EXPECT_EQ(call(kServicePath, "GET").status, 405);
  for (const char* page : {"/orders", "/orders/1", "/messages", "/health"}) {
    const HttpReply reply = call(page, "POST");
    EXPECT_EQ(reply.status, 405) << page;
    EXPECT_FALSE(json::parse(reply.body, nullptr, false).is_discarded());
  }
  EXPECT_EQ(call(kServicePath, "POST").status, 500) << "an empty body is no SOAP";
}

}  // namespace
}  // namespace smev::mock
