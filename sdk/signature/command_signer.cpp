#include "sdk/signature/command_signer.hpp"

#include <utility>

#include "sdk/base/bytes.hpp"
#include "sdk/base/program.hpp"
#include "sdk/signature/algorithms.hpp"
#include "sdk/signature/key_error.hpp"
#include "sdk/signature/pin.hpp"

namespace smev::signature {

namespace {

constexpr char kPinVariable[] = "SMEV_PIN";
constexpr std::size_t kTellingLinesMax = 3;
constexpr std::size_t kTellingOctetsMax = 500;
// "SMEV_PIN=…", as a program gets its environment.
Secret assignment_of(const Secret& pin) {
  const std::string_view name = kPinVariable;
  Secret made(name.size() + 1 + pin.size());
  name.copy(made.data(), name.size());
  made.data()[name.size()] = '=';
  pin.view().copy(made.data() + name.size() + 1, pin.size());
  return made;
}

void hide(std::string& text, std::string_view secret) {
  for (std::size_t at = 0; (at = text.find(secret, at)) != std::string::npos;) {
    text.replace(at, secret.size(), "***");
  }
}

// The first lines of what the command complains of, on one line, without its PIN.
std::string telling(std::string errors, const std::optional<Secret>& pin) {
  if (pin) hide(errors, pin->view());
  std::string told;
  std::size_t lines = 0;
  for (const char c : errors) {
    if (c == '\n' && ++lines == kTellingLinesMax) break;
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    told += control ? ' ' : c;
    if (told.size() == kTellingOctetsMax) break;
  }
  return told.empty() ? told : ": " + told;
}

class CommandSigner final : public Signer {
 public:
  explicit CommandSigner(CommandKey key) : key_(std::move(key)) {}

  [[nodiscard]] SignatureAlgorithm algorithm() const override { return key_.algorithm; }
  [[nodiscard]] const Certificate& certificate() const override { return key_.certificate; }
  [[nodiscard]] int concurrency() const override { return key_.concurrency; }

  Result<std::string> sign(std::string_view octets) override {
    SMEV_ASSIGN(const std::optional<Secret> pin, read_pin(key_.pin));
    const Secret assignment = pin ? assignment_of(*pin) : Secret();
    ProgramCall call;
    call.words = key_.command;
    call.input = octets;
    call.variable = {kPinVariable, pin ? assignment.c_str() : nullptr};
    call.timeout = key_.timeout;
    call.output_max = KeyOptions::kCommandOutputMax;
    Result<ProgramEnd> end = run_program(call);
    if (!end) return failed("не выполнена", end.error().detail);
    if (end->exit_code != 0) {
      return failed("завершилась с ошибкой",
                    "ended with " + exit_text(*end) + telling(std::move(end->errors), pin));
    }
    return value_of(*std::move(end));
  }

 private:
  [[nodiscard]] Failure failed(const std::string& text, const std::string& detail) const {
    return key_failure("Команда подписи " + key_.command.front() + " " + text,
                       key_.command.front() + ": " + detail, Retry::later);
  }

  static std::string exit_text(const ProgramEnd& end) {
    return end.signal != 0 ? "signal " + std::to_string(end.signal)
                           : "exit code " + std::to_string(end.exit_code);
  }

  // Base64 is longer than the octets it stands for: the length tells the two apart.
  [[nodiscard]] Result<std::string> value_of(ProgramEnd end) const {
    const std::size_t wanted = smev::signature::algorithm(key_.algorithm).value_octets;
    if (end.output.size() == wanted) return std::move(end.output);
    Result<std::string> decoded = base64_decode(end.output);
    if (decoded && decoded->size() == wanted) return decoded;
    return failed("вернула не подпись", "gave " + std::to_string(end.output.size()) +
                                            " octets; a signature has " + std::to_string(wanted) +
                                            ", as they are or in base64");
  }

  CommandKey key_;
};

}  // namespace

std::shared_ptr<Signer> command_signer(CommandKey key) {
  return std::make_shared<CommandSigner>(std::move(key));
}

}  // namespace smev::signature
