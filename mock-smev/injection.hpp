#pragma once
// Troubles on demand: "SendRequest=SMEVFailure:3" answers the first three SendRequest with that
// fault instead of looking at them. Thread-safe.

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mock-smev/fault.hpp"
#include "smev/base/result.hpp"

namespace smev::mock {

/// A page of a gateway in front of SMEV: HTML, with this HTTP status.
struct GatewayPage {
  int status = 0;
};
/// The connection is closed, nothing is answered.
struct BrokenConnection {};
using Trouble = std::variant<Fault, GatewayPage, BrokenConnection>;

struct InjectionRule {
  std::string operation;  ///< "SendRequest", "GetResponse", "Ack"
  std::string trouble;    ///< one of trouble_names()
  int count = 1;
};

/// "OPERATION=TROUBLE" or "OPERATION=TROUBLE:COUNT".
Result<InjectionRule> parse_injection(std::string_view text);
const std::vector<std::string>& trouble_names();

class Injection {
 public:
  explicit Injection(const std::vector<InjectionRule>& rules);
  /// What the next call of the operation meets; the rules of one operation work in their order.
  std::optional<Trouble> next(const std::string& operation);

 private:
  std::mutex mutex_;
  std::map<std::string, std::deque<InjectionRule>> by_operation_;
};

}  // namespace smev::mock
