#include "sdk/elk/rules.hpp"

#include <algorithm>

#include "sdk/elk/applicant_rules.hpp"
#include "sdk/elk/faults.hpp"

namespace smev::elk {
namespace {

constexpr TextLimits kOrderNumber{.least = 1, .most = 36, .one_line = true};
constexpr TextLimits kService{.least = 1, .most = 20, .one_line = true};
constexpr TextLimits kOfficeText{.most = 1024};
constexpr TextLimits kOfficeAddress{.most = 4000};
constexpr TextLimits kDocumentType{.least = 1, .most = 50};
constexpr TextLimits kDataMartUuid{.least = 1, .most = 256};
constexpr TextLimits kEnv{.least = 1, .most = 10, .one_line = true};
constexpr TextLimits kFreeText{.most = kFreeTextMax};
constexpr TextLimits kFilledFreeText{.least = 1, .most = kFreeTextMax};

constexpr char kMissing[] = "Обязательное поле не заполнено";

std::string at_index(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

void check_not_blank(Faults& faults, const std::string& field, std::string_view text) {
  if (text.find_first_not_of(' ') != std::string_view::npos) return;
  faults.add(field, "blank", "Поле состоит из одних пробелов", source::kSdk);
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
  const std::size_t slash = mime.find('/');
  const bool two_parts = slash != std::string_view::npos && slash > 0 && slash + 1 < mime.size() &&
                         mime.find('/', slash + 1) == std::string_view::npos;
  const bool printable = std::all_of(mime.begin(), mime.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return octet > 0x20 && octet < 0x7F;
  });
  if (!two_parts || !printable) {
    faults.add(field, "pattern", "Ожидается тип вида application/pdf", source::kSdk);
  }
}

class UpdateRules {
 public:
  UpdateRules(const Profile& profile, const OrderHistory& history, TimePoint now)
      : profile_(profile), history_(history), now_(now) {}

  std::vector<FieldFault> check(const Update& update) {
    check_order(update.order);
    check_status("status", update.status);
    for (std::size_t i = 0; i < update.more_statuses.size(); ++i) {
      check_status(at_index("more_statuses", i), update.more_statuses[i]);
    }
    if (update.more_statuses.size() + 1 > kStatusesMax) {
      too_many("more_statuses", "статусов в одном обновлении", kStatusesMax);
    }
    check_first_status(update);
    check_date_order(update);
    return faults_.take();
  }

 private:
  void check_order(const Order& order) {
    if (check_text(faults_, "order.number", order.number, kOrderNumber)) {
      check_not_blank(faults_, "order.number", order.number);
    }
    if (order.elk_number && *order.elk_number <= 0) {
      faults_.add("order.elk_number", "out_of_range", "Ожидается целое число больше нуля",
                  source::kSdk);
    }
    require_facts(order);
    check_service(order);
    if (!order.filed_at.empty()) check_not_future("order.filed_at", order.filed_at);
    if (order.applicant) check_applicant(faults_, "order.applicant", *order.applicant, now_);
    if (order.region) check_digits(faults_, "order.region", *order.region, 1, 8);
    if (order.office) {
      check_office(faults_, "order.office", *order.office);
      if (!order.office->channel && !profile_.office.channel) {
        faults_.add("order.office.channel", "missing",
                    "Канал подачи не указан ни здесь, ни в профиле отправителя", source::kSchema);
      }
    }
    check_sender(order);
  }

  [[nodiscard]] bool will_be_created(const Order& order) const {
    return history_.first_update && !order.elk_number;
  }

  void require_facts(const Order& order) {
    if (!will_be_created(order) || history_.has_facts) return;
    const auto require = [this](bool given, const char* field) {
      if (given) return;
      faults_.add(field, "missing",
                  "Первое обновление заявления должно содержать услугу, дату подачи и заявителя",
                  source::kSchema);
    };
    require(!order.service.empty(), "order.service");
    require(!order.filed_at.empty(), "order.filed_at");
    require(order.applicant.has_value(), "order.applicant");
  }

  void check_service(const Order& order) {
    const std::string& service = order.service;
    if (service.empty() || !check_text(faults_, "order.service", service, kService)) return;
    check_not_blank(faults_, "order.service", service);
    const auto in_profile = [this](const std::string& code) {
      return std::find(profile_.services.begin(), profile_.services.end(), code) !=
             profile_.services.end();
    };
    if (profile_.services.empty() || in_profile(service)) return;
    faults_.add("order.service", "not_in_profile",
                in_profile("-" + service)
                    ? "Код услуги указан без ведущего минуса, а он часть кода"
                    : "Такого кода услуги нет в списке services профиля отправителя",
                source::kProfile);
  }

  void check_sender(const Order& order) {
    if (order.sender_inn &&
        check_inn_of_organization(faults_, "order.sender_inn", *order.sender_inn) &&
        *order.sender_inn != profile_.inn) {
      not_as_in_profile("order.sender_inn", "ИНН");
    }
    if (order.sender_kpp && check_digits(faults_, "order.sender_kpp", *order.sender_kpp, 9, 9) &&
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
      check_not_future(field + ".at", status.at);
    }
    if (status.message_type) {
      check_text(faults_, field + ".message_type", *status.message_type, kFilledFreeText);
    }
    check_parameters(field + ".parameters", status.parameters);
    check_results(field, status);
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
      check_text(faults_, place + ".document_type", file.document_type, kDocumentType);
    }
    for (std::size_t i = 0; i < status.data_mart_results.size(); ++i) {
      const DataMartDocument& document = status.data_mart_results[i];
      const std::string place = at_index(field + ".data_mart_results", i);
      check_text(faults_, place + ".uuid", document.uuid, kDataMartUuid);
      check_text(faults_, place + ".document_type", document.document_type, kDocumentType);
    }
    if (status.results.size() + status.data_mart_results.size() > kAttachmentsMax) {
      too_many(field + ".results", "документов одного статуса", kAttachmentsMax);
    }
  }

  void too_many(const std::string& field, std::string_view what, std::size_t most) {
    faults_.add(
        field, "too_many",
        "Слишком много " + std::string(what) + ": допустимо не больше " + std::to_string(most),
        source::kSdk);
  }

  void check_not_future(const std::string& field, const DateTime& date) {
    if (date.instant() <= now_ + kFutureTolerance) return;
    faults_.add(field, "future",
                "Дата и время в будущем: проверьте часы и часовой пояс (без смещения время "
                "считается московским)",
                source::kSdk);
  }

  /// An order that is not created by this update may go on with any status.
  void check_first_status(const Update& update) {
    const auto& allowed = profile_.first_statuses;
    if (!will_be_created(update.order) || allowed.empty()) return;
    if (std::find(allowed.begin(), allowed.end(), update.status.code) != allowed.end()) return;
    std::string list;
    for (const std::int16_t code : allowed) {
      list += (list.empty() ? "" : ", ") + std::to_string(code);
    }
    faults_.add("status.code", "first_status",
                "Первым статусом заявления может быть только: " + list +
                    " (first_statuses профиля отправителя)",
                source::kProfile);
  }

  void check_date_order(const Update& update) {
    if (history_.last_status_at && !update.status.at.empty() &&
        update.status.at.instant() < *history_.last_status_at) {
      faults_.add("status.at", "date_order",
                  "Статус старше предыдущего статуса этого заявления: в личном кабинете он встал "
                  "бы раньше него",
                  source::kSdk);
    }
    const Status* earlier = &update.status;
    for (std::size_t i = 0; i < update.more_statuses.size(); ++i) {
      const Status& status = update.more_statuses[i];
      if (!earlier->at.empty() && !status.at.empty() &&
          status.at.instant() <= earlier->at.instant()) {
        faults_.add(at_index("more_statuses", i) + ".at", "date_order",
                    "Дата должна быть позже даты предыдущего статуса этого обновления (хотя бы на "
                    "микросекунду)",
                    source::kSdk);
      }
      earlier = &status;
    }
  }

  const Profile& profile_;
  const OrderHistory& history_;
  TimePoint now_;
  Faults faults_;
};

}  // namespace

std::vector<FieldFault> check(const Update& update, const Profile& profile,
                              const OrderHistory& history, TimePoint now) {
  return UpdateRules(profile, history, now).check(update);
}

std::vector<FieldFault> check(const Profile& profile) {
  Faults faults;
  check_inn_of_organization(faults, "inn", profile.inn);
  if (profile.kpp) check_digits(faults, "kpp", *profile.kpp, 9, 9);
  check_text(faults, "env", profile.env, kEnv);
  check_digits(faults, "region", profile.region, 1, 8);
  check_office(faults, "office", profile.office);
  if (!profile.office.channel) {
    faults.add("office.channel", "missing", kMissing, source::kSchema);
  }
  for (std::size_t i = 0; i < profile.services.size(); ++i) {
    const std::string field = at_index("services", i);
    if (check_text(faults, field, profile.services[i], kService)) {
      check_not_blank(faults, field, profile.services[i]);
    }
  }
  return faults.take();
}

}  // namespace smev::elk
