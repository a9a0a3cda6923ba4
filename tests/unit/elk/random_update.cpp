#include "tests/unit/elk/random_update.hpp"

#include <cstdlib>

#include "sdk/elk/numbers.hpp"
#include "tests/unit/elk/fixtures.hpp"

namespace smev::elk::testing {

unsigned test_seed() {
  if (const char* given = std::getenv("SMEV_TEST_SEED")) {
    return static_cast<unsigned>(std::strtoul(given, nullptr, 10));
  }
  return std::random_device{}();
}

int RandomUpdates::number(int least, int most) {
  return std::uniform_int_distribution<int>(least, most)(engine_);
}

std::string RandomUpdates::digits(int count) {
  std::string digits;
  for (int i = 0; i < count; ++i) digits += static_cast<char>('0' + number(0, 9));
  return digits;
}

/// Tries check digits until they hold; every payload has some.
std::string RandomUpdates::completed(std::string payload, int missing,
                                     bool (*holds)(std::string_view)) {
  const int variants = missing == 1 ? 10 : 100;
  for (int tail = 0; tail < variants; ++tail) {
    std::string check = std::to_string(tail);
    check.insert(0, static_cast<std::size_t>(missing) - check.size(), '0');
    if (holds(payload + check)) return payload + check;
  }
  return completed(digits(static_cast<int>(payload.size())), missing, holds);
}

std::string RandomUpdates::inn_of_organization() {
  return completed(digits(9), 1, is_inn_of_organization);
}
std::string RandomUpdates::inn_of_person() { return completed(digits(10), 2, is_inn_of_person); }
std::string RandomUpdates::ogrn() {
  return completed(std::string(1, "125"[number(0, 2)]) + digits(11), 1, is_ogrn);
}
std::string RandomUpdates::ogrnip() { return completed("3" + digits(13), 1, is_ogrnip); }
std::string RandomUpdates::snils() {
  // Below 001-001-998 any check digits pass.
  const std::string snils = completed(std::to_string(number(1, 9)) + digits(8), 2, is_snils);
  return coin() ? format_snils(snils) : snils;
}

std::string RandomUpdates::text(int least, int most, bool one_line) {
  static const std::vector<std::string> kPieces = {"а", "Ё", "я", "z", "Q",  "7", " ",
                                                   "-", "&", "<", ">", "\"", "'", "]]>",
                                                   "№", "«", "€", "𝄞", "😀"};
  static const std::vector<std::string> kBreaks = {"\n", "\t", "\r"};
  const int wanted = coin() ? most : number(least, most);
  std::string text = least > 0 ? "А" : "";
  int length = least > 0 ? 1 : 0;
  while (length < wanted) {
    const bool line_break = !one_line && number(0, 15) == 0;
    const auto& pieces = line_break ? kBreaks : kPieces;
    const std::string& piece =
        pieces[static_cast<std::size_t>(number(0, static_cast<int>(pieces.size()) - 1))];
    const int characters = piece == "]]>" ? 3 : 1;
    if (length + characters > wanted) continue;
    text += piece;
    length += characters;
  }
  return text;
}

/// Empty or more than blanks.
std::string RandomUpdates::name() {
  std::string name = text(0, coin() ? 256 : 12, false);
  if (name.find_first_not_of(' ') == std::string::npos) name.clear();
  return name;
}

std::optional<std::string> RandomUpdates::maybe_name() {
  if (coin()) return std::nullopt;
  return name();
}

std::int16_t RandomUpdates::any_short() {
  switch (number(0, 3)) {
    case 0:
      return INT16_MIN;
    case 1:
      return INT16_MAX;
    default:
      return static_cast<std::int16_t>(number(-5, 999));
  }
}

std::optional<std::int16_t> RandomUpdates::maybe_short() {
  if (coin()) return std::nullopt;
  return any_short();
}

std::string RandomUpdates::birth_date() {
  static const std::vector<std::string> kDays = {"1980-02-29", "2000-02-29", "1900-12-31",
                                                 "0001-01-01", "2026-04-16"};
  return kDays[static_cast<std::size_t>(number(0, static_cast<int>(kDays.size()) - 1))];
}

Applicant RandomUpdates::applicant(int kind) {
  const std::string last_name = text(1, 256, false);
  switch (kind) {
    case 0:
      return PersonByDocument{.document_type = any_short(),
                              .series = coin() ? std::optional(text(1, 16, true)) : std::nullopt,
                              .number = text(1, 16, true),
                              .last_name = last_name,
                              .first_name = name(),
                              .middle_name = maybe_name(),
                              .citizenship = maybe_short()};
    case 1:
      return PersonBySnils{.snils = snils(),
                           .last_name = last_name,
                           .first_name = name(),
                           .middle_name = maybe_name(),
                           .citizenship = maybe_short()};
    case 2:
      return PersonBySnilsAndBirthDate{
          .snils = snils(), .birth_date = birth_date(), .citizenship = maybe_short()};
    case 3:
      return PersonByInn{.inn = inn_of_person(),
                         .last_name = last_name,
                         .first_name = name(),
                         .middle_name = maybe_name(),
                         .citizenship = maybe_short()};
    case 4:
      return PersonByEsiaId{.esia_id = text(1, 50, false)};
    case 5:
      return PersonByErn{.ern = digits(12)};
    case 6:
      return OrganizationByEsiaId{.esia_id = text(1, 20, true)};
    case 7: {
      LegalEntity entity;
      if (coin()) {
        entity.ogrn = ogrn();
      } else {
        entity.inn = inn_of_organization();
        if (coin()) entity.kpp = digits(9);
      }
      if (coin()) entity.title = text(0, 1024, false);
      return entity;
    }
    default:
      return Entrepreneur{.ogrnip = ogrnip(),
                          .inn = inn_of_person(),
                          .last_name = maybe_name(),
                          .first_name = maybe_name(),
                          .middle_name = maybe_name()};
  }
}

DateTime RandomUpdates::written(TimePoint moment) {
  switch (number(0, 3)) {
    case 0:
      return DateTime(moment);
    case 1:
      return DateTime::at_offset(moment, number(-14, 14) * 60);
    case 2:
      return DateTime::without_offset(moment, DateTime::kMoscowOffsetMinutes);
    default:
      // More fraction digits than a moment has: they have to stay as they are.
      return *DateTime::parse(to_utc_text(moment).substr(0, 26) + "012Z");
  }
}

Status RandomUpdates::status(TimePoint moment) {
  Status status;
  status.code = any_short();
  status.at = written(moment);
  if (coin()) status.informed = coin();
  if (coin()) status.message_type = text(1, 300, false);
  for (int i = number(0, 3); i > 0; --i) {
    status.parameters.push_back({.name = text(1, 40, false), .value = text(0, 300, false)});
  }
  for (int i = number(0, 3); i > 0; --i) {
    File file = File::at("/очередь/" + text(1, 20, true) + ".pdf");
    if (coin()) file.name = "решение " + digits(3) + ".pdf";
    if (coin()) file.mime = "application/pdf";
    if (coin()) file.document_type = text(1, 50, false);
    status.results.push_back(file);
  }
  for (int i = number(0, 2); i > 0; --i) {
    status.data_mart_results.push_back(
        {.uuid = text(1, 256, false), .document_type = text(1, 50, false)});
  }
  return status;
}

Office RandomUpdates::office() {
  Office office;
  if (coin()) office.name = text(0, 1024, false);
  if (coin()) office.address = text(0, 4000, false);
  if (coin()) office.frgu_code = text(0, 1024, false);
  office.channel = maybe_short();
  return office;
}

Update RandomUpdates::next(int kind) {
  Update update;
  std::string order_number = text(1, 36, true);
  if (order_number.back() == ' ') order_number.back() = '_';
  update.order.number = std::move(order_number);
  update.order.service = text(1, 20, true);
  TimePoint moment = kNow - std::chrono::seconds(number(200'000, 40'000'000));
  update.order.filed_at = written(moment);
  update.order.applicant = applicant(kind);
  if (coin()) update.order.region = digits(number(1, 8));
  if (coin()) update.order.office = office();
  if (coin()) update.order.sender_kpp = test_profile().kpp;
  if (coin()) update.order.sender_inn = test_profile().inn;
  update.status = status(moment);
  update.status.code = 6;
  for (int i = number(0, 3); i > 0; --i) {
    moment += std::chrono::microseconds(number(1, 10'000'000));
    update.more_statuses.push_back(status(moment));
  }
  return update;
}

}  // namespace smev::elk::testing
