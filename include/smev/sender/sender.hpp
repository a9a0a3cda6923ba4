#pragma once
/// The door of the SDK: hand over an update, and it is seen through.
///
///   auto sender = smev::Sender::open({.config = "/etc/smev/smev.toml"});
///   auto id = sender->submit({.order = {...}, .status = {.code = 6, .at = now}});
///   sender->run();   // until stop(); another process may do this (smev-send run)
///
/// Thread-safe. Errors are values. `submit` is durable when it returns; dispatching is done by
/// whoever runs `run` or `drain` over the same outbox: one process at a time over an SQLite file,
/// any number over PostgreSQL.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "smev/elk/update.hpp"
#include "smev/sender/options.hpp"

namespace smev {

struct SubmitOptions {
  /// The caller's key: the same key with the same content returns the same id. Empty: a digest of
  /// the whole update, files included.
  std::string idempotency_key{};
  std::optional<TimePoint> not_before{};  ///< do not send earlier
  std::optional<TimePoint> deadline{};    ///< warn and hold when not accepted by then
};

/// Something happened to an update; given after it has been committed, by the process that did it.
/// A crash in between loses it, and what people decide gives none: what became of an update tells
/// the outbox (`find`, `list`).
struct Event {
  enum class Kind {
    submitted,
    accepted,  ///< SMEV's receipt is stored
    in_doubt,  ///< an attempt may have reached SMEV; the same octets go again
    delivered,
    held,            ///< waits for a person
    returned,        ///< goes again in a new message
    answer_refused,  ///< an answer whose signature fails: stored, not acknowledged
    stray,           ///< an answer to no message of ours
    deadline_near,   ///< SMEV does not have it, and its deadline is near; again after a restart
  };
  Kind kind = Kind::submitted;
  TimePoint at{};
  UpdateId update = 0;  ///< 0 for answers that belong to none
  std::string order_number{};
  std::string message_id{};
  std::optional<int> result_code{};
  HoldReason hold_reason = HoldReason::none;
  std::string text{};  ///< Russian, for the operator
  /// With `submitted`: what ЕЛК may refuse though no rule forbids it.
  std::vector<FieldFault> warnings{};
};
std::string_view name(Event::Kind kind);

/// An update with all that happened to it.
struct UpdateReport {
  UpdateRow update;
  struct Message {
    MessageRow message;
    std::vector<AttemptRow> attempts;
    std::vector<AnswerRow> answers;
  };
  std::vector<Message> messages;
  std::vector<AuditRow> audit;
};

/// What `Sender::check` found: no fault.
struct CheckReport {
  bool repeat = false;               ///< was submitted before: it would add nothing
  std::vector<FieldFault> warnings;  ///< what ЕЛК may refuse though no rule forbids it
};

/// What `Sender::check` has passed, so that later updates of the same orders are judged as if it
/// had been submitted. Not thread-safe.
class Rehearsal {
 public:
  static constexpr std::size_t kUpdatesMax = 1'000'000;

  /// More updates than these are `limit_exceeded`: each is remembered.
  explicit Rehearsal(std::size_t updates_max = kUpdatesMax);
  Rehearsal(Rehearsal&&) noexcept;
  Rehearsal& operator=(Rehearsal&&) noexcept;
  ~Rehearsal();

 private:
  friend class Sender;
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

/// What `Sender::replace` did.
struct Replaced {
  UpdateId update = 0;               ///< the corrected one, at the place of the other
  bool repeat = false;               ///< the same had replaced it before: nothing was done again
  std::vector<FieldFault> warnings;  ///< as of a submit
};

struct DrainReport {
  OutboxStats stats;      ///< as left
  bool complete = false;  ///< nothing queued, in flight or unanswered is left (held ones may be)
  std::optional<Pause> pause;  ///< dispatching is paused: what was to go did not
};

/// Thread-safe. Its threads take no signals. Not usable across fork: a child must exec, or open its
/// own. The end of a Sender stops what runs and waits for it: not from within its callback. One
/// that was moved from can only be assigned to or destroyed.
class Sender {
 public:
  static Result<Sender> open(SenderOptions options);
  Sender(Sender&&) noexcept;
  Sender& operator=(Sender&&) noexcept;
  ~Sender();

  /// Checks everything, keeps the update and its files, returns its id. All faults at once.
  Result<UpdateId> submit(const elk::Update& update, const SubmitOptions& options = {});

  /// Checks all that `submit` would, result files included, and stores nothing. Only whether there
  /// is room for the files stays open.
  Result<CheckReport> check(const elk::Update& update, const SubmitOptions& options,
                            Rehearsal& rehearsal);

  /// Puts a corrected update at the place of one that is held, which becomes rejected. It is
  /// checked as a submit is, with the order's past as it was before that place, and may not be
  /// dated after the update behind it. Who decided and why stays on record.
  Result<Replaced> replace(UpdateId id, const elk::Update& update, const SubmitOptions& options,
                           const std::string& who, const std::string& reason);

  /// All that is wrong with an update of which only a part could be read: first what could not
  /// (`unread`), then what the rules say of the rest, and files that are missing. Nothing is said
  /// twice of one field.
  std::vector<FieldFault> all_faults(const elk::Update& part, std::vector<FieldFault> unread,
                                     const Rehearsal& rehearsal);

  /// Dispatches and receives until `stop`, and takes what departments have handed over. Waits for a
  /// database that is away. Fails with `store_busy` when another process works over the same file.
  Result<void> run();
  /// The same until nothing is left to do, or the time is over.
  Result<DrainReport> drain(Duration timeout);
  /// Ends `run`, `drain` and `wait` soon; when none of the first two runs, the next one at once.
  /// What is under way is waited for, no longer than soap.total_timeout (with files, that of
  /// file_store too), and is then in doubt, never lost. From any thread, not from a signal handler.
  void stop();

  Result<std::optional<UpdateReport>> find(UpdateId id);
  Result<std::vector<UpdateRow>> list(const UpdateFilter& filter);
  /// Waits until the update is settled: delivered, held or final. Needs a running `run` somewhere.
  /// Errors: timeout (says nothing of the update), stopped, not_found.
  Result<UpdateRow> wait(UpdateId id, Duration timeout);

  /// Called from the SDK's threads and from those that submit, one at a time, after each commit;
  /// all of them wait for it. It may submit and decide, but not run, drain or wait. What it throws
  /// is written to the log as `event.callback_failed`. Set before run.
  void on_event(std::function<void(const Event&)> callback);

  /// Whole days that the certificate of the key is still valid, negative afterwards; nothing when
  /// no key was opened. At 30, 14 and 3 days, and when it has run out, the log gets a warning
  /// `certificate.expires`: when the sender is opened and while it runs.
  [[nodiscard]] std::optional<int> certificate_days_left() const;

  [[nodiscard]] const SenderOptions& options() const;
  [[nodiscard]] Outbox& outbox();

 private:
  class Core;
  explicit Sender(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace smev
