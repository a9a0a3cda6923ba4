#include <gtest/gtest.h>

#include <set>

#include "sdk/base/text.hpp"
#include "sdk/elk/answer.hpp"

namespace smev::elk {
namespace {

TEST(ExplainResult, says_something_of_its_own_for_every_known_code) {
  std::set<std::string> texts;
  for (const int code : {0, 4, 5, 11, 13, 28, 31, 34, 38}) {
    const std::string text = explain_result(code, "");
    EXPECT_TRUE(texts.insert(text).second) << code;
    EXPECT_EQ(text.find("не опубликовано"), std::string::npos) << code;
    EXPECT_EQ(text.back(), '.') << code;
  }
}

TEST(ExplainResult, shows_the_number_and_the_message_of_an_unknown_code) {
  const std::string text = explain_result(29, "Something\nnew");
  EXPECT_NE(text.find("29"), std::string::npos);
  EXPECT_NE(text.find("«Something new»"), std::string::npos);
  EXPECT_EQ(explain_result(-7, "").find("«"), std::string::npos);
}

TEST(ExplainResult, cuts_a_long_message_between_characters) {
  std::string message;
  for (std::size_t i = 0; i < kShownMessageLength + 1; ++i) message += "ж";
  const std::string text = explain_result(99, message);
  EXPECT_TRUE(is_valid_utf8(text));
  EXPECT_EQ(text.find(message), std::string::npos);
  EXPECT_NE(text.find("«" + message.substr(2) + "»"), std::string::npos);
  EXPECT_EQ(explain_result(99, "\xFF").find("«"), std::string::npos);
}

}  // namespace
}  // namespace smev::elk
