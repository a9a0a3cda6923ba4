#include "mock-smev/injection.hpp"

#include <gtest/gtest.h>

namespace smev::mock {
namespace {

TEST(Injection, is_read_from_a_short_text) {
  const auto rule = parse_injection("SendRequest=SMEVFailure:3");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->operation, "SendRequest");
  EXPECT_EQ(rule->trouble, "SMEVFailure");
  EXPECT_EQ(rule->count, 3);
  EXPECT_EQ(parse_injection("Ack=drop")->count, 1);
}

TEST(Injection, refuses_what_it_does_not_know) {
  for (const char* text :
       {"", "SendRequest", "SendRequest=", "SendRequest=Nothing", "Send=drop", "Ack=drop:0",
        "Ack=drop:-1", "Ack=drop:x", "Ack=drop:", "Ack=drop:1x", "Ack=drop:1000001"}) {
    EXPECT_FALSE(parse_injection(text)) << text;
  }
  EXPECT_TRUE(parse_injection("Ack=drop:1000000"));
}

TEST(Injection, knows_every_trouble_that_it_names) {
  EXPECT_FALSE(trouble_names().empty());
  for (const std::string& name : trouble_names()) {
    EXPECT_TRUE(parse_injection("GetResponse=" + name)) << name;
  }
}

TEST(Injection, works_off_the_rules_of_one_operation_in_their_order) {
  Injection injection(
      {{"SendRequest", "SMEVFailure", 2}, {"SendRequest", "html-504", 1}, {"Ack", "drop", 1}});
  for (int i = 0; i < 2; ++i) {
    const auto trouble = injection.next("SendRequest");
    ASSERT_TRUE(trouble && std::holds_alternative<Fault>(*trouble));
    EXPECT_EQ(std::get<Fault>(*trouble).name, "SMEVFailure");
  }
  const auto page = injection.next("SendRequest");
  ASSERT_TRUE(page && std::holds_alternative<GatewayPage>(*page));
  EXPECT_EQ(std::get<GatewayPage>(*page).status, 504);
  EXPECT_FALSE(injection.next("SendRequest"));
  const auto broken = injection.next("Ack");
  EXPECT_TRUE(broken && std::holds_alternative<BrokenConnection>(*broken));
  EXPECT_FALSE(injection.next("GetResponse"));
}

}  // namespace
}  // namespace smev::mock
