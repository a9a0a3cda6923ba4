#include "sdk/signature/pin.hpp"

#include <cstdlib>

#include "sdk/signature/key_error.hpp"

namespace smev::signature {

namespace {

constexpr char kCredentialsVariable[] = "CREDENTIALS_DIRECTORY";
constexpr std::size_t kLineEndMax = 2;  // CR LF

Failure unusable(const PinSource& source, const std::string& text, const std::string& detail) {
  return key_failure("ПИН-код (" + describe(source) + "): " + text, "the PIN's source: " + detail);
}

// A PIN is one line: what else is in a file was not meant to be a PIN.
Result<std::optional<Secret>> checked(Secret pin, const PinSource& source) {
  if (pin.empty()) return unusable(source, "пусто", "empty");
  if (pin.size() > KeyOptions::kPinOctetsMax) {
    return unusable(
        source,
        "допустимо не больше " + std::to_string(KeyOptions::kPinOctetsMax) + " байт (UTF-8)",
        "more than " + std::to_string(KeyOptions::kPinOctetsMax) + " octets");
  }
  if (pin.view().find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return unusable(source, "должна быть ровно одна строка", "more than one line");
  }
  return std::optional<Secret>(std::move(pin));
}

void cut_line_end(Secret& text) {
  const auto ends_with = [&text](char c) { return !text.empty() && text.view().back() == c; };
  if (!ends_with('\n')) return;
  text.cut(text.size() - 1);
  if (ends_with('\r')) text.cut(text.size() - 1);
}

Result<std::optional<Secret>> from_file(const std::string& path, const PinSource& source) {
  Result<SecretFile> file = read_secret_file(path, KeyOptions::kPinOctetsMax + kLineEndMax);
  if (file) {
    const Result<void> kept_secret = refuse_readable_by_all(*file, path);
    if (!kept_secret) return fail(kept_secret.error());
    cut_line_end(file->octets);
    return checked(std::move(file->octets), source);
  }
  Error error = std::move(file).error();
  error.text = "ПИН-код (" + describe(source) + "): " + error.text;
  return fail(std::move(error));
}

Result<std::optional<Secret>> from_environment(const PinSource& source) {
  const char* value = std::getenv(source.environment.c_str());
  if (value == nullptr) {
    return unusable(source, "переменная не задана", source.environment + " is not set");
  }
  return checked(Secret(std::string_view(value)), source);
}

Result<std::optional<Secret>> from_credential(const PinSource& source) {
  const char* folder = std::getenv(kCredentialsVariable);
  if (folder == nullptr || *folder == '\0') {
    return unusable(source,
                    "systemd не передал каталог CREDENTIALS_DIRECTORY; нужна строка "
                    "LoadCredential= в файле службы",
                    "CREDENTIALS_DIRECTORY is not set");
  }
  return from_file(std::string(folder) + '/' + source.credential, source);
}

}  // namespace

Result<std::optional<Secret>> read_pin(const PinSource& source) {
  if (!source.file.empty()) return from_file(source.file, source);
  if (!source.environment.empty()) return from_environment(source);
  if (!source.credential.empty()) return from_credential(source);
  return std::optional<Secret>();
}

std::string describe(const PinSource& source) {
  if (!source.file.empty()) return "файл " + source.file;
  if (!source.environment.empty()) return "переменная окружения " + source.environment;
  if (!source.credential.empty()) return "credential systemd " + source.credential;
  return "не указан";
}

}  // namespace smev::signature
