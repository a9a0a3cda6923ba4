#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <ostream>

#include "sdk/base/bytes.hpp"
#include "smev-send/table.hpp"
#include "smev-send/trust_change.hpp"
#include "smev-send/trust_json.hpp"

namespace smev::cli {
namespace {

using signature::InspectedCertificate;
using signature::InspectedFile;
using signature::InspectedRevocations;
using signature::TrustList;

constexpr std::size_t kFingerprintStartMin = 4;

Failure refused(ErrorCode code, std::string text, std::string detail) {
  Error error = local_error(code, std::move(detail), Retry::after_fix);
  error.text = std::move(text);
  return fail(std::move(error));
}

/// "AB:cd 12" → "abcd12"; empty when it is no hexadecimal number.
std::string hexadecimal(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == ' ') continue;
    const bool digit = c >= '0' && c <= '9';
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!digit && (lower < 'a' || lower > 'f')) return {};
    out += lower;
  }
  return out;
}

bool begins(const std::string& fingerprint, const std::string& start) {
  return start.size() >= kFingerprintStartMin && fingerprint.rfind(start, 0) == 0;
}

/// Leading zeros are written by some and left out by others.
std::string without_zeros(const std::string& number) {
  const std::size_t first = number.find_first_not_of('0');
  return first == std::string::npos ? "" : number.substr(first);
}

bool is_file(const InspectedFile& file, const std::string& what) {
  std::error_code unknown;
  return std::filesystem::path(file.path).filename() == what ||
         std::filesystem::equivalent(file.path, what, unknown);
}

bool holds(const InspectedFile& file, const std::string& number) {
  if (number.empty()) return false;
  const std::string serial = without_zeros(number);
  return std::any_of(file.certificates.begin(), file.certificates.end(),
                     [&](const InspectedCertificate& each) {
                       const std::string own = hexadecimal(each.certificate.serial);
                       return begins(each.fingerprint, number) ||
                              (!serial.empty() && without_zeros(own) == serial);
                     }) ||
         std::any_of(file.revocations.begin(), file.revocations.end(),
                     [&](const InspectedRevocations& each) {
                       return begins(each.facts.fingerprint, number);
                     });
}

Result<const InspectedFile*> find(const std::vector<InspectedFile>& files,
                                  const std::string& what) {
  std::vector<const InspectedFile*> found;
  const std::string number = hexadecimal(what);
  for (const InspectedFile& file : files) {
    if (is_file(file, what) || holds(file, number)) found.push_back(&file);
  }
  if (found.empty() && !number.empty() && number.size() < kFingerprintStartMin) {
    return refused(ErrorCode::validation,
                   fmt::format("Такого серийного номера нет, а для начала отпечатка нужно хотя "
                               "бы {} знака: {}",
                               kFingerprintStartMin, printable(what)),
                   "too short a beginning of a fingerprint");
  }
  if (found.empty()) {
    return refused(ErrorCode::not_found, "Такого сертификата или списка нет: " + printable(what),
                   "nothing of that fingerprint, serial number or file name");
  }
  if (found.size() > 1) {
    std::string text = "Подходит не одно, назовите файл:";
    for (const InspectedFile* file : found) text += "\n  " + printable(file->path);
    return refused(ErrorCode::validation, std::move(text), "ambiguous");
  }
  return found.front();
}

Result<void> check(const TrustSession& session, const InspectedFile& file,
                   const TrustRemoveCommand& command) {
  if (!file.in_folder) {
    return refused(ErrorCode::validation,
                   fmt::format("Этот файл назван в настройках: уберите его из smev.{} сами ({})",
                               name(file.list), printable(file.path)),
                   "not in a folder");
  }
  if (!is_file(file, command.what) && file.certificates.size() + file.revocations.size() > 1) {
    return refused(
        ErrorCode::validation,
        "В этом файле не один сертификат; чтобы убрать все, назовите файл: " + printable(file.path),
        "the file holds several");
  }
  std::size_t left = 0;
  for (const InspectedFile& other : session.trust.files) {
    const bool counts = other.list == TrustList::trusted && !other.error && &other != &file;
    left += counts ? other.certificates.size() : 0;
  }
  // What is in a faulty file was not trusted to begin with.
  const bool counted = file.list == TrustList::trusted && !file.error;
  const bool last = counted && !file.certificates.empty() && left == 0;
  if (last && !command.yes) {
    return refused(ErrorCode::validation,
                   "Это последний доверенный сертификат: без него ни одна квитанция и ни один "
                   "ответ не будут приняты. Если так и надо — с ключом --yes",
                   "the last trusted certificate");
  }
  return {};
}

}  // namespace

Result<ExitCode> remove_trust(const TrustSession& session, const TrustRemoveCommand& command) {
  SMEV_ASSIGN(const InspectedFile* file, find(session.trust.files, command.what));
  SMEV_TRY(check(session, *file, command));
  SMEV_TRY(remove_file_durably(file->path));
  session.environment.out << (session.json ? removed_json(file->path)
                                           : "Убрано: " + printable(file->path))
                          << '\n';
  const bool counted = file->list != TrustList::revocations && !file->error;
  return tell_effect(session, counted ? Effect::less_trust : Effect::more_trust);
}

}  // namespace smev::cli
