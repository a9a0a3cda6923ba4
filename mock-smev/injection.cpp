#include "mock-smev/injection.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace smev::mock {
namespace {

constexpr int kCountMax = 1'000'000;
constexpr std::array<std::string_view, 3> kOperations = {"SendRequest", "GetResponse", "Ack"};

const std::map<std::string, Trouble>& troubles() {
  static const std::map<std::string, Trouble> kTroubles = {
      {"SMEVFailure", faults::smev_failure()},
      {"DestinationOverflow", faults::destination_overflow("mock._REQUEST_")},
      {"AccessDenied", faults::access_denied()},
      {"SenderIsNotRegistered", faults::sender_not_registered()},
      {"rate-limit", faults::too_many_calls()},
      {"html-502", GatewayPage{502}},
      {"html-504", GatewayPage{504}},
      {"html-200", GatewayPage{200}},
      {"drop", BrokenConnection{}},
  };
  return kTroubles;
}

Failure bad_rule(std::string_view text, const std::string& why) {
  return fail(local_error(ErrorCode::config, "injection '" + std::string(text) + "': " + why,
                          Retry::after_fix));
}

}  // namespace

const std::vector<std::string>& trouble_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& [name, trouble] : troubles()) names.push_back(name);
    return names;
  }();
  return kNames;
}

Result<InjectionRule> parse_injection(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return bad_rule(text, "OPERATION=TROUBLE[:COUNT] wanted");
  InjectionRule rule;
  rule.operation = text.substr(0, equals);
  auto rest = text.substr(equals + 1);
  const auto colon = rest.find(':');
  rule.trouble = rest.substr(0, colon);
  if (colon != std::string_view::npos) {
    rest.remove_prefix(colon + 1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), rule.count);
    if (error != std::errc{} || end != rest.data() + rest.size() || rule.count < 1 ||
        rule.count > kCountMax) {
      return bad_rule(text, "COUNT is a number from 1 to " + std::to_string(kCountMax));
    }
  }
  if (std::find(kOperations.begin(), kOperations.end(), rule.operation) == kOperations.end()) {
    return bad_rule(text, "no such operation");
  }
  if (troubles().count(rule.trouble) == 0) return bad_rule(text, "no such trouble");
  return rule;
}

Injection::Injection(const std::vector<InjectionRule>& rules) {
  for (const InjectionRule& rule : rules) by_operation_[rule.operation].push_back(rule);
}

std::optional<Trouble> Injection::next(const std::string& operation) {
  const std::lock_guard lock(mutex_);
  auto& rules = by_operation_[operation];
  if (rules.empty()) return std::nullopt;
  const Trouble trouble = troubles().at(rules.front().trouble);
  if (--rules.front().count == 0) rules.pop_front();
  return trouble;
}

}  // namespace smev::mock
