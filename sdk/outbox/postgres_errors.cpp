#include "sdk/outbox/postgres_errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace smev::outbox {
namespace {

constexpr const char* kLost =
    "Нет связи с базой PostgreSQL. Проверьте сервер и сеть; программа попробует снова.";

// The first row whose state begins the given one counts: exact states stand before their classes.
struct StateRow {
  std::string_view state;
  Retry retry;
  const char* text;
  PostgresTrouble trouble;
};

constexpr std::array<StateRow, 22> kStates = {{
    {"40001", Retry::later, "База исходящих занята. Повторите.", PostgresTrouble::conflict},
    {"40P01", Retry::later, "База исходящих занята. Повторите.", PostgresTrouble::conflict},
    {"23505", Retry::never, "Такая запись в базе исходящих уже есть.", PostgresTrouble::taken},
    {"08", Retry::later, kLost, PostgresTrouble::lost},
    {"57P01", Retry::later, kLost, PostgresTrouble::lost},
    {"57P02", Retry::later, kLost, PostgresTrouble::lost},
    {"57P03", Retry::later, kLost, PostgresTrouble::lost},
    {"57P05", Retry::later, kLost, PostgresTrouble::lost},
    {"25P03", Retry::later, kLost, PostgresTrouble::lost},
    {"57014", Retry::later, "База PostgreSQL не ответила за отведённое время. Повторите.",
     PostgresTrouble::none},
    {"55P03", Retry::later, "Запись в базе исходящих занята. Повторите.", PostgresTrouble::none},
    {"53100", Retry::after_fix,
     "На диске сервера PostgreSQL нет места: данные не записаны. Освободите место и повторите; "
     "ранее принятое сохранено.",
     PostgresTrouble::none},
    {"53300", Retry::later,
     "У сервера PostgreSQL заняты все соединения. Увеличьте max_connections или закройте лишние.",
     PostgresTrouble::lost},
    {"53", Retry::later, "Серверу PostgreSQL не хватает памяти или соединений. Повторите позже.",
     PostgresTrouble::none},
    {"25006", Retry::later,
     "Сервер PostgreSQL только читает (это реплика?). Подключайтесь к основному серверу.",
     PostgresTrouble::lost},
    {"28", Retry::after_fix,
     "PostgreSQL не пускает: проверьте имя роли, пароль (PGPASSFILE) и pg_hba.conf.",
     PostgresTrouble::none},
    {"3D000", Retry::after_fix,
     "Такой базы на сервере PostgreSQL нет. Проверьте строку соединения.", PostgresTrouble::none},
    {"3F000", Retry::after_fix,
     "В базе PostgreSQL нет схемы исходящих. Создайте её: smev-send db migrate.",
     PostgresTrouble::none},
    {"42P01", Retry::after_fix,
     "В базе PostgreSQL нет таблиц исходящих. Создайте их: smev-send db migrate.",
     PostgresTrouble::none},
    {"42501", Retry::after_fix,
     "У роли PostgreSQL не хватает прав на базу исходящих (docs/postgres.md, «Роли»).",
     PostgresTrouble::none},
    {"XX001", Retry::after_fix,
     "Данные на сервере PostgreSQL повреждены. Остановите отправку и восстановите базу из "
     "резервной копии.",
     PostgresTrouble::none},
    {"XX002", Retry::after_fix,
     "Индекс на сервере PostgreSQL повреждён. Остановите отправку и перестройте его (REINDEX).",
     PostgresTrouble::none},
}};

const StateRow* find_state(std::string_view state) {
  const auto* found = std::find_if(kStates.begin(), kStates.end(), [&](const StateRow& row) {
    return state.starts_with(row.state);
  });
  return found == kStates.end() ? nullptr : found;
}

}  // namespace

Error postgres_error(std::string_view state, std::string detail) {
  const StateRow* row = find_state(state);
  Error error = local_error(ErrorCode::store, fmt::format("PostgreSQL {}: {}", state, detail),
                            row != nullptr ? row->retry : Retry::never);
  if (row != nullptr) error.text = row->text;
  return error;
}

PostgresTrouble trouble_of(std::string_view state) {
  const StateRow* row = find_state(state);
  return row != nullptr ? row->trouble : PostgresTrouble::none;
}

Error postgres_lost(std::string detail) {
  Error error = local_error(ErrorCode::store, "PostgreSQL: " + std::move(detail), Retry::later);
  error.text = kLost;
  return error;
}

Error postgres_unfit(std::string text, std::string detail) {
  Error error = local_error(ErrorCode::store, std::move(detail), Retry::after_fix);
  error.text = std::move(text);
  return error;
}

}  // namespace smev::outbox
