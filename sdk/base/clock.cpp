#include "smev/base/clock.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sdk/base/text.hpp"

namespace smev {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kMaxOffsetMinutes = 14 * 60;
constexpr std::size_t kSecondsTextLength = 19;  // 2026-04-16T10:47:33
constexpr int kMicrosecondDigits = 6;

constexpr TimePoint at_midnight(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / static_cast<int>(month) /
                               static_cast<int>(day)};
}
// What four digits of a year can say.
constexpr TimePoint kFirstMoment = at_midnight(1, 1, 1);
constexpr TimePoint kLastMoment = at_midnight(10000, 1, 1) - microseconds{1};

Error not_a_date(const char* why) {
  return local_error(ErrorCode::validation, std::string("no valid date and time: ") + why,
                     Retry::after_fix);
}

class SystemClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::floor<microseconds>(std::chrono::system_clock::now());
  }
  std::chrono::steady_clock::time_point steady() const override {
    return std::chrono::steady_clock::now();
  }
};

// `moment` within the four-digit years. Microseconds are left to the caller.
std::string seconds_text(TimePoint moment) {
  const auto day = std::chrono::floor<days>(moment);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<seconds>(moment - day)};
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}"),
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), time.hours().count(),
                     time.minutes().count(), time.seconds().count());
}

long long microseconds_of(TimePoint moment) {
  return (moment - std::chrono::floor<seconds>(moment)).count();
}

std::string fraction_text(long long micros) {
  if (micros == 0) return {};
  if (micros % 1000 == 0) return fmt::format(".{:03}", micros / 1000);
  return fmt::format(".{:06}", micros);
}

std::string offset_text(int offset_minutes) {
  if (offset_minutes == 0) return "Z";
  const int distance = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  return fmt::format("{}{:02}:{:02}", offset_minutes < 0 ? '-' : '+', distance / 60, distance % 60);
}

// `.379` of a date as written; empty when there is none.
std::string_view written_fraction(std::string_view text) {
  const std::string_view rest = text.substr(kSecondsTextLength);
  if (rest.empty() || rest.front() != '.') return {};
  return rest.substr(0, rest.find_first_not_of(".0123456789"));
}

// Empty when the place's local time or the offset cannot be written.
std::string local_text(TimePoint moment, int offset_minutes) {
  if (offset_minutes < -kMaxOffsetMinutes || offset_minutes > kMaxOffsetMinutes) return {};
  if (moment < kFirstMoment - days{1} || moment > kLastMoment + days{1}) return {};
  const TimePoint local = moment + minutes{offset_minutes};
  if (local < kFirstMoment || local > kLastMoment) return {};
  return seconds_text(local) + fraction_text(microseconds_of(local));
}

// The digits text[at, at+count), or -1.
int number_at(std::string_view text, std::size_t at, std::size_t count) {
  const std::string_view digits = text.substr(at, count);
  if (digits.size() != count || !all_ascii_digits(digits)) return -1;
  int value = 0;
  for (const char digit : digits) value = value * 10 + (digit - '0');
  return value;
}

// `2026-04-16T10:47:33`, and nothing else.
Result<TimePoint> parse_seconds(std::string_view text) {
  if (text.size() != kSecondsTextLength || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':') {
    return fail(not_a_date("not of the form YYYY-MM-DDThh:mm:ss"));
  }
  const int year = number_at(text, 0, 4);
  const int month = number_at(text, 5, 2);
  const int day = number_at(text, 8, 2);
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  if (std::min({year, month, day, hour, minute, second}) < 0) {
    return fail(not_a_date("a digit is missing"));
  }
  if (year == 0) return fail(not_a_date("year 0000"));
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return fail(not_a_date("no such day"));
  if (hour > 23 || minute > 59 || second > 59) return fail(not_a_date("no such time of day"));
  return TimePoint{std::chrono::sys_days{date}} + hours{hour} + minutes{minute} + seconds{second};
}

// Takes `.379` off the front of `rest`, cut to microseconds.
Result<microseconds> take_fraction(std::string_view& rest) {
  if (rest.empty() || rest.front() != '.') return microseconds{0};
  rest.remove_prefix(1);
  long long micros = 0;
  int digits = 0;
  while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
    if (digits < kMicrosecondDigits) {
      micros = micros * 10 + (rest.front() - '0');
      ++digits;
    }
    rest.remove_prefix(1);
  }
  if (digits == 0) return fail(not_a_date("a point without fraction digits"));
  for (; digits < kMicrosecondDigits; ++digits) micros *= 10;
  return microseconds{micros};
}

// `Z`, `+03:00`, or nothing at all.
Result<std::optional<int>> parse_offset(std::string_view text) {
  if (text.empty()) return std::optional<int>{};
  if (text == "Z") return std::optional<int>{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') {
    return fail(not_a_date("the offset is neither Z nor +hh:mm"));
  }
  const int hour = number_at(text, 1, 2);
  const int minute = number_at(text, 4, 2);
  if (hour < 0 || minute < 0 || minute > 59 || hour * 60 + minute > kMaxOffsetMinutes) {
    return fail(not_a_date("no such offset"));
  }
  const int offset = hour * 60 + minute;
  return std::optional<int>{text[0] == '-' ? -offset : offset};
}

}  // namespace

std::shared_ptr<Clock> system_clock() { return std::make_shared<SystemClock>(); }

DateTime::DateTime(TimePoint moment) : DateTime(at_offset(moment, kMoscowOffsetMinutes)) {}

DateTime DateTime::at_offset(TimePoint moment, int offset_minutes) {
  DateTime result;
  result.text_ = local_text(moment, offset_minutes);
  if (result.text_.empty()) return result;
  result.text_ += offset_text(offset_minutes);
  result.offset_minutes_ = offset_minutes;
  result.instant_ = moment;
  return result;
}

DateTime DateTime::without_offset(TimePoint moment, int offset_minutes) {
  DateTime result;
  result.text_ = local_text(moment, offset_minutes);
  if (result.text_.empty()) return result;
  // As a reader of the text would take it: the offset is lost.
  result.instant_ = moment + minutes{offset_minutes - kMoscowOffsetMinutes};
  return result;
}

DateTime DateTime::moved_to(int offset_minutes) const {
  if (empty()) return {};
  DateTime result = at_offset(std::chrono::floor<seconds>(instant_), offset_minutes);
  if (result.empty()) return result;
  // Digits that an instant does not hold are not lost: only whole minutes move.
  result.text_.insert(kSecondsTextLength, written_fraction(text_));
  result.instant_ = instant_;
  return result;
}

DateTime DateTime::offset_dropped() const {
  DateTime result;
  if (empty()) return result;
  result.text_ = text_.substr(0, kSecondsTextLength) + std::string(written_fraction(text_));
  result.instant_ =
      instant_ + minutes{offset_minutes_.value_or(kMoscowOffsetMinutes) - kMoscowOffsetMinutes};
  return result;
}

DateTime DateTime::with_instant(TimePoint moment) const {
  return offset_minutes_ ? at_offset(moment, *offset_minutes_)
                         : without_offset(moment, kMoscowOffsetMinutes);
}

Result<DateTime> DateTime::parse(std::string_view text) {
  SMEV_ASSIGN(const TimePoint local, parse_seconds(text.substr(0, kSecondsTextLength)));
  std::string_view rest = text.substr(kSecondsTextLength);
  SMEV_ASSIGN(const microseconds fraction, take_fraction(rest));
  SMEV_ASSIGN(const std::optional<int> offset, parse_offset(rest));
  DateTime result;
  result.text_ = text;
  result.offset_minutes_ = offset;
  result.instant_ = local + fraction - minutes{offset.value_or(kMoscowOffsetMinutes)};
  return result;
}

std::string to_utc_text(TimePoint moment) {
  const TimePoint writable = std::clamp(moment, kFirstMoment, kLastMoment);
  return fmt::format(FMT_COMPILE("{}.{:06}Z"), seconds_text(writable), microseconds_of(writable));
}

Result<TimePoint> parse_utc_text(std::string_view text) {
  SMEV_ASSIGN(const TimePoint moment, parse_seconds(text.substr(0, kSecondsTextLength)));
  const std::string_view rest = text.substr(kSecondsTextLength);
  const int micros = number_at(rest, std::min<std::size_t>(1, rest.size()), kMicrosecondDigits);
  if (rest.size() != kMicrosecondDigits + 2 || rest.front() != '.' || rest.back() != 'Z' ||
      micros < 0) {
    return fail(not_a_date("not UTC with six fraction digits"));
  }
  return moment + microseconds{micros};
}

}  // namespace smev
