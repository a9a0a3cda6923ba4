#include "smev-send/queue_grammar.hpp"

#include <algorithm>
#include <set>

namespace smev::cli {
namespace {

void add_decision_maker(CLI::App& command, DecisionMaker& to) {
  command.add_option("--reason", to.reason, "Почему: останется в журнале навсегда")
      ->option_text("ТЕКСТ")
      ->required();
  command.add_option("--who", to.who, "Кто решил; без ключа — имя пользователя системы")
      ->option_text("ИМЯ");
}

void add_yes(CLI::App& command, bool& to) {
  command.add_flag("--yes", to, "Не спрашивать подтверждения");
}

// Named twice, an update is still decided once.
void drop_repeated(std::vector<UpdateId>& ids) {
  std::set<UpdateId> seen;
  ids.erase(
      std::remove_if(ids.begin(), ids.end(), [&](UpdateId id) { return !seen.insert(id).second; }),
      ids.end());
}

}  // namespace

void QueueGrammar::add(CLI::App& group, const Choose& choose) {
  add_looks(group, choose);
  add_decision(group, "requeue", UpdateEvent::requeued, "Вернуть остановленные в очередь", choose);
  add_decision(group, "skip", UpdateEvent::skipped,
               "Пропустить остановленные: статус уже виден гражданину или не нужен", choose);
  add_decision(group, "reject", UpdateEvent::rejected,
               "Признать отказ окончательным и пустить заявление дальше", choose);
  add_decision(group, "cancel", UpdateEvent::cancelled,
               "Отозвать: остановленные или ещё стоящие в очереди", choose);
  add_decision(group, "expire", UpdateEvent::expired, "Закрыть просроченные", choose);
  add_replace(group, choose);
  add_hurry(group, choose);
  add_pause(group, choose);
  add_prune(group, choose);
}

void QueueGrammar::add_looks(CLI::App& group, const Choose& choose) {
  CLI::App& stats = add_command(group, "stats", "Сколько чего и с какого времени");
  stats.final_callback([choose] { choose(QueueStatsCommand{}); });
  CLI::App& blocked =
      add_command(group, "blocked", "Заявления, которые ждут человека: чем заняты и почему");
  add_page(blocked, blocked_.after, blocked_.limit);
  blocked.final_callback([this, choose] { choose(blocked_); });
  CLI::App& log = add_command(group, "log", "Решения людей, новые сверху");
  log.add_option("id", log_.id, "Только об этом обновлении")
      ->check(whole_number(1))
      ->option_text("НОМЕР");
  log.add_option("--before", log_.before, "Только записи журнала с номером меньше этого")
      ->check(whole_number(1))
      ->option_text("НОМЕР");
  add_limit(log, log_.limit);
  log.final_callback([this, choose] { choose(log_); });
  CLI::App& bundle = add_command(
      group, "export", "Собрать всё об одном обновлении в архив: сообщения, ответы, решения");
  add_update_id(bundle, export_.id);
  bundle.add_option("--out", export_.out, "Куда записать; без ключа update-НОМЕР.tar")
      ->option_text("ФАЙЛ");
  bundle.final_callback([this, choose] { choose(export_); });
}

void QueueGrammar::add_decision(CLI::App& group, const char* name, UpdateEvent event,
                                const char* text, const Choose& choose) {
  CLI::App& command = add_command(group, name, text);
  command.add_option("ids", decide_.ids, "Номера обновлений; без них — по условиям отбора")
      ->check(whole_number(1))
      ->option_text("НОМЕР…");
  add_criteria(command, decide_.criteria);
  add_decision_maker(command, decide_);
  add_yes(command, decide_.yes);
  command.final_callback([this, event, choose] {
    const bool narrowed = decide_.criteria != UpdateCriteria{};
    if (decide_.ids.empty() != narrowed) {
      throw CLI::ValidationError(
          "ids",
          "нужны номера обновлений или условия отбора (--state, --order, --hold-reason, "
          "--fault, --since, --until, --older), и не вместе");
    }
    drop_repeated(decide_.ids);
    decide_.event = event;
    choose(decide_);
  });
}

void QueueGrammar::add_replace(CLI::App& group, const Choose& choose) {
  CLI::App& command =
      add_command(group, "replace", "Поставить исправленное обновление на место остановленного");
  add_update_id(command, replace_.id);
  command
      .add_option("file", replace_.update.file, "Исправленное обновление, «-» — стандартный ввод")
      ->option_text("ФАЙЛ")
      ->required();
  command.add_option("--key", replace_.update.idempotency_key, "Ключ идемпотентности")
      ->option_text("КЛЮЧ");
  add_decision_maker(command, replace_);
  command.final_callback([this, choose] { choose(replace_); });
}

void QueueGrammar::add_hurry(CLI::App& group, const Choose& choose) {
  CLI::App& command =
      add_command(group, "hurry", "Не ждать назначенного времени: пробовать отправить сейчас");
  command.add_option("ids", hurry_.ids, "Номера обновлений")
      ->check(whole_number(1))
      ->option_text("НОМЕР…")
      ->required();
  add_decision_maker(command, hurry_);
  command.final_callback([this, choose] {
    drop_repeated(hurry_.ids);
    choose(hurry_);
  });
}

void QueueGrammar::add_pause(CLI::App& group, const Choose& choose) {
  CLI::App& pause = add_command(group, "pause", "Ничего не отправлять, пока не будет resume");
  add_decision_maker(pause, pause_);
  pause.final_callback([this, choose] { choose(pause_); });
  CLI::App& resume = add_command(group, "resume", "Отправлять снова");
  add_decision_maker(resume, resume_);
  resume.final_callback([this, choose] { choose(resume_); });
}

void QueueGrammar::add_prune(CLI::App& group, const Choose& choose) {
  CLI::App& command = add_command(
      group, "prune", "Стереть содержание завершённых: персональные данные, сообщения, ответы");
  add_duration(command, "--older", older_, "Завершённых раньше, чем столько времени назад")
      ->required();
  add_decision_maker(command, prune_);
  add_yes(command, prune_.yes);
  command.final_callback([this, choose] {
    prune_.older = older_.value_or(Duration{});
    choose(prune_);
  });
}

void DbGrammar::add(CLI::App& group, const Choose& choose) {
  CLI::App& check =
      add_command(group, "check", "Проверить базу: страницы, хеши сообщений и ответов, очередь");
  check.add_flag("--files", check_.files, "Перечитать и файлы результатов, а не только их размеры");
  check.final_callback([this, choose] { choose(check_); });
  CLI::App& backup = add_command(group, "backup", "Снять копию базы, не останавливая отправку");
  backup.add_option("file", backup_.file, "Куда; такого файла ещё не должно быть")
      ->option_text("ФАЙЛ")
      ->required();
  backup.final_callback([this, choose] { choose(backup_); });
  CLI::App& migrate = add_command(group, "migrate", "Обновить таблицы прежней версии программы");
  migrate.add_flag("--dry-run", migrate_.dry_run, "Только показать, что было бы сделано");
  migrate.final_callback([this, choose] { choose(migrate_); });
}

}  // namespace smev::cli
