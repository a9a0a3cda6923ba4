#pragma once
// What stands in the sender's queue after a message was taken: the answer of ЕЛК as its account
// gives it, or whatever the reactions make of it. Thread-safe.

#include <memory>
#include <string>
#include <vector>

#include "mock-smev/account.hpp"
#include "mock-smev/answers.hpp"
#include "mock-smev/queue.hpp"
#include "mock-smev/reaction.hpp"
#include "sdk/elk/request.hpp"
#include "smev/base/ids.hpp"

namespace smev::mock {

/// A message for the queue, and how much later than usual it stands there.
struct Response {
  QueuedMessage message;
  Duration delay{};
};

class Responder {
 public:
  Responder(const Answers& answers, std::shared_ptr<Account> account, std::shared_ptr<IdSource> ids,
            const std::vector<ReactionRule>& rules)
      : answers_(answers), account_(std::move(account)), ids_(std::move(ids)), reactions_(rules) {}

  /// In the order in which they are to stand in the queue; none: the answer is lost.
  Result<std::vector<Response>> respond(const RequestFacts& facts, const elk::Request& request,
                                        const Arrival& arrival);

 private:
  struct Plan;
  Plan plan(const elk::Request& request);
  Result<std::vector<Response>> refuse(const RequestFacts& facts, bool by_smev, TimePoint now);
  Result<std::vector<Response>> answer(const RequestFacts& facts, const Plan& plan,
                                       const elk::Answer& told, TimePoint now);
  std::string next_id() { return ids_->next().text(); }

  const Answers& answers_;
  const std::shared_ptr<Account> account_;
  const std::shared_ptr<IdSource> ids_;
  Reactions reactions_;
};

}  // namespace smev::mock
