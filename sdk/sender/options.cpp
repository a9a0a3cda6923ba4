#include "smev/sender/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "sdk/base/text.hpp"
#include "sdk/elk/rules.hpp"
#include "sdk/sender/quantities.hpp"

// Fields are named as in the configuration file, whoever filled them.

namespace smev {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMnemonicMax = 50;  // smev3 §2.3: Sender/Mnemonic
constexpr std::size_t kNodeIdMax = 50;    // smev3 §2.2: NodeID
constexpr std::string_view kProductionEnv = "EPGU";
constexpr int kOrdersPerMessageMax = 100;
constexpr int kPollersMax = 16;

constexpr Duration kPauseMin = 1ms;
constexpr Duration kRetryBaseMax = 1h;
constexpr Duration kRetryCapMax = 24h;
constexpr Duration kPollMax = 24h;
constexpr Duration kAnswerDeadlineMax = 30 * 24h;
constexpr Duration kConnectTimeoutMax = 5min;
constexpr Duration kUploadTimeoutMax = 24h;
// SMEV calls an id stale after two days (smev3 §3): no older one is worth offering.
constexpr Duration kMessageAgeMin = 1s;
constexpr Duration kMessageAgeMax = 48h;

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
    if (value >= least && value <= most) return;
    add(std::move(field), "range", fmt::format("допустимо от {} до {}", least, most));
  }
  void within(std::string field, Duration value, Duration least, Duration most) {
    if (value >= least && value <= most) return;
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
  std::string_view host = text;
  std::string_view rest;
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':';
  });
  return !host.empty() && plain &&
         (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
}

struct Url {
  std::string_view authority;
  std::string_view path;  ///< with the leading slash; may be empty
};

/// What stands behind one of the schemes; nothing when the text is no such address.
std::optional<Url> parse_url(std::string_view text,
                             std::initializer_list<std::string_view> schemes) {
  for (const std::string_view scheme : schemes) {
    if (text.substr(0, scheme.size()) != scheme) continue;
    const std::string_view rest = text.substr(scheme.size());
    const std::size_t slash = rest.find('/');
    const Url url{rest.substr(0, slash),
                  slash == std::string_view::npos ? std::string_view() : rest.substr(slash)};
    const bool visible =
        std::all_of(url.path.begin(), url.path.end(), [](char c) { return c > ' ' && c < 0x7F; });
    if (!is_authority(url.authority) || !visible) return std::nullopt;
    return url;
  }
  return std::nullopt;
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
  const bool production = options.contour == Contour::production;
  if (production == (options.profile.env == kProductionEnv)) return;
  faults.add("profile.env", "contour",
             production ? "в продуктивном контуре (contour = \"production\") env должен быть EPGU"
                        : "env EPGU допустим только в продуктивном контуре (contour = "
                          "\"production\")");
}

/// Parts that the caller brings replace the fields that they would be made from.
void check_places(Faults& faults, const SenderOptions& options) {
  if (!options.outbox) faults.needed("outbox.path", options.outbox_path, "путь к базе исходящих");
  if (options.transport) return;
  if (!options.signer) {
    faults.needed("key.key", options.key_path, "файл закрытого ключа (PEM)");
    faults.needed("key.certificate", options.certificate_path, "файл сертификата (PEM)");
  }
  if (options.verifier) return;
  if (options.trusted_paths.empty()) {
    faults.add("smev.trusted", "missing", "не указано: сертификаты СМЭВ, которым можно доверять");
  }
  for (std::size_t i = 0; i < options.trusted_paths.size(); ++i) {
    faults.needed(fmt::format("smev.trusted[{}]", i), options.trusted_paths[i], "файл сертификата");
  }
}

/// The names that the transport's own options go by in the configuration file.
std::string config_name(std::string_view soap_field) {
  constexpr std::string_view kAnswerLimit = "answer_bytes_max";
  const std::string_view last = soap_field.substr(soap_field.rfind('.') + 1);
  return "smev." + std::string(last == kAnswerLimit ? "answer_size_max" : last);
}

void check_smev(Faults& faults, const SenderOptions& options) {
  if (options.transport) return;
  if (options.soap.url.empty()) {
    faults.needed("smev.url", {}, "адрес СМЭВ");
  } else if (!parse_url(options.soap.url, {"http://", "https://"})) {
    faults.add("smev.url", "pattern", "нужен адрес вида http://узел:порт/smev/v1.2/ws");
  }
  for (const FieldFault& fault : options.soap.validate()) {
    const std::string field = config_name(fault.field);
    if (field != "smev.url") faults.adopt(field, fault);
  }
}

void check_selector(Faults& faults, const AnswerSelector& selector) {
  if (selector.namespace_uri.has_value() == selector.root_element.has_value()) return;
  faults.add(selector.namespace_uri ? "smev.selector.root" : "smev.selector.namespace", "missing",
             "namespace и root указываются только вместе");
}

/// No address: a sender that has no result files.
void check_file_store(Faults& faults, const SenderOptions& options) {
  if (options.transport) return;
  const FtpOptions& store = options.file_store;
  if (!store.url.empty()) {
    const auto url = parse_url(store.url, {"ftp://"});
    if (!url || (!url->path.empty() && url->path != "/")) {
      faults.add("file_store.url", "pattern", "нужен адрес вида ftp://узел:порт, без пути");
    }
  }
  faults.within("file_store.connect_timeout", store.connect_timeout, kPauseMin, kConnectTimeoutMax);
  faults.within("file_store.total_timeout", store.total_timeout, kPauseMin, kUploadTimeoutMax);
}

void check_pauses(Faults& faults, const RetryOptions& retry, const PollOptions& poll) {
  faults.within("retry.base", retry.base, kPauseMin, kRetryBaseMax);
  faults.within("retry.cap", retry.cap, kPauseMin, kRetryCapMax);
  faults.within("retry.throttled", retry.throttled, kPauseMin, kRetryCapMax);
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
  check_smev(faults, *this);
  check_selector(faults, selector);
  check_file_store(faults, *this);
  check_pauses(faults, retry, poll);
  return faults.take();
}

}  // namespace smev
