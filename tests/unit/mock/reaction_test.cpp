#include "mock-smev/reaction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/xml/schema.hpp"
#include "tests/support/shared_samples.hpp"

namespace smev::mock {
namespace {

using namespace std::chrono_literals;

elk::Answer answer_of_two() {
  elk::Answer answer;
  answer.kind = elk::RequestKind::update;
  answer.message = "OK";
  answer.orders = {{4700000001, "1", 0, "OK"}, {4700000002, "2", 0, "OK"}};
  return answer;
}

elk::Answer read(const std::string& text) {
  const auto document = xml::Document::parse(text);
  EXPECT_TRUE(document) << text;
  return *elk::read_answer(document->root());
}

bool is_valid(const std::string& text) {
  const auto schema = xml::Schema::load(xml::schema_directory() + "/elk-status-1.0.2.xsd");
  const auto document = xml::Document::parse(text);
  EXPECT_TRUE(schema && document);
  return (*schema)->check(*document).empty();
}

TEST(Reaction, is_read_from_a_short_text) {
  const auto rule = parse_reaction_rule("1999290001=code-13:2");
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->order_number, "1999290001");
  EXPECT_EQ(rule->reaction, "code-13");
  EXPECT_EQ(rule->count, 2);
  EXPECT_EQ(parse_reaction_rule("A=B:7/1=omit")->order_number, "A=B:7/1");
  EXPECT_EQ(parse_reaction_rule("1=omit")->count, 1);
  EXPECT_EQ(parse_reaction("code--1")->code, -1);
  EXPECT_EQ(parse_reaction("late-90m")->delay, Duration(90min));
}

TEST(Reaction, refuses_what_it_does_not_know) {
  for (const char* text :
       {"", "1", "=omit", "1=", "1=nothing", "1=omit:0", "1=omit:x", "1=omit:1000001", "1=code-",
        "1=code-0", "1=code-x", "1=code-32768", "1=code--32769", "1=late-", "1=late-5"}) {
    EXPECT_FALSE(parse_reaction_rule(text)) << text;
  }
  EXPECT_TRUE(parse_reaction_rule("1=code-32767:1000000"));
}

TEST(Reaction, is_known_by_every_name_that_is_told) {
  for (const std::string& name : reaction_names()) EXPECT_TRUE(parse_reaction(name)) << name;
}

TEST(Reaction, stands_by_its_name_on_the_pages) {
  for (const char* page : {"mock-smev.md", "answers.md"}) {
    const std::string text =
        smev::testing::octets_of(smev::testing::source_folder() / "docs" / page);
    for (const std::string& name : reaction_names()) {
      EXPECT_THAT(text, ::testing::HasSubstr("`" + name + "`")) << page;
    }
  }
}

TEST(Reactions, of_one_order_are_worked_off_in_their_order) {
  Reactions reactions({{"1", "omit", 2}, {"2", "noise", 1}, {"1", "code-5", 1}});
  EXPECT_EQ(reactions.next("1")->kind, ReactionKind::omit);
  EXPECT_EQ(reactions.next("1")->kind, ReactionKind::omit);
  EXPECT_EQ(reactions.next("1")->code, 5);
  EXPECT_FALSE(reactions.next("1"));
  EXPECT_EQ(reactions.next("2")->kind, ReactionKind::noise);
  EXPECT_FALSE(reactions.next("3"));
}

TEST(Reactions, leave_an_order_out_and_never_an_empty_answer) {
  elk::Answer answer = answer_of_two();
  bend(answer, 0, ReactionKind::omit);
  ASSERT_EQ(answer.orders.size(), 1U);
  EXPECT_EQ(answer.orders[0].order_number, "2");
  bend(answer, 0, ReactionKind::omit);
  ASSERT_EQ(answer.orders.size(), 1U);
  EXPECT_NE(answer.orders[0].order_number, "2");
  EXPECT_EQ(answer.orders[0].elk_number, std::nullopt);
}

TEST(Reactions, contradict_whatever_the_result_was) {
  for (const int result : {0, 5, 13}) {
    elk::Answer answer = answer_of_two();
    answer.orders[1].result = result;
    answer.orders[1].message = "as it was";
    bend(answer, 1, ReactionKind::conflict);
    ASSERT_EQ(answer.orders.size(), 3U);
    EXPECT_EQ(answer.orders[2].order_number, "2");
    EXPECT_NE(answer.orders[2].result, result);
    EXPECT_NE(answer.orders[2].message, answer.orders[1].message);
  }
}

TEST(Reactions, break_the_schema_where_they_say_so_and_only_there) {
  const elk::Answer answer = answer_of_two();
  EXPECT_TRUE(is_valid(answer_content(answer, {})));
  EXPECT_TRUE(is_valid(answer_content(answer, ReactionKind::noise)));
  EXPECT_TRUE(is_valid(answer_content(answer, ReactionKind::omit)));
  EXPECT_FALSE(is_valid(answer_content(answer, ReactionKind::broken)));
  EXPECT_FALSE(is_valid(answer_content(answer, ReactionKind::unreadable)));
  EXPECT_FALSE(is_valid(answer_content(answer, ReactionKind::other_type)));
}

TEST(Reactions, keep_the_content_equal_under_all_the_noise) {
  const std::string noisy = answer_content(answer_of_two(), ReactionKind::noise);
  EXPECT_TRUE(read(noisy) == answer_of_two());
  EXPECT_THAT(noisy, ::testing::HasSubstr("xmlns:u39="));
}

TEST(Reactions, leave_a_broken_answer_readable) {
  const elk::Answer broken = read(answer_content(answer_of_two(), ReactionKind::broken));
  ASSERT_EQ(broken.orders.size(), 2U);
  EXPECT_EQ(broken.orders[1].order_number, "2");
  EXPECT_EQ(broken.orders[1].result, 0);
}

}  // namespace
}  // namespace smev::mock
