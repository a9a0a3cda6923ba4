#include "smev/outbox/states.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace smev {
namespace {

using U = UpdateState;
using UE = UpdateEvent;
using M = MessageState;
using ME = MessageEvent;

// What the design says, written a second time: one line per state, events in the order of the
// enumeration, "-" for a move that is not legal.
struct ExpectedRow {
  std::string_view state;
  std::array<std::string_view, 9> after;
};

constexpr std::array<ExpectedRow, 8> kUpdateRows = {{
    {"queued", {"in_flight", "queued", "delivered", "held", "-", "-", "-", "cancelled", "expired"}},
    {"in_flight", {"-", "queued", "delivered", "held", "-", "-", "-", "-", "-"}},
    {"delivered", {"-", "delivered", "delivered", "delivered", "-", "-", "-", "-", "-"}},
    {"held",
     {"-", "held", "delivered", "held", "queued", "rejected", "skipped", "cancelled", "expired"}},
    {"rejected", {"-", "rejected", "rejected", "rejected", "-", "-", "-", "-", "-"}},
    {"skipped", {"-", "skipped", "skipped", "skipped", "-", "-", "-", "-", "-"}},
    {"cancelled", {"-", "cancelled", "cancelled", "cancelled", "-", "-", "-", "-", "-"}},
    {"expired", {"-", "expired", "expired", "expired", "-", "-", "-", "-", "-"}},
}};

constexpr std::array<ExpectedRow, 7> kMessageRows = {{
    {"frozen", {"sending", "-", "-", "-", "-", "superseded", "answered"}},
    {"sending", {"-", "accepted", "frozen", "in_doubt", "refused", "superseded", "answered"}},
    {"in_doubt",
     {"sending", "accepted", "in_doubt", "in_doubt", "refused", "superseded", "answered"}},
    {"accepted", {"-", "accepted", "accepted", "accepted", "accepted", "-", "answered"}},
    {"answered", {"-", "answered", "answered", "answered", "answered", "answered", "answered"}},
    {"refused", {"-", "refused", "refused", "refused", "refused", "-", "answered"}},
    {"superseded",
     {"-", "superseded", "superseded", "superseded", "superseded", "superseded", "answered"}},
}};

template <class State>
std::string text(std::optional<State> state) {
  return state ? std::string(name(*state)) : "-";
}

TEST(UpdateStates, every_event_in_every_state_does_what_the_design_says) {
  ASSERT_EQ(all_update_states().size(), kUpdateRows.size());
  ASSERT_EQ(all_update_events().size(), kUpdateRows[0].after.size());
  for (std::size_t s = 0; s < kUpdateRows.size(); ++s) {
    const U state = all_update_states()[s];
    ASSERT_EQ(name(state), kUpdateRows[s].state);
    for (std::size_t e = 0; e < all_update_events().size(); ++e) {
      const UE event = all_update_events()[e];
      EXPECT_EQ(text(next(state, event)), kUpdateRows[s].after[e])
          << name(state) << " + " << name(event);
    }
  }
}

TEST(MessageStates, every_event_in_every_state_does_what_the_design_says) {
  ASSERT_EQ(all_message_states().size(), kMessageRows.size());
  for (std::size_t s = 0; s < kMessageRows.size(); ++s) {
    const M state = all_message_states()[s];
    ASSERT_EQ(name(state), kMessageRows[s].state);
    ASSERT_EQ(all_message_events().size(), 7u);
    for (std::size_t e = 0; e < all_message_events().size(); ++e) {
      const ME event = all_message_events()[e];
      EXPECT_EQ(text(next(state, event)), kMessageRows[s].after[e])
          << name(state) << " + " << name(event);
    }
  }
}

TEST(UpdateStates, a_final_state_is_never_left) {
  for (const U state : all_update_states()) {
    if (!is_final(state)) continue;
    for (const UE event : all_update_events()) {
      const auto after = next(state, event);
      EXPECT_TRUE(!after || *after == state) << name(state) << " + " << name(event);
    }
  }
}

TEST(UpdateStates, an_answer_is_legal_in_every_state) {
  for (const U state : all_update_states()) {
    for (const UE event : {UE::delivered, UE::stopped, UE::returned}) {
      EXPECT_TRUE(next(state, event).has_value()) << name(state) << " + " << name(event);
    }
  }
}

TEST(UpdateStates, only_a_person_moves_what_is_held_except_a_late_delivery) {
  EXPECT_EQ(next(U::held, UE::delivered), U::delivered);
  EXPECT_EQ(next(U::held, UE::returned), U::held);
  EXPECT_EQ(next(U::held, UE::stopped), U::held);
  EXPECT_EQ(next(U::held, UE::frozen), std::nullopt);
  EXPECT_EQ(next(U::held, UE::requeued), U::queued);
}

TEST(UpdateStates, a_person_touches_nothing_that_is_in_flight) {
  for (const UE event : {UE::requeued, UE::rejected, UE::skipped, UE::cancelled, UE::expired}) {
    EXPECT_EQ(next(U::in_flight, event), std::nullopt) << name(event);
  }
}

TEST(UpdateStates, a_late_answer_does_not_reopen_what_was_skipped_or_expired) {
  for (const U state : {U::skipped, U::expired, U::rejected, U::cancelled}) {
    for (const UE event : {UE::delivered, UE::stopped, UE::returned}) {
      EXPECT_EQ(next(state, event), state) << name(state) << " + " << name(event);
    }
  }
}

TEST(UpdateStates, an_answer_to_an_earlier_message_delivers_what_is_queued_again) {
  EXPECT_EQ(next(U::queued, UE::delivered), U::delivered);
}

TEST(MessageStates, an_answer_before_the_receipt_ends_the_message_and_the_receipt_changes_nothing) {
  EXPECT_EQ(next(M::sending, ME::answered), M::answered);
  for (const ME event : {ME::accepted, ME::not_taken, ME::doubt, ME::refused, ME::superseded}) {
    EXPECT_EQ(next(M::answered, event), M::answered) << name(event);
  }
}

TEST(MessageStates, a_late_receipt_settles_a_doubt) {
  EXPECT_EQ(next(M::in_doubt, ME::accepted), M::accepted);
}

TEST(MessageStates, what_was_accepted_is_never_offered_again_nor_replaced) {
  EXPECT_EQ(next(M::accepted, ME::attempt_started), std::nullopt);
  EXPECT_EQ(next(M::accepted, ME::superseded), std::nullopt);
  for (const ME event : {ME::accepted, ME::not_taken, ME::doubt, ME::refused}) {
    EXPECT_EQ(next(M::accepted, event), M::accepted) << name(event);
  }
}

TEST(MessageStates, a_doubt_never_becomes_certainty_that_nothing_was_taken) {
  EXPECT_EQ(next(M::in_doubt, ME::not_taken), M::in_doubt);
  for (const ME event : all_message_events()) {
    EXPECT_NE(next(M::in_doubt, event), M::frozen) << name(event);
  }
}

TEST(MessageStates, an_answer_ends_a_message_in_whatever_state) {
  for (const M state : all_message_states()) {
    EXPECT_EQ(next(state, ME::answered), M::answered) << name(state);
  }
}

TEST(States, a_number_that_is_no_state_or_event_moves_nothing) {
  EXPECT_EQ(next(static_cast<U>(99), UE::frozen), std::nullopt);
  EXPECT_EQ(next(U::queued, static_cast<UE>(99)), std::nullopt);
  EXPECT_EQ(next(static_cast<M>(99), ME::answered), std::nullopt);
  EXPECT_EQ(next(M::frozen, static_cast<ME>(99)), std::nullopt);
}

TEST(States, names_are_unique_and_read_back) {
  std::set<std::string_view> names;
  for (const U state : all_update_states()) {
    EXPECT_TRUE(names.insert(name(state)).second);
    EXPECT_EQ(update_state(name(state)), state);
    EXPECT_FALSE(label(state).empty());
  }
  names.clear();
  for (const M state : all_message_states()) {
    EXPECT_TRUE(names.insert(name(state)).second);
    EXPECT_EQ(message_state(name(state)), state);
    EXPECT_FALSE(label(state).empty());
  }
  EXPECT_EQ(update_state("sending"), std::nullopt);
  EXPECT_EQ(message_state(""), std::nullopt);
}

TEST(States, only_the_five_ends_are_final) {
  std::set<U> finals;
  for (const U state : all_update_states()) {
    if (is_final(state)) finals.insert(state);
  }
  EXPECT_EQ(finals, (std::set<U>{U::delivered, U::rejected, U::skipped, U::cancelled, U::expired}));
}

}  // namespace
}  // namespace smev
