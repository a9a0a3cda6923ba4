#include "mock-smev/admin.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <optional>

namespace smev::mock {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kJsonType[] = "application/json; charset=utf-8";
constexpr int kIndent = 2;

HttpReply json_reply(const Json& json, int status = 200) {
  HttpReply reply;
  reply.status = status;
  reply.content_type = kJsonType;
  reply.body = json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + '\n';
  return reply;
}

HttpReply error_reply(int status, const std::string& code, const std::string& text) {
  return json_reply({{"error", code}, {"text", text}}, status);
}

HttpReply not_found(const std::string& text) { return error_reply(404, "not_found", text); }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Nothing when a percent sign is not followed by two hexadecimal digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      encoded += '%';
      encoded += kHex[octet / 16];
      encoded += kHex[octet % 16];
    }
  }
  return encoded;
}

std::string result_url(const OrderRecord& record, const ResultEntry& result) {
  return "/orders/" + percent_encoded(record.number) + "/results/" + result.id +
         "?inn=" + percent_encoded(record.inn);
}

Json to_json(const OrderRecord& record, const ResultEntry& result) {
  Json json;
  json["id"] = result.id;
  json["uuid"] = result.uuid;
  json["document_type"] = result.document_type;
  json["data_mart"] = !result.file.has_value();
  if (result.file) {
    json["name"] = result.file->name;
    json["mime"] = result.file->mime;
    json["size"] = result.file->size;
    json["url"] = result_url(record, result);
  }
  return json;
}

Json to_json(const OrderRecord& record) {
  Json json;
  json["number"] = record.number;
  json["elk_number"] = record.elk_number;
  json["sender"] = record.sender;
  json["inn"] = record.inn;
  json["applicant"] = record.applicant;
  json["service"] = record.service;
  json["statuses"] = Json::array();
  for (const StatusEntry& status : record.statuses) {
    Json entry;
    entry["code"] = status.code;
    entry["date"] = status.date;
    entry["message_id"] = status.message_id;
    entry["received"] = to_utc_text(status.received);
    // Nothing else gets this far: a message whose signature fails is refused before.
    entry["signature"] = "valid";
    entry["results"] = Json::array();
    for (const ResultEntry& result : status.results) {
      entry["results"].push_back(to_json(record, result));
    }
    json["statuses"].push_back(std::move(entry));
  }
  return json;
}

Json to_json(const JournalEntry& entry) {
  Json json;
  json["time"] = to_utc_text(entry.time);
  json["operation"] = entry.operation;
  json["message_id"] = entry.message_id;
  json["sender"] = entry.sender;
  json["outcome"] = entry.outcome;
  json["fault"] = entry.fault;
  json["reason"] = entry.reason;
  json["detail"] = entry.detail;
  json["duplicate"] = entry.duplicate;
  json["dropped"] = entry.dropped;
  json["tampered"] = entry.tampered;
  return json;
}

HttpReply file_reply(const ResultFile& file) {
  HttpReply reply;
  reply.content_type = file.mime.empty() ? "application/octet-stream" : file.mime;
  reply.file_path = file.path;
  reply.headers.emplace_back("Content-Disposition",
                             "inline; filename*=UTF-8''" + percent_encoded(file.name));
  // What came from outside is shown, never run, in the reader's browser.
  reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
  reply.headers.emplace_back("Content-Security-Policy", "sandbox");
  return reply;
}

HttpReply result_reply(const OrderRecord& record, const std::string& id) {
  for (const StatusEntry& status : record.statuses) {
    for (const ResultEntry& result : status.results) {
      if (result.id == id && result.file) return file_reply(*result.file);
    }
  }
  return not_found("У заявления нет такого файла");
}

}  // namespace

Admin::Admin(std::shared_ptr<Account> account, std::shared_ptr<Journal> journal,
             std::shared_ptr<Service> service)
    : account_(std::move(account)), journal_(std::move(journal)), service_(std::move(service)) {}

HttpReply Admin::route(const HttpRequest& request) {
  const std::string_view target = request.target;
  const auto question = target.find('?');
  const std::string_view path = target.substr(0, question);
  const std::string_view query =
      question == std::string_view::npos ? std::string_view() : target.substr(question + 1);
  constexpr std::string_view kOrder = "/orders/";
  const bool soap = path == kServicePath;
  const bool known = soap || path == "/orders" || path == "/messages" || path == "/health" ||
                     path.substr(0, kOrder.size()) == kOrder;
  if (!known) return not_found("Такой страницы нет");
  if (request.method != (soap ? "POST" : "GET")) {
    HttpReply reply = error_reply(405, "method_not_allowed", "Метод не подходит к этому адресу");
    reply.headers.emplace_back("Allow", soap ? "POST" : "GET");
    return reply;
  }
  if (soap) return service_->handle(request);
  if (path == "/orders") return orders();
  if (path == "/messages") return messages();
  if (path == "/health") return health();
  return order(path.substr(kOrder.size()), query);
}

HttpReply Admin::orders() const {
  Json list = Json::array();
  for (const OrderRecord& record : account_->orders()) list.push_back(to_json(record));
  return json_reply({{"orders", std::move(list)}});
}

HttpReply Admin::order(std::string_view path, std::string_view query) const {
  constexpr std::string_view kResults = "/results/";
  const auto slash = path.find('/');
  const auto number = percent_decoded(path.substr(0, slash));
  const std::string_view rest = slash == std::string_view::npos ? "" : path.substr(slash);
  constexpr std::string_view kInn = "inn=";
  const std::string_view inn =
      query.substr(0, kInn.size()) == kInn ? query.substr(kInn.size()) : std::string_view();
  std::vector<OrderRecord> found;
  if (number) {
    for (OrderRecord& record : account_->find(*number)) {
      if (inn.empty() || record.inn == inn) found.push_back(std::move(record));
    }
  }
  if (found.empty()) return not_found("Такого заявления нет");
  if (found.size() > 1) {
    return error_reply(409, "ambiguous", "Номер есть у нескольких отправителей: добавьте ?inn=");
  }
  if (rest.empty()) return json_reply(to_json(found.front()));
  const auto id = percent_decoded(rest.substr(std::min(rest.size(), kResults.size())));
  if (rest.substr(0, kResults.size()) != kResults || !id) return not_found("Такой страницы нет");
  return result_reply(found.front(), *id);
}

HttpReply Admin::messages() const {
  Json json;
  json["counters"] = journal_->counters();
  json["queue"] = service_->queue_size();
  json["messages"] = Json::array();
  for (const JournalEntry& entry : journal_->entries()) json["messages"].push_back(to_json(entry));
  return json_reply(json);
}

HttpReply Admin::health() const { return json_reply({{"status", "ok"}}); }

}  // namespace smev::mock
