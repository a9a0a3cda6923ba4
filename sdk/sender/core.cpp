#include "sdk/sender/core.hpp"

#include <exception>
#include <utility>

namespace smev {

void EventSink::set_callback(std::function<void(const Event&)> callback) {
  const std::lock_guard lock(mutex_);
  callback_ = std::make_shared<const std::function<void(const Event&)>>(std::move(callback));
}

void EventSink::call(const Event& event) {
  const std::lock_guard lock(mutex_);
  const auto callback = callback_;
  if (!callback || !*callback) return;
  // What has happened is on record already: nothing that is done about it may undo that.
  std::string thrown;
  try {
    return (*callback)(event);
  } catch (const std::exception& error) {
    thrown = error.what();
  } catch (...) {
    thrown = "no std::exception";
  }
  parts_.logger().error("event.callback_failed",
                        "Программа не приняла событие: её обработчик завершился исключением",
                        {{"update", std::to_string(event.update)}, {"detail", thrown}});
}

void EventSink::give(Event event) {
  event.at = parts_.clock().now();
  std::vector<LogField> fields;
  if (event.update != 0) fields.push_back({"update", std::to_string(event.update)});
  if (!event.order_number.empty()) fields.push_back({"order", event.order_number});
  if (!event.message_id.empty()) fields.push_back({"message_id", event.message_id});
  if (event.result_code) fields.push_back({"result_code", std::to_string(*event.result_code)});
  if (event.hold_reason != HoldReason::none) {
    fields.push_back({"reason", std::string(name(event.hold_reason))});
  }
  const bool needs_a_person =
      event.kind == Event::Kind::held || event.kind == Event::Kind::answer_refused ||
      event.kind == Event::Kind::stray || event.kind == Event::Kind::deadline_near;
  // What SMEV and ЕЛК say of a refusal may quote the content: it stays in the store.
  const bool theirs = event.kind == Event::Kind::held;
  parts_.logger().write(needs_a_person ? LogLevel::warning : LogLevel::info,
                        "update." + std::string(name(event.kind)),
                        theirs ? std::string(label(event.hold_reason)) : event.text, fields);
  for (const FieldFault& warning : event.warnings) {
    parts_.logger().warning("update.warning", warning.text,
                            {{"update", std::to_string(event.update)}, {"field", warning.field}});
  }
  call(event);
}

void EventSink::give_changed(const UpdateRow& update, const std::string& message_id) {
  Event event;
  event.update = update.id;
  event.order_number = update.order.number;
  event.message_id = message_id;
  event.result_code = update.result_code;
  switch (update.state) {
    case UpdateState::delivered:
      event.kind = Event::Kind::delivered;
      break;
    case UpdateState::held:
      event.kind = Event::Kind::held;
      event.hold_reason = update.hold_reason;
      event.text = update.hold_text;
      break;
    case UpdateState::queued:
      event.kind = Event::Kind::returned;
      break;
    default:
      return;
  }
  give(std::move(event));
}

void Bell::ring() {
  const std::lock_guard lock(mutex_);
  ++rings_;
  rung_.notify_all();
}

void Bell::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  rung_.notify_all();
  ended_.notify_all();
}

unsigned long Bell::rings() const {
  const std::lock_guard lock(mutex_);
  return rings_;
}

bool Bell::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

void Bell::reset() {
  const std::lock_guard lock(mutex_);
  stopped_ = false;
}

void Bell::wait(Duration timeout, unsigned long& seen) {
  std::unique_lock lock(mutex_);
  rung_.wait_for(lock, timeout, [&] { return stopped_ || rings_ != seen; });
  seen = rings_;
}

void Bell::wait_for_ring(Duration timeout, unsigned long& seen) {
  std::unique_lock lock(mutex_);
  rung_.wait_for(lock, timeout, [&] { return rings_ != seen; });
  seen = rings_;
}

void Bell::wait_for_stop(Duration timeout) {
  std::unique_lock lock(mutex_);
  ended_.wait_for(lock, timeout, [&] { return stopped_; });
}

}  // namespace smev
