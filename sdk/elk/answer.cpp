#include "sdk/elk/answer.hpp"

#include <algorithm>
#include <utility>

#include "sdk/elk/lexical.hpp"
#include "sdk/xml/writer.hpp"

namespace smev::elk {
namespace {

using xml::Element;

Error not_an_answer(std::string text, std::string detail) {
  Error error = local_error(ErrorCode::bad_answer, std::move(detail));
  error.text = std::move(text);
  error.origin = Origin::recipient;
  return error;
}

template <class Integer>
std::optional<Integer> child_integer(const Element& parent, std::string_view name) {
  const auto text = parent.child_text(kNamespace, name);
  return text ? parse_integer<Integer>(*text) : std::nullopt;
}

AnswerOrder read_order(const Element& element) {
  AnswerOrder order;
  order.result = child_integer<int>(element, "status");
  order.elk_number = child_integer<std::int64_t>(element, "elkOrderNumber");
  if (order.elk_number && *order.elk_number <= 0) order.elk_number.reset();
  order.order_number = one_line(element.child_text(kNamespace, "orderNumber").value_or(""));
  order.message = element.child_text(kNamespace, "message").value_or("");
  return order;
}

std::vector<AnswerOrder> read_orders(const Element& body) {
  std::vector<AnswerOrder> orders;
  for (const Element& list : body.children(kNamespace, "orders")) {
    for (const Element& element : list.children(kNamespace, "order")) {
      orders.push_back(read_order(element));
    }
  }
  return orders;
}

}  // namespace

int code_told_by(const std::vector<AnswerOrder>& orders) {
  const bool all_ok = std::all_of(orders.begin(), orders.end(), [](const AnswerOrder& order) {
    return order.result == result_code::kOk;
  });
  return all_ok ? result_code::kOk : result_code::kCompletedWithErrors;
}

Result<Answer> read_answer(const Element& root) {
  if (!root || !root.is(kNamespace, kResponseRoot)) {
    return fail(not_an_answer("корень ответа — не ElkOrderResponse вида elk/status/1.0.2",
                              "the root is not ElkOrderResponse of elk/status/1.0.2"));
  }
  Answer answer;
  Element body = root.child(kNamespace, "CreateOrdersResponse");
  if (!body) {
    answer.kind = RequestKind::update;
    body = root.child(kNamespace, "UpdateOrdersResponse");
  }
  if (!body) {
    return fail(not_an_answer("в ответе нет ни CreateOrdersResponse, ни UpdateOrdersResponse",
                              "neither CreateOrdersResponse nor UpdateOrdersResponse"));
  }
  answer.orders = read_orders(body);
  if (std::none_of(answer.orders.begin(), answer.orders.end(),
                   [](const AnswerOrder& order) { return order.result.has_value(); })) {
    return fail(not_an_answer("в ответе нет ни одного заявления с читаемым кодом результата",
                              "no order with a readable result code"));
  }
  answer.code = child_integer<int>(body, "code").value_or(code_told_by(answer.orders));
  answer.message = body.child_text(kNamespace, "message").value_or("");
  return answer;
}

std::string to_xml(const Answer& answer) {
  const bool create = answer.kind == RequestKind::create;
  const std::string root = std::string(kResponseRoot) + ":" + kResponseRoot;
  xml::Writer out;
  out.open(root)
      .attribute(std::string("xmlns:") + kResponseRoot, kNamespace)
      .attribute("xmlns", kNamespace);
  out.open(create ? "CreateOrdersResponse" : "UpdateOrdersResponse");
  out.element("code", std::to_string(answer.code)).element("message", answer.message);
  out.open("orders");
  for (const AnswerOrder& order : answer.orders) {
    out.open("order");
    if (order.elk_number || !create) {
      out.element("elkOrderNumber", std::to_string(order.elk_number.value_or(0)));
    }
    if (!order.order_number.empty() || create) out.element("orderNumber", order.order_number);
    if (order.result) out.element("status", std::to_string(*order.result));
    out.element("message", order.message);
    out.close();
  }
  out.close().close().close();
  return out.take();
}

}  // namespace smev::elk
