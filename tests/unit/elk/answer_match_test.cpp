#include "sdk/elk/answer_match.hpp"

#include <gtest/gtest.h>

namespace smev::elk {
namespace {

constexpr std::int64_t kElk = 4654266659;  // does not fit into 32 bits

AnswerOrder said(const std::string& number, std::optional<std::int64_t> elk_number, int result) {
  return {elk_number, number, result, "text"};
}

AnswerMatch match(std::vector<AnswerOrder> orders, const std::vector<AskedOrder>& asked) {
  Answer answer;
  answer.orders = std::move(orders);
  return match_orders(answer, asked);
}

TEST(AnswerMatch, goes_by_the_order_number_whatever_the_order_of_the_answer) {
  const auto found = match({said("2", kElk, 5), said("1", {}, 0)}, {{"1", {}}, {"2", {}}});
  ASSERT_EQ(found.said[0].size(), 1U);
  EXPECT_EQ(found.said[0][0].result, 0);
  ASSERT_EQ(found.said[1].size(), 1U);
  EXPECT_EQ(found.said[1][0].result, 5);
  EXPECT_EQ(found.foreign, 0U);
  EXPECT_EQ(found.renamed, 0U);
}

TEST(AnswerMatch, goes_by_all_64_bits_of_the_number_of_elk_where_no_order_number_is_given) {
  const auto found = match({said("", kElk, 0), said("", kElk - (1LL << 32), 5)},
                           {{"1", kElk}, {"2", std::nullopt}});
  ASSERT_EQ(found.said[0].size(), 1U);
  EXPECT_EQ(found.said[0][0].result, 0);
  EXPECT_TRUE(found.said[1].empty());
  EXPECT_EQ(found.foreign, 1U);
}

TEST(AnswerMatch, takes_an_order_of_our_elk_number_under_another_order_number_for_ours) {
  const auto found = match({said("other", kElk, 0)}, {{"1", kElk}});
  EXPECT_EQ(found.said[0].size(), 1U);
  EXPECT_EQ(found.renamed, 1U);
  EXPECT_EQ(found.foreign, 0U);
}

TEST(AnswerMatch, takes_a_claimed_elk_number_under_another_order_number_for_somebody_else_s) {
  const AskedOrder claimed{.order_number = "1", .elk_number = kElk, .confirmed = false};
  const auto found = match({said("other", kElk, 0)}, {claimed, {"2", {}}});
  EXPECT_TRUE(found.said[0].empty());
  EXPECT_EQ(found.misnamed, (std::vector<bool>{true, false}));
  EXPECT_EQ(found.foreign, 1U);
  const auto named = match({said("other", kElk, 0), said("1", {}, 0)}, {claimed});
  EXPECT_EQ(named.said[0].size(), 1U);
  EXPECT_FALSE(named.misnamed[0]);
  EXPECT_EQ(match({said("", kElk, 0)}, {claimed, {"2", {}}}).said[0].size(), 1U);
}

TEST(AnswerMatch, prefers_our_order_number_to_our_elk_number_under_another) {
  const auto found = match({said("other", kElk, 5), said("1", {}, 0)}, {{"1", kElk}});
  ASSERT_EQ(found.said[0].size(), 1U);
  EXPECT_EQ(found.said[0][0].result, 0);
  EXPECT_EQ(found.renamed, 0U);
  EXPECT_EQ(found.foreign, 1U);
}

TEST(AnswerMatch, gives_an_order_to_the_one_that_bears_its_number_and_not_to_its_elk_number) {
  const auto found = match({said("2", kElk, 5)}, {{"1", kElk}, {"2", {}}});
  EXPECT_TRUE(found.said[0].empty());
  EXPECT_EQ(found.said[1].size(), 1U);
}

TEST(AnswerMatch, collects_all_that_is_said_of_one_order) {
  const auto found = match({said("1", {}, 0), said("", kElk, 5), said("1", {}, 0)}, {{"1", kElk}});
  EXPECT_EQ(found.said[0].size(), 3U);
}

TEST(AnswerMatch, gives_a_lone_order_without_numbers_to_a_lone_one_of_ours) {
  EXPECT_EQ(match({said("", {}, 13)}, {{"1", {}}}).said[0].size(), 1U);
  EXPECT_EQ(match({said("", kElk, 0)}, {{"1", {}}}).said[0].size(), 1U);
  EXPECT_EQ(match({said("7", {}, 28)}, {{"", kElk}}).said[0].size(), 1U);
}

TEST(AnswerMatch, gives_nothing_to_a_lone_order_of_ours_that_speaks_of_another) {
  EXPECT_TRUE(match({said("2", {}, 0)}, {{"1", {}}}).said[0].empty());
  EXPECT_TRUE(match({said("", kElk + 1, 0)}, {{"1", kElk}}).said[0].empty());
  EXPECT_TRUE(match({said("7", kElk + 1, 0)}, {{"", kElk}}).said[0].empty());
}

TEST(AnswerMatch, leaves_an_order_without_numbers_to_nobody_when_there_are_several) {
  const auto two_said = match({said("", {}, 0), said("", {}, 5)}, {{"1", {}}});
  EXPECT_TRUE(two_said.said[0].empty());
  EXPECT_EQ(two_said.foreign, 2U);
  const auto two_asked = match({said("", {}, 0)}, {{"1", {}}, {"2", {}}});
  EXPECT_TRUE(two_asked.said[0].empty());
  EXPECT_TRUE(two_asked.said[1].empty());
}

}  // namespace
}  // namespace smev::elk
