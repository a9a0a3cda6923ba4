#include "sdk/sender/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include <toml++/toml.h>

#include "sdk/base/bytes.hpp"
#include "sdk/base/text.hpp"
#include "sdk/sender/quantities.hpp"
#include "smev/sender/options.hpp"

namespace smev {
namespace {

/// Russian: what is wrong with a value; empty when it was taken.
using Problem = std::string;

const Problem kWantsString = "нужна строка в кавычках";
const Problem kWantsInteger = "нужно целое число";
const Problem kWantsDuration =
    "нужен срок в кавычках: целое число и единица ms, s, m, h или d, например \"15m\"";
const Problem kWantsSize =
    "нужен размер в кавычках: целое число и единица B, KiB, MiB или GiB, например \"50MiB\"";

// --- one value of each type ---------------------------------------------------------------------

Problem take(const toml::node& node, std::string& to) {
  const auto* text = node.as_string();
  if (text == nullptr) return kWantsString;
  to = text->get();
  return {};
}

Problem take(const toml::node& node, bool& to) {
  const auto* flag = node.as_boolean();
  if (flag == nullptr) return "нужно true или false, без кавычек";
  to = flag->get();
  return {};
}

template <class Integer>
requires(std::is_same_v<Integer, int> || std::is_same_v<Integer, std::int16_t>) Problem
    take(const toml::node& node, Integer& to) {
  const auto* number = node.as_integer();
  if (number == nullptr) return kWantsInteger;
  using Limits = std::numeric_limits<Integer>;
  if (number->get() < Limits::min() || number->get() > Limits::max()) {
    return fmt::format("число вне пределов {}..{}", Limits::min(), Limits::max());
  }
  to = static_cast<Integer>(number->get());
  return {};
}

Problem take(const toml::node& node, Duration& to) {
  const auto* text = node.as_string();
  const auto parsed = text == nullptr ? std::nullopt : parse_duration(text->get());
  if (!parsed) return kWantsDuration;
  to = *parsed;
  return {};
}

Problem take(const toml::node& node, std::size_t& to) {
  const auto* text = node.as_string();
  const auto parsed = text == nullptr ? std::nullopt : parse_size(text->get());
  if (!parsed) return kWantsSize;
  to = *parsed;
  return {};
}

template <class Kind>
Problem take(const toml::node& node, elk::Identifier<Kind>& to) {
  const auto* text = node.as_string();
  if (text == nullptr) return kWantsString;
  to = text->get();
  return {};
}

template <class Choice>
Problem take_choice(const toml::node& node, Choice& to,
                    std::optional<Choice> (*choice)(std::string_view), std::string_view choices) {
  const auto* text = node.as_string();
  const auto parsed = text == nullptr ? std::nullopt : choice(text->get());
  if (!parsed) return fmt::format("нужно {}", choices);
  to = *parsed;
  return {};
}

Problem take(const toml::node& node, Contour& to) {
  return take_choice(node, to, &contour, "\"test\" или \"production\"");
}
Problem take(const toml::node& node, elk::TimeForm& to) {
  return take_choice(node, to, &elk::time_form, "\"moscow\", \"utc\" или \"none\"");
}
Problem take(const toml::node& node, elk::EqualDates& to) {
  return take_choice(node, to, &elk::equal_dates, "\"step\" или \"refuse\"");
}
Problem take(const toml::node& node, elk::CodeOrigin& to) {
  return take_choice(node, to, &elk::code_origin, "\"РГУ\" или \"КЦР\"");
}
Problem take(const toml::node& node, EngineCommand& to) {
  std::string text;
  Problem problem = take(node, text);
  const std::size_t equals = text.find('=');
  to.name = text.substr(0, equals);
  to.value = equals == std::string::npos ? "" : text.substr(equals + 1);
  return problem;
}
Problem take(const toml::node& node, elk::Service& to);

template <class T>
Problem take(const toml::node& node, std::optional<T>& to) {
  T value{};
  Problem problem = take(node, value);
  if (problem.empty()) to = std::move(value);
  return problem;
}

template <class T>
Problem take(const toml::node& node, std::vector<T>& to) {
  const auto* array = node.as_array();
  if (array == nullptr) return "нужен список в квадратных скобках";
  std::vector<T> values;
  for (const toml::node& element : *array) {
    T value{};
    const Problem problem = take(element, value);
    if (!problem.empty()) return fmt::format("элемент {}: {}", values.size() + 1, problem);
    values.push_back(std::move(value));
  }
  to = std::move(values);
  return {};
}

Problem take_contours(const toml::node& node, elk::Service& to) {
  std::vector<Contour> contours;
  Problem problem = take(node, contours);
  const auto named = [&](Contour each) {
    return std::find(contours.begin(), contours.end(), each) != contours.end();
  };
  to.in_test = named(Contour::test);
  to.in_production = named(Contour::production);
  return problem;
}

Problem take_of_service(std::string_view key, const toml::node& node, elk::Service& to) {
  if (key == "code") return take(node, to.code);
  if (key == "first_statuses") return take(node, to.first_statuses);
  if (key == "contours") return take_contours(node, to);
  if (key == "title") return take(node, to.title);
  if (key == "origin") return take(node, to.origin);
  if (key == "shown_before") return take(node, to.shown_before);
  if (key == "in_svcdev_before") return take(node, to.in_svcdev_before);
  return "такого ключа нет; есть code, first_statuses, contours, title, origin, shown_before, "
         "in_svcdev_before";
}

/// A service is its code alone, or a table with what else is known of it.
Problem take(const toml::node& node, elk::Service& to) {
  if (node.is_string()) return take(node, to.code);
  const toml::table* table = node.as_table();
  if (table == nullptr) return "нужен код услуги в кавычках или таблица { code = \"…\", … }";
  for (const auto& [key, value] : *table) {
    const Problem problem = take_of_service(key.str(), value, to);
    if (!problem.empty()) return fmt::format("{}: {}", key.str(), problem);
  }
  return {};
}

// --- a default as TOML --------------------------------------------------------------------------

std::string show(const std::string& value) { return value.empty() ? "" : '"' + value + '"'; }
std::string show(bool value) { return value ? "true" : "false"; }
std::string show(int value) { return std::to_string(value); }
std::string show(Duration value) { return show(duration_text(value)); }
std::string show(std::size_t value) { return show(size_text(value)); }
std::string show(Contour value) { return show(std::string(name(value))); }
std::string show(elk::TimeForm value) { return show(std::string(name(value))); }
std::string show(elk::EqualDates value) { return show(std::string(name(value))); }
std::string show(const elk::Service& value) { return show(value.code.text()); }
std::string show(const EngineCommand& value) { return show(value.name + '=' + value.value); }
template <class Kind>
std::string show(const elk::Identifier<Kind>& value) {
  return show(value.text());
}

template <class T>
std::string show(const std::optional<T>& value) {
  return value ? show(*value) : "";
}

template <class T>
std::string show(const std::vector<T>& values) {
  std::string list;
  for (const T& value : values) list += (list.empty() ? "" : ", ") + show(value);
  return list.empty() ? "" : '[' + list + ']';
}

// --- the keys -----------------------------------------------------------------------------------

struct Fault {
  std::string code;
  Problem problem;
};

std::vector<Fault> wrong_type(Problem problem) {
  if (problem.empty()) return {};
  return {{"wrong_type", std::move(problem)}};
}

struct Key {
  std::string_view path;
  std::function<std::vector<Fault>(const toml::node&, SenderOptions&,
                                   const std::filesystem::path& folder)>
      read;
  std::function<std::string(SenderOptions&)> shown;
};

/// @param field gives the field of SenderOptions that the key sets
template <class Field>
Key key(std::string_view path, Field field) {
  return {path,
          [field](const toml::node& node, SenderOptions& options, const std::filesystem::path&) {
            return wrong_type(take(node, field(options)));
          },
          [field](SenderOptions& options) { return show(field(options)); }};
}

std::string resolved(const std::string& path, const std::filesystem::path& folder) {
  return path.empty() ? path : (folder / path).lexically_normal().string();
}

/// A path, or a list of them; relative ones are taken from the file's folder.
template <class Field>
Key path_key(std::string_view path, Field field) {
  Key made = key(path, field);
  made.read = [field](const toml::node& node, SenderOptions& options,
                      const std::filesystem::path& folder) {
    auto& to = field(options);
    Problem problem = take(node, to);
    if constexpr (std::is_same_v<std::decay_t<decltype(to)>, std::string>) {
      to = resolved(to, folder);
    } else {
      for (std::string& each : to) each = resolved(each, folder);
    }
    return wrong_type(std::move(problem));
  };
  return made;
}

/// A folder whose files are read at once: what is wrong with them is wrong with the configuration.
std::vector<Fault> read_dictionaries(const toml::node& node, SenderOptions& options,
                                     const std::filesystem::path& folder) {
  std::string path;
  Problem problem = take(node, path);
  if (!problem.empty() || path.empty()) return wrong_type(std::move(problem));
  Result<elk::Dictionaries> loaded = elk::Dictionaries::load_folder(resolved(path, folder));
  if (loaded) {
    options.profile.dictionaries = *std::move(loaded);
    return {};
  }
  const Error& error = loaded.error();
  std::vector<Fault> faults;
  for (const FieldFault& each : error.fields) {
    faults.push_back({each.code, each.field + ": " + each.text});
  }
  if (faults.empty()) faults.push_back({"folder", error.text + " (" + error.detail + ")"});
  return faults;
}

std::string show(const elk::Dictionaries& value) { return show(value.folder()); }

/// What `key.key` and the first word of `key.command` are shows only the whole section.
void resolve_key_paths(KeyOptions& key, const std::filesystem::path& folder) {
  if (key.kind() == KeyKind::file) key.key = resolved(key.key, folder);
  if (key.command.empty()) return;
  std::string& program = key.command.front();
  if (program.find('/') != std::string::npos) program = resolved(program, folder);
}

#define SMEV_FIELD(expression) \
  [](SenderOptions & o) -> auto& { return o.expression; }

const std::vector<Key>& keys() {
  static const std::vector<Key> all = {
      key("mnemonic", SMEV_FIELD(mnemonic)),
      key("contour", SMEV_FIELD(contour)),
      key("node_id", SMEV_FIELD(node_id)),
      key("sole_consumer", SMEV_FIELD(sole_consumer)),
      key("orders_per_message_max", SMEV_FIELD(orders_per_message_max)),
      key("message_age_max", SMEV_FIELD(message_age_max)),
      key("profile.inn", SMEV_FIELD(profile.inn)),
      key("profile.kpp", SMEV_FIELD(profile.kpp)),
      key("profile.env", SMEV_FIELD(profile.env)),
      key("profile.region", SMEV_FIELD(profile.region)),
      key("profile.citizenship", SMEV_FIELD(profile.citizenship)),
      key("profile.services", SMEV_FIELD(profile.services)),
      key("profile.first_statuses", SMEV_FIELD(profile.first_statuses)),
      key("profile.time", SMEV_FIELD(profile.time)),
      key("profile.equal_dates", SMEV_FIELD(profile.equal_dates)),
      key("profile.future_tolerance", SMEV_FIELD(profile.future_tolerance)),
      key("profile.filed_age_warning", SMEV_FIELD(profile.filed_age_warning)),
      {"profile.dictionaries", read_dictionaries,
       [](SenderOptions& options) { return show(options.profile.dictionaries); }},
      key("profile.office.name", SMEV_FIELD(profile.office.name)),
      key("profile.office.address", SMEV_FIELD(profile.office.address)),
      key("profile.office.frgu_code", SMEV_FIELD(profile.office.frgu_code)),
      key("profile.office.channel", SMEV_FIELD(profile.office.channel)),
      key("profile.registration.full_name", SMEV_FIELD(profile.registration.full_name)),
      key("profile.registration.short_name", SMEV_FIELD(profile.registration.short_name)),
      key("profile.registration.okato", SMEV_FIELD(profile.registration.okato)),
      key("profile.registration.source_system", SMEV_FIELD(profile.registration.source_system)),
      key("profile.registration.organization_type",
          SMEV_FIELD(profile.registration.organization_type)),
      key("profile.registration.ogrn", SMEV_FIELD(profile.registration.ogrn)),
      key("profile.registration.region_name", SMEV_FIELD(profile.registration.region_name)),
      key("profile.registration.letter_to", SMEV_FIELD(profile.registration.letter_to)),
      key("profile.registration.letter_subject", SMEV_FIELD(profile.registration.letter_subject)),
      key("profile.registration.contact.name", SMEV_FIELD(profile.registration.contact.name)),
      key("profile.registration.contact.phone", SMEV_FIELD(profile.registration.contact.phone)),
      key("profile.registration.contact.email", SMEV_FIELD(profile.registration.contact.email)),
      path_key("outbox.path", SMEV_FIELD(outbox_path)),
      key("outbox.postgres", SMEV_FIELD(postgres.connection)),
      path_key("outbox.files", SMEV_FIELD(postgres.files)),
      path_key("outbox.inbox_files", SMEV_FIELD(inbox_files)),
      key("outbox.schema", SMEV_FIELD(postgres.schema)),
      key("outbox.lease", SMEV_FIELD(postgres.lease)),
      key("key.key", SMEV_FIELD(key.key)),
      path_key("key.certificate", SMEV_FIELD(key.certificate)),
      key("key.engine", SMEV_FIELD(key.engine)),
      path_key("key.engine_library", SMEV_FIELD(key.engine_library)),
      key("key.engine_commands", SMEV_FIELD(key.engine_commands)),
      key("key.command", SMEV_FIELD(key.command)),
      key("key.concurrency", SMEV_FIELD(key.concurrency)),
      path_key("key.pin_file", SMEV_FIELD(key.pin.file)),
      key("key.pin_env", SMEV_FIELD(key.pin.environment)),
      key("key.pin_credential", SMEV_FIELD(key.pin.credential)),
      key("smev.url", SMEV_FIELD(soap.url)),
      path_key("smev.trusted", SMEV_FIELD(trust.trusted)),
      path_key("smev.intermediates", SMEV_FIELD(trust.intermediates)),
      path_key("smev.revocations", SMEV_FIELD(trust.revocations)),
      key("smev.connect_timeout", SMEV_FIELD(soap.connect_timeout)),
      key("smev.total_timeout", SMEV_FIELD(soap.total_timeout)),
      key("smev.stop_timeout", SMEV_FIELD(soap.stop_timeout)),
      key("smev.answer_size_max", SMEV_FIELD(soap.answer_bytes_max)),
      key("smev.in_flight_max", SMEV_FIELD(soap.in_flight_max)),
      key("smev.selector.namespace", SMEV_FIELD(selector.namespace_uri)),
      key("smev.selector.root", SMEV_FIELD(selector.root_element)),
      key("file_store.url", SMEV_FIELD(file_store.url)),
      key("file_store.user", SMEV_FIELD(file_store.user)),
      key("file_store.password", SMEV_FIELD(file_store.password)),
      key("file_store.connect_timeout", SMEV_FIELD(file_store.connect_timeout)),
      key("file_store.total_timeout", SMEV_FIELD(file_store.total_timeout)),
      key("retry.base", SMEV_FIELD(retry.base)),
      key("retry.cap", SMEV_FIELD(retry.cap)),
      key("retry.throttled", SMEV_FIELD(retry.throttled)),
      key("retry.breaker_failures", SMEV_FIELD(retry.breaker_failures)),
      key("retry.breaker_pause", SMEV_FIELD(retry.breaker_pause)),
      key("retry.deadline_lead", SMEV_FIELD(retry.deadline_lead)),
      key("poll.fast", SMEV_FIELD(poll.fast)),
      key("poll.slow", SMEV_FIELD(poll.slow)),
      key("poll.deadline", SMEV_FIELD(poll.deadline)),
      key("poll.pollers", SMEV_FIELD(poll.pollers)),
  };
  return all;
}

#undef SMEV_FIELD

const Key* find_key(std::string_view path) {
  const auto found = std::find_if(keys().begin(), keys().end(),
                                  [&](const Key& each) { return each.path == path; });
  return found == keys().end() ? nullptr : &*found;
}

bool is_table(std::string_view path) {
  return std::any_of(keys().begin(), keys().end(), [&](const Key& each) {
    return each.path.size() > path.size() && each.path.substr(0, path.size()) == path &&
           each.path[path.size()] == '.';
  });
}

// --- the nearest known name ---------------------------------------------------------------------

std::string_view last_part(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? path : path.substr(dot + 1);
}

/// What the writer of an unknown key probably meant: the same name in another section, or the
/// closest name in the same one; empty when nothing is close.
std::string nearest(std::string_view path) {
  const std::string_view wanted = last_part(path);
  const std::string_view section = path.substr(0, path.size() - wanted.size());
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, wanted.size() / 3) + 1;
  const auto consider = [&](std::string_view candidate) {
    const std::size_t distance = edit_distance(wanted, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  };
  for (const Key& each : keys()) {
    if (each.path.substr(0, section.size()) != section) continue;
    const std::string_view rest = each.path.substr(section.size());
    consider(rest.substr(0, rest.find('.')));
  }
  if (!best.empty()) return std::string(section) + best;
  for (const Key& each : keys()) {
    if (last_part(each.path) == wanted) return std::string(each.path);
  }
  return {};
}

// --- the file -----------------------------------------------------------------------------------

class Reader {
 public:
  explicit Reader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void read(const toml::table& table, const std::string& prefix = {}) {
    for (const auto& [toml_key, node] : table) {
      const std::string path = prefix + std::string(toml_key.str());
      lines_[path] = toml_key.source().begin.line;
      if (const Key* known = find_key(path)) {
        for (const Fault& each : known->read(node, options, folder_)) {
          fault(path, each.code, each.problem);
        }
      } else if (!is_table(path)) {
        unknown(path);
      } else if (const toml::table* inner = node.as_table()) {
        read(*inner, path + '.');
      } else {
        fault(path, "wrong_type", "это раздел: нужна строка [" + path + "] и ключи под ней");
      }
    }
  }

  /// Faults of the values, after those of the file; a key that could not be read is told once.
  void add(std::vector<FieldFault> others) {
    const std::size_t of_the_file = faults.size();
    for (FieldFault& other : others) {
      const auto end = faults.begin() + static_cast<std::ptrdiff_t>(of_the_file);
      const bool told = std::any_of(
          faults.begin(), end, [&](const FieldFault& each) { return each.field == other.field; });
      if (told) continue;
      other.text = at_line(other.field) + other.text;
      faults.push_back(std::move(other));
    }
  }

  SenderOptions options;
  std::vector<FieldFault> faults;

 private:
  [[nodiscard]] std::string at_line(const std::string& path) const {
    const auto found = lines_.find(path.substr(0, path.find('[')));  // "profile.services[2]"
    return found == lines_.end() ? "" : fmt::format("строка {}: ", found->second);
  }

  void fault(const std::string& path, std::string_view code, const Problem& problem) {
    faults.push_back({path, std::string(code), at_line(path) + problem, {}});
  }

  void unknown(const std::string& path) {
    if (path == "key.pin" || path == "key.password") {
      fault(path, "unknown_field",
            "такого ключа нет: ПИН-код в настройках не пишут, укажите, откуда его взять, — "
            "pin_file, pin_env или pin_credential");
      return;
    }
    const std::string meant = nearest(path);
    fault(path, "unknown_field",
          "такого ключа нет" + (meant.empty() ? "" : "; возможно, нужен «" + meant + "»"));
  }

  std::filesystem::path folder_;
  std::map<std::string, toml::source_index> lines_;
};

Error config_error(const std::string& path, std::vector<FieldFault> faults) {
  Error error = validation_error(std::move(faults), ErrorCode::config);
  error.detail = path;
  return error;
}

Error syntax_error(const std::string& path, const toml::parse_error& problem) {
  const toml::source_position at = problem.source().begin;
  Error error = config_error(
      path, {{std::filesystem::path(path).filename().string(),
              "syntax",
              fmt::format("строка {}, столбец {}: нарушены правила TOML", at.line, at.column),
              {}}});
  error.detail += ": " + std::string(problem.description());
  return error;
}

std::filesystem::path folder_of(const std::string& path) {
  std::error_code unused;
  const std::filesystem::path whole = std::filesystem::absolute(path, unused);
  return (unused ? std::filesystem::path(path) : whole).parent_path();
}

/// @param judged the faults of the values
Result<SenderOptions> read_options(
    const std::string& path,
    const std::function<std::vector<FieldFault>(const SenderOptions&)>& judged) {
  Result<std::string> text = read_file(path, kConfigBytesMax);
  if (!text) {
    Error error = local_error(ErrorCode::config, text.error().detail, Retry::after_fix);
    error.text = "Не удалось прочитать файл настроек";
    return fail(std::move(error));
  }
  try {
    const toml::table table = toml::parse(*text, path);
    const std::filesystem::path folder = folder_of(path);
    Reader reader(folder);
    reader.read(table);
    resolve_key_paths(reader.options.key, folder);
    reader.options.selector.node_id = reader.options.node_id;
    reader.add(judged(reader.options));
    if (!reader.faults.empty()) return fail(config_error(path, std::move(reader.faults)));
    return std::move(reader.options);
  } catch (const toml::parse_error& problem) {
    return fail(syntax_error(path, problem));
  } catch (const std::exception& problem) {
    return fail(local_error(ErrorCode::internal, problem.what()));
  }
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  static const std::vector<ConfigKey> all = [] {
    SenderOptions defaults;
    std::vector<ConfigKey> made;
    for (const Key& each : keys()) made.push_back({std::string(each.path), each.shown(defaults)});
    return made;
  }();
  return all;
}

Result<SenderOptions> load_options(const std::string& path) {
  return read_options(path, &SenderOptions::validate);
}

Result<SenderOptions> read_options(const std::string& path) {
  return read_options(path, [](const SenderOptions&) { return std::vector<FieldFault>(); });
}

}  // namespace smev
