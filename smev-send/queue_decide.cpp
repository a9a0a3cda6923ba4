// A person's decisions, about named updates or about all that meet some criteria.

#include <fmt/format.h>

#include <ostream>
#include <set>

#include "smev-send/confirm.hpp"
#include "smev-send/json_values.hpp"
#include "smev-send/queue.hpp"
#include "smev-send/report_text.hpp"

namespace smev::cli {
namespace {

constexpr int kSampleRows = 5;
constexpr int kIdsPerPage = 10'000;

std::string_view label(UpdateEvent event) {
  switch (event) {
    case UpdateEvent::requeued:
      return "вернуть в очередь";
    case UpdateEvent::skipped:
      return "пропустить";
    case UpdateEvent::rejected:
      return "отклонить";
    case UpdateEvent::cancelled:
      return "отозвать";
    case UpdateEvent::expired:
      return "закрыть как просроченные";
    default:
      return name(event);
  }
}

/// One run of a decision over many updates.
class Decision {
 public:
  Decision(const Session& session, const QueueDecideCommand& command, std::string who)
      : session_(session), command_(command), who_(std::move(who)) {
    filter_ = command.criteria.filter(session.sender.options().clock->now());
    // Decisions are about what waits for a person, unless something else is named.
    if (!filter_.state) filter_.state = UpdateState::held;
  }

  Result<ExitCode> run() {
    if (command_.ids.empty()) {
      SMEV_TRY(select());
      if (ids_.empty()) return tell_nothing();
      if (!command_.yes) SMEV_TRY(ask());
    } else {
      ids_ = command_.ids;
    }
    for (const UpdateId id : ids_) {
      const Result<void> told = brought_back_.contains(id) ? tell_brought_back(id) : decide(id);
      if (!told) return break_off(told.error());
    }
    tell_end();
    return refused_ > 0 ? ExitCode::validation : ExitCode::done;
  }

 private:
  [[nodiscard]] Outbox& outbox() const { return session_.sender.outbox(); }
  [[nodiscard]] std::ostream& out() const { return session_.environment.out; }
  [[nodiscard]] std::ostream& err() const { return session_.environment.err; }

  Result<void> select() {
    UpdateFilter page = filter_;
    page.limit = kIdsPerPage;
    while (true) {
      SMEV_ASSIGN(const std::vector<UpdateId> ids, outbox().select_updates(page));
      ids_.insert(ids_.end(), ids.begin(), ids.end());
      if (ids.size() < static_cast<std::size_t>(kIdsPerPage)) return {};
      page.after = ids.back();
    }
  }

  /// The count and a sample, then the question.
  Result<void> ask() {
    UpdateFilter sample = filter_;
    sample.limit = kSampleRows;
    SMEV_ASSIGN(const std::vector<UpdateRow> rows, outbox().list_updates(sample));
    err() << fmt::format("Обновлений: {}\n", ids_.size()) << list_text(rows, false);
    if (ids_.size() > rows.size()) err() << fmt::format("… и ещё {}\n", ids_.size() - rows.size());
    return confirm(session_.environment, fmt::format("{}?", question()),
                   fmt::format("Подходит обновлений: {}. Подтвердить некому: проверьте их "
                               "командой list с теми же условиями и повторите с ключом --yes",
                               ids_.size()));
  }

  [[nodiscard]] std::string question() const {
    std::string text(label(command_.event));
    // The first letter of a Russian verb is two octets: it is left small, after the count.
    return fmt::format("Все {} {}", ids_.size(), text);
  }

  /// Others decide too, and answers come: what was shown must still be so.
  Result<bool> still_meant(UpdateId id) const {
    if (!command_.ids.empty()) return true;
    UpdateFilter one = filter_;
    one.after = id - 1;
    one.limit = 1;
    SMEV_ASSIGN(const std::vector<UpdateId> found, outbox().select_updates(one));
    return !found.empty() && found.front() == id;
  }

  /// An error of the store ends the run; one of the update is told, and the others go on.
  Result<void> decide(UpdateId id) {
    SMEV_ASSIGN(const bool meant, still_meant(id));
    if (!meant) {
      Error changed = local_error(ErrorCode::illegal_transition, "it changed meanwhile");
      changed.text = "Тем временем обновление изменилось и условиям больше не отвечает";
      return tell_refused(id, changed);
    }
    const Result<UpdateRow> row = outbox().decide(id, command_.event, who_, command_.reason);
    if (row) {
      SMEV_TRY(note_brought_back(*row));
      return tell_done(*row);
    }
    if (exit_code(row.error().code) != ExitCode::validation) return fail(row.error());
    if (!row.error().fields.empty()) return fail(row.error());  // no name or no reason
    return tell_refused(id, refusal(session_, id, row.error()));
  }

  /// What is in doubt goes again as it is, and with it all that its message carries.
  Result<void> note_brought_back(const UpdateRow& row) {
    if (command_.event != UpdateEvent::requeued || row.state != UpdateState::in_flight) return {};
    SMEV_ASSIGN(const std::vector<MessageRow> messages, outbox().messages_of(row.id));
    for (const MessageItem& item : messages.back().items) brought_back_.insert(item.update);
    return {};
  }

  Result<void> tell_brought_back(UpdateId id) {
    SMEV_ASSIGN(const std::optional<UpdateRow> row, outbox().find_update(id));
    return row ? tell_done(*row) : fail(no_update(id));
  }

  /// What was decided before the store failed is told all the same: it stands.
  Result<ExitCode> break_off(const Error& error) {
    if (done_ == 0 || !session_.json) {
      if (done_ > 0) tell_end();
      return fail(error);
    }
    tell_end(json_of(error, name(error.code)));
    return exit_code(error.code);
  }

  Result<void> tell_done(const UpdateRow& row) {
    ++done_;
    if (session_.json) {
      list_.push_back({{"id", row.id}, {"state", name(row.state)}, {"error", nullptr}});
    } else {
      out() << fmt::format("{}: {}\n", row.id, smev::label(row.state));
    }
    return {};
  }

  Result<void> tell_refused(UpdateId id, const Error& error) {
    ++refused_;
    if (session_.json) {
      list_.push_back(
          {{"id", id}, {"state", nullptr}, {"error", json_of(error, name(error.code))}});
    } else {
      err() << fmt::format("{}: {}\n", id, error.describe());
    }
    return {};
  }

  Result<ExitCode> tell_nothing() {
    tell_end();
    if (!session_.json && !session_.quiet) err() << "Ничего не найдено.\n";
    return ExitCode::done;
  }

  /// `broken_off`: by which error, when there is one.
  void tell_end(Json broken_off = nullptr) {
    if (session_.json) {
      Json all = {{"decision", name(command_.event)},
                  {"done", done_},
                  {"refused", refused_},
                  {"updates", std::move(list_)}};
      if (!broken_off.is_null()) all["error"] = std::move(broken_off);
      out() << written(all) << '\n';
    } else if (!session_.quiet && ids_.size() > 1) {
      err() << fmt::format("Решено {}, отвергнуто {}\n", done_, refused_);
    }
  }

  const Session& session_;
  const QueueDecideCommand& command_;
  std::string who_;
  UpdateFilter filter_;
  std::vector<UpdateId> ids_;
  std::set<UpdateId> brought_back_;  ///< with another, in the same message
  std::size_t done_ = 0;
  std::size_t refused_ = 0;
  Json list_ = Json::array();
};

}  // namespace

Result<ExitCode> decide(const Session& session, const QueueDecideCommand& command) {
  SMEV_ASSIGN(std::string who, decided_by(session.environment, command));
  return Decision(session, command, std::move(who)).run();
}

}  // namespace smev::cli
