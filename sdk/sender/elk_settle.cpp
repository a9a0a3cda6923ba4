#include "sdk/sender/elk_settle.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sdk/elk/answer_match.hpp"
#include "sdk/elk/json.hpp"
#include "sdk/elk/known_order.hpp"
#include "sdk/elk/order_key.hpp"
#include "sdk/xml/document.hpp"

namespace smev {
namespace {

using elk::AnswerOrder;
using elk::Dictionaries;
namespace result_code = elk::result_code;

constexpr std::string_view kRejectedBySmev = "requestIsRejectedBySmev";

Settlement held(const AnsweredUpdate& item, HoldReason reason, std::string text,
                std::optional<int> code = std::nullopt) {
  Settlement settlement;
  settlement.update = item.item.update;
  settlement.event = UpdateEvent::stopped;
  settlement.result_code = code;
  settlement.hold_reason = reason;
  settlement.hold_text = std::move(text);
  return settlement;
}

// Back into the queue, to go again in a new message of that kind.
Settlement returned(const AnsweredUpdate& item, ForcedKind kind, std::optional<int> code) {
  Settlement settlement;
  settlement.update = item.item.update;
  settlement.event = UpdateEvent::returned;
  settlement.result_code = code;
  settlement.forced_kind = kind;
  return settlement;
}

SettledAnswer all_held(const std::vector<AnsweredUpdate>& items, HoldReason reason,
                       const std::string& text, std::string note) {
  SettledAnswer settled;
  for (const AnsweredUpdate& item : items) settled.settlements.push_back(held(item, reason, text));
  settled.note = std::move(note);
  return settled;
}

// A refusal that names no order: one of several may be to blame, so each goes again in a message of
// its own (the dispatcher never puts an update that was in a message before together with others).
SettledAnswer refused(const std::vector<AnsweredUpdate>& items, const std::string& text) {
  if (items.size() <= 1) return all_held(items, HoldReason::refused, text, {});
  SettledAnswer settled;
  for (const AnsweredUpdate& item : items) {
    settled.settlements.push_back(returned(item, ForcedKind::none, std::nullopt));
  }
  settled.note = "отказ не называет заявления: каждое уйдёт снова своим сообщением";
  return settled;
}

std::string recipient_refusal(const IncomingMessage& answer) {
  std::string text = "Получатель отклонил запрос";
  if (!answer.code.empty()) text += " (" + answer.code + ")";
  return text + (answer.text.empty() ? "." : ": " + answer.text);
}

std::string smev_refusal(const IncomingMessage& answer) {
  const bool described = answer.fault && !answer.fault->description.empty();
  std::string text =
      "СМЭВ отклонила сообщение: " + (described ? answer.fault->description : answer.text);
  if (!answer.fault) return text;
  for (const std::string& error : answer.fault->validation_errors) text += "\n" + error;
  return text;
}

// SMEV also tells of the way of a message or of its answer; a fault without any category can only
// be a refusal.
SettledAnswer settle_async_status(const std::vector<AnsweredUpdate>& items,
                                  const IncomingMessage& answer) {
  if (answer.code == kRejectedBySmev || (answer.code.empty() && answer.fault)) {
    return refused(items, smev_refusal(answer));
  }
  return {{}, "a notice of SMEV, nothing settles: " + answer.code};
}

// --- by result code ------------------------------------------------------------------------------

// Each conversion once per update: the last one stands in forced_kind.
bool was_converted(const AnsweredUpdate& item, ForcedKind kind) {
  return item.update.conversions > 1 ||
         (item.update.conversions == 1 && item.update.forced_kind == kind);
}

Settlement delivered(const AnsweredUpdate& item, const AnswerOrder& order) {
  Settlement settlement;
  settlement.update = item.item.update;
  settlement.event = UpdateEvent::delivered;
  settlement.result_code = order.result;
  settlement.elk_number = order.elk_number;
  settlement.known_to_recipient = true;
  return settlement;
}

// A create needs the facts of the order and a number of the sender's.
bool can_be_created(const AnsweredUpdate& item) {
  const Result<elk::KnownOrder> known = elk::known_order_from_json(item.order.facts);
  return known && known->order.has_facts() && !elk::elk_number_of_key(item.item.order_number);
}

Settlement settle_order_not_found(const AnsweredUpdate& item, const AnswerOrder& order,
                                  const Dictionaries& words) {
  if (item.item.create) {
    return held(item, HoldReason::refused,
                "На создание заявления личный кабинет ответил кодом 28 («заявление не найдено»), а "
                "он относится к обновлениям. Проверьте статус в личном кабинете и обратитесь в "
                "Ситуационный центр с номером сообщения.",
                order.result);
  }
  if (can_be_created(item) && !was_converted(item, ForcedKind::create)) {
    return returned(item, ForcedKind::create, order.result);
  }
  return held(item, HoldReason::order_not_found,
              elk::explain_result(result_code::kOrderNotFound, order.message, words), order.result);
}

// 34 tells that the order exists. That it was not a message of ours that made it, with these very
// statuses, must be certain: else an update would write them a second time.
Settlement settle_order_exists(const AnsweredUpdate& item, const AnswerOrder& order,
                               const Dictionaries& words) {
  if (!item.item.create) {
    return held(item, HoldReason::refused,
                "На обновление заявления личный кабинет ответил кодом 34 («заявление уже есть»), а "
                "он относится к созданию. Проверьте статус в личном кабинете и обратитесь в "
                "Ситуационный центр с номером сообщения.",
                order.result);
  }
  Settlement settlement;
  if (item.may_have_acted.empty() && !was_converted(item, ForcedKind::update)) {
    settlement = returned(item, ForcedKind::update, order.result);
  } else {
    std::string text = elk::explain_result(result_code::kOrderExists, order.message, words);
    for (const std::string& message : item.may_have_acted) {
      text += "\nЕго могло создать наше прежнее сообщение " + message + ".";
    }
    settlement = held(item, HoldReason::order_exists, std::move(text), order.result);
  }
  settlement.known_to_recipient = true;
  return settlement;
}

Settlement settle_result(const AnsweredUpdate& item, const AnswerOrder& order,
                         const Dictionaries& words) {
  switch (*order.result) {
    case result_code::kOk:
      return delivered(item, order);
    case result_code::kOrderNotFound:
      return settle_order_not_found(item, order, words);
    case result_code::kOrderExists:
      return settle_order_exists(item, order, words);
    default:
      return held(item, HoldReason::refused,
                  elk::explain_result(*order.result, order.message, words), order.result);
  }
}

std::string shown(const std::optional<int>& result) {
  return result ? std::to_string(*result) : "нечитаемый";
}

Settlement misnamed(const AnsweredUpdate& item) {
  return held(
      item, HoldReason::bad_answer,
      "Под указанным номером ЕЛК (elk_number) личный кабинет знает заявление с другим номером "
      "ведомства. Статус, вероятно, попал в чужое заявление: проверьте номер и личный "
      "кабинет.");
}

Settlement settle_said(const AnsweredUpdate& item, const std::vector<AnswerOrder>& said,
                       const Dictionaries& words) {
  if (said.empty()) {
    return held(item, HoldReason::not_in_answer, "В ответе ЕЛК нет этого заявления.");
  }
  AnswerOrder order = said.front();
  for (const AnswerOrder& again : said) {
    if (again.result != order.result) {
      return held(item, HoldReason::bad_answer,
                  fmt::format("Ответ ЕЛК называет заявление дважды с разными кодами результата: {} "
                              "и {}.",
                              shown(order.result), shown(again.result)));
    }
    if (!order.elk_number) order.elk_number = again.elk_number;
  }
  if (!order.result) {
    return held(item, HoldReason::bad_answer,
                "Ответ ЕЛК называет заявление, но его код результата прочитать нельзя.");
  }
  return settle_result(item, order, words);
}

// --- the answer as a whole -----------------------------------------------------------------------

std::string oddities(const elk::Answer& answer, const elk::AnswerMatch& match, bool create) {
  std::string note;
  const auto add = [&note](const std::string& text) { note += (note.empty() ? "" : "; ") + text; };
  if ((answer.kind == elk::RequestKind::create) != create) {
    add(create ? "это ответ на новые статусы, а сообщение создавало заявление"
               : "это ответ на создание заявлений, а сообщение несло новые статусы");
  }
  if (const int told = elk::code_told_by(answer.orders); answer.code != told) {
    add(fmt::format("код ответа {}, а по его заявлениям {}", answer.code, told));
  }
  if (match.foreign > 0) add(fmt::format("чужих заявлений: {}", match.foreign));
  if (match.renamed > 0) {
    add(fmt::format("наших по elkOrderNumber, но под другим orderNumber: {}", match.renamed));
  }
  return note;
}

// An order that only ЕЛК has a number for is kept under a key, which no answer can name. A number
// that an answer gave counts more than one that the sender claims.
elk::AskedOrder asked_order(const AnsweredUpdate& item) {
  if (const auto number = elk::elk_number_of_key(item.item.order_number)) {
    return {.order_number = "", .elk_number = number, .confirmed = false};
  }
  elk::AskedOrder asked{.order_number = item.item.order_number,
                        .elk_number = item.order.elk_number};
  const bool claims = !item.item.create && item.update.forced_kind == ForcedKind::none;
  if (asked.elk_number || !claims) return asked;
  if (const auto update = elk::update_from_json(item.update.payload)) {
    asked.elk_number = update->order.elk_number;
    asked.confirmed = false;
  }
  return asked;
}

SettledAnswer settle_content(const std::vector<AnsweredUpdate>& items,
                             const IncomingMessage& answer, const Dictionaries& words) {
  Result<xml::Document> document = xml::Document::parse(answer.content);
  if (!document) {
    return all_held(items, HoldReason::bad_answer, "Ответ ЕЛК не читается как XML.",
                    document.error().detail);
  }
  Result<elk::Answer> content = elk::read_answer(document->root());
  if (!content) {
    const bool ours = document->root().is(elk::kNamespace, elk::kResponseRoot);
    return all_held(items, HoldReason::bad_answer,
                    ours ? "В ответе ЕЛК нет ни одного заявления с читаемым кодом результата."
                         : "Ответ на наше сообщение — не ответ ЕЛК: другой вид сведений или другой "
                           "корень.",
                    content.error().text);
  }
  std::vector<elk::AskedOrder> asked;
  for (const AnsweredUpdate& item : items) {
    asked.push_back(asked_order(item));
  }
  const elk::AnswerMatch match = elk::match_orders(*content, asked);
  SettledAnswer settled;
  for (std::size_t i = 0; i < items.size(); ++i) {
    settled.settlements.push_back(match.misnamed[i] ? misnamed(items[i])
                                                    : settle_said(items[i], match.said[i], words));
  }
  settled.note = oddities(*content, match, !items.empty() && items.front().item.create);
  return settled;
}

}  // namespace

SettledAnswer settle_elk_answer(const std::vector<AnsweredUpdate>& items,
                                const IncomingMessage& answer,
                                const elk::Dictionaries& dictionaries) {
  switch (answer.kind) {
    case IncomingMessage::Kind::content:
      return settle_content(items, answer, dictionaries);
    case IncomingMessage::Kind::rejected:
      return refused(items, recipient_refusal(answer));
    case IncomingMessage::Kind::async_status:
      return settle_async_status(items, answer);
    case IncomingMessage::Kind::status:
      return {{}, "a notice of the recipient, nothing settles: RequestStatus " + answer.code};
    case IncomingMessage::Kind::unreadable:
      break;
  }
  return all_held(items, HoldReason::bad_answer,
                  "Ответ подписан верно, но ни в одной из известных форм.", {});
}

}  // namespace smev
