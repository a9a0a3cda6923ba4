#include "smev/base/result.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace smev {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(local_error(ErrorCode::validation, "odd"));
  return number / 2;
}

Result<int> quarter(int number) {
  SMEV_ASSIGN(const int once, half(number));
  SMEV_ASSIGN(const int twice, half(once));
  return twice;
}

Result<void> only_even(int number) {
  SMEV_TRY(half(number));
  return {};
}

TEST(Result, holds_a_value_or_an_error) {
  const Result<int> good = half(4);
  ASSERT_TRUE(good.has_value());
  EXPECT_TRUE(static_cast<bool>(good));
  EXPECT_EQ(*good, 2);
  EXPECT_EQ(good.value(), 2);
  const Result<int> bad = half(3);
  EXPECT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::validation);
  EXPECT_EQ(bad.error().detail, "odd");
}

TEST(Result, value_or_gives_the_other_only_after_a_failure) {
  EXPECT_EQ(half(4).value_or(-1), 2);
  EXPECT_EQ(half(3).value_or(-1), -1);
}

TEST(Result, takes_values_that_can_only_be_moved) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(7);
  EXPECT_EQ(**result, 7);
  const std::unique_ptr<int> owned = *std::move(result);
  EXPECT_EQ(*owned, 7);
}

Result<std::vector<std::string>> words() {
  return std::vector<std::string>{std::string(100, 'a'), std::string(100, 'b')};
}

TEST(Result, value_of_a_passing_result_may_be_walked_over) {
  std::string seen;
  for (const std::string& word : *words()) seen += word;
  for (const std::string& word : words().value()) seen += word;
  EXPECT_EQ(seen.size(), 400U);
  EXPECT_FALSE(std::is_reference_v<decltype(*words())>);
  EXPECT_FALSE(std::is_reference_v<decltype(words().value())>);
}

TEST(Result, members_are_reached_by_arrow) {
  Result<std::string> text = std::string("abc");
  EXPECT_EQ(text->size(), 3U);
  text->push_back('d');
  EXPECT_EQ(*text, "abcd");
}

TEST(Result, assign_goes_on_with_the_value_or_returns_the_error) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).error().detail, "odd");
  EXPECT_EQ(quarter(5).error().detail, "odd");
}

TEST(Result, of_nothing_tells_success_and_failure) {
  EXPECT_TRUE(only_even(2));
  EXPECT_NO_FATAL_FAILURE(only_even(2).value());
  const Result<void> bad = only_even(1);
  EXPECT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().code, ErrorCode::validation);
}

TEST(ResultDeathTest, taking_the_value_of_a_failure_ends_the_program) {
  EXPECT_DEATH(static_cast<void>(half(1).value()),
               "value of a failed Result taken: validation: odd");
  EXPECT_DEATH(only_even(1).value(), "value of a failed Result taken");
}

}  // namespace
}  // namespace smev
