#include "sdk/sender/inbox_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sdk/elk/json.hpp"

namespace smev {
namespace {

namespace fs = std::filesystem;

// Between two looks at everything else that the dispatcher's thread does.
constexpr int kEntriesPerRound = 64;

// The store, the settings, and a request to stop are no faults of what was handed over.
bool is_ours(const Error& error) {
  return error.code == ErrorCode::config || error.code == ErrorCode::store ||
         error.code == ErrorCode::store_busy || error.code == ErrorCode::stopped;
}

bool is_inside(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end() && rest != path.end();
}

// Where a path of the inbox leads, links resolved; nothing: out of the folder. Of what is not there
// too, so that nobody learns what there is elsewhere.
std::optional<fs::path> place_inside(const std::string& path, const std::string& folder) {
  std::error_code fault;
  const fs::path root = fs::canonical(folder, fault);
  if (fault) return std::nullopt;
  fs::path place = fs::weakly_canonical(root / path, fault);
  if (fault || !is_inside(place, root)) return std::nullopt;
  return place;
}

// The database lets a department write here, not read this machine's files.
void confine(elk::Status& status, const std::string& field, const std::string& folder,
             std::vector<FieldFault>& faults) {
  for (std::size_t i = 0; i < status.results.size(); ++i) {
    File& file = status.results[i];
    const std::string place = fmt::format("{}.results[{}].path", field, i);
    if (folder.empty()) {
      faults.push_back({place, "file",
                        "Файлы через входящие не принимаются: у отправителя не указан "
                        "каталог outbox.inbox_files.",
                        "правило SDK"});
      continue;
    }
    const std::optional<fs::path> inside = place_inside(file.path, folder);
    if (!inside) {
      faults.push_back({place, "file",
                        "Файл должен лежать в каталоге, который указан у отправителя в "
                        "outbox.inbox_files.",
                        "правило SDK"});
      continue;
    }
    if (file.name.empty()) file.name = fs::path(file.path).filename().string();
    file.path = inside->string();
  }
}

Result<void> confine(elk::Update& update, const std::string& folder) {
  std::vector<FieldFault> faults;
  confine(update.status, "status", folder, faults);
  for (std::size_t i = 0; i < update.more_statuses.size(); ++i) {
    confine(update.more_statuses[i], fmt::format("more_statuses[{}]", i), folder, faults);
  }
  if (faults.empty()) return {};
  return fail(validation_error(std::move(faults)));
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
    SMEV_ASSIGN(elk::Update update, elk::update_from_json(entry.payload));
    SMEV_TRY(confine(update, parts_.options.inbox_files));
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
