#include <fmt/format.h>

#include <filesystem>
#include <ostream>
#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/sender/config.hpp"
#include "sdk/signature/transform.hpp"
#include "sdk/smev3/signature_places.hpp"
#include "smev-send/commands.hpp"
#include "smev-send/message_file.hpp"
#include "smev-send/report_json.hpp"
#include "smev-send/report_text.hpp"
#include "smev-send/signatures.hpp"
#include "smev-send/table.hpp"

namespace smev::cli {
namespace {

constexpr char kSignatureSuffix[] = ".p7s";

// ---- verify ----

Error no_signature_file(const std::string& file) {
  Error error = local_error(ErrorCode::io, file + ": no signature beside it", Retry::after_fix);
  error.text = "Рядом нет файла подписи (" + file + kSignatureSuffix +
               " или .sig); назовите его ключом --signature";
  return error;
}

Result<std::string> signature_beside(const std::string& file) {
  std::error_code unknown;
  for (const char* suffix : {kSignatureSuffix, ".sig"}) {
    if (std::filesystem::exists(file + suffix, unknown)) return file + suffix;
  }
  return fail(no_signature_file(file));
}

/// Without trust no settings are needed.
Result<std::shared_ptr<Verifier>> verifier_for(const VerifyCommand& command,
                                               const Invocation& invocation) {
  if (command.no_trust) return untrusting_verifier();
  SMEV_ASSIGN(const SenderOptions options, read_options(invocation.config));
  return trusting_verifier(options.trust);
}

Result<VerifyReport> look_at(const VerifyCommand& command, Verifier& verifier) {
  VerifyHow how;
  how.strip_blanks = command.strip_blanks;
  how.trust = !command.no_trust;
  if (how.trust) how.trust_at = command.at;
  SMEV_ASSIGN(const bool message, is_message_file(command.file));
  if (message && command.signature.empty()) return verify_message(command.file, verifier, how);
  std::string beside = command.signature;
  if (beside.empty()) {
    SMEV_ASSIGN(beside, signature_beside(command.file));
  }
  return verify_detached(command.file, beside, verifier, how);
}

Result<ExitCode> verify(const Invocation& invocation, const VerifyCommand& command,
                        const Environment& environment) {
  SMEV_ASSIGN(const auto verifier, verifier_for(command, invocation));
  SMEV_ASSIGN(const VerifyReport report, look_at(command, *verifier));
  environment.out << (invocation.json ? verify_json(report) + '\n'
                                      : verify_text(report, environment.colour));
  if (report.disagrees()) return ExitCode::internal;
  return report.holds() ? ExitCode::done : ExitCode::crypto;
}

// ---- sign ----

Error not_a_message(const std::string& file) {
  Error error =
      local_error(ErrorCode::not_signable, file + ": no message of SMEV", Retry::after_fix);
  error.text = "PersonalSignature бывает только в сообщении СМЭВ (XML)";
  return error;
}

Error would_overwrite(const std::string& file) {
  Error error = local_error(ErrorCode::io, file + ": is the file that is signed", Retry::after_fix);
  error.text = "Подпись легла бы на место самого файла: назовите в --out другой";
  return error;
}

/// What was not to be read by others stays so.
unsigned permissions_of(const std::string& file) {
  std::error_code unknown;
  const auto mode = std::filesystem::status(file, unknown).permissions();
  return unknown ? 0600 : static_cast<unsigned>(mode) & 0666;
}

Result<std::string> signed_message(const SignCommand& command, Signer& signer) {
  SMEV_ASSIGN(xml::Document document, read_message_file(command.file));
  SMEV_TRY(command.personal ? smev3::sign_content(document, signer)
                            : smev3::sign_request(document, signer));
  return document.to_text();
}

Result<ExitCode> sign(const Invocation& invocation, const SignCommand& command,
                      const Environment& environment) {
  SMEV_ASSIGN(const SenderOptions options, read_options(invocation.config));
  const TimePoint now = system_clock()->now();
  SMEV_ASSIGN(const auto signer, open_configured_signer(options.key, invocation.config, now));
  SMEV_ASSIGN(const bool looks_like_message, is_message_file(command.file));
  const bool message = looks_like_message && !command.detached;
  if (command.personal && !message) return fail(not_a_message(command.file));
  std::string to = command.out;
  std::string made;
  if (message) {
    SMEV_ASSIGN(made, signed_message(command, *signer));
  } else {
    SMEV_ASSIGN(made, sign_file(*signer, command.file, now));
    if (to.empty()) to = command.file + kSignatureSuffix;
    std::error_code absent;
    if (std::filesystem::equivalent(to, command.file, absent)) return fail(would_overwrite(to));
  }
  if (to.empty() || to == "-") {
    environment.out << made;
  } else {
    SMEV_TRY(write_file_durably(to, made, permissions_of(command.file)));
    if (!invocation.quiet) environment.err << "Подписано: " << printable(to) << '\n';
  }
  return ExitCode::done;
}

// ---- transform ----

Error which_element(const std::vector<smev3::SignaturePlace>& places) {
  std::string ids;
  for (const smev3::SignaturePlace& place : places) {
    if (!place.target) continue;
    ids += (ids.empty() ? "" : ", ") + place.target.attribute("Id").value_or("");
  }
  Error error = local_error(ErrorCode::not_found, "several signed elements", Retry::after_fix);
  error.text = "Подписей несколько; выберите элемент ключом --id: " + printable(ids);
  return error;
}

Result<xml::Element> element_of(const xml::Document& document, const TransformCommand& command) {
  if (!command.id.empty()) return smev3::find_identified(document, command.id);
  SMEV_ASSIGN(const auto places, smev3::find_signatures(document));
  if (places.empty()) return document.root();
  if (places.size() > 1) return fail(which_element(places));
  if (places.front().target) return places.front().target;
  return fail(local_error(ErrorCode::not_found, "the signed element is not there"));
}

Result<ExitCode> transform(const TransformCommand& command, const Environment& environment) {
  SMEV_ASSIGN(const xml::Document document, read_message_file(command.file, AnyXml::yes));
  SMEV_ASSIGN(const xml::Element element, element_of(document, command));
  SMEV_ASSIGN(const std::string octets, signature::transform(element));
  environment.out << octets;
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> look_after_signatures(const Invocation& invocation,
                                       const SignatureCommand& command,
                                       const Environment& environment) {
  if (const auto* checks = std::get_if<VerifyCommand>(&command)) {
    return verify(invocation, *checks, environment);
  }
  if (const auto* signs = std::get_if<SignCommand>(&command)) {
    return sign(invocation, *signs, environment);
  }
  return transform(std::get<TransformCommand>(command), environment);
}

}  // namespace smev::cli
