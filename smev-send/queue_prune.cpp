#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <thread>

#include "smev-send/confirm.hpp"
#include "smev-send/json_values.hpp"
#include "smev-send/queue.hpp"
#include "smev-send/report_text.hpp"

namespace smev::cli {
namespace {

constexpr auto kPauseMin = std::chrono::milliseconds(10);

/// Batch after batch, with as much time for others between two as one has taken. What came to pass
/// before an error is in `total` too.
Result<void> prune_all(const Session& session, PruneBatch batch, Pruned& total) {
  while (true) {
    const auto begun = std::chrono::steady_clock::now();
    SMEV_ASSIGN(const Pruned pruned, session.sender.outbox().prune(batch));
    total.updates += pruned.updates;
    total.messages += pruned.messages;
    total.answers += pruned.answers;
    total.files += pruned.files;
    total.files_kept = pruned.files_kept;
    if (!pruned.more) return {};
    batch.first = false;
    const auto taken = std::chrono::steady_clock::now() - begun;
    std::this_thread::sleep_for(std::max<std::chrono::nanoseconds>(taken, kPauseMin));
  }
}

/// Why something stayed that one could have expected to go.
std::string left_text(const Pruned& pruned, TimePoint before) {
  if (pruned.updates == 0) {
    return fmt::format(
        "Стирать нечего: до {} ничего не завершено, или оно уже стёрто. Ждут и обновления с "
        "файлами, поданные меньше суток назад, и те, ответ на которые ещё не подтверждён или в "
        "чьём сообщении есть более молодое.\n",
        moscow_time_text(before));
  }
  if (!pruned.files_kept) return {};
  return "Файлы результатов оставлены: рядом другая база, и каталог files у них общий.\n";
}

/// `done`: an error when it broke off.
Result<ExitCode> tell(const Session& session, const Pruned& pruned, const std::string& left,
                      const Result<void>& done) {
  std::ostream& out = session.environment.out;
  if (session.json) {
    Json all = {{"updates", pruned.updates},
                {"messages", pruned.messages},
                {"answers", pruned.answers},
                {"files", pruned.files},
                {"files_kept", pruned.files_kept}};
    if (!done) all["error"] = json_of(done.error(), name(done.error().code));
    out << written(all) << '\n';
    return done ? ExitCode::done : exit_code(done.error().code);
  }
  out << fmt::format("Очищено обновлений {}, сообщений {}, ответов {}; удалено файлов {}\n",
                     pruned.updates, pruned.messages, pruned.answers, pruned.files);
  if (!done) return fail(done.error());
  if (!session.quiet) session.environment.err << left;
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> prune(const Session& session, const QueuePruneCommand& command) {
  PruneBatch batch;
  SMEV_ASSIGN(batch.who, decided_by(session.environment, command));
  batch.reason = command.reason;
  batch.settled_before = session.sender.options().clock->now() - command.older;
  SMEV_ASSIGN(const std::int64_t count,
              session.sender.outbox().count_prunable(batch.settled_before));
  if (count > 0 && !command.yes) {
    SMEV_TRY(confirm(
        session.environment,
        fmt::format("Завершено до {}: {}. Содержание, сообщения и ответы будут стёрты навсегда. "
                    "Стереть?",
                    moscow_time_text(batch.settled_before), count),
        fmt::format("Подходит обновлений: {}. Подтвердить некому: повторите с ключом --yes",
                    count)));
  }
  Pruned pruned;
  const Result<void> done = prune_all(session, batch, pruned);
  if (!done && pruned.updates == 0) return fail(done.error());
  return tell(session, pruned, left_text(pruned, batch.settled_before), done);
}

}  // namespace smev::cli
