#include "mock-smev/account.hpp"

#include <algorithm>

namespace smev::mock {
namespace {

template <class T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Codes with which ЕЛК writes elkOrderNumber 0 instead of leaving it out (elk-status §3).
bool writes_zero_number(int code) { return code == elk::result_code::kIncorrectServiceCode; }

ResultEntry result_entry(const elk::Attachment& attachment, const Arrival& arrival) {
  ResultEntry entry;
  entry.uuid = attachment.uuid;
  entry.document_type = attachment.document_type;
  if (!attachment.data_mart) entry.file = arrival.files.at(attachment.uuid);
  return entry;
}

void append(OrderRecord& record, const elk::RequestOrder& order, const Arrival& arrival) {
  std::size_t results = 0;
  for (const StatusEntry& entry : record.statuses) results += entry.results.size();
  for (const elk::RequestStatus& status : order.statuses) {
    StatusEntry entry;
    entry.code = status.code;
    entry.date = status.at.text();
    entry.message_id = arrival.message_id;
    entry.received = arrival.at;
    for (const elk::Attachment& attachment : status.attachments) {
      entry.results.push_back(result_entry(attachment, arrival));
      entry.results.back().id = std::to_string(++results);
    }
    record.statuses.push_back(std::move(entry));
  }
}

}  // namespace

std::string result_message(int code) {
  switch (code) {
    case elk::result_code::kOk:
      return "OK";
    case elk::result_code::kStatusNotFound:
      return "Status not found";
    case elk::result_code::kIncorrectParameters:
      return "Incorrect request parameters";
    case elk::result_code::kIncorrectServiceCode:
      return "Incorrect eServiceCode or serviceTargetCode";
    case elk::result_code::kOrderNotFound:
      return "Order not found";
    case elk::result_code::kIncorrectStatus:
      return "Incorrect order status specified";
    case elk::result_code::kOrderExists:
      return "Order already exists";
    case elk::result_code::kRequestDateTooOld:
      return "Request date too old";
    case elk::result_code::kCompletedWithErrors:
      return "Completed with errors";
    default:
      return "Error " + std::to_string(code);
  }
}

elk::Answer Account::process(const elk::Request& request, const Arrival& arrival,
                             const ForcedCodes& forced) {
  const std::lock_guard lock(mutex_);
  elk::Answer answer;
  answer.kind = request.kind;
  for (std::size_t i = 0; i < request.orders.size(); ++i) {
    const elk::RequestOrder& order = request.orders[i];
    const auto code = forced.find(i);
    if (code != forced.end()) {
      answer.orders.push_back(refuse(request, i, code->second));
    } else {
      answer.orders.push_back(request.kind == elk::RequestKind::create ? create(order, arrival)
                                                                       : update(order, arrival));
    }
  }
  answer.code = elk::code_told_by(answer.orders);
  answer.message = result_message(answer.code);
  return answer;
}

elk::AnswerOrder Account::refuse(const elk::Request& request, std::size_t position,
                                 int code) const {
  const elk::RequestOrder& order = request.orders[position];
  const OrderRecord* record = lookup(order);
  elk::AnswerOrder answer;
  answer.order_number = record == nullptr ? order.order_number.text() : record->number;
  if (request.kind == elk::RequestKind::update) {
    const bool unknown = record == nullptr || code == elk::result_code::kOrderNotFound;
    answer.elk_number = unknown ? 0 : record->elk_number;
  }
  answer.result = code;
  answer.message = result_message(code);
  return answer;
}

std::string Account::name_of(const elk::RequestOrder& order) const {
  const std::lock_guard lock(mutex_);
  if (!order.elk_number) return order.order_number.text();
  const OrderRecord* record = lookup(order);
  return record == nullptr ? std::to_string(*order.elk_number) : record->number;
}

elk::AnswerOrder Account::create(const elk::RequestOrder& order, const Arrival& arrival) {
  elk::AnswerOrder answer;
  answer.order_number = order.order_number.text();
  const int code = judge_create(order, arrival);
  answer.result = code;
  answer.message = result_message(code);
  if (code != elk::result_code::kOk) {
    if (writes_zero_number(code)) answer.elk_number = 0;
    return answer;
  }
  OrderRecord record;
  record.number = order.order_number.text();
  record.elk_number = next_elk_number_++;
  record.sender = arrival.sender;
  record.inn = order.sender_inn.text();
  record.applicant = order.applicant ? elk::kind_of(*order.applicant) : "";
  record.service = order.service.text();
  append(record, order, arrival);
  orders_.push_back(std::move(record));
  by_number_[{orders_.back().inn, orders_.back().number}] = &orders_.back();
  by_elk_number_[orders_.back().elk_number] = &orders_.back();
  answer.elk_number = orders_.back().elk_number;
  return answer;
}

elk::AnswerOrder Account::update(const elk::RequestOrder& order, const Arrival& arrival) {
  elk::AnswerOrder answer;
  answer.order_number = order.order_number.text();
  OrderRecord* record = lookup(order);
  if (record == nullptr) {
    answer.elk_number = 0;
    answer.result = elk::result_code::kOrderNotFound;
  } else {
    answer.order_number = record->number;
    answer.elk_number = record->elk_number;
    answer.result = judge_statuses(order, arrival);
    if (answer.result == elk::result_code::kOk) append(*record, order, arrival);
  }
  answer.message = result_message(*answer.result);
  return answer;
}

int Account::judge_create(const elk::RequestOrder& order, const Arrival& arrival) const {
  if (!rules_.services.empty() && !contains(rules_.services, order.service.text())) {
    return elk::result_code::kIncorrectServiceCode;
  }
  if (lookup(order) != nullptr) return elk::result_code::kOrderExists;
  if (rules_.request_age_max > Duration::zero() &&
      order.filed_at.instant() + rules_.request_age_max < arrival.at) {
    return elk::result_code::kRequestDateTooOld;
  }
  if (const int code = judge_statuses(order, arrival); code != elk::result_code::kOk) return code;
  if (!rules_.first_statuses.empty() && !order.statuses.empty() &&
      !contains(rules_.first_statuses, order.statuses.front().code)) {
    return elk::result_code::kIncorrectStatus;
  }
  return elk::result_code::kOk;
}

int Account::judge_statuses(const elk::RequestOrder& order, const Arrival& arrival) const {
  for (const elk::RequestStatus& status : order.statuses) {
    if (!knows_status(status.code)) return elk::result_code::kStatusNotFound;
  }
  for (const elk::RequestStatus& status : order.statuses) {
    for (const elk::Attachment& attachment : status.attachments) {
      if (!attachment.data_mart && arrival.files.count(attachment.uuid) == 0) {
        return rules_.absent_attachment_code;
      }
    }
  }
  return elk::result_code::kOk;
}

OrderRecord* Account::lookup(const elk::RequestOrder& order) const {
  if (order.elk_number) {
    const auto found = by_elk_number_.find(*order.elk_number);
    // Another sender's order is as unknown as one that does not exist.
    const bool ours =
        found != by_elk_number_.end() && found->second->inn == order.sender_inn.text();
    return ours ? found->second : nullptr;
  }
  const auto found = by_number_.find({order.sender_inn.text(), order.order_number.text()});
  return found == by_number_.end() ? nullptr : found->second;
}

bool Account::knows_status(std::int16_t code) const {
  return code >= kLeastKnownStatus && code <= kGreatestKnownStatus &&
         !contains(rules_.unknown_statuses, code);
}

std::vector<OrderRecord> Account::orders() const {
  const std::lock_guard lock(mutex_);
  return {orders_.begin(), orders_.end()};
}

std::vector<OrderRecord> Account::find(const std::string& number) const {
  const std::lock_guard lock(mutex_);
  std::vector<OrderRecord> found;
  for (const OrderRecord& record : orders_) {
    if (record.number == number) found.push_back(record);
  }
  return found;
}

}  // namespace smev::mock
