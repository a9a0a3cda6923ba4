#include "smev-send/report_json.hpp"

#include <algorithm>

#include "sdk/sender/verdict_json.hpp"
#include "smev-send/json_values.hpp"
#include "smev-send/update_statuses.hpp"

namespace smev::cli {

std::string written(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json or_null(const std::optional<TimePoint>& moment) {
  return moment ? Json(to_utc_text(*moment)) : Json(nullptr);
}
Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

namespace {

using cli::json_of;  // which those of this file would hide

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

Json hold_of(const UpdateRow& update) {
  if (update.hold_reason == HoldReason::none) return nullptr;
  return {{"reason", name(update.hold_reason)},
          {"label", label(update.hold_reason)},
          {"text", or_null(update.hold_text)},
          {"next_step", next_step(update.hold_reason)}};
}

Json status_of(const elk::Status& status) {
  Json results = Json::array();
  for (const File& file : status.results) {
    results.push_back({{"name", or_null(file.name)}, {"mime", or_null(file.mime)}});
  }
  return {{"code", status.code}, {"at", status.at.text()}, {"results", std::move(results)}};
}

Json statuses_json(const UpdateRow& update) {
  Json statuses = Json::array();
  for (const elk::Status& status : statuses_of(update)) statuses.push_back(status_of(status));
  return statuses;
}

}  // namespace

Json json_of(const UpdateRow& update) {
  return {{"id", update.id},
          {"sender", update.order.sender},
          {"contour", name(update.order.contour)},
          {"order", update.order.number},
          {"sequence", update.sequence},
          {"type", update.type},
          {"statuses", statuses_json(update)},
          {"state", name(update.state)},
          {"hold", hold_of(update)},
          {"result_code", or_null(update.result_code)},
          {"conversions", update.conversions},
          {"revision", update.revision},
          {"replaces", or_null(update.replaces)},
          {"replaced_by", or_null(update.replaced_by)},
          {"submitted_at", to_utc_text(update.submitted_at)},
          {"held_since", or_null(update.held_since)},
          {"pruned_at", or_null(update.pruned_at)},
          {"settled_at", or_null(update.settled_at)},
          {"not_before", or_null(update.not_before)},
          {"next_try", or_null(update.next_try)},
          {"deadline", or_null(update.deadline)}};
}

namespace {

Json json_of(const MessageItem& item) {
  return {{"update", item.update},
          {"order", item.order_number},
          {"position", item.position},
          {"kind", item.create ? "create" : "update"},
          {"result_code", or_null(item.result_code)}};
}

Json json_of(const MessageFile& file) {
  return {{"uuid", file.uuid.text()},
          {"name", file.name},
          {"mime", file.mime},
          {"sha256", file.sha256}};
}

}  // namespace

Json json_of(const AttemptRow& attempt) {
  return {{"attempt", attempt.attempt},
          {"started", to_utc_text(attempt.started)},
          {"ended", or_null(attempt.ended)},
          {"outcome", attempt.outcome},
          {"endpoint", or_null(attempt.endpoint)},
          {"http_status", attempt.http_status == 0 ? Json(nullptr) : Json(attempt.http_status)},
          {"fault", or_null(attempt.fault)},
          {"text", or_null(attempt.text)},
          {"duration_ms", milliseconds(attempt.duration)}};
}

namespace {

Json json_of(const SignatureVerdict& verdict) {
  return {{"role", verdict.role},
          {"holds", verdict.holds()},
          {"present", verdict.present},
          {"digest_holds", verdict.digest_holds},
          {"value_holds", verdict.value_holds},
          {"trust", name(verdict.trust)},
          {"certificate_subject", or_null(verdict.certificate_subject)},
          {"certificate_serial", or_null(verdict.certificate_serial)},
          {"refusal", or_null(verdict.refusal)},
          {"problem", or_null(verdict.problem)}};
}

Json json_of(const SignatureFinding& finding) {
  const SignatureVerdict& verdict = finding.verdict;
  Json json = json_of(verdict);
  json["holds"] = finding.holds();
  json["element"] = or_null(finding.element);
  json["reference"] = or_null(verdict.reference);
  json["signature_method"] = or_null(verdict.signature_method);
  json["digest_method"] = or_null(verdict.digest_method);
  json["digest_value"] = or_null(verdict.digest_value);
  json["jdk_escaping"] = verdict.jdk_escaping;
  json["signed_at"] = or_null(verdict.signed_at);
  json["known_place"] = finding.known_place;
  json["vouched"] = finding.vouched;
  json["holds_without_blanks"] = finding.holds_without_blanks;
  json["second_opinion"] = or_null(finding.second_opinion);
  return json;
}

// Declared here for array_of, which finds no later one.
Json json_of(const AnswerRow& answer);
Json json_of(const elk::ChecklistLine& line);

template <class Row>
Json array_of(const std::vector<Row>& rows) {
  Json array = Json::array();
  for (const Row& row : rows) array.push_back(json_of(row));
  return array;
}

Json json_of(const AnswerRow& answer) {
  return {{"id", answer.id},
          {"message_id", or_null(answer.message_id)},
          {"kind", answer.kind},
          {"size", answer.raw.size()},
          {"verified", answer.verified},
          {"stray", answer.stray},
          {"note", or_null(answer.note)},
          {"received", to_utc_text(answer.received)},
          {"acknowledged", or_null(answer.acknowledged)},
          {"signatures", array_of(verdicts_from_json(answer.verdicts))}};
}

}  // namespace

Json json_of(const UpdateReport::Message& entry) {
  const MessageRow& message = entry.message;
  return {{"message_id", message.message_id.text()},
          {"state", name(message.state)},
          {"schema_version", message.schema_version},
          {"endpoint", or_null(message.endpoint)},
          {"size", message.body.size()},
          {"sha256", message.body_sha256},
          {"frozen_at", to_utc_text(message.frozen_at)},
          {"accepted_at", or_null(message.accepted_at)},
          {"answered_at", or_null(message.answered_at)},
          {"pruned_at", or_null(message.pruned_at)},
          {"not_before", or_null(message.not_before)},
          {"items", array_of(message.items)},
          {"files", array_of(message.files)},
          {"attempts", array_of(entry.attempts)},
          {"answers", array_of(entry.answers)}};
}

Json json_of(const AuditRow& row) {
  return {{"id", row.id},
          {"at", to_utc_text(row.at)},
          {"who", row.who},
          {"action", row.action},
          {"update", row.update == 0 ? Json(nullptr) : Json(row.update)},
          {"order", or_null(row.order_number)},
          {"sequence", row.update == 0 ? Json(nullptr) : Json(row.sequence)},
          {"reason", or_null(row.reason)}};
}

Json json_of(const FieldFault& fault) {
  return {{"field", fault.field},
          {"code", fault.code},
          {"text", fault.text},
          {"source", or_null(fault.source)}};
}

namespace {

Json json_of(const elk::ChecklistLine& line) {
  return {{"field", line.field},
          {"title", line.title},
          {"verdict", name(line.readiness)},
          {"text", or_null(line.text)},
          {"source", or_null(line.source)}};
}

Json json_of(const SmevFault& fault) {
  return {{"name", or_null(fault.name)},
          {"reason", or_null(fault.reason)},
          {"code", or_null(fault.code)},
          {"number", or_null(fault.number)},
          {"description", or_null(fault.description)},
          {"validation_errors", fault.validation_errors}};
}

Json json_of(const elk::Dictionary& dictionary) {
  const elk::DictionaryKind kind = dictionary.kind();
  return {{"name", name(kind)},
          {"title", title(kind)},
          {"esnsi_id", or_null(std::string(esnsi_id(kind)))},
          {"count", dictionary.entries().size()},
          {"built_in", dictionary.is_built_in()},
          {"path", or_null(dictionary.path())},
          {"written_at", or_null(dictionary.written_at())},
          {"revision", or_null(dictionary.revision())}};
}

Json json_of(const elk::DictionaryEntry& entry) {
  return {{"code", entry.code},
          {"name", entry.name},
          {"final", entry.final},
          {"proven", entry.proven},
          {"explanation", or_null(entry.explanation)}};
}

}  // namespace

Json json_of(const Error& error, std::string_view code) {
  const std::string& text = error.text;
  return {{"code", code},
          {"text", text.empty() ? std::string(smev::text(error.code)) : text},
          {"detail", or_null(error.detail)},
          {"origin", name(error.origin)},
          {"retry", name(error.retry)},
          {"fields", array_of(error.fields)},
          {"fault", error.fault ? json_of(*error.fault) : Json(nullptr)}};
}

std::string error_json(const Error& error) { return error_json(error, name(error.code)); }

std::string error_json(const Error& error, std::string_view code) {
  return written({{"error", json_of(error, code)}});
}

std::string update_json(const UpdateRow& update) { return written({{"update", json_of(update)}}); }

std::string submitted_json(const std::optional<UpdateRow>& update, bool repeat,
                           const std::vector<FieldFault>& warnings) {
  return written({{"update", update ? json_of(*update) : Json(nullptr)},
                  {"repeat", repeat},
                  {"warnings", array_of(warnings)}});
}

std::string record_json(const RecordPlace& place, const std::optional<UpdateRow>& update,
                        bool repeat, const std::vector<FieldFault>& warnings) {
  return written({{"record", place.number},
                  {"line", or_null(place.line)},
                  {"id", update ? Json(update->id) : Json(nullptr)},
                  {"repeat", repeat},
                  {"warnings", array_of(warnings)},
                  {"error", nullptr},
                  {"update", update ? json_of(*update) : Json(nullptr)}});
}

std::string record_json(const RecordPlace& place, const Error& error) {
  return written({{"record", place.number},
                  {"line", or_null(place.line)},
                  {"id", nullptr},
                  {"repeat", false},
                  {"warnings", Json::array()},
                  {"error", json_of(error, name(error.code))},
                  {"update", nullptr}});
}

std::string list_json(const std::vector<UpdateRow>& updates, UpdateId next_after) {
  return written({{"updates", array_of(updates)},
                  {"next_after", next_after == 0 ? Json(nullptr) : Json(next_after)}});
}

std::string report_json(const UpdateReport& report) {
  return written({{"update", json_of(report.update)},
                  {"messages", array_of(report.messages)},
                  {"audit", array_of(report.audit)}});
}

Json json_of(const OutboxStats& stats) {
  return {{"queued", stats.queued},
          {"in_flight", stats.in_flight},
          {"held", stats.held},
          {"final", stats.final},
          {"awaiting_answer", stats.awaiting_answer},
          {"unsent", stats.unsent},
          {"blocked", stats.blocked}};
}

Json json_of(const std::optional<Pause>& pause) {
  if (!pause) return nullptr;
  return {{"since", to_utc_text(pause->since)}, {"who", pause->who}, {"reason", pause->reason}};
}

std::string drain_json(const DrainReport& report) {
  return written({{"complete", report.complete},
                  {"stats", json_of(report.stats)},
                  {"pause", json_of(report.pause)}});
}

std::string event_json(const Event& event) {
  const bool held = event.hold_reason != HoldReason::none;
  return written({{"event", name(event.kind)},
                  {"at", to_utc_text(event.at)},
                  {"update", event.update == 0 ? Json(nullptr) : Json(event.update)},
                  {"order", or_null(event.order_number)},
                  {"message_id", or_null(event.message_id)},
                  {"result_code", or_null(event.result_code)},
                  {"hold_reason", held ? Json(name(event.hold_reason)) : Json(nullptr)},
                  {"text", or_null(event.text)}});
}

std::string dictionaries_json(const elk::Dictionaries& dictionaries) {
  Json all = Json::array();
  for (const elk::DictionaryKind kind : elk::kDictionaryKinds) {
    all.push_back(json_of(dictionaries.of(kind)));
  }
  return written({{"dictionaries", std::move(all)}});
}

std::string dictionary_json(const elk::Dictionary& dictionary) {
  Json entries = Json::array();
  for (const elk::DictionaryEntry& entry : dictionary.entries()) entries.push_back(json_of(entry));
  return written({{"dictionary", json_of(dictionary)}, {"entries", std::move(entries)}});
}

std::string entry_json(const elk::Dictionary& dictionary, const elk::DictionaryEntry& entry) {
  return written({{"dictionary", json_of(dictionary)}, {"entry", json_of(entry)}});
}

std::string loaded_json(const elk::Dictionary& dictionary, const DictionaryChange& change) {
  return written({{"dictionary", json_of(dictionary)},
                  {"added", change.added},
                  {"changed", change.changed},
                  {"removed", change.removed}});
}

std::string verify_json(const VerifyReport& report) {
  return written({{"file", report.file},
                  {"holds", report.holds()},
                  {"signatures", array_of(report.findings)}});
}

std::string key_json(const OpenedKey& key) {
  const Certificate& certificate = key.signer.certificate();
  return written({{"key",
                   {{"kind", name(key.kind)},
                    {"algorithm", name(key.signer.algorithm())},
                    {"concurrency", key.signer.concurrency()},
                    {"trial_signature", true},
                    {"subject", certificate.subject},
                    {"issuer", certificate.issuer},
                    {"serial", certificate.serial},
                    {"not_before", to_utc_text(certificate.not_before)},
                    {"not_after", to_utc_text(certificate.not_after)},
                    {"days_left", key.days_left}}}});
}

std::string checklist_json(const std::vector<elk::ChecklistLine>& lines) {
  return written({{"ready", std::all_of(lines.begin(), lines.end(),
                                        [](const elk::ChecklistLine& line) {
                                          return line.readiness == elk::Readiness::ready;
                                        })},
                  {"checklist", array_of(lines)}});
}

std::string letters_json() {
  Json letters = Json::array();
  for (const LetterKind kind : kLetterKinds) {
    letters.push_back({{"kind", name(kind)}, {"to", addressee(kind)}, {"title", title(kind)}});
  }
  return written({{"letters", std::move(letters)}});
}

std::string letter_json(LetterKind kind, const Letter& letter) {
  return written({{"kind", name(kind)},
                  {"to", letter.to},
                  {"subject", letter.subject},
                  {"body", letter.body},
                  {"lacking", letter.lacking}});
}

std::string row_json(const DirectoryRow& row) {
  Json attributes = Json::object();
  for (const auto& [attribute, value] : row.attributes) attributes[std::string(attribute)] = value;
  return written({{"row", std::move(attributes)}, {"lacking", row.lacking}});
}

}  // namespace smev::cli
