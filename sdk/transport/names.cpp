#include "smev/transport/transport.hpp"

namespace smev {

std::string_view name(Transmission::Outcome outcome) {
  switch (outcome) {
    case Transmission::Outcome::accepted:
      return "accepted";
    case Transmission::Outcome::duplicate:
      return "duplicate";
    case Transmission::Outcome::refused:
      return "refused";
    case Transmission::Outcome::not_sent:
      return "not_sent";
    case Transmission::Outcome::in_doubt:
      break;
  }
  return "in_doubt";
}

std::string_view name(IncomingMessage::Kind kind) {
  switch (kind) {
    case IncomingMessage::Kind::content:
      return "content";
    case IncomingMessage::Kind::rejected:
      return "rejected";
    case IncomingMessage::Kind::status:
      return "status";
    case IncomingMessage::Kind::async_status:
      return "async_status";
    case IncomingMessage::Kind::unreadable:
      break;
  }
  return "unreadable";
}

}  // namespace smev
