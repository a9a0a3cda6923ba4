#include "mock-smev/responder.hpp"

#include <algorithm>
#include <array>

namespace smev::mock {
namespace {

constexpr char kRefusalText[] = "Запрос отклонён по сценарию имитатора.";
constexpr char kSmevRefusalCode[] = "028122";
constexpr int kNoticeStatusCode = 2;

/// The kinds that ask for a form of the content, so that the answer bears at most one of them.
constexpr std::array kForms = {ReactionKind::broken, ReactionKind::noise, ReactionKind::other_type,
                               ReactionKind::unreadable};

}  // namespace

/// The reactions that a message meets, by the position of their orders.
struct Responder::Plan {
  std::vector<std::optional<Reaction>> of_orders;

  [[nodiscard]] const Reaction* find(ReactionKind kind) const {
    const auto found = std::find_if(of_orders.begin(), of_orders.end(),
                                    [kind](const auto& one) { return one && one->kind == kind; });
    return found == of_orders.end() ? nullptr : &**found;
  }
  [[nodiscard]] std::optional<ReactionKind> form() const {
    for (const ReactionKind kind : kForms) {
      if (find(kind) != nullptr) return kind;
    }
    return std::nullopt;
  }
  [[nodiscard]] ForcedCodes codes() const {
    ForcedCodes codes;
    for (std::size_t i = 0; i < of_orders.size(); ++i) {
      if (of_orders[i] && of_orders[i]->kind == ReactionKind::code) codes[i] = of_orders[i]->code;
    }
    return codes;
  }
  /// From the end, so that what is left out moves nothing that is still to be bent.
  void bend_all(elk::Answer& answer, bool second) const {
    for (std::size_t i = of_orders.size(); i-- > 0;) {
      if (!of_orders[i]) continue;
      const bool of_second = of_orders[i]->kind == ReactionKind::twice;
      if (of_second == second) bend(answer, i, of_orders[i]->kind);
    }
  }
};

Responder::Plan Responder::plan(const elk::Request& request) {
  Plan plan;
  for (const elk::RequestOrder& order : request.orders) {
    plan.of_orders.push_back(reactions_.next(account_->name_of(order)));
  }
  return plan;
}

Result<std::vector<Response>> Responder::respond(const RequestFacts& facts,
                                                 const elk::Request& request,
                                                 const Arrival& arrival) {
  const Plan plan = this->plan(request);
  const bool by_smev = plan.find(ReactionKind::rejected_by_smev) != nullptr;
  if (by_smev || plan.find(ReactionKind::rejected) != nullptr) {
    return refuse(facts, by_smev, arrival.at);
  }
  const elk::Answer told = account_->process(request, arrival, plan.codes());
  if (plan.find(ReactionKind::lost_answer) != nullptr) return std::vector<Response>{};
  return answer(facts, plan, told, arrival.at);
}

Result<std::vector<Response>> Responder::refuse(const RequestFacts& facts, bool by_smev,
                                                TimePoint now) {
  std::vector<Response> responses(1);
  if (by_smev) {
    const AsyncRejection why{kSmevRefusalCode,
                             "SMEV-403",
                             kRefusalText,
                             {"cvc-mock: the first violation.", "cvc-mock: the second violation."}};
    SMEV_ASSIGN(responses[0].message, answers_.rejection(facts, next_id(), why, now));
  } else {
    const std::vector<smev3::Rejection> why = {{"NO_DATA", kRefusalText},
                                               {"FAILURE", "Вторая причина отказа."}};
    SMEV_ASSIGN(responses[0].message, answers_.refusal(facts, next_id(), why, now));
  }
  return responses;
}

Result<std::vector<Response>> Responder::answer(const RequestFacts& facts, const Plan& plan,
                                                const elk::Answer& told, TimePoint now) {
  std::vector<Response> responses;
  if (plan.find(ReactionKind::status) != nullptr) {
    for (const char* text : {"Запрос получен.", "Запрос обрабатывается."}) {
      SMEV_ASSIGN(QueuedMessage status,
                  answers_.status(facts, next_id(), kNoticeStatusCode, text, now));
      responses.push_back({std::move(status), {}});
    }
  }
  if (plan.find(ReactionKind::notice) != nullptr) {
    SMEV_ASSIGN(QueuedMessage notice, answers_.notice(facts, next_id(), "underProcessing",
                                                      "Сообщение обрабатывается.", now));
    responses.push_back({std::move(notice), {}});
  }
  elk::Answer bent = told;
  plan.bend_all(bent, false);
  const Reaction* late = plan.find(ReactionKind::late);
  SMEV_ASSIGN(QueuedMessage first,
              answers_.answer(facts, next_id(), answer_content(bent, plan.form()), now));
  responses.push_back({std::move(first), late == nullptr ? Duration{} : late->delay});
  if (plan.find(ReactionKind::twice) != nullptr) {
    elk::Answer second = told;
    plan.bend_all(second, true);
    second.code = elk::code_told_by(second.orders);
    second.message = result_message(second.code);
    SMEV_ASSIGN(QueuedMessage again, answers_.answer(facts, next_id(), elk::to_xml(second), now));
    responses.push_back({std::move(again), {}});
  }
  return responses;
}

}  // namespace smev::mock
