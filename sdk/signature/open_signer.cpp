#include <algorithm>
#include <thread>
#include <utility>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/certificate.hpp"
#include "sdk/signature/certificate_fitness.hpp"
#include "sdk/signature/command_signer.hpp"
#include "sdk/signature/key_error.hpp"
#include "sdk/signature/key_file.hpp"
#include "sdk/signature/key_signer.hpp"

namespace smev {

namespace {

using signature::EngineKey;
using signature::key_failure;
using signature::X509Ptr;

constexpr char kCommandHint[] =
    "; если команда подписывает именно этим ключом, проверьте порядок байтов подписи "
    "(docs/keys.md)";

int concurrency_of(const KeyOptions& options) {
  if (options.concurrency != 0) return options.concurrency;
  if (options.kind() != KeyKind::file) return 1;
  const int processors = static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(processors, 1, KeyOptions::kConcurrencyMax);
}

Result<void> check_algorithm(const EVP_PKEY* key, const KeyOptions& options) {
  const signature::Algorithm* algorithm = signature::by_key(key);
  if (algorithm != nullptr && algorithm->id != SignatureAlgorithm::gost2001) return {};
  const std::string kind = signature::key_kind(key);
  return key_failure(
      "Нужен ключ ГОСТ Р 34.10-2012, а это " + kind + ": " + options.key,
      options.key + ": the key is " + kind + "; GOST R 34.10-2012 of 256 and 512 bit is supported");
}

// Of the certificates at hand, the one of this key.
Result<X509Ptr> fitting(std::vector<X509Ptr> certificates, const EVP_PKEY* key,
                        const std::string& key_path, const std::string& certificate_path) {
  const signature::ErrorQueueGuard guard;
  for (X509Ptr& certificate : certificates) {
    if (X509_check_private_key(certificate.get(), key) == 1) return std::move(certificate);
  }
  return key_failure("Сертификат не подходит к ключу: " + key_path + " и " + certificate_path,
                     key_path + " and " + certificate_path + " do not belong together");
}

Result<std::shared_ptr<Signer>> open_file(const KeyOptions& options, TimePoint now) {
  SMEV_ASSIGN(signature::KeyFile file, signature::read_key_file(options.key, options.pin));
  SMEV_TRY(check_algorithm(file.key.get(), options));
  const std::string& certificate_path =
      options.certificate.empty() ? options.key : options.certificate;
  if (!options.certificate.empty()) {
    SMEV_ASSIGN(file.certificates, signature::read_own_certificates(options.certificate));
  }
  if (file.certificates.empty()) {
    return key_failure("Рядом с ключом нет сертификата, укажите certificate: " + options.key,
                       options.key + ": no certificate beside the key");
  }
  SMEV_ASSIGN(const X509Ptr certificate,
              fitting(std::move(file.certificates), file.key.get(), options.key, certificate_path));
  SMEV_TRY(signature::check_fitness(*certificate, now));
  return signature::key_signer(EngineKey{nullptr, std::move(file.key)},
                               signature::describe(*certificate), concurrency_of(options));
}

// For a key outside: whether the certificate is its own shows the trial signature alone.
Result<X509Ptr> read_certificate(const KeyOptions& options, TimePoint now) {
  SMEV_ASSIGN(std::vector<X509Ptr> read, signature::read_own_certificates(options.certificate));
  SMEV_TRY(signature::check_fitness(*read.front(), now));
  return std::move(read.front());
}

Result<std::shared_ptr<Signer>> open_engine(const KeyOptions& options, TimePoint now) {
  // Before the engine: a certificate that will not do must not cost a try of the PIN.
  SMEV_ASSIGN(const X509Ptr certificate, read_certificate(options, now));
  SMEV_ASSIGN(EngineKey key, signature::load_engine_key(options));
  SMEV_TRY(check_algorithm(key.key.get(), options));
  if (EVP_PKEY_get_base_id(key.key.get()) !=
      EVP_PKEY_get_base_id(X509_get0_pubkey(certificate.get()))) {
    return key_failure("Сертификат не подходит к ключу: алгоритмы разные",
                       "the certificate is of another algorithm than the key");
  }
  return signature::key_signer(std::move(key), signature::describe(*certificate),
                               concurrency_of(options));
}

Result<std::shared_ptr<Signer>> open_command(const KeyOptions& options, TimePoint now) {
  SMEV_ASSIGN(const X509Ptr certificate, read_certificate(options, now));
  signature::CommandKey key;
  key.command = options.command;
  key.pin = options.pin;
  key.algorithm = signature::by_key(X509_get0_pubkey(certificate.get()))->id;
  key.certificate = signature::describe(*certificate);
  key.concurrency = concurrency_of(options);
  return signature::command_signer(std::move(key));
}

Result<std::shared_ptr<Signer>> open_kind(const KeyOptions& options, TimePoint now) {
  switch (options.kind()) {
    case KeyKind::engine:
      return open_engine(options, now);
    case KeyKind::command:
      return open_command(options, now);
    case KeyKind::file:
      break;
  }
  return open_file(options, now);
}

}  // namespace

Result<std::shared_ptr<Signer>> open_signer(const KeyOptions& options, TimePoint now) {
  if (std::vector<FieldFault> faults = options.validate(); !faults.empty()) {
    return fail(validation_error(std::move(faults), ErrorCode::config));
  }
  SMEV_TRY(Runtime::acquire());
  SMEV_ASSIGN(std::shared_ptr<Signer> signer, open_kind(options, now));
  SMEV_TRY(signature::try_out(*signer, options.kind() == KeyKind::command ? kCommandHint : ""));
  return signer;
}

Result<std::shared_ptr<Signer>> pem_signer(const std::string& key_path,
                                           const std::string& certificate_path, TimePoint now) {
  KeyOptions options;
  options.key = key_path;
  options.certificate = certificate_path;
  return open_signer(options, now);
}

}  // namespace smev
