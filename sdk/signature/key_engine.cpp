#include "sdk/signature/key_engine.hpp"

#include <openssl/ui.h>

#include <mutex>
#include <utility>

#include "sdk/base/runtime.hpp"
#include "sdk/signature/key_error.hpp"
#include "sdk/signature/pin.hpp"

namespace smev::signature {

namespace {

using EngineReference = std::unique_ptr<ENGINE, Freer<ENGINE_free>>;
using UiMethodPtr = std::unique_ptr<UI_METHOD, Freer<UI_destroy_method>>;

constexpr char kPinCommand[] = "PIN";

// What the engine hands to the prompt. It begins as the structure that OpenSSL's own programs pass,
// because some engines look into it instead of asking.
struct Prompt {
  const void* password = nullptr;
  const char* description = nullptr;
  bool asked = false;
  bool given = false;
};

// A wrong PIN must not be tried until the token locks itself: it is given once.
int answer_prompt(UI* ui, UI_STRING* question) {
  const UI_string_types type = UI_get_string_type(question);
  if (type != UIT_PROMPT && type != UIT_VERIFY) return 1;
  auto* prompt = static_cast<Prompt*>(UI_get0_user_data(ui));
  if (prompt == nullptr) return 0;
  prompt->asked = true;
  if (prompt->password == nullptr || prompt->given) return 0;
  prompt->given = true;
  return UI_set_result(ui, question, static_cast<const char*>(prompt->password)) == 0 ? 1 : 0;
}

int say_nothing(UI*, UI_STRING*) { return 1; }

// Without it OpenSSL would ask on the terminal.
UiMethodPtr prompt_method() {
  UiMethodPtr method(UI_create_method("smev"));
  UI_method_set_reader(method.get(), answer_prompt);
  UI_method_set_writer(method.get(), say_nothing);
  return method;
}

class Loader {
 public:
  explicit Loader(const KeyOptions& options) : options_(options) {}

  Result<EngineKey> load() {
    SMEV_ASSIGN(const EngineReference found, find());
    for (const EngineCommand& command : options_.engine_commands) {
      SMEV_TRY(run(*found, command));
    }
    SMEV_ASSIGN(const std::optional<Secret> pin, read_pin(options_.pin));
    SMEV_ASSIGN(const bool given, give_pin(*found, pin));
    if (ENGINE_init(found.get()) != 1) {
      return refused("не запускается", "does not start: " + take_openssl_error());
    }
    EngineKey loaded;
    loaded.engine.reset(found.get());
    if (ENGINE_get_load_privkey_function(found.get()) == nullptr) {
      return refused("не умеет открывать ключи по имени",
                     "has no function that loads a private key");
    }
    SMEV_ASSIGN(loaded.key, load_key(*found, pin, given));
    return loaded;
  }

 private:
  [[nodiscard]] Result<EngineReference> find() const;
  [[nodiscard]] Result<void> run(ENGINE& engine, const EngineCommand& command) const;
  /// Whether the engine took it.
  [[nodiscard]] Result<bool> give_pin(ENGINE& engine, const std::optional<Secret>& pin) const;
  [[nodiscard]] Result<KeyPtr> load_key(ENGINE& engine, const std::optional<Secret>& pin,
                                        bool pin_given) const;
  [[nodiscard]] Failure refused(const std::string& text, const std::string& detail) const {
    return key_failure("Engine " + options_.engine + ": " + text,
                       "engine " + options_.engine + ": " + detail);
  }

  const KeyOptions& options_;
};

// Without looking for a library: ENGINE_by_id would.
EngineReference find_loaded(const std::string& id) {
  for (ENGINE* each = ENGINE_get_first(); each != nullptr; each = ENGINE_get_next(each)) {
    if (ENGINE_get_id(each) == id) return EngineReference(each);
  }
  return nullptr;
}

// The dynamic engine becomes the one that it loads.
EngineReference load_library(const std::string& id, const std::string& library) {
  EngineReference engine(ENGINE_by_id("dynamic"));
  if (engine && ENGINE_ctrl_cmd_string(engine.get(), "SO_PATH", library.c_str(), 0) == 1 &&
      ENGINE_ctrl_cmd_string(engine.get(), "ID", id.c_str(), 0) == 1 &&
      ENGINE_ctrl_cmd_string(engine.get(), "LIST_ADD", "1", 0) == 1 &&
      ENGINE_ctrl_cmd_string(engine.get(), "LOAD", nullptr, 0) == 1) {
    return engine;
  }
  return nullptr;
}

// OpenSSL loads a library once: whoever comes later takes the engine from its list. There it stays
// for the life of the process, because a library with threads of its own must not be unloaded.
Result<EngineReference> Loader::find() const {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (EngineReference loaded = find_loaded(options_.engine)) return loaded;
  const std::string& library = options_.engine_library;
  EngineReference engine = library.empty() ? EngineReference(ENGINE_by_id(options_.engine.c_str()))
                                           : load_library(options_.engine, library);
  if (engine) return engine;
  const std::string why = take_openssl_error();
  if (library.empty()) {
    return refused(
        "не найден; если его библиотека лежит не там, где её ищет OpenSSL, укажите "
        "engine_library",
        "not found: " + why);
  }
  return refused("не загружается из " + library, "cannot be loaded from " + library + ": " + why);
}

Result<void> Loader::run(ENGINE& engine, const EngineCommand& command) const {
  const char* value = command.value.empty() ? nullptr : command.value.c_str();
  if (ENGINE_ctrl_cmd_string(&engine, command.name.c_str(), value, 0) == 1) return {};
  return refused("команда " + command.name + " не выполнена",
                 "the command " + command.name + " failed: " + take_openssl_error());
}

Result<bool> Loader::give_pin(ENGINE& engine, const std::optional<Secret>& pin) const {
  char name[] = "PIN";
  const bool takes_pin = ENGINE_ctrl(&engine, ENGINE_CTRL_GET_CMD_FROM_NAME, 0, name, nullptr) > 0;
  if (!pin || !takes_pin) return false;
  if (ENGINE_ctrl_cmd_string(&engine, kPinCommand, pin->c_str(), 0) == 1) return true;
  take_openssl_error();
  return refused("не принял ПИН-код (" + describe(options_.pin) + ")", "the PIN was not taken");
}

Result<KeyPtr> Loader::load_key(ENGINE& engine, const std::optional<Secret>& pin,
                                bool pin_given) const {
  const UiMethodPtr method = prompt_method();
  Prompt prompt;
  // An engine that has it by its command and asks all the same has found it wrong.
  prompt.password = pin && !pin_given ? pin->c_str() : nullptr;
  prompt.description = options_.key.c_str();
  KeyPtr key(ENGINE_load_private_key(&engine, options_.key.c_str(), method.get(), &prompt));
  const std::string why = take_openssl_error();
  if (key) return key;
  if (prompt.asked && !pin) {
    return refused(
        "просит ПИН-код: укажите, откуда его взять (pin_file, pin_env или "
        "pin_credential)",
        "asks for a PIN and none is configured");
  }
  const std::string with_pin =
      pin ? " или не подошёл ПИН-код (" + describe(options_.pin) + ")" : "";
  return refused("ключ «" + options_.key + "» не открылся: нет такого ключа" + with_pin,
                 "no key " + options_.key + ": " + why);
}

}  // namespace

Result<EngineKey> load_engine_key(const KeyOptions& options) {
  SMEV_TRY(Runtime::acquire());
  const ErrorQueueGuard guard;
  return Loader(options).load();
}

}  // namespace smev::signature
