#pragma once
/// What is the same in every update of a sender: its numbers, what onboarding gave it, and defaults
/// for what a department need not repeat each time.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "smev/elk/dictionary.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

/// A service whose statuses the sender may report (ТКУ, elk-status §5).
struct Service {
  ServiceCode code;
  /// Allowed as the first status of its orders; empty: the profile's.
  std::vector<std::int16_t> first_statuses;
  bool in_test = true;        ///< the code is known in the test contour ...
  bool in_production = true;  ///< ... and in production: each is applied for separately

  friend bool operator==(const Service&, const Service&) = default;
};

/// How the dates of a message are written. The other side has been seen to ignore offsets
/// (elk-status §9 item 7), so the local time that stands there counts: docs/decisions/0004.
enum class TimeForm {
  moscow,  ///< Moscow time with its offset, `…T10:47:33+03:00`
  utc,     ///< UTC, `…T07:47:33Z`
  none,    ///< Moscow time without offset, `…T10:47:33`
};
std::string_view name(TimeForm form);
std::optional<TimeForm> time_form(std::string_view name);

/// What happens to a status that has the same date and time as the order's latest one: statuses of
/// one date have no order in the account, and many systems know only days.
enum class EqualDates {
  step,    ///< it is sent a microsecond later than the latest
  refuse,  ///< it is a fault
};
std::string_view name(EqualDates policy);
std::optional<EqualDates> equal_dates(std::string_view name);

struct Profile {
  OrganizationInn inn;         ///< senderInn
  std::optional<Kpp> kpp;      ///< senderKpp
  std::string env = "SVCDEV";  ///< attribute env: EPGU production, SVCDEV test
  Oktmo region = "00000000";   ///< userSelectedRegion; 00000000 when filed electronically
  std::int16_t citizenship = kRussia;
  Office office{.channel = std::int16_t{4}};
  std::vector<Service> services;  ///< that may be used; empty: any
  std::vector<std::int16_t> first_statuses = {
      6};  ///< allowed as the first status (code 31); empty: any
  TimeForm time = TimeForm::moscow;
  EqualDates equal_dates = EqualDates::step;
  Duration future_tolerance = std::chrono::minutes(5);  ///< a date may lie ahead by so much
  /// An older filing date warns: ЕЛК refuses what is "too old" (code 38) and does not say from
  /// when. 0: never.
  Duration filed_age_warning = std::chrono::hours(24 * 30);

  Dictionaries dictionaries;  ///< of ЕСНСИ, as they were exported; without them the built-in ones

  /// Whether orders go to the citizens' real accounts.
  [[nodiscard]] bool production() const { return env == "EPGU"; }
};

}  // namespace smev::elk
