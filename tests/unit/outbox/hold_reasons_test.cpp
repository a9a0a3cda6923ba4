#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sdk/base/text.hpp"
#include "smev/outbox/states.hpp"

namespace smev {
namespace {

// A next step has to be readable in one glance.
constexpr std::size_t kNextStepMax = 280;

bool is_russian(std::string_view text) {
  return text.find("\xD0") != std::string_view::npos || text.find("\xD1") != std::string_view::npos;
}

TEST(HoldReasons, every_reason_says_in_russian_what_happened_and_what_to_do) {
  std::set<std::string_view> labels;
  for (const HoldReason reason : all_hold_reasons()) {
    EXPECT_TRUE(is_russian(label(reason))) << name(reason);
    EXPECT_TRUE(is_russian(next_step(reason))) << name(reason);
    EXPECT_TRUE(next_step(reason).ends_with('.')) << name(reason);
    EXPECT_LE(utf8_length(next_step(reason)), kNextStepMax) << name(reason);
    EXPECT_TRUE(labels.insert(label(reason)).second) << name(reason);
  }
}

TEST(HoldReasons, every_next_step_names_its_command) {
  for (const HoldReason reason : all_hold_reasons()) {
    if (reason == HoldReason::none) continue;
    EXPECT_NE(next_step(reason).find("(queue "), std::string_view::npos) << name(reason);
  }
}

TEST(HoldReasons, names_read_back) {
  ASSERT_EQ(all_hold_reasons().size(), 14u);
  for (const HoldReason reason : all_hold_reasons()) {
    EXPECT_EQ(hold_reason(name(reason)), reason);
  }
  EXPECT_EQ(hold_reason("no such reason"), std::nullopt);
}

}  // namespace
}  // namespace smev
