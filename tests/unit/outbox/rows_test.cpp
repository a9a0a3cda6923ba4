#include "sdk/outbox/rows.hpp"

#include <gtest/gtest.h>

#include "smev/testing/manual_clock.hpp"

namespace smev::outbox {
namespace {

TEST(Rows, the_files_of_a_message_come_back_from_json) {
  const auto ids = seeded_ids(std::make_shared<testing::ManualClock>(), 1);
  const std::vector<MessageFile> files = {{ids->next(), "aa", "a \"b\".pdf", "application/pdf"},
                                          {ids->next(), "bb", "", ""}};
  const auto read = files_from_json(files_to_json(files));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].uuid, files[0].uuid);
  EXPECT_EQ((*read)[0].name, "a \"b\".pdf");
  EXPECT_EQ((*read)[1].sha256, "bb");
  EXPECT_TRUE(files_from_json(files_to_json({}))->empty());
}

TEST(Rows, a_file_name_that_is_no_utf8_does_not_throw) {
  const auto ids = seeded_ids(std::make_shared<testing::ManualClock>(), 1);
  EXPECT_TRUE(files_from_json(files_to_json({{ids->next(), "aa", "\xFF\xFE", ""}})));
}

TEST(Rows, a_list_of_files_that_cannot_be_read_is_damage) {
  for (const char* text : {"", "{}", "[1]", "[{}]", "[{\"uuid\":\"x\"}]", "[", "null"}) {
    const auto read = files_from_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, ErrorCode::store) << text;
  }
}

TEST(Rows, forced_kinds_have_names_that_read_back) {
  for (const ForcedKind kind : {ForcedKind::none, ForcedKind::create, ForcedKind::update}) {
    EXPECT_EQ(forced_kind(name(kind)), kind);
  }
  EXPECT_EQ(forced_kind("other"), std::nullopt);
}

}  // namespace
}  // namespace smev::outbox
