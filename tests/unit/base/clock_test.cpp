#include "smev/base/clock.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace smev {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TimePoint utc(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
              int second = 0) {
  return TimePoint{std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                                         static_cast<int>(day)}} +
         hours{hour} + minutes{minute} + seconds{second};
}

TEST(DateTime, moment_is_written_in_moscow_time_with_its_offset) {
  EXPECT_EQ(DateTime(utc(2026, 4, 16, 7, 47, 33)).text(), "2026-04-16T10:47:33+03:00");
  EXPECT_EQ(DateTime(utc(2025, 12, 31, 21, 0, 0)).text(), "2026-01-01T00:00:00+03:00");
  EXPECT_EQ(DateTime(utc(2026, 4, 16)).offset_minutes(), 180);
}

TEST(DateTime, is_made_from_a_moment_of_any_unit) {
  using Nanoseconds = std::chrono::sys_time<std::chrono::nanoseconds>;
  const TimePoint moment = utc(2026, 4, 16, 7, 47, 33) + microseconds{379123};
  const DateTime fine = Nanoseconds{moment} + std::chrono::nanoseconds{999};
  EXPECT_EQ(fine, DateTime(moment)) << "what is finer is cut";
  const DateTime before_1970 = Nanoseconds{} - std::chrono::nanoseconds{1};
  EXPECT_EQ(before_1970.instant(), TimePoint{} - microseconds{1}) << "towards the past";
  const DateTime day = std::chrono::sys_days{std::chrono::year{2026} / 4 / 16};
  EXPECT_EQ(day.text(), "2026-04-16T03:00:00+03:00");
  const DateTime now = std::chrono::system_clock::now() - hours{3};
  EXPECT_FALSE(now.empty());
}

TEST(DateTime, fraction_is_written_in_thousandths_or_millionths_or_not_at_all) {
  const TimePoint moment = utc(2026, 4, 16, 7, 47, 33);
  EXPECT_EQ(DateTime(moment + milliseconds{379}).text(), "2026-04-16T10:47:33.379+03:00");
  EXPECT_EQ(DateTime(moment + milliseconds{5}).text(), "2026-04-16T10:47:33.005+03:00");
  EXPECT_EQ(DateTime(moment + milliseconds{500}).text(), "2026-04-16T10:47:33.500+03:00");
  EXPECT_EQ(DateTime(moment + microseconds{1}).text(), "2026-04-16T10:47:33.000001+03:00");
  EXPECT_EQ(DateTime(moment + microseconds{379123}).text(), "2026-04-16T10:47:33.379123+03:00");
}

TEST(DateTime, moments_before_1970_are_written_right) {
  EXPECT_EQ(DateTime::at_offset(utc(1969, 12, 31, 23, 59, 59) + milliseconds{999}, 0).text(),
            "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(DateTime::at_offset(utc(1812, 9, 7, 6), 180).text(), "1812-09-07T09:00:00+03:00");
}

TEST(DateTime, at_offset_writes_the_place_and_keeps_the_moment) {
  const TimePoint moment = utc(2026, 4, 16, 20, 30);
  const std::vector<std::pair<int, std::string>> places = {
      {0, "2026-04-16T20:30:00Z"},        {120, "2026-04-16T22:30:00+02:00"},
      {720, "2026-04-17T08:30:00+12:00"}, {-210, "2026-04-16T17:00:00-03:30"},
      {840, "2026-04-17T10:30:00+14:00"}, {-840, "2026-04-16T06:30:00-14:00"},
      {-1, "2026-04-16T20:29:00-00:01"},
  };
  for (const auto& [offset, text] : places) {
    const DateTime date = DateTime::at_offset(moment, offset);
    EXPECT_EQ(date.text(), text);
    EXPECT_EQ(date.offset_minutes(), offset);
    EXPECT_EQ(date.instant(), moment);
    EXPECT_EQ(DateTime::parse(text).value(), date);
  }
}

TEST(DateTime, offset_that_cannot_be_written_gives_an_empty_date) {
  EXPECT_TRUE(DateTime::at_offset(utc(2026, 4, 16), 841).empty());
  EXPECT_TRUE(DateTime::at_offset(utc(2026, 4, 16), -841).empty());
  EXPECT_TRUE(DateTime::at_offset(utc(2026, 4, 16), std::numeric_limits<int>::min()).empty());
  EXPECT_TRUE(DateTime::without_offset(utc(2026, 4, 16), 841).empty());
}

TEST(DateTime, moment_beyond_four_digit_years_gives_an_empty_date) {
  EXPECT_EQ(DateTime::at_offset(utc(1, 1, 1), 0).text(), "0001-01-01T00:00:00Z");
  EXPECT_TRUE(DateTime::at_offset(utc(1, 1, 1) - microseconds{1}, 0).empty());
  EXPECT_EQ(DateTime::at_offset(utc(10000, 1, 1) - microseconds{1}, 0).text(),
            "9999-12-31T23:59:59.999999Z");
  EXPECT_TRUE(DateTime::at_offset(utc(10000, 1, 1), 0).empty());
  // What counts is the local time that would be written.
  EXPECT_TRUE(DateTime(utc(9999, 12, 31, 21)).empty());
  EXPECT_EQ(DateTime(utc(1, 1, 1) - hours{3}).text(), "0001-01-01T00:00:00+03:00");
  EXPECT_TRUE(DateTime(TimePoint::max()).empty());
  EXPECT_TRUE(DateTime(TimePoint::min()).empty());
  EXPECT_TRUE(DateTime{}.empty());
}

TEST(DateTime, without_offset_is_read_back_as_moscow_time) {
  const TimePoint moment = utc(2026, 4, 16, 7, 47, 33);
  const DateTime moscow = DateTime::without_offset(moment, 180);
  EXPECT_EQ(moscow.text(), "2026-04-16T10:47:33");
  EXPECT_EQ(moscow.offset_minutes(), std::nullopt);
  EXPECT_EQ(moscow.instant(), moment);
  const DateTime vladivostok = DateTime::without_offset(moment, 600);
  EXPECT_EQ(vladivostok.text(), "2026-04-16T17:47:33");
  EXPECT_EQ(vladivostok.instant(), DateTime::parse(vladivostok.text()).value().instant());
}

TEST(DateTime, text_round_trips_as_written) {
  for (const char* text :
       {"2026-04-16T10:47:33.379+03:00", "2026-04-16T10:47:33", "2026-04-16T10:47:33Z",
        "2026-04-16T10:47:33+00:00", "2026-04-16T10:47:33-00:00", "2026-04-16T10:47:33.0",
        "2026-04-16T10:47:33.1234567890123456789Z", "2026-04-16T10:47:33.100-14:00",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00"}) {
    const Result<DateTime> date = DateTime::parse(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(date->text(), text);
  }
}

TEST(DateTime, instant_takes_the_offset_into_account) {
  const TimePoint moment = utc(2026, 4, 16, 7, 47, 33);
  for (const char* text :
       {"2026-04-16T10:47:33+03:00", "2026-04-16T10:47:33", "2026-04-16T07:47:33Z",
        "2026-04-16T07:47:33-00:00", "2026-04-16T21:47:33+14:00", "2026-04-15T17:47:33-14:00"}) {
    EXPECT_EQ(DateTime::parse(text).value().instant(), moment) << text;
  }
}

TEST(DateTime, fraction_beyond_microseconds_is_cut_not_rounded) {
  const TimePoint moment = utc(2026, 4, 16, 10, 47, 33);
  const auto instant = [](const char* text) { return DateTime::parse(text).value().instant(); };
  EXPECT_EQ(instant("2026-04-16T10:47:33.5Z"), moment + milliseconds{500});
  EXPECT_EQ(instant("2026-04-16T10:47:33.000001Z"), moment + microseconds{1});
  EXPECT_EQ(instant("2026-04-16T10:47:33.9999999Z"), moment + microseconds{999999});
  EXPECT_EQ(instant("2026-04-16T10:47:33.0000009Z"), moment);
}

TEST(DateTime, equality_is_of_the_text_not_of_the_moment) {
  EXPECT_EQ(DateTime::parse("2026-04-16T10:47:33Z").value(),
            DateTime::parse("2026-04-16T10:47:33Z").value());
  EXPECT_FALSE(DateTime::parse("2026-04-16T10:47:33Z").value() ==
               DateTime::parse("2026-04-16T10:47:33+00:00").value());
}

TEST(DateTime, leap_days_exist_in_leap_years_only) {
  for (const char* year : {"2024", "2000", "1600", "0004"}) {
    EXPECT_TRUE(DateTime::parse(std::string(year) + "-02-29T00:00:00")) << year;
  }
  for (const char* year : {"2023", "2026", "1900", "2100", "0001"}) {
    EXPECT_FALSE(DateTime::parse(std::string(year) + "-02-29T00:00:00")) << year;
  }
  EXPECT_FALSE(DateTime::parse("2024-02-30T00:00:00"));
}

TEST(DateTime, what_is_no_date_and_time_is_refused) {
  for (const char* text : {
           "",
           "2026",
           "2026-04-16",
           "2026-04-16T",
           "2026-04-16T10:47",
           "2026-04-16T10:47Z",
           "2026-04-16 10:47:33",
           "2026-04-16t10:47:33",
           "2026-04-16T10:47:33z",
           " 2026-04-16T10:47:33",
           "2026-04-16T10:47:33 ",
           "2026-04-16T10:47:33Z\n",
           "+2026-04-16T10:47:33",
           "-2026-04-16T10:47:33",
           "12026-04-16T10:47:33",
           "0000-01-01T00:00:00",
           "226-04-16T10:47:33",
           "2026-4-16T10:47:33",
           "2026-00-16T10:47:33",
           "2026-13-16T10:47:33",
           "2026-04-00T10:47:33",
           "2026-04-31T10:47:33",
           "2026-01-32T10:47:33",
           "2026-04-16T24:00:00",
           "2026-04-16T25:00:00",
           "2026-04-16T10:60:33",
           "2026-04-16T10:47:60",
           "2026-04-16T10:47:61",
           "2026-04-16T1a:47:33",
           "2026-04-16T+1:47:33",
           "2026-04-16T10-47-33",
           "2026/04/16T10:47:33",
           "2026-04-16T10:47:33.",
           "2026-04-16T10:47:33.Z",
           "2026-04-16T10:47:33,5",
           "2026-04-16T10:47:33.5.5",
           "2026-04-16T10:47:33.-5",
           "2026-04-16T10:47:33+14:01",
           "2026-04-16T10:47:33-14:01",
           "2026-04-16T10:47:33+15:00",
           "2026-04-16T10:47:33+03:60",
           "2026-04-16T10:47:33+0300",
           "2026-04-16T10:47:33+03",
           "2026-04-16T10:47:33+3:00",
           "2026-04-16T10:47:33+03:0",
           "2026-04-16T10:47:33+03:000",
           "2026-04-16T10:47:33+-3:00",
           "2026-04-16T10:47:33ZZ",
           "2026-04-16T10:47:33Z+03:00",
           "2026-04-16T10:47:33 +03:00",
           "16.04.2026 10:47:33",
       }) {
    const Result<DateTime> date = DateTime::parse(text);
    ASSERT_FALSE(date) << text;
    EXPECT_EQ(date.error().code, ErrorCode::validation) << text;
  }
  EXPECT_FALSE(DateTime::parse(std::string_view("2026-04-16T10:47:33\0", 20)));
}

TEST(UtcText, is_written_with_six_digits_and_read_back) {
  const TimePoint moment = utc(2026, 4, 16, 7, 47, 33) + microseconds{379123};
  EXPECT_EQ(to_utc_text(moment), "2026-04-16T07:47:33.379123Z");
  EXPECT_EQ(to_utc_text(utc(1970, 1, 1)), "1970-01-01T00:00:00.000000Z");
  for (const TimePoint each : {moment, utc(1970, 1, 1), utc(1969, 7, 20, 20, 17, 40), utc(1, 1, 1),
                               utc(10000, 1, 1) - microseconds{1}}) {
    EXPECT_EQ(parse_utc_text(to_utc_text(each)).value(), each);
  }
}

TEST(UtcText, sorts_as_time_does_even_beyond_four_digit_years) {
  const std::vector<TimePoint> moments = {TimePoint::min(),
                                          utc(1, 1, 1),
                                          utc(1969, 12, 31, 23, 59, 59) + microseconds{999999},
                                          utc(1970, 1, 1),
                                          utc(1970, 1, 1) + microseconds{1},
                                          utc(2026, 4, 16),
                                          TimePoint::max()};
  for (std::size_t i = 1; i < moments.size(); ++i) {
    EXPECT_LE(to_utc_text(moments[i - 1]), to_utc_text(moments[i]));
  }
  EXPECT_EQ(to_utc_text(TimePoint::max()), "9999-12-31T23:59:59.999999Z");
  EXPECT_EQ(to_utc_text(TimePoint::min()), "0001-01-01T00:00:00.000000Z");
}

TEST(UtcText, only_its_own_form_is_read) {
  for (const char* text :
       {"", "2026-04-16T07:47:33Z", "2026-04-16T07:47:33", "2026-04-16T07:47:33.379Z",
        "2026-04-16T07:47:33.379123", "2026-04-16T07:47:33.379123+", "2026-04-16T07:47:33.3791234Z",
        "2026-04-16T07:47:33.379123ZZ", "2026-04-16T07:47:33,379123Z",
        "2026-04-16T07:47:33.37912aZ", "2026-04-16T07:47:33.379123z", "2026-02-29T07:47:33.379123Z",
        "0000-01-01T00:00:00.000000Z"}) {
    EXPECT_FALSE(parse_utc_text(text)) << text;
  }
}

TEST(SystemClock, tells_the_time_of_the_machine_and_never_steps_back_when_steady) {
  const std::shared_ptr<Clock> clock = system_clock();
  const auto before = std::chrono::system_clock::now();
  const TimePoint now = clock->now();
  const auto after = std::chrono::system_clock::now();
  EXPECT_GE(now, std::chrono::floor<microseconds>(before));
  EXPECT_LE(now, after);
  const auto first = clock->steady();
  EXPECT_LE(first, clock->steady());
}

TEST(DateTime, moves_to_another_place_with_every_digit_it_had) {
  const auto moved = [](const char* text, int offset) {
    return DateTime::parse(text)->moved_to(offset).text();
  };
  EXPECT_EQ(moved("2026-04-16T10:47:33+03:00", 180), "2026-04-16T10:47:33+03:00");
  EXPECT_EQ(moved("2026-04-16T10:47:33.3790125+03:00", 0), "2026-04-16T07:47:33.3790125Z");
  EXPECT_EQ(moved("2026-04-16T20:47:33.0+10:00", 180), "2026-04-16T13:47:33.0+03:00");
  EXPECT_EQ(moved("2026-04-16T10:47:33", 0), "2026-04-16T07:47:33Z");
  EXPECT_EQ(moved("1960-01-01T00:00:00.5-01:00", 180), "1960-01-01T04:00:00.5+03:00");
  EXPECT_EQ(moved("0001-01-01T00:00:00+14:00", 0), "");
  EXPECT_EQ(DateTime().moved_to(0).text(), "");
  const DateTime date = *DateTime::parse("2026-04-16T10:47:33.379+03:00");
  EXPECT_EQ(date.moved_to(0).instant(), date.instant());
}

TEST(DateTime, drops_its_offset_and_is_then_taken_as_moscow_time) {
  const auto local = DateTime::parse("2026-04-16T20:47:33.3790125+10:00")->offset_dropped();
  EXPECT_EQ(local.text(), "2026-04-16T20:47:33.3790125");
  EXPECT_EQ(local.instant(), DateTime::parse("2026-04-16T20:47:33.379012+03:00")->instant());
  EXPECT_EQ(DateTime::parse("2026-04-16T20:47:33")->offset_dropped().text(), "2026-04-16T20:47:33");
  EXPECT_EQ(DateTime().offset_dropped().text(), "");
}

TEST(DateTime, takes_another_moment_in_its_own_form) {
  const auto stepped = [](const char* text) {
    const DateTime date = *DateTime::parse(text);
    return date.with_instant(date.instant() + microseconds(1)).text();
  };
  EXPECT_EQ(stepped("2026-04-16T10:47:33+03:00"), "2026-04-16T10:47:33.000001+03:00");
  EXPECT_EQ(stepped("2026-04-16T10:47:33Z"), "2026-04-16T10:47:33.000001Z");
  EXPECT_EQ(stepped("2026-04-16T10:47:33.999999"), "2026-04-16T10:47:34");
}

}  // namespace
}  // namespace smev
