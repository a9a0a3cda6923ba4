#include "sdk/outbox/hot_queries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sdk/outbox/sqlite_schema.hpp"

namespace smev::outbox {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct HotQuery {
  const char* name;
  const char* sql;
  const char* index;
};

class HotQueries : public ::testing::TestWithParam<HotQuery> {};

TEST_P(HotQueries, reads_its_index_in_order_and_sorts_nothing) {
  auto database = SqliteDatabase::open(":memory:", Duration{});
  ASSERT_TRUE(database);
  ASSERT_TRUE(ensure_schema(**database));
  auto plan = (*database)->query(std::string("EXPLAIN QUERY PLAN ") + GetParam().sql);
  ASSERT_TRUE(plan) << plan.error().describe();
  std::string text;
  while (*plan->next()) text += plan->text(3) + "\n";
  EXPECT_THAT(text, HasSubstr(GetParam().index));
  EXPECT_THAT(text, Not(HasSubstr("TEMP B-TREE")));
}

INSTANTIATE_TEST_SUITE_P(
    All, HotQueries,
    ::testing::Values(HotQuery{"claimable", kClaimableSql, "updates_claimable"},
                      HotQuery{"unfinished_of_another", kUnfinishedOfAnotherSql, "updates_head"},
                      HotQuery{"next_claimable", kNextClaimableSql, "updates_claimable"},
                      HotQuery{"next_lease_end", kNextLeaseEndSql, "updates_leased"},
                      HotQuery{"due_messages", kDueMessagesSql, "messages_due"},
                      HotQuery{"next_due_message", kNextDueMessageSql, "messages_due"},
                      HotQuery{"lapsed_messages", kLapsedMessagesSql, "messages_leased"},
                      HotQuery{"next_lapsed", kNextLapsedMessageSql, "messages_leased"},
                      HotQuery{"awaited", kAwaitedSql, "messages_waiting"},
                      HotQuery{"unanswered", kUnansweredSql, "messages_awaited"},
                      HotQuery{"past_deadline", kPastDeadlineSql, "updates_deadline"},
                      HotQuery{"near_deadline", kNearDeadlineSql, "updates_deadline"},
                      HotQuery{"near_deadline_in_flight", kNearDeadlineInFlightSql,
                               "updates_deadline_in_flight"}),
    [](const auto& query) { return query.param.name; });

}  // namespace
}  // namespace smev::outbox
