#include "tests/support/outbox_scenario.hpp"
#include "tests/support/record_answer.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "sdk/base/bytes.hpp"

namespace smev::testing {
namespace {

constexpr Duration kLease = std::chrono::minutes(1);
constexpr Duration kAnswerDeadline = std::chrono::hours(1);
// Larger than a page, so that it has overflow pages.
constexpr std::size_t kBodyOctets = 6000;

using Run = std::function<Result<void>(ScenarioWorld&)>;

Result<StoredFile> keep(ScenarioWorld& world, const std::string& content) {
  const std::string path = world.inbox + "/" + sha256_hex(content).substr(0, 8);
  std::ofstream(path, std::ios::binary) << content;
  SMEV_ASSIGN(StoredFile file, world.outbox->keep_file(path));
  world.kept[file.sha256] = content;
  return file;
}

Run keep_file(const std::string& content) {
  return [content](ScenarioWorld& world) -> Result<void> {
    SMEV_ASSIGN(const StoredFile file, keep(world, content));
    static_cast<void>(file);
    return {};
  };
}

Run submit(const std::string& order, const std::string& file = "") {
  return [order, file](ScenarioWorld& world) -> Result<void> {
    NewUpdate update = world.update(order);
    if (!file.empty()) update.files = {{sha256_hex(file), file.size()}};
    SMEV_ASSIGN(const Submitted submitted, world.outbox->submit(update, {}));
    world.updates[order] = submitted.id;
    world.given.push_back(std::move(update));
    return {};
  };
}

Result<void> claim(ScenarioWorld& world) {
  SMEV_ASSIGN(world.claims, world.outbox->claim_updates(100, kLease));
  return {};
}

NewMessage message_of(ScenarioWorld& world, const ClaimedUpdate& claimed) {
  NewMessage message;
  message.message_id = world.ids->next();
  message.content_type = "text/xml";
  message.body = "<body id='" + message.message_id.text() + "'>" +
                 std::string(kBodyOctets, static_cast<char>('a' + claimed.update.id % 26)) +
                 "</body>";
  message.schema_version = "1.2";
  message.items = {{claimed.update.id, 0, claimed.update.sequence == 1, "", std::nullopt}};
  message.lease_epochs = {claimed.lease_epoch};
  return message;
}

Result<void> freeze(ScenarioWorld& world) {
  std::vector<NewMessage> messages;
  for (const ClaimedUpdate& claimed : world.claims) {
    messages.push_back(message_of(world, claimed));
    world.messages[claimed.order.key.number] = messages.back().message_id;
  }
  return world.outbox->freeze(messages);
}

Result<void> start(ScenarioWorld& world) {
  SMEV_ASSIGN(world.started, world.outbox->start_attempts(100, kLease));
  return {};
}

AttemptOutcome outcome_of(ScenarioWorld& world, const StartedAttempt& attempt, MessageEvent event) {
  AttemptOutcome outcome;
  outcome.message_id = attempt.message.message_id;
  outcome.attempt = attempt.attempt;
  outcome.lease_epoch = attempt.lease_epoch;
  outcome.event = event;
  outcome.outcome = name(event);
  outcome.endpoint = "http://127.0.0.1/ws";
  outcome.receipt = "<receipt/>";
  if (event == MessageEvent::accepted)
    outcome.answer_deadline = world.clock->now() + kAnswerDeadline;
  return outcome;
}

// How the attempts end, in their order; the last one for all that follow.
Run finish(std::vector<MessageEvent> events) {
  return [events = std::move(events)](ScenarioWorld& world) -> Result<void> {
    std::vector<AttemptOutcome> outcomes;
    for (std::size_t i = 0; i < world.started.size(); ++i) {
      const MessageEvent event = events[std::min(i, events.size() - 1)];
      outcomes.push_back(outcome_of(world, world.started[i], event));
    }
    SMEV_ASSIGN(const std::vector<UpdateRow> changed, world.outbox->finish_attempts(outcomes));
    static_cast<void>(changed);
    return {};
  };
}

NewAnswer answer_to(const Uuid& message) {
  NewAnswer answer;
  answer.message_id = "answer to " + message.text();
  answer.original_message_id = message.text();
  answer.kind = "content";
  answer.content_type = "text/xml";
  answer.raw = "<answer to='" + message.text() + "'/>";
  answer.verdicts = "[]";
  answer.verified = true;
  return answer;
}

Settlement settlement(UpdateId update, UpdateEvent event) {
  Settlement settled;
  settled.update = update;
  settled.event = event;
  settled.result_code = event == UpdateEvent::delivered ? 0 : 13;
  settled.known_to_recipient = event == UpdateEvent::delivered;
  if (event == UpdateEvent::stopped) settled.hold_reason = HoldReason::refused;
  return settled;
}

Run answer(const std::string& order, UpdateEvent event) {
  return [order, event](ScenarioWorld& world) -> Result<void> {
    const Uuid message = world.messages[order];
    SMEV_ASSIGN(const auto row, world.outbox->find_message(message));
    if (!row || row->items.empty()) {
      return fail(local_error(ErrorCode::not_found, "message of order " + order));
    }
    SMEV_ASSIGN(const RecordedAnswer recorded,
                record_answer(*world.outbox, answer_to(message),
                              {settlement(row->items[0].update, event)}));
    world.answer = recorded.id;
    return {};
  };
}

Result<void> stray_answer(ScenarioWorld& world) {
  SMEV_ASSIGN(const RecordedAnswer recorded,
              record_answer(*world.outbox, answer_to(world.ids->next())));
  static_cast<void>(recorded);
  return {};
}

Result<void> acknowledge(ScenarioWorld& world) {
  return world.outbox->mark_acknowledged({world.answer});
}

Run decide(const std::string& order, UpdateEvent event) {
  return [order, event](ScenarioWorld& world) -> Result<void> {
    SMEV_ASSIGN(const std::vector<UpdateRow> held,
                world.outbox->list_updates({.state = UpdateState::held, .order_number = order}));
    if (held.empty())
      return fail(local_error(ErrorCode::not_found, "nothing of " + order + " is held"));
    SMEV_ASSIGN(const UpdateRow decided,
                world.outbox->decide(held.front().id, event, "оператор", "проверка"));
    static_cast<void>(decided);
    return {};
  };
}

Result<void> hold_overdue(ScenarioWorld& world) {
  world.clock->advance(kAnswerDeadline + std::chrono::minutes(1));
  SMEV_ASSIGN(const std::vector<UpdateRow> held, world.outbox->hold_overdue());
  static_cast<void>(held);
  return {};
}

Result<void> release_first(ScenarioWorld& world) {
  if (world.claims.empty()) return fail(local_error(ErrorCode::not_found, "nothing is claimed"));
  const ClaimedUpdate& first = world.claims.front();
  return world.outbox->release(first.update.id, first.lease_epoch, std::nullopt);
}

Result<void> hold_first(ScenarioWorld& world) {
  if (world.claims.empty()) return fail(local_error(ErrorCode::not_found, "nothing is claimed"));
  const ClaimedUpdate& first = world.claims.front();
  return world.outbox->hold(first.update.id, first.lease_epoch, HoldReason::not_composable,
                            "не составить");
}

// A clean end and a new start: what is in the log goes into the database file.
Result<void> reopen(ScenarioWorld& world) {
  world.guard = nullptr;
  world.outbox = nullptr;
  return world.open();
}

Result<void> start_dispatching(ScenarioWorld& world) {
  SMEV_ASSIGN(world.guard, world.outbox->start_dispatching());
  return {};
}

std::vector<ScenarioStep> make_scenario() {
  const auto accepted = MessageEvent::accepted;
  const auto doubt = MessageEvent::doubt;
  const auto refused = MessageEvent::refused;
  const std::string result(3000, 'r');
  const std::string other(100, 's');
  return {
      {"open", [](ScenarioWorld& world) { return world.open(); }},
      {"start dispatching", start_dispatching},
      {"keep a file", keep_file(result)},
      {"submit A", submit("A", result)},
      {"submit B", submit("B")},
      {"submit C", submit("C")},
      {"keep another file", keep_file(other)},
      {"submit A again", submit("A", other)},
      {"submit D", submit("D")},
      {"claim A, B, C, D", claim},
      {"freeze", freeze},
      {"start attempts", start},
      {"A accepted, B in doubt, C refused, D not taken",
       finish({accepted, doubt, refused, MessageEvent::not_taken})},
      {"keep the first file again", keep_file(result)},
      {"start attempts of B and D", start},
      {"B and D accepted", finish({accepted})},
      {"A delivered", answer("A", UpdateEvent::delivered)},
      {"answer to A acknowledged", acknowledge},
      {"close and open", reopen},
      {"start dispatching again", start_dispatching},
      {"B refused by an answer", answer("B", UpdateEvent::stopped)},
      {"answer to B acknowledged", acknowledge},
      {"a stray answer", stray_answer},
      {"skip B", decide("B", UpdateEvent::skipped)},
      {"requeue C", decide("C", UpdateEvent::requeued)},
      {"submit B again", submit("B")},
      {"claim A, B, C", claim},
      {"release the first", release_first},
      {"claim it again", claim},
      {"hold it", hold_first},
      {"D unanswered", hold_overdue},
      {"claim B and C", claim},
      {"freeze them", freeze},
      {"start their attempts", start},
      {"close and open with open attempts", reopen},
      {"attempts interrupted", start_dispatching},
      {"start attempts once more", start},
      {"one accepted, one in doubt", finish({accepted, doubt})},
      {"late answer to D", answer("D", UpdateEvent::delivered)},
      {"answer to D acknowledged", acknowledge},
      {"submit D again", submit("D")},
  };
}

}  // namespace

ScenarioWorld::ScenarioWorld(std::string place) : folder(std::move(place)), inbox(folder + ".in") {}

Result<void> ScenarioWorld::open() {
  SMEV_ASSIGN(outbox, sqlite_outbox({.path = database()}, clock));
  return {};
}

NewUpdate ScenarioWorld::update(const std::string& order) {
  NewUpdate update;
  update.order = {"TEST01", Contour::test, order};
  update.type = "elk/status/1.0.2";
  update.payload = "update " + std::to_string(++submitted) + " of " + order;
  update.payload_digest = sha256_hex(update.payload);
  update.idempotency_key = update.payload;
  update.facts = "facts of " + order;
  update.mark = "mark " + std::to_string(submitted);
  return update;
}

const std::vector<ScenarioStep>& outbox_scenario() {
  static const std::vector<ScenarioStep> steps = make_scenario();
  return steps;
}

Result<void> go_on(ScenarioWorld& world) {
  world.guard = nullptr;
  SMEV_TRY(start_dispatching(world));
  world.clock->advance(2 * kLease);
  SMEV_TRY(submit("E")(world));
  SMEV_TRY(claim(world));
  if (world.claims.empty())
    return fail(local_error(ErrorCode::not_found, "nothing can be claimed"));
  SMEV_TRY(freeze(world));
  SMEV_TRY(start(world));
  SMEV_TRY(finish({MessageEvent::accepted})(world));
  SMEV_TRY(answer("E", UpdateEvent::delivered)(world));
  SMEV_TRY(acknowledge(world));
  SMEV_ASSIGN(const auto row, world.outbox->find_update(world.updates["E"]));
  if (!row || row->state != UpdateState::delivered) {
    return fail(
        local_error(ErrorCode::internal, "what was submitted after the restart is not delivered"));
  }
  return {};
}

}  // namespace smev::testing
