#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "sdk/base/bytes.hpp"
#include "smev-send/confirm.hpp"
#include "smev-send/message_file.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/table.hpp"
#include "smev-send/trust_change.hpp"
#include "smev-send/trust_json.hpp"

namespace smev::cli {
namespace {

using signature::InspectedCertificate;
using signature::InspectedFile;
using signature::InspectedRevocations;
using signature::TrustList;

constexpr unsigned kReadableByAll = 0644;  // the service may run as another user; nothing is secret

Failure refused(std::string text, std::string detail) {
  Error error = local_error(ErrorCode::validation, std::move(detail), Retry::after_fix);
  error.text = std::move(text);
  return fail(std::move(error));
}

Result<std::filesystem::path> folder_for(const TrustOptions& options, TrustList list) {
  for (const std::string& entry : entries_of(options, list)) {
    std::error_code unknown;
    if (std::filesystem::is_directory(entry, unknown)) return std::filesystem::path(entry);
  }
  const std::vector<std::string>& entries = entries_of(options, list);
  Error error = local_error(ErrorCode::config, fmt::format("no folder in smev.{}", name(list)),
                            Retry::after_fix);
  error.text = entries.empty()
                   ? fmt::format(
                         "Добавлять некуда: создайте каталог и укажите его в настройках, "
                         "например smev.{0} = [\"{0}\"]",
                         name(list))
                   : fmt::format(
                         "Добавлять некуда: в smev.{0} нужен каталог, а сейчас там {1}. "
                         "Создайте каталог и допишите его в настройки, например "
                         "smev.{0} = [\"{1}\", \"{0}\"]",
                         name(list), printable(entries.front()));
  return fail(std::move(error));
}

/// Where the list has a certificate already; empty when it has not.
std::string place_of(const TrustSession& session, TrustList list, const std::string& fingerprint) {
  for (const InspectedFile& file : session.trust.files) {
    if (file.list != list || file.error) continue;
    for (const InspectedCertificate& each : file.certificates) {
      if (each.fingerprint == fingerprint) return file.path;
    }
    for (const InspectedRevocations& each : file.revocations) {
      if (each.facts.fingerprint == fingerprint) return file.path;
    }
  }
  return {};
}

/// What is going to be trusted, for the one who has to compare it.
std::string portrait(const InspectedCertificate& inspected) {
  const Certificate& certificate = inspected.certificate;
  return fmt::format(
      "Субъект:         {}\nИздатель:        {}\nСерийный номер:  {}\nДействует:       с {} по {}\n"
      "Отпечаток SHA-256: {}\n{}",
      printable(certificate.subject), printable(certificate.issuer), certificate.serial,
      moscow_time_text(certificate.not_before), moscow_time_text(certificate.not_after),
      inspected.fingerprint,
      inspected.authority ? "Это удостоверяющий центр: доверие получит всё, что он выпустил.\n"
                          : "");
}

Result<void> confirm(const TrustSession& session, const TrustAddCommand& command) {
  if (command.yes) return {};
  return confirm(session.environment,
                 "Сверьте отпечаток с тем, что получен другим путём. Добавить?",
                 "Подтвердить некому: сверьте отпечаток и повторите с ключом --yes");
}

Result<ExitCode> tell(const TrustSession& session, const std::vector<std::string>& added,
                      const std::vector<std::string>& known, Effect effect) {
  std::ostream& out = session.environment.out;
  if (session.json) {
    out << added_json(added, known) << '\n';
  } else {
    for (const std::string& path : added) out << "Добавлено: " << path << '\n';
    for (const std::string& path : known) out << "Уже есть: " << path << '\n';
  }
  return added.empty() ? ExitCode::done : tell_effect(session, effect);
}

// --- certificates -------------------------------------------------------------------------------

Result<void> check(const InspectedCertificate& inspected, const TrustAddCommand& command,
                   TimePoint now) {
  if (command.list == TrustList::intermediates && !inspected.authority) {
    return refused("Это не сертификат удостоверяющего центра: промежуточным он быть не может",
                   "not a certificate authority");
  }
  if (inspected.certificate.not_after < now && !command.force) {
    return refused(
        fmt::format("Сертификат истёк {}. Если нужен для старых сообщений — с ключом --force",
                    moscow_time_text(inspected.certificate.not_after)),
        "expired");
  }
  return {};
}

Result<ExitCode> add_certificates(const TrustSession& session, const TrustAddCommand& command,
                                  const InspectedFile& file, const std::filesystem::path& folder) {
  std::vector<const InspectedCertificate*> fresh;
  std::vector<std::string> known;
  for (const InspectedCertificate& each : file.certificates) {
    std::string place = place_of(session, command.list, each.fingerprint);
    if (!place.empty()) {
      known.push_back(std::move(place));
      continue;
    }
    SMEV_TRY(check(each, command, session.now));
    fresh.push_back(&each);
  }
  std::vector<std::string> added;
  if (!fresh.empty()) {
    for (const auto* each : fresh) session.environment.err << portrait(*each) << '\n';
    SMEV_TRY(confirm(session, command));
  }
  for (const auto* each : fresh) {
    const std::string path = (folder / (each->fingerprint + ".pem")).string();
    SMEV_TRY(write_file_durably(path, signature::to_pem(each->certificate), kReadableByAll));
    added.push_back(path);
  }
  return tell(session, added, known, Effect::more_trust);
}

// --- revocation lists ---------------------------------------------------------------------------

/// One file for the key of an authority: its new list takes the place of its old one. The name
/// alone would not do, an authority that changed its key keeps it, and what the former key revoked
/// stays revoked. A list that nobody vouches for may be anybody's: it takes the place of none.
std::filesystem::path path_for(const std::filesystem::path& folder,
                               const InspectedRevocations& list) {
  const std::string& author = list.vouched() ? list.authority_key : list.facts.fingerprint;
  return folder / (sha256_hex(list.facts.issuer + '\n' + author) + ".crl");
}

Result<void> check(const TrustSession& session, const InspectedRevocations& list,
                   const TrustAddCommand& command, const std::string& path) {
  if (!list.vouched() && !command.force) {
    return refused("За этот список никто не ручается: добавьте сертификат издателя («" +
                       printable(list.facts.issuer) +
                       "») в доверенные или промежуточные. Добавить заранее — с ключом --force",
                   "no known authority signed the list");
  }
  for (const InspectedFile& file : session.trust.files) {
    if (file.path != path) continue;
    for (const InspectedRevocations& former : file.revocations) {
      if (former.facts.issued > list.facts.issued && !command.force) {
        return refused("Список новее уже есть: " + path, "an older list");
      }
    }
  }
  return {};
}

Result<ExitCode> add_revocations(const TrustSession& session, const TrustAddCommand& command,
                                 const InspectedFile& file, const std::filesystem::path& folder) {
  if (file.revocations.size() != 1) {
    return refused("В файле несколько списков: добавляйте их по одному", "more than one list");
  }
  const InspectedRevocations& list = file.revocations.front();
  const std::string place = place_of(session, command.list, list.facts.fingerprint);
  if (!place.empty()) return tell(session, {}, {place}, Effect::less_trust);
  const std::string path = path_for(folder, list).string();
  SMEV_TRY(check(session, list, command, path));
  session.environment.err << fmt::format("Издатель: {}\nВыпущен:  {}\nЗаписей:  {}\n",
                                         printable(list.facts.issuer),
                                         moscow_time_text(list.facts.issued), list.facts.entries);
  // An authority's signature says more than a person could: there is nothing to compare.
  if (!list.vouched()) SMEV_TRY(confirm(session, command));
  SMEV_ASSIGN(const std::string octets, read_file(file.path, signature::kRevocationsFileMax));
  SMEV_TRY(write_file_durably(path, octets, kReadableByAll));
  return tell(session, {path}, {}, Effect::less_trust);
}

Result<InspectedFile> given_file(const TrustSession& session, const TrustAddCommand& command) {
  auto file = signature::inspect_file(command.file, command.list, *session.trust.set);
  if (file && !file->error) return file;
  Error error = as_given_file(file ? *file->error : file.error());
  if (error.code != ErrorCode::key) return fail(std::move(error));
  // No key of ours failed: what was given will not do.
  return refused(command.list == TrustList::revocations
                     ? "Это не список отозванных сертификатов"
                     : "Это не сертификат с ключом ГОСТ: доверять ему нельзя",
                 std::move(error.detail));
}

}  // namespace

Result<ExitCode> add_trust(const TrustSession& session, const TrustAddCommand& command) {
  SMEV_ASSIGN(const InspectedFile file, given_file(session, command));
  SMEV_ASSIGN(const std::filesystem::path folder, folder_for(session.options, command.list));
  return command.list == TrustList::revocations ? add_revocations(session, command, file, folder)
                                                : add_certificates(session, command, file, folder);
}

}  // namespace smev::cli
