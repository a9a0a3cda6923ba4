#include "smev-send/report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>
#include <utility>

#include "sdk/sender/verdict_json.hpp"
#include "smev-send/table.hpp"
#include "smev-send/update_statuses.hpp"

namespace smev::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kTitleWidth = 14;

std::string time_or_dash(const std::optional<TimePoint>& moment) {
  return moment ? moscow_time_text(*moment) : "—";
}

std::string dash_if_empty(const std::string& text) { return text.empty() ? "—" : text; }

Paint paint_of(UpdateState state) {
  switch (state) {
    case UpdateState::delivered:
      return Paint::green;
    case UpdateState::in_flight:
      return Paint::yellow;
    case UpdateState::held:
    case UpdateState::rejected:
    case UpdateState::expired:
      return Paint::red;
    default:
      return Paint::none;
  }
}

std::string reason_of(const UpdateRow& update) {
  if (update.hold_reason == HoldReason::none) return {};
  std::string text(label(update.hold_reason));
  if (update.result_code) text += fmt::format(" (код {})", *update.result_code);
  return text;
}

std::string_view outcome_label(std::string_view outcome) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kLabels = {
      {{"accepted", "принято"},
       {"duplicate", "уже у СМЭВ"},
       {"refused", "отказ"},
       {"not_sent", "не отправлено"},
       {"in_doubt", "исход неизвестен"},
       {"started", "идёт"},
       {"interrupted", "прервано, исход неизвестен"}}};
  for (const auto& [name, text] : kLabels) {
    if (name == outcome) return text;
  }
  return outcome;
}

std::string_view kind_label(std::string_view kind) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kLabels = {
      {{"content", "ответ ЕЛК"},
       {"rejected", "отказ поставщика"},
       {"status", "сообщение о статусе"},
       {"async_status", "отказ СМЭВ"},
       {"unreadable", "не читается"}}};
  for (const auto& [name, text] : kLabels) {
    if (name == kind) return text;
  }
  return kind;
}

std::string_view role_label(std::string_view role) {
  if (role == "SMEVSignature") return "подпись СМЭВ";
  if (role == "SenderInformationSystemSignature") return "подпись отправителя ответа";
  return role;
}

std::string_view contour_label(Contour contour) {
  return contour == Contour::production ? "продуктивный контур" : "тестовый контур";
}

/// `title:   text`, the texts under each other.
std::string line(std::string_view title, std::string_view text, std::size_t indent = kIndent) {
  std::string head = std::string(title) + ':';
  const std::size_t width = display_width(head);
  if (width < kTitleWidth) head += std::string(kTitleWidth - width, ' ');
  return fmt::format("{}{} {}\n", std::string(indent, ' '), head, printable(text));
}

std::string statuses_text(const UpdateRow& update) {
  std::string text;
  for (const elk::Status& status : statuses_of(update)) {
    text += line(text.empty() ? "Статус" : "и статус", status_text(status));
  }
  return text;
}

/// The codes alone.
std::string status_codes(const UpdateRow& update) {
  std::string text;
  for (const elk::Status& status : statuses_of(update)) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", status.code);
  }
  return text;
}

/// A line to copy for each decision that the next step names, as «(queue requeue)».
std::string commands_text(const UpdateRow& update) {
  constexpr std::string_view kOpening = "(queue ";
  const std::string_view step = next_step(update.hold_reason);
  std::string text;
  std::size_t at = 0;
  while ((at = step.find(kOpening, at)) != std::string_view::npos) {
    at += kOpening.size();
    const std::string_view command = step.substr(at, step.find(')', at) - at);
    if (command == "export") continue;  // it hands over, and decides nothing
    const bool replaces = command == "replace";
    text += line(text.empty() ? "Команда" : "или",
                 fmt::format("smev-send queue {} {}{} --reason \"почему\"", command, update.id,
                             replaces ? " ФАЙЛ" : ""));
    if (replaces) text += line("где ФАЙЛ", "исправленное обновление целиком, как для submit");
  }
  return text;
}

std::string update_text(const UpdateRow& update, bool colour) {
  std::string text = painted(fmt::format("Обновление {} · заявление {}, по порядку {}", update.id,
                                         printable(update.order.number), update.sequence),
                             Paint::bold, colour) +
                     '\n';
  const std::string state(label(update.state));
  text += line("Состояние", state);
  if (update.hold_reason != HoldReason::none) {
    text += line("Причина", fmt::format("{} [{}]", reason_of(update), name(update.hold_reason)));
    if (!update.hold_text.empty()) text += line("Подробнее", update.hold_text);
    text += line("Что делать", next_step(update.hold_reason));
    text += commands_text(update);
  } else if (update.result_code) {
    text += line("Код ответа", std::to_string(*update.result_code));
  }
  text += line("Отправитель",
               fmt::format("{}, {}", update.order.sender, contour_label(update.order.contour)));
  text += statuses_text(update);
  text += line("Подано", moscow_time_text(update.submitted_at));
  if (update.held_since) text += line("Стоит с", moscow_time_text(*update.held_since));
  if (update.replaces) text += line("Вместо", fmt::format("обновления {}", *update.replaces));
  if (update.replaced_by) {
    text += line("Заменено", fmt::format("обновлением {}", *update.replaced_by));
  }
  if (update.pruned_at) {
    text += line("Очищено", moscow_time_text(*update.pruned_at) + ", содержания больше нет");
  }
  if (update.settled_at) text += line("Завершено", moscow_time_text(*update.settled_at));
  if (update.not_before) text += line("Не раньше", moscow_time_text(*update.not_before));
  if (update.next_try && update.state == UpdateState::in_flight) {
    text += line("Повтор", "не раньше " + moscow_time_text(*update.next_try));
  }
  if (update.deadline) text += line("Срок", moscow_time_text(*update.deadline));
  return text;
}

std::string attempts_text(const UpdateReport::Message& entry, bool colour) {
  const std::vector<AttemptRow>& attempts = entry.attempts;
  if (entry.message.pruned_at) {
    return line("Попытки", fmt::format("{}, подробности очищены", entry.message.attempts));
  }
  if (attempts.empty()) return line("Попытки", "не было");
  Table table({"попытка", "начало", "длилась", "исход", "HTTP", "ошибка"});
  int number = 0;
  for (const AttemptRow& attempt : attempts) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(attempt.duration).count();
    table.add({std::to_string(++number), moscow_time_text(attempt.started),
               attempt.ended ? fmt::format("{} мс", ms) : "—",
               std::string(outcome_label(attempt.outcome)),
               attempt.http_status == 0 ? "—" : std::to_string(attempt.http_status),
               attempt.text.empty() ? attempt.fault : attempt.fault + ": " + attempt.text});
  }
  return table.text(colour, kIndent * 2);
}

std::string_view algorithm_label(std::string_view method) {
  const auto ends = [method](std::string_view end) {
    return method.size() >= end.size() && method.substr(method.size() - end.size()) == end;
  };
  if (ends("gostr34112012-256")) return "ГОСТ Р 34.10-2012 256 бит";
  if (ends("gostr34112012-512")) return "ГОСТ Р 34.10-2012 512 бит";
  if (ends("gostr34102001-gostr3411")) return "ГОСТ Р 34.10-2001";
  return method;
}

std::string digest_text(const SignatureVerdict& verdict) {
  if (!verdict.refusal.empty()) return "не вычислялся";
  const std::string value = verdict.digest_value.empty() ? "" : " (" + verdict.digest_value + ")";
  if (!verdict.digest_holds) return "не сходится: подписано было другое" + value;
  return (verdict.jdk_escaping ? "сходится с экранированием JDK, не Woodstox" : "сходится") + value;
}

std::string_view value_text(const SignatureVerdict& verdict) {
  if (!verdict.refusal.empty()) return "не вычислялась";
  return verdict.value_holds ? "верна" : "неверна";
}

std::string_view trust_label(Trust trust) {
  switch (trust) {
    case Trust::trusted:
      return "есть";
    case Trust::unknown:
      return "нет: сертификату не доверяют";
    case Trust::expired:
      return "нет: срок сертификата к тому времени истёк";
    case Trust::not_yet_valid:
      return "нет: сертификат тогда ещё не действовал";
    case Trust::revoked:
      return "нет: сертификат отозван";
    case Trust::not_checked:
      break;
  }
  return "не проверялось";
}

std::string_view trust_text(const SignatureFinding& finding) {
  const Trust trust = finding.verdict.trust;
  if (finding.vouched && trust != Trust::trusted) return "лежит под подписью, которой доверяют";
  return trust_label(trust);
}

std::string finding_text(const SignatureFinding& finding, bool colour) {
  const SignatureVerdict& verdict = finding.verdict;
  const bool holds = finding.holds();
  std::string text = painted(holds ? "✓ " : "✗ ", holds ? Paint::green : Paint::red, colour) +
                     printable(verdict.role) + (holds ? ": верна\n" : ": не подтверждена\n");
  if (!verdict.refusal.empty()) text += line("Причина", verdict.refusal);
  if (!finding.element.empty()) {
    text += line("Элемент", finding.element + " (Id " + verdict.reference + ")");
  }
  if (!finding.known_place) text += line("Место", "СМЭВ не знает подписи в этом месте сообщения");
  if (!verdict.signature_method.empty()) {
    text += line("Алгоритм", algorithm_label(verdict.signature_method));
  }
  // A form that is not taken has nothing computed.
  if (verdict.digest_holds || verdict.value_holds || verdict.code == ErrorCode::signature_invalid) {
    text += line("Хеш", digest_text(verdict));
    text += line("Подпись", value_text(verdict));
  }
  if (!verdict.certificate_serial.empty()) {
    text +=
        line("Сертификат", verdict.certificate_subject + ", номер " + verdict.certificate_serial);
  }
  text += line("Доверие", trust_text(finding));
  if (verdict.signed_at) text += line("Подписано", moscow_time_text(*verdict.signed_at));
  if (finding.second_opinion) {
    const bool ours = verdict.digest_holds && verdict.value_holds;
    text += line("xmlsec1", *finding.second_opinion == ours
                                ? "согласна"
                                : "НЕ СОГЛАСНА: сообщите разработчикам, приложив файл");
  }
  if (finding.holds_without_blanks) {
    text += line("Подсказка",
                 "верна без пробелов внутри SignedInfo: это копия с отступами, а не то, что было "
                 "передано (--strip-blanks)");
  }
  if (!verdict.problem.empty() && !holds) {
    text += line(verdict.refusal.empty() ? "Причина" : "Подробнее", verdict.problem);
  }
  return text;
}

std::string answer_text(const AnswerRow& answer) {
  std::string text = line(
      "Ответ", fmt::format("{}, {}, MessageID {}", kind_label(answer.kind),
                           moscow_time_text(answer.received), dash_if_empty(answer.message_id)));
  for (const SignatureVerdict& verdict : verdicts_from_json(answer.verdicts)) {
    text += line(role_label(verdict.role), verdict_text(verdict), kIndent * 2);
  }
  if (!answer.verified)
    text += line("Вывод", "подписи не подтверждены, ответ не учтён", kIndent * 2);
  if (!answer.note.empty()) text += line("Примечание", answer.note, kIndent * 2);
  text += line("Подтверждён", time_or_dash(answer.acknowledged), kIndent * 2);
  return text;
}

std::string message_text(const UpdateReport::Message& entry, UpdateId update, bool colour) {
  const MessageRow& message = entry.message;
  std::string text =
      '\n' + painted("Сообщение " + message.message_id.text(), Paint::bold, colour) + '\n';
  text += line("Состояние", label(message.state));
  for (const MessageItem& item : message.items) {
    if (item.update != update) continue;
    text += line("Содержит", item.create ? "создание заявления" : "новый статус заявления");
  }
  if (message.items.size() > 1) {
    text += line("Заявлений", std::to_string(message.items.size()));
  }
  const std::string size = message.pruned_at ? std::string("содержание очищено")
                                             : fmt::format("{} байт", message.body.size());
  text += line("Подписано", fmt::format("{}, {}, SHA-256 {}", moscow_time_text(message.frozen_at),
                                        size, message.body_sha256));
  for (const MessageFile& file : message.files) {
    text += line("Файл", fmt::format("«{}», {}, {}", file.name, file.mime, file.uuid.text()));
  }
  if (!message.endpoint.empty()) text += line("Адрес", message.endpoint);
  text += attempts_text(entry, colour);
  for (const AnswerRow& answer : entry.answers) text += answer_text(answer);
  return text;
}

std::string audit_text(const std::vector<AuditRow>& audit, bool colour) {
  if (audit.empty()) return {};
  Table table({"время", "кто", "что", "почему"});
  for (const AuditRow& row : audit) {
    table.add(
        {moscow_time_text(row.at), row.who, std::string(action_label(row.action)), row.reason});
  }
  return '\n' + painted("Решения людей", Paint::bold, colour) + '\n' + table.text(colour, kIndent);
}

// The end, the stop, or the beginning.
TimePoint since(const UpdateRow& update) {
  return update.settled_at.value_or(update.held_since.value_or(update.submitted_at));
}

}  // namespace

std::string moscow_time_text(TimePoint moment) {
  std::string text = DateTime(std::chrono::floor<std::chrono::seconds>(moment)).text();
  if (text.empty()) return to_utc_text(moment);  // beyond the years that a date can have
  text[text.find('T')] = ' ';
  return text.substr(0, text.find('+')) + " МСК";
}

std::string status_text(const elk::Status& status) {
  std::string text = fmt::format("{} от {}", status.code, status.at.text());
  for (const File& file : status.results) {
    // A submit names a file after its path where nothing else is given.
    const std::string& name = file.name.empty() ? file.path : file.name;
    text += ", файл «" + std::filesystem::path(name).filename().string() + "»";
  }
  return text;
}

std::string_view action_label(std::string_view action) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kLabels = {
      {{"requeued", "возвращено в очередь"},
       {"skipped", "пропущено"},
       {"rejected", "отклонено"},
       {"cancelled", "отозвано"},
       {"expired", "закрыто как просроченное"},
       {"replaced", "заменено"},
       {"replacement", "встало на замену"},
       {"hurried", "ускорено"},
       {"paused", "отправка приостановлена"},
       {"resumed", "отправка продолжена"},
       {"pruned", "чистка"}}};
  for (const auto& [name, text] : kLabels) {
    if (name == action) return text;
  }
  return action;
}

std::string verdict_text(const SignatureVerdict& verdict) {
  std::string text;
  if (!verdict.present) {
    text = "её нет";
  } else if (!verdict.refusal.empty()) {
    text = "не принята: " + verdict.refusal;
  } else if (!verdict.digest_holds) {
    text = "неверна: подписанное изменено";
  } else if (!verdict.value_holds) {
    text = "неверна: значение подписи не сходится";
  } else if (verdict.trust == Trust::unknown) {
    text = "верна, но сертификату нет доверия";
  } else if (verdict.trust == Trust::expired) {
    text = "верна, но сертификат к этому времени истёк";
  } else if (verdict.trust == Trust::not_yet_valid) {
    text = "верна, но сертификат в это время ещё не действовал";
  } else if (verdict.trust == Trust::revoked) {
    text = "верна, но сертификат отозван";
  } else {
    text = verdict.trust == Trust::trusted ? "верна, сертификату доверяем" : "верна";
  }
  if (!verdict.certificate_subject.empty()) text += " (" + verdict.certificate_subject + ")";
  if (!verdict.problem.empty()) text += "; " + verdict.problem;
  return text;
}

std::string verify_text(const VerifyReport& report, bool colour) {
  if (report.findings.empty()) return "Подписей нет\n";
  std::string text;
  for (const SignatureFinding& finding : report.findings) text += finding_text(finding, colour);
  return text;
}

std::string list_text(const std::vector<UpdateRow>& updates, bool colour) {
  // Most of the time nothing waits for a moment, and the table is wide as it is.
  const bool awaited = std::any_of(updates.begin(), updates.end(), [](const UpdateRow& update) {
    return update.next_try.has_value();
  });
  std::vector<std::string> titles = {"номер",  "заявление", "по порядку",
                                     "статус", "состояние", "с"};
  if (awaited) titles.emplace_back("попытка не раньше");
  titles.emplace_back("причина");
  Table table(std::move(titles));
  for (const UpdateRow& update : updates) {
    std::vector<Cell> row = {std::to_string(update.id),
                             update.order.number,
                             std::to_string(update.sequence),
                             status_codes(update),
                             {std::string(label(update.state)), paint_of(update.state)},
                             moscow_time_text(since(update))};
    if (awaited) row.emplace_back(time_or_dash(update.next_try));
    row.emplace_back(reason_of(update));
    table.add(std::move(row));
  }
  return table.text(colour);
}

std::string report_text(const UpdateReport& report, bool colour) {
  std::string text = update_text(report.update, colour);
  for (const UpdateReport::Message& message : report.messages) {
    text += message_text(message, report.update.id, colour);
  }
  if (report.messages.empty()) text += "\nСообщений ещё не было.\n";
  return text + audit_text(report.audit, colour);
}

std::string drain_text(const DrainReport& report) {
  const OutboxStats& stats = report.stats;
  std::string text = "Время вышло: работа осталась.\n";
  if (report.pause) {
    text = "Отправка приостановлена: " + printable(report.pause->reason) +
           ". Продолжить: smev-send queue resume --reason \"почему\"\n";
  }
  if (report.complete) text = "Всё, что можно было отправить, отправлено и отвечено.\n";
  text += line("В очереди", std::to_string(stats.queued));
  text += line("В пути", std::to_string(stats.in_flight));
  text += line("Остановлено", std::to_string(stats.held));
  text += line("Завершено", std::to_string(stats.final));
  if (stats.blocked > 0) {
    text += line("Ждут", fmt::format("{} (их держит остановленное обновление того же заявления)",
                                     stats.blocked));
  }
  if (stats.held > 0) text += "Остановленные: smev-send list --state held\n";
  return text;
}

}  // namespace smev::cli
