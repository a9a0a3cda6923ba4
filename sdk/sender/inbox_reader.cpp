#include "sdk/sender/inbox_reader.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "sdk/elk/json.hpp"
#include "sdk/sender/inbox_file.hpp"

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

// Their descriptors are open until the update is submitted.
constexpr std::size_t kFilesMax = 100;

using Files = std::vector<InboxFile>;

// The database lets a department write here, not read this machine's files. What is submitted names
// the files that are open.
Result<void> confine(elk::Status& status, const std::string& field, const std::string& folder,
                     Files& files, std::vector<FieldFault>& faults) {
  for (std::size_t i = 0; i < status.results.size(); ++i) {
    File& file = status.results[i];
    const auto refuse = [&](std::string text) {
      faults.push_back(
          {fmt::format("{}.results[{}].path", field, i), "file", std::move(text), "правило SDK"});
    };
    if (folder.empty()) {
      refuse(
          "Файлы через входящие не принимаются: у отправителя не указан каталог "
          "outbox.inbox_files.");
      continue;
    }
    if (files.size() == kFilesMax) {
      refuse(fmt::format("Файлов в одном обновлении из входящих больше {}.", kFilesMax));
      return {};
    }
    Result<InboxFile> opened = InboxFile::open(folder, file.path);
    if (!opened) {
      if (is_ours(opened.error())) return fail(std::move(opened).error());
      refuse(opened.error().text);
      continue;
    }
    if (file.name.empty()) file.name = fs::path(file.path).filename().string();
    file.path = opened->path();
    files.push_back(std::move(*opened));
  }
  return {};
}

Result<Files> confine(elk::Update& update, const std::string& folder) {
  Files files;
  std::vector<FieldFault> faults;
  SMEV_TRY(confine(update.status, "status", folder, files, faults));
  for (std::size_t i = 0; i < update.more_statuses.size(); ++i) {
    SMEV_TRY(confine(update.more_statuses[i], fmt::format("more_statuses[{}]", i), folder, files,
                     faults));
  }
  if (faults.empty()) return files;
  return fail(validation_error(std::move(faults)));
}

Error too_long() {
  Error error =
      local_error(ErrorCode::limit_exceeded, "an inbox row longer than 8 MiB", Retry::after_fix);
  error.text =
      "Обновление длиннее 8 МБ: содержание файлов в него не кладут, на них указывают путём";
  return error;
}

// A fault that ends with the name of an open file tells the path that the department knows.
Error in_their_words(Error error, const Files& files) {
  for (FieldFault& fault : error.fields) {
    for (const InboxFile& file : files) {
      const std::string path = file.path();
      if (!fault.text.ends_with(path)) continue;
      fault.text.replace(fault.text.size() - path.size(), path.size(), file.given());
      break;
    }
  }
  return error;
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
  const auto now = parts_.clock().steady();
  if (trouble_ && now < tried_again_) return false;
  Result<bool> taken = take();
  if (taken) {
    trouble_.reset();
    return taken;
  }
  const Error& error = taken.error();
  if (error.retry == Retry::later || error.code == ErrorCode::stopped) return taken;
  parts_.logger().error("inbox.stuck", error.text,
                        {{"inbox", std::to_string(entry_)}, {"detail", error.detail}});
  trouble_ = error;
  tried_again_ = now + kStuckPause;
  return false;
}

Result<bool> InboxReader::take() {
  const SenderOptions& options = parts_.options;
  SMEV_ASSIGN(const std::vector<InboxEntry> entries,
              parts_.outbox().take_inbox(options.mnemonic, options.contour, kEntriesPerRound));
  for (const InboxEntry& entry : entries) {
    entry_ = entry.id;
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
    if (!entry.payload) return fail(too_long());
    SMEV_ASSIGN(elk::Update update, elk::update_from_json(*entry.payload));
    SMEV_ASSIGN(const Files files, confine(update, parts_.options.inbox_files));
    SubmitOptions submitting;
    submitting.idempotency_key = entry.idempotency_key;
    Result<UpdateId> submitted = submit_(update, submitting);
    if (!submitted) return fail(in_their_words(std::move(submitted).error(), files));
    return submitted;
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
