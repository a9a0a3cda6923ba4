#include "mock-smev/options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace smev::mock {
namespace {

constexpr int kPortMax = 65535;
constexpr std::size_t kMnemonicMax = 50;

Failure bad_duration(std::string_view text) {
  return fail(local_error(ErrorCode::config,
                          "no duration: '" + std::string(text) + "' (250ms, 30s, 15m, 2h)",
                          Retry::after_fix));
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address == "localhost" || address.rfind("127.", 0) == 0;
}

bool is_share(double value) { return value >= 0 && value <= 1; }

bool is_mnemonic(const std::string& text) {
  return !text.empty() && text.size() <= kMnemonicMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
         });
}

class Faults {
 public:
  void add_unless(bool good, std::string option, std::string code, std::string text) {
    if (!good) faults_.push_back({std::move(option), std::move(code), std::move(text), {}});
  }
  std::vector<FieldFault> take() { return std::move(faults_); }

 private:
  std::vector<FieldFault> faults_;
};

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits = {
      {{"ms", 1'000}, {"s", 1'000'000}, {"m", 60'000'000}, {"h", 3'600'000'000}}};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return bad_duration(text);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty() && number == 0) return Duration(0);
  for (const auto& [name, microseconds] : kUnits) {
    if (unit != name) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / microseconds / 2) break;
    return Duration(number * microseconds);
  }
  return bad_duration(text);
}

std::vector<FieldFault> validate(const Options& options) {
  Faults faults;
  const auto port = [](int value) { return value >= 0 && value <= kPortMax; };
  faults.add_unless(!options.directory.empty(), "--dir", "missing", "Не указана папка");
  faults.add_unless(options.allow_remote || is_loopback(options.listen), "--listen", "not_loopback",
                    "Это не локальный адрес: ключи имитатора известны всем, кто видит папку. "
                    "Если так и нужно, добавьте --allow-remote");
  faults.add_unless(port(options.http_port), "--port", "range", "Порт: от 0 до 65535");
  faults.add_unless(port(options.ftp_port), "--ftp-port", "range", "Порт: от 0 до 65535");
  faults.add_unless(options.http_port == 0 || options.http_port != options.ftp_port, "--ftp-port",
                    "taken", "HTTP и FTP не могут слушать один порт");
  faults.add_unless(is_share(options.service.drop_after_accept), "--drop-after-accept", "range",
                    "Доля: от 0 до 1");
  faults.add_unless(is_share(options.service.drop_ack), "--drop-ack", "range", "Доля: от 0 до 1");
  faults.add_unless(options.service.tamper_answers >= 0, "--tamper-answers", "range",
                    "Число не может быть отрицательным");
  for (const ReactionRule& rule : options.service.reactions) {
    const auto known = parse_reaction(rule.reaction);
    faults.add_unless(known && rule.count > 0 && !rule.order_number.empty(), "--react", "unknown",
                      "Нужно НОМЕР=РЕАКЦИЯ[:СКОЛЬКО]; реакции перечислены в docs/mock-smev.md");
  }
  const std::pair<const char*, const std::string*> mnemonics[] = {
      {"--sender-mnemonic", &options.service.sender_mnemonic},
      {"--smev-mnemonic", &options.service.smev_mnemonic},
      {"--provider-mnemonic", &options.service.provider_mnemonic}};
  for (const auto& [option, value] : mnemonics) {
    faults.add_unless(is_mnemonic(*value), option, "pattern",
                      "Мнемоника: от 1 до 50 латинских букв, цифр, знаков _ и -");
  }
  return faults.take();
}

}  // namespace smev::mock
