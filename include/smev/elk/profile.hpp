#pragma once
/// What is the same in every update of a sender: its numbers, what onboarding gave it, and defaults
/// for what a department need not repeat each time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "smev/elk/dictionary.hpp"
#include "smev/elk/update.hpp"

namespace smev::elk {

/// The standard of ЕЛК that an organisation is entered into: one for all (elk-status §7.5).
inline constexpr int kStandardNumber = 56196;

/// The registry that a service's code comes from.
enum class CodeOrigin {
  rgu,  ///< РГУ
  kcr,  ///< КЦР
};
/// As letters spell it: "РГУ", "КЦР".
std::string_view name(CodeOrigin origin);
std::optional<CodeOrigin> code_origin(std::string_view name);

/// A service whose statuses the sender may report (ТКУ, elk-status §5).
struct Service {
  ServiceCode code{};
  /// Allowed as the first status of its orders; empty: the profile's.
  std::vector<std::int16_t> first_statuses{};
  bool in_test = true;        ///< the code is known in the test contour ...
  bool in_production = true;  ///< ... and in production: each is applied for separately

  // What the letter about ТКУ asks (elk-status §7.5); nothing of it is needed for sending.
  std::string title{};
  std::optional<CodeOrigin> origin{};
  std::optional<bool> shown_before{};      ///< it was shown on ВКУ before
  std::optional<bool> in_svcdev_before{};  ///< its code was in SVCDEV before

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

/// The official whom the letters name. Personal data: never logged.
struct Contact {
  std::string name{};
  std::string phone{};
  std::string email{};
};

/// What onboarding asks about the organisation (elk-status §7.3, §7.5): the checklist and the
/// letters are made of it. Nothing of it is needed for sending, so that all may be left empty.
struct Registration {
  std::string full_name{};   ///< FULL_NAME
  std::string short_name{};  ///< SHORT_NAME
  Okato okato{};             ///< REGION: eleven digits, unlike the ОКТМО of Profile::region
  Mnemonic source_system{};  ///< SRC_SYSTEM; empty: the sender's mnemonic in SMEV
  /// ORG_TYPE: «МФЦ» for an МФЦ, other values are not published. Absent: not known yet; empty: it
  /// has to stay empty.
  std::optional<std::string> organization_type{};
  Ogrn ogrn{};
  std::string region_name{};
  std::string letter_to{};       ///< who keeps the region's donor directory: an address
  std::string letter_subject{};  ///< the subject that they ask for
  Contact contact{};
};

struct Profile {
  OrganizationInn inn{};       ///< senderInn
  std::optional<Kpp> kpp{};    ///< senderKpp
  std::string env = "SVCDEV";  ///< attribute env: EPGU production, SVCDEV test
  Oktmo region = "00000000";   ///< userSelectedRegion; 00000000 when filed electronically
  std::int16_t citizenship = kRussia;
  Office office{.channel = std::int16_t{4}};
  std::vector<Service> services{};  ///< that may be used; empty: any
  std::vector<std::int16_t> first_statuses = {
      6};  ///< allowed as the first status (code 31); empty: any
  TimeForm time = TimeForm::moscow;
  EqualDates equal_dates = EqualDates::step;
  Duration future_tolerance = std::chrono::minutes(5);  ///< a date may lie ahead by so much
  /// An older filing date warns: ЕЛК refuses what is "too old" (code 38) and does not say from
  /// when. 0: never.
  Duration filed_age_warning = std::chrono::hours(24 * 30);

  Registration registration{};  ///< what onboarding asks
  Dictionaries dictionaries{};  ///< of ЕСНСИ, as they were exported; without them the built-in ones

  /// Whether orders go to the citizens' real accounts.
  [[nodiscard]] bool production() const { return env == "EPGU"; }
};

}  // namespace smev::elk
