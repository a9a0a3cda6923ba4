#pragma once
/// The durable store. When a call that changes something returns well, the change survives a
/// process kill, an OS crash and a power cut. It knows orders, updates, messages and answers; it
/// knows nothing of any information type: what an update says is opaque text to it.
///
/// Thread-safe. `submit`, reading and the operator's calls work from any process; the worker's
/// calls (claim, freeze, attempts) carry a lease epoch, and a stale one gets `stale_lease`.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "smev/base/clock.hpp"
#include "smev/base/ids.hpp"
#include "smev/base/result.hpp"
#include "smev/outbox/states.hpp"

namespace smev {

enum class Contour { test, production };
std::string_view name(Contour contour);
std::optional<Contour> contour(std::string_view name);

/// An order is unique by these three.
struct OrderKey {
  std::string sender{};  ///< mnemonic of the information system
  Contour contour = Contour::test;
  std::string number{};
  friend bool operator==(const OrderKey&, const OrderKey&) = default;
};

/// A file in the outbox's own folder, named by its content.
struct StoredFile {
  std::string sha256{};  ///< 64 hexadecimal digits
  std::uint64_t size = 0;
};

using UpdateId = std::int64_t;

/// What the store knows of an order. What the recipient has or calls it, only the recipient's
/// answers tell: what a submitter claims of that stays with its update.
struct OrderFacts {
  std::int64_t id = 0;
  OrderKey key{};
  std::string facts{};  ///< opaque: what the updates have said of the order; empty: nothing
  bool known_to_recipient = false;           ///< an answer said so
  std::optional<std::int64_t> elk_number{};  ///< from an answer
  /// NewUpdate::mark of the latest update that the recipient has or may yet get (queued, in flight,
  /// held or delivered); nothing: there is none. What a person took out does not count.
  std::optional<std::string> last_mark{};
  std::int64_t next_sequence = 1;  ///< 1: nothing was submitted yet
  /// With `replace`: the payload of the update that stands behind that place and is not final.
  std::optional<std::string> next_payload{};
};

struct NewUpdate {
  OrderKey order{};
  std::string type{};             ///< information type: "elk/status/1.0.2"
  std::string payload{};          ///< opaque
  std::string payload_digest{};   ///< of the whole update as given, files included
  std::string idempotency_key{};  ///< the caller's; empty: the same content again is a repeat
  std::string facts{};            ///< replaces the order's facts when not empty: the latest count
  std::string mark{};             ///< opaque: what the next update's check must know of this one
  std::vector<StoredFile> files{};
  std::optional<TimePoint> not_before{};
  std::optional<TimePoint> deadline{};
};

struct Submitted {
  UpdateId id = 0;
  std::int64_t sequence = 0;
  bool duplicate = false;  ///< the same key with the same content was there already
};

/// Rules that look at the order's past; runs inside the transaction, where it may amend the
/// update's payload, facts and mark. An error rolls the transaction back and is returned to the
/// submitter. Must not call the outbox.
using SubmitCheck = std::function<Result<void>(const OrderFacts& order, NewUpdate& update)>;

/// What a message of this update must be, when a conversion has decided it.
enum class ForcedKind { none, create, update };

struct UpdateRow {
  UpdateId id = 0;
  OrderKey order;
  std::int64_t order_id = 0;
  std::int64_t sequence = 0;  ///< its place in the order
  int revision = 0;           ///< 0: as submitted; 1, 2, …: put at that place by `replace`
  std::string type;
  std::string payload;  ///< empty once it is pruned
  UpdateState state = UpdateState::queued;
  HoldReason hold_reason = HoldReason::none;
  std::string hold_text;  ///< Russian: what exactly happened; no personal data
  std::optional<int> result_code;
  ForcedKind forced_kind = ForcedKind::none;
  int conversions = 0;
  std::optional<TimePoint> not_before;
  std::optional<TimePoint> deadline;
  /// From when it is tried: of its message between two tries, or its own while it is queued.
  /// Nothing: no moment is waited for.
  std::optional<TimePoint> next_try;
  TimePoint submitted_at{};
  std::optional<TimePoint> held_since;
  std::optional<TimePoint> settled_at;
  std::optional<UpdateId> replaces;     ///< the update that stood at this place before
  std::optional<UpdateId> replaced_by;  ///< the update that stands there now
  std::optional<TimePoint> pruned_at;   ///< payload, bodies, attempts and answers are gone
};

/// A head update that this worker may compose now.
struct ClaimedUpdate {
  UpdateRow update;
  OrderFacts order;
  std::int64_t lease_epoch = 0;
};

/// One update inside a message.
struct MessageItem {
  UpdateId update = 0;
  int position = 0;
  bool create = false;
  std::string order_number{};
  std::optional<int> result_code{};
};

/// A file that goes with a message.
struct MessageFile {
  Uuid uuid{};
  std::string sha256{};
  std::string name{};
  std::string mime{};
};

struct NewMessage {
  Uuid message_id{};
  std::string content_type{};
  std::string body{};
  std::string schema_version{};
  std::vector<MessageFile> files{};
  std::vector<MessageItem> items{};
  std::vector<std::int64_t> lease_epochs{};  ///< of the items' claims, in the same order
};

struct MessageRow {
  Uuid message_id;
  MessageState state = MessageState::frozen;
  std::string content_type;
  std::string body;
  std::string body_sha256;
  std::string schema_version;
  std::string endpoint;  ///< of the last attempt
  std::vector<MessageFile> files;
  std::vector<MessageItem> items;
  int attempts = 0;
  int doubtful_attempts = 0;  ///< that may have reached SMEV
  int tries = 0;              ///< ended attempts that make the pause grow
  TimePoint frozen_at{};
  std::optional<TimePoint> accepted_at;
  std::optional<TimePoint> answered_at;
  std::optional<TimePoint> not_before;
  std::optional<TimePoint> pruned_at;  ///< the body, attempts and answers are gone
};

/// A message whose attempt has been written down as started: its octets must be offered now.
struct StartedAttempt {
  MessageRow message;
  std::int64_t attempt = 0;
  std::int64_t lease_epoch = 0;
};

/// How an attempt ended, and what follows for the message.
struct AttemptOutcome {
  Uuid message_id{};
  std::int64_t attempt = 0;
  std::int64_t lease_epoch = 0;
  MessageEvent event = MessageEvent::doubt;  ///< accepted, not_taken, doubt, refused, superseded
  std::string outcome{};                     ///< name of the transmission's outcome
  std::string endpoint{};
  int http_status = 0;
  std::string fault{};  ///< fault name or error code; empty when accepted
  std::string text{};   ///< English detail; no personal data
  Duration duration{};
  std::string receipt{};                       ///< raw octets, evidence
  std::string verdicts{};                      ///< JSON of the signature verdicts
  std::optional<TimePoint> not_before{};       ///< of the next attempt
  std::optional<TimePoint> answer_deadline{};  ///< set when accepted
  /// What becomes of the updates when the message is refused or superseded: `stopped` or
  /// `returned`.
  std::optional<UpdateEvent> update_event{};
  HoldReason hold_reason = HoldReason::none;
  std::string hold_text{};
  /// False: no fault of the message or of the way, so that its pause does not grow.
  bool costs_try = true;
};

/// What is kept of an endpoint that fails, so that a restart does not begin by asking it again and
/// again.
struct Circuit {
  std::string endpoint{};
  int failures = 0;                       ///< in a row
  std::optional<TimePoint> open_until{};  ///< nothing is sent before; then one message, as a probe
  friend bool operator==(const Circuit&, const Circuit&) = default;
};

struct AttemptRow {
  std::int64_t attempt = 0;
  TimePoint started{};
  std::optional<TimePoint> ended;
  std::string outcome;  ///< "started" while it runs, "interrupted" after a crash
  std::string endpoint;
  int http_status = 0;
  std::string fault;
  std::string text;
  Duration duration{};
  std::string receipt;   ///< raw octets
  std::string verdicts;  ///< JSON of the signature verdicts
};

/// What an answer means for one update.
struct Settlement {
  UpdateId update = 0;
  UpdateEvent event = UpdateEvent::stopped;  ///< delivered, stopped, or returned (a conversion)
  std::optional<int> result_code{};
  std::optional<std::int64_t> elk_number{};
  bool known_to_recipient = false;            ///< the order exists there from now on
  ForcedKind forced_kind = ForcedKind::none;  ///< with `returned`
  HoldReason hold_reason = HoldReason::none;
  std::string hold_text{};
};

/// An update in a message that was answered, with what is known of its past.
struct AnsweredUpdate {
  MessageItem item;
  UpdateRow update;
  OrderFacts order;
  /// Of a create: MessageIDs of other messages of ours that may already have done what this one was
  /// to do. They carried the update, one that it replaces, or one with the same content that was
  /// given up; and no result code says that nothing came of it.
  std::vector<std::string> may_have_acted;
};

/// What an answer means for all that it is about.
struct SettledAnswer {
  std::vector<Settlement> settlements{};  ///< one for each update; none when it is a mere notice
  std::string note{};  ///< English: what is odd about it, or why nothing settles; no personal data
};

/// Runs inside the transaction that stores the answer, and perhaps again when that begins anew.
/// Must not call the outbox.
using AnswerCheck = std::function<SettledAnswer(const std::vector<AnsweredUpdate>& about)>;

struct NewAnswer {
  std::string message_id{};           ///< of the answer itself; may be empty when unreadable
  std::string original_message_id{};  ///< may be empty
  std::string kind{};                 ///< "content", "async_status", ...
  std::string content_type{};
  std::string raw{};
  std::string verdicts{};  ///< JSON
  bool verified = false;
  std::string note{};   ///< English: what is wrong with it
  AnswerCheck check{};  ///< asked of what is verified and to a message of ours; none: only stored
};

struct RecordedAnswer {
  std::int64_t id = 0;
  bool stray = false;              ///< not to a message of ours
  bool repeated = false;           ///< the same answer was stored before: nothing was settled again
  bool settled = false;            ///< it said what became of its updates, and was the first to
  std::string note;                ///< as stored: of the answer and of its check
  std::vector<UpdateRow> changed;  ///< updates whose state changed, as they are now
};

struct AnswerRow {
  std::int64_t id = 0;
  std::string message_id;
  std::string original_message_id;
  std::string kind;
  std::string content_type;
  std::string raw;
  std::string verdicts;
  bool verified = false;
  bool stray = false;
  std::string note;
  TimePoint received{};
  std::optional<TimePoint> acknowledged;
};

/// What a person did. The order's number is no personal data and outlives pruning.
struct AuditRow {
  std::int64_t id = 0;
  TimePoint at{};
  std::string who;
  std::string action;   ///< name of an UpdateEvent, or paused, resumed, replaced, replacement,
                        ///< hurried, pruned
  UpdateId update = 0;  ///< 0: the outbox as a whole
  std::int64_t sequence = 0;
  std::string order_number;
  std::string reason;
};

/// A page of the audit, newest first.
struct AuditPage {
  std::int64_t before = 0;  ///< ids below this one; 0: from the newest
  int limit = 1000;
};

/// What is wanted of a list; empty fields do not narrow.
struct UpdateFilter {
  std::optional<UpdateState> state{};
  std::optional<OrderKey> order{};
  std::optional<std::string> order_number{};
  std::optional<HoldReason> hold_reason{};
  /// The result code, the fault of an attempt of the last message, or a part of the hold text.
  std::optional<std::string> fault{};
  std::optional<TimePoint> submitted_since{};
  std::optional<TimePoint> submitted_before{};
  UpdateId after = 0;  ///< ids above this one
  int limit = 1000;
};

/// An order of which nothing goes out until a person decides about its head.
struct BlockedOrder {
  UpdateRow head;            ///< held
  std::int64_t waiting = 0;  ///< updates behind it that are not final
};

/// Who stopped dispatching, when and why.
struct Pause {
  TimePoint since{};
  std::string who{};
  std::string reason{};
};

struct OutboxStats {
  std::int64_t queued = 0;
  std::int64_t in_flight = 0;
  std::int64_t held = 0;
  std::int64_t final = 0;
  // Messages that no update waits for any more (all of them held or final) are in neither.
  std::int64_t awaiting_answer = 0;  ///< messages accepted or in doubt
  std::int64_t unsent = 0;           ///< messages frozen, sending or in doubt
  std::int64_t blocked = 0;          ///< queued updates behind a held head
};

/// What a person at the console asks: how much of what, and since when. Ready, deferred and what
/// stands behind a head make up what is queued.
struct OutboxOverview {
  OutboxStats counts;
  std::int64_t ready = 0;           ///< queued heads that are due
  std::int64_t deferred = 0;        ///< queued heads that are not due yet
  std::int64_t in_doubt = 0;        ///< messages that may have reached SMEV and go again
  std::int64_t blocked_orders = 0;  ///< orders with a held head
  std::int64_t unsettled_answers = 0;
  std::int64_t unacknowledged_answers = 0;         ///< settled, and offered by SMEV again and again
  std::optional<TimePoint> oldest_unacknowledged;  ///< when the oldest of them was received
  std::int64_t resting_messages = 0;               ///< between two tries
  std::optional<TimePoint> earliest_try;           ///< when the first of them is due
  std::optional<TimePoint> latest_try;             ///< when the last of them is due
  std::vector<std::pair<HoldReason, std::int64_t>> held_by_reason;  ///< those that there are
  std::optional<TimePoint> oldest_queued;     ///< when the oldest queued update was submitted
  std::optional<TimePoint> oldest_in_flight;  ///< when the oldest update in flight was submitted
  std::optional<TimePoint> oldest_held;       ///< since when the longest held one is held
  std::optional<Pause> pause;
};

/// A batch of what is to be forgotten: final updates that were settled before a moment.
struct PruneBatch {
  TimePoint settled_before{};
  int limit = 200;    ///< updates in one transaction; others wait for it
  bool first = true;  ///< of a run: goes on record, with who and why
  std::string who{};
  std::string reason{};
};

struct Pruned {
  std::int64_t updates = 0;
  std::int64_t messages = 0;
  std::int64_t answers = 0;
  std::int64_t files = 0;   ///< removed from the disk: no other update has them
  bool more = false;        ///< there may be another batch
  bool files_kept = false;  ///< another outbox may have files in the same folder: none was removed
};

/// What a check of the whole store found.
struct StoreCheck {
  std::int64_t messages = 0;        ///< whose octets were hashed
  std::int64_t answers = 0;         ///< whose octets were hashed
  std::int64_t files = 0;           ///< that were looked at, or read when that was asked for
  std::vector<std::string> faults;  ///< English, without personal data; the first ones
  static constexpr std::size_t kFaultsMax = 100;
  [[nodiscard]] bool sound() const { return faults.empty(); }
};

/// An update that a department has handed over inside its own transaction (docs/postgres.md).
struct InboxEntry {
  std::int64_t id = 0;
  std::string idempotency_key;
  /// The JSON form of an update; nothing when it is longer than 8 MiB.
  std::optional<std::string> payload;
};

/// What became of it: the update, or the faults for which it was refused.
struct InboxVerdict {
  std::optional<UpdateId> update{};
  std::string faults{};  ///< JSON; shown to the department. With an update: not looked at
};

class Outbox {
 public:
  /// Characters of what stays on record for ever.
  static constexpr std::size_t kWhoMax = 200;
  static constexpr std::size_t kReasonMax = 2'000;

  virtual ~Outbox() = default;

  // --- submitting -------------------------------------------------------------------------------
  /// Copies a file into the store (written, synced, renamed, directory synced). Same content, same
  /// name. `not_found`, `io` and `limit_exceeded` are faults of the given file, `store` is ours.
  virtual Result<StoredFile> keep_file(const std::string& path) = 0;
  /// The path of a kept file; `not_found` when it is gone, `io` when its size or hash differ;
  /// `store` (later) when no file can be read: their disk is away.
  virtual Result<std::string> file_path(const std::string& sha256) = 0;
  /// Durable when it returns. Same idempotency key: same digest gives the same id, another one
  /// `idempotency_conflict`.
  virtual Result<Submitted> submit(const NewUpdate& update, const SubmitCheck& check) = 0;

  // --- the dispatcher ---------------------------------------------------------------------------
  /// Takes the right to dispatch for this store until the returned guard is dropped; `store_busy`
  /// when this process has it, or another one where only one can. Attempts that a dead worker left
  /// open become in doubt, and its claims free.
  virtual Result<std::shared_ptr<void>> start_dispatching() = 0;
  /// Brings the next try of messages that rest longer than until then forward to it: whoever wrote
  /// it down may have had a clock that was ahead. Gives how many they were.
  virtual Result<std::int64_t> limit_rests(TimePoint /*latest*/) { return 0; }
  /// Head updates that are due, with a lease; at most `limit`, one per order.
  virtual Result<std::vector<ClaimedUpdate>> claim_updates(int limit, Duration lease) = 0;
  /// Gives a claim back unused, or not before a moment.
  virtual Result<void> release(UpdateId update, std::int64_t lease_epoch,
                               std::optional<TimePoint> not_before) = 0;
  /// Stops claimed updates that cannot become a message.
  virtual Result<void> hold(UpdateId update, std::int64_t lease_epoch, HoldReason reason,
                            const std::string& text) = 0;
  /// Stores messages whole and puts their updates in flight; all in one commit, all or none. An
  /// update whose earlier message is not known to be refused, answered or unsent is
  /// `illegal_transition`.
  virtual Result<void> freeze(const std::vector<NewMessage>& messages) = 0;
  /// Messages that are due (frozen or in doubt) and that an update waits for: writes their attempts
  /// down as started, one commit. An attempt whose lease is over counts as interrupted, and its
  /// message is in doubt and due. Octets that changed on the disk: `store`, and nothing is started.
  virtual Result<std::vector<StartedAttempt>> start_attempts(int limit, Duration lease) = 0;
  /// The same for one message: of those that are due the one that was frozen first.
  virtual Result<std::vector<StartedAttempt>> start_oldest_attempt(Duration lease) = 0;
  /// Ends attempts; one commit, all or none. Gives the updates whose state changed. What is not
  /// taken after an earlier doubt stays in doubt; a message with a doubt is never replaced: its
  /// updates become held (`stale_in_doubt`). Refused after an earlier doubt is still a doubt: its
  /// updates become held (`refused_in_doubt`), and only it may go again. After an answer only the
  /// attempt is closed.
  virtual Result<std::vector<UpdateRow>> finish_attempts(
      const std::vector<AttemptOutcome>& outcomes) = 0;
  /// The earliest moment at which something claimable or sendable becomes due; nothing: no such
  /// work.
  virtual Result<std::optional<TimePoint>> next_due() = 0;

  /// Nothing: the endpoint has not failed.
  virtual Result<std::optional<Circuit>> circuit(const std::string& endpoint) = 0;
  virtual Result<void> keep_circuit(const Circuit& circuit) = 0;

  // --- the receiver -----------------------------------------------------------------------------
  /// Without its body, which is not read.
  virtual Result<std::optional<MessageRow>> find_message(const Uuid& message_id) = 0;
  /// Stores answers and settles what they are about, all in one commit, all or none. A repeated
  /// answer (same id and hash) settles nothing, unless it could not be used the first time. A
  /// delivery counts from any message of the update, bad news once and from its last one only.
  /// Updates of the message that are not named become held (`not_in_answer`). Without settlements
  /// the message stays as it is.
  virtual Result<std::vector<RecordedAnswer>> record_answers(
      const std::vector<NewAnswer>& answers) = 0;
  /// In one commit; those that are gone are passed over. Until then a crash has them acknowledged
  /// once more, which does no harm.
  virtual Result<void> mark_acknowledged(const std::vector<std::int64_t>& answers) = 0;
  /// Stored, verified, ours, and not yet acknowledged (after a crash between commit and Ack).
  virtual Result<std::vector<AnswerRow>> unacknowledged() = 0;
  /// There are messages, accepted or in doubt, that an answer may come to.
  virtual Result<bool> awaits_answers() = 0;
  /// Accepted messages past their answer deadline: their updates become held (`unanswered`).
  /// Updates past their own deadline that SMEV is not known to have: held (`deadline`); a message
  /// that cannot have left is given up with them, what else it carries goes in a new one. One in
  /// doubt that carries others too is still offered for those. Gives the changed updates.
  virtual Result<std::vector<UpdateRow>> hold_overdue() = 0;
  /// Updates that SMEV is not known to have and whose deadline comes within `lead`.
  virtual Result<std::vector<UpdateRow>> near_deadline(Duration lead) = 0;

  // --- the inbox (a store that has none gives nothing) -------------------------------------------
  /// What waits for this sender, in its order; at most `limit`. One process at a time gets it:
  /// the others get nothing until its lease is over.
  virtual Result<std::vector<InboxEntry>> take_inbox(const std::string& /*sender*/,
                                                     Contour /*contour*/, int /*limit*/) {
    return std::vector<InboxEntry>{};
  }
  /// Writes down what became of an entry; `stale_lease` when another process reads the inbox now.
  virtual Result<void> settle_inbox(std::int64_t /*entry*/, const InboxVerdict& /*verdict*/) {
    return {};
  }

  // --- reading ----------------------------------------------------------------------------------
  virtual Result<std::optional<UpdateRow>> find_update(UpdateId id) = 0;
  /// An update that is not final and was submitted under another mnemonic or contour, if any.
  virtual Result<std::optional<UpdateRow>> unfinished_of_another(const std::string& /*sender*/,
                                                                 Contour /*contour*/) {
    return std::optional<UpdateRow>{};
  }
  virtual Result<std::vector<UpdateRow>> list_updates(const UpdateFilter& filter) = 0;
  virtual Result<std::optional<OrderFacts>> find_order(const OrderKey& key) = 0;
  /// All messages that ever carried the update, oldest first.
  virtual Result<std::vector<MessageRow>> messages_of(UpdateId id) = 0;
  virtual Result<std::vector<AttemptRow>> attempts_of(const Uuid& message_id) = 0;
  virtual Result<std::vector<AnswerRow>> answers_to(const Uuid& message_id) = 0;
  /// Answers that were stored but not settled: strays and those whose signature fails.
  virtual Result<std::vector<AnswerRow>> unsettled_answers(int limit) = 0;
  /// Oldest first.
  virtual Result<std::vector<AuditRow>> audit_of(UpdateId id) = 0;
  /// What people did to any update and to the outbox.
  virtual Result<std::vector<AuditRow>> audit_log(const AuditPage& page) = 0;
  virtual Result<OutboxStats> stats() = 0;
  /// Without what is final, which is long to count: `final` is 0.
  virtual Result<OutboxStats> open_stats() = 0;
  /// More than `stats`, for people: it reads all that is held.
  virtual Result<OutboxOverview> overview() = 0;
  /// By the ids of their heads, those above `after`.
  virtual Result<std::vector<BlockedOrder>> blocked_orders(UpdateId after, int limit) = 0;
  /// The ids that `list_updates` would give the rows of: what a decision about many begins with.
  virtual Result<std::vector<UpdateId>> select_updates(const UpdateFilter& filter) = 0;

  // --- a person ---------------------------------------------------------------------------------
  /// Applies requeued, rejected, skipped, cancelled or expired, with who and why on record for ever
  /// (neither may be empty, nor longer than kWhoMax and kReasonMax). Requeueing what is in doubt
  /// offers the same message again; what SMEV has accepted, or what went stale in doubt, cannot be
  /// requeued.
  virtual Result<UpdateRow> decide(UpdateId id, UpdateEvent event, const std::string& who,
                                   const std::string& reason) = 0;
  /// What waits for its moment is due now: the message between two tries, as it is, or the update
  /// that has none yet. Order, id and octets stay; who and why go on record. Nothing of the update
  /// waits for a moment: `illegal_transition`.
  virtual Result<UpdateRow> hurry(UpdateId id, const std::string& who,
                                  const std::string& reason) = 0;
  /// Puts a corrected update at the place of one that is held, which becomes rejected; the order is
  /// kept, and what stood behind still does. `check` sees the order as it was before that place.
  /// Not of the same order: `validation`. Not held, or an earlier message of it is not known to be
  /// refused, so that both might be shown: `illegal_transition`. The same key and digest again, for
  /// the same `id`, gives the same successor; for anything else `idempotency_conflict`.
  virtual Result<Submitted> replace(UpdateId id, const NewUpdate& update, const SubmitCheck& check,
                                    const std::string& who, const std::string& reason) = 0;
  /// Nothing is claimed and no attempt begins until `resume`, whoever dispatches, restarts
  /// included. What is under way is finished, and answers are taken. What is done twice is on
  /// record twice.
  virtual Result<void> pause(const std::string& who, const std::string& reason) = 0;
  virtual Result<void> resume(const std::string& who, const std::string& reason) = 0;
  virtual Result<std::optional<Pause>> paused() = 0;

  // --- housekeeping -----------------------------------------------------------------------------
  /// How many updates a prune would empty.
  virtual Result<std::int64_t> count_prunable(TimePoint settled_before) = 0;
  /// Empties final updates for good: payload, bodies, attempts, answers, and result files that no
  /// other update has. Their rows stay, with order, idempotency keys and audit, so that a repeated
  /// submit and a late answer still find them. Left alone: a message that carries an update that is
  /// not final or younger, or whose answer is not acknowledged yet. An update with files stays for
  /// a day, and a file that was kept again stays for another, as somebody may be submitting it. The
  /// last batch of a run takes acknowledged answers that have come to emptied messages since, when
  /// they are as old.
  virtual Result<Pruned> prune(const PruneBatch& batch) = 0;
  /// Reads everything: hashes of bodies and answers, heads and what waits for them, the engine's
  /// own check; of result files their size, and with `read_files` their octets. Others work on.
  virtual Result<StoreCheck> check_store(bool read_files) = 0;
};

struct SqliteOptions {
  std::string path{};  ///< the database file; files/ beside it
  Duration busy_timeout = std::chrono::seconds(10);
  std::uint64_t file_bytes_max = 1ull << 30;  ///< of one result file
};

/// SQLite: WAL, synchronous=FULL, one writer at a time. The path ":memory:" gives a store that goes
/// with its object, files included.
Result<std::shared_ptr<Outbox>> sqlite_outbox(const SqliteOptions& options,
                                              std::shared_ptr<Clock> clock);

/// What a migration of the tables did, or would do.
struct Migrated {
  int from = 0;     ///< version of the schema that was there; 0: none
  int to = 0;       ///< version that this program needs
  std::string sql;  ///< what was run, or would be; empty: nothing to do
};

struct SqliteBackup {
  std::string path{};
  std::uint64_t bytes = 0;
  std::string files{};  ///< the folder of the result files, which is to be copied after it
};

/// A copy of the database as of one moment, checked and synced before it gets its name; others work
/// on. Readable by its owner alone: it holds personal data. Never writes over a file.
Result<SqliteBackup> back_up_sqlite(const SqliteOptions& options, const std::string& to);

/// Brings an older database up to this program's version, in one transaction; or tells what it
/// would run. `store_busy` while somebody dispatches.
Result<Migrated> migrate_sqlite(const SqliteOptions& options, bool dry_run);

struct PostgresOptions {
  /// conninfo or URI, as libpq takes it. Without a password: that belongs into PGPASSFILE or a
  /// service file.
  std::string connection{};
  std::string schema = "smev";  ///< one for each sender and contour
  std::string files{};          ///< folder of the result files, the same for all senders
  /// How long the claims of a sender outlive it. A living one prolongs them. 1 s..1 h
  Duration lease = std::chrono::seconds(60);
  Duration connect_timeout = std::chrono::seconds(5);     ///< whole seconds, at least 2
  Duration statement_timeout = std::chrono::seconds(15);  ///< 1 s..1 h
  int connections_max = 8;                                ///< 1..100, and one for the heartbeat
  std::uint64_t file_bytes_max = 1ull << 30;              ///< of one result file
  bool create = true;  ///< makes the tables in a database that has none
};

/// PostgreSQL 13 or newer: any number of senders over one database. Refuses a server that does not
/// sync what it commits. Clocks of the senders' machines must agree to a fraction of the lease.
Result<std::shared_ptr<Outbox>> postgres_outbox(const PostgresOptions& options,
                                                std::shared_ptr<Clock> clock);

/// Brings the schema up to this program's version, in one transaction, one process at a time; or
/// tells what it would run.
Result<Migrated> migrate_postgres(const PostgresOptions& options, bool dry_run);

}  // namespace smev
