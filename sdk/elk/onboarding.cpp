#include "sdk/elk/onboarding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sdk/base/text.hpp"
#include "sdk/elk/limits.hpp"
#include "sdk/elk/rules.hpp"

namespace smev::elk {
namespace {

/// The information systems of ПГС: whoever sends with an own system is not registered under these.
constexpr std::string_view kPgsMnemonics[] = {"MNSV75", "MNSV130"};
/// The only first status that live senders are known to begin with (elk-status §6.1).
constexpr std::int16_t kProvenFirstStatus = 6;

bool has(const std::vector<std::int16_t>& codes, std::int16_t code) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// A hint for what is not given.
Hint unless(bool given, std::string text, std::string_view source) {
  return given ? Hint{} : Hint{std::move(text), source};
}

/// «Укажите a, b»: the keys that have no value.
class Wanted {
 public:
  void want(bool given, std::string_view key) {
    if (!given) keys_ += (keys_.empty() ? "" : ", ") + std::string(key);
  }
  [[nodiscard]] std::string text(std::string_view what_for) const {
    return keys_.empty() ? "" : fmt::format("Укажите {}: {}", keys_, what_for);
  }

 private:
  std::string keys_;
};

// --- the lines ----------------------------------------------------------------------------------

void look_at_source_system(Checklist& list, const Profile& profile, const Mnemonic& sender) {
  const Mnemonic& mnemonic = source_system(profile, sender);
  Hint hint;
  if (mnemonic.empty()) {
    hint = {"Укажите mnemonic: мнемонику информационной системы в СМЭВ", source::kRegistry};
  } else if (std::find(std::begin(kPgsMnemonics), std::end(kPgsMnemonics), mnemonic.text()) !=
             std::end(kPgsMnemonics)) {
    hint = {
        "Это мнемоника ПГС: организация, которая отправляет из своей системы, указывает "
        "мнемонику своей системы",
        source::kRegistry};
  } else if (mnemonic != sender) {
    hint = {
        "Не та мнемоника, с которой отправляет система (mnemonic): ЕЛК, по-видимому, сверяет "
        "их; если они и в справочнике разные, попросите исправить",
        source::kRegistry};
  }
  list.look("profile.registration.source_system", "Мнемоника системы в справочнике (SRC_SYSTEM)",
            hint);
}

void look_at_letters(Checklist& list, const Registration& registration) {
  list.look("profile.registration.ogrn", "ОГРН",
            unless(!registration.ogrn.empty(), "Не указан: нужен в письме о стандарте ЕЛК",
                   source::kLetters));
  list.look("profile.registration.region_name", "Название региона",
            unless(!registration.region_name.empty(), "Не указано: нужно в письме в регион",
                   source::kLetters));
  list.look("profile.registration.letter_to", "Адрес того, кто ведёт справочник-донор региона",
            unless(!registration.letter_to.empty(), "Не указан: узнайте его в своём регионе",
                   source::kLetters));
  list.look("profile.registration.letter_subject", "Тема письма в регион",
            unless(!registration.letter_subject.empty(),
                   "Не указана: узнайте там же, какую тему ждут", source::kLetters));
  Wanted contact;
  contact.want(!registration.contact.name.empty(), "profile.registration.contact.name");
  contact.want(!registration.contact.phone.empty(), "profile.registration.contact.phone");
  contact.want(!registration.contact.email.empty(), "profile.registration.contact.email");
  list.look("profile.registration.contact", "Контактное лицо",
            {contact.text("с ним свяжутся по письмам"), source::kLetters});
}

void look_at_registration(Checklist& list, const Profile& profile, const Mnemonic& sender) {
  const Registration& given = profile.registration;
  list.look("profile.inn", "ИНН организации");
  list.look("profile.kpp", "КПП организации",
            unless(profile.kpp.has_value(),
                   "Не указан: нужен справочнику, и действующие отправители всегда передают его",
                   source::kRegistry));
  list.look("profile.registration.full_name", "Полное название",
            unless(!given.full_name.empty(), "Не указано", source::kRegistry));
  list.look("profile.registration.short_name", "Краткое название",
            unless(!given.short_name.empty(), "Не указано", source::kRegistry));
  list.look("profile.registration.okato", "ОКАТО региона, 11 цифр",
            unless(!given.okato.empty(), "Не указан (это не ОКТМО, который стоит в profile.region)",
                   source::kRegistry));
  look_at_source_system(list, profile, sender);
  list.look("profile.registration.organization_type", "Тип организации (ORG_TYPE)",
            unless(given.organization_type.has_value(),
                   "Не указан: для МФЦ это «МФЦ», другие значения не опубликованы; спросите у "
                   "того, кто ведёт справочник, и, если поле оставляют пустым, укажите \"\"",
                   source::kRegistry));
  look_at_letters(list, given);
}

std::string service_hint(const Service& service, const std::string& key) {
  std::string text;
  if (may_lack_its_minus(service.code)) {
    text =
        "Код без ведущего минуса, и это не 19-значный номер ФРГУ. Минус — часть ТКУ: без него "
        "ЕЛК отвечает кодом 13";
  }
  Wanted answers;
  answers.want(!service.title.empty(), key + ".title");
  answers.want(service.origin.has_value(), key + ".origin");
  answers.want(service.shown_before.has_value(), key + ".shown_before");
  answers.want(service.in_svcdev_before.has_value(), key + ".in_svcdev_before");
  const std::string wanted = answers.text("спросят в письме о ТКУ");
  return text + (text.empty() || wanted.empty() ? "" : ". ") + wanted;
}

void look_at_services(Checklist& list, const Profile& profile) {
  const auto usable =
      std::count_if(profile.services.begin(), profile.services.end(), [&](const Service& service) {
        return profile.production() ? service.in_production : service.in_test;
      });
  if (!profile.services.empty() && usable == 0) {
    list.refuse("profile.services", "Услуги этого контура",
                "Ни одна услуга не получена для этого контура (contours): отправлять не с чем",
                source::kProfile);
  } else {
    list.look("profile.services", "Услуги этого контура",
              unless(!profile.services.empty(),
                     "Список пуст: опечатка в коде услуги не будет замечена до отправки, и письмо "
                     "о ТКУ не из чего составить",
                     source::kProfile));
  }
  for (std::size_t i = 0; i < profile.services.size(); ++i) {
    const Service& service = profile.services[i];
    const std::string field = fmt::format("profile.services[{}]", i);
    list.look(field, "Услуга " + service.code.text(),
              {service_hint(service, field), source::kLetters});
  }
}

/// What a loaded dictionary of ЕСНСИ does not know, every create would bring to ЕЛК.
void look_at_defaults(Checklist& list, const Profile& profile) {
  const auto hint = [&](DictionaryKind kind, int code) {
    return unless(!profile.dictionaries.lacks(kind, code),
                  fmt::format("Кода {} нет в загруженном справочнике {}", code, title(kind)),
                  "ЕСНСИ");
  };
  list.look("profile.citizenship", "Гражданство по умолчанию",
            hint(DictionaryKind::citizenships, profile.citizenship));
  list.look(
      "profile.office.channel", "Канал подачи по умолчанию",
      profile.office.channel ? hint(DictionaryKind::channels, *profile.office.channel) : Hint{});
}

void look_at_first_statuses(Checklist& list, const Profile& profile) {
  const auto proven = [](const std::vector<std::int16_t>& codes) {
    return has(codes, kProvenFirstStatus);
  };
  const bool well =
      proven(profile.first_statuses) &&
      std::all_of(profile.services.begin(), profile.services.end(), [&](const Service& service) {
        return service.first_statuses.empty() || proven(service.first_statuses);
      });
  list.look("profile.first_statuses", "Первые статусы заявлений",
            unless(well,
                   fmt::format("Проверен только первый статус {}: на другой ЕЛК может ответить "
                               "кодом 31; пустой список допускает любой",
                               kProvenFirstStatus),
                   source::kResultCode));
}

// --- the rules of what is given -----------------------------------------------------------------

void check_okato(Faults& faults, const std::string& field, const Okato& okato) {
  const std::string& text = okato.text();
  if (text.empty()) return;
  if (!okato.valid()) {
    const bool oktmo = text.size() <= kOktmoDigitsMax && all_ascii_digits(text);
    faults.add(field, "pattern",
               oktmo ? "Это похоже на ОКТМО (до 8 цифр), а здесь нужен ОКАТО из 11 цифр; ОКТМО "
                       "указывают в profile.region"
                     : "Ожидается ОКАТО: 11 цифр без других знаков",
               source::kRegistry);
  } else if (text.find_first_not_of('0') == std::string::npos) {
    faults.add(field, "pattern", "Одни нули — не регион: нужен ОКАТО вашего региона",
               source::kRegistry);
  }
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos &&
         text.find(' ') == std::string_view::npos;
}

}  // namespace

std::string_view name(Readiness readiness) {
  switch (readiness) {
    case Readiness::attention:
      return "attention";
    case Readiness::refused:
      return "refused";
    case Readiness::ready:
      break;
  }
  return "ready";
}

void Checklist::look(const std::string& field, const std::string& title, const Hint& hint) {
  const auto ours = [&](const FieldFault& fault) { return is_at_or_below(fault.field, field); };
  const auto first = std::stable_partition(faults_.begin(), faults_.end(),
                                           [&](const FieldFault& fault) { return !ours(fault); });
  const bool ready = first == faults_.end() && hint.text.empty();
  if (ready) lines_.push_back({field, title, Readiness::ready, {}, {}});
  if (first == faults_.end() && !ready) {
    lines_.push_back({field, title, Readiness::attention, hint.text, std::string(hint.source)});
  }
  std::for_each(first, faults_.end(), [&](const FieldFault& fault) { add(fault, title); });
  faults_.erase(first, faults_.end());
}

void Checklist::refuse(std::string field, std::string title, std::string text,
                       std::string_view source) {
  lines_.push_back({std::move(field), std::move(title), Readiness::refused, std::move(text),
                    std::string(source)});
}

void Checklist::add(const FieldFault& fault, const std::string& title) {
  lines_.push_back({fault.field, title,
                    fault.code == "missing" ? Readiness::attention : Readiness::refused, fault.text,
                    fault.source});
}

std::vector<ChecklistLine> Checklist::take() {
  for (const FieldFault& fault : faults_) add(fault, "Прочее");
  faults_.clear();
  return std::move(lines_);
}

void look_at_profile(Checklist& list, const Profile& profile, const Mnemonic& sender) {
  look_at_registration(list, profile, sender);
  look_at_services(list, profile);
  look_at_first_statuses(list, profile);
  look_at_defaults(list, profile);
}

const Mnemonic& source_system(const Profile& profile, const Mnemonic& sender) {
  const Mnemonic& own = profile.registration.source_system;
  return own.empty() ? sender : own;
}

void check_registration(Faults& faults, const std::string& field,
                        const Registration& registration) {
  const auto text = [&](const char* member, std::string_view value) {
    return check_text(faults, field + member, value, {.most = kLetterFieldMax, .one_line = true});
  };
  text(".full_name", registration.full_name);
  text(".short_name", registration.short_name);
  check_okato(faults, field + ".okato", registration.okato);
  if (!registration.source_system.empty() && !registration.source_system.valid()) {
    faults.add(field + ".source_system", "pattern",
               fmt::format("Ожидается мнемоника: до {} латинских букв, цифр и знаков без пробелов",
                           kMnemonicMax),
               source::kRegistry);
  }
  if (registration.organization_type) text(".organization_type", *registration.organization_type);
  if (!registration.ogrn.empty() && !registration.ogrn.valid()) {
    faults.add(field + ".ogrn", "check_digit",
               "Ожидается ОГРН организации: 13 цифр с верным контрольным числом",
               source::kCheckDigit);
  }
  text(".region_name", registration.region_name);
  text(".letter_to", registration.letter_to);
  text(".letter_subject", registration.letter_subject);
  text(".contact.name", registration.contact.name);
  text(".contact.phone", registration.contact.phone);
  const std::string& email = registration.contact.email;
  if (text(".contact.email", email) && !email.empty() && !is_email(email)) {
    faults.add(field + ".contact.email", "pattern", "Ожидается адрес вида имя@узел",
               source::kLetters);
  }
}

}  // namespace smev::elk
