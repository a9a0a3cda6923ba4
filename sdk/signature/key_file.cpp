#include "sdk/signature/key_file.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <utility>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/certificate.hpp"
#include "sdk/signature/key_error.hpp"
#include "sdk/signature/pin.hpp"

namespace smev::signature {

namespace {

using PlainKeyPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer<PKCS8_PRIV_KEY_INFO_free>>;
using EncryptedKeyPtr = std::unique_ptr<X509_SIG, Freer<X509_SIG_free>>;
using ContainerPtr = std::unique_ptr<PKCS12, Freer<PKCS12_free>>;

void free_certificates(STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); }
using CertificatesPtr = std::unique_ptr<STACK_OF(X509), Freer<free_certificates>>;

constexpr std::string_view kPemMark = "-----BEGIN";

// One DER object and nothing behind it.
template <class Pointer, class Read>
Pointer read_der(std::string_view octets, Read read) {
  const auto* at = reinterpret_cast<const unsigned char*>(octets.data());
  const auto* end = at + octets.size();
  Pointer object(read(nullptr, &at, static_cast<long>(octets.size())));
  return at == end ? std::move(object) : nullptr;
}

class Reader {
 public:
  Reader(const std::string& path, const PinSource& pin) : path_(path), pin_(pin) {}

  Result<KeyFile> read() {
    SMEV_ASSIGN(SecretFile file, read_secret_file(path_, KeyOptions::kFileOctetsMax));
    const bool is_pem = file.octets.view().find(kPemMark) != std::string_view::npos;
    SMEV_TRY(is_pem ? take_pem(file.octets.view()) : take_der(file.octets.view()));
    if (!protected_) SMEV_TRY(refuse_readable_by_all(file, path_));
    return std::move(found_);
  }

 private:
  Result<void> take_pem(std::string_view octets);
  Result<void> take_block(std::string_view name, bool encrypted_by_header, std::string_view der);
  Result<void> take_der(std::string_view octets);
  Result<void> take_plain(const PKCS8_PRIV_KEY_INFO& plain);
  Result<void> take_encrypted(const X509_SIG& encrypted);
  Result<void> take_container(PKCS12& container);
  Result<Secret> password();
  [[nodiscard]] Failure wrong_password() const;
  [[nodiscard]] Failure refused(const std::string& text, const std::string& detail) const {
    return key_failure(text + ": " + path_, path_ + ": " + detail);
  }

  const std::string& path_;
  const PinSource& pin_;
  KeyFile found_;
  bool protected_ = false;
};

Result<void> Reader::take_pem(std::string_view octets) {
  const BioPtr bio = memory_bio(octets);
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (PEM_read_bio_ex(bio.get(), &name, &header, &data, &size, PEM_FLAG_SECURE) == 1) {
    const std::string_view der(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
    const Result<void> taken = take_block(name, *header != '\0', der);
    OPENSSL_secure_free(name);
    OPENSSL_secure_free(header);
    OPENSSL_secure_clear_free(data, static_cast<std::size_t>(size));
    if (!taken) return taken;
  }
  if (!found_.key) return refused("Закрытого ключа в файле нет", "no PEM private key in it");
  return {};
}

Result<void> Reader::take_block(std::string_view name, bool encrypted_by_header,
                                std::string_view der) {
  if (name == PEM_STRING_X509) {
    SMEV_ASSIGN(X509Ptr certificate, read_x509(der));
    found_.certificates.push_back(std::move(certificate));
    return {};
  }
  const bool is_plain = name == PEM_STRING_PKCS8INF && !encrypted_by_header;
  if (!is_plain && name != PEM_STRING_PKCS8) {
    if (name.find("PRIVATE KEY") == std::string_view::npos) return {};  // parameters and the like
    return refused("Вид ключа не поддерживается, нужен PKCS#8",
                   "a PEM block " + std::string(name) + ", which is no PKCS#8");
  }
  if (found_.key) return refused("В файле больше одного ключа", "more than one key in it");
  return take_der(der);
}

Result<void> Reader::take_der(std::string_view octets) {
  if (const auto plain = read_der<PlainKeyPtr>(octets, d2i_PKCS8_PRIV_KEY_INFO)) {
    return take_plain(*plain);
  }
  if (const auto encrypted = read_der<EncryptedKeyPtr>(octets, d2i_X509_SIG)) {
    return take_encrypted(*encrypted);
  }
  if (const auto container = read_der<ContainerPtr>(octets, d2i_PKCS12)) {
    return take_container(*container);
  }
  return refused("Файл не является ключом PKCS#8 (PEM, DER) или контейнером PKCS#12",
                 "no PEM private key in it, and neither PKCS#8 nor PKCS#12 in DER");
}

Result<void> Reader::take_plain(const PKCS8_PRIV_KEY_INFO& plain) {
  found_.key.reset(EVP_PKCS82PKEY(&plain));
  if (found_.key) return {};
  return refused("Алгоритм ключа неизвестен или ключ повреждён",
                 "the key cannot be read: " + take_openssl_error());
}

Result<void> Reader::take_encrypted(const X509_SIG& encrypted) {
  SMEV_ASSIGN(const Secret secret, password());
  const PlainKeyPtr plain(
      PKCS8_decrypt(&encrypted, secret.c_str(), static_cast<int>(secret.size())));
  if (!plain) return wrong_password();
  return take_plain(*plain);
}

// Without a configured password the container may still have an empty one.
Result<void> Reader::take_container(PKCS12& container) {
  const bool empty_password = pin_.empty() && (PKCS12_mac_present(&container) == 0 ||
                                               PKCS12_verify_mac(&container, "", 0) == 1 ||
                                               PKCS12_verify_mac(&container, nullptr, 0) == 1);
  Secret secret;
  if (!empty_password) {
    SMEV_ASSIGN(secret, password());
  }
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (PKCS12_parse(&container, secret.c_str(), &key, &certificate, &others) != 1) {
    return wrong_password();
  }
  found_.key.reset(key);
  if (certificate != nullptr) found_.certificates.emplace_back(certificate);
  const CertificatesPtr rest(others);
  while (rest && sk_X509_num(rest.get()) > 0) {
    found_.certificates.emplace_back(sk_X509_shift(rest.get()));
  }
  if (found_.key) return {};
  return refused("В контейнере PKCS#12 нет закрытого ключа", "no private key in the container");
}

Result<Secret> Reader::password() {
  SMEV_ASSIGN(std::optional<Secret> pin, read_pin(pin_));
  if (!pin) {
    return refused(
        "Ключ зашифрован: укажите, откуда взять пароль (pin_file, pin_env или pin_credential)",
        "the key is encrypted and no password is configured");
  }
  protected_ = true;
  return *std::move(pin);
}

Failure Reader::wrong_password() const {
  const std::string why = take_openssl_error();
  return refused("Пароль к ключу не подходит (" + describe(pin_) + ") или файл повреждён",
                 "the password does not fit, or the file is damaged: " + why);
}

}  // namespace

Result<KeyFile> read_key_file(const std::string& path, const PinSource& pin) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  return Reader(path, pin).read();
}

Result<std::vector<X509Ptr>> read_own_certificates(const std::string& path) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  SMEV_ASSIGN(const SecretFile file, read_secret_file(path, KeyOptions::kFileOctetsMax));
  const std::string_view octets = file.octets.view();
  std::vector<X509Ptr> certificates;
  if (octets.find(kPemMark) == std::string_view::npos) {
    if (Result<X509Ptr> certificate = read_x509(octets)) {
      certificates.push_back(*std::move(certificate));
    }
  } else {
    const BioPtr bio = memory_bio(octets);
    while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
      certificates.emplace_back(certificate);
    }
  }
  if (certificates.empty()) {
    return key_failure("В файле нет сертификата (PEM или DER): " + path,
                       path + ": neither a PEM nor a DER certificate");
  }
  return certificates;
}

}  // namespace smev::signature
