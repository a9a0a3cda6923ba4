#pragma once
// Answers on demand: "1999290001=code-13:2" answers the next two messages about that order with
// result code 13. Where an injection spoils a call, a reaction spoils (or scripts) what ЕЛК says.
// Thread-safe.

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/elk/answer.hpp"
#include "smev/base/clock.hpp"
#include "smev/base/result.hpp"

namespace smev::mock {

/// What is done with one order, or with the whole answer to its message.
enum class ReactionKind {
  // The order alone.
  code,      ///< "code-NN": this result code, nothing is written
  omit,      ///< written, but left out of the answer; a lone one gives way to a foreign number
  foreign,   ///< written; the answer names a foreign number besides
  repeat,    ///< written; named twice alike
  conflict,  ///< written; named twice, with different result codes
  renamed,   ///< written; the number of ЕЛК is right, the order number is another
  // The answer.
  wrong_total,  ///< its message code contradicts its orders
  wrong_kind,   ///< a Create answer to an update and the other way round
  broken,       ///< against the schema, but readable
  unreadable,   ///< no result code can be read
  other_type,   ///< content of another information type
  noise,        ///< equal content, forty unused namespaces, a prefix for every element
  // The message.
  rejected,          ///< RequestRejected of the recipient, nothing is written
  rejected_by_smev,  ///< AsyncProcessingStatus requestIsRejectedBySmev, nothing is written
  status,            ///< RequestStatus twice, then the answer
  notice,            ///< AsyncProcessingStatus of another category, then the answer
  twice,        ///< the answer, and one of another MessageID with another result code for the order
  late,         ///< "late-TIME": the answer stands in the queue so much later
  lost_answer,  ///< written; nothing comes
};

struct Reaction {
  ReactionKind kind = ReactionKind::code;
  int code = 0;      ///< of `code`
  Duration delay{};  ///< of `late`
};

struct ReactionRule {
  std::string order_number;
  std::string reaction;  ///< "omit", "code-13", "late-2h"
  int count = 1;
};

/// "НОМЕР=РЕАКЦИЯ" or "НОМЕР=РЕАКЦИЯ:СКОЛЬКО"; the number may hold "=" itself.
Result<ReactionRule> parse_reaction_rule(std::string_view text);
Result<Reaction> parse_reaction(std::string_view name);
/// Those with a value stand with an example of it: "code-13", "late-2h".
const std::vector<std::string>& reaction_names();

class Reactions {
 public:
  /// Rules whose reaction is not known are passed over; `validate` reports them.
  explicit Reactions(const std::vector<ReactionRule>& rules);
  /// What the next message about the order meets; the rules of one order work in their order.
  std::optional<Reaction> next(const std::string& order_number);

 private:
  std::mutex mutex_;
  std::map<std::string, std::deque<std::pair<Reaction, int>>> by_number_;
};

/// Bends an answer; `position` is that of the order which the reaction is for. Kinds that do not
/// concern the orders or the message code leave it as it is.
void bend(elk::Answer& answer, std::size_t position, ReactionKind kind);
/// The content of a response as text, in the form that the kind asks for.
std::string answer_content(const elk::Answer& answer, std::optional<ReactionKind> kind);

}  // namespace smev::mock
