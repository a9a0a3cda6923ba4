#pragma once
/// States of updates and messages, and the only legal moves between them. Two tables, pure: no
/// clock, no input or output; every store applies them through `next`.

#include <optional>
#include <string_view>
#include <vector>

namespace smev {

/// The life of one update (design: queued → in_flight → delivered).
enum class UpdateState {
  queued,     ///< в очереди: durable, waits for its turn
  in_flight,  ///< в пути: a message carries it and is not answered yet
  delivered,  ///< доставлено: result code 0 is stored (final)
  held,       ///< остановлено: waits for a person, with a reason; blocks its order
  rejected,   ///< отклонено: a person took the refusal as final
  skipped,    ///< пропущено: a person let the order go on
  cancelled,  ///< отозвано: withdrawn
  expired,    ///< просрочено: a person or a limit gave it up after its deadline
};

enum class UpdateEvent {
  frozen,     ///< a message that carries it was stored
  returned,   ///< its message was given up unsent, or is to be made anew (stale id, conversion)
  delivered,  ///< an answer with result code 0
  stopped,    ///< anything that a person has to look at
  requeued,   ///< a person: again
  rejected,   ///< a person
  skipped,    ///< a person
  cancelled,  ///< a person
  expired,    ///< its deadline is past and a person or the policy closed it
};

/// The life of one message: its octets never change.
enum class MessageState {
  frozen,      ///< stored; certainly not with SMEV
  sending,     ///< an attempt has started and not ended
  in_doubt,    ///< an attempt may have reached SMEV
  accepted,    ///< a trustworthy receipt is stored
  answered,    ///< an answer is stored (final)
  refused,     ///< SMEV refused it for good (final unless an answer proves otherwise)
  superseded,  ///< another message took its place (final unless an answer comes)
};

enum class MessageEvent {
  attempt_started,
  accepted,   ///< receipt, or "already sent" after an earlier attempt of ours
  not_taken,  ///< not sent or refused for now; no earlier attempt is in doubt
  doubt,    ///< outcome unknown: time-out, crash, bad receipt, or not taken after an earlier doubt
  refused,  ///< refused for good
  superseded,  ///< replaced by a new message
  answered,    ///< an answer to it is stored, in whatever state it was
};

/// The state after the event; nothing when the move is not legal. An event that changes nothing (a
/// late receipt, an answer to something final) gives the same state back.
std::optional<UpdateState> next(UpdateState state, UpdateEvent event);
std::optional<MessageState> next(MessageState state, MessageEvent event);

/// No event but a late answer concerns it any more; it does not block its order.
bool is_final(UpdateState state);

std::string_view name(UpdateState state);
std::string_view label(UpdateState state);  ///< Russian
std::string_view name(MessageState state);
std::string_view label(MessageState state);
std::string_view name(UpdateEvent event);
std::string_view name(MessageEvent event);
std::optional<UpdateState> update_state(std::string_view name);
std::optional<MessageState> message_state(std::string_view name);
const std::vector<UpdateState>& all_update_states();
const std::vector<UpdateEvent>& all_update_events();
const std::vector<MessageState>& all_message_states();
const std::vector<MessageEvent>& all_message_events();

/// Why an update is held. Names are stable.
enum class HoldReason {
  none,
  refused,            ///< SMEV or ЕЛК refused it; see its result code or fault
  unanswered,         ///< accepted by SMEV, no answer before the answer deadline
  deadline,           ///< the update's own deadline passed before acceptance
  stale_in_doubt,     ///< its id went stale while it was in doubt
  refused_in_doubt,   ///< SMEV refused it, and an earlier attempt may have been accepted
  foreign_duplicate,  ///< SMEV knows the id, yet no attempt of ours is on record
  order_exists,       ///< 34, and an earlier message of ours may have created it
  order_not_found,    ///< 28, and the order's facts are not known (or were tried)
  not_in_answer,      ///< the answer does not name this order
  bad_answer,         ///< the verified answer cannot be read
  file_missing,       ///< the stored file is gone or changed
  not_composable,     ///< the message cannot be built or signed
  rules,              ///< it breaks a rule now: what was to go before it was taken out
};
std::string_view name(HoldReason reason);
std::string_view label(HoldReason reason);      ///< Russian: what happened
std::string_view next_step(HoldReason reason);  ///< Russian: what the operator does now
std::optional<HoldReason> hold_reason(std::string_view name);
const std::vector<HoldReason>& all_hold_reasons();

}  // namespace smev
