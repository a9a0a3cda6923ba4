#include <array>
#include <string>

#include "sdk/smev3/answer.hpp"
#include "sdk/smev3/fault.hpp"

namespace smev::smev3 {

namespace {

struct Row {
  std::string_view name;    // local name of the detail element
  std::string_view number;  // the number that alone means this fault; empty when none does
  Retry retry;
  std::string_view text;
};

constexpr std::array kRows = {
    Row{"BusinessDataTypeIsNotSupported", "", Retry::never,
        "СМЭВ не знает такого вида сведений или не может его направить. Проверьте, что вид "
        "сведений "
        "зарегистрирован в этом контуре и что адрес сервиса верен; повтор не поможет"},
    Row{"InvalidContent", "SMEV-403", Retry::after_fix,
        "СМЭВ отвергла содержимое сообщения: оно не соответствует схеме или неверно время. Сверьте "
        "часы, исправьте данные по описанию ошибки и отправьте заново"},
    Row{"UnknownMessageType", "", Retry::after_fix,
        "В отборе ответов назван неизвестный СМЭВ или чужой вид сведений. Исправьте отбор в "
        "настройках или уберите его"},
    Row{"TransactionCodeInvalid", "", Retry::after_fix,
        "СМЭВ не приняла код транзакции. Уберите его или исправьте и отправьте заново"},
    Row{kMessageIsAlreadySent, "SMEV-301", Retry::never,
        "СМЭВ уже приняла сообщение с этим номером; отправлять его ещё раз не нужно"},
    Row{"InvalidMessageIdFormat", "SMEV-300", Retry::after_fix,
        "СМЭВ не приняла номер сообщения: нужен UUID версии 1. Сообщение надо составить заново, с "
        "новым номером"},
    Row{"StaleMessageId", "", Retry::after_fix,
        "Номер сообщения устарел: оно составлено слишком давно или часы отстают. Сверьте часы; "
        "сообщение надо составить заново, с новым номером"},
    Row{"AttachmentContentMiscoordination", "", Retry::after_fix,
        "Описания вложений не соответствуют самим вложениям. Сообщение надо составить заново"},
    Row{"AttachmentSizeLimitExceeded", "", Retry::after_fix,
        "Вложения больше, чем разрешает СМЭВ. Уменьшите их или передайте через файловое хранилище"},
    Row{"QuoteLimitExceeded", "", Retry::later,
        "Исчерпана квота на объём вложений. Дождитесь её освобождения или попросите оператора СМЭВ "
        "увеличить квоту"},
    Row{"AccessDenied", "", Retry::never,
        "У вашей информационной системы нет права на этот вид сведений. Запросите доступ у "
        "владельца "
        "вида сведений; повтор без этого не поможет"},
    Row{"PersonalAccessDenied", "", Retry::never,
        "У должностного лица, подписавшего сообщение, нет права на этот вид сведений. Запросите "
        "доступ; повтор без этого не поможет"},
    Row{"SignatureVerificationFault", "SMEV-100", Retry::after_fix,
        "СМЭВ не приняла электронную подпись. Проверьте ключ и сертификат информационной системы и "
        "их регистрацию в СМЭВ"},
    Row{kSmevFailure, "", Retry::later,
        "Сбой на стороне СМЭВ. Отправка будет повторяться, пока не удастся; если сбой затянулся, "
        "сообщите в службу поддержки СМЭВ"},
    Row{"IncorrectResponseContentType", "", Retry::never,
        "Ответом послан вид сведений, который зарегистрирован как запрос; повтор не поможет"},
    Row{"RecipientIsNotFound", "", Retry::after_fix,
        "СМЭВ не нашла получателя сообщения. Проверьте контур и регистрацию вида сведений"},
    Row{"SenderIsNotRegistered", "", Retry::after_fix,
        "СМЭВ не знает владельца сертификата. Если сертификат сменился, зарегистрируйте новый в "
        "СМЭВ"},
    Row{"RequestIsNotFound", "", Retry::never, "СМЭВ не нашла запрос с таким номером"},
    Row{kTargetMessageIsNotFound, "SMEV-501", Retry::never,
        "Среди неподтверждённых нет сообщения с таким номером: получение уже подтверждено"},
    Row{"DestinationOverflow", "SMEV-600", Retry::later,
        "Очередь получателя переполнена. Отправка будет повторяться; если это затянулось, сообщите "
        "в "
        "службу поддержки СМЭВ"},
    Row{"EndOfLifeReached", "", Retry::later,
        "Срок жизни сообщения истёк раньше, чем его доставили. Отправьте его заново"},
    // No element of the schema bears this name: it is told by its number alone.
    Row{"FileStoreAttachment", "SMEV-201", Retry::after_fix,
        "СМЭВ не нашла файл в файловом хранилище или сведения о нём неверны. Проверьте файл и "
        "отправьте сообщение заново"},
};

struct Reason {
  std::string_view name;
  std::string_view text;
};

constexpr std::array kReasons = {
    Reason{
        "PoorSOAPEnvelopeFormat",
        "СМЭВ не приняла электронную подпись: неверно устроен SOAP-конверт. Это ошибка программы"},
    Reason{"NoSignatureFound",
           "СМЭВ не нашла электронной подписи в сообщении. Это ошибка программы или посредника, "
           "который изменил сообщение"},
    Reason{"IncorrectSignatureTarget",
           "СМЭВ не приняла электронную подпись: подписано не то, что нужно. Это ошибка программы"},
    Reason{
        "SignatureIsInvalid",
        "Электронная подпись не сошлась. Проверьте, что сообщение не меняется по пути и что ключ "
        "соответствует сертификату"},
    Reason{"CertificateIsNotFound",
           "СМЭВ не знает сертификата, которым подписано сообщение. Зарегистрируйте его в СМЭВ"},
    Reason{"CertificateIsExpired",
           "Истёк срок действия сертификата информационной системы. Получите новый сертификат и "
           "зарегистрируйте его в СМЭВ"},
};

constexpr std::string_view kCallLimitText =
    "СМЭВ временно закрыла доступ: превышен установленный предел числа обращений. Сделайте паузу; "
    "предел повышает оператор СМЭВ по заявке";

constexpr std::string_view kUnknownText =
    "СМЭВ вернула неизвестную ошибку. Если она повторяется, передайте её код и описание в службу "
    "поддержки СМЭВ";

const Row* row_named(std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return &row;
    }
  }
  return nullptr;
}

// Latin and Russian letters in lower case, ё as е: how the words of a fault are compared.
std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto first = static_cast<unsigned char>(text[i]);
    const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (first == 0xD0 && second >= 0x90 && second <= 0x9F) {  // А to П
      out += {'\xD0', static_cast<char>(second + 0x20)};
      ++i;
    } else if (first == 0xD0 && second >= 0xA0 && second <= 0xAF) {  // Р to Я
      out += {'\xD1', static_cast<char>(second - 0x20)};
      ++i;
    } else if ((first == 0xD0 && second == 0x81) || (first == 0xD1 && second == 0x91)) {  // Ё, ё
      out += "\xD0\xB5";
      ++i;
    } else {
      out += first >= 'A' && first <= 'Z' ? static_cast<char>(first + 0x20) : text[i];
    }
  }
  return out;
}

template <std::size_t N>
bool has_any(std::string_view text, const std::array<std::string_view, N>& words) {
  for (const std::string_view word : words) {
    if (text.find(word) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

// Faults without a detail element, or with one that names no fault.
std::string_view recognised_by_text(const std::string& text) {
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  const bool sent = has("отправлен") || has("послан") || has("принят") || has("sent");
  if ((has("уже") || has("already")) && sent && (has("сообщени") || has("message"))) {
    return kMessageIsAlreadySent;
  }
  if (has("не найден") && has("неподтвержд")) {
    return kTargetMessageIsNotFound;
  }
  if (has("очеред") && has("переполнен")) {
    return "DestinationOverflow";
  }
  if (has("эп-ов") && (has("отсутств") || has("не найден"))) {
    return "SignatureVerificationFault";
  }
  return {};
}

// The description stays out: it may repeat what the message said about a person.
std::string detail_of(const SmevFault& fault, std::string_view kind) {
  constexpr std::size_t kPartMax = 100;
  std::string detail = "fault " + (kind.empty() ? std::string("unknown") : std::string(kind));
  if (!fault.name.empty() && fault.name != kind) {
    detail += " (element " + fault.name.substr(0, kPartMax) + ")";
  }
  for (const std::string& part : {fault.reason, fault.number}) {
    detail += part.empty() ? "" : " " + part.substr(0, kPartMax);
  }
  return detail + (fault.code.empty() ? "" : " code " + fault.code.substr(0, kPartMax));
}

}  // namespace

std::string_view recognised(const SmevFault& fault) {
  if (const Row* row = row_named(fault.name)) {
    return row->name;
  }
  for (const Row& row : kRows) {
    if (!row.number.empty() && row.number == fault.number) {
      return row.name;
    }
  }
  return recognised_by_text(folded(fault.description));
}

bool is_call_limit(const SmevFault& fault) {
  // A text about content may hold any words: it repeats the message's own.
  if (fault.name == "InvalidContent" || !fault.validation_errors.empty()) {
    return false;
  }
  constexpr std::array<std::string_view, 6> kLimit = {"лимит",   "превы", "наруш",
                                                      "огранич", "limit", "exceed"};
  constexpr std::array<std::string_view, 9> kCalls = {
      "обращени",          "вызов",        "интенсивност", "частот",      "количество запрос",
      "количества запрос", "числа запрос", "calls",        "request rate"};
  const std::string text = folded(fault.description);
  const bool access =
      text.find("технологическ") != std::string::npos && text.find("доступ") != std::string::npos;
  return has_any(text, kLimit) && (has_any(text, kCalls) || access);
}

Error fault_error(const SmevFault& fault) {
  const std::string_view kind = recognised(fault);
  Error error;
  error.code = ErrorCode::smev_fault;
  error.origin = Origin::smev;
  error.retry = Retry::later;
  error.text = kUnknownText;
  error.detail = detail_of(fault, kind);
  error.fault = fault;
  if (fault.name.empty()) {
    error.fault->name = kind;
  }
  if (is_call_limit(fault)) {
    error.retry = Retry::throttled;
    error.text = kCallLimitText;
    return error;
  }
  if (const Row* row = row_named(kind)) {
    error.retry = row->retry;
    error.text = row->text;
  }
  for (const Reason& reason : kReasons) {
    if (kind == "SignatureVerificationFault" && reason.name == fault.reason) {
      error.text = reason.text;
    }
  }
  return error;
}

}  // namespace smev::smev3
