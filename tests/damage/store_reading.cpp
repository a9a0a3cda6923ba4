#include "tests/damage/store_reading.hpp"

#include <fmt/format.h>

#include <functional>

#include "sdk/base/bytes.hpp"

namespace smev::testing {
namespace {

constexpr Duration kLease = std::chrono::minutes(1);
const OrderKey kNoOrder{"TEST01", Contour::test, "no such order"};

std::string text(const std::optional<TimePoint>& moment) {
  return moment ? to_utc_text(*moment) : "-";
}

template <class Number>
std::string number(const std::optional<Number>& value) {
  return value ? std::to_string(*value) : "-";
}

std::string text(const UpdateRow& row) {
  return fmt::format("{} {}/{} {} {} {} {} {} {} '{}' {} {} {} {} {} {} {}", row.id,
                     row.order.sender, row.order.number, row.order_id, row.sequence, row.type,
                     row.payload, name(row.state), name(row.hold_reason), row.hold_text,
                     number(row.result_code), static_cast<int>(row.forced_kind), row.conversions,
                     text(row.not_before), text(row.deadline), text(row.submitted_at),
                     text(row.settled_at));
}

std::string text(const OrderFacts& order) {
  return fmt::format("{} {}/{} '{}' {} {} {} {}", order.id, order.key.sender, order.key.number,
                     order.facts, order.known_to_recipient, number(order.elk_number),
                     order.last_mark.value_or("-"), order.next_sequence);
}

std::string text(const MessageRow& row) {
  std::string all =
      fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}", row.message_id.text(), name(row.state),
                  row.content_type, row.body, row.body_sha256, row.schema_version, row.endpoint,
                  row.attempts, row.doubtful_attempts, text(row.frozen_at), text(row.accepted_at),
                  text(row.answered_at), text(row.not_before));
  for (const MessageFile& file : row.files) all += " " + file.sha256 + file.name + file.mime;
  for (const MessageItem& item : row.items) {
    all += fmt::format(" [{} {} {} {} {}]", item.update, item.position, item.create,
                       item.order_number, number(item.result_code));
  }
  return all;
}

std::string text(const AttemptRow& row) {
  return fmt::format("{} {} {} {} {} {} {} {} {}", row.attempt, text(row.started), text(row.ended),
                     row.outcome, row.endpoint, row.http_status, row.fault, row.text,
                     row.duration.count());
}

std::string text(const AnswerRow& row) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}", row.id, row.message_id,
                     row.original_message_id, row.kind, row.content_type, row.raw, row.verdicts,
                     row.verified, row.stray, row.note, text(row.received), text(row.acknowledged));
}

std::string text(const AuditRow& row) {
  return fmt::format("{} {} {} {} {}", text(row.at), row.who, row.action, row.update, row.reason);
}

std::string text(const ClaimedUpdate& claimed) {
  return fmt::format("{} | {} | {}", text(claimed.update), text(claimed.order),
                     claimed.lease_epoch);
}

std::string text(const StartedAttempt& started) {
  return fmt::format("{} | {} {}", text(started.message), started.attempt, started.lease_epoch);
}

std::string text(const OutboxStats& stats) {
  return fmt::format("{} {} {} {} {} {} {}", stats.queued, stats.in_flight, stats.held, stats.final,
                     stats.awaiting_answer, stats.unsent, stats.blocked);
}

std::string text(const Submitted& submitted) {
  return fmt::format("{} {} {}", submitted.id, submitted.sequence, submitted.duplicate);
}

template <class Row>
std::string text(const std::vector<Row>& rows) {
  std::string all;
  for (const Row& row : rows) all += text(row) + "\n";
  return all;
}

template <class Row>
std::string text(const std::optional<Row>& row) {
  return row ? text(*row) : "none";
}

class Reader {
 public:
  Reader(Outbox& outbox, std::vector<Told>& told) : outbox_(outbox), told_(told) {}

  void read_updates(const ScenarioWorld& past) {
    tell("list_updates", outbox_.list_updates({}));
    tell("list held", outbox_.list_updates({.state = UpdateState::held}));
    for (UpdateId id = 1; id <= past.submitted + 1; ++id) {
      tell(fmt::format("find_update {}", id), outbox_.find_update(id));
      tell(fmt::format("messages_of {}", id), outbox_.messages_of(id));
      tell(fmt::format("audit_of {}", id), outbox_.audit_of(id));
    }
    tell("stats", outbox_.stats());
    tell("next_due", outbox_.next_due());
  }

  void read_messages(const ScenarioWorld& past) {
    for (const auto& [order, message] : past.messages) {
      tell("find_order " + order, outbox_.find_order({kNoOrder.sender, kNoOrder.contour, order}));
      tell("list " + order, outbox_.list_updates({.order_number = order}));
      tell("find_message of " + order, outbox_.find_message(message));
      tell("attempts_of " + order, outbox_.attempts_of(message));
      tell("answers_to " + order, outbox_.answers_to(message));
    }
    tell("no such order", outbox_.find_order(kNoOrder));
    tell("unsettled_answers", outbox_.unsettled_answers(100));
    tell("unacknowledged", outbox_.unacknowledged());
  }

  void read_files(const ScenarioWorld& past) {
    for (const auto& [sha256, content] : past.kept) {
      const auto read = [&, hash = sha256]() -> Result<std::string> {
        SMEV_ASSIGN(const std::string path, outbox_.file_path(hash));
        return read_file(path);
      };
      tell("file " + sha256, read());
    }
  }

  // What goes out into the world next.
  void go_on(const std::vector<NewUpdate>& submitted) {
    for (const NewUpdate& update : submitted) {
      tell("submit again " + update.payload, outbox_.submit(update, {}));
    }
    Result<std::shared_ptr<void>> guard = outbox_.start_dispatching();
    told_.push_back({"start_dispatching", "", {}});
    if (!guard) told_.back().error = guard.error();
    tell("start_attempts", outbox_.start_attempts(100, kLease));
    tell("claim_updates", outbox_.claim_updates(100, kLease));
  }

 private:
  static std::string text(const std::string& octets) { return octets; }
  template <class Row>
  static std::string text(const Row& row) {
    return testing::text(row);
  }

  template <class T>
  void tell(std::string call, const Result<T>& result) {
    Told told{std::move(call), "", {}};
    if (result) {
      told.text = text(*result);
    } else {
      told.error = result.error();
    }
    told_.push_back(std::move(told));
  }

  Outbox& outbox_;
  std::vector<Told>& told_;
};

}  // namespace

std::vector<Told> read_store(const std::string& folder, const ScenarioWorld& past) {
  ScenarioWorld world(folder);
  world.clock->set(past.clock->now());
  std::vector<Told> told(1);
  told[0].call = "open";
  if (Result<void> opened = world.open(); !opened) {
    told[0].error = opened.error();
    return told;
  }
  Reader reader(*world.outbox, told);
  reader.read_updates(past);
  reader.read_messages(past);
  reader.read_files(past);
  reader.go_on(past.given);
  return told;
}

}  // namespace smev::testing
