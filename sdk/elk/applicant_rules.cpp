#include "sdk/elk/applicant_rules.hpp"

#include "sdk/base/text.hpp"
#include "sdk/elk/limits.hpp"
#include "sdk/elk/numbers.hpp"

namespace smev::elk {
namespace {

using OptionalText = std::optional<std::string>;

/// The calendar day of an xs:date without offset; nothing when there is no such day.
std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::string digits = std::string(text.substr(0, 4)) + std::string(text.substr(5, 2)) +
                             std::string(text.substr(8, 2));
  if (!all_ascii_digits(digits)) return std::nullopt;
  const auto number = [&digits](std::size_t at, std::size_t count) {
    unsigned value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      value = value * 10 + static_cast<unsigned>(digits[i] - '0');
    }
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(number(0, 4))},
                                        std::chrono::month{number(4, 2)},
                                        std::chrono::day{number(6, 2)}};
  if (!day.ok() || number(0, 4) == 0) return std::nullopt;
  return std::chrono::sys_days{day};
}

class ApplicantRules {
 public:
  ApplicantRules(Faults& faults, const std::string& field, TimePoint now)
      : faults_(faults), field_(field), now_(now) {}

  void operator()(const PersonByDocument& person) {
    if (person.series) text("series", *person.series, {.most = kDocumentPartMax});
    filled("number", person.number, {.least = 1, .most = kDocumentPartMax});
    names(person.last_name, person.first_name, person.middle_name);
  }
  void operator()(const PersonBySnils& person) {
    snils(person.snils);
    names(person.last_name, person.first_name, person.middle_name);
  }
  void operator()(const PersonBySnilsAndBirthDate& person) {
    snils(person.snils);
    birth_date(person.birth_date);
  }
  void operator()(const PersonByInn& person) {
    inn_of_person(person.inn);
    names(person.last_name, person.first_name, person.middle_name);
  }
  void operator()(const PersonByEsiaId& person) {
    filled("esia_id", person.esia_id, {.least = 1, .most = kPersonEsiaIdMax});
  }
  void operator()(const PersonByErn& person) {
    check_digits(faults_, at("ern"), person.ern.text(), kErnDigits, kErnDigits);
  }
  void operator()(const OrganizationByEsiaId& organization) {
    filled("esia_id", organization.esia_id,
           {.least = 1, .most = kOrganizationEsiaIdMax, .one_line = true});
  }
  void operator()(const LegalEntity& entity) {
    if (entity.ogrn.has_value() == entity.inn.has_value()) {
      faults_.add(field_, "one_of",
                  entity.ogrn ? "Указаны и ОГРН, и ИНН: нужно ровно одно из двух"
                              : "Нет ни ОГРН, ни ИНН: нужно ровно одно из двух",
                  source::kSchema);
    }
    if (entity.ogrn) ogrn(*entity.ogrn);
    if (entity.inn) check_organization_inn(faults_, at("inn"), *entity.inn);
    if (entity.kpp) {
      check_kpp(faults_, at("kpp"), *entity.kpp);
      if (!entity.inn) {
        faults_.add(at("kpp"), "not_allowed", "КПП указывается только вместе с ИНН",
                    source::kSchema);
      }
    }
    if (entity.title) text("title", *entity.title, {.most = kTitleMax});
  }
  void operator()(const Entrepreneur& entrepreneur) {
    ogrnip(entrepreneur.ogrnip);
    inn_of_person(entrepreneur.inn);
    optional_name("last_name", entrepreneur.last_name);
    optional_name("first_name", entrepreneur.first_name);
    optional_name("middle_name", entrepreneur.middle_name);
  }

 private:
  [[nodiscard]] std::string at(std::string_view name) const {
    return field_ + "." + std::string(name);
  }

  bool text(std::string_view name, std::string_view value, const TextLimits& limits) {
    return check_text(faults_, at(name), value, limits);
  }

  void filled(std::string_view name, std::string_view value, const TextLimits& limits) {
    if (text(name, value, limits)) check_not_blank(faults_, at(name), value);
  }

  /// May be empty: the schema wants the element, and not everybody has both names.
  void name(std::string_view field, std::string_view value) {
    if (text(field, value, {.most = kNameMax}) && !value.empty()) {
      check_not_blank(faults_, at(field), value);
    }
  }
  void optional_name(std::string_view field, const OptionalText& value) {
    if (value) name(field, *value);
  }

  /// The schema lets both be empty; a person may have only one of them, but not neither.
  void names(const std::string& last, const std::string& first, const OptionalText& middle) {
    name("last_name", last);
    name("first_name", first);
    optional_name("middle_name", middle);
    if (last.empty() && first.empty()) {
      faults_.add(at("last_name"), "missing", "Не указаны ни фамилия, ни имя", source::kSdk);
    }
  }

  void check_digit(bool holds, std::string_view name, std::string_view number) {
    if (holds) return;
    faults_.add(at(name), "check_digit",
                std::string(number) + ": контрольное число не сходится, проверьте цифры",
                source::kCheckDigit);
  }

  void snils(const Snils& snils) {
    if (snils.empty()) {
      faults_.add(at("snils"), "missing", "Обязательное поле не заполнено", source::kSchema);
    } else if (!snils_digits(snils.text())) {
      faults_.add(at("snils"), "pattern",
                  "СНИЛС ожидается в виде NNN-NNN-NNN NN или одиннадцатью цифрами", source::kSdk);
    } else {
      check_digit(snils.valid(), "snils", "СНИЛС");
    }
  }

  void inn_of_person(const PersonInn& inn) {
    if (!check_digits(faults_, at("inn"), inn.text(), 12, 12)) return;
    check_digit(inn.valid(), "inn", "ИНН");
  }

  void ogrn(const Ogrn& ogrn) {
    if (!check_digits(faults_, at("ogrn"), ogrn.text(), 13, 13)) return;
    if (std::string_view(kFirstDigitsOfOgrn).find(ogrn.text().front()) == std::string_view::npos) {
      faults_.add(at("ogrn"), "pattern", "ОГРН юридического лица начинается с 1, 2 или 5",
                  source::kSchema);
      return;
    }
    check_digit(ogrn.valid(), "ogrn", "ОГРН");
  }

  void ogrnip(const Ogrnip& ogrnip) {
    if (!check_digits(faults_, at("ogrnip"), ogrnip.text(), 15, 15)) return;
    if (ogrnip.text().front() != *kFirstDigitOfOgrnip) {
      faults_.add(at("ogrnip"), "pattern", "ОГРНИП начинается с 3", source::kSchema);
      return;
    }
    check_digit(ogrnip.valid(), "ogrnip", "ОГРНИП");
  }

  void birth_date(const std::string& value) {
    if (value.empty()) {
      faults_.add(at("birth_date"), "missing", "Обязательное поле не заполнено", source::kSchema);
      return;
    }
    const auto day = parse_day(value);
    if (!day) {
      faults_.add(at("birth_date"), "date",
                  "Ожидается существующий день в виде ГГГГ-ММ-ДД, без времени", source::kSchema);
      return;
    }
    const auto today = std::chrono::floor<std::chrono::days>(
        now_ + std::chrono::minutes(DateTime::kMoscowOffsetMinutes));
    if (*day > today) {
      faults_.add(at("birth_date"), "future", "Дата рождения в будущем", source::kSdk);
    }
  }

  Faults& faults_;
  const std::string& field_;
  TimePoint now_;
};

}  // namespace

void check_applicant(Faults& faults, const std::string& field, const Applicant& applicant,
                     TimePoint now) {
  std::visit(ApplicantRules(faults, field, now), applicant);
}

bool check_organization_inn(Faults& faults, const std::string& field, const OrganizationInn& inn) {
  if (!check_digits(faults, field, inn.text(), 10, 10)) return false;
  if (inn.valid()) return true;
  faults.add(field, "check_digit", "ИНН: контрольное число не сходится, проверьте цифры",
             source::kCheckDigit);
  return false;
}

bool check_kpp(Faults& faults, const std::string& field, const Kpp& kpp) {
  return check_digits(faults, field, kpp.text(), kKppDigits, kKppDigits);
}

}  // namespace smev::elk
