#include "sdk/elk/rules.hpp"

#include <algorithm>
#include <array>

#include "sdk/base/mime.hpp"
#include "sdk/base/text.hpp"
#include "sdk/elk/applicant_rules.hpp"
#include "sdk/elk/faults.hpp"
#include "sdk/elk/identity.hpp"
#include "sdk/elk/lexical.hpp"
#include "sdk/elk/onboarding.hpp"
#include "sdk/elk/order_key.hpp"

namespace smev::elk {
namespace {

constexpr TextLimits kOrderNumber{.least = 1, .most = kOrderNumberMax, .one_line = true};
constexpr TextLimits kServiceCode{.least = 1, .most = kServiceCodeMax, .one_line = true};
constexpr TextLimits kOfficeText{.most = kOfficeTextMax};
constexpr TextLimits kOfficeAddress{.most = kOfficeAddressMax};
constexpr TextLimits kDocumentType{.least = 1, .most = kDocumentTypeMax};
constexpr TextLimits kDataMartUuid{.least = 1, .most = kDataMartUuidMax};
constexpr TextLimits kEnv{.least = 1, .most = kEnvMax, .one_line = true};
constexpr TextLimits kFreeText{.most = kFreeTextMax};
constexpr TextLimits kFilledFreeText{.least = 1, .most = kFreeTextMax};

constexpr char kMissing[] = "Обязательное поле не заполнено";

std::string at_index(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

/// Blanks of Unicode that a number may be copied with.
constexpr std::array<std::string_view, 8> kBlankCharacters = {
    " ",             // U+0020
    "\xC2\xA0",      // U+00A0, no-break
    "\xE1\x9A\x80",  // U+1680
    "\xE2\x80\x87",  // U+2007, of a figure
    "\xE2\x80\x89",  // U+2009, thin
    "\xE2\x80\xAF",  // U+202F, narrow no-break
    "\xE2\x81\x9F",  // U+205F
    "\xE3\x80\x80",  // U+3000
};
/// What a text editor makes of a minus.
constexpr std::array<std::string_view, 7> kLikeMinus = {
    "\xE2\x80\x90", "\xE2\x80\x91", "\xE2\x80\x92", "\xE2\x80\x93",  // U+2010..U+2013
    "\xE2\x80\x94", "\xE2\x80\x95", "\xE2\x88\x92",                  // U+2014, U+2015, U+2212
};

template <class Characters>
bool begins_with_any(std::string_view text, const Characters& characters) {
  return std::any_of(characters.begin(), characters.end(),
                     [text](std::string_view one) { return text.starts_with(one); });
}

bool has_blank_at_an_end(std::string_view text) {
  const bool at_the_end =
      std::any_of(kBlankCharacters.begin(), kBlankCharacters.end(),
                  [text](std::string_view blank) { return text.ends_with(blank); });
  return at_the_end || begins_with_any(text, kBlankCharacters);
}

bool is_line_separator(char32_t c) { return c == 0x2028 || c == 0x2029; }

/// The year of a date as it is written.
int year_of(const DateTime& date) {
  return parse_integer<int>(date.text().substr(0, 4)).value_or(0);
}

std::size_t fraction_digits(const DateTime& date) {
  const std::string& text = date.text();
  const std::size_t point = text.find('.');
  if (point == std::string::npos) return 0;
  return std::min(text.find_first_not_of("0123456789", point + 1), text.size()) - point - 1;
}

void check_region(Faults& faults, const std::string& field, const Oktmo& region) {
  check_digits(faults, field, region.text(), 1, kOktmoDigitsMax);
}

void check_service_code(Faults& faults, const std::string& field, const ServiceCode& code) {
  if (!check_text(faults, field, code.text(), kServiceCode)) return;
  check_not_blank(faults, field, code.text());
  if (!begins_with_any(code.text(), kLikeMinus)) return;
  faults.add(
      field, "pattern",
      "Вместо минуса «-» стоит похожий на него знак (тире или типографский минус): код с ним "
      "личному кабинету неизвестен. Наберите минус с клавиатуры",
      source::kSdk);
}

const Service* find_service(const Profile& profile, std::string_view code) {
  const auto found =
      std::find_if(profile.services.begin(), profile.services.end(),
                   [code](const Service& service) { return service.code.text() == code; });
  return found == profile.services.end() ? nullptr : &*found;
}

std::string joined(const std::vector<std::int16_t>& codes) {
  std::string list;
  for (const std::int16_t code : codes) list += (list.empty() ? "" : ", ") + std::to_string(code);
  return list;
}

void check_office(Faults& faults, const std::string& field, const Office& office) {
  if (office.name) check_text(faults, field + ".name", *office.name, kOfficeText);
  if (office.address) check_text(faults, field + ".address", *office.address, kOfficeAddress);
  if (office.frgu_code) check_text(faults, field + ".frgu_code", *office.frgu_code, kOfficeText);
}

/// The file's name goes to the file store and to the citizen: it may not lead out of its folder.
void check_file_name(Faults& faults, const std::string& field, std::string_view name) {
  if (!check_text(faults, field, name, {.most = kFileNameMax, .one_line = true})) return;
  if (name.find_first_of("/\\") != std::string_view::npos || name == "." || name == "..") {
    faults.add(field, "pattern", "Ожидается имя файла без каталогов", source::kSdk);
  }
}

void check_mime(Faults& faults, const std::string& field, std::string_view mime) {
  if (!check_text(faults, field, mime, {.most = kMimeMax, .one_line = true})) return;
  if (!is_allowed_mime(mime)) {
    faults.add(field, "pattern",
               "Ожидается тип вида application/pdf: СМЭВ принимает text, image, audio, video и "
               "application",
               source::kSchema);
  }
}

class UpdateRules {
 public:
  UpdateRules(const Profile& profile, const OrderHistory& history, TimePoint now)
      : profile_(profile), history_(history), now_(now) {}

  Findings check(const Update& update) {
    check_order(update.order);
    check_status("status", update.status);
    for (std::size_t i = 0; i < update.more_statuses.size(); ++i) {
      check_status(at_index("more_statuses", i), update.more_statuses[i]);
    }
    if (update.more_statuses.size() + 1 > kStatusesMax) {
      too_many("more_statuses", "статусов в одном обновлении", kStatusesMax);
    }
    if (will_be_created(update.order)) {
      faults_.add(check_first_status(profile_, update.order.service, update.status.code));
    }
    check_date_order(update);
    look_up_order(update.order);
    return {faults_.take(), warnings_.take()};
  }

 private:
  void check_order(const Order& order) {
    check_numbers(order);
    require_facts(order);
    check_service(order.service);
    if (!order.filed_at.empty()) check_filing_date(order);
    if (order.applicant) {
      check_applicant(faults_, "order.applicant", *order.applicant, now_);
      check_same_applicant(*order.applicant);
    }
    if (order.region) check_region(faults_, "order.region", *order.region);
    if (order.office) {
      check_office(faults_, "order.office", *order.office);
      if (!order.office->channel && !profile_.office.channel) {
        faults_.add("order.office.channel", "missing",
                    "Канал подачи не указан ни здесь, ни в профиле отправителя", source::kSchema);
      }
    }
    check_sender(order);
  }

  /// One of the two numbers is enough to find an order that ЕЛК has; a new one needs ours.
  void check_numbers(const Order& order) {
    const bool found_by_elk_number = order.number.empty() && order.elk_number;
    if (!found_by_elk_number) check_order_number(order.number.text());
    if (!order.elk_number) return;
    if (*order.elk_number <= 0) {
      faults_.add("order.elk_number", "out_of_range", "Ожидается целое число больше нуля",
                  source::kSdk);
    } else {
      faults_.add(check_claimed_number(order, history_.elk_number));
    }
  }

  void check_order_number(const std::string& number) {
    const std::string field = "order.number";
    if (!check_text(faults_, field, number, kOrderNumber)) return;
    if (!check_not_blank(faults_, field, number)) return;
    if (has_blank_at_an_end(number) || has_character(number, is_line_separator)) {
      faults_.add(field, "pattern",
                  "Пробел в начале или в конце номера или разделитель строк внутри: удалите его",
                  source::kSdk);
    }
    if (elk_number_of_key(number)) {
      faults_.add(field, "pattern",
                  "Так называется заявление, у которого есть только номер личного кабинета: "
                  "укажите его числом в order.elk_number",
                  source::kSdk);
    }
  }

  [[nodiscard]] bool will_be_created(const Order& order) const {
    return history_.first_update && !history_.known_to_elk && !history_.elk_number &&
           !order.elk_number && !order.created_elsewhere;
  }

  void require_facts(const Order& order) {
    if (!will_be_created(order) || history_.has_facts) return;
    const auto require = [this](bool given, const char* field) {
      if (given) return;
      faults_.add(field, "missing",
                  "Первое обновление заявления должно содержать услугу, дату подачи и заявителя "
                  "(если заявление завела другая система, укажите order.created_elsewhere)",
                  source::kSchema);
    };
    require(!order.service.empty(), "order.service");
    require(!order.filed_at.empty(), "order.filed_at");
    require(order.applicant.has_value(), "order.applicant");
  }

  void check_service(const ServiceCode& code) {
    if (code.empty()) return;
    check_service_code(faults_, "order.service", code);
    if (profile_.services.empty()) {
      if (!may_lack_its_minus(code)) return;
      warnings_.add("order.service", "no_minus",
                    "Код услуги без ведущего минуса, и это не 19-значный номер ФРГУ: минус — часть "
                    "ТКУ, без него личный кабинет отвечает кодом 13",
                    source::kResultCode);
      return;
    }
    const Service* service = find_service(profile_, code.text());
    if (service == nullptr) {
      faults_.add("order.service", "not_in_profile",
                  find_service(profile_, "-" + code.text()) != nullptr
                      ? "Код услуги указан без ведущего минуса, а он часть кода"
                      : "Такого кода услуги нет в списке services профиля отправителя",
                  source::kProfile);
    } else if (!(profile_.production() ? service->in_production : service->in_test)) {
      faults_.add("order.service", "not_in_profile",
                  "Этот код услуги получен не для этого контура (contours в services профиля "
                  "отправителя)",
                  source::kProfile);
    }
  }

  /// An order has one applicant, whom only its create tells ЕЛК. Numbers of different types are not
  /// compared: a system may come to know more of a person.
  void check_same_applicant(const Applicant& applicant) {
    if (history_.first_update || !is_another_than(history_.identities, applicant)) return;
    faults_.add("order.applicant", "not_as_known",
                "У прежних обновлений этого заявления другой заявитель: проверьте номер заявления. "
                "Статус попал бы в чужой личный кабинет",
                source::kSdk);
  }

  void check_filing_date(const Order& order) {
    if (!check_date("order.filed_at", order.filed_at)) return;
    const bool warns = profile_.filed_age_warning > Duration::zero();
    if (!warns || order.filed_at.instant() + profile_.filed_age_warning >= now_) return;
    warnings_.add("order.filed_at", "old_date",
                  "Заявление подано давно: личный кабинет может отказать в его создании с кодом 38 "
                  "(с какого возраста, не опубликовано)",
                  source::kResultCode);
  }

  void check_sender(const Order& order) {
    if (order.sender_inn &&
        check_organization_inn(faults_, "order.sender_inn", *order.sender_inn) &&
        *order.sender_inn != profile_.inn) {
      not_as_in_profile("order.sender_inn", "ИНН");
    }
    if (order.sender_kpp && check_kpp(faults_, "order.sender_kpp", *order.sender_kpp) &&
        profile_.kpp && *order.sender_kpp != *profile_.kpp) {
      not_as_in_profile("order.sender_kpp", "КПП");
    }
  }

  void not_as_in_profile(const char* field, std::string_view number) {
    faults_.add(field, "not_in_profile",
                std::string(number) +
                    " отправителя не тот, что в профиле: уберите поле или "
                    "исправьте его",
                source::kProfile);
  }

  void check_status(const std::string& field, const Status& status) {
    if (status.at.empty()) {
      faults_.add(field + ".at", "missing",
                  "Не указаны дата и время статуса, например 2026-04-16T10:47:33+03:00",
                  source::kSchema);
    } else {
      check_date(field + ".at", status.at);
    }
    look_up(field + ".code", DictionaryKind::statuses, status.code);
    if (status.message_type) {
      look_up(field + ".message_type", DictionaryKind::message_types, *status.message_type);
      check_text(faults_, field + ".message_type", *status.message_type, kFilledFreeText);
    }
    check_parameters(field + ".parameters", status.parameters);
    check_results(field, status);
  }

  /// Dictionaries warn and refuse nothing: ЕСНСИ may have moved on since the export.
  template <class Code>
  void look_up(const std::string& field, DictionaryKind kind, const Code& code) {
    if (!profile_.dictionaries.lacks(kind, code)) return;
    warnings_.add(field, "not_in_dictionary",
                  "Такого кода нет в загруженном справочнике " + std::string(title(kind)), "ЕСНСИ");
  }

  /// What is left open comes from the profile, in a create: then that is looked up.
  void look_up_order(const Order& order) {
    if (order.office && order.office->channel) {
      look_up("order.office.channel", DictionaryKind::channels, *order.office->channel);
    } else if (profile_.office.channel && (order.has_facts() || will_be_created(order))) {
      look_up("profile.office.channel", DictionaryKind::channels, *profile_.office.channel);
    }
    if (!order.applicant) return;
    std::visit(
        [this](const auto& kind) {
          if constexpr (requires { kind.document_type; }) {
            look_up("order.applicant.document_type", DictionaryKind::identity_documents,
                    kind.document_type);
          }
          if constexpr (requires { kind.citizenship; }) {
            look_up(kind.citizenship ? "order.applicant.citizenship" : "profile.citizenship",
                    DictionaryKind::citizenships, kind.citizenship.value_or(profile_.citizenship));
          }
        },
        *order.applicant);
  }

  void check_parameters(const std::string& field, const std::vector<Parameter>& parameters) {
    if (parameters.size() > kParametersMax) too_many(field, "параметров статуса", kParametersMax);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      check_text(faults_, at_index(field, i) + ".name", parameters[i].name, kFilledFreeText);
      check_text(faults_, at_index(field, i) + ".value", parameters[i].value, kFreeText);
    }
  }

  void check_results(const std::string& field, const Status& status) {
    for (std::size_t i = 0; i < status.results.size(); ++i) {
      const File& file = status.results[i];
      const std::string place = at_index(field + ".results", i);
      check_text(faults_, place + ".path", file.path, {.least = 1, .most = kPathMax});
      check_file_name(faults_, place + ".name", file.name);
      if (!file.mime.empty()) check_mime(faults_, place + ".mime", file.mime);
      check_document_type(place, file.document_type);
    }
    for (std::size_t i = 0; i < status.data_mart_results.size(); ++i) {
      const DataMartDocument& document = status.data_mart_results[i];
      const std::string place = at_index(field + ".data_mart_results", i);
      check_text(faults_, place + ".uuid", document.uuid, kDataMartUuid);
      check_document_type(place, document.document_type);
    }
    if (status.results.size() + status.data_mart_results.size() > kAttachmentsMax) {
      too_many(field + ".results", "документов одного статуса", kAttachmentsMax);
    }
  }

  void check_document_type(const std::string& place, const std::string& type) {
    check_text(faults_, place + ".document_type", type, kDocumentType);
    look_up(place + ".document_type", DictionaryKind::document_types, type);
  }

  void too_many(const std::string& field, std::string_view what, std::size_t most) {
    faults_.add(
        field, "too_many",
        "Слишком много " + std::string(what) + ": допустимо не больше " + std::to_string(most),
        source::kSdk);
  }

  bool check_date(const std::string& field, const DateTime& date) {
    if (year_of(date) < kEarliestYear) {
      faults_.add(field, "out_of_range",
                  "Дата раньше " + std::to_string(kEarliestYear) + " года: проверьте её",
                  source::kSdk);
      return false;
    }
    if (fraction_digits(date) > kFractionDigitsMax) {
      faults_.add(field, "pattern",
                  "В долях секунды больше " + std::to_string(kFractionDigitsMax) + " цифр",
                  source::kSdk);
      return false;
    }
    if (date.instant() <= now_ + profile_.future_tolerance) return true;
    faults_.add(field, "future",
                "Дата и время в будущем: проверьте часы и часовой пояс (без смещения время "
                "считается московским)",
                source::kSdk);
    return false;
  }

  void check_date_order(const Update& update) {
    std::optional<LatestDate> latest = history_.latest;
    check_date_order("status.at", update.status, latest, "предыдущего статуса этого заявления");
    for (std::size_t i = 0; i < update.more_statuses.size(); ++i) {
      check_date_order(at_index("more_statuses", i) + ".at", update.more_statuses[i], latest,
                       "предыдущего статуса этого обновления");
    }
  }

  void check_date_order(const std::string& field, const Status& status,
                        std::optional<LatestDate>& latest, const std::string& before) {
    if (status.at.empty()) return;
    const DateOrder order = latest ? compare(status.at, *latest) : DateOrder::later;
    if (order == DateOrder::earlier) {
      faults_.add(field, "date_order",
                  "Дата раньше даты " + before + ": в личном кабинете он встал бы не на своё место",
                  source::kSdk);
    } else if (order == DateOrder::equal && profile_.equal_dates == EqualDates::refuse) {
      faults_.add(field, "date_order",
                  "Дата та же, что у " + before +
                      ": нужна более поздняя, хотя бы на микросекунду (или equal_dates = \"step\" "
                      "в профиле отправителя)",
                  source::kProfile);
    }
    latest = {status.at.instant(), status.at.instant()};
  }

  const Profile& profile_;
  const OrderHistory& history_;
  TimePoint now_;
  Faults faults_;
  Faults warnings_;
};

}  // namespace

bool may_lack_its_minus(const ServiceCode& code) {
  const std::string& text = code.text();
  const bool frgu_id = text.size() == kFrguIdDigits && all_ascii_digits(text);
  return !text.empty() && text.front() != '-' && !frgu_id;
}

Findings check(const Update& update, const Profile& profile, const OrderHistory& history,
               TimePoint now) {
  return UpdateRules(profile, history, now).check(update);
}

std::vector<FieldFault> check_claimed_number(const Order& order,
                                             const std::optional<std::int64_t>& confirmed) {
  if (!order.elk_number || !confirmed || *order.elk_number == *confirmed) return {};
  return {{"order.elk_number", "not_as_known",
           "Личный кабинет уже дал этому заявлению другой номер: уберите поле или исправьте его",
           source::kSdk}};
}

std::vector<FieldFault> check_first_status(const Profile& profile, const ServiceCode& service,
                                           std::int16_t status) {
  const Service* own = find_service(profile, service.text());
  const auto& allowed =
      own != nullptr && !own->first_statuses.empty() ? own->first_statuses : profile.first_statuses;
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), status) != allowed.end()) {
    return {};
  }
  return {{"status.code", "first_status",
           "Первым статусом заявления может быть только: " + joined(allowed) +
               " (first_statuses профиля отправителя)",
           source::kProfile}};
}

std::vector<FieldFault> check(const Profile& profile) {
  Faults faults;
  check_organization_inn(faults, "inn", profile.inn);
  if (profile.kpp) check_kpp(faults, "kpp", *profile.kpp);
  check_text(faults, "env", profile.env, kEnv);
  check_region(faults, "region", profile.region);
  check_office(faults, "office", profile.office);
  if (!profile.office.channel) {
    faults.add("office.channel", "missing", kMissing, source::kSchema);
  }
  check_registration(faults, "registration", profile.registration);
  for (std::size_t i = 0; i < profile.services.size(); ++i) {
    const Service& service = profile.services[i];
    check_service_code(faults, at_index("services", i) + ".code", service.code);
    check_text(faults, at_index("services", i) + ".title", service.title,
               {.most = kLetterFieldMax, .one_line = true});
    if (find_service(profile, service.code.text()) != &service) {
      faults.add(at_index("services", i) + ".code", "duplicate_key",
                 "Этот код услуги уже есть выше", source::kProfile);
    }
  }
  return faults.take();
}

}  // namespace smev::elk
