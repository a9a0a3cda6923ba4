#include "sdk/elk/order_key.hpp"

#include <gtest/gtest.h>

namespace smev::elk {
namespace {

TEST(OrderKey, is_the_sender_s_number_and_without_one_the_number_of_elk) {
  EXPECT_EQ(order_key_number({.number = "A-1", .elk_number = 7}), "A-1");
  EXPECT_EQ(order_key_number({.elk_number = 4654266659}), "elk:4654266659");
  EXPECT_EQ(order_key_number({}), "");
}

TEST(OrderKey, tells_the_number_of_elk_that_it_is_made_of) {
  EXPECT_EQ(elk_number_of_key("elk:4654266659"), 4654266659);
  for (const char* number : {"4654266659", "elk:", "elk:7a", "elk:-7", "elk:+7", "ELK:7", ""}) {
    EXPECT_EQ(elk_number_of_key(number), std::nullopt) << number;
  }
}

}  // namespace
}  // namespace smev::elk
