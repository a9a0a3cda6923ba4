#include "tests/unit/outbox/contract.hpp"

#include <unistd.h>

#include <fstream>

#include "sdk/base/bytes.hpp"
#include "tests/unit/outbox/postgres_server.hpp"

namespace smev::outbox_test {

std::vector<StoreKind> all_stores() {
  return {
      {"sqlite_file", true,
       [](const std::string& directory, std::shared_ptr<Clock> clock) {
         return sqlite_outbox({.path = directory + "/outbox.db"}, std::move(clock));
       }},
      {"sqlite_memory", false,
       [](const std::string&, std::shared_ptr<Clock> clock) {
         return sqlite_outbox({.path = ":memory:"}, std::move(clock));
       }},
#ifdef SMEV_POSTGRES
      {"postgres", true,
       [](const std::string& directory,
          std::shared_ptr<Clock> clock) -> Result<std::shared_ptr<Outbox>> {
         SMEV_ASSIGN(PostgresOptions options, postgres_options(directory));
         return postgres_outbox(options, std::move(clock));
       },
       &postgres_missing},
#endif
  };
}

#ifdef SMEV_POSTGRES
Result<PostgresOptions> postgres_options(const std::string& directory) {
  // One schema for all tests of a program: making the tables takes longer than most of them.
  static const std::string schema = schema_for(std::to_string(::getpid()) + directory);
  static std::string last_directory;
  if (last_directory != directory) {
    SMEV_TRY(empty_schema(schema));
    last_directory = directory;
  }
  PostgresOptions options;
  SMEV_ASSIGN(options.connection, postgres_connection());
  options.schema = schema;
  options.files = directory + "/files";
  return options;
}
#endif

void OutboxContract::SetUp() {
  if (const std::string why = GetParam().missing(); !why.empty()) GTEST_SKIP() << why;
  auto opened = GetParam().open(directory_.path(), clock_);
  ASSERT_TRUE(opened) << opened.error().describe();
  outbox_ = *opened;
}

void OutboxContract::reopen() {
  outbox_.reset();
  auto opened = GetParam().open(directory_.path(), clock_);
  ASSERT_TRUE(opened) << opened.error().describe();
  outbox_ = *opened;
}

NewUpdate OutboxContract::new_update(const std::string& number) {
  NewUpdate update;
  update.order = order(number);
  update.type = "elk/status/1.0.2";
  update.payload = "payload " + std::to_string(++submitted_);
  update.payload_digest = sha256_hex(update.payload);
  update.idempotency_key = "key " + std::to_string(submitted_);
  return update;
}

UpdateId OutboxContract::submit(const NewUpdate& update) {
  const auto submitted = outbox().submit(update, {});
  EXPECT_TRUE(submitted) << submitted.error().describe();
  return submitted ? submitted->id : 0;
}

std::vector<ClaimedUpdate> OutboxContract::claim(int limit) {
  const auto claims = outbox().claim_updates(limit, kLease);
  EXPECT_TRUE(claims) << claims.error().describe();
  return claims.value_or(std::vector<ClaimedUpdate>{});
}

std::vector<UpdateId> OutboxContract::claim_ids(int limit) {
  std::vector<UpdateId> ids;
  for (const ClaimedUpdate& claimed : claim(limit)) ids.push_back(claimed.update.id);
  return ids;
}

NewMessage OutboxContract::message_of(const std::vector<ClaimedUpdate>& claims) {
  NewMessage message;
  message.message_id = ids_->next();
  message.content_type = "text/xml";
  message.body = "<body id='" + message.message_id.text() + "'/>";
  message.schema_version = "1.2";
  for (const ClaimedUpdate& claimed : claims) {
    MessageItem item;
    item.update = claimed.update.id;
    item.position = static_cast<int>(message.items.size());
    item.create = claimed.update.sequence == 1;
    message.items.push_back(item);
    message.lease_epochs.push_back(claimed.lease_epoch);
  }
  return message;
}

std::vector<Uuid> OutboxContract::freeze_all() {
  std::vector<NewMessage> messages;
  std::vector<Uuid> ids;
  for (const ClaimedUpdate& claimed : claim()) {
    messages.push_back(message_of({claimed}));
    ids.push_back(messages.back().message_id);
  }
  const auto frozen = outbox().freeze(messages);
  EXPECT_TRUE(frozen) << frozen.error().describe();
  return ids;
}

Uuid OutboxContract::freeze_one() {
  const std::vector<Uuid> ids = freeze_all();
  EXPECT_EQ(ids.size(), 1u);
  return ids.size() == 1 ? ids[0] : Uuid();
}

std::vector<StartedAttempt> OutboxContract::start(int limit) {
  const auto started = outbox().start_attempts(limit, kLease);
  EXPECT_TRUE(started) << started.error().describe();
  return started.value_or(std::vector<StartedAttempt>{});
}

StartedAttempt OutboxContract::start_one() {
  const std::vector<StartedAttempt> started = start();
  EXPECT_EQ(started.size(), 1u);
  return started.size() == 1 ? started[0] : StartedAttempt{};
}

AttemptOutcome OutboxContract::outcome_of(const StartedAttempt& started, MessageEvent event) {
  AttemptOutcome outcome;
  outcome.message_id = started.message.message_id;
  outcome.attempt = started.attempt;
  outcome.lease_epoch = started.lease_epoch;
  outcome.event = event;
  outcome.outcome = name(event);
  outcome.endpoint = "http://127.0.0.1/ws";
  return outcome;
}

std::vector<UpdateRow> OutboxContract::finish(const AttemptOutcome& outcome) {
  const auto changed = outbox().finish_attempts({outcome});
  EXPECT_TRUE(changed) << changed.error().describe();
  return changed.value_or(std::vector<UpdateRow>{});
}

Uuid OutboxContract::send_one() {
  const Uuid id = freeze_one();
  AttemptOutcome outcome = outcome_of(start_one(), MessageEvent::accepted);
  outcome.answer_deadline = now() + hours(1);
  finish(outcome);
  return id;
}

NewAnswer OutboxContract::answer_to(const Uuid& message, const std::string& raw) {
  NewAnswer answer;
  answer.message_id = "answer-" + std::to_string(++answered_);
  answer.original_message_id = message.text();
  answer.kind = "content";
  answer.content_type = "text/xml";
  answer.raw = raw;
  answer.verdicts = "[]";
  answer.verified = true;
  return answer;
}

Settlement OutboxContract::settlement(UpdateId update, UpdateEvent event) {
  Settlement settled;
  settled.update = update;
  settled.event = event;
  if (event == UpdateEvent::delivered) {
    settled.result_code = 0;
    settled.known_to_recipient = true;
  }
  return settled;
}

Settlement OutboxContract::stopped(UpdateId update, HoldReason reason) {
  Settlement settled = settlement(update, UpdateEvent::stopped);
  settled.result_code = 13;
  settled.hold_reason = reason;
  settled.hold_text = "Отказано.";
  return settled;
}

RecordedAnswer OutboxContract::record(const NewAnswer& answer,
                                      const std::vector<Settlement>& settlements) {
  const auto recorded = testing::record_answer(outbox(), answer, settlements);
  EXPECT_TRUE(recorded) << recorded.error().describe();
  return recorded.value_or(RecordedAnswer{});
}

UpdateRow OutboxContract::update(UpdateId id) {
  const auto row = outbox().find_update(id);
  EXPECT_TRUE(row && *row) << "update " << id;
  return row && *row ? **row : UpdateRow{};
}

MessageRow OutboxContract::message(const Uuid& id) {
  const auto row = outbox().find_message(id);
  EXPECT_TRUE(row && *row) << "message " << id.text();
  if (!row || !*row || (*row)->items.empty()) return {};
  const auto carriers = outbox().messages_of((*row)->items.front().update);
  EXPECT_TRUE(carriers) << carriers.error().describe();
  for (const MessageRow& each : carriers.value_or(std::vector<MessageRow>{})) {
    if (each.message_id == id) return each;  // with its body
  }
  return {};
}

OrderFacts OutboxContract::facts(const std::string& number) {
  const auto row = outbox().find_order(order(number));
  EXPECT_TRUE(row && *row) << "order " << number;
  return row && *row ? **row : OrderFacts{};
}

OutboxStats OutboxContract::stats() {
  const auto stats = outbox().stats();
  EXPECT_TRUE(stats) << stats.error().describe();
  return stats.value_or(OutboxStats{});
}

std::string OutboxContract::write_file(const std::string& name, const std::string& content) {
  std::string path = directory_.file(name);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

}  // namespace smev::outbox_test
