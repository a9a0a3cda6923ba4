// All that is on record about one update, as one archive that can be checked without this program.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "sdk/base/bytes.hpp"
#include "smev-send/json_values.hpp"
#include "smev-send/own_files.hpp"
#include "smev-send/queue.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/tar.hpp"

namespace smev::cli {
namespace {

constexpr const char* kReadme =
    R"(Доказательства по обновлению {id} заявления {order}
Собрано {at} программой smev-send. Внутри персональные данные.

Что здесь
  update.json                 состояние, сообщения, попытки, ответы и решения (как smev-send show --json)
  payload.json                обновление, как его подало ведомство
  actions.json                решения людей: кто, когда, что и почему
  message-N/about.json        N-е сообщение: MessageID, состояние, время, SHA-256
  message-N/request.xml       подписанное сообщение, байт в байт как отправлено
                              (request.mime — тело HTTP с вложениями)
  message-N/attempts.json     попытки отправки и чем кончилась каждая
  message-N/attempt-K-receipt.xml    квитанция СМЭВ на K-ю попытку, как пришла
  message-N/attempt-K-verdicts.json  что показала проверка её подписи
  message-N/answer-K.xml      K-й ответ, байт в байт как пришёл (answer-K.mime — тело HTTP с частями)
  message-N/answer-K-verdicts.json   что показала проверка его подписей
  SHA256SUMS                  суммы всех файлов
Файлов результатов здесь нет: их суммы — в about.json (files), сами они — в каталоге files базы.
{pruned}{others}
Как проверить
  Что файлы те же:            sha256sum -c SHA256SUMS
  Подписи сообщений и ответов:
{verify}  Что отправлено именно это:  сумма request.* в SHA256SUMS равна sha256 в about.json
)";

constexpr const char* kOtherOrders =
    "В сообщениях и ответах есть данные других заявлений: заявителю такой архив не отдают.\n";

struct Member {
  std::string name;
  std::string octets;
};

/// "xml", or "mime" for a body with parts.
std::string_view extension(std::string_view content_type) {
  return content_type.substr(0, 10) == "multipart/" ? "mime" : "xml";
}

std::string pretty(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

/// What is stored as JSON text, laid out; as it is when it is none.
std::string pretty(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? text : pretty(json);
}

void add_attempts(const UpdateReport::Message& entry, const std::string& folder,
                  std::vector<Member>& members) {
  Json attempts = Json::array();
  for (const AttemptRow& attempt : entry.attempts) {
    attempts.push_back(json_of(attempt));
    const std::string stem = fmt::format("{}/attempt-{}-", folder, attempt.attempt);
    if (!attempt.receipt.empty()) members.push_back({stem + "receipt.xml", attempt.receipt});
    if (!attempt.verdicts.empty()) {
      members.push_back({stem + "verdicts.json", pretty(attempt.verdicts)});
    }
  }
  members.push_back({folder + "/attempts.json", pretty(attempts)});
}

void add_message(const UpdateReport::Message& entry, const std::string& folder,
                 std::vector<Member>& members) {
  Json about = json_of(entry);
  about["content_type"] = entry.message.content_type;
  members.push_back({folder + "/about.json", pretty(about)});
  if (!entry.message.pruned_at) {
    members.push_back({fmt::format("{}/request.{}", folder, extension(entry.message.content_type)),
                       entry.message.body});
  }
  add_attempts(entry, folder, members);
  int number = 0;
  for (const AnswerRow& answer : entry.answers) {
    const std::string stem = fmt::format("{}/answer-{}", folder, ++number);
    members.push_back({fmt::format("{}.{}", stem, extension(answer.content_type)), answer.raw});
    members.push_back({stem + "-verdicts.json", pretty(answer.verdicts)});
  }
}

bool carries_other_orders(const UpdateReport& report) {
  return std::any_of(
      report.messages.begin(), report.messages.end(),
      [](const UpdateReport::Message& each) { return each.message.items.size() > 1; });
}

// Of each file that carries signatures, by the name that it has here.
std::string verify_lines(const std::vector<Member>& members) {
  std::string lines;
  for (const Member& member : members) {
    const std::string_view name = member.name;
    const bool is_signed = (name.find("/request.") != name.npos ||
                            name.find("/answer-") != name.npos || name.ends_with("-receipt.xml")) &&
                           !name.ends_with("-verdicts.json");
    if (is_signed) {
      lines += fmt::format("                              smev-send verify {}\n", name);
    }
  }
  return lines;
}

std::string readme(const UpdateReport& report, const std::vector<Member>& members, TimePoint now) {
  const std::optional<TimePoint> pruned = report.update.pruned_at;
  return fmt::format(
      kReadme, fmt::arg("id", report.update.id), fmt::arg("order", report.update.order.number),
      fmt::arg("at", to_utc_text(now)),
      fmt::arg("pruned", pruned ? fmt::format("Содержание стёрто по сроку хранения {}: остались "
                                              "суммы, состояния и решения.\n",
                                              to_utc_text(*pruned))
                                : ""),
      fmt::arg("verify", verify_lines(members)),
      fmt::arg("others", carries_other_orders(report) ? kOtherOrders : ""));
}

std::vector<Member> members_of(const UpdateReport& report, TimePoint now) {
  std::vector<Member> members;
  members.push_back({"update.json", pretty(report_json(report))});
  if (!report.update.pruned_at) members.push_back({"payload.json", pretty(report.update.payload)});
  Json actions = Json::array();
  for (const AuditRow& row : report.audit) actions.push_back(json_of(row));
  members.push_back({"actions.json", pretty(actions)});
  int number = 0;
  for (const UpdateReport::Message& entry : report.messages) {
    add_message(entry, fmt::format("message-{}", ++number), members);
  }
  members.insert(members.begin(), {"README.txt", readme(report, members, now)});
  std::string sums;
  for (const Member& member : members) {
    sums += fmt::format("{}  {}\n", sha256_hex(member.octets), member.name);
  }
  members.push_back({"SHA256SUMS", std::move(sums)});
  return members;
}

Result<void> check_free(const std::string& path) {
  std::error_code unknown;  // a link that leads nowhere is there too
  if (!std::filesystem::exists(std::filesystem::symlink_status(path, unknown))) return {};
  Error error = local_error(ErrorCode::io, path + " is there already", Retry::after_fix);
  error.text = "Такой файл уже есть: " + path + ". Укажите другой: --out ФАЙЛ";
  return fail(std::move(error));
}

}  // namespace

Result<ExitCode> export_bundle(const Session& session, const QueueExportCommand& command) {
  const std::string path =
      command.out.empty() ? fmt::format("update-{}.tar", command.id) : command.out;
  SMEV_ASSIGN(const std::optional<UpdateReport> report, session.sender.find(command.id));
  if (!report) return fail(no_update(command.id));
  SMEV_TRY(check_not_own(path, session.sender.options(), session.config));
  SMEV_TRY(check_free(path));
  const TimePoint now = session.sender.options().clock->now();
  TarArchive archive(now);
  const std::vector<Member> members = members_of(*report, now);
  // In a folder of its own, so that unpacking several mixes nothing up.
  const std::string folder = fmt::format("update-{}/", command.id);
  for (const Member& member : members) SMEV_TRY(archive.add(folder + member.name, member.octets));
  SMEV_TRY(write_file_durably(path, archive.finish()));
  if (session.json) {
    session.environment.out << written({{"file", path}, {"members", members.size()}}) << '\n';
    return ExitCode::done;
  }
  session.environment.out << path << '\n';
  if (!session.quiet) {
    session.environment.err << "В архиве персональные данные: читать его может только владелец.\n"
                            << (carries_other_orders(*report) ? kOtherOrders : "");
  }
  return ExitCode::done;
}

}  // namespace smev::cli
