#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

#include "smev-send/commands.hpp"
#include "smev-send/errors_file.hpp"
#include "smev-send/own_files.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/table.hpp"
#include "smev-send/update_source.hpp"

namespace smev::cli {
namespace {

/// An update that was taken, or with --check would have been.
struct Taken {
  std::optional<UpdateRow> row;  ///< none when it was only checked
  bool repeat = false;
  std::vector<FieldFault> warnings;
};

/// What is wrong with one record stops nothing; a full disk does.
bool of_the_record(const Error& error) { return exit_code(error.code) == ExitCode::validation; }

std::string place_text(const InputRecord& record) {
  std::string text = fmt::format("запись {}", record.number);
  if (record.line) text += fmt::format(" (строка {})", *record.line);
  return text;
}

Error stopped_at(const InputRecord& record, Error error) {
  std::string text = error.text.empty() ? std::string(smev::text(error.code)) : error.text;
  if (text.ends_with('.')) text.pop_back();
  error.text = fmt::format("{}. Остановлено, {}: загрузите файл ещё раз, принятое не повторится",
                           text, place_text(record));
  return error;
}

/// One run of `submit`, over one update or many.
class Submission {
 public:
  Submission(const Session& session, const SubmitCommand& command, UpdateSource& source,
             ErrorsFile& errors)
      : session_(session), command_(command), source_(source), errors_(errors) {
    options_.idempotency_key = command.idempotency_key;
    session.sender.on_event([this](const Event& event) {
      if (event.kind == Event::Kind::submitted) submitted_ = event;
    });
  }
  ~Submission() { session_.sender.on_event({}); }
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  Result<ExitCode> submit_one() {
    SMEV_ASSIGN(std::optional<InputRecord> record, source_.next());
    const Result<Taken> taken = take(*record);
    if (!taken) {
      if (of_the_record(taken.error())) SMEV_TRY(errors_.add(record->text, source_));
      return fail(taken.error());
    }
    tell_warnings(*taken, "");
    if (session_.json) {
      out() << submitted_json(taken->row, taken->repeat, taken->warnings) << '\n';
    } else if (taken->row) {
      out() << taken->row->id << '\n';
    }
    tell_repeat(*taken);
    tell_fit(*record->read.update, *taken);
    if (!taken->row) return ExitCode::done;
    tell_state(*taken->row);
    if (!command_.wait) return ExitCode::done;
    return exit_code(taken->row->state);
  }

  Result<ExitCode> submit_all() {
    const Result<void> read = take_all();
    if (!session_.quiet) err() << summary();
    SMEV_TRY(errors_.finish(source_));
    SMEV_TRY(read);
    SMEV_ASSIGN(const ExitCode waited, wait_for_all());
    return faulty_ > 0 ? ExitCode::validation : waited;
  }

 private:
  [[nodiscard]] std::ostream& out() const { return session_.environment.out; }
  [[nodiscard]] std::ostream& err() const { return session_.environment.err; }

  Result<Taken> take(const InputRecord& record) {
    const Result<elk::Update>& update = record.read.update;
    if (!update) return fail(with_all_faults(record));
    Taken taken;
    if (command_.check) {
      SMEV_ASSIGN(CheckReport report, session_.sender.check(*update, options_, rehearsal_));
      taken.repeat = report.repeat;
      taken.warnings = std::move(report.warnings);
      return taken;
    }
    submitted_.reset();
    SMEV_ASSIGN(const UpdateId id, session_.sender.submit(*update, options_));
    taken.repeat = !submitted_;
    if (submitted_) taken.warnings = std::move(submitted_->warnings);
    SMEV_ASSIGN(taken.row, row_of(id, source_.single()));
    return taken;
  }

  /// What is wrong with its form, and with what could be read of it.
  [[nodiscard]] Error with_all_faults(const InputRecord& record) const {
    Error error = record.read.update.error();
    if (!record.read.part) return error;
    const std::vector<FieldFault>& told =
        record.read.by_field.empty() ? error.fields : record.read.by_field;
    std::vector<FieldFault> all = session_.sender.all_faults(*record.read.part, told, rehearsal_);
    const auto later = all.begin() + static_cast<std::ptrdiff_t>(std::min(told.size(), all.size()));
    error.fields.insert(error.fields.end(), later, all.end());
    return error;
  }

  /// The row as it is now, or after the wait, whatever came of that.
  Result<UpdateRow> row_of(UpdateId id, bool waits) {
    if (command_.wait && waits) {
      Result<UpdateRow> row = session_.sender.wait(id, time_left());
      // Time over is no failure of the submit: the row says how far it came.
      if (row || row.error().code != ErrorCode::timeout) return row;
    }
    SMEV_ASSIGN(std::optional<UpdateRow> row, session_.sender.outbox().find_update(id));
    if (row) return *std::move(row);
    return fail(no_update(id));
  }

  /// Of the time to wait, which begins with the first wait.
  Duration time_left() {
    const auto now = session_.sender.options().clock->steady();
    if (!wait_end_) wait_end_ = now + *command_.wait;
    return std::chrono::duration_cast<Duration>(std::max(*wait_end_ - now, {}));
  }

  Result<void> take_all() {
    for (;;) {
      SMEV_ASSIGN(const std::optional<InputRecord> record, source_.next());
      if (!record) return {};
      const Result<Taken> taken = take(*record);
      if (!taken) {
        // A good update meets a limit when the check remembers as much as it may.
        const bool full = record->read.update && taken.error().code == ErrorCode::limit_exceeded;
        if (full || !of_the_record(taken.error())) {
          return fail(stopped_at(*record, taken.error()));
        }
        ++faulty_;
        SMEV_TRY(errors_.add(record->text, source_));
      } else {
        ++(taken->repeat ? repeats_ : taken_);
        if (command_.wait && taken->row) ids_.push_back(taken->row->id);
      }
      tell(*record, taken);
    }
  }

  void tell(const InputRecord& record, const Result<Taken>& taken) {
    const std::string place = place_text(record);
    if (session_.json) {
      const RecordPlace numbers{record.number, record.line};
      out() << (taken ? record_json(numbers, taken->row, taken->repeat, taken->warnings)
                      : record_json(numbers, taken.error()))
            << '\n';
    } else if (!taken) {
      err() << "Ошибка, " << place << ": " << taken.error().describe() << '\n';
    } else {
      if (taken->row) out() << taken->row->id << '\n';
      tell_warnings(*taken, place + ": ");
    }
  }

  void tell_warnings(const Taken& taken, const std::string& place) {
    if (session_.json) return;
    for (const FieldFault& warning : taken.warnings) {
      err() << fmt::format("Предупреждение: {}{}: {}\n", place, warning.field, warning.text);
    }
  }

  void tell_repeat(const Taken& taken) {
    if (!taken.repeat || session_.json || session_.quiet) return;
    err() << (taken.row ? fmt::format("Повтор: уже подано раньше под номером {}, второго "
                                      "обновления нет.\n",
                                      taken.row->id)
                        : "Повтор: такое обновление уже подано.\n");
  }

  /// What a submit would store. Of a list the summary says enough.
  void tell_fit(const elk::Update& update, const Taken& taken) {
    if (taken.row || taken.repeat || session_.json || session_.quiet) return;
    std::string text = fmt::format(
        "Годится, ничего не сохранено. Было бы подано: заявление {}, "
        "статус {}",
        update.order.number.text(), status_text(update.status));
    for (const elk::Status& more : update.more_statuses) text += ", статус " + status_text(more);
    err() << printable(text) << '\n';
  }

  void tell_state(const UpdateRow& update) {
    if (session_.json || session_.quiet) return;
    err() << fmt::format("Заявление {}: обновление {} — {}\n", update.order.number, update.id,
                         label(update.state));
    if (update.hold_reason == HoldReason::none) return;
    err() << fmt::format("  {}. {}\n  {}\n", label(update.hold_reason), update.hold_text,
                         next_step(update.hold_reason));
  }

  [[nodiscard]] std::string summary() const {
    return fmt::format("{} {}, с ошибками {}, повторов {}\n",
                       command_.check ? "Проверено без ошибок" : "Принято", taken_, faulty_,
                       repeats_);
  }

  /// The worst of the outcomes.
  Result<ExitCode> wait_for_all() {
    ExitCode worst = ExitCode::done;
    for (const UpdateId id : ids_) {
      SMEV_ASSIGN(const UpdateRow row, row_of(id, true));
      if (session_.json) out() << update_json(row) << '\n';
      tell_state(row);
      const ExitCode code = exit_code(row.state);
      if (code == ExitCode::held || worst == ExitCode::done) worst = code;
    }
    return worst;
  }

  const Session& session_;
  const SubmitCommand& command_;
  UpdateSource& source_;
  ErrorsFile& errors_;
  SubmitOptions options_;
  Rehearsal rehearsal_;
  std::optional<Event> submitted_;  ///< the event of the update that is being submitted
  std::optional<std::chrono::steady_clock::time_point> wait_end_;
  std::vector<UpdateId> ids_;  ///< to wait for
  std::size_t taken_ = 0;
  std::size_t faulty_ = 0;
  std::size_t repeats_ = 0;
};

Error key_for_many() {
  Error error = local_error(ErrorCode::validation, "--key with a list", Retry::after_fix);
  error.text = "Ключ идемпотентности (--key) годится только для одного обновления";
  return error;
}

}  // namespace

Result<ExitCode> submit(const Session& session, const SubmitCommand& command) {
  SMEV_ASSIGN(const std::unique_ptr<UpdateSource> source,
              open_updates(command, session.environment, session.sender.options().profile));
  if (!source->single() && !command.idempotency_key.empty()) return fail(key_for_many());
  if (!command.errors.empty()) {
    SMEV_TRY(check_not_own(command.errors, session.sender.options(), session.config));
  }
  SMEV_ASSIGN(ErrorsFile errors, ErrorsFile::create(command.errors, command.file));
  Submission submission(session, command, *source, errors);
  return source->single() ? submission.submit_one() : submission.submit_all();
}

}  // namespace smev::cli
