// What stands in the queue, what blocks it, and what people did about it.

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "sdk/sender/retry_policy.hpp"
#include "smev-send/json_values.hpp"
#include "smev-send/queue.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

constexpr std::size_t kTitleWidth = 22;

std::string line(std::string_view title, const std::string& text) {
  std::string head = std::string(title) + ':';
  const std::size_t width = display_width(head);
  if (width < kTitleWidth) head += std::string(kTitleWidth - width, ' ');
  return head + ' ' + printable(text) + '\n';
}

std::string since(const char* words, const std::optional<TimePoint>& moment) {
  return moment ? fmt::format(", {} {}", words, moscow_time_text(*moment)) : "";
}

std::string pause_text(const std::optional<Pause>& pause, bool colour) {
  if (!pause) return {};
  return painted(printable(fmt::format("Отправка приостановлена с {}: {} ({})",
                                       moscow_time_text(pause->since), pause->reason, pause->who)),
                 Paint::red, colour) +
         '\n';
}

std::string held_text(const OutboxOverview& overview) {
  Table table({"причина", "сколько", "что случилось"});
  for (const auto& [reason, count] : overview.held_by_reason) {
    table.add({std::string(name(reason)), std::to_string(count), std::string(label(reason))});
  }
  return table.text(false, 2);
}

// No pause is so long: the moment was written down by a clock that was ahead.
bool is_put_off(const OutboxOverview& overview, const Session& session) {
  const SenderOptions& options = session.sender.options();
  return overview.latest_try &&
         *overview.latest_try > options.clock->now() + longest_pause(options.retry);
}

std::string rests_text(const OutboxOverview& overview, const Session& session) {
  std::string text = fmt::format("сообщений {}{}{}", overview.resting_messages,
                                 since("первое — не раньше", overview.earliest_try),
                                 since("последнее —", overview.latest_try));
  if (is_put_off(overview, session)) {
    text += " (дальше самой длинной паузы: часы спешили, перезапустите службу)";
  }
  return line("Ждут повтора", text);
}

std::string overview_text(const OutboxOverview& overview, const Session& session) {
  const bool colour = session.environment.colour;
  const OutboxStats& counts = overview.counts;
  std::string text = pause_text(overview.pause, colour);
  text += line("В очереди", fmt::format("{} (готово {}, отложено {}, ждут своей очереди {}){}",
                                        counts.queued, overview.ready, overview.deferred,
                                        counts.queued - overview.ready - overview.deferred,
                                        since("старшее подано", overview.oldest_queued)));
  text += line("В пути", fmt::format("{} (ждут ответа {}, исход неизвестен {}){}", counts.in_flight,
                                     counts.awaiting_answer, overview.in_doubt,
                                     since("старшее подано", overview.oldest_in_flight)));
  text += line("Остановлено",
               std::to_string(counts.held) + since("дольше всех с", overview.oldest_held));
  if (counts.held > 0) text += held_text(overview);
  text += line("Ждут человека", fmt::format("заявлений {}, за остановленными в очереди {}",
                                            overview.blocked_orders, counts.blocked));
  if (overview.unsettled_answers > 0) {
    text += line("Ответы не учтены", fmt::format("{} (чужие или с неподтверждённой подписью)",
                                                 overview.unsettled_answers));
  }
  if (overview.unacknowledged_answers > 0) {
    text += line("Не подтверждены",
                 fmt::format("учтённых ответов {}{}", overview.unacknowledged_answers,
                             since("старший принят", overview.oldest_unacknowledged)));
  }
  if (overview.resting_messages > 0) text += rests_text(overview, session);
  return text + line("Завершено", std::to_string(counts.final));
}

std::string overview_json(const OutboxOverview& overview, TimePoint now) {
  Json stats = json_of(overview.counts);
  stats["ready"] = overview.ready;
  stats["deferred"] = overview.deferred;
  stats["in_doubt"] = overview.in_doubt;
  stats["blocked_orders"] = overview.blocked_orders;
  stats["unsettled_answers"] = overview.unsettled_answers;
  Json reasons = Json::object();
  for (const auto& [reason, count] : overview.held_by_reason) {
    reasons[std::string(name(reason))] = count;
  }
  stats["held_by_reason"] = std::move(reasons);
  const auto age = [&](const char* key, const std::optional<TimePoint>& moment) {
    stats[key] = moment ? Json(std::chrono::floor<std::chrono::seconds>(now - *moment).count())
                        : Json(nullptr);
  };
  age("oldest_queued_seconds", overview.oldest_queued);
  age("oldest_in_flight_seconds", overview.oldest_in_flight);
  age("oldest_held_seconds", overview.oldest_held);
  stats["unacknowledged_answers"] = overview.unacknowledged_answers;
  age("oldest_unacknowledged_seconds", overview.oldest_unacknowledged);
  stats["resting_messages"] = overview.resting_messages;
  stats["earliest_try"] = or_null(overview.earliest_try);
  stats["latest_try"] = or_null(overview.latest_try);
  return written({{"stats", std::move(stats)}, {"pause", json_of(overview.pause)}});
}

Json json_of_blocked(const BlockedOrder& order) {
  return {{"order", order.head.order.number},
          {"waiting", order.waiting},
          {"head", json_of(order.head)}};
}

std::string blocked_text(const std::vector<BlockedOrder>& orders, bool colour) {
  Table table({"заявление", "остановлено", "с", "ждут за ним", "причина", "что случилось"});
  for (const BlockedOrder& order : orders) {
    const UpdateRow& head = order.head;
    std::string reason(label(head.hold_reason));
    if (head.result_code) reason += fmt::format(" (код {})", *head.result_code);
    table.add({head.order.number, std::to_string(head.id),
               moscow_time_text(head.held_since.value_or(head.submitted_at)),
               std::to_string(order.waiting), std::string(name(head.hold_reason)), reason});
  }
  return table.text(colour);
}

std::string log_text(const std::vector<AuditRow>& rows, bool colour) {
  Table table({"запись", "время", "кто", "что", "обновление", "заявление", "почему"});
  for (const AuditRow& row : rows) {
    table.add({std::to_string(row.id), moscow_time_text(row.at), row.who,
               std::string(action_label(row.action)),
               row.update == 0 ? "—" : std::to_string(row.update),
               row.order_number.empty() ? "—" : row.order_number, row.reason});
  }
  return table.text(colour);
}

/// Drops the row that only showed that there are more; gives the last id of the page then.
template <class Row, class Id>
std::int64_t cut_page(std::vector<Row>& rows, int limit, Id id) {
  if (rows.size() <= static_cast<std::size_t>(limit)) return 0;
  rows.pop_back();
  return id(rows.back());
}

Json id_or_null(std::int64_t id) { return id == 0 ? Json(nullptr) : Json(id); }

template <class Row>
Json list_of(const std::vector<Row>& rows, Json (*form)(const Row&)) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(form(row));
  return list;
}

void tell_page(const Session& session, bool any, const char* flag, std::int64_t next) {
  if (session.quiet) return;
  if (!any) session.environment.err << "Ничего не найдено.\n";
  if (next != 0) session.environment.err << fmt::format("Есть ещё: {} {}\n", flag, next);
}

}  // namespace

Result<ExitCode> stats(const Session& session) {
  SMEV_ASSIGN(const OutboxOverview overview, session.sender.outbox().overview());
  std::ostream& out = session.environment.out;
  if (session.json) {
    out << overview_json(overview, session.sender.options().clock->now()) << '\n';
  } else {
    out << overview_text(overview, session);
  }
  return ExitCode::done;
}

Result<ExitCode> blocked(const Session& session, const QueueBlockedCommand& command) {
  SMEV_ASSIGN(std::vector<BlockedOrder> orders,
              session.sender.outbox().blocked_orders(command.after, command.limit + 1));
  const std::int64_t next =
      cut_page(orders, command.limit, [](const BlockedOrder& order) { return order.head.id; });
  std::ostream& out = session.environment.out;
  if (session.json) {
    out << written(
               {{"blocked", list_of(orders, &json_of_blocked)}, {"next_after", id_or_null(next)}})
        << '\n';
    return ExitCode::done;
  }
  if (!orders.empty()) out << blocked_text(orders, session.environment.colour);
  tell_page(session, !orders.empty(), "--after", next);
  return ExitCode::done;
}

Result<ExitCode> log(const Session& session, const QueueLogCommand& command) {
  Outbox& outbox = session.sender.outbox();
  std::vector<AuditRow> rows;
  std::int64_t next = 0;
  if (command.id != 0) {
    SMEV_ASSIGN(const std::optional<UpdateRow> update, outbox.find_update(command.id));
    if (!update) return fail(no_update(command.id));
    SMEV_ASSIGN(rows, outbox.audit_of(command.id));
    std::reverse(rows.begin(), rows.end());
  } else {
    SMEV_ASSIGN(rows, outbox.audit_log({.before = command.before, .limit = command.limit + 1}));
    next = cut_page(rows, command.limit, [](const AuditRow& row) { return row.id; });
  }
  std::ostream& out = session.environment.out;
  if (session.json) {
    out << written({{"log", list_of<AuditRow>(rows, &json_of)}, {"next_before", id_or_null(next)}})
        << '\n';
    return ExitCode::done;
  }
  if (!rows.empty()) out << log_text(rows, session.environment.colour);
  tell_page(session, !rows.empty(), "--before", next);
  return ExitCode::done;
}

}  // namespace smev::cli
