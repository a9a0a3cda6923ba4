#include <algorithm>

#include "smev/signature/key.hpp"

namespace smev {

namespace {

class Faults {
 public:
  void add(std::string field, const char* code, std::string text) {
    list_.push_back({std::move(field), code, std::move(text), {}});
  }
  [[nodiscard]] std::vector<FieldFault> take() { return std::move(list_); }

 private:
  std::vector<FieldFault> list_;
};

std::string at(const char* list, std::size_t index) {
  return std::string(list) + '[' + std::to_string(index) + ']';
}

bool is_name(std::string_view text, bool (*allowed)(char)) {
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool has_zero(std::string_view text) { return text.find('\0') != std::string_view::npos; }

constexpr char kZero[] = "символ с кодом 0 недопустим";
constexpr char kPinElsewhere[] =
    "ПИН-код в настройках не пишут: укажите, откуда его взять, в pin_file, pin_env или "
    "pin_credential";

// A PKCS#11 URI has a place for it, and libraries do not agree on whether its case counts.
bool names_pin(std::string_view key) {
  constexpr std::string_view kAttribute = "pin-value=";
  const auto same = [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  };
  return std::search(key.begin(), key.end(), kAttribute.begin(), kAttribute.end(), same) !=
         key.end();
}

void check_file(Faults& faults, const KeyOptions& options) {
  if (options.key.empty()) {
    faults.add("key", "missing",
               "не указано: файл закрытого ключа (или ключ в engine, или command)");
  }
}

void check_engine(Faults& faults, const KeyOptions& options) {
  if (options.key.empty()) {
    faults.add("key", "missing", "не указано: имя ключа в engine");
  }
  if (names_pin(options.key)) {
    faults.add("key", "secret", kPinElsewhere);
  }
  const std::vector<EngineCommand>& commands = options.engine_commands;
  if (commands.size() > KeyOptions::kEngineCommandsMax) {
    faults.add("engine_commands", "too_long",
               "допустимо не больше " + std::to_string(KeyOptions::kEngineCommandsMax));
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!is_name(commands[i].name, is_word_character)) {
      faults.add(at("engine_commands", i), "pattern",
                 "нужно ИМЯ=ЗНАЧЕНИЕ, имя из латинских букв, цифр и «_»");
    } else if (commands[i].name == "PIN") {
      faults.add(at("engine_commands", i), "secret", kPinElsewhere);
    }
    if (has_zero(commands[i].value)) faults.add(at("engine_commands", i), "pattern", kZero);
  }
}

void check_command(Faults& faults, const KeyOptions& options) {
  const std::vector<std::string>& words = options.command;
  if (!options.key.empty()) {
    faults.add("key", "conflict", "с command ключ выбирает сама команда: уберите key");
  }
  if (words.front().empty()) faults.add("command[0]", "missing", "не указано: программа");
  if (words.size() > KeyOptions::kCommandWordsMax) {
    faults.add("command", "too_long",
               "допустимо не больше " + std::to_string(KeyOptions::kCommandWordsMax));
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (has_zero(words[i])) faults.add(at("command", i), "pattern", kZero);
  }
}

void check_kind(Faults& faults, const KeyOptions& options) {
  const bool has_engine = !options.engine.empty();
  const bool has_command = !options.command.empty();
  if (has_engine && has_command) {
    faults.add("command", "conflict", "engine и command вместе не указывают: оставьте одно");
  }
  if (!has_engine && !options.engine_library.empty()) {
    faults.add("engine_library", "conflict", "указана только вместе с engine");
  }
  if (!has_engine && !options.engine_commands.empty()) {
    faults.add("engine_commands", "conflict", "указаны только вместе с engine");
  }
  if ((has_engine || has_command) && options.certificate.empty()) {
    faults.add("certificate", "missing", "не указано: файл сертификата");
  }
}

void check_pin(Faults& faults, const PinSource& pin) {
  if (!pin.environment.empty() && !is_name(pin.environment, is_word_character)) {
    faults.add("pin_env", "pattern", "нужно имя переменной: латинские буквы, цифры и «_»");
  }
  const std::string& credential = pin.credential;
  if (credential.find('/') != std::string::npos || has_zero(credential) || credential == "." ||
      credential == "..") {
    faults.add("pin_credential", "pattern", "нужно имя, не путь");
  }
  const char* second = nullptr;
  if (!pin.environment.empty() && !pin.file.empty()) second = "pin_env";
  if (!credential.empty() && (!pin.file.empty() || !pin.environment.empty())) {
    second = "pin_credential";
  }
  if (second != nullptr) {
    faults.add(second, "conflict",
               "ПИН-код берут из одного места: pin_file, pin_env или pin_credential");
  }
}

}  // namespace

std::string_view name(KeyKind kind) {
  switch (kind) {
    case KeyKind::file:
      return "file";
    case KeyKind::engine:
      return "engine";
    case KeyKind::command:
      return "command";
  }
  return "";
}

KeyKind KeyOptions::kind() const {
  if (!engine.empty()) return KeyKind::engine;
  return command.empty() ? KeyKind::file : KeyKind::command;
}

std::vector<FieldFault> KeyOptions::validate() const {
  Faults faults;
  check_kind(faults, *this);
  switch (kind()) {
    case KeyKind::file:
      check_file(faults, *this);
      break;
    case KeyKind::engine:
      check_engine(faults, *this);
      break;
    case KeyKind::command:
      check_command(faults, *this);
      break;
  }
  if (concurrency < 0 || concurrency > kConcurrencyMax) {
    faults.add("concurrency", "range", "допустимо от 0 до " + std::to_string(kConcurrencyMax));
  }
  check_pin(faults, pin);
  return faults.take();
}

}  // namespace smev
