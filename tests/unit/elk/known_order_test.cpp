#include "sdk/elk/known_order.hpp"

#include <gtest/gtest.h>

#include "sdk/elk/json.hpp"
#include "tests/unit/elk/fixtures.hpp"

namespace smev::elk {
namespace {

using testing::valid_update;

KnownOrder known_from(const Order& order) {
  KnownOrder known;
  learn(known, order);
  return known;
}

TEST(KnownOrder, takes_of_each_field_what_was_said_last) {
  Order first = valid_update().order;
  first.region = "45000000";
  first.office = Office{.name = "Первое окно", .address = "ул. Примерная", .channel = 3};
  KnownOrder known = known_from(first);
  Order later{.number = "1999290001"};
  later.sender_kpp = "990101002";
  later.office = Office{.name = "Второе окно"};
  learn(known, later);
  EXPECT_EQ(known.order.service, first.service);
  EXPECT_EQ(known.order.applicant, first.applicant);
  EXPECT_EQ(known.order.region, "45000000");
  EXPECT_EQ(known.order.sender_kpp, "990101002");
  EXPECT_EQ(known.order.office, (Office{.name = "Второе окно", .channel = 3}))
      << "an office is one place";
  EXPECT_TRUE(known.order.has_facts());
}

TEST(KnownOrder, keeps_no_claim_of_an_update) {
  Order order = valid_update().order;
  order.elk_number = 4654266659;
  order.created_elsewhere = true;
  const KnownOrder known = known_from(order);
  EXPECT_EQ(known.order.elk_number, std::nullopt);
  EXPECT_FALSE(known.order.created_elsewhere);
}

TEST(KnownOrder, reads_what_it_wrote) {
  KnownOrder known = known_from(valid_update().order);
  learn(known, {.number = "1999290001", .applicant = PersonByEsiaId{.esia_id = "a\"б\n"}});
  const auto read = known_order_from_json(to_json(known));
  ASSERT_TRUE(read) << read.error().describe();
  EXPECT_EQ(*read, known);
  EXPECT_EQ(read->identities.size(), 2U);
  const auto nameless = known_order_from_json(to_json(known_from({.elk_number = 7})));
  ASSERT_TRUE(nameless) << nameless.error().describe();
  EXPECT_FALSE(nameless->order.has_facts());
}

TEST(KnownOrder, reads_the_facts_of_older_versions_and_nothing_out_of_nothing) {
  const auto older = known_order_from_json(to_json(valid_update().order));
  ASSERT_TRUE(older) << older.error().describe();
  EXPECT_EQ(older->order, valid_update().order);
  EXPECT_EQ(older->identities, std::vector<std::string>{"snils:112-233-445 95"});
  EXPECT_EQ(*known_order_from_json(""), KnownOrder{});
  EXPECT_FALSE(known_order_from_json("{"));
}

}  // namespace
}  // namespace smev::elk
