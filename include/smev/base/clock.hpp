#pragma once
/// Time is injected. `Clock::now` is wall time (for what is stored and sent), `Clock::steady` is
/// monotonic (for waits and durations). `DateTime` is a date of a message: it keeps local time,
/// offset and fraction digits as written, so that it round-trips.

#include <chrono>
#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "smev/base/result.hpp"

namespace smev {

/// Wall time, UTC, microseconds.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;

/// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady() const = 0;
};

/// The machine's clock.
std::shared_ptr<Clock> system_clock();

/// An xs:dateTime as written: `2026-04-16T10:47:33.379+03:00`. A value without offset is local time
/// of an unsaid place; `instant` takes it as Moscow time, as the other side does
/// (elk-status §9 item 7: offsets are ignored there).
class DateTime {
 public:
  static constexpr int kMoscowOffsetMinutes = 180;

  DateTime() = default;
  // Implicit on purpose: a moment can be given wherever a date of a message is wanted. It is
  // written in Moscow time with its offset; whole seconds have no fraction.
  DateTime(TimePoint moment);
  /// What std::chrono::system_clock gives, in any unit: what is finer than microseconds is cut.
  template <class Unit>
  DateTime(std::chrono::time_point<std::chrono::system_clock, Unit> moment)
      : DateTime(std::chrono::floor<Duration>(moment)) {}
  /// An offset beyond ±14:00, or local time outside the years 1 to 9999, gives an empty date.
  static DateTime at_offset(TimePoint moment, int offset_minutes);
  static DateTime without_offset(TimePoint moment, int offset_minutes);
  /// Strict xs:dateTime: time part mandatory, offset optional, any number of fraction digits
  /// (24:00:00, year 0000 and years beyond four digits are refused).
  static Result<DateTime> parse(std::string_view text);

  /// The same moment as the clocks of another place show it; fraction digits stay as written. Empty
  /// where `at_offset` would be.
  [[nodiscard]] DateTime moved_to(int offset_minutes) const;
  /// The same local time with its offset left out.
  [[nodiscard]] DateTime offset_dropped() const;
  /// The moment in the form of this date: its offset, or none.
  [[nodiscard]] DateTime with_instant(TimePoint moment) const;

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::optional<int> offset_minutes() const { return offset_minutes_; }
  /// The moment; Moscow time is assumed where no offset is written. Fractions beyond microseconds
  /// are cut.
  [[nodiscard]] TimePoint instant() const { return instant_; }

  friend bool operator==(const DateTime& a, const DateTime& b) { return a.text_ == b.text_; }

 private:
  std::string text_;
  std::optional<int> offset_minutes_;
  TimePoint instant_{};
};

/// `2026-04-16T07:47:33.379123Z`: how moments are stored and logged. Sorts as text; what lies
/// beyond the years 1 to 9999 is written as the first or last moment of them.
std::string to_utc_text(TimePoint moment);
Result<TimePoint> parse_utc_text(std::string_view text);

}  // namespace smev
