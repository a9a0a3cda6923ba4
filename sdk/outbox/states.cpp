#include "smev/outbox/states.hpp"

#include <array>

#include "sdk/outbox/named_values.hpp"

namespace smev {
namespace {

using outbox::in_order_of_enumeration;
using outbox::row_of;
using outbox::value_named;
using outbox::values_of;

struct UpdateStateRow {
  UpdateState value;
  std::string_view name;
  std::string_view label;
  bool is_final;
};

constexpr std::array<UpdateStateRow, 8> kUpdateStates = {{
    {UpdateState::queued, "queued", "в очереди", false},
    {UpdateState::in_flight, "in_flight", "в пути", false},
    {UpdateState::delivered, "delivered", "доставлено", true},
    {UpdateState::held, "held", "остановлено", false},
    {UpdateState::rejected, "rejected", "отклонено", true},
    {UpdateState::skipped, "skipped", "пропущено", true},
    {UpdateState::cancelled, "cancelled", "отозвано", true},
    {UpdateState::expired, "expired", "просрочено", true},
}};
static_assert(in_order_of_enumeration(kUpdateStates));

struct UpdateEventRow {
  UpdateEvent value;
  std::string_view name;
};

constexpr std::array<UpdateEventRow, 9> kUpdateEvents = {{
    {UpdateEvent::frozen, "frozen"},
    {UpdateEvent::returned, "returned"},
    {UpdateEvent::delivered, "delivered"},
    {UpdateEvent::stopped, "stopped"},
    {UpdateEvent::requeued, "requeued"},
    {UpdateEvent::rejected, "rejected"},
    {UpdateEvent::skipped, "skipped"},
    {UpdateEvent::cancelled, "cancelled"},
    {UpdateEvent::expired, "expired"},
}};
static_assert(in_order_of_enumeration(kUpdateEvents));

// A row per state, a column per event; an empty cell is a move that is not legal. What was settled
// never goes back: an answer that comes late to something final leaves it as it is, and a late
// conversion does not restart what waits for a person.
// clang-format off
constexpr auto kUpdateMoves = [] {
  using S = UpdateState;
  constexpr std::optional<S> no;
  using Row = std::array<std::optional<S>, kUpdateEvents.size()>;
  return std::array<Row, kUpdateStates.size()>{{
      // Columns: frozen, returned, delivered, stopped; then what a person does: requeued, rejected,
      // skipped, cancelled, expired.
      /* queued */
      Row{{S::in_flight, S::queued, S::delivered, S::held,
           no, no, no, S::cancelled, S::expired}},
      /* in_flight */
      Row{{no, S::queued, S::delivered, S::held,
           no, no, no, no, no}},
      /* delivered */
      Row{{no, S::delivered, S::delivered, S::delivered,
           no, no, no, no, no}},
      /* held */
      Row{{no, S::held, S::delivered, S::held,
           S::queued, S::rejected, S::skipped, S::cancelled, S::expired}},
      /* rejected */
      Row{{no, S::rejected, S::rejected, S::rejected,
           no, no, no, no, no}},
      /* skipped */
      Row{{no, S::skipped, S::skipped, S::skipped,
           no, no, no, no, no}},
      /* cancelled */
      Row{{no, S::cancelled, S::cancelled, S::cancelled,
           no, no, no, no, no}},
      /* expired */
      Row{{no, S::expired, S::expired, S::expired,
           no, no, no, no, no}},
  }};
}();
// clang-format on

struct MessageStateRow {
  MessageState value;
  std::string_view name;
  std::string_view label;
};

constexpr std::array<MessageStateRow, 7> kMessageStates = {{
    {MessageState::frozen, "frozen", "готово к отправке"},
    {MessageState::sending, "sending", "отправляется"},
    {MessageState::in_doubt, "in_doubt", "исход неизвестен"},
    {MessageState::accepted, "accepted", "принято СМЭВ"},
    {MessageState::answered, "answered", "ответ получен"},
    {MessageState::refused, "refused", "СМЭВ отказала"},
    {MessageState::superseded, "superseded", "заменено другим сообщением"},
}};
static_assert(in_order_of_enumeration(kMessageStates));

struct MessageEventRow {
  MessageEvent value;
  std::string_view name;
};

constexpr std::array<MessageEventRow, 7> kMessageEvents = {{
    {MessageEvent::attempt_started, "attempt_started"},
    {MessageEvent::accepted, "accepted"},
    {MessageEvent::not_taken, "not_taken"},
    {MessageEvent::doubt, "doubt"},
    {MessageEvent::refused, "refused"},
    {MessageEvent::superseded, "superseded"},
    {MessageEvent::answered, "answered"},
}};
static_assert(in_order_of_enumeration(kMessageEvents));

// The end of an attempt that comes late (after the answer, after a refusal) changes nothing; what
// SMEV has accepted is never offered again and never replaced; an answer ends the message in
// whatever state.
// clang-format off
constexpr auto kMessageMoves = [] {
  using S = MessageState;
  constexpr std::optional<S> no;
  using Row = std::array<std::optional<S>, kMessageEvents.size()>;
  return std::array<Row, kMessageStates.size()>{{
      // Columns: attempt_started, accepted, not_taken, doubt; refused, superseded, answered.
      /* frozen */
      Row{{S::sending, no, no, no,
           no, S::superseded, S::answered}},
      /* sending */
      Row{{no, S::accepted, S::frozen, S::in_doubt,
           S::refused, S::superseded, S::answered}},
      /* in_doubt */
      Row{{S::sending, S::accepted, S::in_doubt, S::in_doubt,
           S::refused, S::superseded, S::answered}},
      /* accepted */
      Row{{no, S::accepted, S::accepted, S::accepted,
           S::accepted, no, S::answered}},
      /* answered */
      Row{{no, S::answered, S::answered, S::answered,
           S::answered, S::answered, S::answered}},
      /* refused */
      Row{{no, S::refused, S::refused, S::refused,
           S::refused, no, S::answered}},
      /* superseded */
      Row{{no, S::superseded, S::superseded, S::superseded,
           S::superseded, S::superseded, S::answered}},
  }};
}();
// clang-format on

template <class State, class Moves, class Event>
std::optional<State> look_up(const Moves& moves, State state, Event event) {
  const auto row = static_cast<std::size_t>(state);
  const auto column = static_cast<std::size_t>(event);
  if (row >= moves.size() || column >= moves[row].size()) return std::nullopt;
  return moves[row][column];
}

}  // namespace

std::optional<UpdateState> next(UpdateState state, UpdateEvent event) {
  return look_up(kUpdateMoves, state, event);
}

std::optional<MessageState> next(MessageState state, MessageEvent event) {
  return look_up(kMessageMoves, state, event);
}

bool is_final(UpdateState state) { return row_of(kUpdateStates, state).is_final; }

std::string_view name(UpdateState state) { return row_of(kUpdateStates, state).name; }
std::string_view label(UpdateState state) { return row_of(kUpdateStates, state).label; }
std::string_view name(MessageState state) { return row_of(kMessageStates, state).name; }
std::string_view label(MessageState state) { return row_of(kMessageStates, state).label; }
std::string_view name(UpdateEvent event) { return row_of(kUpdateEvents, event).name; }
std::string_view name(MessageEvent event) { return row_of(kMessageEvents, event).name; }

std::optional<UpdateState> update_state(std::string_view name) {
  return value_named(kUpdateStates, name);
}
std::optional<MessageState> message_state(std::string_view name) {
  return value_named(kMessageStates, name);
}

const std::vector<UpdateState>& all_update_states() {
  static const auto all = values_of(kUpdateStates);
  return all;
}
const std::vector<UpdateEvent>& all_update_events() {
  static const auto all = values_of(kUpdateEvents);
  return all;
}
const std::vector<MessageState>& all_message_states() {
  static const auto all = values_of(kMessageStates);
  return all;
}
const std::vector<MessageEvent>& all_message_events() {
  static const auto all = values_of(kMessageEvents);
  return all;
}

}  // namespace smev
