#include "sdk/base/text.hpp"
#include "sdk/elk/answer.hpp"

namespace smev::elk {
namespace {

/// A message of the other side, fit to stand in a line for the operator.
std::string shown(std::string_view message) {
  if (!is_valid_utf8(message)) return {};
  std::string text;
  std::size_t characters = 0;
  for (const char c : message) {
    const auto octet = static_cast<unsigned char>(c);
    const bool starts_character = (octet & 0xC0U) != 0x80U;
    if (starts_character && ++characters > kShownMessageLength) break;
    text += octet < 0x20 || octet == 0x7F ? ' ' : c;
  }
  return text;
}

}  // namespace

std::string explain_result(int code, std::string_view message) {
  switch (code) {
    case result_code::kOk:
      return "Принято: статус передан в личный кабинет. Ничего делать не нужно.";
    case result_code::kStatusNotFound:
      return "Кода статуса нет в справочнике ЕСНСИ «ЕЛК.Статусы» (7212). Исправьте код статуса и "
             "отправьте обновление заново.";
    case result_code::kIncorrectParameters:
      return "Личный кабинет счёл параметры запроса неверными и не сказал, какие именно. Сверьте с "
             "личными документами данные заявителя, а со справочником ORGANIZATIONS_SENDERS — ИНН "
             "и "
             "КПП отправителя; если всё верно, обратитесь в Ситуационный центр с номером "
             "сообщения.";
    case result_code::kCompletedWithErrors:
      return "Сообщение обработано, но хотя бы одно заявление не принято. Смотрите код результата "
             "каждого заявления.";
    case result_code::kIncorrectServiceCode:
      return "Личный кабинет не знает такого кода услуги (ТКУ). Сверьте код с выданным: ведущий "
             "минус — часть кода, а тестовый и промышленный контуры получают коды отдельно.";
    case result_code::kOrderNotFound:
      return "Заявление с таким номером личному кабинету не известно: оно не было создано или "
             "создано другим отправителем. Передайте полные данные заявления (услуга, дата подачи, "
             "заявитель), чтобы оно было создано.";
    case result_code::kIncorrectStatus:
      return "Такой статус здесь недопустим: обычно первым статусом заявления должен быть 6 "
             "(принято). Отправьте сначала разрешённый первый статус, затем этот.";
    case result_code::kOrderExists:
      return "Заявление с таким номером уже есть в личном кабинете. Если его создали вы, "
             "отправьте статус как обновление; если нет — проверьте, не занят ли номер другим "
             "делом.";
    case result_code::kRequestDateTooOld:
      return "Дата подачи заявления слишком давняя, личный кабинет такое заявление не создаёт. "
             "Проверьте дату подачи; если она верна, заявление можно только отменить в очереди.";
    default:
      break;
  }
  const std::string said = shown(message);
  return "Личный кабинет вернул код результата " + std::to_string(code) +
         ", значение которого не опубликовано" + (said.empty() ? "" : ": «" + said + "»") +
         ". Обновление не доставлено; обратитесь в Ситуационный центр с номером сообщения и этим "
         "кодом.";
}

}  // namespace smev::elk
