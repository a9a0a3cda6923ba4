// Contract: whether the store still is what was written into it. See sdk/outbox/table_check.cpp.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/outbox/contract.hpp"

namespace smev::outbox_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OutboxCheck : public OutboxContract {
 protected:
  StoreCheck check(bool read_files = false) {
    const auto checked = outbox().check_store(read_files);
    EXPECT_TRUE(checked) << checked.error().describe();
    return checked.value_or(StoreCheck{});
  }
  StoredFile with_file(const std::string& content) {
    const auto kept = outbox().keep_file(write_file("result.pdf", content));
    EXPECT_TRUE(kept);
    NewUpdate given = new_update("a");
    given.files = {*kept};
    submit(given);
    return *kept;
  }
};
SMEV_FOR_ALL_STORES(OutboxCheck);

TEST_P(OutboxCheck, an_empty_store_is_sound) {
  const StoreCheck found = check();
  EXPECT_TRUE(found.sound());
  EXPECT_EQ(found.messages + found.answers + found.files, 0);
}

TEST_P(OutboxCheck, reads_every_message_answer_and_file) {
  with_file("content");
  for (int i = 0; i < 70; ++i) submit("order " + std::to_string(i));
  const auto ids = freeze_all();
  ASSERT_GT(ids.size(), 64u) << "more than a page";
  for (const StartedAttempt& attempt : start()) finish(attempt, MessageEvent::accepted);
  deliver(ids[0], message(ids[0]).items.at(0).update);
  const StoreCheck found = check(true);
  EXPECT_THAT(found.faults, IsEmpty());
  EXPECT_EQ(found.messages, static_cast<std::int64_t>(ids.size()));
  EXPECT_EQ(found.answers, 1);
  EXPECT_EQ(found.files, 1);
}

TEST_P(OutboxCheck, a_file_that_is_gone_is_told) {
  const StoredFile file = with_file("content");
  std::filesystem::remove(*outbox().file_path(file.sha256));
  EXPECT_THAT(check().faults, ElementsAre(HasSubstr(file.sha256)));
}

TEST_P(OutboxCheck, a_file_of_the_same_size_and_another_content_is_told_when_files_are_read) {
  const StoredFile file = with_file("content");
  std::ofstream(*outbox().file_path(file.sha256), std::ios::binary) << "CONTENT";
  EXPECT_TRUE(check().sound());
  EXPECT_THAT(check(true).faults, ElementsAre(HasSubstr(file.sha256)));
}

}  // namespace
}  // namespace smev::outbox_test
