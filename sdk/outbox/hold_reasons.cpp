// Why an update waits for a person, and what that person does now. The reader is an operator at
// 18:05.

#include <array>

#include "sdk/outbox/named_values.hpp"
#include "smev/outbox/states.hpp"

namespace smev {
namespace {

struct HoldReasonRow {
  HoldReason value;
  std::string_view name;
  std::string_view label;
  std::string_view next_step;
};

constexpr std::array<HoldReasonRow, 14> kHoldReasons = {{
    {HoldReason::none, "none", "не остановлено", "Ничего делать не нужно."},
    {HoldReason::refused, "refused", "СМЭВ или ЕЛК отказали",
     "Посмотрите код и текст отказа. Причина в настройках или в правах: устраните её и верните "
     "статус в очередь (queue requeue). Причина в данных: поставьте на его место исправленный "
     "(queue replace)."},
    {HoldReason::unanswered, "unanswered", "СМЭВ приняла сообщение, ответа в срок нет",
     "Не подавайте статус заново: опоздавший ответ будет учтён сам. Проверьте статус в личном "
     "кабинете и обратитесь в поддержку СМЭВ с MessageID. Если статус там есть, пропустите его "
     "(queue skip)."},
    {HoldReason::deadline, "deadline", "срок отправки прошёл, сообщение не ушло",
     "Решите, нужен ли статус сейчас: верните его в очередь без срока (queue requeue) или закройте "
     "как просроченный (queue expire)."},
    {HoldReason::stale_in_doubt, "stale_in_doubt",
     "исход отправки неизвестен, а MessageID уже устарел",
     "Проверьте в личном кабинете, появился ли статус. Если да, пропустите его (queue skip). Если "
     "нет, уточните судьбу MessageID в поддержке СМЭВ, затем отклоните этот статус (queue reject) "
     "и подайте его снова."},
    {HoldReason::refused_in_doubt, "refused_in_doubt",
     "СМЭВ отказала, но прежняя попытка могла дойти",
     "Устраните причину отказа и проверьте статус в личном кабинете. Если он там есть, пропустите "
     "его (queue skip). Если нет, верните в очередь (queue requeue): уйдёт то же сообщение. Если "
     "его уже не примут, отклоните статус (queue reject) и подайте снова."},
    {HoldReason::foreign_duplicate, "foreign_duplicate",
     "СМЭВ уже знает этот MessageID, хотя мы его не отправляли",
     "Выясните, не запущена ли вторая копия программы и не взята ли база из архива. Проверьте "
     "статус в личном кабинете: если он там есть, пропустите его (queue skip); если нет, верните в "
     "очередь (queue requeue)."},
    {HoldReason::order_exists, "order_exists",
     "заявление уже есть в ЕЛК; возможно, его создало наше прежнее сообщение",
     "Проверьте в личном кабинете, показан ли этот статус. Если да, пропустите его (queue skip). "
     "Если нет, верните в очередь (queue requeue)."},
    {HoldReason::order_not_found, "order_not_found",
     "ЕЛК не знает заявления, а сведений для его создания нет",
     "Проверьте номер заявления. Номер верен: поставьте на его место статус со всеми сведениями о "
     "заявлении и заявителе (queue replace). Неверен: пропустите его (queue skip) и подайте с "
     "верным номером."},
    {HoldReason::not_in_answer, "not_in_answer", "в ответе нет этого заявления",
     "Проверьте статус в личном кабинете. Если он там есть, пропустите его (queue skip). Если нет, "
     "верните в очередь (queue requeue)."},
    {HoldReason::bad_answer, "bad_answer", "ответ подписан верно, но прочитать его нельзя",
     "Сохраните ответ (queue export) и передайте разработчику. Статус проверьте в личном кабинете: "
     "если он там есть, пропустите его (queue skip); если точно нет, отклоните (queue reject) и "
     "подайте снова."},
    {HoldReason::file_missing, "file_missing", "файл результата пропал или изменился",
     "Восстановите каталог files из резервной копии и верните статус в очередь (queue requeue). "
     "Копии нет: поставьте на его место такой же с файлом (queue replace)."},
    {HoldReason::not_composable, "not_composable", "сообщение не удалось составить или подписать",
     "Прочитайте пояснение. Причина в ключе, сертификате или настройках: устраните её и верните "
     "статус в очередь (queue requeue). Причина в данных: поставьте на его место исправленный "
     "(queue replace)."},
    {HoldReason::rules, "rules", "после решения по предыдущему статусу этот не проходит правил",
     "Прочитайте пояснение. Статус верен: подайте тот, который должен быть перед ним, а этот "
     "отклоните (queue reject) и подайте после него. Правило устарело: исправьте профиль "
     "отправителя и верните статус в очередь (queue requeue)."},
}};
static_assert(outbox::in_order_of_enumeration(kHoldReasons));

}  // namespace

std::string_view name(HoldReason reason) { return outbox::row_of(kHoldReasons, reason).name; }
std::string_view label(HoldReason reason) { return outbox::row_of(kHoldReasons, reason).label; }
std::string_view next_step(HoldReason reason) {
  return outbox::row_of(kHoldReasons, reason).next_step;
}

std::optional<HoldReason> hold_reason(std::string_view name) {
  return outbox::value_named(kHoldReasons, name);
}

const std::vector<HoldReason>& all_hold_reasons() {
  static const auto all = outbox::values_of(kHoldReasons);
  return all;
}

}  // namespace smev
