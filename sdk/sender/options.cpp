#include "smev/sender/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "sdk/elk/rules.hpp"
#include "sdk/sender/quantities.hpp"

// Fields are named as in the configuration file, whoever filled them.

namespace smev {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMnemonicMax = 50;  // smev3 §2.3: Sender/Mnemonic
constexpr std::size_t kNodeIdMax = 50;    // smev3 §2.2: NodeID
constexpr int kOrdersPerMessageMax = 100;
constexpr int kPollersMax = 16;

constexpr Duration kLeaseMin = 1s;
constexpr Duration kLeaseMax = 1h;
constexpr Duration kPauseMin = 1ms;
constexpr Duration kRetryBaseMax = 1h;
constexpr Duration kRetryCapMax = 24h;
constexpr int kBreakerFailuresMax = 1000;
constexpr Duration kDeadlineLeadMax = 30 * 24h;
constexpr Duration kPollMax = 24h;
constexpr Duration kAnswerDeadlineMax = 30 * 24h;
constexpr Duration kConnectTimeoutMax = 5min;
constexpr Duration kAnswerTimeoutMax = 1h;
constexpr Duration kStopTimeoutMax = 10min;
constexpr std::size_t kAnswerBytesMax = std::size_t{1} << 30;
constexpr Duration kUploadTimeoutMax = 24h;
// SMEV calls an id stale after two days (smev3 §3): no older one is worth offering.
constexpr Duration kMessageAgeMin = 1s;
constexpr Duration kMessageAgeMax = 48h;
constexpr Duration kFutureToleranceMax = 24h;
constexpr Duration kFiledAgeMax = 36500 * 24h;

class Faults {
 public:
  void add(std::string field, std::string_view code, std::string text) {
    list_.push_back({std::move(field), std::string(code), std::move(text), {}});
  }
  /// What another floor found, under the name that the configuration gives the field.
  void adopt(std::string field, FieldFault fault) {
    fault.field = std::move(field);
    list_.push_back(std::move(fault));
  }
  void needed(std::string field, std::string_view value, std::string_view what) {
    if (value.empty()) add(std::move(field), "missing", fmt::format("не указано: {}", what));
  }
  void within(std::string field, int value, int least, int most) {
    if ((value >= least && value <= most) || told(field)) return;
    add(std::move(field), "range", fmt::format("допустимо от {} до {}", least, most));
  }
  void within(std::string field, Duration value, Duration least, Duration most) {
    if ((value >= least && value <= most) || told(field)) return;
    add(std::move(field), "range",
        fmt::format("допустимо от {} до {}", duration_text(least), duration_text(most)));
  }
  /// A name that SMEV knows: visible ASCII, at most so many characters.
  void registered_name(std::string field, std::string_view value, std::size_t most) {
    const bool visible =
        std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!visible) add(field, "pattern", "допустимы латинские буквы, цифры и знаки, без пробелов");
    if (value.size() > most) {
      add(std::move(field), "too_long", fmt::format("допустимо не более {} символов", most));
    }
  }
  [[nodiscard]] bool told(std::string_view field) const {
    return std::any_of(list_.begin(), list_.end(),
                       [&](const FieldFault& each) { return each.field == field; });
  }
  [[nodiscard]] std::vector<FieldFault> take() { return std::move(list_); }

 private:
  std::vector<FieldFault> list_;
};

// --- addresses ----------------------------------------------------------------------------------

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

/// Host with or without port: "smev.example", "127.0.0.1:7500", "[::1]:7500".
bool is_authority(std::string_view text) {
  const bool bracketed = !text.empty() && text.front() == '[';
  const std::size_t end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) return false;
  const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest =
      end == std::string_view::npos ? std::string_view() : text.substr(bracketed ? end + 1 : end);
  const bool plain = std::all_of(host.begin(), host.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || (bracketed && c == ':');
  });
  return !host.empty() && plain &&
         (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
}

/// The transport has judged the form of the URL; this looks closer at its host and port.
void check_authority(Faults& faults, const std::string& field, std::string_view url) {
  if (faults.told(field)) return;
  const std::string_view rest = url.substr(url.find("://") + 3);
  if (is_authority(rest.substr(0, rest.find_first_of("/?#")))) return;
  faults.add(field, "pattern", "в адресе неверно имя узла или порт (порт от 1 до 65535)");
}

// --- groups of fields ---------------------------------------------------------------------------

void check_identity(Faults& faults, const SenderOptions& options) {
  faults.needed("mnemonic", options.mnemonic, "мнемоника информационной системы в СМЭВ");
  faults.registered_name("mnemonic", options.mnemonic, kMnemonicMax);
  if (options.node_id) {
    faults.needed("node_id", *options.node_id, "идентификатор узла (или уберите ключ)");
    faults.registered_name("node_id", *options.node_id, kNodeIdMax);
  }
  faults.within("orders_per_message_max", options.orders_per_message_max, 1, kOrdersPerMessageMax);
  faults.within("message_age_max", options.message_age_max, kMessageAgeMin, kMessageAgeMax);
}

void check_profile(Faults& faults, const SenderOptions& options) {
  for (const FieldFault& fault : elk::check(options.profile)) {
    faults.adopt("profile." + fault.field, fault);
  }
  faults.within("profile.future_tolerance", options.profile.future_tolerance, Duration::zero(),
                kFutureToleranceMax);
  faults.within("profile.filed_age_warning", options.profile.filed_age_warning, Duration::zero(),
                kFiledAgeMax);
  const bool production = options.contour == Contour::production;
  if (production == (options.profile.production())) return;
  faults.add("profile.env", "contour",
             production ? "в продуктивном контуре (contour = \"production\") env должен быть EPGU"
                        : "env EPGU допустим только в продуктивном контуре (contour = "
                          "\"production\")");
}

void check_paths(Faults& faults, std::string_view key, const std::vector<std::string>& paths) {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    faults.needed(fmt::format("{}[{}]", key, i), paths[i], "файл или каталог");
  }
}

/// One of two: a file on this machine, or a database for many senders.
void check_outbox(Faults& faults, const SenderOptions& options) {
  const PostgresOptions& postgres = options.postgres;
  faults.within("outbox.lease", postgres.lease, kLeaseMin, kLeaseMax);
  if (postgres.connection.empty()) {
    faults.needed("outbox.path", options.outbox_path,
                  "путь к базе исходящих (или outbox.postgres)");
    if (!postgres.files.empty()) {
      faults.add("outbox.files", "excess",
                 "нужен только с outbox.postgres: рядом с outbox.path каталог files есть всегда");
    }
    if (!options.inbox_files.empty()) {
      faults.add("outbox.inbox_files", "excess",
                 "нужен только с outbox.postgres: у базы SQLite входящих нет");
    }
    return;
  }
  faults.needed("outbox.files", postgres.files, "общий каталог файлов результата");
  faults.needed("outbox.schema", postgres.schema, "схема базы PostgreSQL");
  if (!options.outbox_path.empty()) {
    faults.add("outbox.path", "excess", "вместе с outbox.postgres не указывается");
  }
}

/// Parts that the caller brings replace the fields that they would be made from.
void check_places(Faults& faults, const SenderOptions& options) {
  if (!options.outbox) check_outbox(faults, options);
  if (options.transport) return;
  if (!options.signer) {
    for (const FieldFault& fault : options.key.validate()) {
      faults.adopt("key." + fault.field, fault);
    }
  }
  if (options.verifier) return;
  if (options.trust.trusted.empty()) {
    faults.add("smev.trusted", "missing", "не указано: сертификаты СМЭВ, которым можно доверять");
  }
  check_paths(faults, "smev.trusted", options.trust.trusted);
  check_paths(faults, "smev.intermediates", options.trust.intermediates);
  check_paths(faults, "smev.revocations", options.trust.revocations);
}

/// The names that the transport's own options go by in the configuration file.
std::string config_name(std::string_view section, std::string_view field) {
  return std::string(section) +
         std::string(field == "answer_bytes_max" ? "answer_size_max" : field);
}

/// The transport judges what it can use; here is what makes sense beyond that.
void check_smev(Faults& faults, const SoapOptions& soap) {
  for (const FieldFault& fault : soap.validate()) {
    faults.adopt(config_name("smev.", fault.field), fault);
  }
  check_authority(faults, "smev.url", soap.url);
  faults.within("smev.connect_timeout", soap.connect_timeout, kPauseMin, kConnectTimeoutMax);
  faults.within("smev.total_timeout", soap.total_timeout, kPauseMin, kAnswerTimeoutMax);
  faults.within("smev.stop_timeout", soap.stop_timeout, Duration::zero(), kStopTimeoutMax);
  if (soap.answer_bytes_max > kAnswerBytesMax) {
    faults.add("smev.answer_size_max", "range",
               fmt::format("допустимо не больше {}", size_text(kAnswerBytesMax)));
  }
}

/// No address: a sender that has no result files.
void check_file_store(Faults& faults, const FtpOptions& store) {
  if (store.url.empty()) return;
  for (const FieldFault& fault : store.validate()) {
    faults.adopt(config_name("file_store.", fault.field), fault);
  }
  check_authority(faults, "file_store.url", store.url);
  faults.within("file_store.connect_timeout", store.connect_timeout, kPauseMin, kConnectTimeoutMax);
  faults.within("file_store.total_timeout", store.total_timeout, kPauseMin, kUploadTimeoutMax);
}

void check_selector(Faults& faults, const AnswerSelector& selector) {
  if (selector.namespace_uri.has_value() == selector.root_element.has_value()) return;
  faults.add(selector.namespace_uri ? "smev.selector.root" : "smev.selector.namespace", "missing",
             "namespace и root указываются только вместе");
}

void check_pauses(Faults& faults, const RetryOptions& retry, const PollOptions& poll) {
  faults.within("retry.base", retry.base, kPauseMin, kRetryBaseMax);
  faults.within("retry.cap", retry.cap, kPauseMin, kRetryCapMax);
  faults.within("retry.throttled", retry.throttled, kPauseMin, kRetryCapMax);
  faults.within("retry.breaker_failures", retry.breaker_failures, 1, kBreakerFailuresMax);
  faults.within("retry.breaker_pause", retry.breaker_pause, kPauseMin, kRetryCapMax);
  faults.within("retry.deadline_lead", retry.deadline_lead, Duration::zero(), kDeadlineLeadMax);
  if (retry.cap < retry.base) faults.add("retry.cap", "range", "не может быть меньше retry.base");
  faults.within("poll.fast", poll.fast, kPauseMin, kPollMax);
  faults.within("poll.slow", poll.slow, kPauseMin, kPollMax);
  if (poll.slow < poll.fast) faults.add("poll.slow", "range", "не может быть меньше poll.fast");
  faults.within("poll.deadline", poll.deadline, kPauseMin, kAnswerDeadlineMax);
  faults.within("poll.pollers", poll.pollers, 1, kPollersMax);
}

}  // namespace

std::vector<FieldFault> SenderOptions::validate() const {
  Faults faults;
  check_identity(faults, *this);
  check_profile(faults, *this);
  check_places(faults, *this);
  if (!transport) {
    check_smev(faults, soap);
    check_file_store(faults, file_store);
  }
  check_selector(faults, selector);
  check_pauses(faults, retry, poll);
  return faults.take();
}

}  // namespace smev
