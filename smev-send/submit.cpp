#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <istream>
#include <ostream>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/elk/json_tree.hpp"
#include "smev-send/commands.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/report_text.hpp"

namespace smev::cli {
namespace {

constexpr char kStandardInput[] = "-";

Result<std::string> read_all(std::istream& in) {
  std::string text;
  std::array<char, 64u << 10> chunk{};
  while (in.read(chunk.data(), chunk.size()), in.gcount() > 0) {
    text.append(chunk.data(), static_cast<std::size_t>(in.gcount()));
    if (text.size() > elk::kJsonBytesMax) {
      return fail(
          local_error(ErrorCode::limit_exceeded,
                      fmt::format("more than {} bytes on standard input", elk::kJsonBytesMax)));
    }
  }
  if (in.bad()) return fail(local_error(ErrorCode::io, "cannot read standard input"));
  return text;
}

/// Result files are named from where the description of the update lies.
void resolve_files(elk::Status& status, const std::filesystem::path& folder) {
  for (File& file : status.results) {
    if (!file.path.empty()) file.path = (folder / file.path).lexically_normal().string();
  }
}

Result<elk::Update> read_update(const std::string& file, const Environment& environment) {
  const bool standard_input = file == kStandardInput;
  SMEV_ASSIGN(const std::string text,
              standard_input ? read_all(environment.in) : read_file(file, elk::kJsonBytesMax));
  SMEV_ASSIGN(elk::Update update, elk::update_from_json(text));
  if (standard_input) return update;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  resolve_files(update.status, folder);
  for (elk::Status& status : update.more_statuses) resolve_files(status, folder);
  return update;
}

void tell(const Session& session, const UpdateRow& update) {
  std::ostream& out = session.environment.out;
  if (session.json) {
    out << update_json(update) << '\n';
  } else {
    out << update.id << '\n';
  }
  if (session.json || session.quiet) return;
  session.environment.err << fmt::format("Заявление {}: обновление {} — {}\n", update.order.number,
                                         update.id, label(update.state));
  if (update.hold_reason != HoldReason::none) {
    session.environment.err << fmt::format("  {}. {}\n  {}\n", label(update.hold_reason),
                                           update.hold_text, next_step(update.hold_reason));
  }
}

/// The row as it is now; after `wait`, if it was asked for, whatever came of that.
Result<UpdateRow> settled_row(Sender& sender, UpdateId id, const std::optional<Duration>& wait) {
  if (wait) {
    Result<UpdateRow> row = sender.wait(id, *wait);
    // Time over is no failure of the submit: the row says how far it came.
    if (row || row.error().code != ErrorCode::timeout) return row;
  }
  SMEV_ASSIGN(std::optional<UpdateRow> row, sender.outbox().find_update(id));
  if (row) return *std::move(row);
  return fail(local_error(ErrorCode::not_found, fmt::format("no update {}", id)));
}

}  // namespace

Result<ExitCode> submit(const Session& session, const SubmitCommand& command) {
  SMEV_ASSIGN(const elk::Update update, read_update(command.file, session.environment));
  SubmitOptions options;
  options.idempotency_key = command.idempotency_key;
  SMEV_ASSIGN(const UpdateId id, session.sender.submit(update, options));
  SMEV_ASSIGN(const UpdateRow row, settled_row(session.sender, id, command.wait));
  tell(session, row);
  return command.wait ? exit_code(row.state) : ExitCode::done;
}

}  // namespace smev::cli
