#include "smev-send/letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sdk/elk/dictionary_file.hpp"
#include "sdk/elk/onboarding.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

constexpr char kSituationCentre[] = "sd@sc.digital.gov.ru";
constexpr char kByHand[] = "________ (впишите сами)";

/// Values as letters show them; remembers which are not there.
class Blanks {
 public:
  std::string filled(std::string value, const std::string& key) {
    if (!value.empty()) return value;
    lacking_.insert(key);
    return fmt::format("________ (укажите {})", key);
  }
  std::string yes_or_no(const std::optional<bool>& answer, const std::string& key) {
    return filled(!answer ? "" : *answer ? "ДА" : "НЕТ", key);
  }

  [[nodiscard]] std::vector<std::string> lacking() const {
    return {lacking_.begin(), lacking_.end()};
  }

 private:
  std::set<std::string> lacking_;
};

class Writer {
 public:
  Writer(const elk::Profile& profile, const elk::Mnemonic& sender)
      : profile_(profile), registration_(profile.registration), sender_(sender) {}

  DirectoryRow row() {
    DirectoryRow row{attributes(), {}};
    row.lacking = blanks_.lacking();
    return row;
  }

  Letter write(LetterKind kind) {
    Letter letter;
    switch (kind) {
      case LetterKind::organizations_senders:
        write_organizations_senders(letter);
        break;
      case LetterKind::tku:
        write_tku(letter);
        break;
      case LetterKind::standard:
        write_standard(letter);
        break;
    }
    letter.lacking = blanks_.lacking();
    return letter;
  }

 private:
  void write_organizations_senders(Letter& letter) {
    letter.to = registered(registration_.letter_to, "letter_to");
    letter.subject = registered(registration_.letter_subject, "letter_subject");
    letter.body = fmt::format(
        "Здравствуйте!\n\n"
        "По пункту 11 постановления Правительства № 277 {} передаёт статусы и результаты услуг в "
        "личный кабинет заявителя на ЕПГУ из своей информационной системы (ВИС) через СМЭВ 3.\n\n"
        "Просим внести организацию и её информационную систему в справочник-донор региона ({}) "
        "для справочника «ЕЛК. Организации-отправители» (ORGANIZATIONS_SENDERS):\n\n",
        full_name(), registered(registration_.region_name, "region_name"));
    for (const auto& [attribute, value] : attributes()) {
      letter.body += fmt::format("{}: {}\n", attribute, value.empty() ? "(пусто)" : value);
    }
    letter.body += "\nПросим сообщить, когда запись появится в продуктивной ФГИС ЕСНСИ.\n\n";
    letter.body += contact();
  }

  void write_tku(Letter& letter) {
    letter.to = kSituationCentre;
    letter.subject = "Добавление кода услуги в ЕЛК";
    letter.body =
        head("Регламентная процедура", "ЕПГУ", "ЕЛК. Добавление кода услуги", letter.subject);
    letter.body += fmt::format(
        "Просим добавить в ЕЛК коды услуг (ТКУ) в продуктивной и в тестовой (SVCDEV) средах. Минус "
        "перед кодом — его часть.\n\n"
        "Организация: {}\n"
        "ИНН: {}\n"
        "КПП: {}\n\n",
        full_name(), inn(), kpp());
    Table table({"ТКУ", "происхождение кода (столбец C)", "показана на ВКУ раньше",
                 "код раньше был в SVCDEV", "из теста в продуктив", "услуга"});
    for (std::size_t i = 0; i < services(); ++i) {
      const elk::Service service = at(i);
      const std::string key = fmt::format("profile.services[{}].", i);
      // A code that was in SVCDEV is the one that goes on to production.
      const std::string in_svcdev =
          blanks_.yes_or_no(service.in_svcdev_before, key + "in_svcdev_before");
      table.add(
          {blanks_.filled(service.code.text(), key + "code"),
           blanks_.filled(std::string(service.origin ? name(*service.origin) : std::string_view()),
                          key + "origin"),
           blanks_.yes_or_no(service.shown_before, key + "shown_before"), in_svcdev, in_svcdev,
           blanks_.filled(service.title, key + "title")});
    }
    letter.body += table.text(false) + '\n' + contact();
  }

  void write_standard(Letter& letter) {
    letter.to = kSituationCentre;
    letter.subject = "Добавление организации в стандарт";
    letter.body = head("Консультация участника", "ПГС на ГосТех", {}, letter.subject);
    std::string codes;
    for (std::size_t i = 0; i < services(); ++i) codes += (i == 0 ? "" : ", ") + code(i);
    const std::string ogrn = registered(registration_.ogrn.text(), "ogrn");
    letter.body += fmt::format(
        "Просим добавить организацию в стандарт.\n\n"
        "Номер стандарта: {}\n"
        "ТКУ: {}\n"
        "Организация: {}\n"
        "ОГРН: {}\n\n"
        "Форма\n"
        "OGRN: {}\n"
        "FULL_NAME: {}\n"
        "SHORT_NAME: {}\n"
        "Администратор\n"
        "  ФИО: {}\n"
        "  СНИЛС: {}\n"
        "  телефон: {}\n"
        "  e-mail: {}\n"
        "Услуга: {}\n"
        "  код: {}\n"
        "  ТКУ: {}\n",
        elk::kStandardNumber, codes, full_name(), ogrn, ogrn, full_name(), short_name(),
        contact_name(), kByHand, phone(), email(),
        blanks_.filled(at(0).title, "profile.services[0].title"), kByHand, code(0));
    letter.by_hand = true;
  }

  /// The fields of a request to the Situation centre, exactly as it wants them.
  static std::string head(std::string_view type, std::string_view system,
                          std::string_view procedure, std::string_view subject) {
    return fmt::format(
        "Соглашение/Услуга: Поддержка ИС ИЭП\n"
        "Тип запроса: {}\n"
        "Система ИЭП: {}\n"
        "{}"
        "Тема запроса: {}\n\n"
        "Здравствуйте!\n\n",
        type, system,
        procedure.empty() ? "" : fmt::format("Тип регламентной процедуры: {}\n", procedure),
        subject);
  }

  /// In the order of the directory; it fills autokey by itself, and who is not blocked leaves
  /// BLOCKED empty.
  std::vector<std::pair<std::string_view, std::string>> attributes() {
    const std::string type = registration_.organization_type ? *registration_.organization_type
                                                             : registered({}, "organization_type");
    return {
        {"INN", inn()},
        {"KPP", kpp()},
        {"FULL_NAME", full_name()},
        {"SHORT_NAME", short_name()},
        {"REGION", registered(registration_.okato.text(), "okato")},
        {"SRC_SYSTEM", blanks_.filled(elk::source_system(profile_, sender_).text(), "mnemonic")},
        {"ORG_TYPE", type},
        {"BLOCKED", ""}};
  }

  std::string registered(const std::string& value, const char* key) {
    return blanks_.filled(value, std::string("profile.registration.") + key);
  }
  std::string inn() { return blanks_.filled(profile_.inn.text(), "profile.inn"); }
  std::string kpp() {
    return blanks_.filled(profile_.kpp ? profile_.kpp->text() : "", "profile.kpp");
  }
  std::string full_name() { return registered(registration_.full_name, "full_name"); }
  std::string short_name() { return registered(registration_.short_name, "short_name"); }
  std::string contact_name() { return registered(registration_.contact.name, "contact.name"); }
  std::string phone() { return registered(registration_.contact.phone, "contact.phone"); }
  std::string email() { return registered(registration_.contact.email, "contact.email"); }
  std::string contact() {
    return fmt::format("Контактное лицо: {}, телефон {}, e-mail {}\n", contact_name(), phone(),
                       email());
  }

  // Without any service the letter has the blanks of one.
  [[nodiscard]] std::size_t services() const {
    return std::max<std::size_t>(profile_.services.size(), 1);
  }
  [[nodiscard]] elk::Service at(std::size_t i) const {
    return i < profile_.services.size() ? profile_.services[i] : elk::Service{};
  }
  std::string code(std::size_t i) {
    return blanks_.filled(at(i).code.text(), fmt::format("profile.services[{}].code", i));
  }

  const elk::Profile& profile_;
  const elk::Registration& registration_;
  const elk::Mnemonic& sender_;
  Blanks blanks_;
};

}  // namespace

std::string_view name(LetterKind kind) {
  switch (kind) {
    case LetterKind::organizations_senders:
      return "organizations-senders";
    case LetterKind::tku:
      return "tku";
    case LetterKind::standard:
      break;
  }
  return "standard";
}

std::string_view title(LetterKind kind) {
  switch (kind) {
    case LetterKind::organizations_senders:
      return "внести организацию и её систему в справочник организаций-отправителей";
    case LetterKind::tku:
      return "добавить коды услуг (ТКУ) в ЕЛК, в продуктивной и в тестовой средах";
    case LetterKind::standard:
      break;
  }
  return "добавить организацию в стандарт ЕЛК (описано для ПГС 3.0; спросите, нужно ли вам)";
}

std::string_view addressee(LetterKind kind) {
  return kind == LetterKind::organizations_senders ? "тот, кто ведёт справочник-донор региона"
                                                   : kSituationCentre;
}

std::optional<LetterKind> letter_kind(std::string_view wanted) {
  for (const LetterKind kind : kLetterKinds) {
    if (name(kind) == wanted) return kind;
  }
  return std::nullopt;
}

Letter letter(LetterKind kind, const elk::Profile& profile, const elk::Mnemonic& sender) {
  return Writer(profile, sender).write(kind);
}

DirectoryRow directory_row(const elk::Profile& profile, const elk::Mnemonic& sender) {
  return Writer(profile, sender).row();
}

std::string directory_csv(const DirectoryRow& row) {
  std::string titles;
  std::string values;
  for (const auto& [attribute, value] : row.attributes) {
    titles += (titles.empty() ? "" : ",") + std::string(attribute);
    values += (&value == &row.attributes.front().second ? "" : ",") + elk::csv_field(value);
  }
  return titles + '\n' + values + '\n';
}

}  // namespace smev::cli
