#include "sdk/elk/status_dates.hpp"

#include <gtest/gtest.h>

namespace smev::elk {
namespace {

Update update_at(const std::vector<std::string>& dates) {
  Update update;
  for (std::size_t i = 0; i < dates.size(); ++i) {
    Status& status = i == 0 ? update.status : update.more_statuses.emplace_back();
    status.at = *DateTime::parse(dates[i]);
  }
  return update;
}

std::vector<std::string> dates_of(const Update& update) {
  std::vector<std::string> dates{update.status.at.text()};
  for (const Status& status : update.more_statuses) dates.push_back(status.at.text());
  return dates;
}

using Dates = std::vector<std::string>;

TEST(StatusDates, that_rise_stay_letter_for_letter) {
  const Dates dates{"2026-04-16T10:00:00.0+03:00", "2026-04-16T07:00:01Z", "2026-04-16T10:00:02"};
  Update update = update_at(dates);
  const LatestDate latest = space_dates(update, std::nullopt);
  EXPECT_EQ(dates_of(update), dates);
  EXPECT_EQ(latest.given, latest.sent);
  EXPECT_EQ(latest.sent, DateTime::parse(dates[2])->instant());
}

TEST(StatusDates, that_are_equal_step_by_a_microsecond_in_their_own_form) {
  Update update = update_at({"2026-04-16T10:00:00+03:00", "2026-04-16T07:00:00Z",
                             "2026-04-16T10:00:00", "2026-04-16T10:00:00.000001+03:00"});
  space_dates(update, std::nullopt);
  EXPECT_EQ(dates_of(update),
            (Dates{"2026-04-16T10:00:00+03:00", "2026-04-16T07:00:00.000001Z",
                   "2026-04-16T10:00:00.000002", "2026-04-16T10:00:00.000003+03:00"}));
}

TEST(StatusDates, of_updates_that_know_only_the_day_rise_one_after_another) {
  std::optional<LatestDate> latest;
  Dates sent;
  for (int i = 0; i < 3; ++i) {
    Update update = update_at({"2026-04-16T00:00:00+03:00"});
    // What the outbox keeps between them is text.
    latest = parse_mark(to_mark(space_dates(update, latest)));
    ASSERT_TRUE(latest);
    sent.push_back(update.status.at.text());
  }
  EXPECT_EQ(sent, (Dates{"2026-04-16T00:00:00+03:00", "2026-04-16T00:00:00.000001+03:00",
                         "2026-04-16T00:00:00.000002+03:00"}));
  EXPECT_EQ(compare(*DateTime::parse("2026-04-16T00:00:00+03:00"), *latest), DateOrder::equal);
  EXPECT_EQ(compare(*DateTime::parse("2026-04-16T00:00:00.000002+03:00"), *latest),
            DateOrder::equal);
  EXPECT_EQ(compare(*DateTime::parse("2026-04-16T00:00:00.000003+03:00"), *latest),
            DateOrder::later);
  EXPECT_EQ(compare(*DateTime::parse("2026-04-15T23:59:59.999999+03:00"), *latest),
            DateOrder::earlier);
}

TEST(StatusDates, mark_is_no_other_text) {
  EXPECT_EQ(parse_mark(""), std::nullopt);
  EXPECT_EQ(parse_mark("2026-04-16T07:00:00.000000Z"), std::nullopt);
  EXPECT_EQ(parse_mark("2026-04-16T07:00:00.000000Z/"), std::nullopt);
  EXPECT_EQ(parse_mark("a/2026-04-16T07:00:00.000000Z"), std::nullopt);
}

}  // namespace
}  // namespace smev::elk
