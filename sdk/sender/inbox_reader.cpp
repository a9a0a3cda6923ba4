#include "sdk/sender/inbox_reader.hpp"

#include <nlohmann/json.hpp>

#include "sdk/elk/json.hpp"

namespace smev {
namespace {

// Between two looks at everything else that the dispatcher's thread does.
constexpr int kEntriesPerRound = 64;

// The store, the settings, and a request to stop are no faults of what was handed over.
bool is_ours(const Error& error) {
  return error.code == ErrorCode::config || error.code == ErrorCode::store ||
         error.code == ErrorCode::store_busy || error.code == ErrorCode::stopped;
}

}  // namespace

std::string faults_to_json(const Error& error) {
  nlohmann::json faults = nlohmann::json::array();
  for (const FieldFault& each : error.fields) {
    faults.push_back({{"field", each.field}, {"code", each.code}, {"text", each.text}});
  }
  const nlohmann::json all = {
      {"code", name(error.code)}, {"text", error.text}, {"faults", std::move(faults)}};
  return all.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<bool> InboxReader::round() {
  const SenderOptions& options = parts_.options;
  SMEV_ASSIGN(const std::vector<InboxEntry> entries,
              parts_.outbox().take_inbox(options.mnemonic, options.contour, kEntriesPerRound));
  for (const InboxEntry& entry : entries) {
    SMEV_ASSIGN(const InboxVerdict verdict, judge(entry));
    Result<void> settled = parts_.outbox().settle_inbox(entry.id, verdict);
    if (settled) continue;
    // Another process reads the inbox now, and finds there what this one has submitted.
    if (settled.error().code == ErrorCode::stale_lease) return false;
    return fail(std::move(settled).error());
  }
  return !entries.empty();
}

Result<InboxVerdict> InboxReader::judge(const InboxEntry& entry) {
  const auto attempt = [&]() -> Result<UpdateId> {
    SMEV_ASSIGN(const elk::Update update, elk::update_from_json(entry.payload));
    SubmitOptions submitting;
    submitting.idempotency_key = entry.idempotency_key;
    return submit_(update, submitting);
  };
  const Result<UpdateId> submitted = attempt();
  if (submitted) return InboxVerdict{*submitted, {}};
  const Error& error = submitted.error();
  if (is_ours(error)) return fail(error);
  parts_.logger().warning(
      "inbox.refused", error.text,
      {{"inbox", std::to_string(entry.id)}, {"error", std::string(name(error.code))}});
  return InboxVerdict{std::nullopt, faults_to_json(error)};
}

}  // namespace smev
